"""The course of a score: a share of what is left at each session, never below a plateau."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from needlework.errors import UsageError
from needlework.response.outcome import People, gains, people, score_course
from tests.response.someone import OUTCOME, certain, invented, maturing

SHARE = st.floats(0.001, 0.999)


@given(SHARE, st.floats(0, 0.9), st.integers(1, 8))
def test_matured_sessions_multiply(gain: float, plateau: float, sessions: int) -> None:
    """Long after the last session the course is a power, above its plateau."""
    one = certain(gain, plateau)
    days = [30 * k for k in range(sessions)]
    course = score_course(one, gains(one, np.zeros(sessions)), maturing(1), days, [2000])
    assert_allclose(course, plateau + (1 - plateau) * (1 - gain) ** sessions, rtol=1e-12)


def test_the_published_four_sessions_follow_from_two() -> None:
    """Farshi: a constant share per session carries two sessions on to four, within 4 %."""
    for before, two, four in ((43.7, 34.5, 28.05), (44.6, 29.75, 20.45)):
        one = certain(1 - (two / before) ** 0.5)
        at_once = np.array([[0.0, 1.0]])
        course = score_course(one, gains(one, np.zeros(4)), at_once, [0, 30, 60, 90], [120])
        assert abs(course[0, 0] * before / four - 1) < 0.04


@given(SHARE, SHARE, st.integers(0, 300))
def test_it_starts_at_one_and_more_gain_is_never_worse(low: float, high: float, day: int) -> None:
    low, high = sorted((low, high))
    courses = [
        score_course(one, gains(one, np.zeros(2)), maturing(1), [0, 40], [0, day])
        for one in (certain(low), certain(high))
    ]
    assert courses[0][0, 0] == courses[1][0, 0] == 1
    assert courses[1][0, 1] <= courses[0][0, 1]


@given(st.lists(st.integers(0, 200), min_size=1, max_size=6), st.integers(0, 400))
def test_the_order_of_equal_sessions_is_all_that_counts(days: list[int], at: int) -> None:
    """Sessions commute: the product does not know which came first."""
    one = certain(0.2)
    course = score_course(one, gains(one, np.zeros(len(days))), maturing(1), sorted(days), [at])
    expected = np.prod([1 - 0.2 * min(1, max(0, at - day) / 120) for day in days])
    assert_allclose(course[0, 0], expected, rtol=1e-12)


@given(st.integers(0, 250))
def test_before_the_first_session_only_drift_moves(day: int) -> None:
    still = score_course(certain(0.3), np.array([[0.3]]), maturing(1), [300], [day])
    moved = certain(0.3, drift_per_day=0.001)
    assert still[0, 0] == 1
    assert_allclose(
        score_course(moved, np.array([[0.3]]), maturing(1), [300], [day])[0, 0], 1 + 0.001 * day
    )


def test_a_score_never_falls_below_nought() -> None:
    fading = certain(0.9, drift_per_day=-0.01)
    assert score_course(fading, np.array([[0.9]]), maturing(1), [0], [500])[0, 0] == 0


def test_the_sign_of_depth_is_open() -> None:
    """Twice the dose helps most draws and harms some: the trials told no size."""
    some = people(invented(4000, 1), OUTCOME, seed=1)
    twice = gains(some, [0.0, np.log(2)])
    better = float(np.mean(twice[:, 1] > twice[:, 0]))
    assert 0.6 < better < 0.95


def test_the_same_seed_is_the_same_people_and_another_is_not() -> None:
    one, two, other = (people(invented(100, 1), OUTCOME, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.gain_logit, two.gain_logit)
    assert not np.array_equal(one.gain_logit, other.gain_logit)


def test_more_people_a_draw_are_as_spread() -> None:
    few, many = (people(invented(4000, 1), OUTCOME, seed=3, each=each) for each in (1, 5))
    assert many.size == 5 * few.size
    assert_allclose(np.std(many.gain_logit), np.std(few.gain_logit), rtol=0.05)


SOME: People = certain(0.2)


@pytest.mark.parametrize(
    ("gain", "matured", "sessions", "days", "says"),
    [
        (np.array([[0.2, 0.2]]), maturing(1), [30, 0], [60], "Session 2 on day 0"),
        (np.array([[0.2]]), maturing(1), [-1], [60], "Days of sessions: -1"),
        (np.array([[0.2]]), maturing(1), [0], [-5], "Days to tell of: -5"),
        (np.array([[0.2]]), maturing(1), [0, 30], [60], "do not fit"),
        (np.array([[0.2]]), maturing(3), [0], [60], "do not fit"),
        (np.array([[np.nan]]), maturing(1), [0], [60], "Gain: not a finite"),
        (
            np.array([[0.2]]),
            np.full((1, 4), np.inf),
            [0],
            [60],
            "Growth of a session: not a finite",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(
    gain: np.ndarray, matured: np.ndarray, sessions: list[int], days: list[int], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        score_course(SOME, gain, matured, sessions, days)


@pytest.mark.parametrize("dose", [float("nan"), float("-inf")])
def test_a_dose_that_is_none(dose: float) -> None:
    with pytest.raises(UsageError, match="dose"):
        gains(SOME, [dose])


def test_no_people() -> None:
    with pytest.raises(UsageError, match="People a draw"):
        people(invented(5, 1), OUTCOME, seed=1, each=0)
