"""A clinic's own clock and calendar: what people read is in its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from needlework.web.clinics.models import Clinic


def clock_of(clinic: Clinic) -> Callable[[datetime], datetime]:
    """A function from a moment to the same moment on the clinic's clock."""
    zone = ZoneInfo(clinic.time_zone)
    return lambda moment: moment.astimezone(zone)


def today_in(clinic: Clinic, now: datetime) -> date:
    """The day on the clinic's own calendar."""
    return clock_of(clinic)(now).date()
