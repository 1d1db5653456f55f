"""How deep: the least of all limits, rounded down to the device's steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import Final

import msgspec

from needlework.evidence import Cited, Knowledge
from needlework.evidence.places import places
from needlework.planning.model import Bound
from needlework.screening import Limit
from needlework.units import round_down

_VALUE: Final = attrgetter("value")
_JUST_BELOW_MM: Final = 0.01
CONCERN_ZONE: Final = "concern and zone"
ZONE_CAP: Final = "zone cap"
NEEDS_LABEL: Final = "course.depth.raise-needs-label"


@lru_cache(maxsize=4096)
def concern_zone(
    knowledge: Knowledge, concern: str, zone: str, *, raised: bool
) -> tuple[Cited, tuple[Bound, ...]]:
    """Where to start, and the limits of concern and zone; `raised` by a clinician's clearance."""
    family = knowledge.release.concerns[concern].family
    start = knowledge.depth_mm(f"zone.{zone}.{family}-start")
    deeper = raised and may_be_raised(knowledge, concern, zone)
    return start, tuple(_zone_bounds(knowledge, family, zone, deeper=deeper))


def may_be_raised(knowledge: Knowledge, concern: str, zone: str) -> bool:
    """A clinician may go deeper here for this concern (whether the device allows it apart)."""
    claim = knowledge.claims.get(f"zone.{zone}.hard-cap-clinician")
    if claim is None or _is_tightened(knowledge, concern, zone):
        return False
    if claim.scope.concern:
        return concern in claim.scope.concern
    is_scar = knowledge.release.concerns[concern].family == "scar"
    return is_scar or zone in knowledge.claim(NEEDS_LABEL).words


def _is_tightened(knowledge: Knowledge, concern: str, zone: str) -> bool:
    """A clinic that lowered a limit meant it for everyone: no clearance goes round it."""
    family = knowledge.release.concerns[concern].family
    ids = (f"zone.{zone}.{family}-max", f"zone.{zone}.hard-cap")
    return any(
        knowledge.claims[claim_id].value != knowledge.release.claims[claim_id].value
        for claim_id in ids
    )


def _zone_bounds(knowledge: Knowledge, family: str, zone: str, *, deeper: bool) -> Iterator[Bound]:
    maximum, cap = f"zone.{zone}.{family}-max", f"zone.{zone}.hard-cap"
    if deeper:
        for replaced in (maximum, cap):
            knowledge.claim(replaced)  # one that the clinic rejected cannot be gone round
        maximum = cap = f"zone.{zone}.hard-cap-clinician"
    yield Bound(name=CONCERN_ZONE, depth=knowledge.depth_mm(maximum))
    yield Bound(name=ZONE_CAP, depth=knowledge.depth_mm(cap))
    if family == "pigment" and knowledge.release.zones[zone].region == "face":
        depth = knowledge.depth_mm("course.depth.pigment-face-max")
        yield Bound(name="pigment on the face", depth=depth)


@lru_cache(maxsize=1024)
def operator_bounds(
    knowledge: Knowledge, place: str, profession: str, scope_mm: float | None
) -> tuple[Bound, ...]:
    """What the law of the place and the licence allow a profession."""
    return tuple(_operator_bounds(knowledge, place, profession, scope_mm))


def _operator_bounds(
    knowledge: Knowledge, place: str, profession: str, scope_mm: float | None
) -> Iterator[Bound]:
    others = knowledge.claim("rule.o3.not-health-professions").words
    for name in places(place):
        own = f"jurisdiction.{name}.{profession}-max-depth"
        known = f"jurisdiction.{name}.aesthetician-max-depth"
        # Whoever is no health professional goes no deeper than the profession that the law names.
        claim_id = known if own not in knowledge.claims and profession in others else own
        if claim_id in knowledge.claims:
            yield Bound(name="law of the place", depth=knowledge.depth_mm(claim_id))
        below = f"jurisdiction.{name}.specified-procedure-depth"
        if below in knowledge.claims and profession in others:
            limit = knowledge.depth_mm(below)
            depth = Cited(limit.value - _JUST_BELOW_MM, "mm", limit.claims)
            yield Bound(name="law of the place: less than for health professionals", depth=depth)
    if scope_mm is not None:
        yield Bound(name="operator's licence", depth=Cited(scope_mm, "mm", ()))


def person_bounds(
    bounds: Sequence[Bound], start: Cited, limits: Sequence[tuple[Limit, tuple[str, ...]]]
) -> list[Bound]:
    """Limits that come from the person: a reduction for phototype, the lower half for rosacea."""
    found: list[Bound] = []
    for limit, _ in limits:
        if (less := limit.depth_reduction) is not None:
            base = least(bounds)
            depth = Cited(max(0.0, base.value - less.value), "mm", merge(base.claims, less.claims))
            found.append(Bound(name="phototype or PIH history", depth=depth))
    # Half of what is left: a range that was cut already is not halved from its old end.
    left = [*bounds, *found]
    for limit, claims in limits:
        if limit.lower_half:
            base = least(left)
            middle = min(base.value, (start.value + base.value) / 2)
            depth = Cited(middle, "mm", merge(base.claims, start.claims, claims))
            found.append(Bound(name="lower half of the range", depth=depth))
    return found


def least(bounds: Iterable[Bound]) -> Cited:
    """The depth that binds."""
    return min([bound.depth for bound in bounds], key=_VALUE)


def marked(bounds: Sequence[Bound]) -> tuple[Bound, ...]:
    """The same limits, with those that bind marked."""
    lowest = least(bounds).value
    return tuple(
        msgspec.structs.replace(bound, binds=True) if bound.depth.value == lowest else bound
        for bound in bounds
    )


def stepped(depth: Cited, step: Cited | None) -> Cited:
    """A depth rounded down to the steps of the dial."""
    if step is None:
        return depth
    return Cited(round_down(depth.value, step.value), depth.unit, merge(depth.claims, step.claims))


def merge(*claims: tuple[str, ...]) -> tuple[str, ...]:
    """Claim ids in order, each once."""
    return tuple(dict.fromkeys(chain.from_iterable(claims)))
