"""Quantities, the units each may carry, and the few conversions that Needlework needs."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final

UNITS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "depth": frozenset({"mm", "um"}),
        "thickness": frozenset({"mm", "um"}),
        "length": frozenset({"mm", "um"}),
        "duration": frozenset({"s", "min", "h", "d", "wk", "mo", "y"}),
        "age": frozenset({"y"}),
        "area": frozenset({"cm2"}),
        "mass": frozenset({"g", "mg"}),
        "areal-dose": frozenset({"g/cm2"}),
        "dose": frozenset({"mg/kg", "mg"}),
        "frequency": frozenset({"Hz", "rpm"}),
        "speed": frozenset({"cm/s"}),
        "density": frozenset({"1/cm2"}),
        "concentration": frozenset({"%", "ug/mL"}),
        "temperature": frozenset({"degC"}),
        "percent": frozenset({"%"}),
        "count": frozenset({"1"}),
        "ratio": frozenset({"1"}),
        "logarithm": frozenset({"1"}),
        "force": frozenset({"N", "mN"}),
        "pressure": frozenset({"MPa", "kPa"}),
        "rate": frozenset({"1/s", "1/h", "1/d"}),
        "diffusivity": frozenset({"cm2/s"}),
        "permeability": frozenset({"cm/s", "cm/h"}),
        "areal-volume": frozenset({"cm3/cm2"}),
        "molar-mass": frozenset({"g/mol"}),
        "specific-surface": frozenset({"1/cm"}),
        "score": frozenset({"points", "grade"}),
    }
)
"""Numeric quantities and the units in which a claim may give them."""

WORDS: Final = frozenset({"verdict", "role", "flag", "term", "terms", "text"})
"""Quantities whose value is not a number and has no unit."""

_DAYS: Final = {"d": 1, "wk": 7}
_MONTHS: Final = {"mo": 1, "y": 12}
_HOURS: Final = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0, "wk": 168.0}
_MILLIMETRES: Final = {"mm": 1.0, "um": 0.001}


def add_months(day: date, months: int) -> date:
    """Move by calendar months; a day that the month lacks becomes its last day.

    >>> add_months(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


@lru_cache(maxsize=8192)
def later(day: date, value: float, unit: str) -> date:
    """The day when `value` `unit` have passed; part days count as whole ones.

    >>> later(date(2026, 11, 20), 12, "mo"), later(date(2026, 11, 20), 36, "h")
    (datetime.date(2027, 11, 20), datetime.date(2026, 11, 22))
    """
    if unit in _MONTHS:
        return add_months(day, round(value * _MONTHS[unit]))
    if unit in _DAYS:
        return day + timedelta(days=-int(-value * _DAYS[unit] // 1))
    return day + timedelta(days=-int(-value * _HOURS[unit] // 24))


def whole_years(born: date, on: date) -> int:
    """Age in completed years.

    >>> whole_years(date(2000, 2, 29), date(2018, 2, 28))
    17
    """
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def to_mm(value: float, unit: str) -> float:
    """A length in millimetres.

    >>> to_mm(770, "um")
    0.77
    """
    return value * _MILLIMETRES[unit]


def round_down(value: float, step: float) -> float:
    """The highest multiple of `step` that is not above `value`, free of binary dust.

    >>> round_down(0.75, 0.25), round_down(0.7, 0.1), round_down(0.74, 0.25)
    (0.75, 0.7, 0.5)
    """
    return round(int(value / step + 1e-9) * step, 6)
