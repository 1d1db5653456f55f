"""What stands against treatment or changes it, as rows of the plan."""

from __future__ import annotations

from collections.abc import Iterator

from needlework.documents.citations import Citations
from needlework.documents.press import plain
from needlework.documents.words import Said, Words
from needlework.evidence import Verdict
from needlework.planning import Plan
from needlework.screening import Finding


def finding_row(finding: Finding, plan: Plan, words: Words, citations: Citations) -> Said:
    return {
        "verdict": str(finding.verdict),
        "rule": finding.rule,
        "summary": citations.quote(finding.summary, finding.claims),
        "notes": list(_finding_notes(finding, words)),
        "reach": _reach(finding, plan, words),
        "terms": ", ".join(_terms(finding, words)),
    }


def _finding_notes(finding: Finding, words: Words) -> Iterator[str]:
    _ = words.say
    if finding.limit is not None and (changes := list(words.changes(finding.limit))):
        yield _("Changes: {changes}.").format(changes=", ".join(changes))
    if (given := finding.cleared) is not None:
        said = _("Was {verdict}; cleared on {day}, holds until {until}.")
        until, day = words.day(given.until), words.day(given.on)
        conditions = f" {plain(given.conditions)}" if given.conditions else ""
        yield said.format(verdict=given.was, day=day, until=until) + conditions


def _reach(finding: Finding, plan: Plan, words: Words) -> str:
    _ = words.say
    if finding.scope == "client":
        return _("whole client")
    if finding.scope == "product":
        return _("product: {names}").format(names=", ".join(map(words.term, finding.products)))
    judged = {entry.zone for entry in plan.assessment.zones}
    everywhere = judged <= set(finding.zones)
    where = _("all planned zones") if everywhere else words.zones(finding.zones)
    return _("lesions: {zones}").format(zones=where) if finding.scope == "lesion" else where


def _terms(finding: Finding, words: Words) -> Iterator[str]:
    _ = words.say
    if finding.until is not None:
        yield _("until {day}").format(day=words.day(finding.until))
    override = finding.override
    if override is not None:
        yield _("{who} may clear").format(who=words.who(override.role))
        if override.not_before is not None:
            yield _("from {day}").format(day=words.day(override.not_before))
        if override.becomes is not Verdict.INFO:
            yield _("which makes it {verdict}").format(verdict=override.becomes)
    elif finding.verdict is Verdict.STOP:
        yield _("{who} may clear").format(who=_("nobody"))
