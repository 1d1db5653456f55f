"""Needling at home: refused unless every condition is met."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from needlework.evidence import Knowledge, NotAccepted
from needlework.planning.model import Alternative
from needlework.screening import Assessment, Case, Finding
from needlework.screening.case import base
from needlework.screening.consultation import Procedure
from needlework.screening.registry import OFF_LABEL
from needlework.units import later

_OF_THE_CLINIC: Final = ("C44", "O1", "O2", "O3", OFF_LABEL)


def at_home(case: Case, assessment: Assessment) -> Alternative:
    """Whether this client could needle at home, and if not, every reason."""
    try:
        reasons = list(_reasons(case, assessment))
    except NotAccepted as missing:
        reasons = [("A claim that this rests on was rejected by the clinic.", missing.claim_id)]
    claims = tuple(dict.fromkeys(claim for _, claim in reasons))
    if reasons:
        return Alternative(
            what="at home",
            status="refused",
            trade_off="A trained professional in a clinic does this; see the reasons.",
            reasons=tuple(dict.fromkeys(text for text, _ in reasons)),
            claims=claims,
        )
    knowledge = case.knowledge
    return Alternative(
        what="at home",
        status="limited",
        trade_off="Weaker and unmeasured; own roller or single-use head, intact skin, bland "
        "moisturiser only.",
        depth=knowledge.depth_mm("home.limits.max-depth"),
        interval=knowledge.number("home.limits.interval"),
        claims=("home.limits.jurisdictions", "home.limits.concerns"),
    )


def _reasons(case: Case, assessment: Assessment) -> Iterator[tuple[str, str]]:
    """Each condition that is not met, with its claim."""
    knowledge, consultation = case.knowledge, case.consultation
    allowed = "home.limits.jurisdictions"
    if consultation.jurisdiction not in knowledge.claim(allowed).words:
        known = knowledge.release.jurisdictions.get(consultation.jurisdiction)
        place = known.name.en if known else consultation.jurisdiction
        yield f"Not on the allow-list of jurisdictions: {place}.", allowed
    nothing = "home.limits.nothing-against"
    for verdict in knowledge.claim(nothing).words:
        rules = [f.rule for f in assessment.findings if _counts(f, verdict)]
        if rules:
            listed = ", ".join(dict.fromkeys(rules))
            yield f"Something stands against it ({verdict}): {listed}.", nothing
    phototypes = "home.limits.phototypes"
    if consultation.phototype.clinician not in knowledge.claim(phototypes).words:
        yield "Phototype is not among those allowed at home.", phototypes
    concerns = "home.limits.concerns"
    suited = knowledge.claim(concerns).words
    for wish in consultation.concerns:
        if wish.concern not in suited:
            concern = knowledge.release.concerns[wish.concern].name.en.lower()
            yield f"Not a concern for home: {concern}.", concerns
    zones = "home.limits.zones"
    offered = knowledge.claim(zones).words
    for zone in dict.fromkeys(base(zone) for zone in case.zones):
        if zone not in offered and case.region(zone) not in offered:
            where = knowledge.release.zones[zone].name.en.lower()
            yield f"Not a zone for home: {where}.", zones
    yield from _recent_session(case)
    yield from _numbing(case)


def _counts(finding: Finding, wanted: str) -> bool:
    """What stands against it counts even when a clinician cleared it for the clinic.

    Rules about the clinic's depth, operator and devices say nothing about home; C44's wait is
    for the clinic's depth, and home has one of its own.
    """
    verdict = finding.verdict if finding.cleared is None else finding.cleared.was
    return verdict == wanted and finding.rule not in _OF_THE_CLINIC


def _recent_session(case: Case) -> Iterator[tuple[str, str]]:
    """A clinic session too short a time ago, or the last time at home; no day counts as today."""
    waits = {
        "microneedling": ("home.limits.after-clinic", "A clinic session"),
        "microneedling-home": ("home.limits.interval", "Needling at home"),
    }
    listed = case.consultation.procedures
    for done in () if isinstance(listed, str) else listed.list:
        if done.kind not in waits:
            continue
        needled = counts_as_needling(case.knowledge, done)
        claim_id, what = waits["microneedling" if needled else done.kind]
        wait = case.knowledge.claim(claim_id)
        there = case.expand(done.zones) if done.zones else frozenset(case.zones)
        recent = done.on is None or case.on < later(done.on, wait.number, wait.unit)
        if recent and there.intersection(case.zones):
            yield f"{what} in these zones was too recent, or its day is unknown.", claim_id


def _numbing(case: Case) -> Iterator[tuple[str, str]]:
    claim_id = "home.limits.anaesthetic"
    wished = case.consultation.anaesthetic
    is_wished = wished is not None and wished.answer != "no"
    if is_wished and case.knowledge.claim(claim_id).value is False:
        yield "No anaesthetic at home.", claim_id


def counts_as_needling(knowledge: Knowledge, done: Procedure) -> bool:
    """A clinic session, or home needling with needles longer than C44 lets pass, or unknown."""
    if done.kind != "microneedling-home":
        return done.kind == "microneedling"
    length_mm = done.needle_length_mm
    return length_mm is None or length_mm > knowledge.claim("rule.c44.home-max").number
