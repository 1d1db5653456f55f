"""What to expect, on paper: every concern and zone, limits said, and nothing where nothing is."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest
from msgspec import structs

from needlework import workflow
from needlework.documents import outlook_saying as saying
from needlework.documents import plan_pdf
from needlework.documents.plan_outlook import alike, general_limits, outlook_of, own_limits
from needlework.documents.words import Words
from needlework.evidence import Knowledge
from needlework.evidence.overlay import Overlay, Rejected
from needlework.outlook import Outlook
from tests.documents.reading import EXAMPLES, KNOWN, consultation, example, plan, squeezed, text
from tests.documents.test_tags import tags


@cache
def outlook(start: str, language: str = "en") -> Outlook:
    path = example(start)
    return outlook_of(plan(path), consultation(path), KNOWN, language)


@cache
def paper(start: str, language: str = "en") -> bytes:
    path = example(start)
    return plan_pdf(plan(path), consultation(path), KNOWN, language=language)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("start", ["02", "05"])
def test_every_concern_and_zone_is_told_with_its_limits(start: str, language: str) -> None:
    said = squeezed(text(paper(start, language)))
    found = outlook(start, language)
    words = Words(KNOWN.knowledge, language)
    assert found.concerns
    assert found.zones
    expected = [
        *(saying.heading(c, KNOWN.knowledge, language) for c in found.concerns),
        *(each.says for c in found.concerns for each in c.forecast.outside),
        *(line for c in found.concerns for line in saying.summary(c, KNOWN.knowledge, language)),
        *(saying.layer(z, KNOWN.knowledge, language) for z in found.zones),
        *general_limits(found, words),
    ]
    for line in expected:
        assert squeezed(line) in said


def test_each_picture_has_words_of_its_own() -> None:
    alts = [str(tag["/Alt"]) for tag in tags(paper("05")) if "/Alt" in tag]
    found = outlook("05")
    words = Words(KNOWN.knowledge, "en")
    assert len(alts) == len(found.concerns) + len(alike(found, words))
    for c in found.concerns:
        assert any(saying.heading(c, KNOWN.knowledge, "en") in alt for alt in alts)


def test_zones_alike_are_drawn_once_and_none_is_lost() -> None:
    for path in EXAMPLES:
        found = outlook_of(plan(path), consultation(path), KNOWN, "en")
        words = Words(KNOWN.knowledge, "en")
        groups = alike(found, words)
        assert sorted(z.zones for zones in groups for z in zones) == sorted(
            z.zones for z in found.zones
        )
        tables = [saying.session_table(zones[0], KNOWN.knowledge, "en") for zones in groups]
        assert len(set(tables)) == len(tables)
        for zones in groups:
            told = {*general_limits(found, words), *own_limits(zones, found, words)}
            assert told.issuperset(saying.zone_limits(zones[0], KNOWN.knowledge, "en"))


@pytest.mark.parametrize("start", ["11", "12"])
def test_where_nothing_is_planned_nothing_is_said(start: str) -> None:
    assert outlook(start) == Outlook(concerns=(), zones=(), without=())
    assert "What to expect" not in text(paper(start))


def test_where_nothing_is_planned_no_model_is_loaded() -> None:
    asked = (
        "import sys; from pathlib import Path; from needlework import workflow, documents\n"
        "known = workflow.known(); said = workflow.read_consultation(Path(sys.argv[1]))\n"
        "plan = workflow.plan_for(workflow.consult(said, known))\n"
        "documents.plan_pdf(plan, said, known)\n"
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", asked, str(example("11"))], check=True)


def test_what_is_at_hand_is_set_and_not_asked_anew() -> None:
    path = example("02")
    one = structs.replace(outlook("02"), concerns=outlook("02").concerns[:1])
    said = squeezed(text(plan_pdf(plan(path), consultation(path), KNOWN, outlook=one)))
    shown, left_out = (
        squeezed(saying.heading(c, KNOWN.knowledge, "en")) for c in outlook("02").concerns
    )
    assert (shown in said, left_out in said) == (True, False)


def test_what_the_clinic_rejected_is_named_instead() -> None:
    path = example("02")
    rejected = Rejected(
        claim="response.outcome.gain-centre",
        by="A. Director",
        on=plan(path).judged_on,
        because="Doubtful here.",
    )
    release = KNOWN.knowledge.release
    overlay = Overlay(clinic="one", release=release.id, reject=(rejected,))
    known = workflow.Known(Knowledge(release, overlay), KNOWN.lexicon)
    said = squeezed(text(plan_pdf(plan(path), consultation(path), known)))
    assert squeezed("Without a forecast") in said
    assert squeezed("The clinic rejected what the model rests on.") in said
    assert squeezed("Zones and depths") in said


def test_the_sources_of_the_models_are_in_the_list() -> None:
    held = KNOWN.knowledge
    (c, *_rest) = outlook("02").concerns
    sources = {r.source for claim in c.forecast.claims for r in held.claims[claim].supports}
    said = squeezed(text(paper("02")))
    assert sources
    for source in sources:
        assert squeezed(held.release.sources[source].title) in said
