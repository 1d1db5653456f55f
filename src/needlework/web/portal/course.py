"""A client's course, arranged for a page: what comes next, how long things last, day by day."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from msgspec import Struct

from needlework.aftercare import Course, First, Moment, Review, Timeline, UvDay
from needlework.documents.words import capital
from needlework.evidence import Cited, CitedText

_DAY: Final = timedelta(days=1)
_UNITS: Final = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "wk": timedelta(weeks=1),
}


class Strip(Struct, frozen=True):
    """How long something lasts, in days, as the chart takes it."""

    label: str
    usual: float
    longest: float
    peak: float | None


class Bar(Struct, frozen=True):
    """The highest index of an hour, as the chart takes it."""

    start: datetime
    index: float


class Stretch(Struct, frozen=True):
    """Days that read alike, or some hours of the first."""

    first: Moment
    last: Moment
    opens: tuple[First, ...]
    is_now: bool


def days_since(ended: datetime, now: datetime) -> int:
    """Whole days on the calendar of `now`'s clock; the session is day 0."""
    return max(0, (now.date() - ended.astimezone(now.tzinfo).date()).days)


# --- when what is fine again ------------------------------------------------------------------


def is_open(first: First, now: datetime) -> bool:
    return _ready(first, now) <= now


def openings(course: Timeline, now: datetime) -> tuple[list[First], list[First], list[First]]:
    """What is still to wait for, the soonest first; what is fine by now; what the clinic says."""
    asked = [first for first in course.firsts if first.on is None]
    known = sorted(
        (first for first in course.firsts if first.on is not None),
        key=lambda first: _ready(first, now),
    )
    waiting = [first for first in known if not is_open(first, now)]
    return waiting, [first for first in known if is_open(first, now)], asked


def _ready(first: First, now: datetime) -> datetime:
    if first.at is not None:
        return first.at
    return datetime.combine(first.on or date.max, time(), tzinfo=now.tzinfo)


# --- how long things last ---------------------------------------------------------------------


def strips(course: Timeline) -> tuple[Strip, ...]:
    return tuple(
        Strip(capital(one.label), _days(one.usual), _days(one.longest), _peak(one))
        for one in course.courses
    )


def strip_days(shown: tuple[Strip, ...]) -> int:
    """Whole weeks that hold every strip."""
    longest = max((one.longest for one in shown), default=1.0)
    return 7 * math.ceil(longest / 7)


def _peak(course: Course) -> float | None:
    """The day of the peak, which is a number of a day and no length of time."""
    return None if course.peak is None else float(course.peak.value)


def _days(cited: Cited) -> float:
    return cited.value * (_UNITS[cited.unit] / _DAY)


# --- day by day -------------------------------------------------------------------------------


def stretches(course: Timeline, moment: Moment) -> tuple[Stretch, ...]:
    """The course with days that read alike put together; `moment` is the one that holds now."""
    return tuple(_stretches(course, moment))


def _stretches(course: Timeline, moment: Moment) -> Iterator[Stretch]:
    firsts = {first.what: first for first in course.firsts}
    # The evening of the first day may reach into the next: what has opened is said once.
    opened: set[str] = set()
    for run in _runs(course):
        opens = tuple(firsts[what] for what in run[0].opens if what not in opened)
        opened.update(run[0].opens)
        yield Stretch(first=run[0], last=run[-1], opens=opens, is_now=moment in run)


def _runs(course: Timeline) -> Iterator[list[Moment]]:
    run: list[Moment] = []
    for moment in course.moments:
        if run and not _continues(run[-1], moment):
            yield run
            run = []
        run.append(moment)
    if run:
        yield run


def _continues(before: Moment, moment: Moment) -> bool:
    return (
        moment.hours is None
        and before.hours is None
        and moment.day == before.day + 1
        and not moment.opens
        and _texts(before) == _texts(moment)
    )


def _texts(moment: Moment) -> tuple[tuple[CitedText, ...], ...]:
    return moment.expect, moment.do, moment.dont


def things_to_do(moment: Moment, day: int) -> tuple[CitedText, ...]:
    """What to do now: what was due on an earlier day is not due again."""
    return moment.do if _is_of(moment, day) else ()


def things_to_leave(moment: Moment, day: int) -> tuple[CitedText, ...]:
    """What to leave alone now: what was to wait for an earlier day waits no more."""
    return moment.dont if _is_of(moment, day) else ()


def _is_of(moment: Moment, day: int) -> bool:
    return moment.hours is not None or moment.day >= day


def coming_reviews(course: Timeline, today: date) -> list[Review]:
    return [review for review in course.reviews if review.day.on >= today]


def advice_by_topic(course: Timeline) -> dict[str, list[CitedText]]:
    """Words that hold all the time, under what they are about."""
    found: dict[str, list[CitedText]] = {}
    for word in course.advice:
        found.setdefault(capital(word.about), []).append(CitedText(word.text, word.claims))
    return found


def bar_claims(course: Timeline) -> list[tuple[str, tuple[str, ...]]]:
    """What each bar of the chart rests on, by its label."""
    return [
        (capital(one.label), (*one.usual.claims, *(one.peak.claims if one.peak else ())))
        for one in course.courses
    ]


# --- the sun ----------------------------------------------------------------------------------


def bars(uv: UvDay) -> tuple[Bar, ...]:
    """Hours by the index of a thin day, by which the hours to avoid are chosen too."""
    return tuple(Bar(hour.start, hour.high) for hour in uv.hours)
