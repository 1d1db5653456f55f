"""How deep: the least of all limits, rounded down to the device's steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from needlework.evidence import Cited, Knowledge
from needlework.planning.model import Bound
from needlework.screening import Limit
from needlework.units import round_down

_COLUMNS: Final = {"rejuvenation": "rejuvenation", "pigment": "pigment", "scar": "scar"}


def concern_zone(
    knowledge: Knowledge, concern: str, zone: str, *, raised: bool
) -> tuple[Cited, Iterator[Bound]]:
    """Where to start, and the limits of concern and zone; `raised` by a clinician's clearance."""
    family = _COLUMNS[knowledge.release.concerns[concern].family]
    start = knowledge.depth_mm(f"zone.{zone}.{family}-start")
    return start, _zone_bounds(knowledge, family, zone, raised=raised)


def _zone_bounds(knowledge: Knowledge, family: str, zone: str, *, raised: bool) -> Iterator[Bound]:
    maximum, cap = f"zone.{zone}.{family}-max", f"zone.{zone}.hard-cap"
    deeper = f"zone.{zone}.hard-cap-clinician"
    if raised and family == "scar" and deeper in knowledge.claims:
        maximum = cap = deeper
    yield Bound(name="concern and zone", depth=knowledge.depth_mm(maximum))
    yield Bound(name="zone cap", depth=knowledge.depth_mm(cap))
    if family == "pigment" and knowledge.release.zones[zone].region == "face":
        depth = knowledge.depth_mm("course.depth.pigment-face-max")
        yield Bound(name="pigment on the face", depth=depth)


def person_bounds(
    bounds: Sequence[Bound], start: Cited, limits: Iterable[tuple[Limit, tuple[str, ...]]]
) -> list[Bound]:
    """Limits that come from the person: a reduction for phototype, the lower half for rosacea."""
    base = least(bounds)
    found: list[Bound] = []
    for limit, claims in limits:
        if (less := limit.depth_reduction) is not None:
            depth = Cited(max(0.0, base.value - less.value), "mm", merge(base.claims, less.claims))
            found.append(Bound(name="phototype or PIH history", depth=depth))
        if limit.lower_half:
            middle = min(base.value, (start.value + base.value) / 2)
            depth = Cited(middle, "mm", merge(base.claims, start.claims, claims))
            found.append(Bound(name="lower half of the range", depth=depth))
    return found


def least(bounds: Iterable[Bound]) -> Cited:
    """The depth that binds."""
    return min((bound.depth for bound in bounds), key=lambda depth: depth.value)


def marked(bounds: Sequence[Bound]) -> tuple[Bound, ...]:
    """The same limits, with those that bind marked."""
    lowest = least(bounds).value
    return tuple(
        msgspec.structs.replace(bound, binds=bound.depth.value == lowest) for bound in bounds
    )


def stepped(depth: Cited, step: Cited | None) -> Cited:
    """A depth rounded down to the steps of the dial."""
    if step is None:
        return depth
    return Cited(round_down(depth.value, step.value), depth.unit, merge(depth.claims, step.claims))


def merge(*claims: tuple[str, ...]) -> tuple[str, ...]:
    """Claim ids in order, each once."""
    return tuple(dict.fromkeys(claim for part in claims for claim in part))
