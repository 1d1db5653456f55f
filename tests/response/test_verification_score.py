"""Scores of draws whose answer is known exactly: PIT, intervals, directions, coverage."""

from __future__ import annotations

from math import erf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from needlework.errors import UsageError
from needlework.response.verifying.cases import Observed
from needlework.response.verifying.score import (
    SAME_COURSE,
    Score,
    pit,
    same_course,
    score,
    shares_inside,
)

EVEN = np.arange(1001.0)
"""Quantiles of it are read off: the share q lies at 1000 q."""

numbers = st.floats(-1e6, 1e6)
draws_of = st.lists(numbers, min_size=2, max_size=50).map(np.array)


def at(value: float) -> Observed:
    return Observed(low=value, high=value)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (500, "inside 50"),
        (250, "inside 50"),
        (249.5, "inside 80"),
        (100, "inside 80"),
        (99.5, "inside 95"),
        (975, "inside 95"),
        (975.5, "missed"),
        (-1, "missed"),
    ],
)
def test_a_figure_is_held_against_central_intervals(value: float, verdict: str) -> None:
    assert score(EVEN, at(value)).verdict == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(900, 2000, "inside 80"), (-50, 30, "inside 95"), (1000.5, 1001, "missed")],
)
def test_a_range_counts_where_it_meets_an_interval(low: float, high: float, verdict: str) -> None:
    assert score(EVEN, Observed(low=low, high=high)).verdict == verdict


def test_pit_counts_draws_below_and_half_of_ties() -> None:
    assert pit(np.arange(4.0), 1.5) == 0.5
    assert pit(np.array([0.0, 0.0, 0.0, 1.0]), 0.0) == 0.375
    assert score(EVEN, Observed(low=400, high=600)).pit == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("found", "chance"),
    [
        (Observed(high=2.0), 0.625),
        (Observed(low=2.0), 0.375),
        (Observed(sign=1), 0.875),
        (Observed(sign=-1), 0.125),
    ],
)
def test_ceilings_floors_and_directions_tell_the_share_that_agrees(
    found: Observed, chance: float
) -> None:
    made = score(np.arange(4.0), found)
    assert made.chance == chance
    assert made.pit is None
    assert made.verdict == ("direction held" if chance >= 0.5 else "direction missed")


def test_what_has_no_spread_agrees_or_not() -> None:
    one = np.array([20.0])
    assert score(one, at(20.0 + 1e-9)) == Score("inside 50")
    assert score(one, at(20.1)) == Score("missed")
    assert score(np.full(10, 2.0), Observed(low=1, high=3)) == Score("inside 50")


@pytest.mark.parametrize(
    "draws", [np.array([]), np.array([1.0, np.nan]), np.ones((2, 2)), np.array([np.inf])]
)
def test_draws_that_are_none_are_refused(draws: NDArray[np.float64]) -> None:
    with pytest.raises(UsageError, match="Draws to score"):
        score(draws, at(1.0))


def test_where_nothing_was_found_nothing_is_scored() -> None:
    with pytest.raises(UsageError, match="Nothing was found"):
        score(EVEN, Observed())


@given(draws_of, numbers, st.floats(0.01, 100), numbers)
def test_unit_and_origin_do_not_matter(
    draws: NDArray[np.float64], value: float, times: float, shift: float
) -> None:
    """PIT and verdict are of order alone; figures within rounding of a draw are left out."""
    moved = times * draws + shift
    if np.min(np.abs(draws - value)) > 1e-3 and len(np.unique(moved)) == len(np.unique(draws)):
        assert pit(moved, times * value + shift) == pit(draws, value)


@given(draws_of, numbers, numbers)
def test_pit_rises_with_what_was_found(
    draws: NDArray[np.float64], one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert 0 <= pit(draws, low) <= pit(draws, high) <= 1


@given(draws_of, st.floats(-100, 100))
def test_turning_the_scale_round_turns_pit_round(draws: NDArray[np.float64], value: float) -> None:
    assert pit(-draws, -value) == pytest.approx(1 - pit(draws, value))


def test_pit_of_the_calibrated_is_even_exactly() -> None:
    """Draws and truths at the same evenly spaced quantiles of one normal: each tenth gets its."""
    levels = (np.arange(1000) + 0.5) / 1000
    draws = np.array([_quantile(level) for level in levels])
    found = [pit(draws, _quantile((k + 0.5) / 200)) for k in range(200)]
    assert np.histogram(found, bins=10, range=(0, 1))[0].tolist() == [20] * 10
    verdicts = [score(draws, at(_quantile((k + 0.5) / 200))).verdict for k in range(200)]
    assert shares_inside(verdicts) == (0.5, 0.8, 0.95)


def _quantile(level: float) -> float:
    """Of the normal, by bisection, so that no library that the score might use makes it."""
    low, high = -9.0, 9.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 + erf(middle / sqrt(2))) / 2 < level else (low, middle)
    return (low + high) / 2


@given(st.integers(0, 2**31), st.floats(-5, 5), st.floats(0.1, 10))
def test_pit_of_calibrated_draws_is_even_whatever_the_model(
    seed: int, centre: float, spread: float
) -> None:
    """Truth and draws from one law: no tenth holds far more or fewer than a tenth of 1,000."""
    stream = np.random.default_rng(seed)
    draws = stream.normal(centre, spread, 4000)
    truths = stream.normal(centre, spread, 1000)
    counts = np.histogram([pit(draws, each) for each in truths], bins=10, range=(0, 1))[0]
    assert np.abs(counts - 100).max() < 6 * np.sqrt(100)


def test_the_overconfident_are_caught() -> None:
    """A spread half as wide as the truth's: far fewer inside than claimed."""
    stream = np.random.default_rng(1)
    draws = stream.normal(0, 0.5, 5000)
    verdicts = [score(draws, at(each)).verdict for each in stream.normal(0, 1, 1000)]
    fifty, eighty, most = shares_inside(verdicts)
    assert fifty < 0.35
    assert eighty < 0.6
    assert most < 0.75


def test_a_course_is_the_same_within_a_share_of_its_peak() -> None:
    theirs = np.array([1.0, 100.0, 3.0])
    assert same_course(theirs + 99 * SAME_COURSE, theirs)
    assert not same_course(theirs + 101 * SAME_COURSE, theirs)
