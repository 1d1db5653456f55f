"""Every PDF is one that a screen reader can read."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from needlework import documents, workflow
from needlework.documents import aftercare_pdf, consent_pdf, plan_pdf
from tests.documents.reading import CLINIC, KNOWN, PERSON, consultation, example, plan
from tests.documents.test_consent_form import ink

ENDED = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


def a_plan(language: str) -> bytes:
    path = example("05")
    return plan_pdf(plan(path), consultation(path), KNOWN, clinic=CLINIC, language=language)


def a_consent(language: str) -> bytes:
    path = example("05")
    return consent_pdf(plan(path), consultation(path), KNOWN, person=PERSON, language=language)


def an_aftercare_sheet(language: str) -> bytes:
    made = workflow.care(
        KNOWN, ended=ENDED, depth_mm=1.0, age_years=40, zones=("cheek-left",), language=language
    )
    url = "https://aurora.example/l/7Q2K/"
    return aftercare_pdf(made, KNOWN, clinic=CLINIC, portal_url=url, language=language)


def a_signed_consent(language: str) -> bytes:
    path = example("05")
    form = documents.consent_form(
        plan(path), consultation(path), KNOWN, clinic=CLINIC, person=PERSON, language=language
    )
    given = documents.SignedConsent(
        name="Maren Oduya",
        at=ENDED,
        taken_by="Alice",
        profession="nurse",
        sha256="ab" * 32,
        agreed=("treatment",),
        drawn=ink(),
    )
    return documents.consent_form_pdf(form, given)


PAPERS: tuple[Callable[[str], bytes], ...] = (
    a_plan,
    a_consent,
    a_signed_consent,
    an_aftercare_sheet,
)
each = pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.__name__)


def read(made: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made))


def root_of(made: bytes) -> DictionaryObject:
    return inside(read(made).trailer, "/Root")


def inside(held: DictionaryObject, key: str) -> DictionaryObject:
    found = held[key].get_object()
    assert isinstance(found, DictionaryObject)
    return found


def tags(made: bytes) -> list[DictionaryObject]:
    """Every element of the structure tree."""
    found: list[DictionaryObject] = []
    ahead = [inside(root_of(made), "/StructTreeRoot")]
    while ahead:
        here = ahead.pop()
        found.append(here)
        below = here.get("/K", [])
        entries = below if isinstance(below, list) else [below]
        objects = [entry.get_object() for entry in entries]
        ahead += [entry for entry in objects if isinstance(entry, DictionaryObject)]
    return found


def kinds(made: bytes) -> set[str]:
    return {str(tag["/S"]) for tag in tags(made) if "/S" in tag}


@each
@pytest.mark.parametrize("language", ["en", "es"])
def test_it_is_tagged_with_a_title_and_its_language(
    paper: Callable[[str], bytes], language: str
) -> None:
    made = paper(language)
    root, metadata = root_of(made), read(made).metadata
    assert bool(inside(root, "/MarkInfo")["/Marked"]) is True
    assert str(root["/Lang"]) == language
    assert bool(inside(root, "/ViewerPreferences")["/DisplayDocTitle"]) is True
    assert metadata is not None
    assert metadata.title
    claimed = root["/Metadata"].get_object()
    assert isinstance(claimed, StreamObject)
    assert b"pdfuaid" in claimed.get_data()


@each
def test_headings_are_headings_and_table_heads_are_heads(paper: Callable[[str], bytes]) -> None:
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/LI"} <= kinds(paper("en"))


@each
def test_the_same_bytes_come_twice(paper: Callable[[str], bytes]) -> None:
    assert paper("es") == paper("es")


@each
def test_no_date_of_making_stands_in_it(paper: Callable[[str], bytes]) -> None:
    metadata = read(paper("en")).metadata
    assert metadata is not None
    assert metadata.creation_date is None


def test_the_code_has_words_of_its_own() -> None:
    alts = [str(tag["/Alt"]) for tag in tags(an_aftercare_sheet("en")) if "/Alt" in tag]
    assert alts == ["QR code of the address https://aurora.example/l/7Q2K/"]


def test_a_drawn_signature_has_words_of_its_own() -> None:
    alts = [str(tag["/Alt"]) for tag in tags(a_signed_consent("en")) if "/Alt" in tag]
    assert alts == ["Signature"]


def test_a_sentence_that_stayed_english_says_so() -> None:
    languages = {str(tag["/Lang"]) for tag in tags(a_plan("es")) if "/Lang" in tag}
    assert "en" in languages
    assert "en" not in {str(tag["/Lang"]) for tag in tags(a_plan("en")) if "/Lang" in tag}
