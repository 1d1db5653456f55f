"""How long needled skin stays open, beside the waits that aftercare gives."""

from __future__ import annotations

from typing import Final

import numpy as np
from msgspec import Struct

from needlework.aftercare.timeline import FIRSTS
from needlework.cli.response.answers.parts import (
    Interval,
    Times,
    interval,
    model_claims,
    rounded,
    times,
)
from needlework.evidence import Cited, Knowledge
from needlework.response import closure
from needlework.response.parameters import draw, parameters
from needlework.units import to_mm

_LENGTHENS: Final = "aftercare.closure.lengthens"
_COVERED: Final = frozenset({"occlusion-effect", "barrier-occlusion-factor"})
_HOURS: Final = {"h": 1.0, "d": 24.0, "wk": 168.0}


class Left(Struct, frozen=True, kw_only=True):
    """What is left of the first opening at an hour, in %, and who is closed by then."""

    hours: float
    barrier: Interval
    channel: Interval
    water_loss: Interval
    closed_share: float


class Wait(Struct, frozen=True, kw_only=True):
    """A wait that aftercare gives, and the same with the model: never shorter."""

    what: str
    published: Cited
    with_model_h: float
    lengthened: bool


class Closed(Struct, frozen=True, kw_only=True):
    """When skin has closed."""

    depth_mm: float
    age_years: float
    occluded: bool
    barrier: Times
    water_loss: Times
    channels: Times
    calibrated: bool
    calibrated_mm: tuple[float, float]
    left: tuple[Left, ...]
    aftercare: Cited
    """Hours that aftercare takes from the model."""
    aftercare_share: float
    waits: tuple[Wait, ...]
    draws: int
    seed: int
    claims: tuple[str, ...]


def closed(
    knowledge: Knowledge,
    *,
    depth_mm: float,
    age_years: float,
    occluded: bool,
    hours: tuple[float, ...],
    draws: int,
    seed: int,
) -> Closed:
    """Hours until barrier, water loss and channels are back, and what is left by the hour."""
    claims = parameters(knowledge, closure.MODEL)
    skin = closure.closing(
        draw(claims, draws, seed), needle_mm=depth_mm, age_years=age_years, occluded=occluded
    )
    until = closure.hours_until_closed(skin)
    # With its own draws, so that it is the very number that aftercare goes by.
    waited = closure.aftercare_hours(
        knowledge, needle_mm=depth_mm, age_years=age_years, occluded=occluded
    )
    ends = (claims["calibrated-from"], claims["calibrated-to"])
    low, high = (to_mm(claim.number, claim.unit) for claim in ends)
    return Closed(
        depth_mm=depth_mm,
        age_years=age_years,
        occluded=occluded,
        barrier=times(closure.hours_until_barrier(skin)),
        water_loss=times(closure.hours_until_water_loss_settles(skin)),
        channels=times(until),
        calibrated=closure.calibrated(claims, depth_mm),
        calibrated_mm=(low, high),
        left=tuple(_left(skin, hour, float(np.mean(until <= hour))) for hour in hours),
        aftercare=waited,
        aftercare_share=claims["aftercare-share"].number,
        waits=tuple(_waits(knowledge, waited.value)),
        draws=draws,
        seed=seed,
        claims=(*behind(knowledge, occluded=occluded), _LENGTHENS),
    )


def behind(knowledge: Knowledge, *, occluded: bool) -> tuple[str, ...]:
    """Ids of the parameters that closing rests on; those of cover only where there is one."""
    left_out = {"residual-seen-from"} | (set() if occluded else _COVERED)
    return tuple(
        claim
        for claim in model_claims(knowledge, closure.MODEL)
        if claim.rpartition(".")[2] not in left_out
    )


def _left(skin: closure.Closing, hour: float, closed_share: float) -> Left:
    def share(of: object) -> Interval:
        return interval(100 * of(skin, [hour])[:, 0], "%")  # type: ignore[operator]

    return Left(
        hours=hour,
        barrier=share(closure.barrier),
        channel=share(closure.channel),
        water_loss=share(closure.water_loss_excess),
        closed_share=rounded(closed_share),
    )


def _waits(knowledge: Knowledge, modelled_h: float) -> list[Wait]:
    """Those that depend on closed skin."""
    found = []
    for what in knowledge.claim(_LENGTHENS).words:
        words, claim_id = FIRSTS[what]
        published = knowledge.number(claim_id)
        hours = published.value * _HOURS[published.unit]
        longer = closure.lengthened(hours, modelled_h)
        found.append(
            Wait(what=words, published=published, with_model_h=longer, lengthened=longer > hours)
        )
    return found
