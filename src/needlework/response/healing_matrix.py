"""Exponentials of chains, many at a time: how a row of draining vessels moves in a span of days.

A chain of n vessels drains as ``x_i' = flow_{i-1} x_{i-1} - loss_i x_i``. Its transition over a
span is the exponential of a lower bidiagonal matrix, here by scaling and squaring: shifted by
the largest loss the matrix has no negative entry, so that Taylor's series and every squaring add
positive numbers only and nothing cancels, also where losses are equal. (The sums of Bateman's
solution divide by differences of losses.) Draws lie along the last axis, so that NumPy runs down
memory, and each draw's numbers are the same whatever others stand beside it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_REACH: Final = 0.5
"""Largest loss × span for which the series below is summed."""

_TERMS: Final = 19
"""The entry five vessels on begins with the fifth term: of it the twentieth, over all its paths,
is C(20, 5) 0.5¹⁵ 5! / 20!, below a tenth of the rounding of a double."""

BLOCK: Final = 32
"""Grid points that one pass of `march` moves: what it reads stays in the processor's cache."""


def transition(loss: Array, flow: Array, span: float | Array) -> Array:
    """What each vessel holds after a span, for one unit in each vessel before.

    Parameters
    ----------
    loss
        Rates out of the vessels, shape (n, draws), 0 or more, in 1/time.
    flow
        Rates from each vessel into the next, shape (n - 1, draws), not above the loss of the
        vessel that it leaves.
    span
        Time, one for all or shape (draws,), 0 or more.

    Returns
    -------
    NDArray
        Shape (n, n, draws): [i, j] is what is in i of what was in j; 0 where i < j.

    Examples
    --------
    Two vessels that drain equally fast, where a sum of exponentials would be 0/0:

    >>> import numpy as np
    >>> moved = transition(np.ones((2, 1)), np.ones((1, 1)), 2.0)
    >>> bool(np.isclose(moved[1, 0, 0], 2 * np.exp(-2), rtol=1e-14))
    True
    """
    spans = np.broadcast_to(np.asarray(span, dtype=np.float64), loss.shape[1:])
    fastest = loss.max(axis=0)
    halvings = _halvings(fastest * spans)
    short = np.ldexp(spans, -halvings)
    moved = _series(loss, flow, fastest, short)
    for done in range(int(halvings.max(initial=0))):
        due = done < halvings
        short = np.where(due, 2 * short, short)
        squared = product(moved, moved)
        # Exact on the diagonal, where squaring would double the rounding of a slow vessel.
        for i, rate in enumerate(loss):
            np.exp(-rate * short, out=squared[i, i])
        moved = squared if due.all() else np.where(due, squared, moved)
    return moved


def _halvings(reach: Array) -> NDArray[np.int_]:
    """How often each span must be halved for the series."""
    with np.errstate(divide="ignore"):
        powers = np.ceil(np.log2(reach / _REACH))
    return np.maximum(powers, 0.0).astype(np.int_)


def _series(loss: Array, flow: Array, fastest: Array, span: Array) -> Array:
    vessels, draws = loss.shape
    keep = (fastest - loss) * span
    pass_on = flow * span
    total = np.zeros((vessels, vessels, draws))
    term = np.zeros_like(total)
    for i in range(vessels):
        total[i, i] = term[i, i] = 1.0
    for n in range(1, _TERMS + 1):
        for i in reversed(range(vessels)):
            term[i, : i + 1] *= keep[i] / n
            if i:
                term[i, :i] += term[i - 1, :i] * (pass_on[i - 1] / n)
        total += term
    total *= np.exp(-fastest * span)
    for i in range(vessels):
        np.exp(-loss[i] * span, out=total[i, i])
    return total


def product(left: Array, right: Array) -> Array:
    """Lower triangular products, a draw each; shapes (n, n, draws)."""
    vessels, _, draws = left.shape
    out = np.zeros_like(left)
    scratch = np.empty((vessels, draws))
    for i in range(vessels):
        np.multiply(left[i, i], right[i, : i + 1], out=out[i, : i + 1])
        for k in range(i):
            part = np.multiply(left[i, k], right[k, : k + 1], out=scratch[: k + 1])
            out[i, : k + 1] += part
    return out


def apply(moved: Array, state: Array) -> Array:
    """Move states of shape (n, draws) by transitions of shape (n, n, draws)."""
    out: Array = moved[:, 0] * state[0]
    for k in range(1, len(state)):
        out[k:] += moved[k:, k] * state[k]
    return out


def powers(step: Array, points: int) -> list[Array]:
    """Transitions over 1, 2, 4, … steps, as many as `march` needs for so many points."""
    wanted = [step]
    while 2 ** len(wanted) <= min(BLOCK, points - 1):
        wanted.append(product(wanted[-1], wanted[-1]))
    return wanted


def march(steps: list[Array], start: Array, into: Array) -> None:
    """Fill a grid from its first point on: each pass moves a block that is already known.

    Parameters
    ----------
    steps
        What `powers` gives for at least so many points.
    start
        The first point, shape (n, draws).
    into
        Shape (n, points, draws); written.
    """
    vessels, points, _ = into.shape
    into[:, 0] = start
    known = 1
    while known < points:
        power = min(known.bit_length(), len(steps)) - 1
        width = 2**power
        count = min(width, points - known)
        moved, source = steps[power], into[:, known - width : known - width + count]
        for i in range(vessels):
            target, row = into[i, known : known + count], moved[i, : i + 1]
            np.einsum("kr,kdr->dr", row, source[: i + 1], out=target)
        known += count
