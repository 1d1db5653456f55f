"""A prediction against what was found: where it fell among the draws, and a verdict in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from needlework.errors import UsageError
from needlework.response.verifying.cases import Observed

Array = NDArray[np.float64]

Verdict = Literal[
    "inside 50",
    "inside 80",
    "inside 95",
    "missed",
    "direction held",
    "direction missed",
    "cannot be scored",
]
MISSES: Final = ("missed", "direction missed")

INTERVALS: Final[tuple[tuple[float, Verdict], ...]] = (
    (0.50, "inside 50"),
    (0.80, "inside 80"),
    (0.95, "inside 95"),
)
_EVEN: Final = 0.5
_ROUNDING: Final = 1e-9

SAME_COURSE: Final = 1e-8
"""Of a column's peak: as near as two solvers of the same equations have to come."""


class Score(Struct, frozen=True):
    """How a prediction did."""

    verdict: Verdict
    pit: float | None = None
    """Share of draws below what was found; None where it was no figure."""
    chance: float | None = None
    """Share of draws that agree, where a direction, a ceiling or a floor was found."""


def score(draws: Array, found: Observed) -> Score:
    """Hold draws against what was found.

    A figure is held against central intervals; a range counts as inside where it meets one. Of a
    ceiling, a floor or a direction the share of draws that agree is told, and it holds where that
    is at least a half. A prediction without spread has no PIT: it agrees or not.

    Parameters
    ----------
    draws
        Shape (draws,), finite.
    found
        In the draws' unit.

    Raises
    ------
    UsageError
        There are no draws, one is no number, or nothing was found.

    Examples
    --------
    >>> score(np.arange(101.0), Observed(low=50, high=50))
    Score(verdict='inside 50', pit=0.5, chance=None)
    >>> score(np.arange(101.0), Observed(high=45)).verdict
    'direction missed'
    >>> score(np.array([-1.0, 1.0, 2.0, 3.0]), Observed(sign=1)).chance
    0.75
    """
    if draws.ndim != 1 or not draws.size or not np.isfinite(draws).all():
        raise UsageError("Draws to score must be numbers, at least one.", hint="Predict again.")
    low, high = _ends(found)
    if low is None or high is None:
        chance = _chance(draws, low, high)
        return Score("direction held" if chance >= _EVEN else "direction missed", chance=chance)
    if np.ptp(draws) == 0:
        return Score("inside 50" if _agrees(float(draws[0]), low, high) else "missed")
    return Score(_inside(draws, low, high), pit=pit(draws, (low + high) / 2))


def pit(draws: Array, value: float) -> float:
    """Share of draws below a value; of those equal to it, half.

    Examples
    --------
    >>> pit(np.array([0.0, 0.0, 1.0, 2.0]), 0.0)
    0.25
    """
    return float(np.mean(draws < value) + np.mean(draws == value) / 2)


def same_course(ours: Array, theirs: Array) -> bool:
    """Whether two courses, (days,), come within `SAME_COURSE` of the other's peak throughout."""
    return bool(np.max(np.abs(ours - theirs)) <= SAME_COURSE * np.max(np.abs(theirs)))


def shares_inside(verdicts: Sequence[Verdict]) -> tuple[float, float, float]:
    """Shares of figures within the 50, 80 and 95 % intervals.

    Examples
    --------
    >>> shares_inside(["inside 50", "inside 80", "missed", "missed"])
    (0.25, 0.5, 0.5)
    """
    order = [verdict for _, verdict in INTERVALS]
    ranks = [order.index(verdict) if verdict in order else len(order) for verdict in verdicts]
    fifty, eighty, most = (sum(rank <= at for rank in ranks) / len(ranks) for at in range(3))
    return fifty, eighty, most


def _ends(found: Observed) -> tuple[float | None, float | None]:
    match found.sign:
        case None:
            if found.low is None and found.high is None:
                raise UsageError("Nothing was found that could be scored.", hint="Mend the row.")
            return found.low, found.high
        case 0:
            return 0.0, 0.0
        case 1:
            return 0.0, None
    return None, 0.0


def _chance(draws: Array, low: float | None, high: float | None) -> float:
    if low is not None:
        return 1 - pit(draws, low)
    return pit(draws, high if high is not None else np.inf)


def _agrees(value: float, low: float, high: float) -> bool:
    room = _ROUNDING * max(abs(low), abs(high), abs(value))
    return low - room <= value <= high + room


def _inside(draws: Array, low: float, high: float) -> Verdict:
    for share, verdict in INTERVALS:
        ends = np.quantile(draws, [(1 - share) / 2, (1 + share) / 2])
        if ends[0] <= high and ends[1] >= low:
            return verdict
    return "missed"
