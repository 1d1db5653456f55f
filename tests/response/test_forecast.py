"""A forecast: what it says, where it ends, and what it refuses."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from needlework.errors import UsageError
from needlework.evidence import NotAccepted, load_knowledge
from needlework.evidence.scales import Direction
from needlework.response.forecast import (
    Asked,
    Band,
    Forecast,
    Person,
    Way,
    forecast,
    relative_dose,
)
from needlework.response.learning import Measure
from needlework.response.outcome import gains, people, score_course
from needlework.response.parameters import parameters
from needlework.response.posterior import load_posterior
from tests.aftercare.changed import rejecting, with_value

KNOWN = load_knowledge()
LIKE_TRIALS = Way(device="roller-192", zone="cheek", depth_mm=1.5, passes=15)
SCARS = Asked(
    concern="acne-scar-rolling",
    scale="goodman-baron-quantitative",
    start=20,
    way=LIKE_TRIALS,
    session_days=(0, 28, 56, 84),
)
LEVELS = tuple(field for field in Band.__struct_fields__ if field != "median")


def told(**changed: Any) -> Forecast:  # noqa: ANN401  whichever field
    return forecast(KNOWN, structs.replace(SCARS, **changed), draws=400)


def measured(*scores: tuple[int, float], rater: str = "a") -> dict[str, Any]:
    each = (Measure(day=day, score=score, scale=SCARS.scale, rater=rater) for day, score in scores)
    return {"start": None, "measures": tuple(each)}


def ordered(band: Band) -> list[tuple[float, ...]]:
    names = ("low_95", "low_80", "low_50", "median", "high_50", "high_80", "high_95")
    return [getattr(band, name) for name in names]


# --- what it says -----------------------------------------------------------------------------


def test_it_begins_with_the_score_and_gets_better() -> None:
    course = told()
    assert {row[0] for row in ordered(course.band)} == {20.0}
    assert course.band.median[12] < course.band.median[4] < 20
    assert course.about == "people like the trials'"
    assert course.outside == ()
    assert (course.unit, course.better, course.best, course.worst) == ("points", "lower", 0, 84)


@settings(max_examples=15)
@given(
    start=st.floats(0.5, 84),
    days=st.lists(st.integers(1, 120), max_size=5),
    depth=st.floats(0.1, 3),
    seed=st.integers(0, 50),
)
def test_intervals_are_nested_and_within_the_scale(
    start: float, days: list[int], depth: float, seed: int
) -> None:
    asked = structs.replace(
        SCARS,
        start=start,
        session_days=(0, *(int(day) for day in np.cumsum(days))),
        way=structs.replace(LIKE_TRIALS, depth_mm=depth),
    )
    rows = np.array(ordered(forecast(KNOWN, asked, draws=100, seed=seed).band))
    assert (np.diff(rows, axis=0) >= 0).all()
    assert rows.min() >= 0
    assert rows.max() <= 84


def test_without_a_score_it_tells_shares_of_the_start() -> None:
    shares = told(start=None)
    assert (shares.unit, shares.start) == ("%", 100.0)
    scores = np.array(told(start=40).band.median) / 40
    assert np.array(shares.band.median) / 100 == pytest.approx(scores, abs=0.01)


def test_a_scale_on_which_higher_is_better_is_turned_round() -> None:
    higher = next(
        scale
        for scale in KNOWN.release.scales.values()
        if scale.direction is Direction.HIGHER_BETTER
    )
    low, high = (KNOWN.claim(f"scale.{higher.id}.{end}").number for end in ("minimum", "maximum"))
    course = told(scale=higher.id, start=(low + high) / 2)
    assert (course.better, course.best, course.worst) == ("higher", high, low)
    assert course.band.median[20] > course.start
    rows = np.array(ordered(course.band))
    assert (np.diff(rows, axis=0) >= 0).all()
    mirrored = told(scale=SCARS.scale, start=(high - low) / 2).band.median
    assert high - np.array(course.band.median) == pytest.approx(mirrored, abs=1e-3)


def test_more_sessions_bring_more() -> None:
    ends = [told(session_days=(0, 28, 56, 84, 112)[:n]).band.median[-1] for n in range(1, 6)]
    assert ends == sorted(ends, reverse=True)
    assert ends[0] > ends[-1] + 1


def test_the_interval_changes_almost_nothing_in_the_end() -> None:
    near, far = (
        told(session_days=tuple(gap * n for n in range(4))).band.median[-1] for gap in (14, 42)
    )
    assert abs(near - far) < 0.6  # of 20


def test_whether_deeper_is_better_is_left_open() -> None:
    shallow, deep = (
        relative_dose(KNOWN, structs.replace(LIKE_TRIALS, depth_mm=mm), Person(), 400, 1)
        for mm in (0.75, 2.0)
    )
    assert (deep.logarithm >= shallow.logarithm).all()
    slope = KNOWN.claim("response.outcome.dose-slope")
    assert slope.prior is not None
    assert slope.number < 2 * slope.prior.sd  # type: ignore[union-attr]


def test_a_session_where_nothing_reaches_the_dermis_counts_as_the_least() -> None:
    shallow = structs.replace(LIKE_TRIALS, depth_mm=0.1)
    dose = relative_dose(KNOWN, shallow, Person(), 200, 1)
    least = np.log(KNOWN.claim("response.forecast.dose-ratio-least").number)
    assert dose.logarithm.min() == pytest.approx(least)
    assert np.isfinite(dose.logarithm).all()


def test_the_same_seed_gives_the_same_bytes() -> None:
    once, again = (msgspec.json.encode(told()) for _ in range(2))
    assert once == again
    assert once != msgspec.json.encode(forecast(KNOWN, SCARS, draws=400, seed=2))


def test_every_claim_behind_it_is_named_and_known() -> None:
    claims = told().claims
    assert all(claim_id in KNOWN.claims for claim_id in claims)
    models = {claim_id.split(".")[1] for claim_id in claims if claim_id.startswith("response.")}
    assert {"outcome", "healing", "forecast", "penetration", "anatomy"} <= models


# --- a person's own measures ------------------------------------------------------------------


def test_own_measures_tell_who_responds() -> None:
    good, poor = (told(**measured((0, 20), (60, score))) for score in (9, 19))
    assert good.about == poor.about == "this person"
    assert good.band.median[20] < poor.band.median[20] - 3
    assert good.measures == ((0, 20.0), (60, 9.0))


def test_own_measures_narrow_it() -> None:
    before, after = told(), told(**measured((0, 20), (60, 14), (120, 11)))
    wide, narrow = (course.band.high_80[30] - course.band.low_80[30] for course in (before, after))
    assert narrow < wide * 0.9


def test_a_first_measure_alone_is_a_start() -> None:
    assert told(**measured((0, 20))).band == told().band


def test_it_says_whether_more_is_likely_to_be_worth_it() -> None:
    barely = told(
        session_days=(0, 28), **measured((0, 20), (60, 20), (120, 19.5), (180, 20), (240, 19.8))
    )
    assert (barely.worth.sessions, barely.worth.likely) == (1, False)
    start = told()
    assert (start.worth.sessions, start.worth.likely) == (4, True)
    assert start.worth.brings > 1


def test_measures_that_fit_no_course_are_believed_less_and_it_is_said() -> None:
    wild = told(**measured((0, 20), (30, 1), (60, 60), (90, 0), (120, 80)))
    assert "measures" in {each.part for each in wild.outside}


# --- where it ends ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("concern", {"concern": "wrinkles", "scale": "lemperle", "start": 3}),
        ("dose", {"way": structs.replace(LIKE_TRIALS, depth_mm=0.3)}),
        ("dose", {"way": structs.replace(LIKE_TRIALS, passes=120)}),
        ("no-dose", {"way": structs.replace(LIKE_TRIALS, zone="scalp")}),
        ("sessions", {"session_days": tuple(range(0, 28 * 6, 28))}),
        ("interval", {"session_days": (0, 27)}),
        ("interval", {"session_days": (0, 32)}),
    ],
)
def test_what_lies_outside_is_said(part: str, changed: dict[str, Any]) -> None:
    found = told(**changed).outside
    assert [each.part for each in found] == [part]
    assert all(claim_id in KNOWN.claims for each in found for claim_id in each.claims)
    spanish = forecast(KNOWN, structs.replace(SCARS, **changed), draws=50, language="es")
    assert spanish.outside[0].says != found[0].says


@pytest.mark.parametrize("days", [(0, 28), (0, 31), (0, 28, 56, 84, 112)])
def test_at_the_bounds_it_is_still_within(days: tuple[int, ...]) -> None:
    assert told(session_days=days).outside == ()


# --- what it refuses --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"concern": "warts"}, "no concern"),
        ({"scale": "guess"}, "no scale"),
        ({"scale": "gais", "start": 3}, "rates a change"),
        ({"scale": "lemperle", "start": 3}, "no scale of the concern"),
        ({"start": 85}, "outside"),
        ({"start": -1}, "outside"),
        ({"start": float("nan")}, "The start: not a finite"),
        ({"start": 0}, "nothing to get better"),
        ({"session_days": ()}, "no session"),
        ({"session_days": (0, 28, 14)}, "before"),
        ({"session_days": (-1, 28)}, "Day of session 1: -1"),
        ({"way": structs.replace(LIKE_TRIALS, depth_mm=-1)}, "Set depth in mm: -1"),
        ({"way": structs.replace(LIKE_TRIALS, depth_mm=0)}, "Set depth in mm: 0"),
        (
            {"way": structs.replace(LIKE_TRIALS, depth_mm=float("nan"))},
            "Set depth in mm: not a finite",
        ),
        ({"way": structs.replace(LIKE_TRIALS, passes=0)}, "Passes"),
        ({"way": structs.replace(LIKE_TRIALS, passes=2.5)}, "Passes"),
        ({"way": structs.replace(LIKE_TRIALS, needles=0)}, "Needles"),
        ({"way": structs.replace(LIKE_TRIALS, device="hammer")}, "hammer"),
        ({"way": structs.replace(LIKE_TRIALS, zone="moon")}, "moon"),
        ({"person": Person(sex="other")}, "other"),
        ({"until_day": 10}, "day 10"),
        ({"until_day": 100_000}, "day 100000"),
        (measured((0, 20), (10, 95)), "Measure 2"),
        (measured((5, 20), (10, 15)), "day 5"),
        (measured((0, 20), (30, 15), (10, 15)), "before"),
        ({**measured((0, 20)), "start": 20}, "both"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError) as error:
        told(**changed)
    assert says in error.value.message
    assert error.value.hint


@pytest.mark.parametrize(
    ("concern", "scale", "start", "grades"),
    [
        ("acne-scar-rolling", "goodman-baron-qualitative", 3, {1, 2, 3, 4}),
        ("laxity", "alexiades-laxity", 2.5, {0, 1, 1.5, 2, 2.5, 3, 3.5, 4}),
        ("atrophic-scar", "vss", 6, set(range(14))),
        ("atrophic-scar", "scar-q", 40, set(range(101))),
    ],
)
def test_intervals_end_where_a_rating_can_lie(
    concern: str, scale: str, start: float, grades: set[float]
) -> None:
    """Between two grades nobody is rated: an interval that ends there would cover too few."""
    band = told(concern=concern, scale=scale, start=start).band
    for level in LEVELS:
        for end, middle in zip(getattr(band, level), band.median, strict=True):
            assert end in grades or end == middle


def test_a_scale_of_few_grades_covers_as_it_claims() -> None:
    """People like the trials', rated in whole grades by a rater like the model's."""
    grades = np.arange(1, 5)
    made = told(scale="goodman-baron-qualitative", start=3)
    posterior = load_posterior(KNOWN)
    some = people(posterior, parameters(KNOWN, "outcome"), seed=77)
    share = score_course(
        some,
        gains(some, [0.0] * 4),
        np.tile(np.linspace(0, 1, 200), (some.size, 1)),
        SCARS.session_days,
        [made.days[-1]],
    )[:, 0]
    stream = np.random.default_rng(3)
    true = 1 + stream.uniform(1.5, 2.5, some.size) * (
        share + some.error * stream.standard_t(4, some.size)
    )
    read = grades[np.abs(true[:, None] - grades).argmin(axis=1)]
    for level, least in ((50, 0.5), (80, 0.8), (95, 0.95)):
        low = getattr(made.band, f"low_{level}")[-1]
        high = getattr(made.band, f"high_{level}")[-1]
        assert np.mean((low <= read) & (read <= high)) >= least


def test_a_picture_of_grades_has_no_stairs_that_no_course_has() -> None:
    """A quantile near half a grade would jump to and fro with the weeks."""
    made = told(scale="goodman-baron-qualitative", start=3)
    drawn = made.unrounded
    assert drawn is not None
    for level in (50, 80, 95):
        for end in ("low", "high"):
            smooth, read = (getattr(band, f"{end}_{level}") for band in (drawn, made.band))
            assert max(abs(b - a) for a, b in pairwise(smooth[2:])) < 0.5
            assert all(
                abs(a - b) <= 0.5001 or b == m
                for a, b, m in zip(smooth, read, made.band.median, strict=True)
            )
            assert set(read[1:]) <= {1, 2, 3, 4} | set(made.band.median)


@pytest.mark.parametrize("error", [0.0, -1.0, 1e-160, float("inf"), float("nan"), 500.0])
def test_an_error_that_no_rating_has_is_refused(error: float) -> None:
    first = Measure(day=0, score=20, scale=SCARS.scale)
    for measures in (
        (structs.replace(first, error=error),),
        (first, structs.replace(first, day=30, score=15, error=error)),
    ):
        with pytest.raises(UsageError, match="rror of measure"):
            told(start=None, measures=measures)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("key", ["gain-centre", "plateau", "measurement-error", "maturation"])
@pytest.mark.parametrize("own", [False, True])
def test_draws_that_are_no_numbers_are_refused(key: str, own: bool) -> None:
    held = load_posterior(KNOWN)
    values = held.draws[key].copy()
    values[::7] = float("nan")
    broken = structs.replace(held, draws={**held.draws, key: values})
    asked = structs.replace(SCARS, **measured((0, 20), (90, 15))) if own else SCARS
    with pytest.raises(UsageError) as error:
        forecast(KNOWN, asked, draws=400, posterior=broken)
    assert error.value.hint


def test_a_seed_below_zero_and_a_day_beyond_ten_years_are_refused() -> None:
    with pytest.raises(UsageError, match="seed"):
        forecast(KNOWN, SCARS, draws=50, seed=-1)
    with pytest.raises(UsageError, match="more than ten years"):
        told(**measured((0, 20), (4000, 15)))


def test_a_score_beyond_counting_is_refused_on_a_scale_without_an_end() -> None:
    with pytest.raises(UsageError, match="outside"):
        told(concern="striae", scale="width-mm", start=1e300)


def test_trials_end_as_long_after_the_first_session_whenever_the_first_measure_was() -> None:
    late = told(session_days=(100, 128))
    assert late.rated_until_day == told().rated_until_day + 100


def test_only_sessions_held_are_learned_from() -> None:
    scores = measured((0, 20), (90, 19))
    guessed, known = (told(session_days=(0, 28, 56), held=held, **scores) for held in (None, 1))
    assert (guessed.worth.sessions, known.worth.sessions) == (1, 2)
    assert known.worth.chance > guessed.worth.chance


def test_another_scale_among_the_measures_is_refused() -> None:
    other = Measure(day=30, score=2, scale="lemperle")
    first = Measure(day=0, score=20, scale=SCARS.scale)
    with pytest.raises(UsageError, match="lemperle"):
        told(start=None, measures=(first, other))


def test_draws_that_are_too_few_or_too_many_are_refused() -> None:
    for draws in (0, 49, 4001):
        with pytest.raises(UsageError, match=str(draws)):
            forecast(KNOWN, SCARS, draws=draws)


def test_a_clinic_that_rejected_a_parameter_has_no_forecast() -> None:
    with pytest.raises(NotAccepted):
        forecast(rejecting("response.outcome.tail"), SCARS, draws=50)


def test_a_posterior_of_other_parameters_is_refused() -> None:
    with pytest.raises(UsageError, match="other parameters"):
        forecast(with_value("response.outcome.tail", 5), SCARS, draws=50)
