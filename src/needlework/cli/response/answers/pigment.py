"""Risk of darkening by phototype group, with the few people that it was counted in."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from needlework.cli.response.answers.parts import Interval, of_quantiles, rounded
from needlework.evidence import CitedText, Knowledge
from needlework.response import pigment
from needlework.response.parameters import parameters
from needlework.response.summary import LEVELS

MODEL = "pigment"


class Counted(Struct, frozen=True, kw_only=True):
    """People with darkening among those of one study."""

    source: str
    events: int
    people: int
    claims: tuple[str, ...]


class Clients(Struct, frozen=True, kw_only=True):
    """How many of the next clients darken: the beta-binomial."""

    clients: int
    none: float
    """Chance that nobody does."""
    median: int
    low_80: int
    high_80: int
    low_95: int
    high_95: int


class Darkening(Struct, frozen=True, kw_only=True):
    """A person's risk over a course of sessions such as the trials gave."""

    group: str
    risk: Interval
    mean: float
    """In %, as the risk."""
    trials: tuple[Counted, ...]
    next_clients: Clients
    notes: tuple[CitedText, ...]
    claims: tuple[str, ...]


def darkening(knowledge: Knowledge, phototype: str, *, clients: int) -> Darkening:
    """The risk of a group, what was counted, and what that comes to among some clients."""
    claims = parameters(knowledge, MODEL)
    told = pigment.told(claims, knowledge, phototype)
    of = pigment.mixture(claims, knowledge, told.group)
    used = ["jeffreys"]
    if told.group is pigment.Group.UNKNOWN:
        used.append("unknown-dark-weight")
    return Darkening(
        group=told.group.value,
        risk=of_quantiles({level: 100 * pigment.quantile(of, level) for level in LEVELS}, "%"),
        mean=rounded(100 * told.mean),
        trials=tuple(
            Counted(source=each.source, events=each.events, people=each.people, claims=each.claims)
            for each in told.trials
        ),
        next_clients=_next(of, clients),
        notes=told.notes,
        claims=tuple(f"response.pigment.{key}" for key in used),
    )


def _next(of: pigment.Mixture, clients: int) -> Clients:
    chance = pigment.predictive(of, clients)
    below = np.cumsum(chance)

    def at(level: float) -> int:
        return int(np.searchsorted(below, level))

    return Clients(
        clients=clients,
        none=rounded(float(chance[0])),
        median=at(0.5),
        low_80=at(0.1),
        high_80=at(0.9),
        low_95=at(0.025),
        high_95=at(0.975),
    )
