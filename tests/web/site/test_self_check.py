"""The self-check: what the engine finds is what is said, and never more than that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec
import pytest
from django.test import Client as Browser
from hypothesis import given, settings
from hypothesis import strategies as st

from needlework import workflow
from needlework.evidence import Verdict
from needlework.i18n import say_number
from needlework.screening.consultation import decode
from needlework.web.audit.models import AuditEvent
from needlework.web.site.questions import QUESTIONS, REASONS, TODAY, UNKNOWN
from needlework.web.site.self_check import (
    Outcome,
    Speaker,
    consultation_data,
    findings_of,
    read_answers,
)
from tests.web import people
from tests.web.site.places import CHECKS, open_clinic
from tests.web.site.reading import Element, one, read
from tests.web.site.test_figures import is_told_of, with_knowledge, with_value, without

PATH: Final = CHECKS[0]
KNOWN: Final = workflow.known()
ON: Final = date(2026, 11, 22)
NOTHING: Final[Mapping[str, tuple[str, ...]]] = {
    **{
        name: ("no",)
        for name, question in QUESTIONS.items()
        if any(choice.value == "no" for choice in question.choices)
    },
    "age": ("adult",),
    "hopes": ("wrinkles",),
    "places": ("face",),
}
"""Every question answered, and nothing that stands against needling."""

SAID: Final = {
    "age": {"minor": {"c3.class-minor": "STOP"}, "young": {"c3.class-young-adult": "CLEAR"}},
    "pregnant": {"yes": {"c1.class": "STOP"}},
    "breastfeeding": {"yes": {"c2.class": "STOP"}},
    "retinoid": {"yes": {"c4.class": "STOP", "c40.class": "LIMIT"}},
    "retinoid-lately": {"yes": {"c5.class": "CLEAR"}},
    "clotting": {"yes": {"c13.class": "CLEAR"}},
    "defences": {"yes": {"c14.class": "CLEAR"}},
    "chemotherapy": {"yes": {"c14.class-chemotherapy": "STOP"}},
    "bleeding": {"yes": {"c12.class": "STOP"}},
    "keloid": {"yes": {"c10.class": "STOP"}},
    "connective": {"yes": {"c21.class": "STOP"}},
    "autoimmune": {"yes": {"c22.class": "CLEAR"}},
    "herpes": {"yes": {"c9.class": "CLEAR"}},
    "dark-marks": {"yes": {"c39.class": "LIMIT"}},
    "metal": {"nickel": {"c25.class-nickel": "CLEAR"}, "steel": {"c25.class-steel": "STOP"}},
    "numbing": {"yes": {"c26.class-label": "CLEAR", "c26.class": "LIMIT"}},
    "cold-sore": {"yes": {"c8.class": "DEFER", "c9.class": "CLEAR"}},
    "infection": {"yes": {"c7.class-infection": "DEFER"}},
    "irritated": {"yes": {"c7.class-irritated": "DEFER"}},
    "acne": {
        "few": {"c6.class-few": "LIMIT"},
        "many": {"c6.class-moderate": "DEFER"},
        "severe": {"c6.class-severe": "STOP"},
    },
    "spot": {"yes": {"c16.class": "STOP"}},
    "sunburn": {"yes": {"c30.class-burn": "DEFER"}},
    "tan": {"yes": {"c30.class-tan": "DEFER"}},
    "toxin": {"yes": {"c32.class": "DEFER"}},
    "filler": {"yes": {"c33.class": "DEFER"}},
    "surgery": {"yes": {"c35.class": "DEFER"}},
    "needling": {"yes": {"c44.class": "DEFER"}},
    "hopes": {"hypertrophic-scar": {"c11.class": "CLEAR"}},
}
"""Question → answer → claims of the findings that it leads to, and how they weigh. None other."""

DETAILS: Final = {
    ("diabetes", "yes"): "Your last long-term sugar value, and when it was measured.",
    ("metal", "metal"): "Which metal you react to.",
    ("peel", "yes"): "How deep the peel went, and when it was: that decides the wait.",
    ("laser", "yes"): "Which laser it was, and when: that decides the wait.",
    ("hopes", "melasma"): "Which treatment your melasma has now, and since when.",
}
"""Answers that leave something to ask."""

EVERY: Final = [
    (name, value)
    for name, question in QUESTIONS.items()
    for value in (*(choice.value for choice in question.choices), UNKNOWN)
]

FORBIDDEN: Final = re.compile(
    r"\bsuitab|\bapto|\bapta\b|\bidóne|\bplan\b|\bplans\b|\bplanned\b|\bplanes\b|\bdepth|"
    r"\bprofundidad|\bmm\b|\bsession|\bsesion|\bsesión|\d{4}|\d-\d|"
    r"\b(?:january|february|march|april|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)


def outcome_of(answers: Mapping[str, tuple[str, ...]], language: str = "en") -> Outcome:
    found = findings_of(answers, known=KNOWN, jurisdiction="us", on=ON)
    return Speaker(KNOWN, language).outcome(answers, found)


def sent(answers: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: list(values) for name, values in answers.items()}


def post(answers: Mapping[str, Any], path: str = PATH, browser: Browser | None = None) -> Any:
    return (browser or people.browser()).post(path, answers)


def words(outcome: Outcome) -> str:
    parts = [outcome.heading, *outcome.to_ask]
    for group in outcome.groups:
        parts += [group.title, group.lede, *(said.text.striptags() for said in group.reasons)]
    return " | ".join(parts)


# --- each question against the engine ---------------------------------------------------------


def test_nothing_that_stands_against_a_consultation_is_the_best_that_is_said() -> None:
    outcome = outcome_of(NOTHING)
    assert outcome.heading == "Nothing you said stands against a consultation"
    assert not outcome.groups
    assert not outcome.to_ask


@pytest.mark.parametrize(("name", "value"), EVERY)
def test_each_answer_says_what_the_engine_finds(name: str, value: str) -> None:
    answers = {**NOTHING, name: (value,)}
    outcome = outcome_of(answers)
    expected = SAID.get(name, {}).get(value, {})
    assert {
        said.claim.removeprefix("rule."): group.verdict.value
        for group in outcome.groups
        for said in group.reasons
    } == expected
    question = QUESTIONS[name]
    if value == UNKNOWN:
        assert outcome.to_ask == (question.text,)
    elif detail := DETAILS.get((name, value)):
        assert outcome.to_ask == (detail,)
    else:
        assert outcome.to_ask == ()
    assert all(said.text and said.is_proposed for group in outcome.groups for said in group.reasons)


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name not in ("hopes", "places")])
def test_an_open_question_is_as_unknown_as_dont_know(name: str) -> None:
    left_open = {key: value for key, value in NOTHING.items() if key != name}
    assert outcome_of(left_open) == outcome_of({**NOTHING, name: (UNKNOWN,)})


@pytest.mark.parametrize(("name", "value"), EVERY)
def test_the_consultation_is_one_of_the_published_format(name: str, value: str) -> None:
    """What was answered stands there and, but for a stand-in concern, nothing else."""
    data = consultation_data({name: (value,)}, KNOWN.knowledge, "us", ON)
    assert decode(data).date == ON
    question = QUESTIONS[name]
    added = set(data) - {"format", "date", "jurisdiction", "concerns"}
    is_answered = value != UNKNOWN and question.kind in ("answer", "age", "list")
    is_no = value == "no" and question.kind == "list"
    assert added == ({question.path.partition(".")[0]} if is_answered and not is_no else set())


def test_lists_stay_unknown_beyond_what_was_said() -> None:
    data = consultation_data({"clotting": ("yes",), "retinoid": ("no",)}, KNOWN.knowledge, "us", ON)
    assert data["medicines"] == {"answer": "unknown", "list": [{"name": "blood thinner"}]}


def test_where_matters_as_it_does_to_the_engine() -> None:
    """A cold sore concerns the face: with body zones alone nobody asks about it."""
    body = {**NOTHING, "places": ("body",)}
    assert outcome_of({**body, "cold-sore": ("yes",)}).groups == ()
    assert outcome_of({**body, "cold-sore": (UNKNOWN,)}).to_ask == ()
    assert outcome_of({**NOTHING, "places": (UNKNOWN,), "cold-sore": ("yes",)}).groups


def test_every_reason_is_reached_and_rests_on_a_claim() -> None:
    reached = {f"rule.{claim}" for by in SAID.values() for found in by.values() for claim in found}
    assert reached == set(REASONS)
    for claim_id, reason in REASONS.items():
        assert KNOWN.knowledge.claims[claim_id].quantity == "verdict"
        for part in reason.figures.values():
            assert KNOWN.knowledge.claims[str(part)].number > 0


def test_medicines_never_come_without_the_word_that_nobody_stops_them_alone() -> None:
    for name in ("retinoid", "retinoid-lately", "clotting", "defences"):
        assert "ever stop" in words(outcome_of({**NOTHING, name: ("yes",)})), name


def test_today_stands_for_lately_and_for_nothing_else() -> None:
    marked = {
        (question.id, key)
        for question in QUESTIONS.values()
        for choice in question.choices
        for key, value in (choice.gives or {}).items()
        if value == TODAY
    }
    assert {key for _, key in marked} == {"on", "exposed_on", "stopped_on"}


# --- any combination --------------------------------------------------------------------------


def any_answers() -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    def values(name: str) -> st.SearchStrategy[tuple[str, ...]]:
        known = [choice.value for choice in QUESTIONS[name].choices] + [UNKNOWN]
        if QUESTIONS[name].is_several:
            return st.lists(st.sampled_from(known), min_size=1, unique=True).map(tuple)
        return st.sampled_from(known).map(lambda value: (value,))

    return st.fixed_dictionaries({}, optional={name: values(name) for name in QUESTIONS})


@settings(max_examples=400, deadline=None)
@given(any_answers(), st.sampled_from(["en", "es"]))
def test_no_combination_says_a_plan_a_depth_a_date_or_a_verdict(
    answers: dict[str, tuple[str, ...]], language: str
) -> None:
    outcome = outcome_of(answers, language)
    assert not FORBIDDEN.search(words(outcome)), words(outcome)
    assert all(said.claim in REASONS for group in outcome.groups for said in group.reasons)
    order = [group.verdict.rank for group in outcome.groups]
    assert order == sorted(order)


@settings(max_examples=150, deadline=None)
@given(any_answers(), st.sampled_from(EVERY))
def test_a_further_answer_never_hides_a_reason(
    answers: dict[str, tuple[str, ...]], further: tuple[str, str]
) -> None:
    """Answering one more question that was open takes away no reason but by where or what."""
    name, value = further
    if name in answers or name in ("places", "hopes"):
        return
    before = {said.claim for group in outcome_of(answers).groups for said in group.reasons}
    after = outcome_of({**answers, name: (value,)})
    assert before <= {said.claim for group in after.groups for said in group.reasons}


def test_the_words_that_are_looked_for_would_be_found() -> None:
    for text in (
        "You are suitable.",
        "Your plan",
        "a depth of 1",
        "0.5 mm",
        "three sessions",
        "2026-12-06",
        "6 December",
        "Es usted apta",
        "una sesión",
    ):
        assert FORBIDDEN.search(text), text


# --- the page ---------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", CHECKS)
def test_every_outcome_ends_in_asking_for_a_consultation(path: str) -> None:
    open_clinic()
    asking = f"{path[:3]}/harbour/ask/"
    for changed in ({}, {"pregnant": ("yes",)}, {"tan": ("yes",)}, {"keloid": (UNKNOWN,)}):
        answer = post(sent({**NOTHING, **changed}), path)
        assert answer.status_code == 200
        outcome = one(read(answer.content), "section", id="outcome")
        links = [link["href"] for link in outcome.all("a")]
        assert links.count(asking) >= 2
        assert not FORBIDDEN.search(outcome.text.replace("617-555-0147", ""))
        assert any(link.startswith("https://wa.me/") for link in links)
        assert any(link.startswith("tel:") for link in links)
        health = ("pregnan", "tan", "keloid", "yes", "?age", "embaraz")
        assert not any(word in link for link in links if "wa.me" in link for word in health)


@pytest.mark.django_db
def test_nothing_is_preselected_and_each_question_takes_dont_know() -> None:
    open_clinic()
    root = read(people.browser().get(PATH).content)
    form = one(root, "form")
    inputs = list(form.all("input"))
    assert {each["name"] for each in inputs} == set(QUESTIONS)
    assert {each["type"] for each in inputs} == {"radio", "checkbox"}
    assert not any("checked" in each.attributes for each in inputs)
    for name in QUESTIONS:
        assert UNKNOWN in {each["value"] for each in inputs if each["name"] == name}
    assert form["method"] == "post"
    assert form["action"] == PATH
    assert not list(form.all("textarea"))


@pytest.mark.django_db
def test_no_answer_is_kept_or_put_in_an_address() -> None:
    open_clinic()
    browser = people.browser()
    answer = post(sent({**NOTHING, "pregnant": ("yes",)}), browser=browser)
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    assert not browser.cookies
    assert not AuditEvent.objects.exists()
    assert not any("pregnan" in link["href"] for link in read(answer.content).all("a"))
    again = read(browser.get(PATH).content)
    assert not any("checked" in each.attributes for each in one(again, "form").all("input"))


@pytest.mark.django_db
def test_answers_stay_for_a_change() -> None:
    open_clinic()
    answers = {**NOTHING, "pregnant": ("yes",), "hopes": ("wrinkles", "striae")}
    root = read(post(sent(answers)).content)
    ticked = {
        (each["name"], each["value"]) for each in root.all("input") if "checked" in each.attributes
    }
    assert ticked == {(name, value) for name, values in answers.items() for value in values}


HOSTILE: Final[tuple[dict[str, Any], ...]] = (
    {"pregnant": "<script>alert(1)</script>"},
    {"pregnant": ["yes", "no"]},
    {"age": "17"},
    {"age": "minor' OR 1=1"},
    {"hopes": ["wrinkles", "../../etc/passwd"]},
    {"places": "moon"},
    {"metal": "\x00"},
    {"acne": "few\ud7ff"},
    {"toxin": "yes" * 2000},
)


@pytest.mark.django_db
@pytest.mark.parametrize("given", HOSTILE)
def test_what_is_no_choice_gets_a_sentence_and_loses_nothing(given: dict[str, Any]) -> None:
    open_clinic()
    answer = post({**sent({"keloid": ("yes",)}), **given})
    assert answer.status_code == 422
    root = read(answer.content)
    assert not list(root.all("section")) or "outcome" not in {e.get("id") for e in root.all()}
    assert "Choose one of the answers." in root.text
    assert "alert(1)" not in answer.content.decode()
    ticked = [each["name"] for each in root.all("input") if "checked" in each.attributes]
    assert ticked == ["keloid"]


@pytest.mark.django_db
@pytest.mark.parametrize("given", [{}, {"pregnant": ""}, {"other": "yes"}, {"__proto__": "x"}])
def test_an_empty_form_is_asked_for_one_answer(given: dict[str, str]) -> None:
    open_clinic()
    answer = post(given)
    assert answer.status_code == 422
    assert "Answer at least one question." in read(answer.content).text


@pytest.mark.django_db
def test_a_clinic_that_is_not_there_and_other_methods() -> None:
    open_clinic()
    assert post(sent(NOTHING), "/en/none/skin/microneedling/self-check/").status_code == 404
    assert people.browser().put(PATH).status_code == 405


@pytest.mark.django_db
def test_very_many_tries_are_slowed() -> None:
    open_clinic()
    browser = people.browser()
    statuses = [post({"pregnant": "no"}, browser=browser).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    assert browser.get(PATH).status_code == 200


@given(st.dictionaries(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=3)))
def test_reading_answers_takes_anything(sent_: dict[str, list[str]]) -> None:
    answers, wrong = read_answers(sent_)
    assert not wrong & answers.keys()
    for name, values in answers.items():
        known = {choice.value for choice in QUESTIONS[name].choices} | {UNKNOWN}
        assert known.issuperset(values)


# --- figures ----------------------------------------------------------------------------------

FIGURES: Final = sorted(
    {
        str(part)
        for figures in (
            *(question.figures for question in QUESTIONS.values()),
            *(reason.figures for reason in REASONS.values()),
        )
        for part in figures.values()
    }
)
WORST: Final = {
    **{
        name: ("yes",) for name, question in QUESTIONS.items() if question.choices[0].value == "yes"
    },
    "age": ("young",),
    "metal": ("nickel",),
    "acne": ("many",),
    "hopes": ("wrinkles",),
    "places": ("face",),
}


def cited(root: Element, claim_id: str) -> list[str]:
    return [
        link.text
        for link in root.all("a")
        if "cited" in link.classes and link["href"] == f"#claim-{claim_id}"
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("claim_id", FIGURES)
def test_a_changed_claim_changes_its_figure_in_question_and_outcome(
    claim_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_clinic()
    value = KNOWN.knowledge.claims[claim_id].number + 3
    with_knowledge(monkeypatch, with_value(claim_id, value))
    changed = {"age": ("minor",)} if claim_id == "rule.c3.adult-age" else {}
    root = read(post(sent({**WORST, **changed})).content)
    shown = cited(root, claim_id)
    assert shown
    assert all(text.startswith(say_number(value, "en")) for text in shown)
    outcome = one(root, "section", id="outcome")
    if any(claim_id in reason.figures.values() for reason in REASONS.values()):
        assert cited(outcome, claim_id)
    if claim_id.startswith("rule.c3."):
        assert f"nder {say_number(value, 'en')}" in one(root, "fieldset", id="age").text


@pytest.mark.django_db
def test_every_number_of_an_outcome_is_a_claims_or_the_clinics_own() -> None:
    open_clinic()
    root = read(post(sent(WORST)).content)
    ids = {each["id"] for each in root.all() if each.get("id")}
    loose = [
        text.strip()
        for text, place in one(root, "body").texts()
        if re.search(r"\d", text) and not is_told_of(place, ids)
    ]
    assert loose == []
    targets = {link["href"][1:] for link in root.all("a") if link["href"].startswith("#")}
    assert targets - ids == {"-"}


@pytest.mark.django_db
def test_each_reason_leads_to_a_note_with_its_sources_and_says_that_it_is_proposed() -> None:
    open_clinic()
    root = read(post(sent(WORST)).content)
    reasons = [
        each
        for each in root.all("li")
        if "proposed" in each.text and "data-claim" in each.attributes
    ]
    reasons = [each for each in reasons if not each.get("id")]
    assert len(reasons) >= 20
    for reason in reasons:
        claim_id = [link["href"] for link in reason.all("a")][-1].removeprefix("#claim-")
        note = one(root, "li", id=f"claim-{claim_id}").text
        assert KNOWN.knowledge.claims[claim_id].statement in note
        assert "Proposed, not yet approved" in note


@pytest.mark.django_db
def test_what_a_clinic_tightens_or_rejects_is_what_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_clinic()
    release = KNOWN.knowledge.release
    stricter = msgspec.structs.replace(release.claims["rule.c22.class"], value="STOP")
    knowledge = type(KNOWN.knowledge)(
        msgspec.structs.replace(release, claims={**release.claims, "rule.c22.class": stricter})
    )
    found = findings_of(
        {"autoimmune": ("yes",)},
        known=workflow.Known(knowledge, KNOWN.lexicon),
        jurisdiction="us",
        on=ON,
    )
    assert Verdict.STOP in {each.verdict for each in found if each.rule == "C22"}

    with_knowledge(monkeypatch, without("rule.c3.adult-age"))
    page = read(people.browser().get(PATH).content)
    assert not [each for each in page.all("fieldset") if each["id"] == "age"]
    outcome = one(read(post({"pregnant": "no"}).content), "section", id="outcome")
    assert "How old are you?" in outcome.text

    with_knowledge(monkeypatch, without("rule.c32.wait"))
    outcome = one(read(post(sent({**NOTHING, "toxin": ("yes",)})).content), "section", id="outcome")
    assert "Botulinum toxin (such as Botox) in the area lately?" in outcome.text
    assert not cited(outcome, "rule.c32.wait")
    assert "does not accept the figure" in outcome.text


@pytest.mark.django_db
def test_the_outcome_in_spanish_names_the_clinics_emergency_number() -> None:
    open_clinic()
    root = read(post(sent(NOTHING), CHECKS[1]).content)
    assert one(root, "html")["lang"] == "es"
    assert one(root, "a", href="tel:911").text == "911"
