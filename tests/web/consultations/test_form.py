"""The form of a new consultation: who gets in, what is saved, what is refused and kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.web.records.services import retract
from tests.consultations import base
from tests.web import people
from tests.web.consultations.said import address, everyday, filled, place_for, recorded, send
from tests.web.plans.signed import hidden

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> tuple[Browser, Client, Membership]:
    _, member, client = place_for(base())
    return people.browser(member), client, member


def test_what_is_sent_is_kept_as_the_first_version(desk: Any) -> None:
    browser, client, member = desk
    answer = send(browser, address("new", client), everyday())
    row = Consultation.objects.get()
    assert answer.status_code == 302
    assert answer.headers["Location"] == address("detail", client, row)
    version = row.versions.get()
    assert (version.number, version.supersedes, version.author) == (1, None, member.user)
    assert (version.client, version.clinic) == (client, client.clinic)
    assert version.release_digest
    assert browser.get(address("detail", client, row)).status_code == 200


def test_sent_twice_by_one_window_it_is_one_consultation(desk: Any) -> None:
    browser, client, member = desk
    opened = hidden(browser.get(address("new", client)).content.decode(), "opened")
    taps = [send(browser, address("new", client), everyday(), opened=opened) for _ in range(2)]
    assert [one.status_code for one in taps] == [302, 302]
    assert taps[0].headers["Location"] == taps[1].headers["Location"]
    row = Consultation.objects.get()
    # What was an error is said anew, and another answer is another consultation.
    retract(record=row, author=member.user, reason="wrong-facts", now=timezone.now())
    send(browser, address("new", client), everyday(), opened=opened)
    assert Consultation.objects.count() == 2
    send(browser, address("new", client), {**everyday(), "history.atopy": ["yes"]}, opened=opened)
    assert Consultation.objects.count() == 3


@pytest.mark.parametrize(
    "opened",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-13-01", "", "x" * 500],
)
def test_a_moment_that_no_clock_has_does_no_harm(desk: Any, opened: str) -> None:
    browser, client, _ = desk
    for do in ("keep", "save"):
        answer = send(browser, address("new", client), everyday(), opened=opened, do=do)
        assert answer.status_code in (200, 302)
    assert Consultation.objects.count() == 1


def test_the_record_says_who_and_where_and_the_form_cannot(desk: Any) -> None:
    browser, client, _ = desk
    forged = {
        **everyday(),
        "jurisdiction": ["xx"],
        "client.birth_date": ["1900-01-01"],
        "operator.profession": ["physician"],
        "clearances.0.rule": ["C1"],
    }
    refused = send(browser, address("new", client), forged)
    assert refused.status_code == 422
    assert not Consultation.objects.exists()
    # What the page kept of it goes through, and says what the record says.
    kept = filled(refused.content.decode())
    assert not set(forged) - set(everyday()) & set(kept)
    assert send(browser, address("new", client), {**kept, "do": ["save"]}).status_code == 302
    said = recorded(Consultation.objects.get())
    assert said.jurisdiction == client.clinic.jurisdiction
    assert said.client.birth_date == client.birth_date
    assert said.operator is not None
    assert said.operator.profession == base()["operator"]["profession"]
    assert said.clearances == ()


def test_another_member_may_be_named_to_treat(desk: Any) -> None:
    browser, client, _ = desk
    other = people.member(client.clinic, "medical-director", profession="nurse", licence_number="")
    sent = send(browser, address("new", client), everyday(), operator=str(other.pk))
    assert sent.status_code == 302
    said = recorded(Consultation.objects.get())
    assert said.operator is not None
    assert (said.operator.profession, said.operator.licence) == ("nurse", "none")


@pytest.mark.parametrize("who", ["nobody", "x" * 1000, "\x00"])
def test_nobody_else_may_be_named_to_treat(desk: Any, who: str) -> None:
    browser, client, _ = desk
    answer = send(browser, address("new", client), everyday(), operator=who)
    assert answer.status_code == 422
    assert not Consultation.objects.exists()


def test_training_holds_for_the_devices_at_hand(desk: Any) -> None:
    browser, client, _ = desk
    other = {**everyday(), "devices.0.id": ["exceed"]}
    send(browser, address("new", client), other)
    said = recorded(Consultation.objects.get())
    assert said.operator is not None
    assert said.operator.device_training == "no"


# --- who gets in ------------------------------------------------------------------------------


def test_a_visitor_is_asked_to_sign_in(desk: Any) -> None:
    _, client, _ = desk
    answer = people.browser().get(address("new", client))
    assert answer.status_code == 302
    assert "/accounts/login/" in answer.headers["Location"]


def test_a_stranger_finds_nothing_and_the_row_says_whose_it_was(
    desk: Any, charlie: Membership
) -> None:
    _, client, _ = desk
    assert people.browser(charlie).get(address("new", client)).status_code == 404
    row = AuditEvent.objects.latest("pk")
    assert row.clinic == client.clinic
    assert row.actor == charlie.user


@pytest.mark.parametrize("role", ["owner", "reception"])
def test_who_does_not_treat_does_not_write(desk: Any, role: str) -> None:
    _, client, _ = desk
    browser = people.browser(people.member(client.clinic, role))
    assert browser.get(address("new", client)).status_code == 403
    assert send(browser, address("new", client), everyday()).status_code == 403
    assert not Consultation.objects.exists()


@pytest.mark.parametrize("role", ["medical-director", "assistant"])
def test_who_helps_to_treat_writes(desk: Any, role: str) -> None:
    _, client, _ = desk
    browser = people.browser(people.member(client.clinic, role))
    assert send(browser, address("new", client), everyday()).status_code == 302


def test_other_methods_are_refused(desk: Any) -> None:
    browser, client, _ = desk
    for method in ("put", "delete", "patch"):
        assert getattr(browser, method)(address("new", client)).status_code == 405


def test_a_save_leaves_a_row_with_what_was_written(desk: Any) -> None:
    browser, client, member = desk
    send(browser, address("new", client), everyday())
    row = AuditEvent.objects.latest("pk")
    assert (row.actor, row.client) == (member.user, client)
    assert str(ConsultationVersion.objects.get().pk) in str(row.objects_seen)


# --- nothing preselected, nothing lost --------------------------------------------------------


CONTROLS = {"csrfmiddlewaretoken", "base", "operator", "opened"}


def typed_in(answer: Any) -> dict[str, list[str]]:
    """What stands in the form that came back, but for what is not an answer."""
    held = filled(answer.content.decode())
    return {name: values for name, values in held.items() if name not in CONTROLS}


def test_nothing_is_answered_beforehand(desk: Any) -> None:
    browser, client, _ = desk
    answer = browser.get(address("new", client))
    assert set(typed_in(answer)) == {"setting", "date"}


LEFT = ("history.keloid", "skin.rosacea", "medicines", "phototype.clinician", "planned_prp")


def test_each_question_left_open_gets_a_sentence_and_the_rest_is_kept(desk: Any) -> None:
    browser, client, _ = desk
    sent = {name: values for name, values in everyday().items() if name not in LEFT}
    answer = send(browser, address("new", client), sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    for name in LEFT:
        assert f'href="#q-{name.replace(".", "-")}-0"' in page
        assert f'id="q-{name.replace(".", "-")}-wrong"' in page
    assert page.count('-wrong"><p>Choose an answer; “Don’t know” is one.') == len(LEFT)
    assert typed_in(answer) == sent
    assert not Consultation.objects.exists()


def test_what_is_left_open_in_a_row_is_asked_there(desk: Any) -> None:
    browser, client, _ = desk
    sent = {**everyday(), "medicines": ["yes"], "medicines.list.3.name": ["paracetamol"]}
    answer = send(browser, address("new", client), sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="q-medicines-list-3-daily-wrong"' in page
    assert 'id="q-medicines-list-3-route-wrong"' in page
    assert typed_in(answer) == sent


def test_a_no_with_details_is_sent_back(desk: Any) -> None:
    browser, client, _ = desk
    sent = {**everyday(), "skin.acne": ["no"], "skin.acne.severity": ["moderate"]}
    answer = send(browser, address("new", client), sent)
    assert answer.status_code == 422
    assert "The answer is no, and yet there are details." in answer.content.decode()
    assert typed_in(answer) == sent


# --- don't know, for all that is left ---------------------------------------------------------


def test_all_unanswered_are_listed_before_they_are_marked(desk: Any) -> None:
    browser, client, _ = desk
    sent = {name: values for name, values in everyday().items() if name not in LEFT}
    asked = send(browser, address("new", client), sent, do="unknown")
    assert asked.status_code == 200
    page = asked.content.decode()
    assert "5 questions are open" in page
    assert "Ever a keloid, anywhere on the body?" in page
    assert typed_in(asked) == sent
    assert not Consultation.objects.exists()
    answer = send(browser, address("new", client), sent, do="unknown-sure")
    assert answer.status_code == 302
    data = ConsultationVersion.objects.get().data
    assert data["history"]["keloid"] == data["skin"]["rosacea"] == data["medicines"] == "unknown"
    assert data["phototype"]["clinician"] == "unknown"


def test_the_way_back_keeps_everything(desk: Any) -> None:
    browser, client, _ = desk
    sent = {name: values for name, values in everyday().items() if name not in LEFT}
    answer = send(browser, address("new", client), sent, do="back")
    assert answer.status_code == 200
    assert typed_in(answer) == sent


# --- rows -------------------------------------------------------------------------------------


def test_rows_come_and_go_without_javascript(desk: Any) -> None:
    browser, client, _ = desk
    sent = {**everyday(), "medicines": ["yes"], "medicines.list.0.name": ["paracetamol"]}
    more = send(browser, address("new", client), sent, do="add:medicines.list")
    assert more.status_code == 200
    assert b'name="medicines.list.1.name"' in more.content
    assert typed_in(more) == sent
    less = send(browser, address("new", client), sent, do="drop:medicines.list.0")
    assert typed_in(less) == {**everyday(), "medicines": ["yes"]}


def test_htmx_gets_the_rows_alone(desk: Any) -> None:
    browser, client, _ = desk
    sent = {**everyday(), "medicines.list.0.name": ["paracetamol"], "do": ["add:medicines.list"]}
    page = htmx(browser, address("new", client), sent)
    assert page.strip().startswith('<div class="rows')
    assert "paracetamol" in page
    assert page.count(" autofocus") == 1
    assert "<html" not in page


def test_htmx_gets_what_a_name_may_mean(desk: Any) -> None:
    browser, client, _ = desk
    do = "confirm:medicines.list.0.confirmed_as"
    page = htmx(
        browser, address("new", client), {"medicines.list.0.name": ["isotretinon"], "do": [do]}
    )
    assert page.strip().startswith('<div class="confirm"')
    assert 'value="isotretinoin"' in page
    assert "checked" not in page.split("None of these")[0].rpartition("<input")[0]


def test_a_name_that_may_be_meant_counts_only_when_confirmed(desk: Any) -> None:
    browser, client, _ = desk
    row = {"name": "isotretinon", "route": "oral", "daily": "yes"}
    sent = {
        **everyday(),
        "medicines": ["yes"],
        **{f"medicines.list.0.{name}": [value] for name, value in row.items()},
    }
    unconfirmed = htmx(browser, address("assessment_new", client), sent)
    sent["medicines.list.0.confirmed_as"] = ["isotretinoin"]
    confirmed = htmx(browser, address("assessment_new", client), sent)
    assert "finding--stop" not in unconfirmed
    assert "finding--stop" in confirmed


@pytest.mark.parametrize(
    "do", ["add:nothing", "drop:", "confirm:medicines", "add:concerns.x", "zzz:"]
)
def test_an_odd_wish_does_no_harm(desk: Any, do: str) -> None:
    browser, client, _ = desk
    answer = send(browser, address("new", client), {"history.keloid": ["no"]}, do=do)
    assert answer.status_code in {200, 422}
    assert "history.keloid" in typed_in(answer)
    assert browser.post(
        address("new", client), {"do": do}, headers={"HX-Request": "true"}
    ).status_code in {200, 422}


def htmx(browser: Browser, path: str, sent: dict[str, list[str]]) -> str:
    answer = browser.post(path, sent, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return str(answer.content.decode())


# --- how much it asks of the database ---------------------------------------------------------


def test_its_queries_do_not_grow(desk: Any) -> None:
    browser, client, _ = desk

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            browser.get(address("new", client))
        return len(found)

    few = queries()
    for number in range(5):
        people.member(client.clinic, "practitioner", email=f"{number}@harbour.example")
    assert queries() == few
