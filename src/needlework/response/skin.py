"""What one session does to one zone's skin: which layer, how long it stays open and red.

Each model answers for itself; here their answers for one setting stand side by side, in the form
in which a page or a command tells them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from needlework.evidence import Cited, CitedText, Knowledge
from needlework.response import closure, pigment, redness
from needlework.response.forecast import Person, Way
from needlework.response.inputs import one_number
from needlework.response.parameters import draw, parameters
from needlework.response.penetration import DEEPEST_MM, NoPenetration, penetration

DRAWS: Final = 1000
_RISKS: Final = 40_000
"""Draws of a risk that is told to a whole per cent."""
CURVE_HOURS: Final = tuple(range(0, 169, 2))
"""A week: by then every published ceiling has passed."""


class Reached(Struct, frozen=True, kw_only=True):
    """Where the needle's tip comes to rest, over people of whom no more is known."""

    layer: str
    """The likeliest."""
    chance: float
    chances: dict[str, float]
    median_mm: float
    low_80_mm: float
    high_80_mm: float
    proxy: str | None
    """The zone whose measured dermis stands in for this one's."""


class Hours(Struct, frozen=True, kw_only=True):
    """By when half, 90 % and 97.5 % of people are there."""

    half: float
    most: float
    nearly_all: float


class Fading(Struct, frozen=True, kw_only=True):
    """Redness by hour, as a share of its peak."""

    hours: tuple[int, ...]
    median: tuple[float, ...]
    low_80: tuple[float, ...]
    high_80: tuple[float, ...]


class Darkening(Struct, frozen=True, kw_only=True):
    """Chance of post-inflammatory darkening, with the few people that it was counted in."""

    group: str
    median: float
    low_95: float
    high_95: float
    events: int
    people: int
    notes: tuple[CitedText, ...]


class Skin(Struct, frozen=True, kw_only=True):
    """One session in one zone."""

    way: Way
    reached: Reached | None
    """None where the zone's skin was never measured and nothing may stand in."""
    barrier: Hours | None
    """Hours until the dry barrier is back; None where the age is not known."""
    closed: Hours | None
    closure_calibrated: bool
    red: Hours
    fading: Fading
    red_gone_by: tuple[Cited, ...]
    """When trials had redness gone, the soonest first."""
    swelling_peak: Cited
    swelling_gone_by: Cited
    darkening: Darkening
    claims: tuple[str, ...]


def skin(
    knowledge: Knowledge,
    way: Way,
    person: Person,
    *,
    phototype: str = "",
    draws: int = DRAWS,
    seed: int = 1,
) -> Skin:
    """One of `skins`."""
    return skins(knowledge, (way,), person, phototype=phototype, draws=draws, seed=seed)[0]


def skins(
    knowledge: Knowledge,
    ways: Sequence[Way],
    person: Person,
    *,
    phototype: str = "",
    draws: int = DRAWS,
    seed: int = 1,
) -> tuple[Skin, ...]:
    """Layer, closure, redness and darkening of one session, for each of several ways.

    Parameters
    ----------
    knowledge
        What is known, with the clinic's choices over it.
    ways
        Device, zone (without its side), depth and passes of each.
    person
        Sex and age where they are known.
    phototype
        I to VI, by the clinician; empty where it is not known.
    draws, seed
        As `parameters.draw`.

    Returns
    -------
    tuple of Skin
        In the order of `ways`; every time as what half, 90 % and 97.5 % of people reach.

    Raises
    ------
    UsageError
        As `penetration.penetration`, `closure.closing` and `pigment.group_of`.
    NotAccepted
        The clinic rejected a parameter.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> way = Way(device="exceed", zone="cheek", depth_mm=1.0, passes=4)
    >>> told, *_ = skins(load_knowledge(), [way], Person(sex="female", age_years=40))
    >>> told.reached.layer, told.reached.proxy
    ('reticular-dermis', 'malar')
    >>> told.barrier.most < told.closed.most
    True
    """
    # Neither fading nor darkening asks for the zone: each is worked out once.
    red, fading = _redness(knowledge, draws, seed)
    dark = _darkening(knowledge, phototype, seed)
    return tuple(
        _one(knowledge, way, person, (red, fading, dark), draws=draws, seed=seed) for way in ways
    )


def _one(
    knowledge: Knowledge,
    way: Way,
    person: Person,
    shared: tuple[Hours, Fading, Darkening],
    *,
    draws: int,
    seed: int,
) -> Skin:
    one_number(way.depth_mm, "Set depth in mm", high=DEEPEST_MM, above=True)
    reached, behind = _reached(knowledge, way, person, draws, seed)
    barrier, closed = _closing(knowledge, way, person, draws, seed)
    red, fading, dark = shared
    swelling = redness.swelling(knowledge)
    used = ("redness", "healing", "pigment", *(("closure",) if closed else ()))
    return Skin(
        way=way,
        reached=reached,
        barrier=barrier,
        closed=closed,
        closure_calibrated=closure.calibrated(parameters(knowledge, "closure"), way.depth_mm),
        red=red,
        fading=fading,
        red_gone_by=tuple(each.gone_by_h for each in redness.ceilings(knowledge, way.depth_mm)),
        swelling_peak=swelling.peak_day,
        swelling_gone_by=swelling.gone_by_h,
        darkening=dark,
        claims=(
            *behind,
            *(f"response.{model}.{key}" for model in used for key in parameters(knowledge, model)),
        ),
    )


def _reached(
    knowledge: Knowledge, way: Way, person: Person, draws: int, seed: int
) -> tuple[Reached | None, tuple[str, ...]]:
    made = penetration(
        knowledge,
        way.device,
        way.zone,
        way.depth_mm,
        way.passes,
        sex=person.sex,
        age_years=person.age_years,
        needles=way.needles,
        draws=draws,
        seed=seed,
    )
    if isinstance(made, NoPenetration):
        return None, ()
    depth = made.reached.depth_mm
    told = Reached(
        layer=made.reached.likeliest,
        chance=made.reached.chances[made.reached.likeliest],
        chances=made.reached.chances,
        median_mm=round(float(depth.median), 4),
        low_80_mm=round(float(depth.low_80), 4),
        high_80_mm=round(float(depth.high_80), 4),
        proxy=made.proxy,
    )
    return told, made.claims


def _closing(
    knowledge: Knowledge, way: Way, person: Person, draws: int, seed: int
) -> tuple[Hours | None, Hours | None]:
    if person.age_years is None:
        return None, None
    values = draw(parameters(knowledge, "closure"), draws, seed)
    made = closure.closing(values, needle_mm=way.depth_mm, age_years=person.age_years)
    return _hours(closure.hours_until_barrier(made)), _hours(closure.hours_until_closed(made))


def _redness(knowledge: Knowledge, draws: int, seed: int) -> tuple[Hours, Fading]:
    """Against each draw's own peak, which no dose shortens: the longer of the two readings."""
    values = draw(parameters(knowledge, "redness"), draws, seed)
    made = redness.course(values, draw(parameters(knowledge, "healing"), draws, seed))
    until = redness.hours_until_resolved(made, below=values["resolved-below"])
    share = redness.redness(made, CURVE_HOURS) / redness.peak_redness(made)[:, None]
    low, middle, high = np.quantile(share, (0.1, 0.5, 0.9), axis=0).round(4)
    return _hours(until), Fading(
        hours=CURVE_HOURS,
        median=tuple(map(float, middle)),
        low_80=tuple(map(float, low)),
        high_80=tuple(map(float, high)),
    )


def _darkening(knowledge: Knowledge, phototype: str, seed: int) -> Darkening:
    """From draws, as all else here: exact quantiles would wait for a library to load."""
    claims = parameters(knowledge, "pigment")
    group = pigment.group_of(phototype)
    risks = pigment.risk(
        draw(claims, _RISKS, seed), group, dark_weight=claims["unknown-dark-weight"].number
    )
    low, median, high = (round(float(q), 4) for q in np.quantile(risks, (0.025, 0.5, 0.975)))
    counted = pigment.trials(knowledge, group)
    return Darkening(
        group=group.value,
        median=median,
        low_95=low,
        high_95=high,
        events=sum(trial.events for trial in counted),
        people=sum(trial.people for trial in counted),
        notes=pigment.notes(claims, group),
    )


def _hours(each: NDArray[np.float64]) -> Hours:
    told = closure.waits(each)
    half, most, nearly_all = (
        round(value, 2) for value in (told.half_h, told.most_h, told.nearly_all_h)
    )
    return Hours(half=half, most=most, nearly_all=nearly_all)
