"""What a plan is likely to lead to: always within the plan, and honest about what is missing."""

from __future__ import annotations

import math
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from needlework import workflow
from needlework.errors import UsageError
from needlework.evidence import Knowledge
from needlework.measured import Held, Measured, Reading
from needlework.outlook import (
    ConcernOutlook,
    Wanted,
    Without,
    concern_outlook,
    outlook,
    person_of,
)
from needlework.planning import Plan
from needlework.planning.schedule import open_day
from needlework.screening import Case
from tests.aftercare.changed import rejecting

KNOWN = workflow.known()
EXAMPLES = sorted(Path("examples").glob("*.toml"))
SCARS = "acne-scar-boxcar"
SCALE = "goodman-baron-quantitative"
ANY = st.floats(allow_nan=True, allow_infinity=True)


def planned(name: str, known: workflow.Known = KNOWN) -> tuple[Case, Plan]:
    case = workflow.consult(workflow.read_consultation(Path("examples") / name), known)
    return case, workflow.plan_for(case)


CASE, PLAN = planned("02-acne-scars-physician.toml")


def course(wanted: Wanted = Wanted(), **more: Any) -> ConcernOutlook:  # noqa: ANN401, B008
    made = concern_outlook(CASE, PLAN, SCARS, wanted, **more)
    assert isinstance(made, ConcernOutlook)
    return made


def reading(on: date, score: float, **more: Any) -> Reading:  # noqa: ANN401
    return Reading(**{"concern": SCARS, "scale": SCALE, "on": on, "score": score, **more})


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_every_example_has_an_outlook_of_what_it_plans_and_of_nothing_else(path: Path) -> None:
    case, plan = planned(path.name)
    made = workflow.forecast(case, plan)
    concerns = {made.concern for zone in plan.zones for made in zone.protocols if made.depth}
    assert {each.concern for each in made.concerns} | {w.about for w in made.without} >= concerns
    zones = {zone.zone for zone in plan.zones if any(made.depth for made in zone.protocols)}
    assert {zone for each in made.zones for zone in each.zones} == zones
    if not zones:
        assert not made.concerns
        assert not made.zones
        assert {z for w in made.without for z in w.about.split(", ")} == {
            zone.zone for zone in plan.zones
        }


def test_benefit_is_told_for_the_least_depth_and_waits_for_the_greatest() -> None:
    made = outlook(CASE, PLAN)
    for concern in made.concerns:
        assert concern.at.depth_mm == concern.reach.depth_mm[0]
        graded = [w for w in CASE.consultation.concerns if w.concern == concern.concern]
        assert all(w.grade in {None, concern.forecast.start} for w in graded)
        assert all(w.scale == concern.forecast.scale for w in graded)
    deepest = {
        zone.zone: max(each.depth.maximum.value for each in zone.protocols if each.depth)
        for zone in PLAN.zones
        if zone.protocols
    }
    for zone in made.zones:
        assert {deepest[name] for name in zone.zones} == {zone.skin.way.depth_mm}


def test_sessions_and_scores_lie_on_the_days_of_the_plan() -> None:
    made = course()
    assert PLAN.course is not None
    assert made.first is not None
    days = [made.first + timedelta(days=day) for day in made.forecast.session_days]
    assert days == [session.day.on for session in PLAN.course.sessions][: len(days)]
    checks = {check.what: check.day.on for check in PLAN.course.checks if SCARS in check.concerns}
    assert made.judged
    for mark in made.judged:
        assert made.first + timedelta(days=mark.day) == checks[mark.what]
    assert made.forecast.days[-1] >= made.judged[-1].day


@settings(max_examples=12)
@given(depth=ANY, sessions=st.integers(), interval=st.integers())
def test_nothing_beyond_the_plan_can_be_wanted(depth: float, sessions: int, interval: int) -> None:
    made = course(Wanted(depth_mm=depth, sessions=sessions, interval_days=interval))
    for got, (least, most, _step) in (
        (made.at.depth_mm, made.reach.depth_mm),
        (len(made.forecast.session_days), made.reach.sessions),
        (made.interval_days, made.reach.interval_days),
    ):
        assert least <= got <= most
    assert PLAN.course is not None
    assert made.interval_days >= PLAN.course.interval.value


def test_what_is_wanted_within_the_plan_is_shown() -> None:
    made = course(Wanted(depth_mm=0.75, sessions=5, interval_days=35))
    assert made.at.depth_mm == 0.75
    days = made.forecast.session_days
    assert len(days) == 5
    assert all(b - a >= 35 for a, b in pairwise(days))
    last = course().judged[0].day - course().forecast.session_days[-1]
    assert made.judged[0].day == days[-1] + last


@pytest.mark.parametrize("interval", [28, 29, 35, 42])
def test_no_session_is_shown_on_a_day_that_is_closed(interval: int) -> None:
    made = course(Wanted(interval_days=interval))
    assert made.first is not None
    for day in made.forecast.session_days:
        on = made.first + timedelta(days=day)
        assert open_day(on, CASE.consultation.calendar) == on


def test_an_unknown_age_or_sex_is_none() -> None:
    client = structs.replace(CASE.consultation.client, birth_date=None, sex="unspecified")
    consultation = structs.replace(CASE.consultation, client=client)
    unknown = person_of(Case(consultation, CASE.knowledge, CASE.lexicon, CASE.on))
    assert (unknown.sex, unknown.age_years) == (None, None)
    assert person_of(CASE).age_years is not None


def test_without_a_grade_it_tells_shares() -> None:
    wishes = tuple(structs.replace(w, scale="", grade=None) for w in CASE.consultation.concerns)
    consultation = structs.replace(CASE.consultation, concerns=wishes)
    case = Case(consultation, CASE.knowledge, CASE.lexicon, CASE.on)
    made = concern_outlook(case, PLAN, SCARS)
    assert isinstance(made, ConcernOutlook)
    assert (made.forecast.unit, made.forecast.start) == ("%", 100)


def test_a_grade_with_nothing_to_better_has_no_forecast_and_says_so() -> None:
    wishes = tuple(structs.replace(w, grade=0) for w in CASE.consultation.concerns)
    consultation = structs.replace(CASE.consultation, concerns=wishes)
    case = Case(consultation, CASE.knowledge, CASE.lexicon, CASE.on)
    english, spanish = (
        concern_outlook(case, PLAN, SCARS, language=language) for language in ("en", "es")
    )
    assert isinstance(english, Without)
    assert isinstance(spanish, Without)
    assert "as well as its scale can say" in english.why
    assert english.why != spanish.why


def test_a_concern_that_is_not_planned_has_none() -> None:
    made = concern_outlook(CASE, PLAN, "melasma")
    assert isinstance(made, Without)


@pytest.mark.parametrize(
    "claim_id",
    [
        "response.outcome.tail",
        "response.healing.matured-share",
        "response.forecast.reference-depth",
    ],
)
def test_a_rejected_parameter_leaves_the_plan_and_takes_the_forecast(claim_id: str) -> None:
    known = workflow.Known(rejecting(claim_id), KNOWN.lexicon)
    case, plan = planned("02-acne-scars-physician.toml", known)
    made = outlook(case, plan)
    assert plan.course is not None
    assert made.concerns == ()
    assert {each.about for each in made.without} >= {SCARS}
    assert all(claim_id in each.claims for each in made.without)


# --- what was measured ------------------------------------------------------------------------

START = PLAN.course.sessions[0].day.on if PLAN.course else date.min


def test_sessions_held_take_the_place_of_planned_ones() -> None:
    held = (START + timedelta(days=3), START + timedelta(days=40))
    made = course(measured=Measured(sessions=held))
    assert made.first == held[0]
    assert made.forecast.session_days[:2] == (0, 37)
    assert len(made.forecast.session_days) == len(course().forecast.session_days)
    assert made.forecast.session_days[2] - 37 >= made.reach.interval_days[0]


def test_what_was_not_held_lies_after_the_last_measure_and_is_still_to_come() -> None:
    later = START + timedelta(days=200)
    scores = (reading(START, 9), reading(later, 6))
    made = course(measured=Measured(sessions=(START,), measures=scores))
    assert made.forecast.session_days[0] == 0
    assert all(day >= 200 for day in made.forecast.session_days[1:])
    assert made.forecast.worth.sessions == len(course().forecast.session_days) - 1
    assert made.forecast.worth.chance > 0.2


def test_no_session_to_come_lies_before_the_plans_first_day() -> None:
    case, plan = planned("08-deferred-dates.toml")
    assert plan.course is not None
    soonest = plan.course.sessions[0].day.on
    held = Measured(sessions=(soonest - timedelta(days=60),))
    for each in outlook(case, plan, measured=held).concerns:
        assert each.first is not None
        days = [each.first + timedelta(days=day) for day in each.forecast.session_days]
        assert all(day >= soonest for day in days[1:])


def test_measures_without_sessions_are_not_learned_from_on_a_guess() -> None:
    scores = (reading(START, 9), reading(START + timedelta(days=60), 6))
    with pytest.raises(UsageError, match="without the sessions"):
        course(measured=Measured(measures=scores))
    nothing_done = course(measured=Measured(sessions=(), measures=scores))
    assert min(nothing_done.forecast.session_days) >= 60


def test_a_follow_up_of_more_than_a_year_is_forecast() -> None:
    scores = (reading(START, 9), reading(START + timedelta(days=400), 6))
    made = course(measured=Measured(sessions=(START,), measures=scores))
    assert made.forecast.days[-1] >= 399


def test_what_waits_or_is_refused_is_said_with_its_zones() -> None:
    case, plan = planned("09-needs-clearance.toml")
    said = {state for each in outlook(case, plan).concerns for state in each.states}
    waiting = {(z.zone, z.status) for z in plan.zones if z.status == "needs-clearance"}
    assert waiting
    assert said >= {(zone, status) for zone, status in waiting if any(zone == z for z, _ in said)}
    assert said


@pytest.mark.parametrize("scale", ["phototype-a", "pain-nrs", "dlqi"])
def test_a_scale_of_something_else_grades_no_concern(scale: str) -> None:
    with pytest.raises(UsageError, match="no scale of the concern"):
        course(measured=Measured(measures=(reading(START, 3, scale=scale),)))
    wishes = tuple(structs.replace(w, scale=scale, grade=3) for w in CASE.consultation.concerns)
    consultation = structs.replace(CASE.consultation, concerns=wishes)
    made = concern_outlook(Case(consultation, CASE.knowledge, CASE.lexicon, CASE.on), PLAN, SCARS)
    assert isinstance(made, ConcernOutlook)
    assert made.forecast.scale != scale
    assert made.forecast.unit == "%"


def test_a_rejected_end_of_a_scale_takes_its_concern_alone() -> None:
    claim_id = "scale.goodman-baron-quantitative.maximum"
    case, plan = planned(
        "02-acne-scars-physician.toml", workflow.Known(rejecting(claim_id), KNOWN.lexicon)
    )
    made = outlook(case, plan)
    assert SCARS in {each.about for each in made.without}
    assert made.concerns
    assert made.zones


def test_a_very_old_client_has_a_forecast() -> None:
    client = structs.replace(CASE.consultation.client, birth_date=date(1907, 1, 1))
    consultation = structs.replace(CASE.consultation, client=client)
    made = outlook(Case(consultation, CASE.knowledge, CASE.lexicon, CASE.on), PLAN)
    assert made.concerns
    assert made.zones


def test_a_measure_before_the_first_session_is_day_0() -> None:
    before = START - timedelta(days=5)
    later = START + timedelta(days=60)
    scores = (reading(before, 9), reading(later, 4))
    made = course(measured=Measured(sessions=(START,), measures=scores))
    assert made.first == before
    assert made.forecast.session_days[0] == 5
    assert made.forecast.measures == ((0, 9.0), (65, 4.0))
    assert made.forecast.about == "this person"


def test_a_start_after_the_first_session_is_no_start() -> None:
    late = Measured(measures=(reading(START + timedelta(days=1), 9),))
    with pytest.raises(UsageError, match="after the first session"):
        course(measured=late)


@pytest.mark.parametrize(
    ("readings", "says"),
    [
        ((reading(START, 9), reading(START + timedelta(days=30), 2, scale="lemperle")), "lemperle"),
        ((reading(START, 99),), "outside"),
        ((reading(START, 9, scale="guess"),), "no scale"),
    ],
)
def test_measures_that_cannot_be_used_are_refused_and_not_passed_over(
    readings: tuple[Reading, ...], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        course(measured=Measured(sessions=(START,), measures=readings))


def test_measures_of_another_concern_change_nothing() -> None:
    other = reading(START, 3, concern="acne-scar-rolling", scale="goodman-baron-qualitative")
    assert course(measured=Measured(measures=(other,))) == course()


def test_nan_is_not_wanted() -> None:
    assert course(Wanted(depth_mm=math.nan)) == course()


# --- one concern, several grades --------------------------------------------------------------


def graded(*grades: tuple[str, float | None, tuple[str, ...]]) -> Case:
    """The same person, with boxcar scars graded as often as this."""
    (own,) = (wish for wish in CASE.consultation.concerns if wish.concern == SCARS)
    others = tuple(wish for wish in CASE.consultation.concerns if wish.concern != SCARS)
    wishes = tuple(
        structs.replace(own, scale=scale, grade=grade, items={}, zones=zones)
        for scale, grade, zones in grades
    )
    consultation = structs.replace(CASE.consultation, concerns=(*others, *wishes))
    return Case(consultation, CASE.knowledge, CASE.lexicon, CASE.on)


COARSE, FINE = "goodman-baron-qualitative", "goodman-baron-quantitative"
HERE, THERE = ("temple", "chin"), ("cheek",)


@pytest.mark.parametrize(
    ("grades", "chosen"),
    [
        (((COARSE, 3.0, HERE), (FINE, 20.0, HERE)), (FINE, 20)),
        (((FINE, 20.0, HERE), (COARSE, 3.0, HERE)), (FINE, 20)),
        (((COARSE, 3.0, HERE), ("ecca", 100.0, HERE), (FINE, 20.0, HERE)), ("ecca", 100)),
        (((FINE, None, HERE), (COARSE, 3.0, HERE)), (COARSE, 3)),
        (((FINE, 0.0, HERE), (COARSE, 3.0, HERE)), (COARSE, 3)),
        (((FINE, 20.0, THERE), (COARSE, 3.0, HERE)), (COARSE, 3)),
        (((FINE, 20.0, THERE), (FINE, 10.0, HERE)), (FINE, 10)),
        (((COARSE, 3.0, ("face",)), (FINE, 20.0, THERE)), (COARSE, 3)),
    ],
)
def test_of_several_grades_one_is_forecast_and_the_others_are_named(
    grades: tuple[tuple[str, float | None, tuple[str, ...]], ...], chosen: tuple[str, float]
) -> None:
    case = graded(*grades)
    made = outlook(case, PLAN)
    (told,) = (each for each in made.concerns if each.concern == SCARS)
    assert (told.forecast.scale, told.forecast.start) == chosen
    assert len(told.graded_too) == len(grades) - 1
    said = [each.why for each in made.without if each.about == SCARS]
    others = [grade for scale, grade, _zones in grades if (scale, grade) != chosen]
    for grade in others:
        assert grade is None or any(f"Graded {grade:g} on" in why for why in said)
    assert len(said) == sum(grade is not None for grade in others)


def test_a_concern_that_is_best_on_every_scale_has_no_forecast() -> None:
    made = concern_outlook(graded((FINE, 0.0, HERE), (COARSE, 1.0, HERE)), PLAN, SCARS)
    assert isinstance(made, Without)
    assert "as well as its scale can say" in made.why


# --- depths that can be set -------------------------------------------------------------------


@given(depth=st.floats(0.01, 3))
@settings(max_examples=30)
def test_a_wanted_depth_is_taken_down_to_a_step(depth: float) -> None:
    made = course(Wanted(depth_mm=depth))
    least, most, step = made.reach.depth_mm
    assert made.at.depth_mm == most or math.isclose(
        (made.at.depth_mm - least) % step, 0, abs_tol=1e-6
    )
    if least <= depth <= most:
        assert depth - step < made.at.depth_mm <= depth


def test_a_depth_between_steps_goes_down_and_never_up() -> None:
    least, most, step = course().reach.depth_mm
    assert course(Wanted(depth_mm=least + 1.9 * step)).at.depth_mm == least + step
    assert course(Wanted(depth_mm=most)).at.depth_mm == most


# --- sessions of some zones -------------------------------------------------------------------


def test_a_session_of_other_zones_is_none_of_this_concern() -> None:
    days = [START, START + timedelta(days=28), START + timedelta(days=56)]
    scores = (reading(START, 9), reading(START + timedelta(days=80), 6))

    def told(*zones: str) -> ConcernOutlook:
        sessions = (days[0], Held(on=days[1], zones=zones), days[2])
        return course(measured=Measured(sessions=sessions, measures=scores))

    everywhere = course(measured=Measured(sessions=tuple(days), measures=scores))
    assert told("temple") == told("chin", "cheek") == told("face") == everywhere
    assert told("cheek").forecast.session_days[:2] == (0, 56)
    assert told("cheek").forecast.band != everywhere.forecast.band


def test_a_zone_that_there_is_not_is_refused_with_its_session() -> None:
    held = Measured(sessions=(START, Held(on=START + timedelta(days=28), zones=("chek",))))
    with pytest.raises(UsageError, match="Session 2 was held in a zone that there is not"):
        outlook(CASE, PLAN, measured=held)


# --- a rating's own error ---------------------------------------------------------------------


def test_a_known_error_is_that_of_ratings_to_come() -> None:
    days = (START, START + timedelta(days=28))
    ends = (START, START + timedelta(days=80))

    def told(error: float | None) -> ConcernOutlook:
        scores = tuple(
            reading(on, score, rater="a", error=error)
            for on, score in zip(ends, (20, 15), strict=True)
        )
        return course(measured=Measured(sessions=days, measures=scores))

    def width(made: ConcernOutlook) -> float:
        at = made.forecast.days.index(84)
        return made.forecast.band.high_80[at] - made.forecast.band.low_80[at]

    sharp, blunt = told(0.2), told(4.0)
    assert width(sharp) < 0.5 * width(told(None)) < 0.5 * width(blunt)
    assert sharp.forecast.worth.chance > blunt.forecast.worth.chance


# --- in another language ----------------------------------------------------------------------


def test_why_there_is_no_forecast_is_told_in_the_readers_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim_id = "response.outcome.plateau-spread"
    claims = dict(CASE.knowledge.release.claims)
    claims[claim_id] = structs.replace(claims[claim_id], value=0.5)
    other = Knowledge(structs.replace(CASE.knowledge.release, claims=claims))
    case = Case(CASE.consultation, other, CASE.lexicon, CASE.on)
    words = {
        "{file} was drawn from other parameters of the model {model} than those of release "
        "{release}.": "{file}: otros parámetros de {model}, publicación {release}."
    }
    monkeypatch.setattr(
        "needlework.outlook.translator", lambda _language: lambda text: words.get(text, text)
    )
    made = concern_outlook(case, PLAN, SCARS, language="es")
    assert isinstance(made, Without)
    assert made.why.startswith("data/posterior.npz: otros parámetros de outcome, publicación")


def test_no_english_sentence_stands_in_another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object, **_more: object) -> None:
        raise UsageError("Passes: 0 is out of domain.")

    monkeypatch.setattr("needlework.response.forecast.forecast", refuse)
    english = concern_outlook(CASE, PLAN, SCARS)
    assert isinstance(english, Without)
    assert english.why == "Passes: 0 is out of domain."
    spoken = {"The models of skin have no answer for what is planned.": "No hay respuesta."}
    monkeypatch.setattr(
        "needlework.outlook.translator", lambda _language: lambda text: spoken.get(text, text)
    )
    spanish = concern_outlook(CASE, PLAN, SCARS, language="es")
    assert isinstance(spanish, Without)
    assert spanish.why == "No hay respuesta."
