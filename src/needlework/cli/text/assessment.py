"""An assessment as text: the verdict, zone by zone, then why, then what is still to ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from needlework.cli.text import why
from needlework.cli.text.paper import STYLES, Paper, page, verdict
from needlework.cli.text.words import MEANS, WHO, Names, day, number, words
from needlework.evidence import Knowledge, Role, Verdict
from needlework.planning import cited_claims
from needlework.planning.plan import INTENDED_USE
from needlework.screening import Assessment, Finding, Limit
from needlework.screening.model import ZoneVerdict


def assessment_page(assessment: Assessment, knowledge: Knowledge, *, with_why: bool) -> bytes:
    """The whole page."""

    def draw(paper: Paper) -> None:
        header(paper, "Screening", assessment, knowledge)
        _zones(paper, assessment, Names(knowledge))
        findings(paper, assessment, Names(knowledge), with_why=with_why)
        questions(paper, assessment)
        cited = cited_claims(assessment)
        if with_why:
            why.chains(paper, knowledge, cited)
        footer(paper, knowledge, cited)

    return page(draw)


def header(paper: Paper, what: str, assessment: Assessment, knowledge: Knowledge) -> None:
    """What this is, for which day, from which knowledge, and the client's verdict."""
    release = knowledge.release
    overlay = f" · overlay {knowledge.overlay_digest[:8]}" if knowledge.overlay_digest else ""
    paper.line((f"{what} for {day(assessment.on)}", "bold"))
    paper.line((f"Knowledge {release.id} ({release.digest[:8]}){overlay}", "dim"))
    paper.gap()
    found = assessment.verdict
    zones = "; each zone has its own verdict" if len(assessment.zones) > 1 else ""
    paper.line("The client as a whole: ", verdict(found), f" – {MEANS[found]}{zones}")


def _zones(paper: Paper, assessment: Assessment, names: Names) -> None:
    paper.heading("Zones")
    rows = [
        (
            names.zones([entry.zone for entry in entries]),
            verdict(first.verdict),
            MEANS[first.verdict],
            free_from(first),
        )
        for first, entries in _same(assessment.zones)
    ]
    paper.table(("Zone", "Verdict", "Meaning", "Free from"), rows)


def _same(zones: Sequence[ZoneVerdict]) -> Iterator[tuple[ZoneVerdict, list[ZoneVerdict]]]:
    """Neighbours with the same verdict and date share a row."""
    for _, group in groupby(zones, key=lambda entry: (entry.verdict, entry.free_from)):
        entries = list(group)
        yield entries[0], entries


def free_from(entry: ZoneVerdict) -> str:
    """From when the zone is free of what has a date."""
    if entry.free_from is not None:
        return day(entry.free_from)
    return "no date" if entry.verdict in (Verdict.STOP, Verdict.DEFER) else ""


def findings(paper: Paper, assessment: Assessment, names: Names, *, with_why: bool) -> None:
    """All findings, worst first."""
    planned = [entry.zone for entry in assessment.zones]
    for found, group in groupby(assessment.findings, key=lambda finding: finding.verdict):
        paper.gap()
        paper.line((str(found), STYLES[found]), (f"  {MEANS[found]}", "dim"))
        for finding in group:
            _finding(paper, finding, names, planned, with_why=with_why)


def _finding(
    paper: Paper, finding: Finding, names: Names, planned: Sequence[str], *, with_why: bool
) -> None:
    paper.pairs([(finding.rule, finding.summary)], first=4)
    notes = [" · ".join([_reach(finding, names, planned), *_terms(finding)])]
    if finding.limit is not None and (changes := list(_changes(finding.limit))):
        notes.append("Changes: " + ", ".join(changes) + ".")
    if finding.cleared is not None:
        given = finding.cleared
        said = f": {given.conditions}" if given.conditions else ""
        notes.append(
            f"Was {given.was}; cleared ({given.role}) on {day(given.on)}, "
            f"holds until {day(given.until)}{said}"
        )
    if with_why:
        notes.append("← " + ", ".join(finding.claims))
    for note in notes:
        paper.pairs([("", note)], first=4)


def _reach(finding: Finding, names: Names, planned: Sequence[str]) -> str:
    if finding.scope == "client":
        return "whole client"
    if finding.scope == "product":
        return "product: " + ", ".join(map(words, finding.products))
    where = "all planned zones" if set(planned) <= set(finding.zones) else ""
    where = where or names.zones(finding.zones)
    return f"lesions: {where}" if finding.scope == "lesion" else where


def _terms(finding: Finding) -> Iterator[str]:
    """Until when, and who may clear it."""
    if finding.until is not None:
        yield f"until {day(finding.until)}"
    if override := finding.override:
        since = f" from {day(override.not_before)}" if override.not_before else ""
        then = "" if override.becomes is Verdict.INFO else f", which makes it {override.becomes}"
        yield f"{WHO[override.role]} may clear{since}{then}"
    elif finding.verdict is Verdict.STOP:
        yield f"{WHO[Role.NOBODY]} may clear"


def _changes(limit: Limit) -> Iterator[str]:
    if limit.depth_reduction is not None:
        yield f"depth less {number(limit.depth_reduction.value)} {limit.depth_reduction.unit}"
    if limit.lower_half:
        yield "lower half of the depth range"
    if limit.end_point:
        yield f"end point {words(limit.end_point)}"
    if limit.avoid_with_margin:
        yield "avoid it with a margin"
    if limit.anaesthetic_area_factor is not None:
        yield f"anaesthetic area × {number(limit.anaesthetic_area_factor.value)}"
    if limit.sun_plan:
        yield "sun plan"
    if limit.test_spot:
        yield "test spot only" if limit.test_spot == "only" else "test spot offered"


def questions(paper: Paper, assessment: Assessment) -> None:
    """What is still to ask, and where the answer belongs."""
    if not assessment.questions:
        return
    paper.heading("Still to ask", "where the answer belongs, and which rules wait for it")
    for number_, question in enumerate(assessment.questions, 1):
        paper.pairs(
            [
                (f"{number_}.", question.text),
                ("", f"{question.path} · {', '.join(question.rules)}"),
            ],
            first=4,
        )


def footer(paper: Paper, knowledge: Knowledge, cited: frozenset[str]) -> None:
    """How much of it nobody has approved yet, and what this is for."""
    proposed = len(knowledge.proposed.intersection(cited))
    paper.gap()
    if proposed:
        paper.line(
            f"{proposed} of the {len(cited)} claims used are proposed, "
            "not yet approved by a clinician; --why shows each with its sources."
        )
    paper.line((INTENDED_USE, "dim"))
