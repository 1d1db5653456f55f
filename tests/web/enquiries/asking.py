"""A form that asks for a consultation, as a browser would send it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.test import Client as Browser
from django.utils import timezone

from needlework.web.clinics.models import Clinic
from needlework.web.enquiries.models import ConsultationRequest
from needlework.web.enquiries.services import record_request
from tests.web import people

PATH: Final = "/en/harbour/ask/"


def typed(**changed: Any) -> dict[str, Any]:
    """All that is needed; None leaves a field out."""
    given = {
        "key": str(uuid4()),
        "name": "Lucía Fernández",
        "phone": "(617) 555-0199",
        "email": "",
        "language": "es",
        "time_of_day": "morning",
        "contact_agreed": "on",
        "website": "",
        **changed,
    }
    return {name: value for name, value in given.items() if value is not None}


def send(path: str = PATH, browser: Browser | None = None, **changed: Any) -> Any:
    return (browser or people.browser()).post(path, typed(**changed))


def enquiry(clinic: Clinic, *, days_ago: int = 0, **changed: Any) -> ConsultationRequest:
    """A request that has come in."""
    given = {
        "name": "Lucía Fernández",
        "phone_e164": "+16175550199",
        "email": "",
        "language": "es",
        "time_of_day": "morning",
        "concerns": [],
        "words": "",
        "agreed": ["Yes."],
        **changed,
    }
    key = changed.pop("key", None)
    made, _ = record_request(
        clinic=clinic,
        key=key if isinstance(key, UUID) else uuid4(),
        given=given,
        now=timezone.now() - timedelta(days=days_ago),
    )
    return made
