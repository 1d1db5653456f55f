"""Run every rule over a case, settle what was cleared, and say what it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain

import msgspec

from needlework.evidence import Knowledge, Role, Verdict
from needlework.lexicon import Lexicon
from needlework.screening import rules as _rules  # noqa: F401  registers every rule
from needlework.screening.case import Case
from needlework.screening.clearing import ends
from needlework.screening.consultation import Consultation, GivenClearance
from needlework.screening.inquiry import Inquiry
from needlework.screening.model import (
    Assessment,
    Clearable,
    ClearedBy,
    Finding,
    Override,
    Question,
    ZoneVerdict,
)
from needlework.screening.registry import RULES, Rule

_SCOPES = {"client": 0, "zone": 1, "lesion": 2, "product": 3}


def assess(
    consultation: Consultation, knowledge: Knowledge, lexicon: Lexicon, on: date
) -> Assessment:
    """What stands against treating this person on that day, zone by zone."""
    return assess_case(Case(consultation, knowledge, lexicon, on))


def assess_case(case: Case) -> Assessment:
    """The assessment of a case that has been prepared already."""
    found = chain.from_iterable(_run(case, rule_id, rule) for rule_id, rule in RULES.items())
    settled = [part for finding in found for part in _settle(finding, case)]
    findings = tuple(sorted(settled, key=_order))
    return Assessment(
        on=case.on,
        verdict=worst(f.verdict for f in findings if f.scope == "client"),
        zones=tuple(_zone_verdict(zone, findings) for zone in case.zones),
        findings=findings,
        questions=_questions(findings),
        clearable=tuple(_clearable(f, f.override) for f in findings if f.override is not None),
    )


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst verdict present; INFO when there is none.

    >>> worst([Verdict.LIMIT, Verdict.DEFER, Verdict.ASK])
    <Verdict.DEFER: 'DEFER'>
    """
    return min(verdicts, key=lambda verdict: verdict.rank, default=Verdict.INFO)


def concerns_zone(finding: Finding, zone: str) -> bool:
    """True when a finding weighs on the verdict of a zone; product findings do not."""
    return finding.scope == "client" or (finding.scope != "product" and zone in finding.zones)


def _run(case: Case, rule_id: str, rule: Rule) -> list[Finding]:
    inquiry = Inquiry(case, rule_id)
    found = list(rule(inquiry))
    if inquiry.refused:
        unknown = Finding(
            rule=rule_id,
            verdict=Verdict.ASK,
            summary="Not enough known: this clinic rejected a claim that the rule rests on.",
            scope="client",
            claims=tuple(sorted(inquiry.refused)),
        )
        found.append(unknown)
    return found


def _order(finding: Finding) -> tuple[int, int, str, int, tuple[str, ...], str]:
    letter, number = finding.rule[0], int(finding.rule[1:])
    scope = _SCOPES[finding.scope]
    return finding.verdict.rank, scope, letter, number, finding.zones, finding.summary


def _settle(finding: Finding, case: Case) -> Iterator[Finding]:
    """The finding, cleared as far as clearances reach: wholly, for some of its zones, or not."""
    if finding.override is None or not case.consultation.clearances:
        yield finding
        return
    left = list(finding.zones)
    for given in _answers(finding, finding.override, case):
        reached = [zone for zone in left if _covers(given, zone, case)]
        if given.outcome == "refused":
            # A refusal that holds today outweighs any clearance of the same rule.
            if not finding.zones:
                yield msgspec.structs.replace(finding, refused=True)
                return
            if reached:
                yield msgspec.structs.replace(finding, zones=tuple(reached), refused=True)
        elif reached or (not finding.zones and not given.zones):
            yield _cleared(finding, given, tuple(reached), ends(case.knowledge, given))
            if not finding.zones:
                return
        left = [zone for zone in left if zone not in reached]
    if left or not finding.zones:
        yield msgspec.structs.replace(finding, zones=tuple(left))


def _answers(finding: Finding, override: Override, case: Case) -> list[GivenClearance]:
    """Clearances that count for a finding today, refusals first."""
    counted = [
        given
        for given in case.consultation.clearances
        if given.rule == finding.rule
        # Aspirin cleared is not warfarin cleared: the answer is to what was asked.
        and given.about in ("", finding.summary)
        and given.on <= case.on <= ends(case.knowledge, given)
        and (given.outcome == "refused" or _may_clear(given, override, case.on))
    ]
    return sorted(counted, key=lambda given: given.outcome != "refused")


def _may_clear(given: GivenClearance, override: Override, on: date) -> bool:
    """The role is enough, and the first day on which it may be cleared has come."""
    in_time = override.not_before is None or on >= override.not_before
    in_time = in_time and (override.since is None or given.on >= override.since)
    return in_time and Role(given.role) in (override.role, Role.CLINICIAN)


def _covers(given: GivenClearance, zone: str, case: Case) -> bool:
    return not given.zones or zone in case.expand(given.zones)


def _cleared(
    finding: Finding, given: GivenClearance, zones: tuple[str, ...], until: date
) -> Finding:
    return msgspec.structs.replace(
        finding,
        verdict=_after_clearance(finding),
        zones=zones,
        until=None,
        override=None,
        cleared=ClearedBy(
            role=Role(given.role),
            on=given.on,
            until=until,
            was=finding.verdict,
            by=given.by,
            conditions=given.conditions,
        ),
    )


def _after_clearance(finding: Finding) -> Verdict:
    becomes = finding.override.becomes if finding.override else Verdict.INFO
    if becomes is not Verdict.INFO:
        return becomes
    keeps = finding.limit is not None and finding.verdict is not Verdict.LIMIT
    return Verdict.LIMIT if keeps else Verdict.INFO


def _zone_verdict(zone: str, findings: tuple[Finding, ...]) -> ZoneVerdict:
    here = [finding for finding in findings if concerns_zone(finding, zone)]
    verdict = here[0].verdict if here else Verdict.INFO  # the worst comes first
    deferred = [finding.until for finding in here if finding.verdict is Verdict.DEFER]
    free_from = None
    if verdict is not Verdict.STOP and None not in deferred:
        free_from = max((day for day in deferred if day is not None), default=None)
    return ZoneVerdict(zone=zone, verdict=verdict, free_from=free_from)


def _questions(findings: tuple[Finding, ...]) -> tuple[Question, ...]:
    asked: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        if finding.asks:
            asked.setdefault((finding.asks, finding.summary), []).append(finding.rule)
    return tuple(
        Question(path=path, text=text, rules=tuple(dict.fromkeys(rules)))
        for (path, text), rules in asked.items()
    )


def _clearable(finding: Finding, override: Override) -> Clearable:
    return Clearable(
        rule=finding.rule,
        role=override.role,
        zones=finding.zones,
        not_before=override.not_before,
    )
