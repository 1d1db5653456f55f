"""The clear-sky UV index against published values, and its laws."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlework.aftercare import (
    Place,
    UvDay,
    clear_sky_index,
    ozone_column,
    solar_elevation,
    uv_day,
)
from needlework.errors import AnswerError
from tests.aftercare.changed import KNOWN, claims_in, other_values, rejecting, with_value

MADRID = Place(latitude=40.4, longitude=-3.7, altitude_m=650, zone="Europe/Madrid")
LONDON = Place(latitude=51.5, longitude=-0.1, zone="Europe/London")
TROMSO = Place(latitude=69.65, longitude=18.96, zone="Europe/Oslo")
AUCKLAND = Place(latitude=-36.85, longitude=174.76, zone="Pacific/Auckland")
LAUDER = Place(latitude=-45.04, longitude=169.68, altitude_m=370, zone="Pacific/Auckland")

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
moments = st.datetimes(datetime(1950, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
dates = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def peak(place: Place, day: date) -> tuple[float, float]:
    hours = uv_day(KNOWN, place, day).hours
    return max(hour.index for hour in hours), max(hour.high for hour in hours)


# --- published values -------------------------------------------------------------------------


def test_the_sun_stands_where_the_reference_algorithm_puts_it() -> None:
    """Worked example of Reda and Andreas, Solar Energy 76 (2004) 577: 39.872 degrees."""
    moment = datetime(2003, 10, 17, 19, 30, 30, tzinfo=UTC)
    assert solar_elevation(39.742476, -105.1786, moment) == pytest.approx(39.872, abs=0.01)


@pytest.mark.parametrize(
    ("latitude", "day", "elevation"),
    [
        (0, date(2026, 3, 20), 90),
        (40, date(2026, 6, 21), 90 - 40 + 23.44),
        (40, date(2026, 12, 21), 90 - 40 - 23.44),
        (-45.04, date(2026, 12, 22), 90 - 45.04 + 23.44),
    ],
)
def test_noon_at_solstice_and_equinox(latitude: float, day: date, elevation: float) -> None:
    start = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
    highest = max(
        solar_elevation(latitude, 0, start + timedelta(minutes=minute)) for minute in range(120)
    )
    assert highest == pytest.approx(elevation, abs=0.3)


def test_ozone_of_the_worked_example() -> None:
    """The example published with the implementation of Broenkow and Flora: 321.2."""
    assert ozone_column(KNOWN, 36, -122, date(2026, 7, 4)).value == pytest.approx(321.2, abs=0.05)


@pytest.mark.parametrize(
    ("latitude", "longitude", "measured"),
    [
        (-12, -75.3, (255, 255, 260, 260)),
        (-38, 145.1, (300, 280, 335, 360)),
        (46.8, 9.7, (335, 375, 320, 280)),
        (60, 30.3, (360, 425, 345, 300)),
    ],
)
def test_ozone_at_four_stations_lies_within_the_spread(
    latitude: float, longitude: float, measured: tuple[int, ...]
) -> None:
    """Monthly means of Rowland 1991: January, April, July, October."""
    spread = KNOWN.claims["aftercare.uv-index.ozone-spread"].number
    for month, value in zip((1, 4, 7, 10), measured, strict=True):
        column = ozone_column(KNOWN, latitude, longitude, date(2026, month, 15)).value
        assert column == pytest.approx(value, abs=spread)


@pytest.mark.parametrize(
    ("elevation", "ozone", "index"),
    [(90, 300, 12.5), (45, 300, 5.4), (30, 300, 2.34), (20, 300, 0.93)],
)
def test_the_formula_as_published(elevation: float, ozone: float, index: float) -> None:
    assert clear_sky_index(KNOWN, elevation, ozone) == pytest.approx(index, abs=0.02)


@pytest.mark.parametrize(("place", "index"), [(AUCKLAND, 13), (LAUDER, 12)])
def test_summer_peaks_of_new_zealand(place: Place, index: float) -> None:
    """NIWA, December 1998: 13 in the north and 12 in the south at 270 to 275 Dobson units."""
    noon = max(hour.elevation for hour in uv_day(KNOWN, place, date(1998, 12, 22)).hours)
    modelled = clear_sky_index(KNOWN, noon, 272.5, place.altitude_m)
    assert modelled == pytest.approx(index, rel=0.1)
    low, high = peak(place, date(1998, 12, 22))
    assert low <= index * 1.1
    assert high >= index * 0.98


def test_london_in_june_and_in_december() -> None:
    """Up to 7 and rarely 8 in the British summer, below 1 in midwinter."""
    assert peak(LONDON, date(2026, 6, 21))[0] == pytest.approx(7, abs=1)
    assert peak(LONDON, date(2026, 12, 21))[1] < 1


# --- cases and boundaries ---------------------------------------------------------------------


def test_no_hour_is_avoided_in_a_northern_winter() -> None:
    assert uv_day(KNOWN, LONDON, date(2026, 12, 21)).avoid == ()


def test_the_hours_to_avoid_are_those_that_could_reach_the_level() -> None:
    day = uv_day(KNOWN, MADRID, date(2026, 6, 21))
    assert day.avoid_from.value == 3
    (span,) = day.avoid
    for hour in day.hours:
        assert (hour.high >= 3) is (span.start <= hour.start < span.end)


@pytest.mark.parametrize(
    ("day", "light"),
    [
        (date(2026, 6, 21), "sun never sets"),
        (date(2026, 12, 21), "sun never rises"),
        (date(2026, 3, 20), "day and night"),
    ],
)
def test_polar_day_and_night(day: date, light: str) -> None:
    known = uv_day(KNOWN, TROMSO, day)
    assert known.light == light
    assert len(known.hours) == 24
    if light == "sun never rises":
        assert all(hour.index == hour.high == 0 for hour in known.hours)


@pytest.mark.parametrize("latitude", [90, -90, 89.9])
def test_the_poles_have_hours_too(latitude: float) -> None:
    pole = Place(latitude=latitude, longitude=0, zone="UTC")
    assert len(uv_day(KNOWN, pole, date(2026, 6, 21)).hours) == 24


@pytest.mark.parametrize(
    ("place", "day", "hours"),
    [
        (MADRID, date(2026, 3, 29), 23),
        (MADRID, date(2026, 10, 25), 25),
        (Place(latitude=-31.5, longitude=159.1, zone="Australia/Lord_Howe"), date(2026, 4, 5), 25),
        (Place(latitude=27.7, longitude=85.3, zone="Asia/Kathmandu"), date(2026, 4, 5), 24),
    ],
)
def test_days_are_as_long_as_their_clock_says(place: Place, day: date, hours: int) -> None:
    assert len(uv_day(KNOWN, place, day).hours) == hours


@pytest.mark.parametrize(
    "given",
    [
        {"latitude": 91},
        {"latitude": -90.1},
        {"latitude": float("nan")},
        {"longitude": 181},
        {"longitude": float("inf")},
        {"altitude_m": 9001},
        {"altitude_m": -431},
        {"altitude_m": float("nan")},
        {"zone": "Mars/Olympus"},
        {"zone": ""},
        {"zone": "../etc/passwd"},
        {"zone": "Europe"},
        {"zone": "Pacific/Auckland"},
        {"longitude": 103.7},
    ],
)
def test_impossible_places_are_refused_in_a_sentence(given: dict[str, Any]) -> None:
    with pytest.raises(AnswerError) as error:
        uv_day(KNOWN, msgspec.structs.replace(MADRID, **given), date(2026, 6, 21))
    assert error.value.message.endswith(".")
    assert error.value.hint


@pytest.mark.parametrize(
    "place",
    [
        Place(latitude=1.9, longitude=-157.4, zone="Pacific/Kiritimati"),
        Place(latitude=39.5, longitude=76.0, zone="Asia/Shanghai"),
        Place(latitude=52.9, longitude=173.2, zone="America/Adak"),
        Place(latitude=42.9, longitude=-9.2, zone="Europe/Madrid"),
        Place(latitude=-13.8, longitude=-171.8, zone="Pacific/Apia"),
    ],
)
def test_odd_time_zones_are_not_refused(place: Place) -> None:
    assert uv_day(KNOWN, place, date(2026, 7, 1)).hours


def test_a_day_that_a_place_left_out_is_refused() -> None:
    samoa = Place(latitude=-13.8, longitude=-171.8, zone="Pacific/Apia")
    with pytest.raises(AnswerError, match="left out of the calendar"):
        uv_day(KNOWN, samoa, date(2011, 12, 30))
    assert uv_day(KNOWN, samoa, date(2011, 12, 31)).hours


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_are_refused(day: date) -> None:
    with pytest.raises(AnswerError, match="calendar"):
        uv_day(KNOWN, MADRID, day)


def test_a_rejected_claim_gives_no_hours() -> None:
    with pytest.raises(AnswerError, match="avoid-from"):
        uv_day(rejecting("aftercare.uv-index.avoid-from"), MADRID, date(2026, 6, 21))


# --- laws -------------------------------------------------------------------------------------


@given(low=st.floats(-90, 90), high=st.floats(-90, 90), ozone=st.floats(100, 600))
def test_a_higher_sun_is_never_weaker(low: float, high: float, ozone: float) -> None:
    low, high = sorted((low, high))
    assert clear_sky_index(KNOWN, low, ozone) <= clear_sky_index(KNOWN, high, ozone)


@given(elevation=st.floats(0.1, 90), thin=st.floats(0, 600), more=st.floats(0, 300))
def test_more_ozone_never_lets_more_through(elevation: float, thin: float, more: float) -> None:
    assert clear_sky_index(KNOWN, elevation, thin) >= clear_sky_index(KNOWN, elevation, thin + more)


@given(elevation=st.floats(-90, 90), height=st.floats(-430, 9000), more=st.floats(0, 1000))
def test_higher_up_is_never_weaker(elevation: float, height: float, more: float) -> None:
    assert clear_sky_index(KNOWN, elevation, 300, height) <= clear_sky_index(
        KNOWN, elevation, 300, height + more
    )


@given(elevation=st.floats(-90, 0), ozone=st.floats(0, 600))
def test_there_is_none_at_night(elevation: float, ozone: float) -> None:
    assert clear_sky_index(KNOWN, elevation, ozone) == 0


@given(latitude=st.floats(-65, 65), longitude=longitudes, day=dates, minutes=st.integers(1, 180))
def test_the_sun_is_as_high_before_noon_as_after(
    latitude: float, longitude: float, day: date, minutes: int
) -> None:
    midday = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - timedelta(
        hours=longitude / 15
    )
    noon = max(
        (midday + timedelta(minutes=minute) for minute in range(-30, 31)),
        key=lambda moment: (
            solar_elevation(0, longitude, moment)
            if abs(latitude) < 1
            else solar_elevation(70 if latitude > 0 else -70, longitude, moment)
        ),
    )
    before, after = (
        solar_elevation(latitude, longitude, noon + timedelta(minutes=sign * minutes))
        for sign in (-1, 1)
    )
    assert before == pytest.approx(after, abs=1.0)


@given(latitude=st.floats(0.5, 89), longitude=st.floats(-165, 180), moment=moments)
def test_the_sun_moves_west_with_the_clock(
    latitude: float, longitude: float, moment: datetime
) -> None:
    east = solar_elevation(latitude, longitude, moment)
    west = solar_elevation(latitude, longitude - 15, moment + timedelta(hours=1))
    assert east == pytest.approx(west, abs=0.1)


@given(latitude=latitudes, longitude=longitudes, day=dates)
def test_ozone_is_always_of_this_earth(latitude: float, longitude: float, day: date) -> None:
    assert 180 <= ozone_column(KNOWN, latitude, longitude, day).value <= 460


@given(latitude=latitudes, longitude=longitudes, day=dates)
def test_every_day_everywhere_has_sound_hours(latitude: float, longitude: float, day: date) -> None:
    offset = -round(longitude / 15)
    zone = f"Etc/GMT{offset:+d}" if offset else "UTC"
    known = uv_day(KNOWN, Place(latitude=latitude, longitude=longitude, zone=zone), day)
    assert len(known.hours) == 24
    for hour in known.hours:
        assert 0 <= hour.index <= hour.high < 30
        assert (hour.index > 0) is (hour.elevation > 0) or hour.elevation < 1e-3
    for span in known.avoid:
        assert span.start < span.end


# --- claims -----------------------------------------------------------------------------------


def plain(day: UvDay) -> object:
    return msgspec.to_builtins(day)


@pytest.mark.parametrize(
    "place", [MADRID, AUCKLAND, Place(latitude=40, longitude=9, zone="Europe/Rome")]
)
def test_changing_a_claim_changes_the_hours(place: Place) -> None:
    day = date(2026, 5, 2)
    shown = plain(uv_day(KNOWN, place, day))
    for claim_id in claims_in(shown):
        claim = KNOWN.claims[claim_id]
        assert any(
            plain(uv_day(with_value(claim_id, value), place, day)) != shown
            for value in other_values(claim)
        ), claim_id
