"""Lists as text: ids with names, claims, what a clinic's overlay changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from needlework import workflow
from needlework.cli.text.paper import Paper, page
from needlework.cli.text.why import chain


def entries_page(entries: Iterable[Mapping[str, str]]) -> bytes:
    """Ids, names and remarks in columns."""
    rows = [(entry["id"], entry["name"], entry["note"]) for entry in entries]
    return page(lambda paper: paper.table(("Id", "Name", "About"), rows))


def claims_page(claims: Sequence[workflow.Why]) -> bytes:
    """Claims, a line or two each."""

    def draw(paper: Paper) -> None:
        for why in claims:
            paper.line((why.claim, "bold"), f"  {why.value}  ({why.basis}, {why.certainty})")
            paper.indented(why.statement)
        paper.gap()
        paper.line(f"{len(claims):,} claims.")

    return page(draw)


def chain_page(why: workflow.Why) -> bytes:
    """The whole chain of one claim."""
    return page(lambda paper: chain(paper, why))


def facts_page(
    title: str, rows: Sequence[tuple[str, str]], parts: Sequence[tuple[str, Sequence[str]]] = ()
) -> bytes:
    """A title, facts with labels, and headed lists."""

    def draw(paper: Paper) -> None:
        paper.line((title, "bold"))
        paper.pairs(rows, first=10)
        for heading, lines in parts:
            paper.heading(heading)
            for line in lines:
                paper.indented(line)

    return page(draw)
