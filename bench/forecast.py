"""Measure the forecast: what the web asks for, with its picture, and what measures cost.

    python bench/forecast.py [--quick]

Medians of repeated warm calls on one thread; nothing is asserted.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from lines import Line, seconds, show, took_line
from msgspec import structs

from needlework import workflow
from needlework.documents.outlook_picture import course_svg
from needlework.measured import Measured, Reading
from needlework.outlook import ConcernOutlook, Wanted, concern_outlook, outlook
from needlework.response.forecast import Asked, Person, Way, forecast

EXAMPLE = Path(__file__).resolve().parent.parent / "examples/02-acne-scars-physician.toml"
CONCERN = "acne-scar-boxcar"


def main() -> int:
    """Measure this part alone."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--quick", action="store_true", help="fewer repeats")
    show(list(lines(quick=given.parse_args().quick)))
    return 0


def lines(*, quick: bool) -> Iterator[Line]:
    """A forecast for the web, a slider's redraw, a whole outlook, and one that learns."""
    runs = 7 if quick else 25
    known = workflow.known()
    asked = Asked(
        concern=CONCERN,
        scale="goodman-baron-quantitative",
        start=20,
        way=Way(device="roller-192", zone="cheek", depth_mm=1.5, passes=15),
        session_days=(0, 28, 56, 84),
        person=Person(sex="female", age_years=40),
    )
    web = seconds(lambda: forecast(known.knowledge, asked), runs)
    yield took_line("forecast for the web, 1,000 draws × 540 days weekly, NumPy", web, 15)
    case = workflow.consult(workflow.read_consultation(EXAMPLE), known)
    plan = workflow.plan_for(case)

    def redraw() -> str:
        made = concern_outlook(case, plan, CONCERN, Wanted(depth_mm=0.75, sessions=4))
        if not isinstance(made, ConcernOutlook):
            raise TypeError(made)
        return course_svg(made, case.knowledge, "en")

    slid = seconds(redraw, runs)
    beside = f"{slid.wall / web.wall:.1f} × the forecast alone"
    yield took_line("a slider's picture drawn anew", slid, 100, beside)
    whole = seconds(lambda: outlook(case, plan), runs)
    beside = f"{whole.wall / web.wall:.1f} × the forecast alone"
    yield took_line("whole outlook of a plan", whole, None, beside)
    first = plan.course.sessions[0].day.on if plan.course else case.on
    reading = Reading(concern=CONCERN, scale=asked.scale, on=first, score=9, rater="a")
    later = structs.replace(reading, on=first + timedelta(days=90), score=5)
    own = Measured(sessions=(first,), measures=(reading, later))
    learned = seconds(lambda: concern_outlook(case, plan, CONCERN, measured=own), runs)
    beside = f"{learned.wall / web.wall:.0f} × one without"
    yield took_line("forecast that learns from two measures, 20,000 people", learned, None, beside)


if __name__ == "__main__":
    raise SystemExit(main())
