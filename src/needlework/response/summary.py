"""Draws as an interval: the median with its 50, 80 and 95 % bounds."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from needlework.errors import UsageError
from needlework.response.inputs import as_given, is_whole

LEVELS: Final = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""The seven quantiles of a `Summary`, from its lowest bound to its highest."""

_AT_A_TIME: Final = 65_536
"""Values that are sorted together: half a megabyte stays in the processor's cache."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Central intervals of draws; each field has the shape of the draws without their axis.

    A bound is a quantile over draws, interpolated between neighbours, so that
    ``low_95 ≤ low_80 ≤ low_50 ≤ median ≤ high_50 ≤ high_80 ≤ high_95`` always.
    """

    median: NDArray[np.float64]
    low_50: NDArray[np.float64]
    high_50: NDArray[np.float64]
    low_80: NDArray[np.float64]
    high_80: NDArray[np.float64]
    low_95: NDArray[np.float64]
    high_95: NDArray[np.float64]


def summarise(values: NDArray[np.floating], axis: int = 0) -> Summary:
    """The median and the central 50, 80 and 95 % intervals over draws.

    Parameters
    ----------
    values
        Draws of anything, any shape with at least one axis, every entry finite.
    axis
        The axis of draws. Quickest where draws lie in line in memory, as `healing` lays them.

    Returns
    -------
    Summary
        Fields in float64, shaped like `values` without `axis`.

    Raises
    ------
    UsageError
        There are no draws, no such axis, or a draw is NaN or infinite.

    Examples
    --------
    >>> import numpy as np
    >>> said = summarise(np.arange(101.0))
    >>> float(said.low_80), float(said.median), float(said.high_80)
    (10.0, 50.0, 90.0)
    """
    given = as_given(values, "Draws to summarise")
    if given.ndim == 0 or not (is_whole(axis) and -given.ndim <= axis < given.ndim):
        raise UsageError(
            f"Draws of {given.ndim} dimensions have no axis {axis}.",
            hint="Give an array with one axis of draws, and name it.",
        )
    draws = given.shape[axis]
    if draws == 0:
        raise UsageError("There are no draws to summarise.", hint="Draw at least one.")
    with np.errstate(invalid="ignore"):  # between infinities; they are refused below
        bounds = _quantiles(np.moveaxis(given, axis, -1))
    if not (np.isfinite(bounds[0]).all() and np.isfinite(bounds[-1]).all()):
        wrong = int(np.count_nonzero(~np.isfinite(given)))
        raise UsageError(
            f"{wrong} of {given.size} drawn values are not finite numbers.",
            hint="Look at what the model was given; an interval over them would mean nothing.",
        )
    low_95, low_80, low_50, median, high_50, high_80, high_95 = bounds[1:-1]
    return Summary(
        median=median,
        low_50=low_50,
        high_50=high_50,
        low_80=low_80,
        high_80=high_80,
        low_95=low_95,
        high_95=high_95,
    )


def _quantiles(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Lowest, `LEVELS` and highest along the last axis, as `numpy.quantile` interpolates them."""
    draws = values.shape[-1]
    rows = values.reshape(-1, draws)
    bounds = np.empty((len(LEVELS) + 2, len(rows)))
    spots = [(int(level * (draws - 1)), level * (draws - 1)) for level in LEVELS]
    most = max(1, _AT_A_TIME // draws)
    for first in range(0, len(rows), most):
        # NumPy sorts a row with vector instructions, and takes a third of the time that it needs
        # to partition one at fourteen ranks. What is not a number ends up at the ends.
        ranked = np.sort(rows[first : first + most], axis=-1)
        into = bounds[:, first : first + most]
        into[0], into[-1] = ranked[:, 0], ranked[:, -1]
        for bound, (rank, spot) in zip(into[1:-1], spots, strict=True):
            low = ranked[:, rank].astype(np.float64)
            bound[:] = low + (spot - rank) * (ranked[:, min(rank + 1, draws - 1)] - low)
    return bounds.reshape(-1, *values.shape[:-1])
