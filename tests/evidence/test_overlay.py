"""A clinic approves, tightens, rejects; it cannot loosen, and a rejection asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from needlework.errors import KnowledgeError
from needlework.evidence import Knowledge, Verdict, load_knowledge
from needlework.evidence.overlay import load_overlay
from needlework.lexicon import Lexicon
from needlework.planning import Plan, plan
from needlework.screening import Assessment, Case, assess_case
from needlework.screening.consultation import decode
from tests.consultations import base, merged

ON = date(2026, 11, 20)
SIGNED = 'by = "director", on = 2026-11-01'


def with_overlay(tmp_path: Path, text: str, *, head: str = "") -> Knowledge:
    path = tmp_path / "overlay.toml"
    path.write_text(
        f'clinic = "example"\nrelease = "{load_knowledge().release.id}"\n{head}\n{text}'
    )
    return Knowledge(load_knowledge().release, *load_overlay(path))


def judged(knowledge: Knowledge, patch: Mapping[str, Any]) -> tuple[Assessment, Plan]:
    case = Case(decode(merged(base(), dict(patch))), knowledge, Lexicon.load(), ON)
    assessment = assess_case(case)
    return assessment, plan(case, assessment)


def needled(on: str) -> dict[str, object]:
    done = {"kind": "microneedling", "on": date.fromisoformat(on), "zones": ["cheek"]}
    return {"procedures": {"answer": "yes", "list": [done]}}


def test_a_tightened_wait_postpones(tmp_path: Path) -> None:
    tighten = (
        '[[tighten]]\nclaim = "rule.c44.wait"\nvalue = 42\nbecause = "Our skin types."\n'
        'by = "director"\non = 2026-11-01\n'
    )
    usual, _ = judged(load_knowledge(), needled("2026-10-20"))
    strict, _ = judged(with_overlay(tmp_path, tighten), needled("2026-10-20"))
    assert {z.verdict for z in usual.zones if z.zone.startswith("cheek")} != {Verdict.DEFER}
    cheeks = [z for z in strict.zones if z.zone.startswith("cheek")]
    assert {z.verdict for z in cheeks} == {Verdict.DEFER}
    assert {z.free_from for z in cheeks} == {date(2026, 12, 1)}


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("rule.c44.wait", "14"),
        ("zone.cheek.scar-max", "2.0"),
        ("rule.c1.class", '"CLEAR"'),
        ("rule.c1.override", '"C"'),
    ],
)
def test_an_overlay_cannot_loosen(tmp_path: Path, claim: str, value: str) -> None:
    text = f'[[tighten]]\nclaim = "{claim}"\nvalue = {value}\nbecause = "x"\n'
    with pytest.raises(KnowledgeError, match="looser") as error:
        with_overlay(tmp_path, text + 'by = "director"\non = 2026-11-01\n')
    assert claim in error.value.message


def test_a_clinic_may_leave_a_clearance_to_fewer(tmp_path: Path) -> None:
    text = (
        '[[tighten]]\nclaim = "rule.c32.override"\nvalue = "NO"\nbecause = "Our choice."\n'
        'by = "director"\non = 2026-11-01\n'
    )
    given = {"rule": "C32", "outcome": "cleared", "role": "C", "on": ON, "until": ON}
    done = {"kind": "botulinum-toxin", "on": date(2026, 11, 18), "zones": ["cheek"]}
    patch = {"procedures": {"answer": "yes", "list": [done]}, "clearances": [given]}
    assessment, _ = judged(with_overlay(tmp_path, text), patch)
    assert any(f.rule == "C32" and f.verdict is Verdict.DEFER for f in assessment.findings)


def test_a_tightened_depth_binds_and_is_not_proposed_any_more(tmp_path: Path) -> None:
    tighten = (
        '[[tighten]]\nclaim = "zone.cheek.scar-max"\nvalue = 1.0\nbecause = "Our choice."\n'
        'by = "director"\non = 2026-11-01\n'
    )
    _, made = judged(with_overlay(tmp_path, tighten), {})
    cheek = next(zone for zone in made.zones if zone.zone == "cheek-left")
    depth = cheek.protocols[0].depth
    assert depth is not None
    assert depth.maximum.value == 1.0
    assert "zone.cheek.scar-max" in depth.maximum.claims
    assert "zone.cheek.scar-max" not in made.proposed_claims


def reject(claim: str) -> str:
    head = f'[[reject]]\nclaim = "{claim}"\nbecause = "We doubt it."\n'
    return head + 'by = "director"\non = 2026-11-01\n'


def test_a_rejected_wait_is_not_enough_known_even_when_it_is_over(tmp_path: Path) -> None:
    knowledge = with_overlay(tmp_path, reject("rule.c44.wait"))
    assessment, made = judged(knowledge, needled("2026-09-01"))
    assert any(f.rule == "C44" and f.verdict is Verdict.ASK for f in assessment.findings)
    assert all(zone.status == "not-enough-known" for zone in made.zones)


def test_a_rejected_stop_still_stops(tmp_path: Path) -> None:
    knowledge = with_overlay(tmp_path, reject("rule.c1.class"))
    assessment, made = judged(knowledge, {"history": {"pregnancy": "yes"}})
    assert assessment.verdict is Verdict.STOP
    assert all(zone.status == "refused" for zone in made.zones)


def test_a_rejected_depth_cap_gives_no_depth_at_all(tmp_path: Path) -> None:
    _, made = judged(with_overlay(tmp_path, reject("zone.cheek.hard-cap")), {})
    cheek = next(zone for zone in made.zones if zone.zone == "cheek-left")
    assert cheek.status == "not-enough-known"
    assert all(protocol.depth is None for protocol in cheek.protocols)
    forehead = next(zone for zone in made.zones if zone.zone == "forehead")
    assert any(protocol.depth is not None for protocol in forehead.protocols)


@pytest.mark.parametrize(
    "claim",
    [
        "jurisdiction.us-az.aesthetician-max-depth",
        "device.skinpen-precision.age-min",
        "device.skinpen-precision.max-depth-acne-scar",
        "device.skinpen-precision.dial-step",
        "concern.acne-scar-rolling.interval",
        "course.technique.passes-pen",
        "rule.o3.not-health-professions",
    ],
)
def test_whatever_depth_rests_on_is_not_enough_known_when_rejected(
    tmp_path: Path, claim: str
) -> None:
    scars = {
        "concerns": [{"concern": "acne-scar-rolling", "zones": ["cheek"]}],
        "jurisdiction": "us-az",
        "operator": {"profession": "aesthetician"},
    }
    _, before = judged(load_knowledge(), scars)
    assert {zone.status for zone in before.zones} == {"planned"}
    _, made = judged(with_overlay(tmp_path, reject(claim)), scars)
    assert {zone.status for zone in made.zones} <= {"not-enough-known", "needs-clearance"}


@pytest.mark.parametrize("claim", ["zone.cheek.scar-max", "zone.cheek.hard-cap"])
def test_a_rejected_cap_cannot_be_gone_round_by_a_clearance(tmp_path: Path, claim: str) -> None:
    given = {"outcome": "cleared", "role": "C", "on": ON, "until": date(2027, 1, 1)}
    scars = {
        "concerns": [{"concern": "acne-scar-rolling", "zones": ["cheek"]}],
        "devices": [{"id": "dermapen-4"}],
        "clearances": [{**given, "rule": "D1"}, {**given, "rule": "D2"}],
    }
    _, made = judged(with_overlay(tmp_path, reject(claim)), scars)
    assert {zone.status for zone in made.zones} == {"not-enough-known"}


def test_an_approval_takes_the_claim_off_the_proposed_list(tmp_path: Path) -> None:
    approve = (
        '[[approve]]\ntopic = "cheek"\nclaims = ["zone.cheek.scar-max"]\n'
        'by = "director"\non = 2026-11-01\n'
    )
    _, before = judged(load_knowledge(), {})
    _, after = judged(with_overlay(tmp_path, approve), {})
    assert "zone.cheek.scar-max" in before.proposed_claims
    assert "zone.cheek.scar-max" not in after.proposed_claims
    assert after.overlay_digest
    assert not before.overlay_digest


def test_only_a_product_on_the_directors_list_may_go_on_needled_skin(tmp_path: Path) -> None:
    allow = (
        '[[allow]]\nproduct = "Lift HG"\nbecause = "Licensed for it."\n'
        'by = "director"\non = 2026-11-01\n'
    )
    wished = {"planned_products": ["lift hg", "vitamin C serum"]}
    usual, _ = judged(load_knowledge(), wished)
    listed, _ = judged(with_overlay(tmp_path, allow), wished)
    assert sum(finding.rule == "C42" for finding in usual.findings) == 2
    barred = [finding for finding in listed.findings if finding.rule == "C42"]
    assert [finding.products for finding in barred] == [("vitamin C serum",)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (reject("rule.c99.wait"), "rule.c99.wait"),
        ("[[approve]]\nclaims = []\n", "topic"),
        ("[[tighten]\n", "not sound"),
    ],
)
def test_an_unsound_overlay_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(KnowledgeError, match=fault):
        with_overlay(tmp_path, text)


def test_approvals_do_not_carry_over_to_another_text_of_the_release(tmp_path: Path) -> None:
    same = with_overlay(tmp_path, "", head=f'release_digest = "{load_knowledge().release.digest}"')
    assert same.overlay_digest
    with pytest.raises(KnowledgeError, match="another text"):
        with_overlay(tmp_path, "", head='release_digest = "0123"')


def test_an_overlay_over_another_release_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "overlay.toml"
    path.write_text('clinic = "example"\nrelease = "1999.1"\n')
    with pytest.raises(KnowledgeError, match=r"1999\.1"):
        Knowledge(load_knowledge().release, *load_overlay(path))
