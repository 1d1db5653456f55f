"""Which urgent reports wait and for how long they may, and which withdrawals nobody has seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet
from msgspec import Struct

from needlework.evidence import Knowledge
from needlework.web.clinics.models import Clinic
from needlework.web.consents.models import Withdrawal
from needlework.web.portal.models import Acknowledgement, SymptomReport

URGENT: Final = ("emergency", "same-day")
UNSEEN: Final = "course.gates.alert-unseen"
_MINUTES: Final = {"min": 1, "h": 60}


class Waiting(Struct, frozen=True):
    """How many urgent reports wait, and the longest wait in minutes."""

    count: int
    minutes: int


def unseen(clinic: Clinic | None = None) -> QuerySet[SymptomReport]:
    """Urgent reports that nobody has marked as seen, the oldest first."""
    seen = Acknowledgement.objects.current().filter(report=OuterRef("pk"))
    found = SymptomReport.objects.current().filter(~Exists(seen), urgency__in=URGENT)
    return (found if clinic is None else found.filter(clinic=clinic)).order_by("recorded_at")


def waiting(clinic: Clinic, now: datetime) -> Waiting | None:
    """For the head of every page of the clinic's staff."""
    times = list(unseen(clinic).values_list("recorded_at", flat=True))
    if not times:
        return None
    return Waiting(len(times), max(0, int((now - times[0]).total_seconds() // 60)))


def may_wait(knowledge: Knowledge) -> timedelta:
    """How long a report may stay unseen; not at all where the clinic rejected the claim."""
    if UNSEEN in knowledge.rejected:
        return timedelta(0)
    claim = knowledge.claim(UNSEEN)
    return timedelta(minutes=claim.number * _MINUTES[claim.unit])


def withdrawals_unseen(clinic: Clinic) -> QuerySet[Withdrawal]:
    """Consents that clients took back on their own pages, the oldest first."""
    by_themselves = Withdrawal.objects.filter(author__isnull=True, portal_link__isnull=False)
    return (
        by_themselves.filter(clinic=clinic, seen__isnull=True)
        .select_related("client", "consent__signature__offer__plan")
        .order_by("recorded_at")
    )
