"""What every measurement is told in: a line with its budget, and what stands beside it."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

from msgspec import Struct


class Line(Struct, frozen=True, kw_only=True):
    """One measurement beside its budget and its alternative."""

    what: str
    budget: str
    measured: str
    holds: bool | None
    ratio: str


class Took(NamedTuple):
    """Seconds of a call on the wall's clock, and of the processor: a busy machine hides it."""

    wall: float
    cpu: float


def seconds(work: Callable[[], object], runs: int) -> Took:
    """Medians of repeated calls after two that warm up."""
    walls, cpus = [], []
    for run in range(runs + 2):
        begun, used = time.perf_counter(), time.process_time()
        work()
        if run > 1:
            walls.append(time.perf_counter() - begun)
            cpus.append(time.process_time() - used)
    return Took(statistics.median(walls), statistics.median(cpus))


def took_line(what: str, took: Took, budget_ms: float | None = None, ratio: str = "") -> Line:
    """A call against its budget, on the wall's clock."""
    return Line(
        what=what,
        budget="" if budget_ms is None else f"≤ {budget_ms:,.0f} ms",
        measured=f"{took.wall * 1e3:,.1f} ms (CPU {took.cpu * 1e3:,.1f})",
        holds=None if budget_ms is None else took.wall * 1e3 <= budget_ms,
        ratio=ratio,
    )


def times_line(what: str, other: Took, own: Took, budget: float | None, ratio: str) -> Line:
    """How many times as long an alternative takes as our own."""
    times = other.wall / own.wall
    return Line(
        what=what,
        budget="" if budget is None else f"≥ {budget:g} ×",
        measured=f"{times:,.1f} × (CPU {other.cpu / own.cpu:,.1f} ×)",
        holds=None if budget is None else times >= budget,
        ratio=ratio,
    )


def show(lines: list[Line]) -> None:
    """The table."""
    from rich.console import Console
    from rich.table import Table

    table = Table("work", "budget", "measured", "holds", "beside", box=None, pad_edge=False)
    for line in lines:
        holds = {True: "yes", False: "NO", None: ""}[line.holds]
        table.add_row(line.what, line.budget, line.measured, holds, line.ratio)
    console = Console(width=max(100, min(140, shutil.get_terminal_size().columns)))
    console.print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    console.print(table)
