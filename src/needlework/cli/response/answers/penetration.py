"""How deep a needle goes in a zone, what stays open, and which layer it reaches."""

from __future__ import annotations

from msgspec import Struct

from needlework.cli.response.answers.parts import Interval, interval, rounded
from needlework.evidence import Knowledge
from needlework.response.anatomy import LAYERS
from needlework.response.forecast import Person, Way
from needlework.response.penetration import (
    NOT_ENTERED,
    NoPenetration,
    Penetration,
    layer_reached,
    penetration,
)


class Layer(Struct, frozen=True, kw_only=True):
    """A layer, where it ends, and the chance that tip or open channel comes to rest in it."""

    name: str
    ends: Interval | None
    """Below the surface; None for what has no end here."""
    tip: float
    channel: float


class Depths(Struct, frozen=True, kw_only=True):
    """What a setting does in a zone."""

    way: Way
    person: Person
    known: bool = True
    proxy: str | None
    """The zone whose measured dermis stands in for this one's."""
    travel: Interval
    channel: Interval
    likeliest: str
    layers: tuple[Layer, ...]
    density: Interval | None
    injured_volume: Interval | None
    """None where the device's needles or rate are not known."""
    draws: int
    seed: int
    claims: tuple[str, ...]


class NoDepths(Struct, frozen=True, kw_only=True):
    """No answer: nobody measured the zone's skin, and nothing may stand in for it."""

    way: Way
    known: bool = False


def made(
    knowledge: Knowledge, way: Way, person: Person, *, draws: int, seed: int
) -> Penetration | NoPenetration:
    """The model's own answer."""
    return penetration(
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


def depths(
    knowledge: Knowledge, way: Way, person: Person, *, draws: int, seed: int
) -> Depths | NoDepths:
    """Travel, open channel, injured dermis and layers of one setting."""
    found = made(knowledge, way, person, draws=draws, seed=seed)
    if isinstance(found, NoPenetration):
        return NoDepths(way=way)
    injured, density = found.injured_volume_cm3_per_cm2, found.density_per_cm2
    return Depths(
        way=way,
        person=person,
        proxy=found.proxy,
        travel=interval(found.travel_mm, "mm"),
        channel=interval(found.channel_mm, "mm"),
        likeliest=found.reached.likeliest,
        layers=tuple(_layers(found)),
        density=None if density is None else interval(density, "1/cm2"),
        injured_volume=None if injured is None else interval(injured, "cm3/cm2"),
        draws=draws,
        seed=seed,
        claims=tuple(dict.fromkeys(found.claims)),
    )


def _layers(found: Penetration) -> list[Layer]:
    tip, channel = found.reached.chances, layer_reached(found.channel_mm, found.layers).chances
    ends = dict(zip(LAYERS, found.layers.floors_mm(), strict=False))
    return [
        Layer(
            name=name,
            ends=interval(ends[name], "mm") if name in ends else None,
            tip=rounded(tip[name]),
            channel=rounded(channel[name]),
        )
        for name in (NOT_ENTERED, *LAYERS)
    ]
