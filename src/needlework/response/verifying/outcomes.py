"""Predictions of scores: the mean of a trial's people, in a study of its own.

People of one study share its gain; they differ from each other, and each is rated with error
before and after. A mean over them carries the chance of who they were. Drift is drawn once a
study: it stands for whatever moves everybody alike. Sessions count as strong as those of the
trials that the model was fitted to.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from msgspec import Struct

from needlework.response import forecast, healing, outcome
from needlework.response.parameters import draw
from needlework.response.posterior import chain_claims
from needlework.response.verifying.cases import Case
from needlework.response.verifying.predictions import (
    DRAWS,
    GROUP,
    Array,
    Models,
    Predict,
    Prediction,
)

_PER_CENT: Final = 100.0
_ZONE: Final = "cheek"


class _Study(Struct, frozen=True):
    """People of one study, `people` a draw, and chance of the study's own."""

    of: outcome.People
    people: int
    chance: np.random.Generator


def trial(models: Models, case: Case) -> Prediction:
    """A mean after sessions, an improvement in points, or one in per cent of the start."""
    study = _study(models, case)
    share = _mean(study, _shares(models, case, study, log_dose=None)) + _rated(study)
    before = case.number("mean_before")
    if before is not None:
        return Prediction(share * before, note=_IN_SAMPLE if case.part == "building" else "")
    low, high = case.number("before_low"), case.number("before_high")
    if low is None or high is None:
        return Prediction(_PER_CENT * (1 - share), note=f"per cent of the start; {_IN_SAMPLE}")
    start = study.chance.uniform(low, high, DRAWS)
    return Prediction(
        start * (1 - share), note=f"score at the start assumed between {low:g} and {high:g}"
    )


_IN_SAMPLE: Final = "in sample: its own study"


def depth(models: Models, case: Case) -> Prediction:
    """What the deeper side truly gains beyond the shallower, in the same people.

    A direction was printed as established, so that chance of rating stays out of it.
    """
    study = _study(models, case)
    passes = int(case.given["passes"])
    left = []
    for side in ("shallower_mm", "deeper_mm"):
        way = forecast.Way(
            device=case.given["device"],
            zone=_ZONE,
            depth_mm=float(case.given[side]),
            passes=passes,
        )
        dose = forecast.relative_dose(models.knowledge, way, forecast.Person(), DRAWS, models.seed)
        left.append(_mean(study, _shares(models, case, study, log_dose=dose.logarithm)))
    return Prediction(
        left[0] - left[1],
        note=f"device, {passes} passes and {_ZONE} assumed; the prior's mean leans this way",
    )


# --- people of a study ------------------------------------------------------------------------


def _study(models: Models, case: Case) -> _Study:
    people = round(case.number("n") or GROUP)
    chance = models.stream(case)
    drawn = models.posterior.draws
    arm = case.given.get("fitted_arm") or (case.given["arm"] if case.part == "building" else "")
    own = drawn[f"study.{arm}"] if arm else chance.standard_normal(DRAWS)
    claims = models.claims("outcome")
    free = draw({key: claims[key] for key in ("dose-slope", "drift")}, DRAWS, models.seed)
    person, spread = chance.standard_normal((2, DRAWS * people))

    def each(values: Array) -> Array:
        return np.repeat(values, people)

    logit = _logit(drawn["gain-centre"]) + drawn["study-spread"] * own
    plateau = each(_logit(drawn["plateau"])) + claims["plateau-spread"].number * spread
    return _Study(
        outcome.People(
            gain_logit=each(logit) + each(drawn["person-spread"]) * person,
            dose_slope=each(free["dose-slope"]),
            plateau=1 / (1 + np.exp(-plateau)),
            drift_per_day=each(free["drift"]) / outcome.HALF_YEAR_D,
            error=each(drawn["measurement-error"]),
        ),
        people,
        chance,
    )


def _shares(models: Models, case: Case, study: _Study, log_dose: Array | None) -> Array:
    """True score at the visit as a share of the start, (people of all draws,)."""
    sessions, every = int(case.given["sessions"]), float(case.given["interval_days"])
    after = case.number("days_after_last")
    if after is None:
        after = models.claims("outcome")["final-visit"].number
    days = tuple(every * session for session in range(sessions))
    # An untreated side is seen on the day on which the other, of three sessions, is.
    visit = (days[-1] if days else 2 * every) + after
    strength = np.zeros((study.of.size, sessions))
    if log_dose is not None:
        strength += np.repeat(log_dose, study.people)[:, None]
    grown = np.zeros((study.of.size, sessions, 1))
    if days:
        grown = np.repeat(_grown(models, days, visit), study.people, axis=0)
    course = outcome.score(study.of, outcome.gains(study.of, strength), grown, np.array([visit]))
    return course[:, 0]


def _grown(models: Models, days: tuple[float, ...], visit: float) -> Array:
    """How far each session has matured at the visit, (draws, sessions, 1)."""
    drawn = models.posterior.draws
    times = {claim: drawn[name] for name, claim in chain_claims().items() if name in drawn}
    chain = healing.chain({**models.draws("healing"), **times})
    grown = healing.maturation(chain, days, until_day=visit, step_days=visit)
    return grown[:, :, -1:]


def _mean(study: _Study, each: Array) -> Array:
    return np.asarray(each.reshape(DRAWS, study.people).mean(axis=1))


def _rated(study: _Study) -> Array:
    """Error of a mean difference of two ratings a person, as a share of the start."""
    error = study.of.error[:: study.people] * np.sqrt(2 / study.people)
    return np.asarray(error * study.chance.standard_normal(DRAWS))


def _logit(share: Array) -> Array:
    return np.asarray(np.log(share) - np.log1p(-share))


PREDICT: Final[Mapping[str, Predict]] = MappingProxyType({"outcome": trial, "outcome_depth": depth})
