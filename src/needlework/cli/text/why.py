"""Chains of reasons as text: from a claim to its sources, for and against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from needlework import workflow
from needlework.cli.text.paper import Paper
from needlework.evidence import Knowledge

BASIS = {
    "S1": "primary source (S1)",
    "S2": "secondary source (S2)",
    "R": "recalled, no source at hand (R)",
    "P": "our proposal (P)",
}


def chains(paper: Paper, knowledge: Knowledge, ids: Iterable[str]) -> None:
    """The chain of each claim, in the order of their ids."""
    wanted = sorted(ids)
    paper.heading("Why", f"{len(wanted)} claims, each with its sources")
    for claim_id in wanted:
        paper.gap()
        chain(paper, workflow.why(knowledge, claim_id))


def chain(paper: Paper, why: workflow.Why) -> None:
    """One claim: what it says, how sure it is, who says so and who says otherwise."""
    paper.line((why.claim, "bold"))
    paper.indented(why.statement)
    paper.pairs(_rows(why), first=9)


def _rows(why: workflow.Why) -> Iterator[tuple[str, str]]:
    yield "value", why.value + (f"  (sources: {why.range})" if why.range else "")
    yield "mark", f"{BASIS[why.basis]}; {why.standing}"
    yield "certainty", f"{why.certainty}: {why.because}"
    if why.chosen:
        yield "chosen", why.chosen
    for label, lines in (("for", why.supports), ("against", why.contradicts)):
        for line in lines:
            yield label, _source(line)
            label = ""  # noqa: PLW2901  the label stands before the first source only


def _source(line: workflow.SourceLine) -> str:
    year = f" ({line.year})" if line.year else ""
    place = f", {line.where}" if line.where else ""
    ref = f" [{line.ref}]" if line.ref else ""
    says = f" – says: {line.says}" if line.says else ""
    return f"{line.id}{year}: {line.title}{place}{ref}{says}"
