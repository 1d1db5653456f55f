"""The assessment beside the form: always what was typed so far, open questions as not known."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from needlework.web.clinics.models import Client
from needlework.web.consultations.models import Consultation
from tests.consultations import base
from tests.web import people
from tests.web.consultations.said import address, everyday, place_for, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> tuple[Browser, Client]:
    _, member, client = place_for(base())
    return people.browser(member), client


def beside(desk: Any, sent: dict[str, list[str]]) -> str:
    browser, client = desk
    answer = browser.post(address("assessment_new", client), sent, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_it_comes_alone_with_what_else_it_moves(desk: Any) -> None:
    page = beside(desk, everyday())
    assert page.strip().startswith('<section class="assessment')
    assert 'aria-live="polite"' in page
    assert "<html" not in page
    assert re.findall(r'id="(\w+)"[^>]* hx-swap-oob="true"', page) == ["outline", "state"]


def test_nothing_is_saved_by_it(desk: Any) -> None:
    beside(desk, everyday())
    assert not Consultation.objects.exists()


def test_an_empty_form_is_assessed_without_a_word_of_blame(desk: Any) -> None:
    page = beside(desk, {})
    assert "It begins with the first concern and its areas." in page
    assert "field__error" not in page


def test_questions_left_open_count_as_not_known(desk: Any) -> None:
    some = {
        "concerns.0.concern": ["wrinkles"],
        "concerns.0.zones": ["cheek-left"],
        "date": ["2026-11-20"],
    }
    page = beside(desk, some)
    assert "questions to ask" in page
    assert 'href="#q-history-keloid"' in page
    assert "finding--stop" not in page


def test_a_stop_is_seen_at_once(desk: Any) -> None:
    page = beside(desk, {**everyday(), "history.pregnancy": ["yes"]})
    assert "finding--stop" in page
    assert "Do not treat" in page


def test_what_cannot_be_judged_is_named_and_the_rest_is_judged(desk: Any) -> None:
    sent = {
        **everyday(),
        "history.pregnancy": ["yes"],
        "skin.tan": ["yes"],
        "skin.tan.gone_on": ["tomorrow"],
        "devices.0.id": ["no-such"],
    }
    page = beside(desk, sent)
    assert "Not counted, since it needs another look:" in page
    assert 'href="#q-skin-tan-gone_on"' in page
    assert "finding--stop" in page


def test_without_javascript_the_whole_page_comes(desk: Any) -> None:
    browser, client = desk
    sent = {**everyday(), "history.pregnancy": ["yes"]}
    answer = send(browser, address("new", client), sent, do="assess")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "<html" in page
    assert "finding--stop" in page
    assert "field__error" not in page


def test_it_is_only_ever_sent_to(desk: Any) -> None:
    browser, client = desk
    assert browser.get(address("assessment_new", client)).status_code == 405


@pytest.mark.parametrize("role", ["owner", "reception"])
def test_who_does_not_write_does_not_ask_for_it(desk: Any, role: str) -> None:
    _, client = desk
    browser = people.browser(people.member(client.clinic, role))
    assert send(browser, address("assessment_new", client), everyday()).status_code == 403


def test_its_queries_are_few_and_do_not_grow(desk: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            beside(desk, everyday())
        return len(found)

    few = queries()
    people.member(desk[1].clinic, "practitioner", email="more@harbour.example")
    assert queries() == few


def test_where_no_area_is_free_the_word_at_the_top_is_not_that_nothing_stands_against_it(
    desk: Any,
) -> None:
    burnt = {
        "skin.sunburn": ["yes"],
        "skin.sunburn.zones": ["face"],
        "skin.sunburn.exposed_on": ["2026-11-16"],
        "skin.sunburn.gone_on": ["2026-11-18"],
    }
    nothing = ("Nothing against it", "for the person as a whole")
    for sent, (word, whom) in (
        (everyday(), nothing),
        ({**everyday(), **burnt}, ("A clinician must clear", "for every area of the plan")),
    ):
        page = beside(desk, sent)
        top = page[page.index('class="cluster">') : page.index("Open questions count")]
        assert word in top
        assert whom in top
