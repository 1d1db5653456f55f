"""A plan as text: verdicts, protocols, what binds them, the course, preparation, other ways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct, structs

from needlework.cli.text import assessment as screening
from needlework.cli.text import why
from needlework.cli.text.paper import Paper, page, verdict
from needlework.cli.text.preparation import preparation
from needlework.cli.text.words import Names, number, quantity, span, weekday, words
from needlework.evidence import Knowledge
from needlework.planning import Plan, cited_claims
from needlework.planning.model import Alternative, Course, Passes, Protocol, Session, ZonePlan
from needlework.screening.case import base
from needlework.screening.model import ZoneVerdict

WIDE: Final = 110
"""From this width on protocols stand in one table."""

_STATUS: Final = {
    "planned": "planned",
    "test-spot": "test spot only",
    "needs-clearance": "waits for a clinician",
    "deferred": "postponed",
    "not-enough-known": "questions are open",
    "refused": "refused",
    "blocked": "no needle here",
    "no-device": "no device fits",
}


class _Place(Struct, frozen=True):
    """Zones whose plans say the same, and that plan."""

    zones: tuple[str, ...]
    plan: ZonePlan


def plan_page(plan: Plan, knowledge: Knowledge, *, with_why: bool) -> bytes:
    """The whole page."""
    names = Names(knowledge)
    places = tuple(_places(plan.zones))

    def draw(paper: Paper) -> None:
        screening.header(paper, "Plan", plan.assessment, knowledge)
        _zones(paper, places, names)
        screening.findings(paper, plan.assessment, names, with_why=with_why)
        screening.questions(paper, plan.assessment)
        _protocols(paper, places, names, with_why=with_why)
        _notes(paper, places, names)
        if plan.course is not None:
            _course(paper, plan.course, names, with_why=with_why)
        else:
            paper.heading("Course")
            paper.pairs([("–", plan.no_course)])
        if plan.preparation is not None:
            preparation(paper, plan.preparation, names, plan.judged_on, with_why=with_why)
        _alternatives(paper, plan.alternatives, with_why=with_why)
        cited = cited_claims(plan)
        if with_why:
            why.chains(paper, knowledge, cited)
        screening.footer(paper, knowledge, cited)

    return page(draw)


def _places(zones: Sequence[ZonePlan]) -> Iterator[_Place]:
    """The two sides of a zone share a place where their plans are the same."""
    held: dict[str, list[ZonePlan]] = {}
    for entry in zones:
        held.setdefault(base(entry.zone), []).append(entry)
    for entries in held.values():
        first, *others = entries
        if all(structs.replace(other, zone=first.zone) == first for other in others):
            yield _Place(tuple(entry.zone for entry in entries), first)
        else:
            yield from (_Place((entry.zone,), entry) for entry in entries)


def _zones(paper: Paper, places: Sequence[_Place], names: Names) -> None:
    paper.heading("Zones")
    rows = []
    for place in places:
        entry = place.plan
        judged = ZoneVerdict(zone=entry.zone, verdict=entry.verdict, free_from=entry.free_from)
        rows.append(
            (
                names.zones(place.zones),
                verdict(entry.verdict),
                _STATUS[entry.status],
                screening.free_from(judged),
                entry.why,
            )
        )
    paper.table(("Zone", "Verdict", "Status", "Free from", "Because"), rows)


# --- protocols --------------------------------------------------------------------------------


def _protocols(paper: Paper, places: Sequence[_Place], names: Names, *, with_why: bool) -> None:
    made = [(place, protocol) for place in places for protocol in place.plan.protocols]
    if not made:
        return
    paper.heading("Protocols", "begin at start, raise by a step to the end point, never past max")
    if paper.width >= WIDE and not with_why:
        _protocol_table(paper, made, names)
        _bounds(paper, made, names)
    else:
        _protocol_blocks(paper, made, names, with_why=with_why)


def _protocol_table(paper: Paper, made: Sequence[tuple[_Place, Protocol]], names: Names) -> None:
    heads = (
        "Zone",
        "Concern",
        "Device",
        "Depth, mm",
        "Bound by",
        "Passes",
        "Punctures per cm²",
        "End point",
        "Sessions",
    )
    rows = [
        (
            names.zones(place.zones),
            names.concern(protocol.concern),
            _device(protocol, names),
            protocol.refused or _depth(protocol),
            _binding(protocol),
            _pattern(protocol.passes),
            _density(protocol.passes),
            "" if protocol.end_point is None else words(protocol.end_point.text),
            _sessions(protocol),
        )
        for place, protocol in made
    ]
    paper.table(heads, rows)


def _protocol_blocks(
    paper: Paper, made: Sequence[tuple[_Place, Protocol]], names: Names, *, with_why: bool
) -> None:
    for place, protocol in made:
        paper.indented(f"{names.zones(place.zones)} – {names.concern(protocol.concern)}")
        rows = [("device", _device(protocol, names)), *_protocol_rows(protocol)]
        if with_why:
            rows.append(("←", ", ".join(sorted(cited_claims(protocol)))))
        paper.pairs(rows, by=4, first=10)


def _protocol_rows(protocol: Protocol) -> Iterator[tuple[str, str]]:
    if protocol.refused:
        yield "refused", protocol.refused
        return
    yield "depth", _depth(protocol)
    yield "limits", f"{_limits(protocol)}  (mm; ◂ binds)"
    yield "passes", _pattern(protocol.passes)
    if density := _density(protocol.passes):
        yield "punctures", f"{density} per cm²"
    if protocol.end_point is not None:
        yield "end point", words(protocol.end_point.text)
    yield "sessions", _sessions(protocol)


def _device(protocol: Protocol, names: Names) -> str:
    fit = protocol.fit
    label = "on label" if fit.labelled else f"off label: {', '.join(fit.why)}"
    return f"{names.device(protocol.device)} ({label})"


def _depth(protocol: Protocol) -> str:
    depth = protocol.depth
    if depth is None:
        return ""
    if protocol.needle_length is not None:
        return f"needle of {quantity(protocol.needle_length)}"
    start, most = number(depth.start.value), number(depth.maximum.value)
    step = "" if depth.step is None else f"step {number(depth.step.value)}, "
    return f"start {start}, {step}max {most} mm"


def _binding(protocol: Protocol) -> str:
    bounds = () if protocol.depth is None else protocol.depth.bounds
    return ", ".join(bound.name for bound in bounds if bound.binds)


def _pattern(passes: Passes | None) -> str:
    return "" if passes is None else f"{number(passes.count.value)}, {words(passes.pattern.text)}"


def _density(passes: Passes | None) -> str:
    """Punctures per cm² with their spread, and what is aimed at."""
    if passes is None or passes.density is None:
        return ""
    found = passes.density
    aim = ""
    if passes.target is not None:
        low, high = passes.target
        aim = f"; aim {span(low.value, high.value)}"
    return f"{number(found.value)} ({span(found.low, found.high)}{aim})"


def _sessions(protocol: Protocol) -> str:
    if protocol.sessions is None or protocol.interval is None:
        return ""
    least, most = protocol.sessions
    return f"{span(least.value, most.value)}, {quantity(protocol.interval)} apart"


def _bounds(paper: Paper, made: Sequence[tuple[_Place, Protocol]], names: Names) -> None:
    """Every limit of every depth, the one that binds marked."""
    rows = [
        (f"{names.zones(place.zones)} – {names.concern(protocol.concern)}", _limits(protocol))
        for place, protocol in made
        if protocol.depth is not None
    ]
    if rows:
        paper.heading("What bounds the depth", "mm; ◂ is what binds")
        paper.table(("Protocol", "Limits"), rows)


def _limits(protocol: Protocol) -> str:
    bounds = () if protocol.depth is None else protocol.depth.bounds
    return " · ".join(
        f"{bound.name} {number(bound.depth.value)}{' ◂' if bound.binds else ''}" for bound in bounds
    )


def _notes(paper: Paper, places: Sequence[_Place], names: Names) -> None:
    """What protocols add in words, each said once; limits stand among the findings."""
    said: dict[str, str] = {}
    for place in places:
        for protocol in place.plan.protocols:
            for note in protocol.notes:
                said.setdefault(note.text, names.concern(protocol.concern))
            if protocol.passes is not None and protocol.passes.note is not None:
                said.setdefault(protocol.passes.note.text, "Punctures")
    if said:
        paper.heading("Notes")
        paper.table(("About", "What"), [(about, text) for text, about in said.items()])


# --- course and other ways --------------------------------------------------------------------


def _course(paper: Paper, course: Course, names: Names, *, with_why: bool) -> None:
    paper.heading("Course", f"at least {quantity(course.interval)} between sessions in a zone")
    rows = [
        (str(session.number), weekday(session.day.on), _where(session, names))
        for session in course.sessions
    ]
    paper.table(("Session", "Day", "Zones"), rows)
    for session in course.sessions:
        for note in session.notes:
            paper.pairs([("–", f"Session {session.number}: {note.text}")])
    if with_why:
        paper.pairs([("←", ", ".join(sorted(cited_claims(course.sessions))))])
    paper.heading("Checks")
    checks = [
        (
            weekday(check.day.on),
            check.what,
            " · ".join(map(names.concern, check.concerns)),
        )
        for check in sorted(course.checks, key=lambda check: check.day.on)
    ]
    paper.table(("Day", "What", "Concerns"), checks)
    if course.rules:
        paper.heading("If a session is missed, early or over")
        for rule in course.rules:
            paper.pairs([("–", rule.text)])
            if with_why:
                paper.pairs([("", "← " + ", ".join(rule.claims))])


def _where(session: Session, names: Names) -> str:
    """Zones of a session; those that a clinician must clear first are said apart."""
    sure = tuple(zone for zone in session.zones if zone not in session.if_cleared)
    parts = [names.zones(sure)] if sure else []
    if session.if_cleared:
        parts.append(f"if cleared: {names.zones(session.if_cleared)}")
    return "; ".join(parts)


def _alternatives(paper: Paper, alternatives: Sequence[Alternative], *, with_why: bool) -> None:
    """Other ways; what holds for both sides of a zone is said once."""
    paper.heading("Other ways")
    for other in dict.fromkeys(alternatives):
        limits = [quantity(c) for c in (other.depth, other.interval) if c is not None]
        at_most = f" At most {', every '.join(limits)}." if limits else ""
        rows = [("–", said) for said in (f"{other.trade_off}{at_most}", *other.reasons)]
        if with_why and other.claims:
            rows.append(("←", ", ".join(other.claims)))
        paper.indented(f"{other.what[0].upper()}{other.what[1:]} ({other.status})")
        paper.pairs(rows, by=4)
