"""The consent that is signed: one stored form, on paper before the signature and after it."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader

from needlework import documents, workflow
from needlework.documents import Approval, ClinicCard, PersonCard, SignedConsent
from needlework.documents.consent_form import paragraphs, photo_questions
from needlework.evidence import Knowledge
from tests.documents.reading import CLINIC, KNOWN, PERSON, consultation, example, plan, text

AT = datetime(2026, 11, 23, 10, 4, tzinfo=UTC)


def form(path: Path | None = None, known: workflow.Known = KNOWN, **more: object) -> dict[str, Any]:
    here = path or example("05")
    facts: dict[str, Any] = {"clinic": CLINIC, "person": PERSON, "language": "en", **more}
    return documents.consent_form(plan(here), consultation(here), known, **facts)


def part(made: dict[str, Any], term: str) -> dict[str, Any]:
    (found,) = [one for one in made["parts"] if one["term"] == term]
    return dict(found)


def ink() -> bytes:
    image = Image.new("RGB", (600, 200), "white")
    ImageDraw.Draw(image).line([(40, 150), (200, 40), (420, 160)], "black", width=5)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def signed(**changes: object) -> SignedConsent:
    facts: dict[str, Any] = {
        "name": "Maren Oduya",
        "at": AT,
        "taken_by": "Alice",
        "profession": "nurse",
        "sha256": "ab" * 32,
        "agreed": ("treatment", "photo-clinical"),
    }
    return SignedConsent(**{**facts, **changes})


def test_a_form_is_plain_data_and_prints_the_same_after_a_round_trip() -> None:
    made = form()
    again = json.loads(json.dumps(made))
    assert documents.consent_form_pdf(again) == documents.consent_form_pdf(made)


def test_it_is_not_signed_until_it_is() -> None:
    made = form()
    before = text(documents.consent_form_pdf(made))
    after = text(documents.consent_form_pdf(made, signed()))
    assert "Not signed" in before
    assert "Maren Oduya 23 November 2026, 10:04" not in before
    assert "Not signed" not in after
    assert "Each point above was ticked as read and understood." in after
    assert "ab" * 32 in after
    for one in made["parts"]:
        assert one["title"] in before
        assert one["title"] in after


def test_each_answer_about_photographs_stands_by_its_question() -> None:
    made = form()
    said = text(documents.consent_form_pdf(made, signed()))
    asked = photo_questions(made)
    assert f"{asked['photo-clinical']}: Yes" in said
    assert f"{asked['photo-teaching']}: No" in said
    assert f"{asked['photo-marketing']}: No" in said


def test_a_drawn_signature_is_a_picture_with_words_of_its_own() -> None:
    made = documents.consent_form_pdf(form(), signed(drawn=ink()))
    assert sum(len(page.images) for page in PdfReader(io.BytesIO(made)).pages) == 1
    assert "typed, as the signature" not in text(made)
    typed = documents.consent_form_pdf(form(), signed())
    assert not any(page.images for page in PdfReader(io.BytesIO(typed)).pages)
    assert "typed, as the signature" in text(typed)


def test_haste_and_a_strange_name_are_told() -> None:
    told = signed(haste="I travel.\nTomorrow.", is_name_confirmed=True, had_since=AT)
    said = text(documents.consent_form_pdf(form(), told))
    assert "in their own words: “I travel. Tomorrow.”" in said
    assert "The name differs from the one on record; Alice has confirmed who signed." in said
    assert "has had this text since 23 November 2026, 10:04." in said


def test_what_is_typed_is_text_and_no_markup() -> None:
    made = form(own_words='#image("x") <b>bold</b>\n\n$x$ *y*')
    said = text(documents.consent_form_pdf(made, signed(name='#eval("1") <i>')))
    for typed in ('#image("x") <b>bold</b>', "$x$ *y*", '#eval("1") <i>'):
        assert typed in said


def test_skin_type_tells_what_changes_for_it() -> None:
    dark, light = part(form(), "phototype"), part(form(example("02")), "phototype")
    assert dark["said"][0] == "Your skin type was judged as V."
    assert any("less deep" in str(piece) for piece in dark["said"])
    assert "a sunscreen with colour" in str(dark["said"])
    assert not any("less deep" in str(piece) for piece in light["said"])
    assert "a sunscreen with colour" not in str(light["said"])


def test_proposals_are_counted_and_their_approver_named() -> None:
    nobody = part(form(), "numbers")
    assert [one["about"] for one in nobody["listed"]] == ["Not yet approved by anybody"]
    knowledge = Knowledge(KNOWN.knowledge.release)
    knowledge.approved = frozenset(knowledge.proposed)
    knowledge.proposed = frozenset()
    approvals = {
        name: Approval(name="Dr Dora Quist", on=date(2026, 11, 20)) for name in knowledge.approved
    }
    made = form(known=workflow.Known(knowledge, KNOWN.lexicon), approvals=approvals)
    (line,) = part(made, "numbers")["listed"]
    assert line["about"].startswith("Dr Dora Quist, ")
    count = int(line["said"][0].partition(" ")[0])
    assert part(made, "numbers")["said"][0].startswith(f"{count} of the ")
    said = text(documents.consent_form_pdf(made))
    assert "A marks what rests on a proposal" in said
    assert " A]" in said
    assert " P]" not in said


def test_where_nothing_is_proposed_there_are_no_points() -> None:
    assert form(example("11"))["parts"] == []


def test_long_words_of_the_clinic_are_kept_whole() -> None:
    long = " ".join(f"word{n}" for n in range(120))
    assert paragraphs(f"{long}\n\nShort.") == [long, "Short."]


def test_each_language_has_a_version_of_its_own() -> None:
    english, spanish = map(documents.consent_form_version, ("en", "es"))
    assert english != spanish
    assert {len(english), len(spanish)} == {64}
    assert documents.consent_form_version("en") == english


@pytest.mark.parametrize("language", ["en", "es"])
def test_letterhead_and_person_are_in_the_forms_language(language: str) -> None:
    made = form(language=language, clinic=ClinicCard(name="Aurora"), person=PersonCard(name="Ana"))
    assert (made["language"], made["clinic"]["name"]) == (language, "Aurora")
    assert "Ana" in text(documents.consent_form_pdf(made, signed()))
