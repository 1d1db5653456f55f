"""One schedule of real days for all zones."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.consultations import planned

D1 = {"rule": "D1", "outcome": "cleared", "role": "C", "on": "2026-11-20", "until": "2027-12-31"}
SCARS = {"concerns": [{"concern": "acne-scar-rolling", "zones": ["cheek"]}]}


def days(*patches: dict[str, Any]) -> list[date]:
    course = planned(*patches).course
    assert course is not None
    return [session.day.on for session in course.sessions]


def test_three_sessions_four_weeks_apart() -> None:
    assert days(SCARS) == [date(2026, 11, 20), date(2026, 12, 18), date(2027, 1, 15)]


def test_closed_and_kept_clear_days_push_a_session_on_and_the_rest_with_it() -> None:
    calendar = {
        "keep_clear": [{"first": "2026-12-15", "last": "2027-01-02"}],
        "closed_weekdays": ["saturday", "sunday"],
        "closed_days": ["2027-01-04"],
    }
    found = days(SCARS, {"calendar": calendar})
    assert found == [date(2026, 11, 20), date(2027, 1, 5), date(2027, 2, 2)]


def test_the_larger_interval_rules_all_zones() -> None:
    concerns = [
        {"concern": "acne-scar-rolling", "zones": ["cheek"]},
        {"concern": "wrinkles", "zones": ["forehead"]},
    ]
    found = days({"concerns": concerns, "clearances": [D1]})
    assert found[1] - found[0] == timedelta(days=30)


def deferred(on: str, zone: str) -> dict[str, Any]:
    toxin = {"kind": "botulinum-toxin", "on": on, "zones": [zone]}
    return {"procedures": {"answer": "yes", "list": [toxin]}}


def test_the_first_visit_waits_for_a_zone_that_is_soon_free() -> None:
    course = planned(SCARS, deferred("2026-11-18", "cheek-left")).course
    assert course is not None
    assert [session.day.on for session in course.sessions][:1] == [date(2026, 12, 2)]
    assert {session.zones for session in course.sessions} == {("cheek-left", "cheek-right")}
    assert "rule.c32.wait" in course.sessions[0].day.claims


def test_a_zone_that_is_free_much_later_joins_the_course() -> None:
    peel = {"kind": "peel-deep", "on": "2026-11-01", "zones": ["cheek-left"]}
    plan = planned(SCARS, {"procedures": {"answer": "yes", "list": [peel]}})
    assert plan.course is not None
    first = plan.course.sessions[0]
    assert (first.day.on, first.zones) == (date(2026, 11, 20), ("cheek-right",))
    joined = next(s for s in plan.course.sessions if "cheek-left" in s.zones)
    assert joined.day.on >= date(2027, 1, 30)
    for side in ("cheek-left", "cheek-right"):
        assert sum(side in session.zones for session in plan.course.sessions) == 3


def test_a_session_after_the_last_day_of_a_clearance_says_so() -> None:
    given = {**D1, "until": "2026-12-20"}
    lines = {"concerns": [{"concern": "fine-lines", "zones": ["forehead"]}]}
    course = planned(lines, {"clearances": [given]}).course
    assert course is not None
    noted = [bool(session.notes) for session in course.sessions]
    assert noted[0] is False
    assert noted[-1] is True
    assert "D1" in course.sessions[-1].notes[0].text


def test_a_zone_that_a_clinician_must_clear_is_marked() -> None:
    lines = {"concerns": [{"concern": "fine-lines", "zones": ["forehead"]}]}
    course = planned(lines).course
    assert course is not None
    assert course.sessions[0].if_cleared == ("forehead",)


def test_when_every_zone_waits_the_first_session_is_the_first_free_day() -> None:
    toxin = {"kind": "botulinum-toxin", "on": "2026-11-18", "zones": ["cheek"]}
    plan = planned(SCARS, {"procedures": {"answer": "yes", "list": [toxin]}})
    assert plan.course is not None
    assert plan.course.sessions[0].day.on == date(2026, 12, 2)
    assert "rule.c32.wait" in plan.course.sessions[0].day.claims


def test_a_wait_without_a_day_gives_no_session() -> None:
    plan = planned(SCARS, {"skin": {"sunburn": {"answer": "yes", "exposed_on": "2026-11-19"}}})
    assert plan.course is None


def test_no_day_within_three_years_is_no_course() -> None:
    calendar = {"keep_clear": [{"first": "2026-11-01", "last": "2036-01-01"}]}
    assert planned(SCARS, {"calendar": calendar}).course is None


def test_a_course_that_cannot_be_held_whole_is_no_course() -> None:
    calendar = {"keep_clear": [{"first": "2026-11-21", "last": "2036-01-01"}]}
    plan = planned(SCARS, {"calendar": calendar})
    assert plan.course is None
    assert "calendar" in plan.no_course


def test_a_deferred_zone_that_never_finds_a_day_is_no_defect() -> None:
    concerns = [
        {"concern": "acne-scar-rolling", "zones": ["cheek"]},
        {"concern": "striae", "zones": ["abdomen"]},
    ]
    peel = {"kind": "peel-deep", "on": "2026-11-19", "zones": ["abdomen"]}
    plan = planned(
        {"concerns": concerns, "clearances": [D1]},
        {"procedures": {"answer": "yes", "list": [peel]}},
        {"calendar": {"keep_clear": [{"first": "2026-11-21", "last": "2036-01-01"}]}},
    )
    assert plan.course is None


def test_the_interval_counts_from_the_last_needling_before_the_plan() -> None:
    lines = {"concerns": [{"concern": "wrinkles", "zones": ["forehead"]}], "clearances": [D1]}
    done = {"kind": "microneedling", "on": "2026-10-23", "zones": ["forehead"]}
    assert days(lines, {"procedures": {"answer": "yes", "list": [done]}})[0] == date(2026, 11, 22)


def test_sessions_after_the_licence_has_ended_say_so() -> None:
    course = planned(SCARS, {"operator": {"licence_until": "2026-12-01"}}).course
    assert course is not None
    assert [bool(session.notes) for session in course.sessions] == [False, True, True]


def test_a_photograph_after_each_session() -> None:
    course = planned(SCARS).course
    assert course is not None
    assert sum("check-in" in check.what for check in course.checks) == len(course.sessions)


def test_scores_are_taken_before_and_after() -> None:
    course = planned(SCARS).course
    assert course is not None
    checks = {check.what: check.day.on for check in course.checks}
    last = course.sessions[-1].day.on
    assert checks["photographs and baseline score"] == course.sessions[0].day.on
    assert checks["first score"] >= last + timedelta(weeks=4)
    assert checks["score and judge the result"] >= last + timedelta(weeks=12)
    assert course.rules


@settings(max_examples=60, deadline=None)
@given(
    closed=st.lists(
        st.sampled_from(["monday", "tuesday", "friday", "saturday", "sunday"]), unique=True
    ),
    gap=st.integers(0, 120),
    length=st.integers(0, 60),
    toxin_days=st.integers(0, 27),
)
def test_sessions_keep_the_interval_and_fall_on_open_days(
    closed: list[str], gap: int, length: int, toxin_days: int
) -> None:
    first = date(2026, 11, 20) + timedelta(days=gap)
    clear = {"first": first.isoformat(), "last": (first + timedelta(days=length)).isoformat()}
    done = (date(2026, 11, 20) - timedelta(days=toxin_days)).isoformat()
    toxin = {"kind": "botulinum-toxin", "on": done, "zones": ["cheek-left"]}
    course = planned(
        SCARS,
        {"procedures": {"answer": "yes", "list": [toxin]}},
        {"calendar": {"closed_weekdays": closed, "keep_clear": [clear]}},
    ).course
    assert course is not None
    found = [session.day.on for session in course.sessions]
    for before, after in itertools.pairwise(found):
        assert (after - before).days >= course.interval.value
    for day in found:
        assert day.strftime("%A").lower() not in closed
        assert not first <= day <= first + timedelta(days=length)
