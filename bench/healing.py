"""Measure the healing model: exact batch against a loop of adaptive solvers, in one run.

    python bench/healing.py [--quick]

Medians of repeated warm calls, on one thread; nothing is asserted. CPU time tells what a busy
machine hides.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
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
RUNS = 15


def main() -> int:
    """Measure, and print a line each."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--quick", action="store_true", help="a loop over fewer draws")
    looped = 5 if given.parse_args().quick else 25
    made = chain(draw(parameters(load_knowledge(), "healing"), DRAWS, seed=1))
    doses = np.full((DRAWS, len(SESSIONS)), 0.5)

    def daily() -> Array:
        return respond(made, SESSIONS, doses, until_day=DAYS).states

    def weekly() -> Array:
        return respond(made, SESSIONS, doses, until_day=DAYS, step_days=7).states

    states = daily()
    exact = seconds(daily)
    say("states, daily", exact, 0.015, f"{DRAWS:,} draws × {DAYS} days × {len(SESSIONS)} sessions")
    say("states and quantiles of all six, daily", seconds(lambda: summarise(daily())), 0.035)
    say("quantiles of all six alone", seconds(lambda: summarise(states)), None)
    two = seconds(lambda: summarise(states[:, 4] + states[:, 5]))
    say("quantiles of new collagen alone", two, None)
    say("states and quantiles, weekly", seconds(lambda: summarise(weekly())), 0.015)
    say(
        "collagen I over its peak, weekly",
        seconds(lambda: maturation(made, SESSIONS, until_day=DAYS, step_days=7)),
        0.015,
    )
    exponentials(made)
    loop(made, states, exact, looped)
    return 0


class Took(NamedTuple):
    """Seconds of a call on the wall's clock and of the processor."""

    wall: float
    cpu: float


def seconds(work: Callable[[], object]) -> Took:
    """Medians of repeated calls after two that warm up."""
    walls, cpus = [], []
    for run in range(RUNS + 2):
        begun, used = time.perf_counter(), time.process_time()
        work()
        if run > 1:
            walls.append(time.perf_counter() - begun)
            cpus.append(time.process_time() - used)
    return Took(statistics.median(walls), statistics.median(cpus))


def say(what: str, took: Took, budget: float | None, note: str = "") -> None:
    """One line: measured, beside its budget where it has one."""
    held = (
        "" if budget is None else f"≤ {budget * 1000:.0f} ms {'✓' if took.wall <= budget else '✗'}"
    )
    print(f"{what:<40} {took.wall * 1e3:9.2f} ms, CPU {took.cpu * 1e3:9.2f}  {held:<9} {note}")


def exponentials(made: Chain) -> None:
    """One transition a draw, by our own and by SciPy's batched exponential."""
    loss, flow = made.loss_per_day, made.flow_per_day
    matrices = np.zeros((DRAWS, 6, 6))
    places = np.arange(6)
    matrices[:, places, places] = -loss.T
    matrices[:, places[1:], places[:-1]] = flow.T
    ours = seconds(lambda: transition(loss, flow, 1.0))
    theirs = seconds(lambda: expm(matrices))
    say(
        "one-day transitions",
        ours,
        None,
        f"scipy.linalg.expm takes {theirs.cpu / ours.cpu:.1f} × the CPU",
    )


def loop(made: Chain, states: Array, exact: Took, looped: int) -> None:
    """An adaptive solver for one draw after another."""
    for rtol in (1e-6, 1e-8, 1e-10):
        begun, used = time.perf_counter(), time.process_time()
        wrong = max(off(states[n], lsoda(made, n, rtol)) for n in range(looped))
        scale = DRAWS / looped
        took = Took(scale * (time.perf_counter() - begun), scale * (time.process_time() - used))
        times = (
            f"{took.wall / exact.wall:,.0f} × the exact batch ({took.cpu / exact.cpu:,.0f} × CPU)"
        )
        note = f"{times}; off by {wrong:.0e} of a peak"
        say(f"solve_ivp LSODA, rtol {rtol:g}", took, None, f"{note} (from {looped} draws)")


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
