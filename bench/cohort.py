"""Measure the cohort: the whole command on two cores, its memory and its bytes, and the kernel.

    python bench/cohort.py [--quick]

The rate is of the process from its start to its end, with what was compiled before at hand.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from lines import Line, Took, seconds, show, times_line, took_line
from msgspec import Struct

from needlework.evidence import load_knowledge
from needlework.response import healing, outcome
from needlework.response.cohort import kernel
from needlework.response.cohort.people import block
from needlework.response.cohort.study import Study, parse
from needlework.response.healing import Chain
from needlework.response.outcome import People
from needlework.response.posterior import load_posterior

STUDY = """
format = "needlework-cohort-1"
people = 1_000_000
[[protocols]]
name = "monthly"
device = "roller-192"
zone = "cheek"
depth_mm = 1.5
passes = 15
sessions = 4
interval_days = 28
"""
SOME = 1_000


class Ran(Struct, frozen=True):
    """What a process took, and its memory at its peak."""

    took: Took
    peak_mb: float


def main() -> int:
    """Measure this part alone."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--quick", action="store_true", help="half the people")
    show(list(lines(quick=given.parse_args().quick)))
    return 0


def lines(*, quick: bool) -> Iterator[Line]:
    """Rate, memory and bytes of the command; then the kernel beside NumPy's models."""
    people = 500_000 if quick else 1_000_000
    study = parse(STUDY.encode(), "study.toml")
    protocol = study.protocols[0]
    with tempfile.TemporaryDirectory(prefix="needlework-bench-cohort-") as folder:
        work = Path(folder)
        (work / "study.toml").write_text(STUDY, encoding="utf-8")
        command(work, "warm.parquet", 1, 2)
        one, two = (command(work, f"{n}.parquet", people, n) for n in (1, 2))
        few = command(work, "few.parquet", people // 4, 2)
        same = (work / "1.parquet").read_bytes() == (work / "2.parquet").read_bytes()
        rate = people / two.took.wall
        yield Line(
            what=f"cohort to Parquet, {people:,} people, {len(protocol.days)} sessions, "
            f"{len(study.readout_days)} readouts, 2 workers",
            budget="≥ 100,000/s",
            measured=f"{rate:,.0f}/s",
            holds=rate >= 100_000,
            ratio=f"{one.took.wall / two.took.wall:.2f} × one worker; "
            f"{two.took.cpu / people * 1e6:.1f} µs CPU a row, start-up included",
        )
        yield Line(
            what=f"cohort memory, {people:,} people",
            budget="≤ 400 MB",
            measured=f"{two.peak_mb:,.0f} MB",
            holds=two.peak_mb <= 400,
            ratio=f"{two.peak_mb / few.peak_mb:.2f} × a quarter of the people",
        )
        yield Line(
            what="cohort, bytes of one worker and of two",
            budget="the same",
            measured="the same" if same else "DIFFERENT",
            holds=same,
            ratio=f"{(work / '2.parquet').stat().st_size / people:.0f} bytes a row",
        )
    yield from reckoning(study)


def command(work: Path, out: str, people: int, workers: int) -> Ran:
    """`needlework cohort`, started by a small process: a child's peak counts its parent's too."""
    words = [sys.executable, "-m", "needlework", "cohort", str(work / "study.toml")]
    words += [str(work / out), "--people", str(people), "--workers", str(workers)]
    done = subprocess.run(
        [sys.executable, "-c", _SMALL, *words], capture_output=True, check=True, text=True
    )
    wall, cpu, peak_kb = map(float, done.stdout.split())
    return Ran(Took(wall, cpu), peak_kb / 1000)


_SMALL = """
import resource, subprocess, sys, time
begun = time.perf_counter()
subprocess.run(sys.argv[1:], check=True)
wall, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def reckoning(study: Study) -> Iterator[Line]:
    """Healing and scores of some people: compiled, and by the models as they are."""
    knowledge = load_knowledge()
    made = block(knowledge, load_posterior(knowledge), study, 0)
    some = slice(0, SOME)
    chains = Chain(**{f: getattr(made.chain, f)[some] for f in Chain.__struct_fields__})
    people = People(*(getattr(made.people, f)[some] for f in People.__struct_fields__))
    protocol, days = study.protocols[0], study.readout_days
    sessions = len(protocol.days)
    gain, dose = outcome.gains(people, [0.0]), np.full((SOME, 1), 0.5)

    def compiled() -> object:
        return kernel.heal(chains, people, gain[:, 0], dose[:, 0], protocol.days, days)

    def models() -> object:
        grown = healing.maturation(chains, (0.0,), until_day=days[-1])[:, 0]
        doses, gains = np.repeat(dose, sessions, axis=1), np.repeat(gain, sessions, axis=1)
        return (
            healing.respond(chains, tuple(map(float, protocol.days)), doses, until_day=days[-1]),
            outcome.score_course(people, gains, grown, protocol.days, days),
        )

    ours, theirs = seconds(compiled, 9), seconds(models, 9)
    yield took_line(f"cohort kernel, {SOME:,} people", ours)
    yield times_line("the same by NumPy's models", theirs, ours, None, "daily, as they go")


if __name__ == "__main__":
    raise SystemExit(main())
