"""Darkening after needling (PIH): a beta-binomial by phototype group, with its few events shown.

A group's risk is a beta distribution: Jeffreys' prior and the events counted in trials. An
unknown phototype takes both groups as they come, which is wider, and says so. The risk is a
person's over a course of sessions such as the trials gave, not one session's.

What is not known: six events in all; no trial counts them by phototype, so that the lighter
group's phototype is assumed and phototype VI has no events of its own; trials that report none
may not have looked. How the risk moves with inflammation is assumed: its power is drawn between
none and proportional.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from needlework.errors import UsageError
from needlework.evidence import CitedText, Claim, Knowledge
from needlework.response.inputs import (
    Array,
    a_row,
    all_drawn,
    named,
    one_a_draw,
    one_number,
    whole,
)
from needlework.response.parameters import Draws

MODEL: Final = "pigment"

MOST_CLIENTS: Final = 1_000_000
"""A forecast for more clients is a cohort's business."""

_HALVINGS: Final = 60
"""More than the bits of a double's fraction: bisection then has nothing left to halve."""


class Group(StrEnum):
    """Fitzpatrick's phototypes as the few trials allow them to be told apart."""

    LIGHT = "I-III"
    DARK = "IV-VI"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Trial:
    """Darkening counted among people in one study, and the claims that say so."""

    source: str
    events: int
    people: int
    claims: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Mixture:
    """A mixture of beta distributions of a risk; weights sum to 1."""

    weights: tuple[float, ...]
    a: tuple[float, ...]
    b: tuple[float, ...]

    def __post_init__(self) -> None:
        equal = len(self.weights) == len(self.a) == len(self.b) >= 1
        shapes = all(0 < shape < np.inf for shape in (*self.a, *self.b))
        whole = all(weight >= 0 for weight in self.weights) and abs(sum(self.weights) - 1) < 1e-9
        if not (equal and shapes and whole):
            raise UsageError(
                "A mixture needs weights that sum to 1, and shapes above nought.",
                hint="Give as many of each.",
            )

    @property
    def mean(self) -> float:
        """The mean risk."""
        parts = zip(self.weights, self.a, self.b, strict=True)
        return sum(weight * a / (a + b) for weight, a, b in parts)


@dataclass(frozen=True, slots=True)
class Risk:
    """What is told of a risk: with its spread, what was counted, and what is not known."""

    group: Group
    mean: float
    median: float
    low_95: float
    high_95: float
    trials: tuple[Trial, ...]
    notes: tuple[CitedText, ...]


_TRIALS: Final[Mapping[Group, Sequence[tuple[str, str]]]] = {
    Group.LIGHT: (("response.pigment.events-fabbrocini", "response.pigment.people-fabbrocini"),),
    Group.DARK: (
        ("harm.pih.events-dogra", "harm.pih.completed-dogra"),
        ("response.pigment.events-chawla", "response.pigment.people-chawla"),
    ),
}
"""Claims on events and on people, by group."""

_NOTES: Final[Mapping[Group, Sequence[str]]] = {
    Group.LIGHT: ("note-few", "note-light"),
    Group.DARK: ("note-few", "note-dark"),
    Group.UNKNOWN: ("note-few", "note-unknown"),
}

_DRAWN: Final = ("risk-i-iii", "risk-iv-vi", "inflammation-power")

_GROUPS: Final = dict.fromkeys(("I", "II", "III"), Group.LIGHT) | dict.fromkeys(
    ("IV", "V", "VI"), Group.DARK
)


def group_of(phototype: str) -> Group:
    """The group of a phototype I to VI; empty is unknown.

    Raises
    ------
    UsageError
        It is none of these.

    Examples
    --------
    >>> [group_of(phototype).value for phototype in ("II", "VI", "")]
    ['I-III', 'IV-VI', 'unknown']
    """
    if phototype == "":
        return Group.UNKNOWN
    known = named(phototype, _GROUPS, "phototype", hint="Give I to VI, or none if not known.")
    return _GROUPS[known]


def trials(knowledge: Knowledge, group: Group) -> tuple[Trial, ...]:
    """What was counted in a group; of both where it is unknown.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> [(t.source, t.events, t.people) for t in trials(load_knowledge(), Group.DARK)]
    [('Dogra2014', 5, 30), ('Chawla2014', 1, 30)]
    """
    groups = (Group.LIGHT, Group.DARK) if group is Group.UNKNOWN else (group,)
    found = []
    for ids in (ids for each in groups for ids in _TRIALS[each]):
        events, people = knowledge.claim(ids[0]), knowledge.claim(ids[1])
        source = events.supports[0].source
        found.append(Trial(source, round(events.number), round(people.number), ids))
    return tuple(found)


def counted(found: Sequence[Trial], *, prior: float = 0.5) -> tuple[float, float]:
    """Shapes of the beta distribution that trials leave: Jeffreys' prior and what was counted.

    Parameters
    ----------
    found
        Trials of one group; none leaves the prior.
    prior
        Both shapes before any trial, above 0.

    Raises
    ------
    UsageError
        More events than people, or a prior not above 0.

    Examples
    --------
    >>> counted([Trial("A", 5, 30, ("", "")), Trial("B", 1, 30, ("", ""))])
    (6.5, 54.5)
    """
    one_number(prior, "Shapes of the prior", above=True)
    for trial in found:
        if not 0 <= trial.events <= trial.people:
            raise UsageError(
                f"{trial.source} counts {trial.events} events in {trial.people} people.",
                hint="Events lie between none and all.",
            )
    events = sum(trial.events for trial in found)
    people = sum(trial.people for trial in found)
    return prior + events, prior + people - events


def mixture(claims: Mapping[str, Claim], knowledge: Knowledge, group: Group) -> Mixture:
    """The distribution of a group's risk; of both groups together where it is unknown.

    Parameters
    ----------
    claims
        Of model ``"pigment"``.
    knowledge
        Where the events are counted.
    group
        As `group_of` gives it.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.parameters import parameters
    >>> known = load_knowledge()
    >>> mixture(parameters(known, "pigment"), known, Group.UNKNOWN)
    Mixture(weights=(0.5, 0.5), a=(0.5, 6.5), b=(32.5, 54.5))
    """
    prior = claims["jeffreys"].number
    if group is not Group.UNKNOWN:
        a, b = counted(trials(knowledge, group), prior=prior)
        return Mixture((1.0,), (a,), (b,))
    light, dark = (
        counted(trials(knowledge, each), prior=prior) for each in (Group.LIGHT, Group.DARK)
    )
    weight = claims["unknown-dark-weight"].number
    return Mixture((1 - weight, weight), (light[0], dark[0]), (light[1], dark[1]))


def quantile(of: Mixture, level: float) -> float:
    """The risk that lies above a share `level` of the mixture.

    Raises
    ------
    UsageError
        `level` does not lie between 0 and 1.

    Examples
    --------
    >>> round(quantile(Mixture((1.0,), (6.5,), (54.5,)), 0.975), 3)
    0.195
    """
    from scipy.special import betainc, betaincinv

    one_number(level, "Level of a quantile", high=float(np.nextafter(1, 0)), above=True)
    each = [float(betaincinv(a, b, level)) for a, b in zip(of.a, of.b, strict=True)]
    low, high = min(each), max(each)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        parts = zip(of.weights, of.a, of.b, strict=True)
        if sum(weight * betainc(a, b, middle) for weight, a, b in parts) < level:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def predictive(of: Mixture, clients: int) -> Array:
    """Chance that so many of the next clients darken: the beta-binomial, mixed.

    Parameters
    ----------
    of
        As `mixture` gives it.
    clients
        1 to 1,000,000.

    Returns
    -------
    Array
        Shape (clients + 1,): the chance of 0, 1, … of them; sums to 1.

    Raises
    ------
    UsageError
        `clients` lies outside its domain.

    Examples
    --------
    >>> predictive(Mixture((1.0,), (1.0,), (1.0,)), 3).round(6).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    from scipy.special import betaln

    whole(clients, "Clients", high=MOST_CLIENTS)
    affected = np.arange(clients + 1.0)
    ways = -np.log(clients + 1) - betaln(affected + 1, clients - affected + 1)
    chance = np.zeros(clients + 1)
    for weight, a, b in zip(of.weights, of.a, of.b, strict=True):
        chance += weight * np.exp(
            ways + betaln(affected + a, clients - affected + b) - betaln(a, b)
        )
    return chance


def risk(
    draws: Draws, group: Group, *, relative_inflammation: ArrayLike = 1.0, dark_weight: float = 0.5
) -> Array:
    """A person's risk in each draw, moved by how inflamed the session leaves the skin.

    Parameters
    ----------
    draws
        Of model ``"pigment"``, each of shape (draws,).
    group
        As `group_of` gives it. Where it is unknown, draws are taken from both groups in turn.
    relative_inflammation
        Inflammation summed over time, against that of the trials' sessions; above 0, one or one
        a draw. `redness.inflammation_area` gives it up to a factor.
    dark_weight
        Share of draws from the darker group where it is unknown (`unknown-dark-weight`).

    Returns
    -------
    Array
        Shape (draws,), between 0 and 1.

    Raises
    ------
    UsageError
        `relative_inflammation`, `dark_weight` or a draw lies outside its domain.

    Examples
    --------
    >>> one = np.ones(2)
    >>> some = {"risk-i-iii": 0.01 * one, "risk-iv-vi": 0.1 * one, "inflammation-power": one / 2}
    >>> risk(some, Group.DARK, relative_inflammation=4).tolist()
    [0.2, 0.2]
    >>> risk(some, Group.UNKNOWN).tolist()
    [0.01, 0.1]
    """
    count = all_drawn(draws, _DRAWN, MODEL)
    light, dark = draws["risk-i-iii"], draws["risk-iv-vi"]
    relative = one_a_draw(relative_inflammation, "Relative inflammation", count, above=True)
    one_number(dark_weight, "Weight of the darker group", high=1.0)
    match group:
        case Group.LIGHT:
            base = light
        case Group.DARK:
            base = dark
        case Group.UNKNOWN:
            # Draws are independent, so taking them in turn mixes them in exact proportion.
            turns = np.floor(np.arange(len(light) + 1) * dark_weight)
            base = np.where(np.diff(turns) > 0, dark, light)
    power = np.clip(draws["inflammation-power"], 0.0, 1.0)
    return np.asarray(np.minimum(base * relative**power, 1.0), dtype=np.float64)


def clients_affected(risks: Array, clients: int, stream: np.random.Generator) -> NDArray[np.int64]:
    """How many of the next clients darken, once a draw; `predictive` where a factor moved them.

    Parameters
    ----------
    risks
        As `risk` gives them, shape (draws,).
    clients
        1 to 1,000,000.
    stream
        Source of chance.

    Returns
    -------
    NDArray
        Whole numbers of shape (draws,), 0 to `clients`.

    Raises
    ------
    UsageError
        `clients` or a risk lies outside its domain.

    Examples
    --------
    >>> clients_affected(np.array([0.0, 1.0]), 10, np.random.default_rng(1)).tolist()
    [0, 10]
    """
    whole(clients, "Clients", high=MOST_CLIENTS)
    return stream.binomial(clients, a_row(risks, "Risk", high=1.0))


def told(claims: Mapping[str, Claim], knowledge: Knowledge, phototype: str) -> Risk:
    """The risk as it is told to a person: its middle and 95 %, the events, and what is unsure.

    Parameters
    ----------
    claims
        Of model ``"pigment"``.
    knowledge
        Where the events are counted.
    phototype
        I to VI, by the clinician; empty where it is not known.

    Raises
    ------
    UsageError
        As `group_of`.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.parameters import parameters
    >>> known = load_knowledge()
    >>> dark = told(parameters(known, "pigment"), known, "V")
    >>> round(dark.mean, 3), sum(trial.events for trial in dark.trials)
    (0.107, 6)
    """
    group = group_of(phototype)
    of = mixture(claims, knowledge, group)
    low, median, high = (quantile(of, level) for level in (0.025, 0.5, 0.975))
    return Risk(group, of.mean, median, low, high, trials(knowledge, group), notes(claims, group))


def notes(claims: Mapping[str, Claim], group: Group) -> tuple[CitedText, ...]:
    """What is unsure about a group, as the claims say it."""
    return tuple(CitedText(claims[key].word, (f"response.pigment.{key}",)) for key in _NOTES[group])
