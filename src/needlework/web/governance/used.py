"""Which claims a clinic's work uses: what its plans rest on, and what its clients are shown.

Judging a thousand consultations takes a second or more, so what was found is kept, and each look
goes on from there for a moment. What is kept are ids of claims and nothing about a person.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Q, QuerySet
from msgspec import Struct

from needlework.errors import NeedleworkError
from needlework.web.clinics.models import Clinic
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.selectors import facts_of
from needlework.web.plans.models import PlanClaim, SignedPlan
from needlework.workflow import Known, rests_on

TOLD: Final = ("aftercare", "consent", "harm", "symptom")
"""Topics that consents and clients' pages draw on."""
ALWAYS: Final = ("rule", *TOLD)
"""Every consultation is judged by all rules."""
LOOK_S: Final = 0.4
_STEP: Final = 25


class Used(Struct, frozen=True):
    """The claims found so far, and how much of the clinic's work was looked through."""

    claims: frozenset[str]
    done: int
    total: int

    @property
    def is_whole(self) -> bool:
        return self.done >= self.total


def used_by(clinic: Clinic, known: Known) -> Used:
    """What is known so far; a look takes a moment at most, and the next one goes on."""
    name = f"governance-used-{clinic.pk}-{known.knowledge.release.digest[:16]}"
    versions = ConsultationVersion.objects.filter(clinic=clinic)
    plans = SignedPlan.objects.filter(clinic=clinic).only("pk", "recorded_at")
    total = versions.count() + plans.count()
    kept = cache.get(name) or {"claims": [], "done": 0, "at": {}}
    if kept["done"] > total:
        kept = {"claims": [], "done": 0, "at": {}}
    claims, done, at = set(kept["claims"]), kept["done"], dict(kept["at"])
    until = time.monotonic() + LOOK_S
    while done < total and time.monotonic() < until:
        steps = (_next(versions, at.get("version")), _next(plans, at.get("plan")))
        if not any(steps):
            # A row was written under an earlier time than the last one seen: begin anew.
            claims, done, at = set(), 0, {}
            break
        for kind, rows in zip(("version", "plan"), steps, strict=True):
            if rows:
                at[kind] = [rows[-1].recorded_at.isoformat(), str(rows[-1].pk)]
                done += len(rows)
        for version in steps[0]:
            claims |= _behind(version, known)
        claims |= _of_plans(steps[1])
    if done != kept["done"]:
        cache.set(name, {"claims": sorted(claims), "done": done, "at": at}, timeout=None)
    return Used(frozenset(claims | set(_always(known) if total else ())), done, total)


def _next(rows: QuerySet[Any], at: list[str] | None) -> list[Any]:
    if at is not None:
        when, code = at
        rows = rows.filter(Q(recorded_at__gt=when) | Q(recorded_at=when, pk__gt=code))
    return list(rows.order_by("recorded_at", "pk")[:_STEP])


def _behind(version: ConsultationVersion, known: Known) -> frozenset[str]:
    try:
        return rests_on(facts_of(version, known), known)
    except NeedleworkError:
        # What today's knowledge cannot judge rests on nothing of it.
        return frozenset()


def _of_plans(plans: list[SignedPlan]) -> set[str]:
    return set(PlanClaim.objects.filter(plan__in=plans).values_list("claim", flat=True).distinct())


def _always(known: Known) -> Iterator[str]:
    for claim_id in known.knowledge.release.claims:
        if claim_id.partition(".")[0] in ALWAYS:
            yield claim_id
