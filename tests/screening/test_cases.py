"""Every rule by its case file: fires, does not, exact boundary, unknown, expired, wrong zone."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from needlework.evidence import load_knowledge
from needlework.lexicon import Lexicon
from needlework.screening import Case, Finding, assess_case
from needlework.screening.consultation import decode
from needlework.screening.registry import RULES
from tests.consultations import base, merged

CASES = Path(__file__).parent.parent / "cases"
KNOWLEDGE = load_knowledge()


def read(rule: str) -> dict[str, Any]:
    return tomllib.loads((CASES / f"{rule.lower()}.toml").read_text())


def every_case() -> list[Any]:
    return [
        pytest.param(rule, case, id=f"{rule}: {case['name']}")
        for rule in RULES
        if (CASES / f"{rule.lower()}.toml").exists()
        for case in read(rule)["case"]
    ]


def found(rule: str, case: dict[str, Any]) -> list[Finding]:
    consultation = decode(merged(base(), case.get("given", {})))
    on = case.get("on", date(2026, 11, 20))
    assessment = assess_case(Case(consultation, KNOWLEDGE, Lexicon.load(), on))
    return [finding for finding in assessment.findings if finding.rule == rule]


def as_expected(finding: Finding, keys: set[str]) -> dict[str, object]:
    """The parts of a finding that a case file speaks about."""
    seen: dict[str, object] = {
        "verdict": str(finding.verdict),
        "scope": finding.scope,
        "zones": list(finding.zones),
        "products": list(finding.products),
        "until": finding.until,
        "clears": str(finding.override.role) if finding.override else "NO",
        "clears_from": finding.override.not_before if finding.override else None,
        "becomes": str(finding.override.becomes) if finding.override else "",
        "asks": finding.asks,
        "lower_half": bool(finding.limit and finding.limit.lower_half),
        "test_spot": finding.limit.test_spot if finding.limit else "",
        "end_point": finding.limit.end_point if finding.limit else "",
        "sun_plan": bool(finding.limit and finding.limit.sun_plan),
        "area_factor": finding.limit.anaesthetic_area_factor.value
        if finding.limit and finding.limit.anaesthetic_area_factor
        else None,
        "avoid": bool(finding.limit and finding.limit.avoid_with_margin),
    }
    return {key: value for key, value in seen.items() if key in keys}


@pytest.mark.parametrize(("rule", "case"), every_case())
def test_a_rule_finds_what_its_case_says(rule: str, case: dict[str, Any]) -> None:
    findings = found(rule, case)
    expected = case["finds"]
    assert len(findings) == len(expected), [f.summary for f in findings]
    rest = list(findings)
    for want in expected:
        match = [f for f in rest if as_expected(f, set(want)) == want]
        assert match, (want, [as_expected(f, set(want)) for f in rest])
        rest.remove(match[0])


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_shows_where_it_fires_and_where_it_asks(rule: str) -> None:
    kinds = {case["kind"] for case in read(rule)["case"]}
    needed = {"fires", "not"} | set(read(rule).get("needs", ["boundary", "unknown", "expired"]))
    assert needed <= kinds, f"{rule}: add cases of kind {sorted(needed - kinds)}"


@pytest.mark.parametrize(("rule", "case"), every_case())
def test_a_finding_is_one_short_sentence_with_a_claim(rule: str, case: dict[str, Any]) -> None:
    for finding in found(rule, case):
        assert len(finding.summary) <= 140, finding.summary
        assert finding.summary[-1] in ".?", finding.summary
        assert finding.claims, finding.summary
