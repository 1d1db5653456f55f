"""Plain links that leave the site: a message, a call, a way there. Nothing loads from them."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

from msgspec import Struct

from needlework.i18n import Translate
from needlework.web.clinics.models import Clinic


class Phone(Struct, frozen=True):
    """A number to dial, and how it is written for people."""

    href: str
    said: str


class Way(Struct, frozen=True):
    """A map service and its address for the way there."""

    service: str
    href: str


def digits(e164: str) -> str:
    """A full international number as WhatsApp wants it: no plus, no spaces, no leading zero."""
    return "".join(char for char in e164 if char in "0123456789").lstrip("0")


def whatsapp(clinic: Clinic, _: Translate) -> str:
    """A drafted message to the clinic; it names no treatment, since others may see it."""
    number = digits(clinic.whatsapp_e164)
    if not number:
        return ""
    text = _("Hello, I would like to ask for an appointment for a consultation.")
    return f"https://wa.me/{number}?text={quote(text, safe='')}"


def phone(clinic: Clinic) -> Phone | None:
    number = digits(clinic.phone_e164)
    if not number:
        return None
    return Phone(f"tel:+{number}", _written(f"+{number}"))


def directions(clinic: Clinic) -> tuple[Way, ...]:
    """The way to the clinic by its coordinates, or by its address where it gave none."""
    address = ", ".join(clinic.address_lines)
    if clinic.latitude is None or clinic.longitude is None:
        if not clinic.street:
            return ()
        return (
            Way("Google Maps", _google(address)),
            Way("Apple Maps", f"https://maps.apple.com/?{urlencode({'daddr': address})}"),
            Way(
                "OpenStreetMap",
                f"https://www.openstreetmap.org/search?{urlencode({'query': address})}",
            ),
            Way(_OTHER, f"geo:0,0?{urlencode({'q': address}, quote_via=quote)}"),
        )
    at = f"{clinic.latitude:.6f},{clinic.longitude:.6f}"
    named = urlencode({"q": f"{at}({clinic.name})"}, quote_via=quote)
    return (
        Way("Google Maps", _google(at)),
        Way("Apple Maps", f"https://maps.apple.com/?{urlencode({'daddr': at})}"),
        Way("OpenStreetMap", _openstreetmap(clinic.latitude, clinic.longitude)),
        Way(_OTHER, f"geo:{at}?{named}"),
    )


_OTHER: Final = "Other map app"


def _google(destination: str) -> str:
    return "https://www.google.com/maps/dir/?" + urlencode({"api": "1", "destination": destination})


def _openstreetmap(latitude: float, longitude: float) -> str:
    at = {"mlat": f"{latitude:.6f}", "mlon": f"{longitude:.6f}"}
    return f"https://www.openstreetmap.org/?{urlencode(at)}#map=17/{latitude:.6f}/{longitude:.6f}"


def _written(number: str) -> str:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
