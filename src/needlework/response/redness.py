r"""Redness after a session by hour and day, what sources say of its end, and of swelling.

Redness is an early flush that fades within hours and a late part that follows inflammation,
the second stage of the healing chain: damage D' = -D/tD, inflammation I' = D/tD - I/tI, here in
closed form. It is told in units of the flush at once after a full dose, and has resolved from
the hour after which it stays below a tenth of its peak.

What is not known: no series of a redness index by day after plain needling was found, only
times by which it was gone; nobody measured how the flush compares with the late part, and a
small change of that ratio moves the end from hours to days. Sources disagree in just that way.
Swelling has no measured course at all, so none is drawn: `swelling` tells what was reported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from needlework.errors import UsageError
from needlework.evidence import Cited, CitedText, Knowledge
from needlework.response.inputs import Array, a_row, all_drawn, fitting, one_a_draw, one_number
from needlework.response.parameters import Draws
from needlework.units import to_mm

MODEL: Final = "redness"

HOURS_A_DAY: Final = 24.0
_IN_HOURS: Final = {"h": 1.0, "d": HOURS_A_DAY}

_GRID: Final = 160
"""Points, about 6 % apart: redness bends over a lifetime, so none hides between two of them."""
_SHORTEST: Final = 0.05
"""First grid point, in the shortest of the three lifetimes: redness has hardly moved by then."""
_LONGEST: Final = 12.0
"""Last grid point before the tail for the threshold, in the longest lifetime."""
_HALVINGS: Final = 50
"""Brings the end of redness, within its 6 %, to the last bit of a double."""
_THIRDS: Final = 30
"""Brings the time of the peak to 1e-7 of itself, and so the peak, which is flat, to 1e-14."""


@dataclass(frozen=True, slots=True)
class Course:
    """Redness of one session in each draw; every array has the shape (draws,)."""

    dose: Array
    """0 to 1: the share of the greatest injury; scales both parts alike."""
    early_h: Array
    """Lifetime of the flush."""
    late_ratio: Array
    """Late part as a multiple of inflammation, against the flush."""
    damage_h: Array
    """Lifetime of damage."""
    inflammation_h: Array
    """Lifetime of inflammation."""

    def __post_init__(self) -> None:
        draws = _lifetime(self.early_h).size
        one_a_draw(self.dose, "Dose", draws, high=1.0)
        one_a_draw(self.late_ratio, "Late part of redness", draws)
        for lifetime in (self.damage_h, self.inflammation_h):
            one_a_draw(lifetime, "Lifetime in h", draws, above=True)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A time by which a source has redness gone."""

    gone_by_h: Cited
    depth_to_mm: float | None
    """Greatest depth that the source speaks of; None where it holds for all."""
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Swelling:
    """What sources say of swelling; there is no curve to draw."""

    peak_day: Cited
    gone_by_h: Cited
    shortest_h: Cited
    longest_h: Cited
    unknown: CitedText


# --- inflammation -----------------------------------------------------------------------------


def inflammation(
    hours: ArrayLike, *, damage_h: ArrayLike, inflammation_h: ArrayLike, dose: ArrayLike = 1.0
) -> Array:
    r"""Inflammation after one session: the second stage of a linear chain.

    .. math:: I(t) = x\,a\,\frac{e^{-bt} - e^{-at}}{a - b}, \quad a = 1/t_D,\; b = 1/t_I

    The difference cancels where the rates meet, so it is taken as
    `x a t exp(-m t) (1 - exp(-d t)) / (d t)` with the smaller rate `m` and their distance `d`.

    Parameters
    ----------
    hours
        Since the session, 0 or more, shape (times,).
    damage_h, inflammation_h
        Lifetimes in hours, above 0, shape (draws,) or one for all.
    dose
        0 to 1, shape (draws,) or one for all.

    Returns
    -------
    Array
        Shape (draws, times), in units of the dose that gives 1 of damage at the start.

    Raises
    ------
    UsageError
        A time, lifetime or dose lies outside its domain.

    Examples
    --------
    >>> inflammation([0, 24], damage_h=24.0, inflammation_h=24.0).round(4).tolist()
    [[0.0, 0.3679]]
    """
    times = a_row(hours, "Hours since the last pass")
    damage, inflamed, amount = np.broadcast_arrays(
        *fitting(_lifetime(damage_h), _lifetime(inflammation_h), _dose(dose))
    )
    stage = _stage(times[None, :], damage[:, None], inflamed[:, None])
    return np.asarray(stage * amount[:, None], dtype=np.float64)


def inflammation_area(*, inflammation_h: ArrayLike, dose: ArrayLike = 1.0) -> Array:
    """Inflammation summed over all time, in hours: the dose times the lifetime, shape (draws,).

    Examples
    --------
    >>> inflammation_area(inflammation_h=38.4, dose=0.5).tolist()
    [19.2]
    """
    lifetime, amount = fitting(_lifetime(inflammation_h), _dose(dose))
    return np.asarray(lifetime * amount, dtype=np.float64)


def inflammation_peak_hours(*, damage_h: ArrayLike, inflammation_h: ArrayLike) -> Array:
    """Hours at which inflammation is greatest, ln(a/b)/(a - b), shape (draws,).

    Examples
    --------
    >>> inflammation_peak_hours(damage_h=24.0, inflammation_h=24.0).tolist()
    [24.0]
    """
    damage, inflamed = np.broadcast_arrays(*fitting(_lifetime(damage_h), _lifetime(inflammation_h)))
    slow = np.maximum(damage, inflamed)
    excess = slow / np.minimum(damage, inflamed) - 1
    apart = excess > 0
    safe = np.where(apart, excess, 1.0)
    return np.asarray(slow * np.where(apart, np.log1p(safe) / safe, 1.0), dtype=np.float64)


# --- redness ----------------------------------------------------------------------------------


def course(draws: Draws, healing: Draws, *, dose: ArrayLike = 1.0) -> Course:
    """Redness of one session from the parameters of this model and of the healing chain.

    Parameters
    ----------
    draws
        Of model ``"redness"``, each of shape (draws,).
    healing
        Of model ``"healing"``, as many: ``damage-time`` and ``inflammation-time`` in days.
    dose
        0 to 1, as `healing.dose` gives it: one, or one a draw.

    Returns
    -------
    Course
        Arrays of shape (draws,), times in hours.

    Raises
    ------
    UsageError
        The dose or a parameter lies outside its domain, or counts do not agree.

    Examples
    --------
    >>> one = np.ones(1)
    >>> course(
    ...     {"early-lifetime": 1.5 * one, "late-ratio": 0.15 * one},
    ...     {"damage-time": 0.5 * one, "inflammation-time": 2 * one},
    ... ).inflammation_h.tolist()
    [48.0]
    """
    count = all_drawn(draws, ("early-lifetime", "late-ratio"), MODEL)
    if all_drawn(healing, ("damage-time", "inflammation-time"), "healing") != count:
        raise UsageError(
            "Redness and healing have different numbers of draws.",
            hint="Draw both models with as many.",
        )
    return Course(
        dose=one_a_draw(dose, "Dose", count, high=1.0),
        early_h=draws["early-lifetime"],
        late_ratio=draws["late-ratio"],
        damage_h=healing["damage-time"] * HOURS_A_DAY,
        inflammation_h=healing["inflammation-time"] * HOURS_A_DAY,
    )


def redness(skin: Course, hours: ArrayLike) -> Array:
    """Redness by hour, in units of the flush at once after a full dose.

    Parameters
    ----------
    skin
        As `course` gives it, (draws,).
    hours
        Since the last pass, 0 or more, shape (times,).

    Returns
    -------
    Array
        Shape (draws, times), 0 or more; the dose at time 0.

    Raises
    ------
    UsageError
        No time is given, or one is below 0 or not a number.

    Examples
    --------
    >>> one = np.ones(1)
    >>> redness(Course(one, 1.5 * one, 0 * one, 14 * one, 38 * one), [0, 1.5]).round(4).tolist()
    [[1.0, 0.3679]]
    """
    times = a_row(hours, "Hours since the last pass")
    return _redness(skin)(np.broadcast_to(times, (skin.early_h.size, times.size)))


def peak_redness(skin: Course) -> Array:
    """The greatest redness of each draw, shape (draws,): at once, or when inflammation peaks.

    Examples
    --------
    >>> one = np.ones(1)
    >>> peak_redness(Course(0.5 * one, 1.5 * one, 0.1 * one, 14 * one, 38 * one)).tolist()
    [0.5]
    """
    times, values = _on_grid(skin, tail=1.0)
    return _peak(skin, times, values)


def hours_until_resolved(
    skin: Course, *, below: ArrayLike = 0.1, of: ArrayLike | None = None
) -> Array:
    """The hour after which redness stays below a share of its peak.

    Parameters
    ----------
    skin
        As `course` gives it, (draws,).
    below
        The share, between 0 and 1: one, or one a draw (`resolved-below`).
    of
        What it is a share of; each draw's own peak unless given. Measured against one fixed
        redness, such as the peak of a full dose, a smaller dose is over sooner; against its own
        peak the dose does not matter, unless it is 0.

    Returns
    -------
    Array
        Hours, shape (draws,); 0 where redness never reaches the share.

    Raises
    ------
    UsageError
        `below` or `of` lies outside its domain.

    Examples
    --------
    >>> one = np.ones(1)
    >>> flush = Course(one, 1.5 * one, 0 * one, 14 * one, 38 * one)
    >>> hours_until_resolved(flush).round(3).tolist()
    [3.454]
    """
    draws = skin.early_h.size
    most = float(np.nextafter(1, 0))
    share = one_a_draw(below, "Share of the peak", draws, high=most, above=True)
    full = replace(skin, dose=np.ones_like(share))
    if of is None:
        threshold = share * peak_redness(full)
        reached = skin.dose > 0
    else:
        whole = one_a_draw(of, "Redness to compare with", draws, above=True)
        with np.errstate(divide="ignore"):
            threshold = share * whole / skin.dose
        reached = np.isfinite(threshold)
    times, values = _on_grid(full, tail=float(-np.log(min(threshold.min(), 1.0))))
    above = values >= threshold[:, None]
    last = values.shape[1] - 1 - np.argmax(above[:, ::-1], axis=1)
    rows = np.arange(len(last))
    low, high = times[rows, last], times[rows, np.minimum(last + 1, times.shape[1] - 1)]
    at = _redness(full)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        red = at(middle[:, None])[:, 0] >= threshold
        low, high = np.where(red, middle, low), np.where(red, high, middle)
    return np.where(reached & above.any(axis=1), (low + high) / 2, 0.0)


# --- what sources say -------------------------------------------------------------------------

_CEILINGS: Final = (
    ("response.redness.ceiling-bal", "response.redness.ceiling-bal-depth"),
    ("harm.erythema.trial-hours", None),
    ("response.redness.ceiling-donnelly", "response.redness.ceiling-donnelly-depth"),
    ("harm.erythema.shallow-gone-by", "harm.downtime.very-shallow-to"),
    ("harm.expected-reactions.gone-by", None),
)
"""When redness was gone, and the greatest depth of which that was said."""


def ceilings(knowledge: Knowledge, depth_mm: float | None = None) -> tuple[Ceiling, ...]:
    """When sources have redness gone, of those that speak of a depth; the soonest first.

    Parameters
    ----------
    knowledge
        What is known, with the clinic's choices over it.
    depth_mm
        Set depth, above 0; None gives all.

    Raises
    ------
    UsageError
        The depth is not above 0.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> [ceiling.gone_by_h.value for ceiling in ceilings(load_knowledge(), 1.5)]
    [6.0, 168.0]
    """
    if depth_mm is not None:
        one_number(depth_mm, "Set depth in mm", above=True)
    found = []
    for time_id, depth_id in _CEILINGS:
        depth_to = None
        if depth_id is not None:
            bound = knowledge.claim(depth_id)
            depth_to = to_mm(bound.number, bound.unit)
        if depth_mm is None or depth_to is None or depth_mm <= depth_to:
            claim = knowledge.claim(time_id)
            behind = (time_id,) if depth_id is None else (time_id, depth_id)
            found.append(
                Ceiling(
                    Cited(claim.number * _IN_HOURS[claim.unit], "h", behind),
                    depth_to,
                    tuple(reference.source for reference in claim.supports),
                )
            )
    return tuple(sorted(found, key=lambda ceiling: ceiling.gone_by_h.value))


def share_beyond(hours: Array, ceiling: Ceiling) -> float:
    """Share of draws in which redness lasts longer than a source says that it did.

    Examples
    --------
    >>> share_beyond(np.array([5.0, 7.0]), Ceiling(Cited(6, "h", ()), None, ()))
    0.5
    """
    return float(np.mean(a_row(hours, "Hours of redness") > ceiling.gone_by_h.value))


def swelling(knowledge: Knowledge) -> Swelling:
    """What sources report of swelling, and what none of them does.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> known = swelling(load_knowledge())
    >>> known.peak_day.value, known.shortest_h.value <= known.gone_by_h.value
    (1, True)
    """
    trial_id, usual_id = "response.redness.swelling-trial-hours", "harm.swelling.gone-by"
    last_id, unknown_id = "harm.expected-reactions.gone-by", "response.redness.swelling-unknown"
    trial, usual, last = (knowledge.claim(i) for i in (trial_id, usual_id, last_id))
    shortest = trial.range[0] if trial.range else trial.number
    return Swelling(
        peak_day=knowledge.number("harm.swelling.peak"),
        gone_by_h=Cited(usual.number * _IN_HOURS[usual.unit], "h", (usual_id,)),
        shortest_h=Cited(shortest * _IN_HOURS[trial.unit], "h", (trial_id,)),
        longest_h=Cited(last.number * _IN_HOURS[last.unit], "h", (last_id,)),
        unknown=CitedText(knowledge.claim(unknown_id).word, (unknown_id,)),
    )


# --- inside -----------------------------------------------------------------------------------


def _stage(times: Array, damage: Array, inflamed: Array) -> Array:
    """Second stage for one unit of damage; positive and free of cancellation everywhere."""
    slowest = np.minimum(1 / damage, 1 / inflamed)
    apart = np.abs(1 / damage - 1 / inflamed) * times
    safe = np.where(apart > 0, apart, 1.0)
    ratio = np.where(apart > 0, -np.expm1(-safe) / safe, 1.0)
    return np.asarray(times / damage * np.exp(-slowest * times) * ratio, dtype=np.float64)


def _redness(skin: Course) -> Callable[[Array], Array]:
    """Redness as a function of times of shape (draws, times), each draw with its own."""

    def at(times: Array) -> Array:
        early = np.exp(-times / skin.early_h[:, None])
        late = _stage(times, skin.damage_h[:, None], skin.inflammation_h[:, None])
        return np.asarray(skin.dose[:, None] * (early + skin.late_ratio[:, None] * late))

    return at


def _on_grid(skin: Course, tail: float) -> tuple[Array, Array]:
    """Times from 0 past the end of each draw's redness, evenly in their logarithm, and redness.

    `tail` is how many e-folds the threshold lies below the peak.
    """
    lifetimes = np.stack((skin.early_h, skin.damage_h, skin.inflammation_h))
    start = _SHORTEST * lifetimes.min(axis=0)
    reach = _LONGEST + 2 * tail + np.log1p(skin.late_ratio)
    steps = np.linspace(0.0, 1.0, _GRID)
    grid = start[:, None] * ((lifetimes.max(axis=0) * reach / start)[:, None]) ** steps
    times = np.concatenate((np.zeros((len(start), 1)), grid), axis=1)
    return times, _redness(skin)(times)


def _peak(skin: Course, times: Array, values: Array) -> Array:
    """The greater of the flush at once and the later peak, which is sought about its grid point.

    The two may be nearly alike, and the grid alone would then take the first for the greatest.
    """
    rows = np.arange(len(values))
    best = 1 + values[:, 1:].argmax(axis=1)
    low, high = times[rows, best - 1], times[rows, best + (best < _GRID)]
    at = _redness(skin)
    for _ in range(_THIRDS):
        first, second = low + (high - low) / 3, high - (high - low) / 3
        rising = at(first[:, None])[:, 0] < at(second[:, None])[:, 0]
        low, high = np.where(rising, first, low), np.where(rising, high, second)
    refined = at(((low + high) / 2)[:, None])[:, 0]
    return np.asarray(np.maximum(refined, values.max(axis=1)), dtype=np.float64)


def _lifetime(hours: ArrayLike) -> Array:
    return a_row(hours, "Lifetime in h", above=True)


def _dose(dose: ArrayLike) -> Array:
    return a_row(dose, "Dose", high=1.0)
