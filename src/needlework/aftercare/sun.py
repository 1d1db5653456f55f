"""The clear-sky UV index by hour for a day and a place, and the hours to keep out of the sun.

Nothing is fetched. The sun's place is reckoned by astral, ozone from a climatology, the index
by a formula for a cloudless, clean sky over dark ground; every constant is a claim. The
distance of the sun (3.5 % over the year) is left out: the thin day taken for `high` covers it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from needlework.aftercare.model import Place, SunHours, UvDay, UvHour
from needlework.errors import AnswerError
from needlework.evidence import Cited, CitedText, Knowledge, NotAccepted
from needlework.i18n import Translate, say_number, translator

_UV: Final = "aftercare.uv-index."
_STEP_MINUTES: Final = 10
_HOUR: Final = timedelta(hours=1)
_LOWEST_M, _HIGHEST_M = -430.0, 9000.0
"""The shore of the Dead Sea, and above the highest mountain."""
_OFFSET_H: Final = 4.0
"""Farther from the sun's own time no clock on earth runs."""


def uv_day(knowledge: Knowledge, place: Place, day: date, *, language: str = "en") -> UvDay:
    """The clear-sky UV index of one day, hour by hour, and the hours to avoid.

    An hour is avoided when its index could reach the level of claim
    ``aftercare.uv-index.avoid-from`` on a day with thin ozone.

    Parameters
    ----------
    knowledge : Knowledge
        Where the constants of the formulas come from.
    place : Place
        Degrees north and east, metres above the sea, IANA time zone.
    day : date
        The day by the clock of the place.
    language : str
        Of every text.

    Returns
    -------
    UvDay
        23 to 25 hours, as the clocks go.

    Raises
    ------
    AnswerError
        When there is no such place, when its time zone is not known or cannot be its own, or
        when the clinic rejects a claim that this rests on.

    References
    ----------
    Madronich 2007 for the index, Van Heuklon 1979 for ozone.

    Examples
    --------
    >>> from datetime import date
    >>> from needlework.evidence import load_knowledge
    >>> madrid = Place(latitude=40.4, longitude=-3.7, altitude_m=650, zone="Europe/Madrid")
    >>> june = uv_day(load_knowledge(), madrid, date(2026, 6, 21))
    >>> round(max(hour.index for hour in june.hours))
    10
    >>> [(f"{span.start:%H:%M}", f"{span.end:%H:%M}") for span in june.avoid]
    [('09:00', '19:00')]
    """
    _ = translator(language)
    zone = _checked(place, day, language)
    try:
        return _uv_day(knowledge, place, zone, day, _)
    except NotAccepted as missing:
        found = _("The clinic rejected claim {claim}, so no hours can be given.")
        raise AnswerError(
            found.format(claim=missing.claim_id),
            hint=_("Ask the clinic; until then keep to the shade around noon."),
        ) from None


def solar_elevation(latitude: float, longitude: float, moment: datetime) -> float:
    """Degrees of the sun's centre above the horizon, without refraction.

    Parameters
    ----------
    latitude, longitude : float
        Degrees north and east.
    moment : datetime
        With a time zone.

    Returns
    -------
    float
        -90 to 90; the formulas of the NOAA calculator, good to about 0.01 degree.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> noon = datetime(2003, 10, 17, 19, 30, 30, tzinfo=timezone.utc)
    >>> round(solar_elevation(39.742476, -105.1786, noon), 2)
    39.87
    """
    from astral import Observer
    from astral.sun import elevation

    observer = Observer(latitude=latitude, longitude=longitude, elevation=0.0)
    return elevation(observer, moment.astimezone(UTC), with_refraction=False)


def ozone_column(knowledge: Knowledge, latitude: float, longitude: float, day: date) -> Cited:
    """Ozone of an average year above a place, in Dobson units.

    Parameters
    ----------
    knowledge : Knowledge
        Where the constants come from.
    latitude, longitude : float
        Degrees north and east.
    day : date
        Only its number within the year counts.

    Returns
    -------
    Cited
        About 235 at the equator to 450 in a northern spring; single days differ by 30 and more.

    References
    ----------
    Van Heuklon 1979, Solar Energy 22:63.

    Examples
    --------
    >>> from datetime import date
    >>> from needlework.evidence import load_knowledge
    >>> round(ozone_column(load_knowledge(), 36, -122, date(2026, 7, 4)).value, 1)
    321.2
    """
    ids: list[str] = []

    def taken(key: str) -> float:
        ids.append(_UV + key)
        return knowledge.number(_UV + key).value

    side = "north" if latitude >= 0 else "south"
    number = day.timetuple().tm_yday
    if side == "north":
        phase = -taken("ozone-north-phase")
        shift = taken("ozone-north-east-shift") if longitude >= 0 else 0.0
    else:
        phase = taken("ozone-south-phase")
        shift = -taken("ozone-south-shift")
    season = taken(f"ozone-{side}-season") * _sine(taken("ozone-year-angle") * (number + phase))
    around = taken("ozone-longitude") * _sine(taken(f"ozone-{side}-waves") * (longitude + shift))
    here = _sine(taken(f"ozone-{side}-stretch") * latitude) ** 2
    total = taken("ozone-base") + (taken(f"ozone-{side}-latitude") + season + around) * here
    return Cited(total, "DU", tuple(ids))


def clear_sky_index(
    knowledge: Knowledge, elevation: float, ozone: float, altitude_m: float = 0.0
) -> float:
    """The UV index under a clear, clean sky over dark ground.

    Parameters
    ----------
    knowledge : Knowledge
        Where the constants come from.
    elevation : float
        Degrees of the sun above the horizon; at or below it the index is 0.
    ozone : float
        Dobson units; what is less than the formula was made for counts as its least.
    altitude_m : float
        Metres above the sea; below it counts as at it.

    Returns
    -------
    float
        0 and up. The formula is meant for a sun higher than 30 degrees; lower, the index is
        small and its error with it.

    References
    ----------
    Madronich 2007, Photochemistry and Photobiology 83:1537.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> round(clear_sky_index(load_knowledge(), 90, 300), 1)
    12.5
    """
    if elevation <= 0:
        return 0.0

    def taken(key: str) -> float:
        return knowledge.number(_UV + key).value

    thick = max(ozone, taken("formula-ozone-least"))
    sun = math.pow(_sine(elevation), taken("formula-sun-power"))
    shield = math.pow(thick / taken("formula-ozone-reference"), taken("formula-ozone-power"))
    height = 1 + taken("altitude-gain") / 100 * max(altitude_m, 0.0) / 1000
    return taken("formula-factor") * sun * shield * height


_FORMULA: Final = (
    "formula-factor",
    "formula-sun-power",
    "formula-ozone-power",
    "formula-ozone-reference",
    "formula-ozone-least",
    "ozone-spread",
)


def _sine(degrees: float) -> float:
    return math.sin(math.radians(degrees))


# --- one day ----------------------------------------------------------------------------------


def _uv_day(knowledge: Knowledge, place: Place, zone: ZoneInfo, day: date, say: Translate) -> UvDay:
    ozone = ozone_column(knowledge, place.latitude, place.longitude, day)
    thin = ozone.value - knowledge.number(_UV + "ozone-spread").value
    limit = knowledge.number(_UV + "avoid-from")
    hours = tuple(_hours(knowledge, place, zone, day, (ozone.value, thin)))
    height = (_UV + "altitude-gain",) if place.altitude_m > 0 else ()
    claims = (*(_UV + key for key in _FORMULA), *height, *ozone.claims, *limit.claims)
    return UvDay(
        place=place,
        day=day,
        light=_light(place, zone, day),
        ozone=ozone,
        avoid_from=limit,
        hours=hours,
        avoid=tuple(_stretches(hours, limit.value)),
        advice=tuple(_advice(knowledge, say)),
        claims=claims,
    )


def _hours(
    knowledge: Knowledge, place: Place, zone: ZoneInfo, day: date, ozone: tuple[float, float]
) -> Iterator[UvHour]:
    """Each hour by the strongest of its moments, both ends included."""
    start, end = _bounds(zone, day)
    while start < end:
        highest = max(_elevations(place, start, min(start + _HOUR, end)))
        index, high = (
            clear_sky_index(knowledge, highest, column, place.altitude_m) for column in ozone
        )
        yield UvHour(start=start.astimezone(zone), elevation=highest, index=index, high=high)
        start += _HOUR


def _bounds(zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    """Where a day begins and ends by its own clock, in universal time."""
    begin = datetime.combine(day, time(), tzinfo=zone)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return begin.astimezone(UTC), end.astimezone(UTC)


def _elevations(place: Place, start: datetime, end: datetime) -> Iterator[float]:
    moment = start
    while moment < end:
        yield solar_elevation(place.latitude, place.longitude, moment)
        moment += timedelta(minutes=_STEP_MINUTES)
    yield solar_elevation(place.latitude, place.longitude, end)


def _light(
    place: Place, zone: ZoneInfo, day: date
) -> Literal["day and night", "sun never sets", "sun never rises"]:
    elevations = tuple(_elevations(place, *_bounds(zone, day)))
    if min(elevations) > 0:
        return "sun never sets"
    return "day and night" if max(elevations) > 0 else "sun never rises"


def _stretches(hours: Sequence[UvHour], limit: float) -> Iterator[SunHours]:
    """Hours in a row that could reach the level, as one stretch."""
    begin: datetime | None = None
    end: datetime | None = None
    for hour in hours:
        if hour.high >= limit:
            begin = begin or hour.start
            end = (hour.start.astimezone(UTC) + _HOUR).astimezone(hour.start.tzinfo)
        elif begin is not None and end is not None:
            yield SunHours(start=begin, end=end)
            begin = end = None
    if begin is not None and end is not None:
        yield SunHours(start=begin, end=end)


def _advice(knowledge: Knowledge, say: Translate) -> Iterator[CitedText]:
    for key in ("not-known", "low"):
        yield CitedText(say(knowledge.claim(_UV + key).word), (_UV + key,))


# --- is there such a place --------------------------------------------------------------------


def _checked(place: Place, day: date, language: str) -> ZoneInfo:
    _ = translator(language)
    if not -90 <= place.latitude <= 90:
        raise AnswerError(
            _("The latitude must lie between -90 and 90."), hint=_("North is positive.")
        )
    if not -180 <= place.longitude <= 180:
        raise AnswerError(
            _("The longitude must lie between -180 and 180."), hint=_("East is positive.")
        )
    if not _LOWEST_M <= place.altitude_m <= _HIGHEST_M:
        found = _("The altitude must lie between {low} and {high} metres.")
        raise AnswerError(
            found.format(low=f"{_LOWEST_M:g}", high=f"{_HIGHEST_M:g}"),
            hint=_("Give metres above the sea, not feet."),
        )
    if not date.min < day < date(9999, 12, 31):
        raise AnswerError(
            _("The day lies at the end of the calendar."), hint=_("Give another day.")
        )
    try:
        zone = ZoneInfo(place.zone)
    except (KeyError, ValueError, OSError):
        raise AnswerError(
            _("No time zone is called {zone}.").format(zone=repr(place.zone)),
            hint=_("Give one such as Europe/Madrid."),
        ) from None
    start, end = _bounds(zone, day)
    if start >= end:
        raise AnswerError(
            _("That day was left out of the calendar there."), hint=_("Give another day.")
        )
    _fits(place, zone, day, language)
    return zone


def _fits(place: Place, zone: ZoneInfo, day: date, language: str) -> None:
    """Refuse a zone that cannot be the place's own: a sign or an order was mixed up.

    Near the poles all zones meet, and any may be kept.
    """
    offset = datetime.combine(day, time(12), tzinfo=zone).utcoffset()
    if offset is None or abs(place.latitude) > 80:
        return
    apart = offset.total_seconds() / 3600 - place.longitude / 15
    if abs((apart + 12) % 24 - 12) > _OFFSET_H:
        _ = translator(language)
        found = _("The time zone {zone} does not fit a longitude of {degrees}.")
        raise AnswerError(
            found.format(zone=place.zone, degrees=say_number(place.longitude, language)),
            hint=_("Is the sign right? East is positive; latitude comes first."),
        )
