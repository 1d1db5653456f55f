"""Measure the healing model: its exact batch against adaptive solvers, in one run.

    python bench/healing.py [--quick]

Medians of repeated warm calls, ours on one thread; nothing is asserted.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from ensemble import ensemble
from lines import Line, Took, seconds, show, times_line, took_line
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from needlework.evidence import load_knowledge
from needlework.response.healing import Chain, chain, maturation, respond
from needlework.response.healing_matrix import transition
from needlework.response.parameters import draw, parameters
from needlework.response.summary import summarise

Array = NDArray[np.float64]

DRAWS, DAYS, SESSIONS = 1_000, 540, (0.0, 28.0, 56.0, 84.0)
THREADS = 2


def main() -> int:
    """Measure this part alone."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--quick", action="store_true", help="fewer repeats and draws looped over")
    show(list(lines(quick=given.parse_args().quick)))
    return 0


def lines(*, quick: bool) -> Iterator[Line]:
    """The core, its quantiles, and what other solvers take for the same."""
    runs, looped = (5, 5) if quick else (15, 25)
    made = chain(draw(parameters(load_knowledge(), "healing"), DRAWS, seed=1))
    doses = np.full((DRAWS, len(SESSIONS)), 0.5)

    def daily() -> Array:
        return respond(made, SESSIONS, doses, until_day=DAYS).states

    def weekly() -> Array:
        return respond(made, SESSIONS, doses, until_day=DAYS, step_days=7).states

    states = daily()
    exact = seconds(daily, runs)
    what = f"healing, {DRAWS:,} draws × {DAYS} days × {len(SESSIONS)} sessions"
    yield took_line(f"{what}, states daily", exact, 15, "one thread")
    both = seconds(lambda: summarise(daily()), runs)
    yield took_line("the same with daily quantiles", both, 35, f"{both.wall / exact.wall:.1f} × it")
    week = seconds(lambda: summarise(weekly()), runs)
    yield took_line("the same, weekly", week, 15, f"{week.wall / both.wall:.2f} × daily")
    grown = seconds(lambda: maturation(made, SESSIONS, until_day=DAYS, step_days=7), runs)
    yield took_line("collagen I over its peak, weekly", grown, 15, "")
    yield exponentials(made, runs)
    yield from loops(made, states, exact, looped)
    yield from ensembles(made, doses, states, exact, runs)


def exponentials(made: Chain, runs: int) -> Line:
    """One transition a draw, by our own and by SciPy's batched exponential."""
    loss, flow = made.loss_per_day, made.flow_per_day
    matrices = np.zeros((DRAWS, 6, 6))
    places = np.arange(6)
    matrices[:, places, places] = -loss.T
    matrices[:, places[1:], places[:-1]] = flow.T
    ours = seconds(lambda: transition(loss, flow, 1.0), runs)
    theirs = seconds(lambda: expm(matrices), runs)
    return times_line("`scipy.linalg.expm`, one-day transitions", theirs, ours, None, "")


def loops(made: Chain, states: Array, exact: Took, looped: int) -> Iterator[Line]:
    """An adaptive solver for one draw after another."""
    for rtol, budget in ((1e-6, 500), (1e-10, None)):
        begun, used = time.perf_counter(), time.process_time()
        wrong = max(off(states[n], lsoda(made, n, rtol)) for n in range(looped))
        scale = DRAWS / looped
        took = Took(scale * (time.perf_counter() - begun), scale * (time.process_time() - used))
        yield times_line(
            f"`solve_ivp` LSODA draw by draw, rtol {rtol:g}",
            took,
            exact,
            budget,
            f"{took.wall:.1f} s, from {looped} draws; off by {wrong:.0e} of a peak",
        )


def ensembles(made: Chain, doses: Array, states: Array, exact: Took, runs: int) -> Iterator[Line]:
    """A compiled adaptive solver, looser than ours, and as exact as it gets."""
    for rtol in (1e-6, 1e-12):

        def solved(rtol: float = rtol) -> Array:
            return ensemble(made, SESSIONS, doses, until_day=DAYS, rtol=rtol, threads=THREADS)

        wrong = max(off(one, other) for one, other in zip(states, solved(), strict=True))
        took = seconds(solved, runs)
        yield times_line(
            f"numba ensemble, adaptive, {THREADS} threads, rtol {rtol:g}",
            took,
            exact,
            2,
            f"{took.wall * 1e3:.0f} ms; off by {wrong:.0e} of a peak",
        )


def lsoda(made: Chain, number: int, rtol: float) -> Array:
    """States of one draw day by day, shape (6, days)."""
    matrix = np.diag(-made.loss_per_day[:, number]) + np.diag(made.flow_per_day[:, number], -1)
    found = np.zeros((6, DAYS + 1))
    state = np.zeros(6)
    for begin, end in pairwise([*SESSIONS, float(DAYS)]):
        state[0] += 0.5
        days = np.arange(begin, end + 1)
        part = solve_ivp(
            lambda _day, x: matrix @ x,
            (begin, end),
            state,
            method="LSODA",
            jac=lambda _day, _x: matrix,
            t_eval=days,
            rtol=rtol,
            atol=rtol / 100,
        )
        found[:, int(begin) : int(end) + 1] = part.y
        state = part.y[:, -1].copy()
        found[:, int(end)] = state
    return found


def off(one: Array, other: Array) -> float:
    """Largest difference in any state, relative to its peak; sessions' own days left out."""
    days = np.setdiff1d(np.arange(DAYS + 1), [int(day) for day in SESSIONS])
    return float((np.abs(one - other)[:, days].max(axis=1) / one.max(axis=1)).max())


if __name__ == "__main__":
    raise SystemExit(main())
