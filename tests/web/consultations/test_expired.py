"""What has expired is asked again on one page, and nothing else is."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from needlework.screening.consultation import decode
from needlework.web.clinics.models import ROLES, Client, Clinic, Membership
from needlework.web.consultations.days import answer_name, dated, given_days
from needlework.web.consultations.expiring import expired
from needlework.web.consultations.models import Consultation
from needlework.web.consultations.services import record_consultation
from needlework.web.records.services import retract
from tests.consultations import base
from tests.web import people
from tests.web.consultations.drafting import Window, consulted, desk
from tests.web.consultations.said import KNOWN, address, filled, meaning, send
from tests.web.consultations.test_repeat import held_before
from tests.web.plans.signed import approve_all, settle, signed
from tests.web.plans.signed import consulted as signed_from

pytestmark = pytest.mark.django_db
WRITERS = ("medical-director", "practitioner", "assistant")
LINK = "Ask again what has expired"


@pytest.fixture
def old() -> Any:
    return held_before(40)


def names(page: str) -> set[str]:
    """Questions of a page that have a day of their own, by the names of their radio buttons."""
    found = set(re.findall(r'<input type="radio" id="[^"]+" name="([^"]+)"', page))
    return found & set(map(answer_name, dated()))


def asked(browser: Any, client: Any, row: Consultation, query: str = "") -> str:
    return str(browser.get(address("again", client, row) + query).content.decode())


def answers(page: str, word: str = "no") -> dict[str, list[str]]:
    """Every question of the page answered with a word."""
    held = {name: [word] for name in names(page)}
    return {**filled(page), **held}


def test_it_asks_what_the_engine_asks_and_nothing_else(old: Any) -> None:
    member, client, row, today = old
    page = asked(people.browser(member), client, row)
    data = row.versions.get().data
    again = expired(data, KNOWN, today, today)
    assert names(page) == set(map(answer_name, again))
    assert "history.pregnancy" in again
    assert "history.keloid" not in again
    assert page.count("answered 40 days ago.") == len(again)
    assert "Said before: No, answered 40 days ago." in page


def test_answered_anew_it_is_the_next_version_held_today(old: Any) -> None:
    member, client, row, today = old
    browser = people.browser(member)
    page = asked(browser, client, row)
    sent = {**answers(page), "skin.acne": ["yes"], "skin.acne.severity": ["few-papules"]}
    answer = send(browser, address("again", client, row), sent, do="save")
    assert answer.status_code == 302
    first, second = row.versions.order_by("number")
    assert second.supersedes == first
    assert second.data["date"] == today.isoformat()
    given = given_days(second.data)
    assert given["history.pregnancy"] == today
    assert given["history.keloid"] == today - timedelta(days=40)
    assert second.data["skin"]["acne"] == {"answer": "yes", "severity": "few-papules"}
    before, after = (meaning(decode(one.data)) for one in (first, second))
    assert after["concerns"] == before["concerns"]
    assert expired(second.data, KNOWN, today, today) == []
    page = asked(browser, client, row)
    assert "No answer has expired." in page
    assert names(page) == set()


def test_each_must_be_answered_and_what_was_typed_is_kept(old: Any) -> None:
    member, client, row, _ = old
    browser = people.browser(member)
    sent = answers(asked(browser, client, row))
    del sent["history.pregnancy"]
    answer = send(browser, address("again", client, row), sent, do="save")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Pregnant, or possibly so?" in page
    assert filled(page)["skin.acne"] == ["no"]
    assert row.versions.count() == 1


def test_a_medicine_is_added_without_javascript(old: Any) -> None:
    member, client, row, _ = old
    browser = people.browser(member)
    sent = {
        **answers(asked(browser, client, row)),
        "medicines": ["yes"],
        "medicines.list.0.name": ["ibuprofen"],
        "medicines.list.0.route": ["oral"],
        "medicines.list.0.daily": ["no"],
    }
    more = send(browser, address("again", client, row), sent, do="add:medicines.list")
    assert more.status_code == 200
    assert 'name="medicines.list.1.name"' in more.content.decode()
    assert send(browser, address("again", client, row), sent, do="save").status_code == 302
    assert row.versions.get(number=2).data["medicines"]["list"][0]["name"] == "ibuprofen"


def test_a_later_day_asks_more_and_an_odd_one_means_today(old: Any) -> None:
    member, client, row, today = old
    browser = people.browser(member)
    now = names(asked(browser, client, row))
    later = names(asked(browser, client, row, f"?by={today + timedelta(days=340)}"))
    assert now < later
    assert "history.keloid" in later
    for odd in ("x", "", "2026-02-30", "0001-01-01", "9" * 500, "%00"):
        assert names(asked(browser, client, row, f"?by={odd}")) == now


def test_what_today_could_not_settle_is_not_asked_for_a_later_day() -> None:
    """Fever is asked on the day itself: an answer of today would not hold until then."""
    member, client, row, today = held_before(0)
    page = asked(people.browser(member), client, row, f"?by={today + timedelta(days=3)}")
    assert "skin.fever" not in names(page)


def test_a_phototype_graded_long_ago_is_graded_again() -> None:
    member, client, row, today = held_before(800)
    browser = people.browser(member)
    page = asked(browser, client, row)
    assert "phototype.clinician" in names(page)
    sent = {**answers(page), "phototype.clinician": ["III"]}
    assert send(browser, address("again", client, row), sent, do="save").status_code == 302
    said = row.versions.get(number=2).data
    assert given_days(said)["phototype"] == today
    assert said["phototype"]["clinician"] == "III"


def test_who_comes_second_is_told_and_nothing_is_overwritten(old: Any) -> None:
    member, client, row, _ = old
    one, two = people.browser(member), people.browser(people.member(client.clinic, "assistant"))
    sent = answers(asked(one, client, row))
    theirs = answers(asked(two, client, row))
    assert send(two, address("again", client, row), theirs, do="save").status_code == 302
    mine = {**sent, "skin.acne": ["yes"]}
    answer = send(one, address("again", client, row), mine, do="save")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Somebody saved version 2 while you were typing." in page
    assert "Inflammatory acne?" in page
    assert row.versions.count() == 2


@pytest.mark.parametrize(
    "odd", [{"history.keloid": ["no"]}, {"concerns.0.concern": ["pores"]}, {"no.such": ["x"]}]
)
def test_what_the_page_does_not_ask_is_refused(old: Any, odd: dict[str, list[str]]) -> None:
    member, client, row, _ = old
    browser = people.browser(member)
    sent = {**answers(asked(browser, client, row)), **odd}
    answer = send(browser, address("again", client, row), sent, do="save")
    assert answer.status_code == 422
    assert row.versions.count() == 1


def test_the_way_there_stands_where_an_old_day_is_told(old: Any) -> None:
    member, client, row, _ = old
    browser = people.browser(member)
    for name in ("detail", "plan"):
        page = browser.get(address(name, client, row)).content.decode()
        assert LINK in page
        assert address("again", client, row) in page
    owner = people.browser(people.member(client.clinic, "owner"))
    assert LINK not in owner.get(address("detail", client, row)).content.decode()


def test_of_todays_consultation_nothing_is_said() -> None:
    member, client, row, _ = held_before(0)
    page = people.browser(member).get(address("detail", client, row)).content.decode()
    assert LINK not in page


def test_a_version_of_today_with_an_old_answer_leads_there_too() -> None:
    keloid = {"answer": "no", "on": "2024-01-05"}
    member, client, row, _ = held_before(0, history__keloid=keloid)
    browser = people.browser(member)
    page = browser.get(address("detail", client, row)).content.decode()
    assert "Some answers are too old for the day of the consultation." in page
    assert "history.keloid" in names(asked(browser, client, row))


def test_the_form_shows_how_old_each_answer_is(old: Any) -> None:
    member, client, row, _ = old
    page = Window(people.browser(member), client, row).page
    assert "Answered 40 days ago" in page


@pytest.mark.parametrize("role", ROLES)
def test_who_gets_there(old: Any, role: str) -> None:
    _, client, row, _ = old
    browser = people.browser(people.member(client.clinic, role, email="one@x.example"))
    status = 200 if role in WRITERS else 403
    assert browser.get(address("again", client, row)).status_code == status
    answer = browser.post(address("again", client, row), {})
    assert answer.status_code == (422 if role in WRITERS else 403)
    assert row.versions.count() == 1


def test_a_stranger_and_another_clients_address_find_nothing(old: Any, charlie: Membership) -> None:
    member, client, row, _ = old
    path, stranger = address("again", client, row), people.browser(charlie)
    assert stranger.get(path).status_code == 404
    assert stranger.post(path, {}).status_code == 404
    other = people.person(client.clinic, "Somebody Else")
    assert people.browser(member).get(address("again", other, row)).status_code == 404


def test_after_an_error_the_whole_form_is_the_way(old: Any) -> None:
    member, client, row, _ = old
    browser = people.browser(member)
    version = row.versions.get()
    retract(record=version, author=member.user, reason="wrong-client", now=timezone.now())
    answer = browser.get(address("again", client, row))
    assert answer.status_code == 302
    assert answer.headers["Location"] == address("edit", client, row)


def test_what_a_client_sent_is_confirmed_first() -> None:
    member, client = desk()
    now = timezone.now()
    row = record_consultation(
        client=client, author=None, data=base(), known=KNOWN, now=now, origin="client"
    ).consultation
    answer = people.browser(member).get(address("again", client, row))
    assert answer.headers["Location"] == address("edit", client, row)


def test_in_spanish(old: Any) -> None:
    member, client, row, _ = old
    member.user.language = "es"
    member.user.save()
    page = asked(people.browser(member), client, row)
    assert '<html lang="es"' in page


def test_a_signed_plan_that_would_wait_is_told_before_saving(
    harbour: Clinic, pat: Client, alice: Membership
) -> None:
    approve_all(people.member(harbour, "medical-director"))
    version = signed_from(pat, alice)
    settle(version, alice)
    browser = people.browser(alice)
    plan = signed(version, browser)
    row = version.consultation
    for name, at in (("edit", row), ("again", row), ("new", None)):
        page = browser.get(address(name, pat, at)).content.decode()
        assert f"Plan {plan.number} was signed on" in page, name
        assert "its next session waits until a plan is signed anew" in page
        assert 'aria-describedby="waits"' in page
    window = Window(browser, pat, row)
    assert window.act("save", history__smoking=["yes"]).status_code == 302
    assert "signed anew" not in Window(browser, pat, row).page


def test_without_a_signed_plan_nothing_is_told() -> None:
    member, client = desk()
    row = consulted(member, client)
    assert "signed anew" not in Window(people.browser(member), client, row).page
