"""An adaptive ensemble in numba, for the healing chain to be measured against.

Dormand and Prince's pair of orders 5 and 4 with its dense output of order 4, a step of its own
for each draw, and right-hand sides written out for a chain: what somebody would write who wants
many draws of a small system quickly. It is told where sessions are and starts anew there.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

from needlework.response.healing import Chain

Array = NDArray[np.float64]

SAFETY, SHRINK, GROW = 0.9, 0.2, 5.0
STATES = 6
FIRST_STEP_DAYS = 0.05

_quick = njit(nogil=True, error_model="numpy", inline="always")  # quicker than fast maths here


def ensemble(
    made: Chain,
    sessions: tuple[float, ...],
    doses: Array,
    *,
    until_day: int,
    rtol: float,
    threads: int,
) -> Array:
    """States daily, shape (draws, 6, days), as `healing.respond`."""
    loss = np.ascontiguousarray(made.loss_per_day.T)
    flow = np.ascontiguousarray(made.flow_per_day.T)
    found = np.zeros((made.draws, STATES, until_day + 1))
    days = np.array(sessions)
    bounds = np.linspace(0, made.draws, 4 * threads + 1).astype(int)
    parts = [slice(low, high) for low, high in pairwise(bounds)]
    with ThreadPoolExecutor(threads) as pool:
        done = [
            pool.submit(_solve, loss[p], flow[p], days, doses[p], rtol, found[p]) for p in parts
        ]
        for each in done:
            each.result()
    return found


@_quick
def _rates(loss: Array, flow: Array, state: Array, into: Array) -> None:
    into[0] = -loss[0] * state[0]
    for i in range(1, STATES):
        into[i] = flow[i - 1] * state[i - 1] - loss[i] * state[i]


@_quick
def _try(loss: Array, flow: Array, state: Array, step: float, k: Array, part: Array) -> None:
    """The stages; `part` ends up as the state a step later, of order 5, and k[6] as its rates."""
    for i in range(STATES):
        part[i] = state[i] + step * (k[0, i] / 5)
    _rates(loss, flow, part, k[1])
    for i in range(STATES):
        part[i] = state[i] + step * (3 / 40 * k[0, i] + 9 / 40 * k[1, i])
    _rates(loss, flow, part, k[2])
    for i in range(STATES):
        slope = 44 / 45 * k[0, i] - 56 / 15 * k[1, i] + 32 / 9 * k[2, i]
        part[i] = state[i] + step * slope
    _rates(loss, flow, part, k[3])
    for i in range(STATES):
        slope = 19372 / 6561 * k[0, i] - 25360 / 2187 * k[1, i]
        slope += 64448 / 6561 * k[2, i] - 212 / 729 * k[3, i]
        part[i] = state[i] + step * slope
    _rates(loss, flow, part, k[4])
    for i in range(STATES):
        slope = 9017 / 3168 * k[0, i] - 355 / 33 * k[1, i] + 46732 / 5247 * k[2, i]
        slope += 49 / 176 * k[3, i] - 5103 / 18656 * k[4, i]
        part[i] = state[i] + step * slope
    _rates(loss, flow, part, k[5])
    for i in range(STATES):
        slope = 35 / 384 * k[0, i] + 500 / 1113 * k[2, i] + 125 / 192 * k[3, i]
        slope += 11 / 84 * k[5, i] - 2187 / 6784 * k[4, i]
        part[i] = state[i] + step * slope
    _rates(loss, flow, part, k[6])


@_quick
def _off(state: Array, later: Array, step: float, k: Array, rtol: float) -> float:
    """Estimated error over what is allowed, as a root mean square."""
    total = 0.0
    for i in range(STATES):
        wrong = 71 / 57600 * k[0, i] - 71 / 16695 * k[2, i] + 71 / 1920 * k[3, i]
        wrong += 22 / 525 * k[5, i] - 17253 / 339200 * k[4, i] - 1 / 40 * k[6, i]
        allowed = rtol * (0.01 + max(abs(state[i]), abs(later[i])))
        total += (step * wrong / allowed) ** 2
    return np.sqrt(total / STATES)


@_quick
def _tell(
    state: Array, later: Array, now: float, step: float, k: Array, first: int, found: Array
) -> int:
    """States on whole days within a step, by dense output; the first day that is left."""
    last = min(int(np.floor(now + step)), found.shape[1] - 1)
    if first > last:
        return first
    for i in range(STATES):
        change = later[i] - state[i]
        bend = step * k[0, i] - change
        turn = change - step * k[6, i] - bend
        twist = 87487479700 / 32700410799 * k[2, i] - 12715105075 / 11282082432 * k[0, i]
        twist += 701980252875 / 199316789632 * k[4, i] - 10690763975 / 1880347072 * k[3, i]
        twist += 69997945 / 29380423 * k[6, i] - 1453857185 / 822651844 * k[5, i]
        for day in range(first, last + 1):
            s = (day - now) / step
            inner = bend + s * (turn + (1 - s) * step * twist)
            found[i, day] = state[i] + s * (change + (1 - s) * inner)
    return last + 1


@_quick
def _solve(
    loss: Array, flow: Array, sessions: Array, doses: Array, rtol: float, found: Array
) -> None:
    k = np.zeros((7, STATES))
    state, later = np.zeros(STATES), np.zeros(STATES)
    last = found.shape[2] - 1.0
    for draw in range(len(loss)):
        out, on, told = loss[draw], flow[draw], found[draw]
        state[:] = 0.0
        for number in range(len(sessions)):
            now = sessions[number]
            end = sessions[number + 1] if number + 1 < len(sessions) else last
            state[0] += doses[draw, number]
            told[:, int(now)] = state
            tell, step = int(now) + 1, FIRST_STEP_DAYS
            _rates(out, on, state, k[0])
            while now < end:
                step = min(step, end - now)
                _try(out, on, state, step, k, later)
                off = _off(state, later, step, k, rtol)
                if off <= 1.0:
                    tell = _tell(state, later, now, step, k, tell, told)
                    now += step
                    state[:] = later
                    k[0] = k[6]
                step *= min(GROW, max(SHRINK, SAFETY * max(off, 1e-10) ** -0.2))
