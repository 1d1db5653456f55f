"""How many holes a device makes, how they lie, and what they miss: by formula and by map."""

from __future__ import annotations

from typing import Final

import numpy as np
from msgspec import Struct

from needlework.cli.response.answers.parts import Array, Interval, interval, rounded
from needlework.evidence import Knowledge
from needlework.response.puncture import (
    NoPattern,
    Pattern,
    pattern,
    random_gap_quantile_mm,
)
from needlework.response.puncture_map import Spread, spread
from needlework.response.puncture_outline import Outline
from needlework.response.puncture_picture import MapWords, draw_map_svg

SHARES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Of skin or of punctures, for distances."""

_DIAMETER: Final = ".needle-diameter"


class Within(Struct, frozen=True, kw_only=True):
    """The distance within which a share of skin, or of punctures, has the nearest puncture."""

    share: float
    distance: Interval


class Seen(Struct, frozen=True, kw_only=True):
    """The same on one map, for skin and for punctures apart, in mm."""

    share: float
    gap_mm: float
    nearest_mm: float


class Maps(Struct, frozen=True, kw_only=True):
    """What many maps of one place show; `distances` are of the one that is drawn."""

    place: str
    area_cm2: float
    maps: int
    density: Interval
    area_fraction: Interval
    missed: Interval
    overtreated: Interval
    punctures_drawn: int
    distances: tuple[Seen, ...]
    claims: tuple[str, ...]


class Punctures(Struct, frozen=True, kw_only=True):
    """What a device makes in some passes, punctures lying at random."""

    device: str
    passes: int
    known: bool = True
    kind: str
    needles: Interval
    density: Interval
    hole_radius: Interval
    area_fraction: Interval
    distances: tuple[Within, ...]
    missed: Interval
    overtreated: Interval
    reach_mm: float
    overtreated_from: int
    diameter_of: str | None
    """The device whose needles' diameter stands in, where this one's is not known."""
    maps: Maps | None
    maps_missing: tuple[str, ...]
    """Claims that a map would need and that no source gives."""
    draws: int
    seed: int
    claims: tuple[str, ...]


class NoPunctures(Struct, frozen=True, kw_only=True):
    """No answer: what the device would have to be known by."""

    device: str
    passes: int
    known: bool = False
    missing: tuple[str, ...]


class Place(Struct, frozen=True, kw_only=True):
    """Where a map is laid, in words, with its edge."""

    name: str
    outline: Outline
    claims: tuple[str, ...] = ()


def punctures(
    knowledge: Knowledge,
    device: str,
    passes: int,
    *,
    needles: int | None,
    laid: tuple[Place, Spread | NoPattern] | None,
    draws: int,
    seed: int,
) -> Punctures | NoPunctures:
    """By formula, and beside it what maps show where they were laid."""
    made = pattern(knowledge, device, passes, draws=draws, seed=seed, needles=needles)
    if isinstance(made, NoPattern):
        return NoPunctures(device=device, passes=passes, missing=made.missing)
    seen = laid and laid[1]
    return Punctures(
        device=device,
        passes=passes,
        kind=made.kind,
        needles=interval(made.needles, "1"),
        density=interval(made.density_per_cm2, "1/cm2"),
        hole_radius=interval(made.hole_radius_mm, "mm"),
        area_fraction=interval(100 * made.area_fraction, "%"),
        distances=tuple(
            Within(
                share=share,
                distance=interval(random_gap_quantile_mm(made.density_per_cm2, share), "mm"),
            )
            for share in SHARES
        ),
        missed=interval(100 * made.missed_share, "%"),
        overtreated=interval(100 * made.overtreated_share, "%"),
        reach_mm=rounded(made.reach_mm),
        overtreated_from=made.overtreated_from,
        diameter_of=_stands_in(made),
        maps=_maps(made, laid[0], seen) if laid and isinstance(seen, Spread) else None,
        maps_missing=seen.missing if isinstance(seen, NoPattern) else (),
        draws=draws,
        seed=seed,
        claims=made.claims,
    )


def lay(
    knowledge: Knowledge,
    device: str,
    place: Place,
    passes: int,
    *,
    needles: int | None,
    maps: int,
    seed: int,
) -> tuple[Place, Spread | NoPattern]:
    """Maps of a device over a place."""
    return place, spread(
        knowledge, device, place.outline, passes, needles=needles, maps=maps, seed=seed
    )


def picture(made: Punctures, place: Place, seen: Spread, device: str) -> bytes:
    """The map whose density is nearest the middle, as SVG."""
    title = f"Punctures of {device} after {made.passes} passes"
    said = (
        f"{place.name}, {place.outline.area_cm2:.3g} cm²: {len(seen.example.punctures_mm):,} "
        f"punctures, {seen.seen.density_per_cm2:,.0f} per cm². One map of what is not known; "
        "its place, speed and width are drawn by chance."
    )
    words = MapWords(
        title,
        said,
        "10 mm",
        "detail, 5 mm wide",
        f"no puncture within {made.reach_mm:.2f} mm",
        f"{made.overtreated_from} or more within it",
        "one of {n} punctures drawn",
    )
    drawn = draw_map_svg(
        seen.example,
        seen.seen,
        words,
        hole_radius_mm=seen.hole_radius_mm,
        overtreated_from=made.overtreated_from,
    )
    return drawn.encode() + b"\n"


def _maps(made: Pattern, place: Place, seen: Spread) -> Maps:
    own: tuple[str, ...] = ("response.puncture.swept-width",)
    if made.kind == "roller":
        own = (f"device.{made.device}.rows", "response.puncture.row-stagger")
    return Maps(
        place=place.name,
        area_cm2=rounded(place.outline.area_cm2),
        maps=len(seen.density_per_cm2),
        density=interval(seen.density_per_cm2, "1/cm2"),
        area_fraction=interval(100 * seen.area_fraction, "%"),
        missed=interval(100 * seen.missed_share, "%"),
        overtreated=interval(100 * seen.overtreated_share, "%"),
        punctures_drawn=len(seen.example.punctures_mm),
        distances=tuple(
            Seen(share=share, gap_mm=gap, nearest_mm=nearest)
            for share, gap, nearest in zip(
                SHARES, _at(seen.seen.gap_mm), _at(seen.seen.nearest_mm), strict=True
            )
        ),
        claims=("response.puncture.placement-jitter", *own, *place.claims),
    )


def _at(distances_mm: Array) -> list[float]:
    return [rounded(float(each)) for each in np.quantile(distances_mm, SHARES)]


def _stands_in(made: Pattern) -> str | None:
    """Whose needle diameter was taken, as the claims say."""
    of = [claim.split(".")[1] for claim in made.claims if claim.endswith(_DIAMETER)]
    return next((device for device in of if device != made.device), None)
