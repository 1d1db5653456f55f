"""What a person's measures teach, and that intervals hold what they promise."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy.stats import t as student

from needlework.errors import UsageError
from needlework.response.learning import (
    FEWEST,
    Learned,
    Measure,
    learn,
    predicted,
    weighted_quantiles,
    worth_more,
)
from needlework.response.outcome import People, gains, people, score_course
from tests.response.someone import OUTCOME, invented, maturing

SESSIONS: Final = [0, 30, 60, 90]
MEASURED: Final = [0, 30, 60, 120]
TARGET: Final = 240
CLIENTS: Final = 800


@cache
def learner() -> tuple[People, NDArray[np.float64]]:
    """Somebody unknown, with every course on the days of measures and of the target."""
    some = people(invented(4000, 1), OUTCOME, seed=5)
    return some, course_of(some)


def course_of(of: People) -> NDArray[np.float64]:
    return score_course(
        of, gains(of, np.zeros(4)), maturing(of.size), SESSIONS, [*MEASURED, TARGET]
    )


def told(scores: list[float], raters: str = "") -> list[Measure]:
    names = list(raters) or [""] * len(scores)
    return [
        Measure(day=day, score=score, scale="x", rater=rater)
        for day, score, rater in zip(MEASURED, scores, names, strict=False)
    ]


def learned_from(scores: list[float], raters: str = "") -> Learned:
    some, course = learner()
    measures = told(scores, raters)
    return learn(some, course[:, : len(measures)], measures, OUTCOME, seed=3)


# --- intervals hold what they promise ---------------------------------------------------------

WORLDS: Final = ("as-modelled", "normal", "plateau", "tails", "drift", "rater")
LEAST: Final = {
    "as-modelled": (0.46, 0.76, 0.92),
    "normal": (0.46, 0.76, 0.92),
    "plateau": (0.46, 0.76, 0.92),
    "rater": (0.46, 0.76, 0.92),
    "tails": (0.42, 0.70, 0.88),
    "drift": (0.42, 0.70, 0.88),
}
"""50, 80 and 95 %, less the chance of 800 clients; where tails are far heavier than the model's
or skin drifts by half as much again, a few in a hundred may lie outside in addition."""


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("measures", [1, 2, 4])
def test_intervals_cover_as_they_claim(world: str, measures: int) -> None:
    some, course = learner()
    truth = people(invented(CLIENTS, 86), OUTCOME, seed=108)
    true = course_of(truth)
    stream = np.random.default_rng(9)
    start = np.exp(stream.normal(np.log(20), 0.4, CLIENTS))
    if world == "plateau":
        true = np.maximum(true, stream.uniform(0.3, 0.6, CLIENTS)[:, None])
    if world == "drift":
        moved = stream.normal(0, 0.15, CLIENTS)[:, None] * np.array([*MEASURED, TARGET]) / 182
        true = np.maximum(true + moved, 0)
    errors = {
        "tails": lambda: stream.standard_t(2, true.shape),
        "as-modelled": lambda: stream.standard_t(4, true.shape),
    }.get(world, lambda: stream.standard_normal(true.shape))()
    seen = start[:, None] * (true + truth.error[:, None] * errors)
    raters = "aaaaa"
    if world == "rater":
        seen[:, 2:] += (start * stream.normal(0, 0.12, CLIENTS))[:, None]
        raters = "aabbb"
    inside = np.zeros(3)
    for rated in seen:
        scores = [max(score, 0.01) for score in rated[:measures]]
        found = learn(some, course[:, :measures], told(scores, raters[:measures]), OUTCOME, seed=3)
        same = raters[-1] == raters[0]
        ahead = predicted(some, found, course[:, -1], OUTCOME, seed=4, same=same)
        low95, low80, low50, high50, high80, high95 = weighted_quantiles(
            ahead, found.weights, [0.025, 0.1, 0.25, 0.75, 0.9, 0.975]
        )
        bounds = ((low50, high50), (low80, high80), (low95, high95))
        inside += [low <= rated[-1] <= high for low, high in bounds]
    share = inside / CLIENTS
    assert (share >= LEAST[world]).all(), f"{world}: {share}"


def test_measures_narrow_the_interval() -> None:
    _some, course = learner()

    def width(scores: list[float]) -> float:
        found = learned_from(scores, "a" * len(scores))
        low, high = weighted_quantiles(course[:, -1], found.weights, [0.025, 0.975])
        return float(high - low)

    assert width([20, 18, 16, 13]) < 0.8 * width([20])


def test_who_responds_is_told_from_who_does_not() -> None:
    _some, course = learner()
    good, none = learned_from([20, 17, 13, 8], "aaaa"), learned_from([20, 20, 20, 20], "aaaa")
    assert np.sum(good.weights * course[:, -1]) < 0.6 * np.sum(none.weights * course[:, -1])


def test_no_further_session() -> None:
    some, course = learner()
    with pytest.raises(UsageError, match="No further session"):
        worth_more(some, learned_from([20]), np.zeros((some.size, 0)), course[:, -1])


def test_further_sessions_are_worth_less_to_who_does_not_respond() -> None:
    some, course = learner()
    gain = gains(some, [0.0] * 3)
    chances = [
        worth_more(some, learned_from(scores, "aaaa"), gain, course[:, -1])
        for scores in ([20.0, 17.0, 14.0, 10.0], [20.0, 20.0, 20.5, 20.0])
    ]
    assert chances[0][0] > 2 * chances[1][0]
    assert chances[0][1] > chances[1][1]


# --- a rating's own error ---------------------------------------------------------------------


def with_error(scores: list[float], error: float | None) -> Learned:
    some, course = learner()
    measures = [structs.replace(each, error=error) for each in told(scores, "a" * len(scores))]
    return learn(some, course[:, : len(measures)], measures, OUTCOME, seed=3)


def test_a_known_error_is_the_spread_of_a_rating() -> None:
    """Where the course is certain, what is left of the band is Student's t as wide as the error."""
    some, _course = learner()
    found = with_error([20, 18], 2.0)
    certain = Learned(
        found.weights, np.full(some.size, 20.0), found.effective, 1.0, found.known_error
    )
    read = predicted(some, certain, np.ones(some.size), OUTCOME, seed=4, same=True)
    low, high = np.quantile(read, [0.25, 0.75])
    half = student(OUTCOME["tail"].number).ppf(0.75)
    assert_allclose((high - low) / 2, half * 2.0, rtol=0.1)
    assert_allclose(np.median(read), 20, rtol=0.01)


def test_the_last_known_error_counts_for_ratings_to_come() -> None:
    some, course = learner()
    first, second = told([20, 18], "aa")
    measures = [structs.replace(first, error=1.0), second]
    assert learn(some, course[:, :2], measures, OUTCOME, seed=3).known_error == 1.0
    measures = [structs.replace(first, error=1.0), structs.replace(second, error=0.5)]
    assert learn(some, course[:, :2], measures, OUTCOME, seed=3).known_error == 0.5
    assert learned_from([20, 18], "aa").known_error is None


def test_what_is_noticed_follows_the_known_error() -> None:
    some, course = learner()
    gain = gains(some, [0.0] * 3)
    chances = [
        worth_more(some, with_error([20, 17, 15], error), gain, course[:, -1])[0]
        for error in (0.5, 2.0, 6.0)
    ]
    assert chances[0] > chances[1] > chances[2]


@pytest.mark.parametrize("error", [1.0, 3.0])
def test_intervals_cover_with_a_known_error(error: float) -> None:
    some, course = learner()
    true = course_of(people(invented(CLIENTS, 86), OUTCOME, seed=108))
    stream = np.random.default_rng(9)
    seen = 20 * true + error * stream.standard_normal(true.shape)
    inside = np.zeros(3)
    for rated in seen:
        measures = [
            structs.replace(each, error=error)
            for each in told([max(score, 0.01) for score in rated[:3]], "aaa")
        ]
        found = learn(some, course[:, :3], measures, OUTCOME, seed=3)
        ahead = predicted(some, found, course[:, -1], OUTCOME, seed=4, same=True)
        low95, low80, low50, high50, high80, high95 = weighted_quantiles(
            ahead, found.weights, [0.025, 0.1, 0.25, 0.75, 0.9, 0.975]
        )
        bounds = ((low50, high50), (low80, high80), (low95, high95))
        inside += [low <= rated[-1] <= high for low, high in bounds]
    share = inside / CLIENTS
    assert (share >= (0.46, 0.76, 0.92)).all(), share
    assert (share <= (0.62, 0.90, 0.995)).all(), share


# --- when measures fit nothing ----------------------------------------------------------------


def test_measures_that_fit_nothing_are_believed_less_and_it_is_said() -> None:
    odd = learned_from([20, 0.01, 45, 0.01], "aaaa")
    assert not odd.fits
    assert 0 < odd.trust < 1
    assert odd.effective >= FEWEST * 0.999
    assert_allclose(odd.weights.sum(), 1)


@pytest.mark.parametrize("odd", [60.0, 84.0, 1000.0])
@pytest.mark.parametrize("place", [1, 2])
def test_a_measure_that_no_draw_comes_near_is_not_passed_over_in_silence(
    odd: float, place: int
) -> None:
    scores = [20.0, 18.0, 17.0]
    scores[place] = odd
    assert not learned_from(scores, "aaa").fits
    assert learned_from([20.0, 18.0, 17.0], "aaa").fits


def test_measures_of_people_as_modelled_are_seldom_called_odd() -> None:
    some, course = learner()
    truth = people(invented(CLIENTS, 86), OUTCOME, seed=108)
    errors = np.random.default_rng(9).standard_t(4, (CLIENTS, 5))
    seen = np.maximum(20 * (course_of(truth) + truth.error[:, None] * errors), 0.01)
    learned = [
        learn(some, course[:, :3], told(list(rated[:3]), "aaa"), OUTCOME, seed=3) for rated in seen
    ]
    assert sum(not each.fits for each in learned) / CLIENTS < 0.08
    assert sum(each.fits is (each.trust == 1.0) for each in learned) / CLIENTS > 0.97


def test_measures_that_fit_are_believed() -> None:
    assert learned_from([20, 18], "aa").fits


def test_one_measure_teaches_the_start_and_nothing_else() -> None:
    found = learned_from([20])
    assert np.ptp(found.weights) == 0
    assert abs(np.median(found.start) - 20) < 0.3


@given(st.floats(0.01, 1000))
def test_the_unit_of_a_scale_does_not_matter(times: float) -> None:
    one, other = learned_from([20, 17, 15]), learned_from([20 * times, 17 * times, 15 * times])
    assert_allclose(one.weights, other.weights, rtol=1e-6, atol=1e-12)


def test_an_unknown_rater_teaches_less_than_the_same_one() -> None:
    known, unknown = learned_from([20, 12, 10], "aaa"), learned_from([20, 12, 10])
    assert unknown.effective > known.effective


# --- quantiles --------------------------------------------------------------------------------


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.floats(0, 1))
def test_equal_weights_give_a_value_of_the_list(values: list[float], level: float) -> None:
    weights = np.full(len(values), 1 / len(values))
    assert weighted_quantiles(np.array(values), weights, [level])[0] in values


def test_quantiles_in_order_and_by_column() -> None:
    stream = np.random.default_rng(1)
    values, weights = stream.normal(size=(500, 3)), stream.dirichlet(np.ones(500))
    found = weighted_quantiles(values, weights, [0.1, 0.5, 0.9])
    assert (np.diff(found, axis=0) >= 0).all()
    for column in range(3):
        assert_allclose(
            found[:, column], weighted_quantiles(values[:, column], weights, [0.1, 0.5, 0.9])
        )


@pytest.mark.parametrize(
    ("values", "weights"),
    [([], []), ([float("nan"), 1], [0.5, 0.5]), ([1, 2], [0, 0]), ([1, 2], [float("nan"), 1])],
)
def test_no_quantile_is_read_from_what_is_no_number(
    values: list[float], weights: list[float]
) -> None:
    with pytest.raises(UsageError):
        weighted_quantiles(np.array(values), np.array(weights), [0.5])


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measures", "says"),
    [
        ([], "no measure"),
        (
            [Measure(day=0, score=5, scale="a"), Measure(day=9, score=4, scale="b")],
            "Measure 2 is on the scale b",
        ),
        ([Measure(day=0, score=float("nan"), scale="a")], "Score of measure 1: not a finite"),
        ([Measure(day=0, score=0, scale="a")], "not above nought"),
        ([Measure(day=3, score=5, scale="a")], "first measure lies on day 3"),
        (
            [
                Measure(day=0, score=5, scale="a"),
                Measure(day=9, score=5, scale="a"),
                Measure(day=8, score=5, scale="a"),
            ],
            "Measure 3 on day 8",
        ),
        ([Measure(day=0, score=5, scale="a", error=0)], "error of measure 1"),
    ],
)
def test_what_cannot_be_learned_from_is_named(measures: list[Measure], says: str) -> None:
    some, course = learner()
    with pytest.raises(UsageError, match=says):
        learn(some, course[:, : len(measures)], measures, OUTCOME, seed=1)


def test_a_course_on_other_days_is_refused() -> None:
    some, course = learner()
    with pytest.raises(UsageError, match="does not fit"):
        learn(some, course[:, :3], told([20, 18]), OUTCOME, seed=1)
