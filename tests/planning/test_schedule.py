"""One schedule of real days for all zones."""

from __future__ import annotations

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


def test_a_deferred_zone_joins_when_it_is_free() -> None:
    toxin = {"kind": "botulinum-toxin", "on": "2026-11-18", "zones": ["cheek-left"]}
    plan = planned(SCARS, {"procedures": {"answer": "yes", "list": [toxin]}})
    assert plan.course is not None
    zones = [session.zones for session in plan.course.sessions]
    assert zones[0] == ("cheek-right",)
    assert zones[1] == ("cheek-left", "cheek-right")
    assert len(plan.course.sessions) == 4
    first_left = next(s for s in plan.course.sessions if "cheek-left" in s.zones)
    assert first_left.day.on >= date(2026, 12, 2)


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
    for before, after in zip(found, found[1:], strict=False):
        assert (after - before).days >= course.interval.value
    for day in found:
        assert day.strftime("%A").lower() not in closed
        assert not first <= day <= first + timedelta(days=length)
