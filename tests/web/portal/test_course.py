"""How a course is arranged for a page: nothing lost, nothing said twice, nothing out of date."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from needlework.aftercare import Place, Timeline, moment_on
from needlework.documents.words import capital
from needlework.web.portal import course
from needlework.workflow import care, known, uv

ZONE = ZoneInfo("America/New_York")
ENDED = datetime(2026, 10, 28, 17, 30, tzinfo=ZONE)
KNOWN = known()


@pytest.fixture(scope="module")
def timeline() -> Timeline:
    return care(KNOWN, ended=ENDED, depth_mm=1.0, zones=["cheek-left"], phototype="IV")


def test_every_moment_is_in_one_stretch(timeline: Timeline) -> None:
    found = course.stretches(timeline, timeline.moments[0])
    held = [
        moment
        for one in found
        for moment in timeline.moments[
            timeline.moments.index(one.first) : timeline.moments.index(one.last) + 1
        ]
    ]
    assert held == list(timeline.moments)
    assert len(found) < len(timeline.moments)


def test_days_put_together_read_alike(timeline: Timeline) -> None:
    for one in course.stretches(timeline, timeline.moments[0]):
        assert (one.first.expect, one.first.do, one.first.dont) == (
            one.last.expect,
            one.last.do,
            one.last.dont,
        )


def test_what_opens_is_said_once(timeline: Timeline) -> None:
    opens = [
        first for one in course.stretches(timeline, timeline.moments[0]) for first in one.opens
    ]
    assert sorted(opens, key=lambda first: first.what) == sorted(
        timeline.firsts, key=lambda first: first.what
    )


@pytest.mark.parametrize("hours", [0, 1, 9, 30, 24 * 5, 24 * 10, 24 * 27, 24 * 60, 24 * 400])
def test_one_stretch_is_now(timeline: Timeline, hours: int) -> None:
    moment = moment_on(timeline, ENDED + timedelta(hours=hours))
    assert sum(one.is_now for one in course.stretches(timeline, moment)) == 1


@pytest.mark.parametrize("hours", [0, 8, 24, 48, 24 * 7, 24 * 28, 24 * 365])
def test_each_first_is_in_one_list(timeline: Timeline, hours: int) -> None:
    now = ENDED + timedelta(hours=hours)
    waiting, fine, asked = course.openings(timeline, now)
    assert sorted(first.what for first in (*waiting, *fine, *asked)) == sorted(
        first.what for first in timeline.firsts
    )
    for first in fine:
        assert (first.on or date.max) <= now.date()
    for first in waiting:
        assert (first.on or date.min) >= now.date()
    assert [first.on for first in waiting] == sorted(first.on for first in waiting if first.on)


def test_a_minute_before_it_is_not_open(timeline: Timeline) -> None:
    first = next(first for first in timeline.firsts if first.what == "wash")
    assert first.at is not None
    assert not course.is_open(first, first.at - timedelta(minutes=1))
    assert course.is_open(first, first.at)


def test_what_was_due_on_a_day_is_not_due_for_ever(timeline: Timeline) -> None:
    review = moment_on(timeline, ENDED + timedelta(days=28))
    assert course.things_to_do(review, 28)
    assert not course.things_to_do(review, 45)


def test_what_was_to_wait_for_a_day_waits_no_more_after_it(timeline: Timeline) -> None:
    review = moment_on(timeline, ENDED + timedelta(days=28))
    assert course.things_to_leave(review, 28)
    assert not course.things_to_leave(review, 33)
    assert course.things_to_leave(moment_on(timeline, ENDED + timedelta(days=20)), 20)


def test_the_day_is_counted_by_the_clock_on_the_wall() -> None:
    """The clocks go back on 1 November: 25 hours, and still one day."""
    assert course.days_since(ENDED, datetime(2026, 11, 1, 0, 30, tzinfo=ZONE)) == 4
    assert course.days_since(ENDED, datetime(2026, 11, 2, 0, 10, tzinfo=ZONE)) == 5
    assert course.days_since(ENDED, ENDED - timedelta(days=3)) == 0


def test_strips_are_the_courses_in_days(timeline: Timeline) -> None:
    strips = course.strips(timeline)
    assert [one.label for one in strips] == [capital(c.label) for c in timeline.courses]
    for strip, held in zip(strips, timeline.courses, strict=True):
        hours = {"h": 1 / 24, "d": 1.0, "wk": 7.0}
        assert strip.usual == pytest.approx(held.usual.value * hours[held.usual.unit])
        assert strip.longest == pytest.approx(held.longest.value * hours[held.longest.unit])
        assert strip.longest <= course.strip_days(strips)


@pytest.mark.parametrize("day", [date(2027, 6, 21), date(2026, 12, 21), date(2027, 3, 28)])
@pytest.mark.parametrize("latitude", [0, 40.4, -33.9, 65])
def test_bars_and_hours_to_avoid_agree(day: date, latitude: float) -> None:
    """A bar over the line is an hour to avoid, and no other is."""
    found = uv(KNOWN, Place(latitude=latitude, longitude=-3.7, zone="Europe/Madrid"), day)
    for bar in course.bars(found):
        avoided = any(stretch.start <= bar.start < stretch.end for stretch in found.avoid)
        assert avoided == (bar.index >= found.avoid_from.value)
