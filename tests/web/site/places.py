"""The clinic that the public pages are tested with, and its addresses."""

from __future__ import annotations

from datetime import time
from typing import Any, Final

from needlework.web.clinics.models import Clinic, OpeningHours
from tests.web import people

PATHS: Final = tuple(
    f"/{language}/harbour/{path}"
    for language in ("en", "es")
    for path in ("", "skin/", "skin/microneedling/", "skin/microneedling/self-check/")
)
CHECKS: Final = tuple(path for path in PATHS if path.endswith("self-check/"))
"""The pages of which one may be sent something."""
ALL_PATHS: Final = (*PATHS, "/", "/en/", "/es/", "/robots.txt", "/sitemap.xml")


def open_clinic(**facts: Any) -> Clinic:
    """Harbour Skin with an address, open Monday to Friday with a break, and Saturday morning."""
    given = {
        "street": "12 Quay Street",
        "postal_code": "02110",
        "city": "Boston",
        "region": "Massachusetts",
        "email": "hello@harbour.example",
    }
    made = people.clinic(**{**given, **facts})
    for weekday in range(5):
        OpeningHours.objects.create(
            clinic=made, weekday=weekday, opens=time(14), closes=time(18, 30)
        )
        OpeningHours.objects.create(clinic=made, weekday=weekday, opens=time(9), closes=time(13))
    OpeningHours.objects.create(clinic=made, weekday=5, opens=time(10), closes=time(14))
    return made
