"""What puncture and penetration are given: finite numbers within their domain, or a refusal."""

from __future__ import annotations

from math import inf
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from needlework.errors import UsageError

Array = NDArray[np.float64]

MOST_PASSES: Final = 200
"""More passes than any protocol comes near; beyond it a number is a slip of the hand."""


def checked(
    values: ArrayLike,
    what: str,
    *,
    low: float = 0.0,
    high: float = inf,
    above: bool = False,
) -> Array:
    """`values` as float64, refused unless each is finite and within `low` to `high`.

    Parameters
    ----------
    values
        One number or an array of any shape, not empty.
    what
        What they are, with their unit, for the message.
    low, high
        The domain, both ends in it; `above` leaves `low` itself out.

    Raises
    ------
    UsageError
        There is no value, or one is not finite or lies outside.

    Examples
    --------
    >>> checked(1.5, "Set depth in mm").item()
    1.5
    """
    array = np.asarray(values, dtype=np.float64)
    if array.size == 0:
        raise UsageError(f"{what}: there is no value.", hint="Give at least one.")
    if not np.isfinite(array).all():
        raise UsageError(f"{what}: not a finite number.", hint="Give a number.")
    if array.min() < low or array.max() > high or (above and array.min() <= low):
        wrong = array.min() if array.min() <= low else array.max()
        ends = f"above {low:g}" if above else f"{low:g} or more"
        if high < inf:
            ends += f", to {high:g}"
        raise UsageError(f"{what}: {wrong:g} is out of domain.", hint=f"Give {ends}.")
    return array


def whole(value: int, what: str, *, low: int = 1, high: int = 1_000_000) -> int:
    """A count within `low` to `high`.

    Raises
    ------
    UsageError
        It lies outside, or is no whole number.

    Examples
    --------
    >>> whole(4, "Passes")
    4
    """
    if not (low <= value <= high and value == int(value)):
        raise UsageError(
            f"{what}: {value} is out of domain.", hint=f"Give {low:,} to {high:,}, a whole number."
        )
    return value
