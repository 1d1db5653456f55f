"""What leaves the screen: plan, consent and aftercare as PDF, the schedule as iCalendar and CSV."""

from needlework.documents.aftercare_sheet import aftercare_pdf
from needlework.documents.calendar import (
    Appointment,
    appointments_ics,
    plan_appointments,
    schedule_ics,
)
from needlework.documents.consent_draft import consent_pdf
from needlework.documents.consent_form import (
    PHOTO_USES,
    consent_form,
    consent_form_pdf,
    consent_form_version,
    photo_questions,
)
from needlework.documents.model import (
    Approval,
    ClinicCard,
    PersonCard,
    Signature,
    SignedConsent,
)
from needlework.documents.plan_sheet import plan_pdf
from needlework.documents.qr import qr_svg
from needlework.documents.spreadsheet import schedule_csv

__all__ = [
    "PHOTO_USES",
    "Appointment",
    "Approval",
    "ClinicCard",
    "PersonCard",
    "Signature",
    "SignedConsent",
    "aftercare_pdf",
    "appointments_ics",
    "consent_form",
    "consent_form_pdf",
    "consent_form_version",
    "consent_pdf",
    "photo_questions",
    "plan_appointments",
    "plan_pdf",
    "qr_svg",
    "schedule_csv",
    "schedule_ics",
]
