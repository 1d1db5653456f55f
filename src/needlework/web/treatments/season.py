"""Which season it is where a clinic lies: by the month, and turned round south of the equator."""

from __future__ import annotations

from datetime import date
from typing import Final

from needlework.aftercare import Season

TROPIC_DEG: Final = 23.44
"""Between the tropics the sun stands overhead twice a year, and high all the year."""

_NORTH: Final[tuple[Season, ...]] = ("winter", "spring", "summer", "autumn")
_HALF_A_YEAR: Final = 6


def season_at(latitude: float | None, day: date) -> Season | None:
    """The season of a day in whole months, as weather services count; none without a place.

    >>> season_at(42.4, date(2026, 3, 1)), season_at(-33.9, date(2026, 3, 1))
    ('spring', 'autumn')
    """
    if latitude is None:
        return None
    if abs(latitude) < TROPIC_DEG:
        return "summer"
    month = day.month + (_HALF_A_YEAR if latitude < 0 else 0)
    return _NORTH[month % 12 // 3]
