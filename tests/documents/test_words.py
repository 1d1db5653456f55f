"""Both languages: what is fixed comes from the catalogue, what is not says that it is English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from needlework import i18n
from needlework.documents import plan_pdf
from needlework.documents.citations import Citations
from needlework.documents.words import Words
from needlework.evidence import Cited
from tests.documents.reading import EXAMPLES, KNOWN, consultation, example, plan, text
from tests.screening.test_cases import every_case, found

_ENGLISH: Final = re.compile(
    r"\b(the|and|is|are|until|with|these|zones|clinician|not|of|or|on|last|used|when|which)\b"
)


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    words = {"Treatment plan": "Plan de tratamiento", "{n} days": "{n} días"}
    lines = (f'msgid "{english}"\nmsgstr "{spanish}"\n' for english, spanish in words.items())
    (tmp_path / "es.po").write_text("\n".join(lines))
    monkeypatch.setattr(i18n, "CATALOGUES", tmp_path)
    _forget()
    yield
    _forget()


def _forget() -> None:
    for held in (i18n._catalogue, i18n._frames):
        held.cache_clear()


@pytest.mark.usefixtures("catalogue")
def test_words_come_from_the_catalogue() -> None:
    path = example("02")
    said = text(plan_pdf(plan(path), consultation(path), KNOWN, language="es"))
    assert "Plan de tratamiento" in said
    assert "28 días" in said


@pytest.mark.usefixtures("catalogue")
def test_what_is_not_translated_is_marked_english() -> None:
    words = Words(KNOWN.knowledge, "es")
    assert words.said("Treatment plan") == {"text": "Plan de tratamiento", "foreign": False}
    assert words.said("Smokes.") == {"text": "Smokes.", "foreign": True}
    assert Words(KNOWN.knowledge, "en").said("Smokes.")["foreign"] is False


@pytest.mark.usefixtures("catalogue")
def test_what_is_in_the_language_already_is_not_marked() -> None:
    claim_id = "aftercare.schedule.day-1-expect"
    english = KNOWN.knowledge.claims[claim_id].word
    citations = Citations(Words(KNOWN.knowledge, "es"))
    assert citations.spoken("Piel rosada.", (claim_id,))["foreign"] is False
    assert citations.spoken(english, (claim_id,))["foreign"] is True


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_the_planner_puts_together_is_said_in_spanish(path: Path) -> None:
    words, made = Words(KNOWN.knowledge, "es"), plan(path)
    texts = [each for other in made.alternatives for each in (other.what, other.trade_off)]
    texts += [reason for other in made.alternatives for reason in other.reasons]
    texts += [step.text for step in made.preparation.steps] if made.preparation else []
    assert texts
    for said in map(words.said, texts):
        assert not said["foreign"]
        assert not _ENGLISH.search(str(said["text"]))


@pytest.mark.parametrize(
    ("cited", "english", "spanish"),
    [
        (Cited(1, "d", ()), "1 day", None),
        (Cited(1.25, "mm", ()), "1.25 mm", "1,25 mm"),
        (Cited(3100, "1/cm2", ()), "3,100 /cm²", "3.100 /cm²"),
        (Cited(13.3, "%", ()), "13.3 %", "13,3 %"),
        (Cited(3, "1", ()), "3", "3"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(
    cited: Cited, english: str, spanish: str | None
) -> None:
    assert Words(KNOWN.knowledge, "en").quantity(cited) == english
    if spanish is not None:
        assert Words(KNOWN.knowledge, "es").quantity(cited) == spanish


def test_a_source_has_one_number_and_what_is_proposed_is_marked() -> None:
    knowledge = KNOWN.knowledge
    proposed = min(knowledge.proposed)
    sourced = min(set(knowledge.claims) - knowledge.proposed)
    citations = Citations(Words(knowledge, "en"))
    first, again = citations.cite("1", (proposed,)), citations.cite("2", (proposed,))
    assert first["sources"] == again["sources"]
    assert (first["proposed"], citations.cite("3", (sourced,))["proposed"]) == (True, False)
    assert citations.standing().startswith("1 of the 2 claims used are proposed")
    used = (*knowledge.claims[proposed].supports, *knowledge.claims[sourced].supports)
    titles = [entry["title"] for entry in citations.sources()]
    assert titles == list(
        dict.fromkeys(knowledge.release.sources[reference.source].title for reference in used)
    )


@pytest.mark.parametrize(("rule", "case"), every_case())
def test_a_finding_is_said_in_spanish_with_its_values(rule: str, case: dict[str, Any]) -> None:
    """A client signs what was found with them: none of it may stay in another language."""
    words = Words(KNOWN.knowledge, "es")
    for finding in found(rule, case):
        said = words.said(finding.summary)
        assert not said["foreign"]
        assert not _ENGLISH.search(str(said["text"]))
        for day in re.findall(r"\d{4}-\d{2}-\d{2}", finding.summary):
            assert words.day(date.fromisoformat(day)) in str(said["text"])


def test_what_somebody_typed_stands_in_a_sentence_as_they_typed_it() -> None:
    words = Words(KNOWN.knowledge, "es")
    typed_words = ("co-trimoxazole", "Nizoral 2 %", "exosomes", "Yes", "2026-11-20", "A, b or c")
    for typed in (*typed_words, "{named}", "(?P<x>", "a: b; c", "“x”"):
        english = f"Takes {typed} (more bleeding): a clinician clears; it goes on as prescribed."
        assert f"Toma {typed} (más sangrado)" in words.sentence(english)
        assert Words(KNOWN.knowledge, "en").sentence(english) == english


def test_a_sentence_of_no_frame_stays_and_is_marked() -> None:
    said = Words(KNOWN.knowledge, "es").said("Takes this and that: nobody wrote such a rule.")
    assert said == {"text": "Takes this and that: nobody wrote such a rule.", "foreign": True}
