"""Plain links by which staff answer; a drafted message says nothing about anyone's health."""

from __future__ import annotations

from urllib.parse import quote

from msgspec import Struct

from needlework.i18n import translator
from needlework.web.clinics.models import Clinic
from needlework.web.enquiries.models import ConsultationRequest
from needlework.web.site.links import digits


class Reply(Struct, frozen=True):
    """One way to answer: `whatsapp`, `phone` or `email`."""

    way: str
    href: str


def replies(enquiry: ConsultationRequest, clinic: Clinic) -> tuple[Reply, ...]:
    """Drafted in the language that was asked for; none that the person did not offer."""
    _ = translator(enquiry.language)
    text = _("Hello, this is {clinic}. You asked us to get in touch. When does it suit you?")
    drafted = quote(text.format(clinic=clinic.name), safe="")
    made = []
    if number := digits(enquiry.phone_e164):
        made.append(Reply("whatsapp", f"https://wa.me/{number}?text={drafted}"))
        made.append(Reply("phone", f"tel:+{number}"))
    if enquiry.email:
        subject = quote(clinic.name, safe="")
        address = quote(enquiry.email, safe="@")
        made.append(Reply("email", f"mailto:{address}?subject={subject}&body={drafted}"))
    return tuple(made)
