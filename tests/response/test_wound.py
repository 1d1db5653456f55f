"""The reference model of a wound: against Radau, and against libRoadRunner's trajectories."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from needlework.errors import UsageError
from needlework.evidence import load_knowledge
from needlework.response.parameters import parameters
from needlework.response.wound import Wound, rates, simulate, wound

Course = Literal["diabetic", "treated", "normal"]
COURSES: tuple[Course, ...] = ("diabetic", "treated", "normal")


@cache
def made(course: Course) -> Wound:
    return wound(parameters(load_knowledge(), "wound"), course)


def apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Largest difference in any column, relative to the column's peak."""
    return float((np.abs(one - other).max(axis=0) / np.abs(other).max(axis=0)).max())


@pytest.mark.parametrize("course", COURSES)
def test_radau_agrees(course: Course) -> None:
    days = np.linspace(0, 200, 401)
    assert apart(simulate(made(course), days), simulate(made(course), days, method="Radau")) < 1e-8


@pytest.mark.parametrize("course", COURSES)
def test_libroadrunner_agrees(course: Course) -> None:
    """Run once on the encoded models, with relative tolerance 1e-13."""
    path = files("needlework.response") / "data" / "verification" / "healing_waugh.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [row for row in csv.DictReader(lines) if row["course"] == course]
    kinds = ("inflammatory_macrophages", "repair_macrophages", "growth_factor")
    theirs = np.array([[float(row[kind]) for kind in kinds] for row in rows])
    ours = simulate(made(course), np.array([float(row["day"]) for row in rows]))
    assert len(rows) == 19
    assert apart(ours, theirs) < 1e-8


@pytest.mark.parametrize("course", ["diabetic", "normal"])
def test_it_comes_to_rest(course: Course) -> None:
    wounded = made(course)
    last = simulate(wounded, np.array([0.0, 2_000.0]))[-1]
    still = rates(wounded, last, wounded.inflammatory_share)
    assert np.abs(still / last).max() < 1e-8


def test_without_growth_factor_macrophages_follow_the_logistic() -> None:
    """No influx and no leaving: divided by both kinds, Verhulst's curve."""
    alone = replace(
        made("normal"), influx=(0.0, 0.0, 0.0, 0.0), leaving_per_day=0.0, start=(3.0, 1.0, 0.0)
    )
    days = np.array([0.0, 50.0, 150.0, 300.0])
    states = simulate(alone, days)
    rate, most = alone.dividing_per_day, 1 / alone.crowding
    exact = most / (1 + (most / 4 - 1) * np.exp(-rate * days))
    assert np.allclose(states[:, :2].sum(axis=1), exact, rtol=1e-9)
    assert np.allclose(states[:, 0], 3 * states[:, 1], rtol=1e-9)


def test_treatment_changes_nothing_before_its_day() -> None:
    days = np.array([0.0, 5.0, 22.0, 22.0, 30.0])
    treated, untreated = simulate(made("treated"), days), simulate(made("diabetic"), days)
    assert np.allclose(treated[:4], untreated[:4], rtol=1e-9)
    assert treated[4, 0] < 0.5 * untreated[4, 0]


def test_the_start_alone_can_be_asked() -> None:
    assert simulate(made("treated"), np.array([0.0])).tolist() == [[200.0, 200.0, 6.0]]


def test_the_first_influx_is_the_encoded_one() -> None:
    start = np.array(made("diabetic").start)
    quiet = replace(made("diabetic"), dividing_per_day=0.0, leaving_per_day=0.0)
    assert np.isclose(rates(quiet, start, 1.0)[0], 296.53, rtol=1e-12)


@pytest.mark.parametrize(
    ("days", "says"),
    [([], "no value"), ([0.0, np.nan], "finite"), ([-1.0, 2.0], "-1 is out"), ([2.0, 1.0], "rise")],
)
def test_days_that_cannot_be(days: list[float], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        simulate(made("normal"), np.array(days))


def test_a_course_that_there_is_not() -> None:
    with pytest.raises(UsageError, match="no course 'magic'"):
        wound(parameters(load_knowledge(), "wound"), "magic")  # type: ignore[arg-type]
