"""Preparation as text: what to stop and when, how to clean, what numbs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from needlework.cli.text.paper import Paper
from needlework.cli.text.words import Names, number, quantity, span, weekday
from needlework.planning.model import AnaestheticPlan, Preparation

_STATUS: Final = {
    "offered": "may be used",
    "needs-clearance": "a clinician must clear first",
    "not-enough-known": "not enough known",
    "refused": "refused",
}


def preparation(
    paper: Paper, made: Preparation, names: Names, judged_on: date, *, with_why: bool
) -> None:
    """All of it."""
    stops = [stop for stop in made.stops if stop.last_day.on >= judged_on]
    if stops:
        paper.heading("Stop before the first session", "the last day on which it may still be")
        heads = ("Last day", "What", "Wait", *(("Claims",) if with_why else ()))
        rows = [
            (
                weekday(stop.last_day.on),
                stop.what,
                quantity(stop.wait),
                *((", ".join(stop.wait.claims),) if with_why else ()),
            )
            for stop in sorted(stops, key=lambda stop: stop.last_day.on)
        ]
        paper.table(heads, rows)
    if made.steps:
        paper.heading("On the day")
        for step in made.steps:
            paper.pairs([("–", step.text)])
            if with_why:
                paper.pairs([("", "← " + ", ".join(step.claims))])
    _antiseptics(paper, made, names, with_why=with_why)
    _anaesthetics(paper, made, names, with_why=with_why)


def _antiseptics(paper: Paper, made: Preparation, names: Names, *, with_why: bool) -> None:
    if not made.antiseptics:
        return
    paper.heading("Antiseptic")
    for choice in made.antiseptics:
        paper.indented(f"{names.antiseptic(choice.antiseptic)}: {names.zones(choice.zones)}")
        rows = [("–", note.text) for note in choice.notes]
        if with_why:
            claims = [*(choice.growth.claims if choice.growth else ())]
            claims += [claim for note in choice.notes for claim in note.claims]
            rows.append(("←", ", ".join(dict.fromkeys(claims))))
        paper.pairs(rows, by=4)


def _anaesthetics(paper: Paper, made: Preparation, names: Names, *, with_why: bool) -> None:
    if not made.anaesthetics:
        return
    paper.heading("Anaesthetic", "off, then antiseptic, then dry, then the first pass")
    for use in made.anaesthetics:
        paper.indented(f"{names.anaesthetic(use.product)}: {_STATUS[use.status]}")
        rows = [*_limits(use), *(("–", reason.text) for reason in use.reasons)]
        if with_why:
            rows.append(("←", ", ".join(_claims(use))))
        paper.pairs(rows, by=4)


def _limits(use: AnaestheticPlan) -> Iterator[tuple[str, str]]:
    if use.area is not None:
        most = "" if use.area_max is None else f" of at most {quantity(use.area_max)}"
        yield "area", quantity(use.area) + most
    elif use.area_max is not None:
        yield "area", f"at most {quantity(use.area_max)}"
    if use.grams is not None:
        low, high = use.grams
        most = "" if use.grams_max is None else f", never above {quantity(use.grams_max)}"
        yield "amount", f"{span(low.value, high.value)} {high.unit}{most}"
    elif use.grams_max is not None:
        yield "amount", f"never above {quantity(use.grams_max)}"
    if use.minutes is not None:
        low, high = use.minutes
        yield "time on", f"{span(low.value, high.value)} {high.unit}"
    if use.share_of_maximum is not None:
        yield "share", f"{number(use.share_of_maximum.value * 100)} % of the maximum"


def _claims(use: AnaestheticPlan) -> list[str]:
    from needlework.planning import cited_claims

    return sorted(cited_claims(use))
