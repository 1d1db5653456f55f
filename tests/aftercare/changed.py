"""Releases made in memory in which one claim has another value."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from needlework.evidence import Knowledge, load_knowledge
from needlework.evidence.model import Claim, Value
from needlework.units import UNITS

KNOWN = load_knowledge()


def with_value(claim_id: str, value: Value) -> Knowledge:
    release = KNOWN.release
    claim = msgspec.structs.replace(release.claims[claim_id], value=value, range=None)
    changed = {**release.claims, claim_id: claim}
    return Knowledge(msgspec.structs.replace(release, claims=changed))


def rejecting(*claim_ids: str) -> Knowledge:
    knowledge = Knowledge(KNOWN.release)
    knowledge.rejected = frozenset(claim_ids)
    return knowledge


def other_values(claim: Claim) -> Iterator[Value]:
    """Other values that the claim could have."""
    if claim.quantity in UNITS:
        for factor in (0.25, 0.5, 2, 4):
            yield claim.number * factor if claim.number else 100 * factor
    elif claim.quantity == "flag":
        yield not claim.value
    elif claim.quantity == "terms":
        yield []
        yield from ([word for word in claim.words if word != gone] for gone in claim.words)
    else:
        yield from ("emergency", "normal", "something else")


def claims_in(tree: object) -> set[str]:
    """Every claim that a result in plain objects names."""
    if isinstance(tree, dict):
        found = set(tree.get("claims", ()))
        return found.union(*(claims_in(value) for value in tree.values()))
    if isinstance(tree, list | tuple):
        return set().union(*(claims_in(value) for value in tree))
    return set()
