"""Predicted against observed, as text: the misses first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from needlework.cli.text.paper import Paper
from needlework.cli.text.response import between, figure, notes, percent, told_page, unit
from needlework.evidence import Knowledge

if TYPE_CHECKING:
    from needlework.response.verification import Coverage, Row, Verification

_PARTS: Final = {
    "verification": "data that set nothing",
    "building": "data that set the models",
}
_CANNOT: Final = "cannot be scored"
_DIGEST: Final = 16


def verification_page(
    told: Verification, knowledge: Knowledge, *, every: bool, with_why: bool
) -> bytes:
    """The whole page; `every` row, or the misses alone."""

    def draw(paper: Paper) -> None:
        paper.line((f"Models frozen on {told.freeze_date}, digest {told.digest[:_DIGEST]}", "dim"))
        paper.gap()
        paper.line(told.not_blind)
        for part in _PARTS:
            _misses(paper, part, [row for row in told.rows if row.part == part])
        for part in _PARTS:
            _coverage(paper, part, [each for each in told.coverage if each.part == part])
        if every:
            _rest(paper, told.rows)
        else:
            shown = sum(row.is_miss for row in told.rows)
            notes(paper, [f"{len(told.rows) - shown} more rows: --all shows them."])

    return told_page(told, knowledge, "Predicted against observed", draw, with_why=with_why)


def _misses(paper: Paper, part: str, rows: Sequence[Row]) -> None:
    """Those of data that set nothing with all that is known of them; the others in a table."""
    missed = [row for row in rows if row.is_miss]
    scored = sum(row.verdict != _CANNOT for row in rows)
    paper.heading(f"Missed, {_PARTS[part]}", f"{len(missed)} of the {scored} that were scored")
    if not missed:
        notes(paper, ["None."], apart=False)
    if part == "building":
        paper.table(
            ("What", "Observed", "Predicted, 95 %", "Place"),
            [
                (
                    f"{row.model}: {row.what} ({row.source})",
                    _observed(row),
                    _predicted(row),
                    _place(row),
                )
                for row in missed
            ],
        )
        return
    for row in missed:
        paper.indented(f"{row.model}: {row.what}")
        place = _place(row)
        told = [
            ("observed", f"{_observed(row)} ({row.source}, {row.mark})"),
            ("predicted", _predicted(row) + (f"; {place}" if place else "")),
        ]
        if row.note:
            told.append(("note", row.note))
        paper.pairs(told, by=4, first=9)


def _rest(paper: Paper, rows: Sequence[Row]) -> None:
    for part, about in _PARTS.items():
        mine = [row for row in rows if row.part == part and not row.is_miss]
        _held(paper, about, [row for row in mine if row.verdict != _CANNOT])
        if silent := [row for row in mine if row.verdict == _CANNOT]:
            paper.heading(f"Cannot be scored, {about}")
            paper.table(
                ("What", "Observed", "Why"),
                [(f"{row.what} ({row.source})", _observed(row), row.note) for row in silent],
            )


def _held(paper: Paper, about: str, rows: Sequence[Row]) -> None:
    for model, group in groupby(sorted(rows, key=_model), key=_model):
        paper.heading(f"Held, {about}: {model}")
        _table(paper, group)


def _table(paper: Paper, rows: Iterable[Row]) -> None:
    cells = [
        (f"{row.what} ({row.source})", _observed(row), _predicted(row), _place(row), row.verdict)
        for row in rows
    ]
    if cells:
        paper.table(("What", "Observed", "Predicted, 95 %", "Place", "Verdict"), cells)


def _model(row: Row) -> str:
    return row.model


def _observed(row: Row) -> str:
    low, high = row.observed_low, row.observed_high
    if low is None and high is None:
        return "no figure"
    if high is None:
        said = f"at least {figure(low or 0.0)}"
    elif low is None:
        said = f"at most {figure(high)}"
    else:
        said = between(low, high)
    return f"{said} {unit(row.unit)}".rstrip()


def _predicted(row: Row) -> str:
    if row.median is None or row.low_95 is None or row.high_95 is None:
        return "the same course"
    spread = between(row.low_95, row.high_95)
    return f"{figure(row.median)} ({spread}) {unit(row.unit)}".rstrip()


def _place(row: Row) -> str:
    """Where what was found falls among the draws; of a direction how many of them agree."""
    if row.pit is not None:
        return f"PIT {row.pit:.2f}"
    return "" if row.chance is None else f"{percent(row.chance)} agree"


def _coverage(paper: Paper, part: str, coverage: Sequence[Coverage]) -> None:
    paper.heading(f"Inside their intervals, {_PARTS[part]}", "80 % should lie in that of 80 %")
    cells = []
    for each in coverage:
        inside = [
            "" if share is None else percent(share)
            for share in (each.inside_50, each.inside_80, each.inside_95)
        ]
        held = f"{each.held} of {each.directions}" if each.directions else ""
        silent = f"{each.not_scored}" if each.not_scored else ""
        cells.append((each.model, f"{each.count}", *inside, held, silent))
    heads = ("Model", "Figures", "50 %", "80 %", "95 %", "Directions held", "Not scored")
    paper.table(heads, cells)
