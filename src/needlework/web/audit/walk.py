"""Walks the chain of seals a stretch at a time, so that a page can say how it stands at once.

Whatever was compared long ago may have been changed since: once a day a walk begins anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct

from needlework.web.audit.models import AuditCheck, AuditSeal
from needlework.web.audit.seal import (
    Fault,
    Report,
    Standing,
    standing_at,
    verify_seal,
    verify_traces,
)

ANEW_AFTER: Final = timedelta(hours=24)
STRETCH_ROWS: Final = 20_000
"""Rows compared at a time: about a second's work, in which nobody is kept waiting."""
_FAULTS_AT_MOST: Final = 50


def _(words: str) -> str:
    """Marks words for the catalogue; pages translate them where they show them."""
    return words


class ChainState(Struct, frozen=True, kw_only=True):
    """How the chain stands by what was compared last. Without a check nothing is known of it."""

    check: AuditCheck | None = None
    """The last walk that came to the end, or the one under way where none has."""
    under_way: AuditCheck | None = None
    seals: int = 0
    verified_at: datetime | None = None
    """Up to when everything fits: where something does not, the seal before it."""
    faults: tuple[Fault, ...] = ()

    @property
    def broken_seals(self) -> frozenset[int]:
        return frozenset(one.seal for one in self.faults if one.seal)


def walk_on(now: datetime, *, most_rows: int = STRETCH_ROWS, anew: bool = False) -> int:
    """The next stretch; give how many seals were compared. `anew` begins where one had ended."""
    check = _walk(now, anew=anew)
    report = Report()
    before = _resumed(check, report)
    is_end = True
    for seal in AuditSeal.objects.filter(number__gt=before.number).order_by("number").iterator(200):
        if report.rows >= most_rows:
            is_end = False
            break
        before = verify_seal(seal, before, report)
    if is_end:
        verify_traces(before, report)
        check.reached_end_at = now
    check.at, check.number, check.digest = now, before.number, before.digest
    check.sealed_at, check.rows = before.at, check.rows + report.rows
    known = list(check.faults)
    fresh = [one for one in _stored(report.found) if one not in known]
    check.faults = [*known, *fresh][:_FAULTS_AT_MOST]
    check.save()
    return report.seals


def chain_state() -> ChainState:
    """What the last walks found; three queries at most, however long the chain is."""
    walks = list(AuditCheck.objects.order_by("-pk")[:2])
    ended = next((one for one in walks if one.reached_end_at), None)
    under_way = next((one for one in walks[:1] if not one.reached_end_at), None)
    found = [fault for one in walks for fault in msgspec.convert(one.faults, list[Fault])]
    newest = AuditSeal.objects.order_by("-number").values_list("number", flat=True).first()
    # A fault of the walk before stands until a whole walk has not met it again.
    counted = found if under_way else msgspec.convert(ended.faults if ended else [], list[Fault])
    broken = [one.seal for one in counted if one.seal]
    sound = AuditSeal.objects.filter(number__lt=min(broken)) if broken else None
    check = ended or under_way
    unique = {(one.words, tuple(sorted(one.values.items()))): one for one in counted}
    return ChainState(
        check=check,
        under_way=under_way,
        seals=newest or 0,
        verified_at=(
            sound.order_by("number").values_list("at", flat=True).last()
            if sound is not None
            else (check.sealed_at if check else None)
        ),
        faults=tuple(unique.values()),
    )


def _walk(now: datetime, *, anew: bool) -> AuditCheck:
    """The walk that is under way; another from the start once its time has come."""
    last = AuditCheck.objects.order_by("-pk").first()
    if last is None:
        return AuditCheck(begun_at=now, at=now)
    if last.reached_end_at and (anew or now - last.begun_at >= ANEW_AFTER):
        return AuditCheck(begun_at=now, at=now)
    return last


def _resumed(check: AuditCheck, report: Report) -> Standing:
    """Where the walk had come to, if the seal there is still the one that was compared."""
    if not check.number:
        return Standing()
    seal = AuditSeal.objects.filter(number=check.number).first()
    if seal is None or seal.digest != check.digest:
        words = _("Seal {seal} is no longer the one that was compared before")
        report.found.append(Fault(words, {"seal": check.number}, check.number))
    if seal is None:
        return Standing(check.number, check.digest, at=check.sealed_at)
    return standing_at(seal)


def _stored(faults: list[Fault]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(one) for one in faults]
