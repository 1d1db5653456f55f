"""Releases that were in use, what changed between them, and the signed plans that it touches."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from msgspec import Struct

from needlework.evidence import Claim
from needlework.evidence.changes import ClaimChange, changes, claims_from
from needlework.web.clinics.models import Clinic
from needlework.web.governance.models import UsedRelease
from needlework.web.knowledge import shipped
from needlework.web.plans.models import PlanClaim, Rejudgement
from needlework.web.plans.selectors import plans_in_force

PLANS_SHOWN: Final = 100
_ASKED_AT_ONCE: Final = 500
"""How many claims stand in one question to the database."""


class Compared(Struct, frozen=True):
    """Two releases one after the other; the first one has none before it."""

    before: UsedRelease | None
    after: UsedRelease
    changes: tuple[ClaimChange, ...]

    def of(self, kind: str, direction: str = "") -> list[ClaimChange]:
        return [
            one
            for one in self.changes
            if one.kind == kind and (not direction or one.direction == direction)
        ]


class Touched(Struct, frozen=True):
    """A signed plan in force that rests on claims which changed, and how it stands by now."""

    plan: UUID
    client: UUID
    name: str
    number: int
    signed_at: datetime
    standing: str
    """`same`, `looser` or `stricter`, once it was judged again; empty until then."""


def note_release(*, now: datetime) -> bool:
    """Keep the release at hand, if this installation has not worked with it before."""
    release = shipped().knowledge.release
    if UsedRelease.objects.filter(digest=release.digest).exists():
        return False
    with transaction.atomic():
        _, is_new = UsedRelease.objects.get_or_create(
            digest=release.digest,
            defaults={
                "name": release.id,
                "claims": msgspec.to_builtins(release.claims),
                "first_used_at": now,
            },
        )
    return is_new


def used_releases() -> QuerySet[UsedRelease]:
    """The newest first, without their claims."""
    return UsedRelease.objects.defer("claims").order_by("-first_used_at", "digest")


def compared(after: UsedRelease, before: UsedRelease | None) -> Compared:
    if before is None:
        return Compared(None, after, ())
    return Compared(before, after, changes(_claims(before), _claims(after)))


def plans_touched(clinic: Clinic, claims: Collection[str]) -> tuple[int, list[Touched]]:
    """How many plans in force rest on any of the claims, and the latest of them."""
    wanted = sorted(claims)
    found: dict[UUID, Touched] = {}
    total: set[UUID] = set()
    for first in range(0, len(wanted), _ASKED_AT_ONCE):
        some = wanted[first : first + _ASKED_AT_ONCE]
        cites = PlanClaim.objects.filter(clinic=clinic, plan=OuterRef("pk"), claim__in=some)
        plans = plans_in_force(clinic).filter(Exists(cites))
        total |= set(plans.values_list("pk", flat=True))
        rows = plans.select_related("client").only(
            "pk", "number", "recorded_at", "client__id", "client__name"
        )
        for plan in rows[:PLANS_SHOWN]:
            if plan.client is not None:
                found[plan.pk] = Touched(
                    plan.pk, plan.client.pk, plan.client.name, plan.number, plan.recorded_at, ""
                )
    listed = sorted(found.values(), key=lambda one: one.signed_at, reverse=True)[:PLANS_SHOWN]
    return len(total), listed


def with_standings(
    listed: Sequence[Touched], release_digest: str, overlay_digest: str
) -> list[Touched]:
    """The same plans, each as it was judged again by the knowledge of today."""
    judged: Mapping[UUID, str] = dict(
        Rejudgement.objects.filter(
            plan__in=[one.plan for one in listed],
            release_digest=release_digest,
            overlay_digest=overlay_digest,
        ).values_list("plan", "standing")
    )
    return [
        msgspec.structs.replace(one, standing=judged.get(one.plan, one.standing)) for one in listed
    ]


def _claims(release: UsedRelease) -> Mapping[str, Claim]:
    at_hand = shipped().knowledge.release
    return at_hand.claims if release.digest == at_hand.digest else claims_from(release.claims)
