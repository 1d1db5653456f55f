"""A map of one treatment: punctures laid over a zone's outline, pass by pass, and what they miss.

Each pass of a roller is the drum's lattice, each pass of a pen its ring of needles stamped along
strokes side by side; passes turn, start at random, and every puncture strays a little. One map
is one draw of what is not known; `spread` makes many.

What is not known: glide speed, swept width, how needles sit in a cartridge and how far punctures
stray are assumed, and an outline seen from the front is smaller than the skin that curves away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, hypot
from typing import Final

import numpy as np

from needlework.errors import UsageError
from needlework.evidence import Knowledge
from needlework.response.inputs import FARTHEST, MOST_PASSES, Array, one_number, whole
from needlework.response.puncture import NoPattern, Pattern, pattern
from needlework.response.puncture import drawn as parameters_drawn
from needlework.response.puncture_lattice import Lattice, roller_lattice
from needlework.response.puncture_outline import Outline

MOST_PUNCTURES: Final = 5_000_000
"""More would only fill memory."""

FRINGE_MM: Final = 2.0
"""Punctures this far outside are kept too, so that skin at the edge has its neighbours."""

_MM2_PER_CM2: Final = 100


# --- passes -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RollerPass:
    """One pass of a roller: its lattice, rows running in a direction."""

    lattice: Lattice
    direction_deg: float

    def __post_init__(self) -> None:
        one_number(self.direction_deg, "Direction in degrees", low=-FARTHEST)


@dataclass(frozen=True, slots=True)
class PenPass:
    """One pass of a pen: strokes side by side, the needles' ring stamped at every step."""

    needles: int
    step_mm: float
    """How far the pen glides from one strike to the next."""
    swept_width_mm: float
    direction_deg: float

    def __post_init__(self) -> None:
        whole(self.needles, "Needles")
        one_number(self.step_mm, "Glide from strike to strike in mm", above=True)
        one_number(self.swept_width_mm, "Swept width in mm", above=True)
        one_number(self.direction_deg, "Direction in degrees", low=-FARTHEST)

    @property
    def density_per_cm2(self) -> float:
        """Punctures of the pass, 1/cm²."""
        return _MM2_PER_CM2 * self.needles / (self.step_mm * self.swept_width_mm)


def crossed_deg(passes: int) -> list[float]:
    """Directions of passes: half along, half across, by turns.

    Published for a pen (ElFakahany2016): half of twenty passes vertical, half horizontal.

    Raises
    ------
    UsageError
        Passes are out of their domain.

    Examples
    --------
    >>> crossed_deg(3)
    [0.0, 90.0, 0.0]
    """
    whole(passes, "Passes", high=MOST_PASSES)
    return [90.0 * (number % 2) for number in range(passes)]


@dataclass(frozen=True, slots=True)
class PunctureMap:
    """Punctures of one treatment of one zone."""

    outline: Outline
    punctures_mm: Array
    """Within the outline, shape (punctures, 2)."""
    fringe_mm: Array
    """Within `FRINGE_MM` outside its bounds: neighbours, not counted."""

    @property
    def density_per_cm2(self) -> float:
        """Punctures within over the area within."""
        return len(self.punctures_mm) / self.outline.area_cm2


def puncture_map(
    outline: Outline,
    passes: Sequence[RollerPass | PenPass],
    jitter_mm: float,
    rng: np.random.Generator,
) -> PunctureMap:
    """Lay passes over a zone.

    Parameters
    ----------
    outline
        The zone's edge in mm.
    passes
        One or more.
    jitter_mm
        Standard deviation of a puncture's place along each axis, 0 or more.
    rng
        Source of chance: the same state gives the same map.

    Raises
    ------
    UsageError
        There is no pass, a number is out of its domain, or the map would hold more than
        5,000,000 punctures.

    Examples
    --------
    >>> from needlework.response.puncture_outline import rectangle_mm
    >>> one = RollerPass(Lattice(2.0, 2.0), direction_deg=30)
    >>> made = puncture_map(rectangle_mm(100, 100), [one] * 4, 0.2, np.random.default_rng(1))
    >>> bool(abs(made.density_per_cm2 - 100) < 2)
    True
    """
    if not passes:
        raise UsageError("A map needs a pass.", hint="Give at least one.")
    one_number(jitter_mm, "Jitter in mm")
    left, top, right, bottom = outline.bounds_mm
    centre = np.array([left + right, top + bottom]) / 2
    # A disc that holds zone and fringe whichever way a pass turns, and punctures that stray in.
    radius = hypot(right - left, bottom - top) / 2 + FRINGE_MM + 4 * jitter_mm
    expected = sum(_density(one) for one in passes) * (2 * radius) ** 2 / _MM2_PER_CM2
    if expected > MOST_PUNCTURES:
        raise UsageError(
            f"A map of about {expected:,.0f} punctures is too large.",
            hint="Give a smaller outline or fewer passes.",
        )
    laid = np.concatenate([centre + _turned(_lay(one, radius, rng), one) for one in passes])
    laid += rng.normal(0.0, jitter_mm, laid.shape)
    inside = outline.holds(laid)
    near = (
        (laid[:, 0] > left - FRINGE_MM)
        & (laid[:, 0] < right + FRINGE_MM)
        & (laid[:, 1] > top - FRINGE_MM)
        & (laid[:, 1] < bottom + FRINGE_MM)
    )
    return PunctureMap(outline, laid[inside], laid[near & ~inside])


def _density(one: RollerPass | PenPass) -> float:
    return one.lattice.density_per_cm2 if isinstance(one, RollerPass) else one.density_per_cm2


def _turned(points: Array, one: RollerPass | PenPass) -> Array:
    angle = np.radians(one.direction_deg)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(points @ turn)


def _lay(one: RollerPass | PenPass, radius: float, rng: np.random.Generator) -> Array:
    """A pass along x over the square of half-side `radius` about the origin, begun at random."""
    if isinstance(one, RollerPass):
        return _lay_lattice(one.lattice, radius, rng)
    return _lay_strokes(one, radius, rng)


def _lay_lattice(lattice: Lattice, radius: float, rng: np.random.Generator) -> Array:
    rows = np.arange(-ceil(radius / lattice.across_mm) - 1, ceil(radius / lattice.across_mm) + 1)
    holes = np.arange(-ceil(radius / lattice.along_mm) - 2, ceil(radius / lattice.along_mm) + 2)
    along_start, across_start = rng.random(2)
    # Rows shift on and on; whole pitches of shift are taken off again.
    shift = np.mod(rows * lattice.stagger + along_start, 1.0)
    x = (holes[None, :] + shift[:, None]) * lattice.along_mm
    y = np.broadcast_to((rows[:, None] + across_start) * lattice.across_mm, x.shape)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def _lay_strokes(one: PenPass, radius: float, rng: np.random.Generator) -> Array:
    width = one.swept_width_mm
    strokes = np.arange(-ceil(radius / width) - 1, ceil(radius / width) + 2)
    strikes = np.arange(-ceil((radius + width) / one.step_mm), ceil((radius + width) / one.step_mm))
    # The hand holds the cartridge as it comes: the ring is turned at random, once a pass.
    angle = 2 * np.pi * (np.arange(one.needles) / one.needles + rng.random())
    ring = width / 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    across = (strokes + rng.random()) * width
    begun = rng.random(len(strokes)) * one.step_mm
    x = begun[:, None, None] + strikes[None, :, None] * one.step_mm + ring[None, None, :, 0]
    y = np.broadcast_to(across[:, None, None] + ring[None, None, :, 1], x.shape)
    return np.stack([x.ravel(), y.ravel()], axis=1)


# --- what a map covers ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coverage:
    """What one map covers, with the standard errors of its sampling."""

    density_per_cm2: float
    area_fraction: float
    area_fraction_se: float
    missed_share: float
    missed_share_se: float
    overtreated_share: float
    overtreated_share_se: float
    nearest_mm: Array
    """From every puncture to its nearest neighbour, shape (punctures,)."""
    gap_mm: Array
    """From every sampled point of skin to the nearest puncture, shape (points,)."""
    points_mm: Array
    """The points of skin sampled, shape (points, 2)."""
    within_reach: Array
    """Punctures within reach of each, shape (points,)."""


def coverage(
    made: PunctureMap,
    *,
    hole_radius_mm: float,
    reach_mm: float,
    overtreated_from: int,
    points: int = 20_000,
    rng: np.random.Generator,
) -> Coverage:
    """Measure a map at points of skin drawn evenly within its outline.

    Parameters
    ----------
    made
        The map.
    hole_radius_mm
        0 or more.
    reach_mm
        0 to the width of the fringe, so that the edge is not short of neighbours.
    overtreated_from
        Punctures within reach from which a point counts as over-treated, 1 or more.
    points
        How many points to sample, 1 to 1,000,000.
    rng
        Source of chance.

    Raises
    ------
    UsageError
        The map has no puncture, or a number is out of its domain.

    Examples
    --------
    >>> from needlework.response.puncture_outline import rectangle_mm
    >>> rng = np.random.default_rng(1)
    >>> made = puncture_map(rectangle_mm(40, 40), [RollerPass(Lattice(1.0, 1.0), 0)], 0.0, rng)
    >>> seen = coverage(made, hole_radius_mm=0.1, reach_mm=0.75, overtreated_from=3, rng=rng)
    >>> seen.missed_share, round(float(seen.nearest_mm.max()), 9)
    (0.0, 1.0)
    """
    from scipy.spatial import cKDTree

    one_number(hole_radius_mm, "Hole radius in mm", high=FRINGE_MM)
    one_number(reach_mm, "Reach in mm", high=FRINGE_MM)
    whole(overtreated_from, "Least punctures that over-treat")
    whole(points, "Points to sample")
    if not len(made.punctures_mm):
        raise UsageError("A map has no puncture to measure.", hint="Give more passes or area.")
    tree = cKDTree(np.concatenate([made.punctures_mm, made.fringe_mm]))
    skin = _sampled(made.outline, points, rng)
    gap = np.asarray(tree.query(skin)[0], dtype=np.float64)
    within = np.asarray(tree.query_ball_point(skin, reach_mm, return_length=True), dtype=np.float64)
    nearest = np.asarray(tree.query(made.punctures_mm, k=[2])[0], dtype=np.float64)
    punctured, punctured_se = _share(gap <= hole_radius_mm)
    missed, missed_se = _share(within == 0)
    over, over_se = _share(within >= overtreated_from)
    return Coverage(
        density_per_cm2=made.density_per_cm2,
        area_fraction=punctured,
        area_fraction_se=punctured_se,
        missed_share=missed,
        missed_share_se=missed_se,
        overtreated_share=over,
        overtreated_share_se=over_se,
        nearest_mm=nearest[:, 0],
        gap_mm=gap,
        points_mm=skin,
        within_reach=within,
    )


def _share(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[float, float]:
    share = float(np.mean(flags))
    return share, (share * (1 - share) / len(flags)) ** 0.5


def _sampled(outline: Outline, points: int, rng: np.random.Generator) -> Array:
    left, top, right, bottom = outline.bounds_mm
    kept: list[Array] = []
    have = 0
    while have < points:
        tried = rng.random((2 * points, 2)) * [right - left, bottom - top] + [left, top]
        kept.append(tried[outline.holds(tried)])
        have += len(kept[-1])
    return np.concatenate(kept)[:points]


# --- a device over a zone ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spread:
    """What many maps of one device over one zone cover; each array has the shape (maps,)."""

    example: PunctureMap
    """The map whose density is nearest the middle."""
    seen: Coverage
    """What that one covers."""
    hole_radius_mm: float
    """Of that one."""
    density_per_cm2: Array
    area_fraction: Array
    missed_share: Array
    overtreated_share: Array


def spread(
    knowledge: Knowledge,
    device: str,
    outline: Outline,
    passes: int,
    *,
    directions_deg: Sequence[float] | None = None,
    needles: int | None = None,
    maps: int = 20,
    points: int = 5_000,
    seed: int = 1,
) -> Spread | NoPattern:
    """Maps of a device over a zone, each with its own speed, width, jitter and luck.

    Parameters
    ----------
    knowledge
        What is known, with the clinic's choices over it.
    device
        A device's id.
    outline
        The zone's edge in mm.
    passes
        1 to 200.
    directions_deg
        One a pass; None crosses them.
    needles
        Of the cartridge in hand, where it is not the device's usual one.
    maps
        1 to 1,000.
    points
        Points of skin sampled on each.
    seed
        Not negative; the same seed gives the same maps.

    Returns
    -------
    Spread or NoPattern
        `NoPattern` where the device's needles, rows or rates are not known.

    Raises
    ------
    UsageError
        There is no such device, or a number is out of its domain.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.puncture_outline import rectangle_mm
    >>> made = spread(load_knowledge(), "roller-mf8", rectangle_mm(40, 40), 15, maps=3)
    >>> made.density_per_cm2.shape
    (3,)
    """
    whole(maps, "Maps", high=1000)
    turns = crossed_deg(passes) if directions_deg is None else list(directions_deg)
    if len(turns) != passes:
        raise UsageError(
            f"{len(turns)} directions do not go with {passes} passes.", hint="Give one a pass."
        )
    drawn = pattern(knowledge, device, passes, draws=maps, seed=seed, needles=needles)
    if isinstance(drawn, NoPattern):
        return drawn
    if drawn.kind == "roller" and f"device.{device}.rows" not in knowledge.claims:
        return NoPattern(device, (f"device.{device}.rows",))
    values = parameters_drawn(knowledge, maps, seed)
    made: list[tuple[PunctureMap, Coverage]] = []
    for number, stream in enumerate(np.random.SeedSequence([seed, maps]).spawn(maps)):
        rng = np.random.Generator(np.random.PCG64(stream))
        one_pass = _one_pass(knowledge, drawn, number, float(values["swept-width"][number]))
        one = puncture_map(
            outline,
            [replace(one_pass, direction_deg=turn) for turn in turns],
            float(values["placement-jitter"][number]),
            rng,
        )
        seen = coverage(
            one,
            hole_radius_mm=float(drawn.hole_radius_mm[number]),
            reach_mm=drawn.reach_mm,
            overtreated_from=drawn.overtreated_from,
            points=points,
            rng=rng,
        )
        made.append((one, seen))
    densities = np.array([seen.density_per_cm2 for _, seen in made])
    middle = int(np.argsort(densities)[maps // 2])
    return Spread(
        example=made[middle][0],
        seen=made[middle][1],
        hole_radius_mm=float(drawn.hole_radius_mm[middle]),
        density_per_cm2=densities,
        area_fraction=np.array([seen.area_fraction for _, seen in made]),
        missed_share=np.array([seen.missed_share for _, seen in made]),
        overtreated_share=np.array([seen.overtreated_share for _, seen in made]),
    )


def _one_pass(
    knowledge: Knowledge, drawn: Pattern, number: int, swept_width_mm: float
) -> RollerPass | PenPass:
    """A pass whose density is that of one draw; it still has to be turned."""
    needles = max(round(float(drawn.needles[number])), 1)
    per_mm2 = float(drawn.density_per_cm2[number]) / drawn.passes / _MM2_PER_CM2
    if drawn.kind != "roller":
        step_mm = needles / (per_mm2 * swept_width_mm)
        return PenPass(needles, step_mm, swept_width_mm, direction_deg=0.0)
    diameter, width = (
        knowledge.depth_mm(f"device.{drawn.device}.{key}").value
        for key in ("drum-diameter", "drum-width")
    )
    rolled_out = roller_lattice(
        needles,
        int(knowledge.claim(f"device.{drawn.device}.rows").number),
        diameter,
        width,
        knowledge.claim("response.puncture.row-stagger").number,
    )
    # A drum that is held off the skin draws its rows apart along the way it rolls, not across.
    along_mm = 1 / (per_mm2 * rolled_out.across_mm)
    return RollerPass(replace(rolled_out, along_mm=along_mm), direction_deg=0.0)
