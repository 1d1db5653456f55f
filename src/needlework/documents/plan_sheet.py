"""The plan on paper: what is proposed, why, what stands against it, and who must sign."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct, structs

from needlework.documents.citations import Citations
from needlework.documents.frame import closing, common_labels, frame
from needlework.documents.model import ClinicCard, PersonCard, Signature
from needlework.documents.plan_course import course_part, preparation_part
from needlework.documents.plan_findings import finding_row
from needlework.documents.plan_notes import alternative_rows, notes
from needlework.documents.plan_outlook import outlook_labels, outlook_of, outlook_part
from needlework.documents.press import typeset
from needlework.documents.words import Said, Words, capital
from needlework.outlook import Outlook
from needlework.planning import Plan
from needlework.planning.model import (
    Bound,
    Depth,
    Fit,
    Passes,
    Protocol,
    ZonePlan,
)
from needlework.screening import Consultation
from needlework.workflow import Known

_RULES: Final = re.compile(r"[A-Z]+: ([^.:]+)\.")
"""How a zone's reason names the rules behind it: `CLEAR: C9.`"""


def plan_pdf(
    plan: Plan,
    consultation: Consultation,
    known: Known,
    *,
    clinic: ClinicCard | None = None,
    person: PersonCard | None = None,
    language: str = "en",
    signature: Signature | None = None,
    outlook: Outlook | None = None,
) -> bytes:
    """The plan as a tagged PDF, the same bytes for the same plan; a proposal until it is signed.

    Its outlook is asked of the models, unless it is at hand.
    """
    words = Words(known.knowledge, language)
    citations = Citations(words)
    who = person or PersonCard()
    if not who.reference:
        who = structs.replace(who, reference=consultation.client.reference)
    _ = words.say
    data = frame(
        words,
        clinic or ClinicCard(),
        who,
        title=_("Treatment plan"),
        mark=_("Signed plan") if signature else _("Proposal, not signed"),
    )
    data["labels"] = {**labels(words), **outlook_labels(words), **common_labels(words)}
    data |= _body(plan, consultation, words, citations)
    expected = outlook or outlook_of(plan, consultation, known, language)
    data["outlook"] = outlook_part(expected, words, citations)
    data |= signature_lines(words, signature)
    return typeset("plan", data | closing(words, citations))


def _body(plan: Plan, consultation: Consultation, words: Words, citations: Citations) -> Said:
    _ = words.say
    return {
        "facts": list(_facts(plan, consultation, words)),
        "verdict": _verdict(plan, words),
        "zones": list(_zones(plan, words, citations)),
        "zone-note": _zone_note(plan, words),
        "findings": [finding_row(f, plan, words, citations) for f in plan.assessment.findings],
        "questions": [words.said(question.text) for question in plan.assessment.questions],
        "course": None if plan.course is None else course_part(plan.course, words, citations),
        "no-course": words.said(plan.no_course),
        "preparation": None
        if plan.preparation is None
        else preparation_part(plan.preparation, plan, words, citations),
        "notes": list(notes(plan, words, citations)),
        "alternatives": list(alternative_rows(plan.alternatives, words, citations)),
    }


def signature_lines(words: Words, signed: Signature | None) -> Said:
    """Lines to sign on, or what was signed and the digest of it."""
    _ = words.say
    names = (_("Name"), _("Profession"), _("Licence number"), _("Date"), _("Signature"))
    values = ("",) * len(names)
    said = _("Nothing in this plan holds before a named professional has signed it.")
    seal = ""
    if signed is not None:
        values = (
            signed.name,
            capital(words.term(signed.profession)),
            signed.licence_number,
            words.day(signed.at.date()),
            _("signed on screen"),
        )
        said = _("Signed electronically by the person named, who entered their password for it.")
        seal = _("Digest of what was signed (SHA-256): {digest}").format(digest=signed.sha256)
    rows = [{"label": label, "value": value} for label, value in zip(names, values, strict=True)]
    return {"signature": rows, "signature-said": said, "seal": seal}


def labels(words: Words) -> Said:
    """The heads of the plan's parts and tables."""
    _ = words.say
    return {
        "binds": _("binds"),
        "zones": _("Zones and depths"),
        "zone-heads": [
            _("Zone and concern"),
            _("Verdict"),
            _("Device"),
            _("Start"),
            _("Step"),
            _("Most"),
            _("Limits of depth, mm"),
            _("Passes"),
            _("End point"),
        ],
        "bare-zone-heads": [_("Zone"), _("Verdict"), _("Why")],
        "findings": _("What stands against treatment or changes it"),
        "finding-heads": [
            _("Verdict"),
            _("Rule"),
            _("Finding"),
            _("Where"),
            _("Until when, who may clear"),
        ],
        "questions": _("Still to ask"),
        "course": _("Course"),
        "session-heads": [_("Session"), _("Day"), _("Zones")],
        "check-heads": [_("Day"), _("Check")],
        "if-cleared": _("if cleared:"),
        "preparation": _("Preparation"),
        "stop-heads": [_("Stop before the first session"), _("Wait"), _("Last day")],
        "antiseptic": _("Antiseptic"),
        "anaesthetic": _("Numbing cream"),
        "anaesthetic-heads": [
            _("Product"),
            _("Status"),
            _("Area covered"),
            _("Amount"),
            _("Time on"),
            _("Why"),
        ],
        "notes": _("Notes"),
        "alternatives": _("Other ways"),
        "signature": _("Signature"),
    }


# --- head -----------------------------------------------------------------------------------------


def _facts(plan: Plan, consultation: Consultation, words: Words) -> Iterator[dict[str, str]]:
    _ = words.say
    operator = consultation.operator
    phototype = consultation.phototype.clinician
    rows = [
        (_("Judged for"), words.weekday(plan.judged_on)),
        (_("Consultation"), words.day(consultation.date)),
        (_("Phototype"), _("not known") if phototype == "unknown" else phototype),
        (_("Place"), words.jurisdiction(consultation.jurisdiction)),
        (_("Operator"), "" if operator is None else words.term(operator.profession)),
    ]
    for label, value in rows:
        if value:
            yield {"label": label, "value": value}


def _verdict(plan: Plan, words: Words) -> Said:
    _ = words.say
    found = plan.assessment.verdict
    note = _("The client as a whole.")
    if len(plan.assessment.zones) > 1:
        note = _("The client as a whole; each zone has its own verdict.")
    return {"code": str(found), "means": capital(words.means(found)), "note": note}


# --- zones ----------------------------------------------------------------------------------------


class _Row(Struct, frozen=True):
    """A zone's plan for one concern, or for none where nothing may be done."""

    plan: ZonePlan
    protocol: Protocol | None


def _zones(plan: Plan, words: Words, citations: Citations) -> Iterator[Said]:
    """One row for all zones whose plans read the same."""
    held: dict[object, list[_Row]] = {}
    for row in _rows(plan.zones):
        held.setdefault(_alike(row), []).append(row)
    for rows in held.values():
        first = rows[0]
        yield {
            "name": words.zones(row.plan.zone for row in rows),
            "concern": "" if first.protocol is None else words.concern(first.protocol.concern),
            "verdict": str(first.plan.verdict),
            "status": words.status(first.plan.status),
            "until": _until(first.plan, words),
            "why": _why(first, words),
            "protocol": _protocol([row.protocol for row in rows if row.protocol], words, citations),
        }


def _rows(zones: Iterable[ZonePlan]) -> Iterator[_Row]:
    for zone in zones:
        open_ones = [made for made in zone.protocols if not made.refused]
        yield from (_Row(zone, made) for made in zone.protocols if not made.refused)
        if not open_ones:
            yield _Row(zone, None)
        else:
            refused = [made for made in zone.protocols if made.refused]
            yield from (_Row(zone, made) for made in refused)


def _alike(row: _Row) -> object:
    """What a row says beside its zone and its sources."""
    zone, made = row.plan, row.protocol
    standing = (zone.verdict, zone.status, zone.why, zone.free_from)
    if made is None or made.depth is None:
        return standing, made and (made.concern, made.device, made.refused)
    depth = made.depth
    bounds = tuple((bound.name, bound.depth.value, bound.binds) for bound in depth.bounds)
    numbers = (depth.start.value, depth.step and depth.step.value, depth.maximum.value, bounds)
    ways = (made.passes, made.end_point and made.end_point.text)
    return standing, made.concern, made.device, made.fit, numbers, ways


def _why(row: _Row, words: Words) -> Said:
    """The rules that speak against it, or the sentence that says why."""
    if row.protocol is not None and row.protocol.refused:
        return words.said(row.protocol.refused)
    rules = _RULES.findall(row.plan.why)
    if rules and _RULES.sub("", row.plan.why).strip() == "":
        _ = words.say
        return {"text": _("because of {rules}").format(rules=", ".join(rules)), "foreign": False}
    return words.said(row.plan.why)


def _until(zone: ZonePlan, words: Words) -> str:
    _ = words.say
    if zone.free_from is not None:
        return _("free from {day}").format(day=words.day(zone.free_from))
    return _("no date yet") if zone.status == "deferred" else ""


def _protocol(protocols: Sequence[Protocol], words: Words, citations: Citations) -> Said | None:
    """Device, depth and passes; the sources are those of all zones in the row."""
    made = protocols[0] if protocols else None
    if made is None or made.refused or made.depth is None:
        return None
    depths = [other.depth for other in protocols if other.depth is not None]
    claims = [claim for depth in depths for claim in _depth_claims(depth)]
    step = made.depth.step
    return {
        "device": words.device(made.device),
        "label": on_label(made.fit, words),
        "start": words.number(made.depth.start.value),
        "step": "–" if step is None else words.number(step.value),
        "maximum": citations.cite(words.number(made.depth.maximum.value), claims),
        "bounds": [_bound(bound, words) for bound in made.depth.bounds],
        "passes": _passes(made.passes, words, citations),
        "end-point": _end_point(made, words, citations),
    }


def _depth_claims(depth: Depth) -> Iterator[str]:
    yield from depth.start.claims
    yield from depth.maximum.claims
    yield from () if depth.step is None else depth.step.claims
    for bound in depth.bounds:
        yield from bound.depth.claims


def on_label(fit: Fit, words: Words) -> str:
    """Whether the use stands on the device's label, and what lies outside it."""
    _ = words.say
    if fit.labelled:
        return _("on label")
    return _("off label: {why}").format(why=", ".join(map(words.say, fit.why)))


def _bound(bound: Bound, words: Words) -> Said:
    said = words.said(bound.name)
    return said | {
        "text": f"{said['text']} {words.number(bound.depth.value)}",
        "binds": bound.binds,
    }


def _passes(passes: Passes | None, words: Words, citations: Citations) -> Said:
    if passes is None:
        return citations.cite("", ())
    said = f"{words.number(passes.count.value)}, {words.term(passes.pattern.text)}"
    return citations.cite(said, (*passes.count.claims, *passes.pattern.claims))


def _end_point(made: Protocol, words: Words, citations: Citations) -> Said:
    if made.end_point is None:
        return citations.cite("", ())
    return citations.cite(words.term(made.end_point.text), made.end_point.claims)


def _zone_note(plan: Plan, words: Words) -> str:
    _ = words.say
    if not any(made.depth for zone in plan.zones for made in zone.protocols):
        return ""
    return _(
        "Depths in mm, as set on the device. Begin at the start, raise by a step until the end "
        "point, never past the most."
    )
