"""What answers are made of: intervals with their unit, and times by which people are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

from needlework.evidence import Knowledge
from needlework.response.closure import waits
from needlework.response.parameters import parameters
from needlework.response.summary import LEVELS, summarise

Array = NDArray[np.float64]

_FIGURES: Final = 6
"""Significant ones: more would show the last bits of a processor, and no more of the skin."""


class Interval(Struct, frozen=True, kw_only=True):
    """The median of draws and their central 50, 80 and 95 %, in one unit."""

    unit: str
    median: float
    low_50: float
    high_50: float
    low_80: float
    high_80: float
    low_95: float
    high_95: float


class Times(Struct, frozen=True, kw_only=True):
    """By when half, 90 % and 97.5 % of people are there."""

    unit: str
    half: float
    most: float
    nearly_all: float


def rounded(value: float) -> float:
    """A number to six significant figures.

    >>> rounded(123.456789), rounded(0.0)
    (123.457, 0.0)
    """
    return float(f"{value:.{_FIGURES}g}")


def interval(draws: ArrayLike, unit: str) -> Interval:
    """Draws of one quantity as an interval.

    >>> interval([1.0, 2.0, 3.0], "mm").median
    2.0
    """
    said = summarise(np.asarray(draws, dtype=np.float64))
    bounds = {name: rounded(float(getattr(said, name))) for name in said.__struct_fields__}
    return Interval(unit=unit, **bounds)


def of_quantiles(bounds: Mapping[float, float], unit: str) -> Interval:
    """An interval from its seven quantiles by level."""
    low_95, low_80, low_50, median, high_50, high_80, high_95 = (
        rounded(bounds[level]) for level in LEVELS
    )
    return Interval(
        unit=unit,
        median=median,
        low_50=low_50,
        high_50=high_50,
        low_80=low_80,
        high_80=high_80,
        low_95=low_95,
        high_95=high_95,
    )


def times(hours: Array) -> Times:
    """One time a draw, in hours, as the times by which people are there."""
    told = waits(hours)
    return Times(
        unit="h",
        half=rounded(told.half_h),
        most=rounded(told.most_h),
        nearly_all=rounded(told.nearly_all_h),
    )


def model_claims(knowledge: Knowledge, model: str) -> tuple[str, ...]:
    """Ids of all parameters of a model."""
    return tuple(f"response.{model}.{key}" for key in parameters(knowledge, model))
