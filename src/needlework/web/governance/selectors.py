"""What a clinic decided about the knowledge, as it stands now and as it came to be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from needlework.evidence import Claim, Release
from needlework.evidence.changes import claims_from
from needlework.evidence.decided import Decided
from needlework.evidence.decided import overlay_of as overlay_from
from needlework.evidence.overlay import Allowed, Overlay
from needlework.web.clinics.models import Clinic
from needlework.web.governance.models import CLAIM_CHOICES, Decision

PRODUCT: Final = "product:"
_MARK: Final = 16


class Held(msgspec.Struct, frozen=True):
    """What is held of a clinic's choices now: about claims by id, and products by their names."""

    decided: Mapping[str, Decided]
    allowed: tuple[Allowed, ...]
    last: Mapping[str, UUID]
    """The newest decision about each subject, also where it took another one back."""


def last_decision(clinic: Clinic) -> tuple[int, UUID] | None:
    """The number and id of the clinic's last decision; one step in an index."""
    found = Decision.objects.filter(clinic=clinic).order_by("-number")
    return found.values_list("number", "pk").first()


def overlay_of(
    clinic_id: UUID, slug: str, release: Release, digests: Mapping[str, str], upto: int
) -> Overlay:
    """The clinic's choices over a release, as they stood after decision number `upto`."""
    held = held_by(clinic_id, upto)
    return overlay_from(slug, release, digests, held.decided.values(), held.allowed)


def held_by(clinic_id: UUID, upto: int | None = None, subject: str = "") -> Held:
    """The newest decision about each subject or about one, among those up to a number."""
    rows = Decision.objects.filter(clinic_id=clinic_id)
    if subject:
        rows = rows.filter(subject=subject)
    newest = Q(superseded_by__isnull=True)
    if upto is not None:
        newest |= Q(superseded_by__number__gt=upto)
        rows = rows.filter(number__lte=upto)
    found = rows.filter(newest)
    # The claim as it read is long, and only a tightened value is compared with it.
    read = dict(found.filter(choice="tighten").values_list("pk", "read"))
    lines = list(found.order_by("number").values(*_COLUMNS))
    return Held(
        decided={one.claim: one for one in _decided(lines, read)},
        allowed=tuple(
            Allowed(
                product=line["product"],
                because=line["because"],
                by=str(line["author_id"]),
                on=line["recorded_at"].date(),
            )
            for line in lines
            if line["choice"] == "allow"
        ),
        last={line["subject"]: line["pk"] for line in lines},
    )


_COLUMNS: Final = (
    "pk",
    "subject",
    "product",
    "choice",
    "value",
    "because",
    "claim_digest",
    "batch",
    "topic",
    "author_id",
    "recorded_at",
)


def _decided(lines: list[dict[str, Any]], read: Mapping[UUID, object]) -> Iterator[Decided]:
    for line in lines:
        if line["choice"] not in CLAIM_CHOICES or line["choice"] == "undecide":
            continue
        yield Decided(
            claim=line["subject"],
            choice=line["choice"],
            digest=line["claim_digest"],
            by=str(line["author_id"]),
            on=line["recorded_at"].date(),
            batch=str(line["batch"]),
            topic=line["topic"],
            value=line["value"],
            because=line["because"],
            read=_read(read.get(line["pk"])),
        )


def _read(stored: object) -> Claim | None:
    return None if stored is None else claims_from({"": stored}).get("")


def mark(digest: str, last: UUID | None) -> str:
    """What somebody saw who decides: the claim as it read, and the decision that stood."""
    return hashlib.sha256(f"{digest} {last}".encode()).hexdigest()[:_MARK]


def history_of(clinic: Clinic, subject: str) -> list[Decision]:
    """All decisions about one subject, the newest first."""
    return list(
        Decision.objects.filter(clinic=clinic, subject=subject)
        .select_related("author")
        .order_by("-number")
    )


def products(clinic: Clinic) -> QuerySet[Decision]:
    """The newest decision about each product, by its name."""
    found = Decision.objects.filter(clinic=clinic, subject__startswith=PRODUCT)
    newest = found.filter(superseded_by__isnull=True)
    return newest.select_related("author").order_by("choice", "subject")
