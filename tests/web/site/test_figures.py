"""Every figure on a page comes out of a claim and leads to its note; no other is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import pytest

from needlework import workflow
from needlework.evidence import Knowledge
from needlework.evidence.overlay import Overlay, Rejected
from needlework.i18n import say_number
from needlework.web.site import content, views
from tests.web import people
from tests.web.site.places import PATHS, open_clinic
from tests.web.site.reading import Element, one, read

KNOWN: Final = workflow.known()
PAGE: Final = "/en/harbour/skin/microneedling/"
TEMPLATES: Final = sorted(Path(views.__file__).parent.glob("jinja2/site/*.html"))
NUMBER_WORDS: Final = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|hundred"
    r"|twice|half|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez)\b",
    re.IGNORECASE,
)


def page(path: str = PAGE) -> Element:
    answer = people.browser().get(path)
    assert answer.status_code == 200
    return read(answer.content)


def with_knowledge(monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge) -> None:
    known = workflow.Known(knowledge, KNOWN.lexicon)
    monkeypatch.setattr(views, "known_for", lambda _clinic: known)


def with_value(claim_id: str, value: float) -> Knowledge:
    release = KNOWN.knowledge.release
    claim = msgspec.structs.replace(release.claims[claim_id], value=value)
    return Knowledge(msgspec.structs.replace(release, claims={**release.claims, claim_id: claim}))


def without(*claim_ids: str) -> Knowledge:
    release = KNOWN.knowledge.release
    on = people.NOW.date()
    rejected = tuple(
        Rejected(claim=claim_id, because="a test", by="Olga", on=on) for claim_id in claim_ids
    )
    overlay = Overlay(clinic="harbour", release=release.id, reject=rejected)
    return Knowledge(release, overlay)


def figures(root: Element) -> Iterator[tuple[str, str]]:
    """Each figure in the text with its claim."""
    for link in root.all("a"):
        if "cited" in link.classes and link["href"].startswith("#claim-"):
            yield link["href"].removeprefix("#claim-"), link.text


def is_told_of(place: Element, ids: set[str]) -> bool:
    """Whether a number there is a claim's, a source's, or a fact that the clinic gave."""
    for element in place.ancestors:
        if {"data-fact", "data-source"} & element.attributes.keys():
            return True
        if element.tag == "a" and "cited" in element.classes:
            return element["href"].removeprefix("#") in ids
        if "data-claim" in element.attributes:
            own = element.get("id").startswith("claim-")
            marks = [each["href"].removeprefix("#") for each in element.all("a")]
            return own or bool(marks and marks[-1] in ids)
    return False


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*PATHS, "/en/", "/es/"])
def test_every_number_is_a_claims_a_sources_or_the_clinics_own(path: str) -> None:
    people.member(open_clinic(), "practitioner", is_public=True, licence_number="MD-1207")
    root = page(path)
    ids = {each["id"] for each in root.all() if each.get("id")}
    body = one(root, "body")
    loose = [
        text.strip()
        for text, place in body.texts()
        if re.search(r"\d", text) and not is_told_of(place, ids)
    ]
    assert loose == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", [PAGE, PAGE.replace("/en/", "/es/")])
def test_every_link_within_the_page_leads_somewhere(path: str) -> None:
    open_clinic()
    root = page(path)
    ids = [each["id"] for each in root.all() if each.get("id")]
    assert len(ids) == len(set(ids))
    targets = {each["href"] for each in root.all("a") if each["href"].startswith("#")}
    assert {each.removeprefix("#") for each in targets} - set(ids) == {"-"}


@pytest.mark.django_db
def test_each_figure_is_the_value_of_its_claim_and_has_a_note() -> None:
    open_clinic()
    root = page()
    told = list(figures(root))
    assert len(told) > 120
    for claim_id, text in told:
        claim = KNOWN.knowledge.claims[claim_id]
        assert re.match(r"[\d.,]+", text)[0] == say_number(claim.number, "en"), claim_id  # type: ignore[index]
        note = one(root, "li", id=f"claim-{claim_id}").text
        assert claim.statement in note
        assert "certainty" in note
        assert ("Proposed, not yet approved" in note) == (claim_id in KNOWN.knowledge.proposed)


def messages() -> Iterator[str]:
    """Every text of the templates and the content that goes through the catalogue."""
    for path in TEMPLATES:
        source = path.read_text()
        yield from re.findall(r'_\("((?:[^"\\]|\\.)*)"\)', source)
        yield from re.findall(r"_\('([^']*)'\)", source)
    for benefit in content.BENEFITS:
        cautions = (benefit.caution,) if benefit.caution else ()
        yield from (benefit.title, *(found.text for found in (*benefit.findings, *cautions)))
    yield from (waits.what for waits in content.RESUMED)
    yield from (reason.text for reason in content._REASONS)
    yield from content._TITLES.values()


def bare_texts() -> Iterator[str]:
    """What stands in a template outside its expressions and tags."""
    for path in TEMPLATES:
        bare = re.sub(
            r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", path.read_text(), flags=re.DOTALL
        )
        yield from bare.split()


def test_no_template_holds_a_number_in_digits_or_in_words() -> None:
    texts = [*messages(), *bare_texts()]
    assert len(texts) > 200
    assert [text for text in texts if re.search(r"\d", text)] == []
    assert [text for text in texts if NUMBER_WORDS.search(text)] == []


@pytest.mark.django_db
def test_a_changed_claim_changes_its_figure_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    open_clinic()
    before = list(figures(page()))
    for claim_id in dict.fromkeys(claim_id for claim_id, _ in before):
        value = KNOWN.knowledge.claims[claim_id].number + 7.5
        with_knowledge(monkeypatch, with_value(claim_id, value))
        after = list(figures(page()))
        new = {text for each, text in after if each == claim_id}
        assert new, claim_id
        assert all(text.startswith(say_number(value, "en")) for text in new), claim_id
        # The other end of a span may take or give its unit, or appear; its number stays.
        assert {(each, number(text)) for each, text in after if each != claim_id} >= {
            (each, number(text)) for each, text in before if each != claim_id
        }, claim_id


def number(text: str) -> str:
    return text.partition("\N{NO-BREAK SPACE}")[0]


@pytest.mark.django_db
def test_what_the_clinic_does_not_accept_is_said_to_be_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_clinic()
    known = sum("unknown" in each.classes for each in page().all())
    assert known == 0
    for claim_id in dict.fromkeys(claim_id for claim_id, _ in figures(page())):
        with_knowledge(monkeypatch, without(claim_id))
        root = page()
        said = [each.text for each in root.all("span") if "unknown" in each.classes]
        assert said, claim_id
        assert {text[:18].lower() for text in said} == {"not enough known"} or all(
            text.lower().startswith("not enough") for text in said
        )
        assert claim_id not in dict(figures(root))
        assert not any(each.get("id") == f"claim-{claim_id}" for each in root.all("li"))


@pytest.mark.django_db
def test_words_of_a_claim_not_accepted_are_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    open_clinic()
    claim_id = "concern.wrinkles.evidence"
    words = KNOWN.knowledge.claims[claim_id].word
    assert words in one(page(), "body").text
    with_knowledge(monkeypatch, without(claim_id, "home.limits.jurisdictions"))
    text = one(page(), "body").text
    assert words not in text
    assert "Not enough is known about this" in text
    assert "no home plan anywhere" in text


@pytest.mark.django_db
def test_reasons_stand_under_the_class_that_the_rule_has(monkeypatch: pytest.MonkeyPatch) -> None:
    open_clinic()

    def group_of(text: str) -> str:
        line = next(each for each in page().all("li") if text in each.text)
        group = next(each for each in line.ancestors if each.tag == "section")
        return next(group.all("h3")).text

    assert group_of("A keloid, now or ever.") == "Not with needles"
    release = KNOWN.knowledge.release
    claim = msgspec.structs.replace(release.claims["rule.c10.class"], value="CLEAR")
    claims = {**release.claims, "rule.c10.class": claim}
    with_knowledge(monkeypatch, Knowledge(msgspec.structs.replace(release, claims=claims)))
    assert group_of("A keloid, now or ever.") == "A clinician decides first"


@pytest.mark.django_db
def test_home_needling_follows_the_law_of_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = open_clinic()
    assert KNOWN.knowledge.claims["jurisdiction.us.home"].word in one(page(), "body").text
    assert "no home plan anywhere" in one(page(), "body").text
    release = KNOWN.knowledge.release
    claim = msgspec.structs.replace(release.claims["home.limits.jurisdictions"], value=["us"])
    claims = {**release.claims, "home.limits.jurisdictions": claim}
    with_knowledge(monkeypatch, Knowledge(msgspec.structs.replace(release, claims=claims)))
    assert "only in these places: United States" in one(page(), "body").text
    clinic.jurisdiction = "nowhere"
    clinic.save()
    assert "Clinic or home" in one(page(), "body").text
