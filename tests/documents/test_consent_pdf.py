from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from needlework import workflow
from needlework.documents import consent_pdf
from needlework.documents.consent_draft import PARTS
from needlework.documents.consent_risks import RISKS, number_sentences
from needlework.documents.words import Words
from needlework.evidence import Knowledge
from needlework.evidence.model import Claim
from needlework.i18n import say_number
from tests.consultations import planned as plan_of
from tests.documents.reading import (
    CLINIC,
    EXAMPLES,
    KNOWN,
    PERSON,
    consultation,
    example,
    plan,
    planned,
    text,
)

CLAIMS = KNOWN.knowledge.claims
OPEN = ("planned", "test-spot", "needs-clearance", "deferred")


def made(path: Path, known: workflow.Known = KNOWN) -> str:
    entry = plan(path) if known is KNOWN else planned(path, known)
    return text(consent_pdf(entry, consultation(path), known, clinic=CLINIC, person=PERSON))


def changed(**values: Claim) -> workflow.Known:
    release = KNOWN.knowledge.release
    claims = {**release.claims, **values}
    return workflow.Known(Knowledge(msgspec.structs.replace(release, claims=claims)), KNOWN.lexicon)


# --- what every consent shows -----------------------------------------------------------------


def test_every_part_that_a_consent_must_show_is_made_here() -> None:
    assert set(CLAIMS["consent.content.must-show"].words) == {*PARTS, "signature"}


def test_every_risk_that_a_form_names_is_known_here_and_each_claim_exists() -> None:
    assert set(CLAIMS["consent.content.risks-named"].words) == set(RISKS)
    risks = [risk for entries in RISKS.values() for risk in entries]
    texts = {f"{risk.topic}.{key}" for risk in risks for key in risk.texts}
    numbers = {f"{risk.topic}.{key}" for risk in risks for key in risk.numbers}
    assert {CLAIMS[claim_id].quantity for claim_id in texts} == {"text"}
    assert numbers == set(number_sentences(Words(KNOWN.knowledge, "en")))
    assert all(isinstance(CLAIMS[claim_id].number, int | float) for claim_id in numbers)
    assert all(set(risk.how_often) <= {*risk.texts, *risk.numbers} for risk in risks)


def test_it_is_a_draft_with_room_to_ask_to_think_and_to_say_no() -> None:
    said = made(example("02"))
    for shown in (
        "This is a draft.",
        "You may withdraw at any time",
        "You need not decide today.",
        "No treatment: No risk and no downtime; the concern stays as it is.",
        "I could ask all that I wanted to",
        "Client: name Date Signature",
        "Clinician: name, licence number Date Signature",
    ):
        assert shown in said


def test_each_use_of_photographs_is_asked_apart() -> None:
    said = made(example("02"))
    for use in ("clinical record, to judge the result", "without my name", "of the clinic"):
        assert f"{use} Yes No" in said


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_zones_and_depths_are_those_of_the_plan(path: Path) -> None:
    said = made(path)
    proposed = [zone for zone in plan(path).zones if zone.status in OPEN]
    for zone in proposed:
        for protocol in zone.protocols:
            if protocol.depth is not None:
                most = say_number(protocol.depth.maximum.value, "en")
                assert f"{most} mm" in said
    assert ("there is nothing to consent to" in said) is not any(z.protocols for z in proposed)


def test_where_nothing_is_proposed_there_is_nothing_to_sign() -> None:
    said = made(example("11"))
    assert "Signature" not in said
    assert " mm" not in said


def test_uses_outside_the_label_are_named() -> None:
    assert "Cheekbone, both sides · Chin: SkinPen Precision: off label: concern." in made(
        example("05")
    )
    assert "Every use proposed here stands on its device's label." in made(example("02"))


# --- risks fit the person ---------------------------------------------------------------------


def test_rates_of_darkening_are_those_of_the_phototype() -> None:
    dark, light = made(example("05")), made(example("02"))
    assert "16.7 % in one trial of phototypes IV, V." in dark
    assert "0.9 % (range 0–4.4 %)" in light
    assert "16.7 %" not in light
    assert "0.9 %" not in dark


def test_what_was_cleared_for_this_client_and_what_it_changes_is_told() -> None:
    said = made(example("09"))
    assert "What was found with you" in said
    for shown in (
        "Takes apixaban (more bleeding)",
        "Cleared on 17 Nov 2026; it holds until 31 May 2027.",
        "press for five minutes where it bleeds",
        "Changes: lower half of the depth range.",
    ):
        assert shown in said
    assert "found with you" not in made(example("02"))


def test_a_risk_without_a_rate_says_so() -> None:
    said = made(example("02"))
    assert "Small bruises are an expected reaction and gone within a week." in said
    bruise = said.partition("gone within a week.")[2].partition("Bacterial")[0]
    assert bruise.endswith("No rate is known. ")
    acne = said.partition("Acne flare")[2].partition("Milia")[0]
    assert "No rate is known." not in acne


def test_an_unknown_phototype_gets_all_rates() -> None:
    path = example("02")
    unknown = msgspec.structs.replace(
        consultation(path), phototype=type(consultation(path).phototype)()
    )
    said = text(consent_pdf(plan(path), unknown, KNOWN))
    assert "16.7 %" in said
    assert "0.9 %" in said


def test_the_cream_is_spoken_of_where_one_is_used() -> None:
    assert "Anaesthetic toxicity" in made(example("10"))
    assert "Anaesthetic toxicity" not in made(example("02"))


def test_a_cold_sore_is_spoken_of_on_the_face() -> None:
    assert "Cold sore flare" in made(example("02"))
    assert "Cold sore flare" not in made(example("07"))


# --- from claims ------------------------------------------------------------------------------


def test_another_rate_in_a_claim_is_another_rate_on_paper() -> None:
    rate = msgspec.structs.replace(CLAIMS["harm.acne-flare.rate"], value=21.5, range=None)
    said = made(example("02"), changed(**{"harm.acne-flare.rate": rate}))
    assert "Up to 21.5 % in one source." in said
    assert "13.3 %" not in said


def test_a_part_or_a_risk_of_the_clinics_own_is_not_lost() -> None:
    more = {
        key: msgspec.structs.replace(CLAIMS[key], value=[*CLAIMS[key].words, name])
        for key, name in (
            ("consent.content.must-show", "second-opinion"),
            ("consent.content.risks-named", "late-itching"),
        )
    }
    said = made(example("02"), changed(**more))
    assert "Second opinion The clinic asks for this part" in said
    assert "Late itching Consent forms name it." in said


def test_a_rejected_text_is_left_out() -> None:
    knowledge = Knowledge(KNOWN.knowledge.release)
    knowledge.rejected = frozenset({"harm.milia.reported"})
    path = example("02")
    known = workflow.Known(knowledge, KNOWN.lexicon)
    said = text(consent_pdf(plan(path), consultation(path), known))
    assert "Milia are named in a review" not in said


def test_a_stopped_person_is_asked_to_consent_to_nothing() -> None:
    entry = plan_of({"history": {"pregnancy": {"answer": "yes"}}})
    said = text(consent_pdf(entry, consultation(example("01")), KNOWN))
    assert "there is nothing to consent to" in said
