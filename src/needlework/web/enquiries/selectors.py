"""The clinic's list of requests: who waits, who was answered, and what came of the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from msgspec import Struct

from needlework.web.clinics.clock import clock_of
from needlework.web.clinics.models import Client, Clinic
from needlework.web.enquiries.models import ENDS, ConsultationRequest, RequestStep
from needlework.web.enquiries.replies import Reply, replies

SHOWN_OPEN: Final = 100
SHOWN_ENDED: Final = 30
_ALIKE: Final = 3


class Line(Struct, frozen=True):
    """A request as the list shows it; `after` is the number of its last step."""

    enquiry: ConsultationRequest
    steps: tuple[RequestStep, ...]
    age_days: int
    replies: tuple[Reply, ...]
    alike: tuple[Client, ...] = ()

    @property
    def state(self) -> str:
        return self.steps[-1].kind if self.steps else ""

    @property
    def after(self) -> int:
        return self.steps[-1].number if self.steps else 0

    @property
    def is_open(self) -> bool:
        return self.state not in ENDS


class Desk(Struct, frozen=True):
    """Those who wait, newest first; those answered; some of those that have ended.

    `more` counts open ones that are not shown.
    """

    waiting: tuple[Line, ...]
    answered: tuple[Line, ...]
    ended: tuple[Line, ...]
    more: int = 0


def desk(clinic: Clinic, now: datetime) -> Desk:
    last = RequestStep.objects.filter(enquiry=OuterRef("pk")).order_by("-number")
    found = (
        ConsultationRequest.objects.current()
        .filter(clinic=clinic)
        .annotate(last=Subquery(last.values("kind")[:1]))
        .prefetch_related("steps__author", "steps__client")
        .order_by("-recorded_at", "pk")
    )
    ongoing = found.filter(Q(last=None) | ~Q(last__in=ENDS))
    rows = list(ongoing[: SHOWN_OPEN + 1])
    more = ongoing.count() - SHOWN_OPEN if len(rows) > SHOWN_OPEN else 0
    shown = _lines(clinic, rows[:SHOWN_OPEN], now)
    ended = _lines(clinic, list(found.filter(last__in=ENDS)[:SHOWN_ENDED]), now)
    return Desk(
        waiting=tuple(line for line in shown if line.state != "contacted"),
        answered=tuple(line for line in shown if line.state == "contacted"),
        ended=ended,
        more=more,
    )


def waiting_count(clinic: Clinic) -> int:
    """How many nobody has answered yet."""
    return (
        ConsultationRequest.objects.current()
        .filter(clinic=clinic)
        .exclude(steps__isnull=False)
        .count()
    )


def _lines(clinic: Clinic, found: Sequence[ConsultationRequest], now: datetime) -> tuple[Line, ...]:
    local = clock_of(clinic)
    today = local(now).date()
    alike = _alike(clinic, found)
    return tuple(
        Line(
            enquiry=enquiry,
            steps=tuple(enquiry.steps.all()),
            age_days=(today - local(enquiry.recorded_at).date()).days,
            replies=replies(enquiry, clinic),
            alike=alike.get(enquiry.pk, ()),
        )
        for enquiry in found
    )


def _alike(
    clinic: Clinic, found: Iterable[ConsultationRequest]
) -> Mapping[UUID, tuple[Client, ...]]:
    """Clients of this clinic who are reached in the same way: perhaps the same people."""
    asked = list(found)
    phones = {one.phone_e164 for one in asked} - {""}
    mails = {one.email.casefold() for one in asked} - {""}
    if not phones and not mails:
        return {}
    condition: Any = Q(phone_e164__in=phones)
    for mail in mails:
        condition |= Q(email__iexact=mail)
    by_way: dict[str, list[Client]] = defaultdict(list)
    for client in Client.objects.filter(condition, clinic=clinic):
        for way in {client.phone_e164, client.email.casefold()} - {""}:
            by_way[way].append(client)
    return {
        one.pk: tuple(dict.fromkeys((*by_way[one.phone_e164], *by_way[one.email.casefold()])))[
            :_ALIKE
        ]
        for one in asked
    }
