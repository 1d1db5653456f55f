"""Pages of the models: the misses first, every parameter, data apart, pictures without colour."""

from __future__ import annotations

import re
from functools import cache
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from needlework.errors import UsageError
from needlework.evidence import load_knowledge
from needlework.response.parameters import parameters
from needlework.response.posterior import DRAWN, load_posterior
from needlework.response.verifying.picture import courses_picture, picture
from scripts import docs, docs_models
from tests.response.verified import verified

KNOWN = load_knowledge()


@cache
def made() -> dict[str, str]:
    return {path.name: text for path, text in docs.model_pages(KNOWN)}


def test_every_model_has_a_page_with_what_it_answers() -> None:
    held = {model for page in docs_models.PAGES.values() for model in page.models}
    assert held == set(KNOWN.release.parameters)
    for name in docs_models.PAGES:
        assert "## What it answers" in made()[f"{name}.md"]
        assert "## Equations" in made()[f"{name}.md"]
        assert made()[f"{name}.md"].count("\n# ") == 0


@pytest.mark.parametrize("name", [n for n, page in docs_models.PAGES.items() if page.models])
def test_misses_stand_before_everything_else(name: str) -> None:
    text = made()[f"{name}.md"]
    assert re.findall(r"^## (.*)$", text, re.MULTILINE)[0] == "Misses"
    rows = [row for row in verified().rows if row.model in docs_models.PAGES[name].models]
    missed = [row for row in rows if row.is_miss and row.part == "verification"]
    head = text[: text.index("## What it answers")]
    assert head.count("\n| **") == len(missed)
    assert all(docs.cell(row.what) in head for row in missed)
    if not missed:
        assert "None of" in head


def test_the_front_page_begins_with_every_miss() -> None:
    text = made()["README.md"]
    head, rest = text.split("## How often they are right")
    missed = [row for row in verified().rows if row.is_miss and row.part == "verification"]
    assert f"**{len(missed)} of " in head
    assert head.count("missed** |") == len(missed)
    told = verified()
    for words in (told.not_blind, told.digest, told.freeze_date):
        assert words in head + rest


@pytest.mark.parametrize("name", list(docs_models.PAGES))
def test_every_parameter_stands_on_its_page(name: str) -> None:
    text = made()[f"{name}.md"]
    for model in docs_models.PAGES[name].models:
        for key, claim in parameters(KNOWN, model).items():
            line = next(line for line in text.splitlines() if line.startswith(f"| `{key}` "))
            assert docs.cell(docs.value_of(claim)) in line
            if claim.prior is not None:
                assert all(source in line for source in claim.prior.fitted_to)


def test_the_forecasts_page_shows_what_the_trials_made_of_its_priors() -> None:
    text = made()["outcome.md"].partition("### Posterior")[2]
    told = load_posterior(KNOWN)
    assert told.made.draws_sha256 in text
    for name in DRAWN:
        assert f"\n| {name} | " in text
    assert text.count("effect of the arm") == 4


def test_building_data_stand_apart_and_come_last() -> None:
    for name, page in docs_models.PAGES.items():
        parts = {row.part for row in verified().rows if row.model in page.models}
        text = made()[f"{name}.md"]
        if parts == {"building", "verification"}:
            assert text.index("## Verification data") < text.index("## Building data")
        for row in verified().rows:
            if row.model in page.models and row.part == "building":
                assert docs.cell(row.what) in text.partition("## Building data")[2]


def test_links_and_pictures_lead_somewhere() -> None:
    for name, text in made().items():
        for target in re.findall(r"\]\(([\w.-]+)\)", text):
            assert target in made(), f"{name} names {target}"


@pytest.mark.parametrize("name", [n for n in made() if n.endswith(".svg")])
def test_a_picture_is_well_formed_and_says_in_words_what_it_shows(name: str) -> None:
    root = ET.fromstring(made()[name])  # noqa: S314 # made by us a moment ago
    words = [text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert next(root.iter("{http://www.w3.org/2000/svg}desc")).text
    assert words
    assert made()[name].count("http") == 1
    page = docs_models.PAGES[name.removesuffix(".svg")]
    shown = [
        row
        for row in verified().rows
        if row.model in page.models and row.part == "verification" and row.median is not None
    ]
    assert sum("missed" in each for each in words[3:]) == sum(row.is_miss for row in shown)


def test_greys_alone_are_used() -> None:
    """Marks differ by shape; what is filled differs by lightness."""
    for name, text in made().items():
        if name.endswith(".svg"):
            for colour in set(re.findall(r"#([0-9a-f]{6})", text)):
                channels = [int(colour[at : at + 2], 16) for at in (0, 2, 4)]
                assert max(channels) - min(channels) < 20, colour


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(UsageError, match="nothing to draw"):
        picture("Empty", [row for row in verified().rows if row.median is None])


def test_titles_cannot_break_a_picture() -> None:
    pair = (np.ones((2, 1)), np.ones((2, 1)))
    text = courses_picture("<&", np.array([0.0, 1.0]), {"<b>": pair}, ["&"])
    ET.fromstring(text)  # noqa: S314 # made by us a moment ago
