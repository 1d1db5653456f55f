"""Which ingredients gain most from needling: ranks with their chances, and never an amount."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np
from msgspec import Struct

from needlework.cli.response.answers.closure import behind as closed_by
from needlework.cli.response.answers.parts import Interval, interval, model_claims, rounded
from needlework.evidence import Claim, Knowledge
from needlework.response import absorption, closure
from needlework.response.absorption_ingredients import Ingredient, ingredients
from needlework.response.forecast import Person
from needlework.response.parameters import draw, parameters
from needlework.response.penetration import NoPenetration, penetration
from needlework.response.puncture import NoPattern, pattern

_CORNEUM: Final = 0
"""Place of the horny layer's floor among those of the layers."""


class Gain(Struct, frozen=True, kw_only=True):
    """An ingredient: how many times as much of it as intact skin takes up."""

    ingredient: str
    name: str
    rank: int | None
    """From 1; None for what lies outside the calibration."""
    rank_chance: float | None
    """That it is at this very rank."""
    more_than_next: float | None
    """Chance that it gains more than the one below it."""
    times: Interval
    gains_nothing: float


class Ranked(Struct, frozen=True, kw_only=True):
    """Ingredients in order, with those that the model was not calibrated on apart."""

    device: str
    depth_mm: float
    passes: int
    hours: float
    zone: str | None
    age_years: float
    age_assumed: bool
    known: bool = True
    area_fraction: Interval
    through_horny_layer: float | None
    """Chance that channels pass the zone's horny layer; None where the zone is not known."""
    order_chance: float | None
    """That this whole order holds; None where fewer than two are ranked."""
    ranked: tuple[Gain, ...]
    outside: tuple[Gain, ...]
    draws: int
    seed: int
    claims: tuple[str, ...]


class NotRanked(Struct, frozen=True, kw_only=True):
    """No answer: how many holes the device makes is not known."""

    device: str
    passes: int
    known: bool = False
    missing: tuple[str, ...]


class Listed(Struct, frozen=True, kw_only=True):
    """An ingredient with what absorption knows of it."""

    id: str
    name: str
    molar_mass: float
    log_p: float | None
    calibrated: bool


def listed(knowledge: Knowledge) -> list[Listed]:
    """Every ingredient that may be asked for."""
    claims = parameters(knowledge, absorption.MODEL)
    return [
        Listed(
            id=one.id,
            name=one.name.en,
            molar_mass=one.molar_mass.value,
            log_p=None if one.log_p is None else one.log_p.value,
            calibrated=absorption.calibrated(claims, one),
        )
        for one in ingredients().values()
    ]


class Needled(Struct, frozen=True, kw_only=True):
    """What opens the channels; the zone only says whether they pass its horny layer."""

    device: str
    depth_mm: float
    passes: int
    needles: int | None = None
    zone: str | None = None


def ranked(
    knowledge: Knowledge,
    some: Sequence[Ingredient],
    way: Needled,
    person: Person,
    *,
    hours: float,
    ph: Mapping[str, float],
    draws: int,
    seed: int,
) -> Ranked | NotRanked:
    """The ranking of some ingredients under a product put on at once."""
    holes = pattern(knowledge, way.device, way.passes, draws=draws, seed=seed, needles=way.needles)
    if isinstance(holes, NoPattern):
        return NotRanked(device=way.device, passes=way.passes, missing=holes.missing)
    closing = parameters(knowledge, closure.MODEL)
    age = closing["age-reference"].number if person.age_years is None else person.age_years
    skin = closure.closing(draw(closing, draws, seed), needle_mm=way.depth_mm, age_years=age)
    claims = parameters(knowledge, absorption.MODEL)
    gains = [
        absorption.enhancement(
            claims,
            one,
            phi=holes.area_fraction,
            channel=partial(closure.channel, skin),
            hours=hours,
            draws=draws,
            seed=seed,
            ph=ph.get(one.id),
        )
        for one in some
    ]
    within = [gain for gain in gains if gain.calibrated]
    order = absorption.ranked(within) if within else None
    passing, behind = _through(knowledge, way, person, draws, seed)
    own = (*model_claims(knowledge, absorption.MODEL), *closed_by(knowledge, occluded=False))
    return Ranked(
        device=way.device,
        depth_mm=way.depth_mm,
        passes=way.passes,
        hours=hours,
        zone=way.zone,
        age_years=age,
        age_assumed=person.age_years is None,
        area_fraction=interval(100 * holes.area_fraction, "%"),
        through_horny_layer=passing,
        order_chance=rounded(order.order_probability) if order and len(within) > 1 else None,
        ranked=tuple(_in_order(claims, order)) if order else (),
        outside=tuple(_gain(claims, gain) for gain in gains if not gain.calibrated),
        draws=draws,
        seed=seed,
        claims=tuple(dict.fromkeys((*own, *holes.claims, *behind))),
    )


def _in_order(claims: Mapping[str, Claim], order: absorption.Ranking) -> list[Gain]:
    found = []
    for place, gain in enumerate(order.enhancements):
        is_last = place == len(order.enhancements) - 1
        found.append(
            _gain(
                claims,
                gain,
                rank=place + 1,
                rank_chance=rounded(float(order.rank_probability[place, place])),
                more_than_next=(
                    None if is_last else rounded(float(order.gains_more[place, place + 1]))
                ),
            )
        )
    return found


def _gain(
    claims: Mapping[str, Claim],
    gain: absorption.Enhancement,
    *,
    rank: int | None = None,
    rank_chance: float | None = None,
    more_than_next: float | None = None,
) -> Gain:
    return Gain(
        ingredient=gain.ingredient,
        name=ingredients()[gain.ingredient].name.en,
        rank=rank,
        rank_chance=rank_chance,
        more_than_next=more_than_next,
        times=interval(gain.ratio, "1"),
        gains_nothing=rounded(absorption.gains_nothing(claims, gain)),
    )


def _through(
    knowledge: Knowledge, way: Needled, person: Person, draws: int, seed: int
) -> tuple[float | None, tuple[str, ...]]:
    """Chance that open channels pass the horny layer: without it there is no gain to rank."""
    if way.zone is None:
        return None, ()
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
    passed = made.channel_mm > made.layers.floors_mm()[_CORNEUM]
    return rounded(float(np.mean(passed))), made.claims
