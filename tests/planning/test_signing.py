"""What stands in the way of a signature, and that nothing in the way is ever passed over."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import msgspec
import pytest

from needlework import workflow
from needlework.evidence import Claim, Knowledge, Verdict, Watched
from needlework.planning import Plan, cited_claims
from needlework.planning.signing import Signer, obstacles
from needlework.screening.consultation import Consultation, GivenClearance

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))
KNOWN = workflow.known()
SIGNER = Signer(has_role=True, profession="physician", licence="current")


def approved() -> workflow.Known:
    """As if the director had approved all that is proposed."""
    knowledge = Knowledge(KNOWN.knowledge.release)
    knowledge.proposed = frozenset()
    return workflow.Known(knowledge, KNOWN.lexicon)


@cache
def said(name: str) -> Consultation:
    return workflow.read_consultation(next(p for p in EXAMPLES if p.name.startswith(name)))


def planned(consultation: Consultation, known: workflow.Known | None = None) -> Plan:
    return workflow.plan_for(workflow.consult(consultation, known or approved()))


def in_the_way(
    consultation: Consultation,
    *,
    signer: Signer = SIGNER,
    today: date | None = None,
    known: workflow.Known | None = None,
) -> list[tuple[str, str]]:
    found = obstacles(
        planned(consultation, known), consultation, signer, today or consultation.date
    )
    return [(obstacle.reason, obstacle.rule) for obstacle in found]


def test_nothing_is_in_the_way_of_a_settled_plan() -> None:
    assert in_the_way(said("01")) == []


@pytest.mark.parametrize(
    ("signer", "reason"),
    [
        (Signer(has_role=False, profession="physician", licence="current"), "role"),
        (Signer(has_role=True, profession="", licence="current"), "licence"),
        (Signer(has_role=True, profession="nurse", licence="expired"), "licence"),
        (Signer(has_role=True, profession="nurse", licence="none"), "licence"),
        (Signer(has_role=True, profession="nurse", licence="unknown"), "licence"),
    ],
)
def test_who_may_not_sign(signer: Signer, reason: str) -> None:
    assert in_the_way(said("01"), signer=signer) == [(reason, "")]


@pytest.mark.parametrize("days", [-1, 1, 30])
def test_a_plan_is_signed_on_the_day_for_which_it_was_judged(days: int) -> None:
    consultation = said("01")
    assert in_the_way(consultation, today=consultation.date + timedelta(days=days)) == [("day", "")]


def test_a_claim_that_nobody_approved() -> None:
    found = obstacles(planned(said("01"), KNOWN), said("01"), SIGNER, said("01").date)
    assert [obstacle.reason for obstacle in found] == ["claim"]
    assert set(found[0].claims) == set(planned(said("01"), KNOWN).proposed_claims)


def test_a_finding_that_nobody_cleared_and_one_that_was() -> None:
    consultation = said("09")
    assert in_the_way(consultation) == [("clearance", "C9")]
    given = GivenClearance(
        rule="C9",
        outcome="cleared",
        role="C",
        by="Dr Ash",
        on=consultation.date,
        until=consultation.date,
    )
    cleared = msgspec.structs.replace(consultation, clearances=(*consultation.clearances, given))
    assert in_the_way(cleared) == []


def test_a_refusal_for_some_zones_leaves_the_others_to_be_signed() -> None:
    consultation = said("04")
    assert in_the_way(consultation) == [("clearance", "D1")]
    refused = GivenClearance(
        rule="D1",
        outcome="refused",
        role="C",
        on=consultation.date,
        until=consultation.date,
        zones=("decolletage",),
    )
    left = msgspec.structs.replace(consultation, clearances=(refused,))
    plan = planned(left)
    assert {zone.zone: zone.status for zone in plan.zones}["decolletage"] == "refused"
    assert in_the_way(left) == []


def test_what_stands_against_the_person_and_home() -> None:
    assert ("client", "C1") in in_the_way(said("11"))
    assert ("nothing-planned", "") in in_the_way(said("11"))
    assert ("setting", "") in in_the_way(said("12"))


def test_an_answer_left_open() -> None:
    consultation = said("01")
    history = msgspec.structs.replace(consultation.history, pregnancy="unknown")
    asked = in_the_way(msgspec.structs.replace(consultation, history=history))
    assert [
        (reason, "C1" in rule.split(", ")) for reason, rule in asked if reason == "question"
    ] == [("question", True)]


def test_a_rejected_claim_is_an_open_question() -> None:
    known = approved()
    known.knowledge.rejected = frozenset(
        claim
        for finding in planned(said("08")).assessment.findings
        if finding.rule == "C32"
        for claim in finding.claims
    )
    assert ("question", "C32") in in_the_way(said("08"), known=known)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_grave_finding_is_among_them(path: Path) -> None:
    consultation = workflow.read_consultation(path)
    plan = planned(consultation)
    found = obstacles(plan, consultation, SIGNER, consultation.date)
    for finding in plan.assessment.findings:
        grave = finding.verdict is Verdict.CLEAR and not finding.refused
        grave |= finding.scope == "client" and finding.verdict in (Verdict.STOP, Verdict.DEFER)
        if grave:
            assert any(o.rule == finding.rule and o.about == finding.summary for o in found)
    assert len([o for o in found if o.reason == "question"]) >= len(plan.assessment.questions)


def test_an_obstacle_says_what_it_is_about() -> None:
    found = obstacles(planned(said("04")), said("04"), SIGNER, said("04").date)
    assert all(o.about or o.claims or o.reason == "role" for o in found)


# --- what would go on the needled skin --------------------------------------------------------


def with_products(*names: str, prp: str = "no") -> Consultation:
    return msgspec.structs.replace(said("01"), planned_products=names, planned_prp=prp)


@pytest.mark.parametrize(
    ("names", "prp", "rules"),
    [
        ((), "no", []),
        ((), "yes", ["C43"]),
        (("vitamin C",), "no", ["C42"]),
        (("  Vitamin \t C ", "exosomes"), "no", ["C42", "C42"]),
        (("prp",), "no", ["C42"]),
        (("hyaluronic acid",), "yes", ["C42", "C43"]),
    ],
)
def test_a_product_that_is_refused_is_not_signed_for(
    names: tuple[str, ...], prp: str, rules: list[str]
) -> None:
    consultation = with_products(*names, prp=prp)
    stopped = [rule for reason, rule in in_the_way(consultation) if reason == "product"]
    assert stopped == rules


def test_a_product_on_the_directors_list_is_in_nobodys_way() -> None:
    known = approved()
    known.knowledge.allowed_products = ("Vitamin C",)
    assert in_the_way(with_products("vitamin C"), known=known) == []


def test_whether_prp_is_planned_must_be_known() -> None:
    asked = in_the_way(with_products(prp="unknown"))
    assert asked == [("question", "C43")]


def test_an_antiseptic_that_is_refused_is_left_out_and_so_in_nobodys_way() -> None:
    consultation = said("07")
    plan = planned(consultation)
    (stop,) = [one for one in plan.assessment.findings if one.verdict is Verdict.STOP]
    assert (stop.scope, stop.products) == ("product", ("chlorhexidine",))
    assert plan.preparation is not None
    assert "chlorhexidine" not in {one.antiseptic for one in plan.preparation.antiseptics}
    assert "product" not in {reason for reason, _ in in_the_way(consultation)}


# --- what let somebody pass in silence --------------------------------------------------------


def test_an_unapproved_claim_that_the_plan_does_not_cite_is_in_the_way() -> None:
    plan = planned(said("01"))
    found = obstacles(plan, said("01"), SIGNER, said("01").date, {"rule.c3.adult-age"})
    assert [(one.reason, one.claims) for one in found] == [("claim", ("rule.c3.adult-age",))]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_plan_rests_on_all_that_it_cites_and_on_no_claim_that_there_is_not(path: Path) -> None:
    consultation = workflow.read_consultation(path)
    behind = workflow.rests_on(consultation, KNOWN)
    assert behind >= cited_claims(planned(consultation, KNOWN))
    assert behind <= KNOWN.knowledge.release.claims.keys()


def test_watching_changes_nothing() -> None:
    watched = workflow.Known(Watched(KNOWN.knowledge), KNOWN.lexicon)
    assert planned(said("02"), watched) == planned(said("02"), KNOWN)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_claim_that_a_plan_does_not_rest_on_cannot_move_it(path: Path) -> None:
    """Every claim of a rule that was not read is made useless at once: nothing may differ."""
    consultation = workflow.read_consultation(path)
    behind = workflow.rests_on(consultation, KNOWN)
    release = KNOWN.knowledge.release
    claims = {
        claim_id: claim
        if claim_id in behind or isinstance(claim.value, bool) or not _is_number(claim)
        else msgspec.structs.replace(claim, value=-12345.0)
        for claim_id, claim in release.claims.items()
    }
    other = Knowledge(msgspec.structs.replace(release, claims=claims))
    moved = planned(consultation, workflow.Known(other, KNOWN.lexicon))
    assert moved == planned(consultation, KNOWN)


def _is_number(claim: Claim) -> bool:
    return isinstance(claim.value, int | float)
