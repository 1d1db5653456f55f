"""Predictions of healing: new collagen, its types, timing, and the wound model run beside it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, cast

import numpy as np

from needlework.response import healing, wound
from needlework.response.verifying.cases import Case, cases
from needlework.response.verifying.predictions import (
    DRAWS,
    Array,
    Models,
    Predict,
    Prediction,
    cannot,
)

_HOURS_A_DAY: Final = 24.0
_PER_CENT: Final = 100.0
_WEEK: Final = 7.0
"""Days between sessions where a study's interval was not read."""

_STEP_D: Final = 0.5
_WATCHED_D: Final = 60.0
"""Days over which the cells of a wound are followed."""
_AT_REST: Final = 0.1
"""Of its peak: below it synthesis counts as normal again."""


def direction(models: Models, case: Case) -> Prediction:
    """New collagen after a course, less that of what it is compared with."""
    sessions, every = int(case.given["sessions"]), case.number("interval_days") or _WEEK
    read = float(case.given["read_day_after_last"])
    quantity = case.given["quantity"]
    made = _after(models, sessions, every, read, quantity)
    if case.given["compared_with"] == "one session":
        made = made - _after(models, 1, every, read, quantity)
        return Prediction(made, note="" if case.given["interval_days"] else "weekly assumed")
    return Prediction(made, note="by construction: the chain holds only what is new")


def _after(models: Models, sessions: int, every: float, read: float, quantity: str) -> Array:
    days = tuple(every * session for session in range(sessions))
    until = days[-1] + read
    course = healing.respond(
        healing.chain(models.draws("healing")),
        days,
        np.ones((DRAWS, sessions)),
        until_day=until,
        step_days=until,
    )
    found = {
        "collagen_i": course.collagen_i,
        "collagen_iii": course.collagen_iii,
        "new_collagen": course.new_collagen,
    }
    return found[quantity][:, -1]


def type_iii_share(models: Models, case: Case) -> Prediction:
    """Type III as a share of new collagen some hours after an injury."""
    after_d = float(case.given["time_h"]) / _HOURS_A_DAY
    three, both = (
        _after(models, 1, 0.0, after_d, quantity) for quantity in ("collagen_iii", "new_collagen")
    )
    return Prediction(_PER_CENT * three / both)


def elastin(_models: Models, _case: Case) -> Prediction:
    """None: studies disagree, and the model says so."""
    return cannot("the model gives no direction: studies disagree")


def staining(_models: Models, _case: Case) -> Prediction:
    """None: the chain has no per cent."""
    return cannot("the chain's amounts have no unit, so that no per cent follows")


def synthesis(models: Models, case: Case) -> Prediction:
    """When the chain's fibroblasts peak, and when they are at rest again."""
    cells = _once(models)[:, healing.STATES.index("fibroblasts")]
    days = _STEP_D * np.arange(cells.shape[1])
    match case.given["event"]:
        case "peak":
            return Prediction(days[cells.argmax(axis=1)])
        case "normal_again":
            above = cells > _AT_REST * cells.max(axis=1, keepdims=True)
            last = above.shape[1] - 1 - above[:, ::-1].argmax(axis=1)
            return Prediction(days[last], note="below a tenth of its peak")
    return cannot("the chain's cells rise from the first moment on")


def shape(models: Models, case: Case) -> Prediction:
    """A state on a day against its own peak within the days that were drawn."""
    states = _once(models)[:, :, : round(_SHAPES_D / _STEP_D) + 1]
    variable = case.given["variable"]
    curve = (
        states[:, healing.STATES.index("collagen-iii") :].sum(axis=1)
        if variable == "collagen"
        else states[:, healing.STATES.index(variable)]
    )
    return Prediction(curve[:, round(float(case.given["day"]) / _STEP_D)] / curve.max(axis=1))


_SHAPES_D: Final = 28.0


def _once(models: Models) -> Array:
    """States after one session, (draws, states, steps)."""

    def make() -> Array:
        course = healing.respond(
            healing.chain(models.draws("healing")),
            (0.0,),
            np.ones((DRAWS, 1)),
            until_day=_WATCHED_D,
            step_days=_STEP_D,
        )
        return course.states

    return models.once("one session", make)


def wound_course(models: Models, case: Case) -> Prediction:
    """The three amounts of the wound model on a day."""
    name = cast("wound.Course", case.given["course"])
    of_course = [each for each in cases(case.part) if each.given.get("course") == name]
    days = np.array([float(each.given["day"]) for each in of_course])

    def make() -> Array:
        return wound.simulate(wound.wound(models.claims("wound"), name), days)

    amounts = models.once(("wound", name), make)
    return Prediction(amounts[days.tolist().index(float(case.given["day"]))])


PREDICT: Final[Mapping[str, Predict]] = MappingProxyType(
    {
        "collagen_direction": direction,
        "collagen_type_iii_share": type_iii_share,
        "collagen_elastin": elastin,
        "collagen_lotfi": staining,
        "healing_rat_synthesis": synthesis,
        "healing_shapes": shape,
        "healing_waugh": wound_course,
    }
)
