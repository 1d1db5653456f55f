"""What is said when a cohort is whole."""

from __future__ import annotations

from needlework.response.cohort.run import Outcome
from needlework.response.cohort.study import Study


def closing(study: Study, outcome: Outcome, name: str, seconds: float) -> str:
    """Rows, how quickly they were made, and how large the file is: one line."""
    protocols = len(study.protocols)
    people = "person" if study.people == 1 else "people"
    of = f"{study.people:,} {people} × {protocols:,} protocol{'' if protocols == 1 else 's'}"
    made = outcome.rows - outcome.kept
    kept = f", {outcome.kept:,} of them by an earlier run" if outcome.kept else ""
    rate = f" in {seconds:.1f} s ({made / seconds:,.0f}/s)" if made else ""
    return f"{outcome.rows:,} rows ({of}){kept}{rate}: {name}, {outcome.size / 1e6:,.1f} MB."
