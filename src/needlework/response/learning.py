"""What a person's own measures say of their response: the draws, weighted by them.

Each draw is a way in which this person might respond. Measures make some of them likelier. Where
they fit none of the draws well, few would be left to speak; the measures are then believed less,
by as much as keeps enough draws, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

from needlework.errors import UsageError
from needlework.evidence import Claim
from needlework.response.inputs import FARTHEST, a_row, checked, is_whole, one_number, real
from needlework.response.outcome import Floats, People

FEWEST: Final = 200
"""Effective draws that a 95 % interval is read from; with fewer its ends would be chance."""


class Measure(Struct, frozen=True, kw_only=True):
    """A score that was measured, in the unit of its scale, as a deficit."""

    day: int
    """Counted as the sessions are; the first measure's day is the start."""
    score: float
    scale: str
    rater: str = ""
    """Empty where it is not known who rated: then it counts as somebody else."""
    error: float | None = None
    """Standard deviation of one such rating, in the scale's unit, where it is known."""


class Learned(Struct, frozen=True):
    """What measures made of the draws."""

    weights: Floats
    """Shape (draws,), adding up to one."""
    start: Floats
    """The person's true score at the start, shape (draws,), in the scale's unit."""
    effective: float
    """How many draws still speak."""
    trust: float
    """Share of the measures' weight that was taken; below one where they fit few draws."""
    known_error: float | None = None
    """Standard deviation of a rating to come, in the scale's unit, where a measure gave it: the
    last that did."""
    near: float = 1.0
    """Share of the draws' weight that has the oddest measure within reach of a rating's error."""

    @property
    def fits(self) -> bool:
        """Whether the measures are such as the model expects."""
        return self.trust == 1.0 and self.near >= _MOSTLY


def learn(
    of: People,
    course: Floats,
    measures: Sequence[Measure],
    outcome: dict[str, Claim],
    *,
    seed: int,
) -> Learned:
    """Weigh draws by how well their course goes through the measures.

    Parameters
    ----------
    of
        Draws of a person, shape (draws,).
    course
        Each draw's true course on the measures' days, as a share of the start: shape
        (draws, measures); from `outcome.score_course`.
    measures
        In order of their days, all on one scale; the first is the start, on day 0.
    outcome
        The claims ``response.outcome.*``.
    seed
        For the true score behind the first measure, which nobody saw without error.

    Returns
    -------
    Learned

    Raises
    ------
    UsageError
        No measure at all, another scale among them, days out of order, a score that is no
        number or not above nought at the start, or shapes that disagree.

    Notes
    -----
    Errors have Student's t about the course, so that one odd rating moves little. A measure's
    own `error`, where it has one, stands in place of the drawn one as the width of that t; the
    last that is given stands for ratings to come too. Normal errors of that standard deviation
    are then covered, and a little more. A rating by somebody else than
    the first rater, or by nobody knows whom, has the raters' spread beside its own. Source:
    claims ``response.outcome.*``.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.outcome import gains, people, score_course
    >>> from needlework.response.parameters import parameters
    >>> from needlework.response.posterior import load_posterior
    >>> known = load_knowledge()
    >>> outcome = parameters(known, "outcome")
    >>> some = people(load_posterior(known), outcome, seed=1)
    >>> at_once = np.tile([0.0, 1.0], (some.size, 1))
    >>> course = score_course(some, gains(some, [0.0]), at_once, [0], [0, 60])
    >>> told = [Measure(day=0, score=20, scale="x"), Measure(day=60, score=10, scale="x")]
    >>> learned = learn(some, course, told, outcome, seed=1)
    >>> before, after = course[:, 1].mean(), np.sum(learned.weights * course[:, 1])
    >>> bool(after < before)
    True
    """
    _check(of, course, measures)
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, of.size])))
    tail = outcome["tail"].number
    rater = outcome["rater-spread"].number
    first = measures[0]
    error = _errors(of, first, first.score)
    start = first.score + error * stream.standard_t(tail, of.size)
    start = np.maximum(start, first.score * _LEAST)
    fit = np.zeros(of.size)
    reached = []
    for place, measure in enumerate(measures[1:], start=1):
        spread = _errors(of, measure, first.score)
        if not measure.rater or measure.rater != first.rater:
            spread = np.hypot(spread, rater * first.score)
        away = (measure.score - start * course[:, place]) / spread
        reached.append(np.abs(away) <= _REACH)
        fit += -np.log(spread) - (tail + 1) / 2 * np.log1p(away**2 / tail)
    weights, trust = _weigh(fit)
    known = [measure.error for measure in measures if measure.error is not None]
    return Learned(
        weights,
        start,
        effective=float(1 / np.sum(weights**2)),
        trust=trust,
        known_error=known[-1] if known else None,
        near=min((float(np.sum(weights[each])) for each in reached), default=1.0),
    )


_REACH: Final = 4.0
"""Widths of a rating's error: with the tails of the model two in a hundred lie farther."""
_MOSTLY: Final = 0.5
"""Of the weight. Heavy tails pass over a measure that no draw comes near: that is to be said."""
_LEAST_ERROR, _MOST_ERROR = 1e-3, 10.0
"""Shares of the first score between which somebody's error of rating can lie."""
_LEAST: Final = 0.2
"""Of the first measure: nobody's true score is taken for less than a fifth of what was rated."""


def predicted(
    of: People,
    learned: Learned,
    course: Floats,
    outcome: dict[str, Claim],
    *,
    seed: int,
    same: bool = False,
) -> Floats:
    """What the next rating would read: the true course with the error of a rating.

    Parameters
    ----------
    of, learned
        Draws of a person, and what their measures made of them.
    course
        True course as a share of the start, shape (draws,) or (draws, days).
    outcome
        The claims ``response.outcome.*``.
    seed
        For the errors.
    same
        Whether the first rater will rate again; otherwise raters' spread comes on top.

    Returns
    -------
    ndarray
        Shape of `course`, in the scale's unit; to be read with `learned.weights`.

    Raises
    ------
    UsageError
        The course is of other draws, or holds something that is no number.
    """
    course = real(course, "Course of a score")
    if course.ndim not in {1, 2} or len(course) != of.size:
        raise UsageError(
            f"A course of shape {course.shape} does not fit {of.size} draws.",
            hint="Make both from the same draws.",
        )
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, of.size, 1])))
    tail = outcome["tail"].number
    own = of.error
    if learned.known_error is not None:
        own = learned.known_error / learned.start
    spread = own if same else np.hypot(own, outcome["rater-spread"].number)
    errors = spread * stream.standard_t(tail, of.size)
    shape = (-1, *(1,) * (course.ndim - 1))
    return np.asarray(learned.start.reshape(shape) * (course + errors.reshape(shape)))


def weighted_quantiles(values: Floats, weights: Floats, levels: ArrayLike) -> Floats:
    """Quantiles of weighted draws.

    Parameters
    ----------
    values
        Shape (draws, ...).
    weights
        Shape (draws,), adding up to one.
    levels
        Each between 0 and 1.

    Returns
    -------
    ndarray
        Shape (levels, ...).

    Raises
    ------
    UsageError
        There is no draw, a value or a weight is no number, no weight is above nought, there is
        not one a draw, or a level lies outside its domain.

    Examples
    --------
    >>> weighted_quantiles(np.array([1.0, 2.0, 3.0]), np.array([0.0, 0.0, 1.0]), [0.1, 0.9])
    array([3., 3.])
    """
    values, weights = real(values, "Values of draws"), a_row(weights, "Weights of draws")
    shares = a_row(levels, "Levels of quantiles", high=1.0)
    if not (values.size and values.ndim and np.isfinite(values).all()):
        raise UsageError(
            "Something that was drawn is no number, or nothing was.",
            hint="Draw again: an interval over part of the draws would mean nothing.",
        )
    if not (len(weights) == len(values) and weights.sum() > 0):
        raise UsageError(
            "Weights of draws are no shares, or not one a draw.", hint="Take them from `learn`."
        )
    flat = values.reshape(len(values), -1)
    order = np.argsort(flat, axis=0)
    ordered = np.take_along_axis(flat, order, axis=0)
    reached = np.cumsum(weights[order], axis=0)
    reached /= reached[-1]
    found = np.empty((shares.size, flat.shape[1]))
    for place, level in enumerate(shares):
        at = np.minimum((reached < level - _DUST).sum(axis=0), len(flat) - 1)
        found[place] = ordered[at, np.arange(flat.shape[1])]
    return found.reshape(shares.size, *values.shape[1:])


_DUST: Final = 1e-12


def worth_more(
    of: People, learned: Learned, gain: Floats, share_left: Floats
) -> tuple[float, float]:
    """What further sessions would bring, once matured.

    Parameters
    ----------
    of
        Draws of a person.
    learned
        What their measures made of the draws.
    gain
        Share that each further session would take, shape (draws, sessions); see `outcome.gains`.
    share_left
        The true score once all sessions so far have matured, as a share of the start: (draws,).

    Returns
    -------
    tuple of float
        The chance that they bring more than two ratings by one person differ by accident (95 %),
        and the median of what they bring, as a share of the start.

    Raises
    ------
    UsageError
        No further session is asked about, or a share is none, or not one a draw.
    """
    if np.ndim(gain) != 2 or not np.size(gain):
        raise UsageError("No further session is asked about.", hint="Ask about one or more.")
    gain, share_left = checked(gain, "Gain", high=1.0), checked(share_left, "Share that is left")
    if not len(gain) == share_left.size == of.size:
        raise UsageError(
            f"{len(gain)} gains and {share_left.size} shares do not fit {of.size} draws.",
            hint="Make all of them from the same draws.",
        )
    taken = 1 - np.prod(1 - gain, axis=1)
    brings = taken * np.maximum(share_left - of.plateau, 0.0)
    error = of.error if learned.known_error is None else learned.known_error / learned.start
    noticed = _TWO_RATINGS * error
    chance = float(np.sum(learned.weights[brings > noticed]))
    return chance, float(weighted_quantiles(brings, learned.weights, [0.5])[0])


_TWO_RATINGS: Final = 1.96 * 2**0.5
"""Smallest difference of two ratings that accident makes in one of twenty."""


def _errors(of: People, measure: Measure, start: float) -> Floats:
    if measure.error is not None:
        return np.full(of.size, measure.error)
    return of.error * start


def _weigh(fit: Floats) -> tuple[Floats, float]:
    """Weights, and the largest trust in the measures that leaves enough draws to speak."""
    if not np.isfinite(fit).all():
        raise UsageError(
            "Measures and draws cannot be held against each other.",
            hint="Look for a score or an error that is far too large or too small.",
        )
    needed = min(FEWEST, len(fit) / 10)

    def weights(trust: float) -> Floats:
        raised = np.exp(trust * (fit - fit.max()))
        return np.asarray(raised / raised.sum())

    def enough(trust: float) -> bool:
        return bool(1 / np.sum(weights(trust) ** 2) >= needed)

    if enough(1.0):
        return weights(1.0), 1.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if enough(middle) else (low, middle)
    return weights(low), low


_HALVINGS: Final = 30


def _check(of: People, course: NDArray[np.float64], measures: Sequence[Measure]) -> None:
    if not measures:
        raise UsageError("There is no measure to learn from.", hint="Measure before the first.")
    first = measures[0]
    for place, measure in enumerate(measures, start=1):
        if measure.scale != first.scale:
            raise UsageError(
                f"Measure {place} is on the scale {measure.scale}, the first on {first.scale}.",
                hint="Give the measures of one scale; scales are not converted.",
            )
        one_number(measure.score, f"Score of measure {place}", low=-FARTHEST)
        if not is_whole(measure.day):
            raise UsageError(
                f"The day of measure {place} is no whole number.", hint="Count whole days."
            )
        if place > 1 and measure.day < measures[place - 2].day:
            raise UsageError(
                f"Measure {place} on day {measure.day} lies before the one before it.",
                hint="Give them in order.",
            )
        if measure.error is not None and not (
            _LEAST_ERROR * first.score
            <= one_number(measure.error, f"Error of measure {place}")
            <= _MOST_ERROR * first.score
        ):
            raise UsageError(
                f"The error of measure {place} is no error of such a score.",
                hint=f"Give {_LEAST_ERROR:g} to {_MOST_ERROR:g} times the first, or leave it out.",
            )
    if first.day != 0:
        raise UsageError(
            f"The first measure lies on day {first.day}.", hint="Days count from it: day 0."
        )
    if not first.score > 0:
        raise UsageError(
            "The first score is not above nought: there is nothing to get better.",
            hint="Forecast a concern that the person has.",
        )
    if real(course, "Course of a score").shape != (of.size, len(measures)):
        raise UsageError(
            f"A course of shape {course.shape} does not fit {of.size} draws and "
            f"{len(measures)} measures.",
            hint="Work out the course on the measures' days.",
        )
