"""How long redness lasts, what trials say of its end, and what is known of swelling."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from needlework.cli.response.answers import penetration
from needlework.cli.response.answers.parts import (
    Array,
    Interval,
    Times,
    interval,
    model_claims,
    rounded,
    times,
)
from needlework.evidence import Cited, CitedText, Knowledge
from needlework.response import healing, redness
from needlework.response.forecast import Person, Way
from needlework.response.parameters import draw, parameters
from needlework.response.penetration import NoPenetration

MODEL = "redness"


class Share(Struct, frozen=True, kw_only=True):
    """Redness at an hour as a share of its own peak, and who is past it."""

    hours: float
    of_peak: Interval
    resolved_share: float


class Ceiling(Struct, frozen=True, kw_only=True):
    """When a source had redness gone, and the share of draws in which it lasts longer."""

    gone_by: Cited
    depth_to_mm: float | None
    sources: tuple[str, ...]
    share_beyond: float


class Swelling(Struct, frozen=True, kw_only=True):
    """What sources report; no course can be drawn."""

    peak_day: Cited
    shortest: Cited
    gone_by: Cited
    longest: Cited
    unknown: CitedText


class Red(Struct, frozen=True, kw_only=True):
    """Redness after one session."""

    way: Way | None
    depth_mm: float
    resolved: Times
    """Against its own peak: no dose shortens it."""
    of_full_dose: Times | None
    """Against the peak of the greatest dose; None where the dose is not asked for or known."""
    dose: Interval | None
    resolved_below: float
    course: tuple[Share, ...]
    ceilings: tuple[Ceiling, ...]
    swelling: Swelling
    draws: int
    seed: int
    claims: tuple[str, ...]


def red(
    knowledge: Knowledge,
    *,
    depth_mm: float,
    way: Way | None,
    person: Person,
    hours: tuple[float, ...],
    draws: int,
    seed: int,
) -> Red:
    """Hours until redness is over, beside the ceilings of trials for this depth."""
    claims = parameters(knowledge, MODEL)
    values = draw(claims, draws, seed)
    healed = draw(parameters(knowledge, "healing"), draws, seed)
    made = redness.course(values, healed)
    until = redness.hours_until_resolved(made, below=values["resolved-below"])
    dose, behind = _dose(knowledge, way, person, healed, draws, seed)
    smaller = None
    if dose is not None:
        smaller = redness.hours_until_resolved(
            redness.course(values, healed, dose=dose),
            below=values["resolved-below"],
            of=redness.peak_redness(made),
        )
    share = redness.redness(made, hours) / redness.peak_redness(made)[:, None]
    return Red(
        way=way,
        depth_mm=depth_mm,
        resolved=times(until),
        of_full_dose=None if smaller is None else times(smaller),
        dose=None if dose is None else interval(100 * dose, "%"),
        resolved_below=claims["resolved-below"].number,
        course=tuple(
            Share(
                hours=hour,
                of_peak=interval(100 * share[:, place], "%"),
                resolved_share=rounded(float(np.mean(until <= hour))),
            )
            for place, hour in enumerate(hours)
        ),
        ceilings=tuple(
            Ceiling(
                gone_by=each.gone_by_h,
                depth_to_mm=each.depth_to_mm,
                sources=each.sources,
                share_beyond=rounded(redness.share_beyond(until, each)),
            )
            for each in redness.ceilings(knowledge, depth_mm)
        ),
        swelling=_swelling(knowledge),
        draws=draws,
        seed=seed,
        claims=tuple(
            dict.fromkeys(
                (
                    *model_claims(knowledge, MODEL),
                    "response.healing.damage-time",
                    "response.healing.inflammation-time",
                    *behind,
                )
            )
        ),
    )


def _dose(
    knowledge: Knowledge,
    way: Way | None,
    person: Person,
    healed: Mapping[str, Array],
    draws: int,
    seed: int,
) -> tuple[Array | None, tuple[str, ...]]:
    if way is None:
        return None, ()
    made = penetration.made(knowledge, way, person, draws=draws, seed=seed)
    if isinstance(made, NoPenetration) or made.injured_volume_cm3_per_cm2 is None:
        return None, ()
    dose = healing.dose(made.injured_volume_cm3_per_cm2, healed["half-dose"])
    return dose, ("response.healing.half-dose", *made.claims)


def _swelling(knowledge: Knowledge) -> Swelling:
    known = redness.swelling(knowledge)
    return Swelling(
        peak_day=known.peak_day,
        shortest=known.shortest_h,
        gone_by=known.gone_by_h,
        longest=known.longest_h,
        unknown=known.unknown,
    )
