"""What aftercare holds; every number and every word of advice carries its claims."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from needlework.evidence import Cited, CitedDate, CitedText

Season = Literal["spring", "summer", "autumn", "winter"]
Urgency = Literal["emergency", "same-day", "clinician", "watch", "normal"]


# --- the weeks after --------------------------------------------------------------------------


class First(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When something may be done or used again; without `on`, the clinic has to say."""

    what: str
    label: str
    on: date | None = None
    at: datetime | None = None
    wait: Cited | None = None
    shortest: Cited | None = None
    longest: Cited | None = None
    lengthened: bool = False
    claims: tuple[str, ...]


class Course(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long something expected lasts, and from when on it is no longer expected."""

    what: str
    label: str
    peak: Cited | None = None
    usual: Cited
    shortest: Cited
    longest: Cited
    usual_until: CitedDate
    warn_from: CitedDate


class Moment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some hours of the first day, or one day: what to expect, to do and not to do.

    `opens` and `closed` name entries of `Timeline.firsts`: what becomes possible now, and what
    is still to wait for.
    """

    name: str
    day: int
    on: date
    hours: tuple[float, float] | None = None
    expect: tuple[CitedText, ...]
    do: tuple[CitedText, ...]
    dont: tuple[CitedText, ...]
    opens: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


class Advice(Struct, frozen=True, kw_only=True):
    """Words that hold all the time, and what they are about."""

    about: str
    text: str
    claims: tuple[str, ...]


class Review(Struct, frozen=True, kw_only=True):
    """A day on which the skin is looked at again."""

    what: str
    day: CitedDate


class Timeline(Struct, frozen=True, kw_only=True):
    """From the last pass to the last review."""

    day: date
    ended: datetime
    time_known: bool
    zones: tuple[str, ...]
    depth_mm: float | None
    phototype: str
    firsts: tuple[First, ...]
    courses: tuple[Course, ...]
    moments: tuple[Moment, ...]
    reviews: tuple[Review, ...]
    advice: tuple[Advice, ...]


# --- symptoms ---------------------------------------------------------------------------------


class Observation(Struct, frozen=True, kw_only=True):
    """One sign as the client chose it; an answer left open counts as the worst."""

    sign: str
    place: str = "not-sure"
    strength: str = "not-sure"
    trend: str = "not-sure"


class Reason(Struct, frozen=True):
    """Why an answer is at least so urgent."""

    urgency: Urgency
    text: str
    claims: tuple[str, ...]


class Part(Struct, frozen=True, kw_only=True):
    """How urgent one sign is, and why; the first reason is the worst."""

    sign: str
    label: str
    urgency: Urgency
    reasons: tuple[Reason, ...]


class Likely(Struct, frozen=True, kw_only=True):
    """What it may be; the day ranks it and takes nothing away."""

    flag: str
    urgency: Urgency
    now: bool
    text: str
    when: str
    claims: tuple[str, ...]


class Answer(Struct, frozen=True, kw_only=True):
    """How urgent it is, what to do first and next, what is normal, and what it may be."""

    urgency: Urgency
    first: CitedText
    do: tuple[CitedText, ...]
    normal: tuple[CitedText, ...]
    likely: tuple[Likely, ...]
    parts: tuple[Part, ...]
    together: tuple[Reason, ...]


# --- sun --------------------------------------------------------------------------------------


class Place(Struct, frozen=True, kw_only=True):
    """A point on the earth: degrees north and east, metres above the sea, IANA time zone."""

    latitude: float
    longitude: float
    zone: str
    altitude_m: float = 0.0


class UvHour(Struct, frozen=True, kw_only=True):
    """The strongest clear-sky UV index between `start` and an hour later.

    `index` takes the ozone of the climatology, `high` that of a thin day.
    """

    start: datetime
    elevation: float
    index: float
    high: float


class SunHours(Struct, frozen=True, kw_only=True):
    """A stretch of the day to keep out of direct sun."""

    start: datetime
    end: datetime


class UvDay(Struct, frozen=True, kw_only=True):
    """The clear-sky UV index of one day at one place, and the hours to avoid."""

    place: Place
    day: date
    light: Literal["day and night", "sun never sets", "sun never rises"]
    ozone: Cited
    avoid_from: Cited
    hours: tuple[UvHour, ...]
    avoid: tuple[SunHours, ...]
    advice: tuple[CitedText, ...]
    claims: tuple[str, ...]
