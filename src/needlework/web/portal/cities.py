"""Where a client may be: the cities that name the world's clocks, with their degrees."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import available_timezones

from msgspec import Struct

from needlework.i18n import translator

_DEGREES: Final = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")
"""ISO 6709: degrees and minutes, and seconds where they are given."""


class City(Struct, frozen=True):
    zone: str
    latitude: float
    longitude: float


@lru_cache(maxsize=1)
def cities() -> dict[str, City]:
    """Every city by the IANA name of its clock."""
    known = available_timezones()
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {zone: City(zone, *degrees(at)) for _, at, zone, *_ in rows if zone in known}


def degrees(written: str) -> tuple[float, float]:
    """Degrees north and east.

    >>> degrees("+4024-00341"), degrees("-345631-0561100")
    ((40.4, -3.6833), (-34.9419, -56.1833))
    """
    found = _DEGREES.fullmatch(written)
    if found is None:
        raise ValueError(f"no degrees: {written!r}")
    parts = found.groups(default="0")
    return _decimal(*parts[:4]), _decimal(*parts[4:])


@lru_cache(maxsize=4)
def city_choices(language: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Continents with their cities, each named and sorted as the language does."""
    from babel.dates import get_timezone_location

    _ = translator(language)
    continents = {
        "Africa": _("Africa"),
        "America": _("America"),
        "Antarctica": _("Antarctica"),
        "Arctic": _("Arctic"),
        "Asia": _("Asia"),
        "Atlantic": _("Atlantic Ocean"),
        "Australia": _("Australia"),
        "Europe": _("Europe"),
        "Indian": _("Indian Ocean"),
        "Pacific": _("Pacific Ocean"),
    }
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for zone in cities():
        name = get_timezone_location(zone, locale=language, return_city=True)
        found[zone.partition("/")[0]].append((zone, name.rpartition("/")[2]))
    return tuple(
        (name, tuple(sorted(found[key], key=lambda city: city[1])))
        for key, name in continents.items()
        if found[key]
    )


def _decimal(sign: str, whole: str, minutes: str, seconds: str) -> float:
    value = int(whole) + int(minutes) / 60 + int(seconds) / 3600
    return round(-value if sign == "-" else value, 4)
