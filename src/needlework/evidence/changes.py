"""What changed from one release to the next, claim by claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from needlework.evidence.decided import can_compare
from needlework.evidence.model import Claim
from needlework.evidence.overlay import tightening_fault

Kind = Literal["added", "removed", "changed"]
Direction = Literal["stricter", "looser", "other"]


class ClaimChange(msgspec.Struct, frozen=True, kw_only=True):
    """One claim before and after; `other` where no order is known between the two."""

    claim: str
    kind: Kind
    direction: Direction = "other"
    before: Claim | None = None
    after: Claim | None = None
    fields: tuple[str, ...] = ()
    """What in it differs."""


def changes(before: Mapping[str, Claim], after: Mapping[str, Claim]) -> tuple[ClaimChange, ...]:
    """Everything that differs, by id.

    >>> from needlework.evidence import load_knowledge
    >>> claim = load_knowledge().claims["zone.cheek.scar-max"]
    >>> less = msgspec.structs.replace(claim, value=1.2)
    >>> [(one.kind, one.direction, one.fields) for one in changes({"a": claim}, {"a": less})]
    [('changed', 'stricter', ('value',))]
    """
    return tuple(_changes(before, after))


def direction(before: Claim, after: Claim) -> Direction:
    """Whether a claim's value became stricter.

    >>> from needlework.evidence import load_knowledge
    >>> wait = load_knowledge().claims["rule.c44.wait"]
    >>> direction(wait, msgspec.structs.replace(wait, value=14))
    'looser'
    """
    if before.value == after.value or not can_compare(before, after):
        return "other"
    is_stricter = tightening_fault(before, after.value) is None
    is_looser = tightening_fault(after, before.value) is None
    if is_stricter is is_looser:
        return "other"
    return "stricter" if is_stricter else "looser"


def claims_from(stored: object) -> dict[str, Claim]:
    """Claims of a release as they were kept, also by a version that knew other fields.

    What cannot be read any more is left out, and shows as added.
    """
    if not isinstance(stored, Mapping):
        return {}
    read = ((str(claim_id), _claim(said)) for claim_id, said in stored.items())
    return {claim_id: claim for claim_id, claim in read if claim is not None}


def _claim(said: object) -> Claim | None:
    if not isinstance(said, Mapping):
        return None
    known = {name: said[name] for name in Claim.__struct_fields__ if name in said}
    try:
        return msgspec.convert(known, Claim)
    except msgspec.ValidationError:
        return None


def _changes(before: Mapping[str, Claim], after: Mapping[str, Claim]) -> Iterator[ClaimChange]:
    for claim_id in sorted(before.keys() | after.keys()):
        old, new = before.get(claim_id), after.get(claim_id)
        if old is None:
            yield ClaimChange(claim=claim_id, kind="added", after=new)
        elif new is None:
            yield ClaimChange(claim=claim_id, kind="removed", before=old)
        elif old != new:
            yield ClaimChange(
                claim=claim_id,
                kind="changed",
                direction=direction(old, new),
                before=old,
                after=new,
                fields=tuple(
                    name
                    for name in Claim.__struct_fields__
                    if getattr(old, name) != getattr(new, name)
                ),
            )
