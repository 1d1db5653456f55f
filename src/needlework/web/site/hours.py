"""When a clinic is open, by its own clock; the moment is passed in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Clinic

WEEKDAYS: Final = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)


class Stretch(Struct, frozen=True):
    """From when until when, on the clinic's clock."""

    opens: datetime
    closes: datetime


class Day(Struct, frozen=True):
    """A weekday (0 is Monday), and when the clinic is open on it."""

    weekday: int
    is_today: bool
    stretches: tuple[Stretch, ...]

    @property
    def name(self) -> str:
        return WEEKDAYS[self.weekday]


class Opening(Struct, frozen=True):
    """Whether the clinic is open, until when, or when it opens next."""

    is_open: bool
    closes: datetime | None = None
    opens: datetime | None = None
    opens_in_days: int = 0

    @property
    def day_name(self) -> str:
        return WEEKDAYS[self.opens.weekday()] if self.opens else ""


def week(clinic: Clinic, now: datetime) -> tuple[Day, ...]:
    """Monday to Sunday with the day of `now` marked; none where no hours are published."""
    day = today_in(clinic, now)
    monday = day - timedelta(days=day.weekday())
    days = tuple(
        Day(index, monday + timedelta(days=index) == day, _on(clinic, monday + timedelta(index)))
        for index in range(len(WEEKDAYS))
    )
    return days if any(found.stretches for found in days) else ()


def opening(clinic: Clinic, now: datetime) -> Opening | None:
    """What holds at `now`; None where no hours are published."""
    day = today_in(clinic, now)
    for ahead in range(len(WEEKDAYS) + 1):
        for stretch in _on(clinic, day + timedelta(days=ahead)):
            if stretch.opens <= now < stretch.closes:
                return Opening(is_open=True, closes=stretch.closes)
            if now < stretch.opens:
                return Opening(is_open=False, opens=stretch.opens, opens_in_days=ahead)
    return None


def _on(clinic: Clinic, day: date) -> tuple[Stretch, ...]:
    zone = ZoneInfo(clinic.time_zone)
    return tuple(
        Stretch(
            datetime.combine(day, row.opens, tzinfo=zone),
            datetime.combine(day, row.closes, tzinfo=zone),
        )
        for row in sorted(clinic.hours.all(), key=lambda row: row.opens)
        if row.weekday == day.weekday()
    )
