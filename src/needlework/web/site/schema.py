"""What machines read of a page: schema.org facts as a JSON-LD data block, nothing invented."""

from __future__ import annotations

import json
from typing import Any, Final

from markupsafe import Markup

from needlework.i18n import translator
from needlework.web.clinics.models import Clinic
from needlework.web.site import links
from needlework.web.site.hours import WEEKDAYS
from needlework.web.site.pages import Page

_ESCAPES: Final = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
"""No name may close the data block, whatever stands in it."""


def clinic_page(clinic: Clinic, page: Page) -> Markup:
    return _block(_clinic(clinic, page))


def web_page(clinic: Clinic, page: Page) -> Markup:
    """No `lastReviewed`: that is for a page that a named clinician has reviewed."""
    _ = translator(page.language)
    names = {"microneedling": _("Microneedling"), "self_check": _("Self-check")}
    found: dict[str, Any] = {
        "@type": "MedicalWebPage",
        "name": names.get(page.name) or _(clinic.category),
        "url": page.address(),
        "inLanguage": page.language,
        "about": {"@type": "MedicalProcedure", "name": _("Microneedling")},
        "publisher": {"@id": f"{page.address(name='home')}#clinic"},
    }
    return _block(found, _clinic(clinic, page))


def _clinic(clinic: Clinic, page: Page) -> dict[str, Any]:
    _ = translator(page.language)
    ways = links.directions(clinic)
    phone = links.phone(clinic)
    found: dict[str, Any] = {
        "@type": "MedicalClinic",
        "@id": f"{page.address(name='home')}#clinic",
        "name": clinic.name,
        "url": page.address(name="home"),
        "description": clinic.about,
        "telephone": phone.href.removeprefix("tel:") if phone else "",
        "email": clinic.email,
        "address": _filled(
            {
                "@type": "PostalAddress",
                "streetAddress": clinic.street,
                "postalCode": clinic.postal_code,
                "addressLocality": clinic.city,
                "addressRegion": clinic.region,
                "addressCountry": clinic.country.upper(),
            }
        )
        if clinic.street or clinic.city
        else "",
        "geo": {
            "@type": "GeoCoordinates",
            "latitude": clinic.latitude,
            "longitude": clinic.longitude,
        }
        if clinic.latitude is not None and clinic.longitude is not None
        else "",
        "hasMap": ways[0].href if ways else "",
        "openingHoursSpecification": [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": f"https://schema.org/{WEEKDAYS[row.weekday]}",
                "opens": f"{row.opens:%H:%M}",
                "closes": f"{row.closes:%H:%M}",
            }
            for row in clinic.hours.all()
        ],
        "availableService": {
            "@type": "MedicalProcedure",
            "name": _("Microneedling"),
            "url": page.address(name="microneedling"),
        },
    }
    return _filled(found)


def _filled(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value not in ("", [], None)}


def _block(*found: dict[str, Any]) -> Markup:
    data: dict[str, Any] = {"@context": "https://schema.org"}
    if len(found) == 1:
        data |= found[0]
    else:
        data["@graph"] = list(found)
    text = json.dumps(data, ensure_ascii=False).translate(_ESCAPES)
    return Markup(text)  # noqa: S704 - every character that could end the block is escaped
