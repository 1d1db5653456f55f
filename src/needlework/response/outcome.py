"""The course of a score: what sessions take away of what is left, and how sure that is.

Score and time are related by a proportional gain per session: of what can be taken away, session
`s` takes the share `q`, matured as collagen matures. Studies differ ten-fold in `q` at nearly
the same protocol, so a forecast for somebody without measures of their own is one about people
like the trials', in a study like none of them; `learning` narrows it by measures.

Scores are counted as deficits: nought is unblemished skin, one is the person's own start. A
scale on which higher is better is turned round by its best value before it comes here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

from needlework.errors import UsageError
from needlework.evidence import Claim
from needlework.response.inputs import (
    FARTHEST,
    a_row,
    all_drawn,
    checked,
    checked_seed,
    real,
    whole,
)
from needlework.response.parameters import draw
from needlework.response.posterior import Posterior

Floats = NDArray[np.float64]

MOST_EACH: Final = 1000
"""People drawn for each draw of the posterior: more would only fill memory."""

_DRAWN: Final = ("gain-centre", "study-spread", "person-spread", "plateau", "measurement-error")
"""Of the posterior, what people are made of."""

_FARTHEST_LOG_DOSE: Final = 100.0
"""No session is so many e-folds stronger or weaker than another."""

HALF_YEAR_D: Final = 182.625
"""The drift's claim is about half a year."""


class People(Struct, frozen=True):
    """Draws of somebody: how they would respond, each of shape (draws,)."""

    gain_logit: Floats
    """Logit of the share that a session of reference dose takes, once mature."""
    dose_slope: Floats
    plateau: Floats
    """Share of the score that stays whatever is done."""
    drift_per_day: Floats
    """Change for reasons of its own, as a share of the start."""
    error: Floats
    """Standard deviation of one rating, as a share of the start."""

    @property
    def size(self) -> int:
        return len(self.gain_logit)


def people(posterior: Posterior, outcome: dict[str, Claim], *, seed: int, each: int = 1) -> People:
    """Somebody new, in a study like none of those that are known.

    Parameters
    ----------
    posterior
        As shipped.
    outcome
        The claims ``response.outcome.*``.
    seed
        Not negative; the same seed gives the same people.
    each
        People drawn for each draw of the posterior; learning wants many, a first forecast few.

    Returns
    -------
    People
        Arrays of shape (draws of the posterior × each,).

    Raises
    ------
    UsageError
        `each` is below one.

    Notes
    -----
    Between studies and between people the logit of the gain is normal about its centre; the
    plateau is logit-normal about the population's. Source: claims ``response.outcome.*``.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.parameters import parameters
    >>> from needlework.response.posterior import load_posterior
    >>> known = load_knowledge()
    >>> some = people(load_posterior(known), parameters(known, "outcome"), seed=1)
    >>> some.size
    4000
    """
    whole(each, "People a draw", high=MOST_EACH)
    checked_seed(seed)
    all_drawn(posterior.draws, _DRAWN, "outcome")
    draws = {name: np.repeat(values, each) for name, values in posterior.draws.items()}
    size = len(draws["gain-centre"])
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, size])))
    study, person, spread = stream.standard_normal((3, size))
    free = draw({key: outcome[key] for key in ("dose-slope", "drift")}, size, seed)
    return People(
        gain_logit=_logit(draws["gain-centre"])
        + draws["study-spread"] * study
        + draws["person-spread"] * person,
        dose_slope=free["dose-slope"],
        plateau=_expit(_logit(draws["plateau"]) + outcome["plateau-spread"].number * spread),
        drift_per_day=free["drift"] / HALF_YEAR_D,
        error=draws["measurement-error"],
    )


def gains(of: People, log_dose: Sequence[float] | Floats) -> Floats:
    """Share of what is left that each session takes away, once mature.

    Parameters
    ----------
    of
        Draws of a person.
    log_dose
        Natural logarithm of each session's dose over the reference dose: nought for a session
        as deep and dense as the trials'. Shape (sessions,), or (draws, sessions).

    Returns
    -------
    ndarray
        Shape (draws, sessions), each between 0 and 1.

    Raises
    ------
    UsageError
        A dose is no number or lies outside its domain, or there are not as many as draws.

    Examples
    --------
    >>> one = People(*(np.array([x]) for x in (0.0, 1.0, 0.2, 0.0, 0.1)))
    >>> gains(one, [0.0, np.log(3)]).round(2).tolist()
    [[0.5, 0.75]]
    """
    doses = np.atleast_2d(
        _none_or(log_dose, "Logarithm of a session's dose", -_FARTHEST_LOG_DOSE, _FARTHEST_LOG_DOSE)
    )
    if doses.ndim > 2 or len(doses) not in {1, of.size}:
        raise UsageError(
            f"Doses of shape {doses.shape} do not fit {of.size} draws.",
            hint="Give one row of sessions, or a row a draw.",
        )
    return _expit(of.gain_logit[:, None] + of.dose_slope[:, None] * doses)


def score_course(
    of: People,
    gain: Floats,
    matured: Floats,
    session_days: Sequence[int],
    days: Sequence[int] | NDArray[np.int64],
) -> Floats:
    """The true score on given days, as a share of the person's own start.

    Parameters
    ----------
    of
        Draws of a person, shape (draws,).
    gain
        Share taken by each session, shape (draws, sessions); see `gains`.
    matured
        How far a session has matured, by whole days since it: shape (draws, lags), from 0 at lag
        0 to 1 at its peak. The last lag holds from then on.
    session_days
        Whole days, not negative, none before the one before it.
    days
        Days to tell of, counted as the sessions are; those before 0 are refused.

    Returns
    -------
    ndarray
        Shape (draws, days). One at the start; it may rise above one only by drift.

    Raises
    ------
    UsageError
        A session lies before the one before it, a day lies before nought, shapes disagree, or
        something is not a number.

    Notes
    -----
    ``S/S0 = p + (1 - p) Π_s (1 - q_s g(t - t_s)) + drift t``, with plateau p. Source:
    claims ``response.outcome.*``; notes of the model in docs/model/outcome.md.

    Examples
    --------
    >>> one = People(*(np.array([x]) for x in (0.0, 0.0, 0.0, 0.0, 0.1)))
    >>> half = gains(one, [0.0, 0.0])
    >>> at_once = np.array([[0.0, 1.0]])
    >>> score_course(one, half, at_once, [0, 30], [0, 10, 40]).tolist()
    [[1.0, 0.5, 0.25]]
    """
    gain, matured = _none_or(gain, "Gain", 0.0, 1.0), real(matured, "Course of a session")
    told = _whole_days(days, "Days to tell of")
    sessions = _whole_days(session_days, "Days of sessions")
    _check(of, gain, matured, sessions)
    last = matured.shape[1] - 1
    grown = np.zeros((of.size, sessions.size, told.size))
    for k, day in enumerate(sessions):
        since = told - day
        begun = since >= 0
        grown[:, k, begun] = matured[:, np.minimum(since[begun], last)]
    return score(of, gain, grown, told)


def score(of: People, gain: Floats, grown: Floats, days: NDArray[np.int64] | Floats) -> Floats:
    """As `score_course`, from how far each session has matured on each of the days.

    Parameters
    ----------
    of
        Draws of a person, shape (draws,).
    gain
        Shape (draws, sessions); see `gains`.
    grown
        As `healing.maturation` gives it: shape (draws, sessions, days), 0 before a session.
    days
        Shape (days,).

    Returns
    -------
    ndarray
        Shape (draws, days), as a share of the person's own start.

    Raises
    ------
    UsageError
        Shapes disagree, or something is not a number or lies outside its domain.

    Examples
    --------
    >>> one = People(*(np.array([x]) for x in (0.0, 0.0, 0.0, 0.0, 0.1)))
    >>> score(one, gains(one, [0.0]), np.array([[[0.0, 0.5, 1.0]]]), np.arange(3)).tolist()
    [[1.0, 0.75, 0.5]]
    """
    gain, grown = _none_or(gain, "Gain", 0.0, 1.0), real(grown, "Growth of a session")
    at = a_row(days, "Days to tell of")
    if gain.ndim != 2 or grown.shape != (*gain.shape, at.size) or len(gain) != of.size:
        raise UsageError(
            f"Gains of shape {gain.shape} and growth of shape {grown.shape} do not fit "
            f"{of.size} draws and {at.size} days.",
            hint="Make all of them from the same draws.",
        )
    left = np.prod(1 - gain[:, :, None] * grown, axis=1)
    if not np.isfinite(left).all():
        raise UsageError(
            "Growth of a session: not a finite number.",
            hint="Draw again; nothing is forecast from part of the draws.",
        )
    share = of.plateau[:, None] + (1 - of.plateau[:, None]) * left
    drift = of.drift_per_day[:, None] * at
    return np.asarray(np.maximum(share + drift, 0.0))


def _none_or(values: ArrayLike, what: str, low: float, high: float) -> Floats:
    """As `checked`; the untreated have no session, and so an empty row."""
    given = real(values, what)
    return checked(given, what, low=low, high=high) if given.size else given


def _whole_days(days: ArrayLike, what: str) -> NDArray[np.int64]:
    given = _none_or(days, what, 0.0, FARTHEST)
    if given.ndim != 1 or not (given == np.floor(given)).all():
        raise UsageError(f"{what}: not a row of whole days.", hint="Give whole days, from 0 on.")
    return given.astype(np.int64)


def _check(of: People, gain: Floats, matured: Floats, session_days: NDArray[np.int64]) -> None:
    for place, day in enumerate(session_days):
        before = session_days[place - 1] if place else 0
        if day < before:
            raise UsageError(
                f"Session {place + 1} on day {day} lies before day {before}.",
                hint="Give the sessions in order, from day 0 on.",
            )
    if (
        gain.shape != (of.size, len(session_days))
        or matured.ndim != 2
        or (matured.shape[0] != of.size)
    ):
        raise UsageError(
            f"Gains of shape {gain.shape} and a course of shape {matured.shape} do not fit "
            f"{of.size} draws and {len(session_days)} sessions.",
            hint="Make all of them from the same draws.",
        )


def _logit(share: Floats) -> Floats:
    return np.asarray(np.log(share) - np.log1p(-share))


def _expit(logit: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logit)))
