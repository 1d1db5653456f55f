"""An outlook in words and pictures: the numbers are the forecast's, and colour is not needed."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from needlework import workflow
from needlework.documents import outlook_picture as picture
from needlework.documents import outlook_saying as saying
from needlework.documents.words import Words
from needlework.outlook import ConcernOutlook, ZoneOutlook
from needlework.response.forecast import Outside

KNOWN = workflow.known()
CASE = workflow.consult(
    workflow.read_consultation(Path("examples/02-acne-scars-physician.toml")), KNOWN
)
MADE = workflow.forecast(CASE, workflow.plan_for(CASE))
CONCERN, ZONE = MADE.concerns[0], MADE.zones[0]
KNOWLEDGE = KNOWN.knowledge
SVG = "{http://www.w3.org/2000/svg}"


def drawn(c: ConcernOutlook = CONCERN, language: str = "en") -> ET.Element:
    svg = picture.course_svg(c, KNOWLEDGE, language, name="one")
    return ET.fromstring(svg)  # noqa: S314  our own


def words_of(root: ET.Element) -> str:
    return " ".join(" ".join(root.itertext()).split())


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_table_tells_the_bands_on_the_days_that_matter(language: str) -> None:
    table = saying.course_table(CONCERN, KNOWLEDGE, language)
    assert len(table.head) == len(table.rows[0]) == 5
    days = saying.days_that_matter(CONCERN, Words(KNOWLEDGE, language))
    assert len(days) == len(table.rows)
    assert {day for day, _ in days} >= set(CONCERN.forecast.session_days)
    assert {day for day, _ in days} >= {mark.day for mark in CONCERN.judged}
    last = table.rows[-1]
    assert last[1] == str(round(CONCERN.forecast.band.median[-1]))


@given(st.integers(0, CONCERN.forecast.days[-1]))
def test_between_the_weeks_a_bound_lies_between_its_neighbours(day: int) -> None:
    told = CONCERN.forecast
    at = saying.on_day(told, "median", day)
    near = [m for d, m in zip(told.days, told.band.median, strict=True) if abs(d - day) <= 7]
    assert min(near) - 1e-9 <= at <= max(near) + 1e-9


def test_waits_are_rounded_up_and_told_in_hours_then_days() -> None:
    words = Words(KNOWLEDGE, "en")
    assert saying.hours(5.01, words) == "6 hours"
    assert saying.hours(48.0, words) == "48 hours"
    assert saying.hours(48.1, words) == "2.1 days"


def test_a_layer_is_told_with_its_chance_and_who_stands_in() -> None:
    proxied = next(zone for zone in MADE.zones if zone.skin.reached and zone.skin.reached.proxy)
    said = saying.layer(proxied, KNOWLEDGE, "en")
    assert "in 80 of 100 people" in said
    assert "stands in, with a wider spread" in said
    unknown = structs.replace(ZONE, skin=structs.replace(ZONE.skin, reached=None))
    assert "never measured" in saying.layer(unknown, KNOWLEDGE, "en")


def test_without_an_age_no_closure_is_told_and_it_is_said() -> None:
    skin = structs.replace(ZONE.skin, closed=None, barrier=None)
    unknown = ZoneOutlook(zones=ZONE.zones, skin=skin)
    table = saying.session_table(unknown, KNOWLEDGE, "en")
    assert [row[0] for row in table.rows] == ["redness gone", "swelling gone"]
    assert any("age" in said for said in saying.zone_limits(unknown, KNOWLEDGE, "en"))


def test_every_layer_has_its_words_in_both_languages() -> None:
    assert ZONE.skin.reached is not None
    for layer in ZONE.skin.reached.chances:
        english, spanish = (
            saying.layer_name(layer, Words(KNOWLEDGE, lang)) for lang in ("en", "es")
        )
        assert english != spanish


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_picture_says_what_it_shows(language: str) -> None:
    root = drawn(language=language)
    assert root.get("role") == "img"
    title, described = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert described is not None
    assert title.text == saying.heading(CONCERN, KNOWLEDGE, language)
    for sentence in saying.summary(CONCERN, KNOWLEDGE, language):
        assert sentence in (described.text or "")
    labelled = root.get("aria-labelledby", "").split()
    assert [title.get("id"), described.get("id")] == labelled


def test_the_picture_marks_sessions_scores_and_where_trials_end() -> None:
    root = drawn()
    sessions = [each for each in root.iter() if each.get("class") == "outlook-session"]
    assert len(sessions) == len(CONCERN.forecast.session_days)
    marks = [each for each in root.iter() if each.get("class") == "outlook-mark"]
    assert len(marks) == len(CONCERN.judged)
    assert "no trial rated this late" in words_of(root)


def test_intervals_are_told_apart_without_colour() -> None:
    edges = [each for each in drawn().iter() if each.get("class") == "outlook-line"]
    kinds = {(each.get("stroke-dasharray"), each.get("stroke-width")) for each in edges}
    assert len(kinds) == 4


def test_what_is_outside_stands_on_the_picture_and_nowhere_if_nothing_is() -> None:
    assert "Outside its calibration: dose unlike the trials'" in words_of(drawn())
    inside = structs.replace(CONCERN, forecast=structs.replace(CONCERN.forecast, outside=()))
    assert "Outside its calibration" not in words_of(drawn(inside))
    every = tuple(
        Outside(part=part, says="", claims=())
        for part in ("concern", "dose", "no-dose", "sessions", "interval", "measures")
    )
    crowded = structs.replace(CONCERN, forecast=structs.replace(CONCERN.forecast, outside=every))
    assert "measures fit the model badly" in words_of(drawn(crowded))


def test_nothing_is_drawn_outside_the_picture() -> None:
    for svg in (
        picture.course_svg(CONCERN, KNOWLEDGE, "en"),
        picture.session_svg(ZONE, KNOWLEDGE, "en"),
    ):
        root = ET.fromstring(svg)  # noqa: S314  our own
        _left, _top, width, height = map(float, root.get("viewBox", "").split())
        for each in root.iter():
            for name, most in (("x", width), ("y", height), ("cx", width), ("cy", height)):
                assert 0 <= float(each.get(name, 0)) <= most
            right = float(each.get("x", 0)) + float(each.get("width", 0) or 0)
            assert each.tag == f"{SVG}svg" or right <= width


def test_two_pictures_on_a_page_share_no_id() -> None:
    both = "".join(
        picture.course_svg(each, KNOWLEDGE, "en", name=f"course-{number}")
        + picture.session_svg(ZONE, KNOWLEDGE, "en", name=f"session-{number}")
        for number, each in enumerate(MADE.concerns)
    )
    ids = re.findall(r' id="([^"]+)"', both)
    assert len(ids) == len(set(ids)) > 0


def test_no_style_no_script_and_nothing_from_elsewhere() -> None:
    for svg in (
        picture.course_svg(CONCERN, KNOWLEDGE, "en"),
        picture.session_svg(ZONE, KNOWLEDGE, "en"),
    ):
        assert "style=" not in svg
        assert "<script" not in svg
        assert "href" not in svg
        assert svg.count("http") == 1  # the namespace
