"""Taking in what a visitor asks for, and what staff do with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from needlework.errors import NeedleworkError
from needlework.web.accounts.models import User
from needlework.web.clinics.models import Client, Clinic
from needlework.web.clinics.services import add_client
from needlework.web.enquiries.models import ENDS, ConsultationRequest, RequestStep
from needlework.web.records.services import overtaken
from needlework.web.records.spoken import spoken


class StepError(NeedleworkError):
    """A step that does not follow from where a request stands."""


_FACTS: Final = (
    "name",
    "phone_e164",
    "email",
    "language",
    "time_of_day",
    "concerns",
    "words",
    "agreed",
)


def record_request(
    *, clinic: Clinic, key: UUID, given: Mapping[str, Any], now: datetime
) -> tuple[ConsultationRequest, bool]:
    """The request that came of a form, and whether it says what was sent now.

    A form that is sent again makes no second request, not even when it was changed meanwhile.
    """
    facts = {name: given[name] for name in _FACTS}
    try:
        with transaction.atomic():
            made = ConsultationRequest.objects.create(
                clinic=clinic, key=key, recorded_at=now, **facts
            )
    except IntegrityError:
        found = ConsultationRequest.objects.filter(clinic=clinic, key=key).first()
        if found is None:
            raise
        return found, all(getattr(found, name) == value for name, value in facts.items())
    return made, True


def take_step(
    *,
    enquiry: ConsultationRequest,
    after: int,
    kind: str,
    author: User,
    now: datetime,
    reason: str = "",
    client: Client | None = None,
) -> RequestStep:
    """The next step of a request, if nobody has taken one since step number `after`."""
    _ = spoken()
    last = enquiry.steps.order_by("-number").first()
    if (last.number if last else 0) != after:
        raise overtaken()
    has_ended = last is not None and last.kind in ENDS
    if has_ended != (kind == "reopened"):
        raise StepError(
            _("This request is closed already.") if has_ended else _("This request is open."),
            hint=_("Load the list anew; a closed request can be opened again."),
        )
    try:
        with transaction.atomic():
            return RequestStep.objects.create(
                clinic_id=enquiry.clinic_id,
                enquiry=enquiry,
                client=client,
                author=author,
                number=after + 1,
                kind=kind,
                reason=reason,
                recorded_at=now,
            )
    except IntegrityError as clash:
        if enquiry.steps.filter(number=after + 1).exists():
            raise overtaken() from clash
        raise


@transaction.atomic
def make_client(*, enquiry: ConsultationRequest, after: int, author: User, now: datetime) -> Client:
    """Whoever asked becomes a client of the clinic; nothing said about health goes along."""
    client = add_client(
        clinic=enquiry.clinic,
        given={
            "name": enquiry.name,
            "email": enquiry.email,
            "phone_e164": enquiry.phone_e164,
            "language": enquiry.language,
        },
        author=author,
        now=now,
    )
    take_step(enquiry=enquiry, after=after, kind="client", client=client, author=author, now=now)
    return client
