"""From an assessment to a plan that a professional can sign, change or refuse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

import msgspec
from msgspec import Struct

from needlework.evidence import Cited, CitedDate, Knowledge, NotAccepted, Verdict
from needlework.planning.bounds import merge, operator_bounds
from needlework.planning.citing import cited_claims
from needlework.planning.clearances import is_cleared, is_refused
from needlework.planning.devices import device_sheets
from needlework.planning.home import at_home, counts_as_needling
from needlework.planning.model import (
    Alternative,
    Bound,
    Course,
    Plan,
    Preparation,
    Protocol,
    Status,
    ZonePlan,
)
from needlework.planning.preparation import preparation
from needlework.planning.protocols import Restriction, Setting, is_test_spot_only, protocol
from needlework.planning.schedule import Ending, Need, course
from needlework.screening import Assessment, Case, Finding
from needlework.screening.case import base
from needlework.screening.clearing import ends
from needlework.screening.engine import concerns_zone
from needlework.screening.model import ZoneVerdict
from needlework.screening.registry import DEEPER, OFF_LABEL
from needlework.units import later

INTENDED_USE: Final = (
    "Decision support for trained professionals: not a diagnosis, not an emergency service. "
    "A named professional signs."
)
_STATUS_OF: Final[Mapping[Verdict, Status]] = {
    Verdict.STOP: "refused",
    Verdict.ASK: "not-enough-known",
    Verdict.DEFER: "deferred",
    Verdict.CLEAR: "needs-clearance",
}
"""In the order in which they count for a plan: a question left open outweighs any wait."""

_OPEN: Final[tuple[Status, ...]] = ("planned", "test-spot", "needs-clearance", "deferred")


def plan(case: Case, assessment: Assessment) -> Plan:
    """The plan for a case that has been screened."""
    knowledge = case.knowledge
    zones = tuple(_zone_plans(case, assessment))
    schedule = _course(case, zones, assessment)
    draft = Plan(
        intended_use=INTENDED_USE,
        release=knowledge.release.id,
        release_digest=knowledge.release.digest,
        overlay_digest=knowledge.overlay_digest,
        judged_on=case.on,
        assessment=assessment,
        zones=zones,
        devices=device_sheets(knowledge, (made for zone in zones for made in zone.protocols)),
        course=schedule,
        preparation=_prepared(case, assessment, zones, schedule),
        no_course=_why_no_course(zones, schedule),
        alternatives=tuple(_alternatives(case, assessment, zones)),
        proposed_claims=(),
    )
    # Zones share protocols, and cite nothing beside them: each is looked through once.
    shared = {id(p): p for zone in zones for p in (*zone.protocols, *zone.other_devices)}
    parts = (msgspec.structs.replace(draft, zones=()), *shared.values())
    proposed = tuple(sorted(cited_claims(parts) & knowledge.proposed))
    return msgspec.structs.replace(draft, proposed_claims=proposed)


# --- zones ------------------------------------------------------------------------------------


class _Here(Struct, frozen=True, kw_only=True):
    """What decides the plan of a zone: what weighs on it, what is wished, what was cleared."""

    findings: tuple[Finding, ...]
    concerns: tuple[str, ...]
    off_label_cleared: bool
    off_label_refused: bool
    deeper_cleared: bool


def _here(case: Case, zone: str, assessment: Assessment) -> _Here:
    return _Here(
        findings=tuple(f for f in assessment.findings if concerns_zone(f, zone)),
        concerns=case.concerns(zone),
        off_label_cleared=is_cleared(case, OFF_LABEL, zone),
        off_label_refused=is_refused(case, OFF_LABEL, zone),
        deeper_cleared=is_cleared(case, DEEPER, zone),
    )


def _zone_plans(case: Case, assessment: Assessment) -> Iterator[ZonePlan]:
    """The plan of each zone; left and right share theirs where nothing tells them apart."""
    made: dict[str, list[tuple[_Here, ZonePlan]]] = {}
    for judged in assessment.zones:
        here = _here(case, judged.zone, assessment)
        sides = made.setdefault(base(judged.zone), [])
        known = next((plan for other, plan in sides if other == here), None)
        if known is None:
            known = _zone_plan(case, judged, here)
            sides.append((here, known))
        yield msgspec.structs.replace(known, zone=judged.zone)


def _zone_plan(case: Case, judged: ZoneVerdict, here: _Here) -> ZonePlan:
    zone = judged.zone
    status, why = _status(case, zone, here.findings)
    limits = tuple(f.summary for f in here.findings if f.verdict is Verdict.LIMIT)
    bare = ZonePlan(
        zone=zone,
        verdict=judged.verdict,
        status=status,
        why=why,
        free_from=judged.free_from,
        limits=limits,
    )
    if status not in _OPEN:
        return bare
    try:
        made = list(_protocols(case, base(zone), here))
    except NotAccepted as missing:
        why = f"Not enough known: this clinic rejected {missing.claim_id}."
        return msgspec.structs.replace(bare, status="not-enough-known", why=why)
    chosen = tuple(choices[0] for choices in made)
    others = tuple(choice for choices in made for choice in choices[1:] if not choice.refused)
    if all(choice.refused for choice in chosen):
        unknown = any(choice.refusal == "not-enough-known" for choice in chosen)
        status = "not-enough-known" if unknown else "no-device"
        why = " ".join(dict.fromkeys(choice.refused for choice in chosen))
    verdict = judged.verdict
    if not here.off_label_cleared and _is_off_label(chosen):
        # Screening may have found a labelled device at hand that does not fit here.
        if here.off_label_refused:
            why = f"A clinician refused to clear it: {OFF_LABEL}."
            return msgspec.structs.replace(bare, verdict=Verdict.CLEAR, status="refused", why=why)
        if status in ("planned", "test-spot"):
            status, why, verdict = "needs-clearance", f"CLEAR: {OFF_LABEL}.", Verdict.CLEAR
        elif OFF_LABEL not in why:
            why = f"{why} CLEAR: {OFF_LABEL}."
    return msgspec.structs.replace(
        bare, verdict=verdict, status=status, why=why, protocols=chosen, other_devices=others
    )


def _is_off_label(chosen: Iterable[Protocol]) -> bool:
    """Something planned here lies outside its label."""
    return any(not made.refused and not made.fit.labelled for made in chosen)


def _status(case: Case, zone: str, here: Sequence[Finding]) -> tuple[Status, str]:
    """STOP refuses, an open question withholds; only then do waits and clearances count."""
    if case.knowledge.release.zones[base(zone)].status == "blocked":
        return "blocked", "No needle goes here."
    turned_down = [f for f in here if f.refused and f.verdict is Verdict.CLEAR]
    if turned_down:
        rules = ", ".join(dict.fromkeys(finding.rule for finding in turned_down))
        return "refused", f"A clinician refused to clear it: {rules}."
    verdicts = {finding.verdict for finding in here}
    at_home = case.consultation.setting == "home"
    for verdict, status in _STATUS_OF.items():
        if verdict in verdicts:
            return status, _because(here, verdict)
        if verdict is Verdict.ASK and at_home:
            return "refused", "The setting is home: the alternatives say what is allowed there."
    if is_test_spot_only(_restrictions(here)):
        return "test-spot", "A test spot only, as the clearance says."
    return "planned", ""


def _because(here: Iterable[Finding], verdict: Verdict) -> str:
    rules = dict.fromkeys(finding.rule for finding in here if finding.verdict is verdict)
    return f"{verdict}: {', '.join(rules)}."


def _protocols(case: Case, stem: str, here: _Here) -> Iterator[tuple[Protocol, ...]]:
    """For each concern a protocol for each device at hand, in the order of preference."""
    setting = Setting(
        operator_bounds=_of_operator(case),
        limits=tuple(r for r in _restrictions(here.findings) if _changes_protocol(r)),
        raised=here.deeper_cleared,
        concerns_here=here.concerns,
    )
    for concern in here.concerns:
        at_hand = zip(case.consultation.devices, case.fits(concern, stem), strict=True)
        made = [
            protocol(case.knowledge, concern, stem, device, fit, setting) for device, fit in at_hand
        ]
        yield tuple(sorted(made, key=_preference))


def _of_operator(case: Case) -> tuple[Bound, ...]:
    operator = case.consultation.operator
    if operator is None:
        return ()
    place, scope_mm = case.consultation.jurisdiction, operator.scope_max_depth_mm
    return operator_bounds(case.knowledge, place, operator.profession, scope_mm)


def _changes_protocol(restriction: Restriction) -> bool:
    """Whether a limit touches depth, end point, test spot or device; others are for people."""
    limit = restriction.limit
    return bool(
        limit.depth_reduction is not None
        or limit.lower_half
        or limit.end_point
        or limit.test_spot
        or limit.only_devices is not None
    )


def _restrictions(here: Iterable[Finding]) -> tuple[Restriction, ...]:
    """A limit holds unless a clinician cleared it into nothing more than information."""
    return tuple(
        Restriction(finding.limit, finding.claims)
        for finding in here
        if finding.limit is not None
        and (finding.cleared is None or finding.cleared.was is not Verdict.LIMIT)
    )


def _preference(made: Protocol) -> tuple[bool, bool]:
    """What fits before what does not, labelled before off label, then as the clinic lists them."""
    return bool(made.refused), not made.fit.labelled


# --- course and preparation -------------------------------------------------------------------


def _course(case: Case, zones: Sequence[ZonePlan], assessment: Assessment) -> Course | None:
    needs = [need for zone in zones for need in _need(case, zone, assessment)]
    try:
        calendar, endings = case.consultation.calendar, tuple(_endings(case, assessment))
        return course(case.knowledge, needs, calendar, case.on, endings)
    except NotAccepted:
        return None


def _endings(case: Case, assessment: Assessment) -> Iterator[Ending]:
    """Clearances that count today, those that the planner asks for among them."""
    for finding in assessment.findings:
        if finding.cleared is not None:
            yield Ending(
                what=f"The clearance of {finding.rule}",
                zones=finding.zones,
                until=finding.cleared.until,
                claims=finding.claims,
            )
    yield from _licence_end(case)
    for given in case.consultation.clearances:
        if given.rule != DEEPER or given.outcome != "cleared":
            continue
        if (until := ends(case.knowledge, given)) >= case.on:
            zones = tuple(z for z in case.zones if not given.zones or z in case.expand(given.zones))
            claims = (f"zone.{base(zone)}.hard-cap-clinician" for zone in zones)
            held = tuple(claim for claim in dict.fromkeys(claims) if claim in case.knowledge.claims)
            what = f"The clearance of {DEEPER}"
            yield Ending(what=what, zones=zones, until=until, claims=held)


def _licence_end(case: Case) -> Iterator[Ending]:
    operator = case.consultation.operator
    if operator is not None and operator.licence_until is not None:
        yield Ending(
            what="The operator's licence",
            zones=(),
            until=operator.licence_until,
            claims=("rule.o1.class",),
        )


def _need(case: Case, zone: ZonePlan, assessment: Assessment) -> Iterator[Need]:
    """Zones with a protocol, unless something without a date stands against them."""
    made = [p for p in zone.protocols if p.sessions is not None and p.interval is not None]
    if not made or (zone.status == "deferred" and zone.free_from is None):
        return
    counts = [p.sessions[0] for p in made if p.sessions is not None]
    intervals = [p.interval for p in made if p.interval is not None]
    yield Need(
        zone=zone.zone,
        concerns=tuple(p.concern for p in made),
        sessions=max(counts, key=lambda count: count.value),
        interval=(interval := _longest(intervals, case.on)),
        free_from=_latest(
            _free_from(zone, assessment), _after_last(case, assessment, zone.zone, interval)
        ),
        needs_clearance="CLEAR:" in zone.why
        or any(
            finding.verdict is Verdict.CLEAR and concerns_zone(finding, zone.zone)
            for finding in assessment.findings
        ),
    )


def _longest(intervals: Sequence[Cited], on: date) -> Cited:
    return max(intervals, key=lambda interval: later(on, interval.value, interval.unit))


def _latest(*days: CitedDate | None) -> CitedDate | None:
    return max((day for day in days if day is not None), key=lambda day: day.on, default=None)


def _after_last(case: Case, assessment: Assessment, zone: str, interval: Cited) -> CitedDate | None:
    """The concern's own interval holds from the last needling too, unless C44 was cleared."""
    listed = case.consultation.procedures
    if isinstance(listed, str) or any(
        finding.rule == "C44" and finding.cleared is not None and zone in finding.zones
        for finding in assessment.findings
    ):
        return None
    days = [
        later(done.on, interval.value, interval.unit)
        for done in listed.list
        if done.on is not None and counts_as_needling(case.knowledge, done)
        if not done.zones or zone in case.expand(done.zones)
    ]
    after = [day for day in days if day > case.on]
    return CitedDate(max(after), interval.claims) if after else None


def _free_from(zone: ZonePlan, assessment: Assessment) -> CitedDate | None:
    if zone.free_from is None:
        return None
    waits = [
        finding.claims
        for finding in assessment.findings
        if finding.until == zone.free_from and concerns_zone(finding, zone.zone)
    ]
    return CitedDate(zone.free_from, merge(*waits))


def _prepared(
    case: Case, assessment: Assessment, zones: Sequence[ZonePlan], schedule: Course | None
) -> Preparation | None:
    """For the first session, or for a test spot on the day judged."""
    if schedule is not None:
        first = schedule.sessions[0].day
        treated = dict.fromkeys(zone for s in schedule.sessions for zone in s.zones)
    else:
        first = CitedDate(case.on, ())
        treated = dict.fromkeys(zone.zone for zone in zones if zone.status == "test-spot")
    if not treated:
        return None
    try:
        return preparation(case, assessment, tuple(treated), first)
    except NotAccepted:
        return None


def _why_no_course(zones: Sequence[ZonePlan], schedule: Course | None) -> str:
    """In words, why there are no dates."""
    if schedule is not None:
        return ""
    if not any(zone.status in _OPEN for zone in zones):
        return "No zone can be planned as things stand."
    if any(p.sessions is not None for zone in zones for p in zone.protocols):
        return "No dates: a wait has no end yet, or the calendar leaves too few open days."
    return "No course: nothing but a test spot is allowed."


# --- alternatives -----------------------------------------------------------------------------


def _alternatives(
    case: Case, assessment: Assessment, zones: Sequence[ZonePlan]
) -> Iterator[Alternative]:
    yield Alternative(
        what="no treatment",
        status="open",
        trade_off="No risk and no downtime; the concern stays as it is.",
    )
    for concern in dict.fromkeys(wish.concern for wish in case.consultation.concerns):
        yield from _referral(case.knowledge, concern)
    others = (other for zone in zones for other in zone.other_devices)
    yield from dict.fromkeys(_other_device(case.knowledge, made) for made in others)
    yield at_home(case, assessment)


def _referral(knowledge: Knowledge, concern: str) -> Iterator[Alternative]:
    claim_id = f"concern.{concern}.referral"
    if claim_id in knowledge.claims:
        yield Alternative(
            what=f"referral for {knowledge.release.concerns[concern].name.en.lower()}",
            status="open",
            trade_off=knowledge.claims[claim_id].word,
            claims=(claim_id,),
        )


def _other_device(knowledge: Knowledge, made: Protocol) -> Alternative:
    name = knowledge.release.devices[made.device].name.en
    concern = knowledge.release.concerns[made.concern].name.en.lower()
    zone = knowledge.release.zones[made.zone].name.en.lower()
    why = ", ".join(made.fit.why)
    return Alternative(
        what=f"Another device, {name}, for {concern}: {zone}",
        status="open" if made.fit.labelled else "limited",
        trade_off="On label." if made.fit.labelled else f"Off label ({why}).",
        depth=None if made.depth is None else made.depth.maximum,
        claims=made.fit.claims,
    )
