"""Measure the budgets of speed and memory, each beside a named alternative of the same run.

    python bench/bench.py [--quick] [--profile FILE]

Nothing here is asserted: machines differ, and a number out of its budget is marked.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import json
import os
import pstats
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import consultations
from lines import Line, show

from needlework import batch

ROOT = Path(__file__).resolve().parent.parent
COMMAND = str(Path(sys.executable).with_name("needlework"))
EXAMPLE = ROOT / "examples" / "10-anaesthetic-lmx4.toml"
RUNS = 15
CORES = 2


def main() -> int:
    """Measure, and print the table."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--quick", action="store_true", help="fewer lines, rows and repeats")
    given.add_argument(
        "--profile", type=Path, metavar="FILE", help="write the batch path's profile"
    )
    options = given.parse_args()
    lines = 3_000 if options.quick else 12_000
    with tempfile.TemporaryDirectory(prefix="needlework-bench-") as folder:
        work = Path(folder)
        shown = [*cold(work), *throughput(work, lines), *memory(work, lines)]
        shown += [*pages(quick=options.quick), *served()]
        shown += [line for part in models() for line in part.lines(quick=options.quick)]
        if options.profile:
            options.profile.write_text(profile(work), encoding="utf-8")
    show(shown)
    return 0


def models() -> tuple[Any, ...]:
    """Parts that measure models. A worker of the batch imports this file too, and needs none."""
    import absorption
    import cohort
    import forecast
    import healing

    return forecast, healing, absorption, cohort


def cold(work: Path) -> list[Line]:
    """A whole process, from the shell's view."""
    empty = timed([sys.executable, "-c", "pass"])
    first = statistics.median(
        _once([COMMAND, "plan", str(EXAMPLE), "--json"], cache=work / f"cache-{n}")
        for n in range(3)
    )
    json_ = timed([COMMAND, "plan", str(EXAMPLE), "--json"])
    text = timed([COMMAND, "plan", str(EXAMPLE)])
    course = timed([COMMAND, "forecast", str(EXAMPLE)])
    against = f"{{:.0f}} × `python -c pass` ({empty * 1000:.0f} ms)"
    return [
        _seconds("plan --json, cold", 0.4, json_, against.format(json_ / empty)),
        _seconds("plan, text, cold", 0.5, text, against.format(text / empty)),
        _seconds("plan with its forecast, text, cold", 0.9, course, against.format(course / empty)),
        _seconds("plan --json, no snapshot yet", None, first, f"{first / json_:.1f} × with it"),
    ]


def timed(command: list[str]) -> float:
    """Median seconds of a process, after one that warms the file cache."""
    _once(command)
    return statistics.median(_once(command) for _ in range(RUNS))


def _once(command: list[str], cache: Path | None = None) -> float:
    env = {**os.environ, **({"NEEDLEWORK_CACHE": str(cache)} if cache else {})}
    begun = time.perf_counter()
    subprocess.run(command, env=env, capture_output=True, check=True, stdin=subprocess.DEVNULL)
    return time.perf_counter() - begun


def throughput(work: Path, lines: int) -> list[Line]:
    """Lines a second on two cores, start-up included, beside one process that loops."""
    source = work / "in.ndjson"
    consultations.write(source, lines)
    zones, concerns, medicines = consultations.medians(2_000)
    alone = lines / run(source, work / "one.ndjson", workers=1)
    begun = _cpu()
    both = lines / run(source, work / "two.ndjson", workers=CORES)
    cpu_ms = (_cpu() - begun) / lines * 1000
    if (work / "one.ndjson").read_bytes() != (work / "two.ndjson").read_bytes():
        sys.exit("one worker and two did not write the same bytes")
    what = (
        f"batch, {CORES} workers, {lines:,} lines "
        f"(median {zones:g} zones, {concerns:g} concerns, {medicines:g} medicines)"
    )
    return [
        Line(
            what=what,
            budget="≥ 1,500/s",
            measured=f"{both:,.0f}/s",
            holds=both >= 1_500,
            ratio=f"{both / alone:.2f} × one process ({alone:,.0f}/s); {cpu_ms:.2f} ms CPU a line",
        )
    ]


def _cpu() -> float:
    """CPU seconds of this process and of all its children that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def run(source: Path, target: Path, workers: int) -> float:
    """Seconds that a batch takes."""
    begun = time.perf_counter()
    outcome = batch.run(
        source,
        target,
        release=None,
        overlay=None,
        on=None,
        today=date(2026, 11, 22),
        workers=workers,
        report=lambda _lines, _end: None,
    )
    if outcome.failed:
        sys.exit(f"{outcome.failed} lines of the synthetic input failed")
    return time.perf_counter() - begun


def memory(work: Path, lines: int) -> list[Line]:
    """Peak memory of the command with all its workers, for few lines and for six times as many."""
    few, many = work / "few.ndjson", work / "many.ndjson"
    consultations.write(few, lines // 6)
    consultations.write(many, lines)
    low, high = _peak(few, work / "few.out"), _peak(many, work / "many.out")
    return [
        Line(
            what=f"batch memory, {lines:,} lines, all processes",
            budget="flat",
            measured=f"{high:,.0f} MB",
            holds=high <= 1.15 * low,
            ratio=f"{high / low:.2f} × {lines // 6:,} lines ({low:,.0f} MB)",
        )
    ]


def _peak(source: Path, target: Path) -> float:
    """Highest sum of resident memory of a batch and its workers, in MB, looked at often."""
    command = [COMMAND, "plan", "--batch", str(source), str(target), "--workers", str(CORES)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        peak = [0.0]
        watcher = threading.Thread(target=_watch, args=(process, peak))
        watcher.start()
        process.wait()
        watcher.join()
    if process.returncode:
        sys.exit("the batch whose memory is measured failed")
    return peak[0]


def _watch(process: subprocess.Popen[bytes], peak: list[float]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(map(_resident, _family(process.pid))) / 1e6)
        time.sleep(0.02)


def _family(pid: int) -> list[int]:
    """A process and all below it, as /proc tells."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [pid, *(found for child in children for found in _family(int(child)))]


def _resident(pid: int) -> int:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def pages(*, quick: bool) -> list[Line]:
    """Pages of the web app in its own process, on each engine, with their audit rows."""
    own = [sys.executable, str(ROOT / "bench/web.py"), *(["--quick"] if quick else [])]
    private = [sys.executable, str(ROOT / "scripts/postgres.py")]
    found = []
    for command in (own, [*private, *own]):
        done = subprocess.run(command, capture_output=True, check=True, text=True)
        found += list(_pages(json.loads(done.stdout.splitlines()[-1])))
    return found


def _pages(told: dict[str, Any]) -> Iterator[Line]:
    engine, empty = told["engine"], told["empty_ms"]
    listed = told["list_p95_ms"]
    budget = 15 if engine == "sqlite" else 25
    yield _milliseconds(f"plan page, {engine}", 40, told["plan_ms"], empty)
    yield _milliseconds(f"50 of {told['few']:,} clients, p95, {engine}", budget, listed, empty)
    if longer := told.get("long_list_p95_ms"):
        yield Line(
            what=f"50 of {told['many']:,} clients, p95, {engine}",
            budget=f"≤ 1.5 × {told['few']:,}",
            measured=f"{longer:.1f} ms",
            holds=longer <= 1.5 * listed,
            ratio=f"{longer / listed:.2f} × {told['few']:,} clients ({listed:.1f} ms)",
        )


def served() -> list[Line]:
    """The app as `make run` serves it, under load."""
    import load

    found = load.run()
    return [
        Line(
            what="HTTP, 2 workers, a fifth writes",
            budget="≥ 80/s, no error",
            measured=f"{found.requests_s:,.0f}/s, {found.errors} errors",
            holds=found.requests_s >= 80 and not found.errors,
            ratio=f"{found.requests_s / found.empty_requests_s:.2f} × an empty page "
            f"({found.empty_requests_s:,.0f}/s); {found.writes:.0%} writes",
        ),
        Line(
            what="web worker, after the load",
            budget="≤ 130 MB",
            measured=f"{found.worker_mb:.0f} MB",
            holds=found.worker_mb <= 130,
            ratio="",
        ),
        _seconds("first page after `make run`", 8, found.first_page_s, ""),
    ]


def _milliseconds(what: str, budget: float, measured: float, empty: float) -> Line:
    return Line(
        what=what,
        budget=f"≤ {budget:g} ms",
        measured=f"{measured:.1f} ms",
        holds=measured <= budget,
        ratio=f"{measured / empty:.1f} × an empty page ({empty:.1f} ms)",
    )


def profile(work: Path) -> str:
    """The 25 functions in which the batch path spends its time."""
    source = work / "profiled.ndjson"
    consultations.write(source, 2_000)
    recorded = cProfile.Profile()
    recorded.enable()
    run(source, work / "profiled.out", workers=1)
    recorded.disable()
    told = io.StringIO()
    statistics_ = pstats.Stats(recorded, stream=told).strip_dirs()
    statistics_.sort_stats("tottime").print_stats(25)
    statistics_.sort_stats("cumulative").print_stats(25)
    return told.getvalue()


def _seconds(what: str, budget: float | None, measured: float, ratio: str) -> Line:
    return Line(
        what=what,
        budget="" if budget is None else f"≤ {budget:g} s",
        measured=f"{measured:.3f} s",
        holds=None if budget is None else measured <= budget,
        ratio=ratio,
    )


if __name__ == "__main__":
    sys.exit(main())
