"""What leaves the screen: plan, consent and aftercare as PDF, the schedule as iCalendar and CSV."""

from needlework.documents.aftercare_sheet import aftercare_pdf
from needlework.documents.calendar import Appointment, appointments_ics, schedule_ics
from needlework.documents.consent_draft import consent_pdf
from needlework.documents.model import ClinicCard, PersonCard
from needlework.documents.plan_sheet import plan_pdf
from needlework.documents.qr import qr_svg
from needlework.documents.spreadsheet import schedule_csv

__all__ = [
    "Appointment",
    "ClinicCard",
    "PersonCard",
    "aftercare_pdf",
    "appointments_ics",
    "consent_pdf",
    "plan_pdf",
    "qr_svg",
    "schedule_csv",
    "schedule_ics",
]
