"""What a clinic decided about claims as they then read, and what of it holds over a release.

A decision is kept for good, while claims change with each release. So it is kept with the claim
as it read, and weighed anew: an approval ends with any change of the claim, what makes care
stricter goes on, and whatever can no longer be compared counts as rejected.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, Literal

import msgspec

from needlework.evidence.model import Basis, Claim, Release, Value
from needlework.evidence.overlay import (
    Allowed,
    Batch,
    Overlay,
    Rejected,
    Tightened,
    approved,
    tightening_fault,
)

Choice = Literal["approve", "tighten", "reject"]
State = Literal["sourced", "proposed", "approved", "tightened", "rejected"]
Since = Literal["", "changed", "release-stricter", "not-comparable"]
"""What has happened to the claim since the decision."""


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """The newest decision about a claim."""

    claim: str
    choice: Choice
    digest: str
    """Of the claim as it read when it was decided."""
    by: str
    on: date
    batch: str = ""
    topic: str = ""
    value: Value | None = None
    because: str = ""
    read: Claim | None = None
    """The claim as it read; without it a tightened value cannot be compared."""


class Standing(msgspec.Struct, frozen=True):
    """Where a claim stands in a clinic, and what has changed since that was decided."""

    state: State
    since: Since = ""

    @property
    def is_changed(self) -> bool:
        return self.since != ""


def claim_digest(claim: Claim) -> str:
    """Of all that a claim says.

    What stands at its default is left out, so that a field added later changes no digest.

    >>> from needlework.evidence import load_knowledge
    >>> claim = load_knowledge().claims["zone.cheek.scar-max"]
    >>> claim_digest(claim) == claim_digest(msgspec.structs.replace(claim, value=1.4))
    False
    """
    return hashlib.sha256(msgspec.json.encode(_said(claim), order="sorted")).hexdigest()


def claim_digests(claims: Mapping[str, Claim]) -> dict[str, str]:
    """By id; for a whole release they take a few milliseconds, and are kept by whoever asks."""
    return {claim_id: claim_digest(claim) for claim_id, claim in claims.items()}


def is_proposed(claim: Claim) -> bool:
    """No source that was read stands behind it as it is: a clinician has to."""
    return claim.basis in _PROPOSED


def can_compare(before: Claim, after: Claim) -> bool:
    """Whether values of the two mean the same sort of thing, with the same way to be strict.

    >>> from needlework.evidence import load_knowledge
    >>> claim = load_knowledge().claims["zone.cheek.scar-max"]
    >>> can_compare(claim, msgspec.structs.replace(claim, value=1500, unit="um"))
    False
    """
    return (before.quantity, before.unit, before.stricter) == (
        after.quantity,
        after.unit,
        after.stricter,
    )


def standing(claim: Claim, digest: str, decided: Decided | None) -> Standing:
    """What a decision comes to over the claim as it reads in the release at hand.

    >>> from needlework.evidence import load_knowledge
    >>> claim = load_knowledge().claims["zone.cheek.scar-max"]
    >>> approval = Decided(
    ...     claim="zone.cheek.scar-max", choice="approve", digest=claim_digest(claim),
    ...     by="director", on=date(2026, 11, 22),
    ... )
    >>> standing(claim, claim_digest(claim), approval).state
    'approved'
    >>> changed = msgspec.structs.replace(claim, value=1.4)
    >>> standing(changed, claim_digest(changed), approval)
    Standing(state='proposed', since='changed')
    """
    released: State = "proposed" if is_proposed(claim) else "sourced"
    if decided is None:
        return Standing(released)
    since: Since = "" if digest == decided.digest else "changed"
    if decided.choice == "approve":
        return Standing("approved") if not since else Standing(released, since)
    if decided.choice == "reject":
        return Standing("rejected", since)
    if decided.value is None or decided.read is None or not can_compare(decided.read, claim):
        return Standing("rejected", "not-comparable")
    fault = tightening_fault(claim, decided.value)
    if fault == "looser":
        return Standing(released, "release-stricter")
    return Standing("rejected", "not-comparable") if fault else Standing("tightened", since)


def asks(claim: Claim, held: Standing) -> bool:
    """Whether the director has to decide: plans that rest on it cannot be signed.

    A rejection goes on without being asked again, unless only a comparison that failed made it.
    """
    if held.state == "rejected":
        return held.since == "not-comparable"
    return is_proposed(claim) and (held.state == "proposed" or held.is_changed)


def overlay_of(
    clinic: str,
    release: Release,
    digests: Mapping[str, str],
    decided: Iterable[Decided],
    allowed: Iterable[Allowed] = (),
) -> Overlay:
    """A clinic's choices as they hold over this release; it always applies, and never loosens.

    A decision about a claim that the release lacks waits until the claim comes back.
    """
    batches: dict[tuple[str, str, str, date], list[str]] = {}
    tighten: list[Tightened] = []
    reject: list[Rejected] = []
    for one in sorted(decided, key=lambda one: one.claim):
        if one.claim not in release.claims:
            continue
        held = standing(release.claims[one.claim], digests[one.claim], one)
        if held.state == "approved":
            batches.setdefault((one.batch, one.topic, one.by, one.on), []).append(one.claim)
        elif held.state == "rejected":
            reject.append(Rejected(claim=one.claim, because=one.because, by=one.by, on=one.on))
        elif held.state == "tightened" and one.value is not None:
            tighten.append(
                Tightened(
                    claim=one.claim,
                    value=one.value,
                    because=one.because,
                    by=one.by,
                    on=one.on,
                    asks_again=held.is_changed,
                )
            )
    return Overlay(
        clinic=clinic,
        release=release.id,
        release_digest=release.digest,
        approve=tuple(
            Batch(topic=topic, claims=tuple(claims), by=by, on=on)
            for (_batch, topic, by, on), claims in sorted(batches.items())
        ),
        tighten=tuple(tighten),
        reject=tuple(reject),
        allow=tuple(sorted(allowed, key=lambda one: one.product)),
    )


def overlay_digest(overlay: Overlay) -> str:
    """Of what an overlay comes to, whoever decided it and when: taken back, it is as before."""
    comes_to = (
        overlay.release_digest,
        sorted(approved(overlay)),
        sorted((one.claim, one.value, one.asks_again) for one in overlay.tighten),
        sorted(one.claim for one in overlay.reject),
        sorted(one.product for one in overlay.allow),
    )
    return hashlib.sha256(msgspec.json.encode(comes_to)).hexdigest()


_PROPOSED: Final = frozenset({Basis.RECALLED, Basis.PROPOSED})


def _said(part: object) -> object:
    if isinstance(part, msgspec.Struct):
        return {
            field.name: _said(getattr(part, field.name))
            for field in msgspec.structs.fields(part)
            if field.required or getattr(part, field.name) != field.default
        }
    return [_said(each) for each in part] if isinstance(part, list | tuple) else part
