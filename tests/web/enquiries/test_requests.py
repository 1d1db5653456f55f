"""The clinic's list of requests: who waits, what staff do, and that no other clinic sees it."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client as Browser
from django.utils import timezone

from needlework.i18n import LANGUAGES
from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import ROLES, Client, ClientVersion, Clinic, Membership
from needlework.web.enquiries import selectors
from needlework.web.enquiries.models import ConsultationRequest, RequestStep
from needlework.web.enquiries.replies import replies
from needlework.web.enquiries.services import StepError, make_client, record_request, take_step
from needlework.web.records.services import OvertakenError, retract
from tests.web import people
from tests.web.enquiries.asking import enquiry
from tests.web.site.reading import read

pytestmark = pytest.mark.django_db
LIST = "/clinic/harbour/requests/"


def at(found: ConsultationRequest, do: str, clinic: str = "harbour") -> str:
    return f"/clinic/{clinic}/requests/{found.pk}/{do}/"


def mark(browser: Browser, found: ConsultationRequest, kind: str, after: int, **more: Any) -> Any:
    return browser.post(at(found, "step"), {"kind": kind, "after": after, **more})


def names(lines: tuple[selectors.Line, ...]) -> list[str]:
    return [line.enquiry.name for line in lines]


# --- the list ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_the_list_and_the_empty_one_says_what_to_do(
    role: str, harbour: Clinic
) -> None:
    answer = people.browser(people.member(harbour, role)).get(LIST)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Nobody waits." in text
    assert 'href="/en/harbour/ask/"' in text


def test_the_newest_waiting_comes_first_and_age_is_told(alice: Membership, harbour: Clinic) -> None:
    for days, name in ((0, "Today"), (1, "Yesterday"), (5, "Earlier")):
        enquiry(harbour, days_ago=days, name=name)
    text = read(people.browser(alice).get(LIST).content).text
    assert text.index("Today") < text.index("Yesterday") < text.index("Earlier")
    assert "1 day ago" in text
    assert "5 days ago" in text


def test_lists_are_by_where_a_request_stands(alice: Membership, harbour: Clinic) -> None:
    found = {
        name: enquiry(harbour, name=name) for name in ("waits", "answered", "booked", "closed")
    }
    browser = people.browser(alice)
    mark(browser, found["answered"], "contacted", 0)
    mark(browser, found["booked"], "booked", 0)
    mark(browser, found["closed"], "closed", 0, reason="duplicate")
    desk = selectors.desk(harbour, timezone.now())
    assert names(desk.waiting) == ["waits"]
    assert names(desk.answered) == ["answered"]
    assert set(names(desk.ended)) == {"booked", "closed"}
    assert selectors.waiting_count(harbour) == 1
    mark(browser, found["closed"], "reopened", 1)
    assert set(names(selectors.desk(harbour, timezone.now()).waiting)) == {"waits", "closed"}


def test_what_was_entered_in_error_is_not_listed(alice: Membership, harbour: Clinic) -> None:
    found = enquiry(harbour)
    retract(record=found, author=alice.user, reason="duplicate", now=timezone.now())
    assert not selectors.desk(harbour, timezone.now()).waiting
    assert selectors.waiting_count(harbour) == 0


def test_a_long_list_says_how_many_more_there_are(
    alice: Membership, harbour: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "SHOWN_OPEN", 2)
    for number in range(5):
        enquiry(harbour, name=f"Person {'abcde'[number]}")
    text = people.browser(alice).get(LIST).content.decode()
    assert "3 older requests are not shown" in text


def test_the_list_needs_few_questions_to_the_database(
    alice: Membership, harbour: Clinic, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        found = enquiry(harbour, email=f"a{number}@mail.example")
        take_step(enquiry=found, after=0, kind="contacted", author=alice.user, now=timezone.now())
    with django_assert_max_num_queries(8):
        selectors.desk(harbour, timezone.now())


def test_the_audit_names_each_request_that_was_seen(alice: Membership, harbour: Clinic) -> None:
    found = {str(enquiry(harbour).pk) for _ in range(3)}
    people.browser(alice).get(LIST)
    event = AuditEvent.objects.get(action="enquiries.requests")
    assert {seen["id"] for seen in event.objects_seen} >= found


# --- two clinics ------------------------------------------------------------------------------


def test_another_clinic_sees_and_does_nothing(charlie: Membership, harbour: Clinic) -> None:
    found = enquiry(harbour, name="Private Person")
    browser = people.browser(charlie)
    assert browser.get(LIST).status_code == 404
    assert "Private Person" not in browser.get("/clinic/elsewhere/requests/").content.decode()
    for clinic in ("harbour", "elsewhere"):
        for do in ("step", "client"):
            answer = browser.post(at(found, do, clinic), {"kind": "contacted", "after": 0})
            assert answer.status_code == 404
            assert "Private Person" not in answer.content.decode()
    assert not RequestStep.objects.exists()
    assert not Client.objects.exists()
    refused = AuditEvent.objects.filter(outcome="refused", clinic_id=harbour.pk)
    assert refused.exists()


def test_another_clinics_client_is_not_who_asked(
    alice: Membership, harbour: Clinic, elsewhere: Clinic
) -> None:
    found = enquiry(harbour, phone_e164="+16175550199")
    stranger = people.person(elsewhere, phone_e164="+16175550199")
    text = people.browser(alice).get(LIST).content.decode()
    assert str(stranger.pk) not in text
    answer = people.browser(alice).post(
        at(found, "client"), {"after": 0, "client": str(stranger.pk)}
    )
    assert answer.status_code == 404
    assert not RequestStep.objects.exists()


@pytest.mark.parametrize("do", ["step", "client"])
def test_a_request_that_is_not_there_and_a_visitor(do: str, alice: Membership) -> None:
    nothing = f"/clinic/harbour/requests/{uuid4()}/{do}/"
    assert people.browser(alice).post(nothing, {"after": 0}).status_code == 404
    assert people.browser().post(nothing, {"after": 0}).status_code == 302
    assert people.browser(alice).get(nothing).status_code == 405


# --- steps ------------------------------------------------------------------------------------


def test_steps_are_kept_in_order_with_their_author(alice: Membership, harbour: Clinic) -> None:
    found = enquiry(harbour)
    browser = people.browser(alice)
    assert mark(browser, found, "contacted", 0).status_code == 302
    assert mark(browser, found, "closed", 1, reason="no-answer").status_code == 302
    kept = list(found.steps.values_list("number", "kind", "reason", "author_id", "clinic_id"))
    assert kept == [
        (1, "contacted", "", alice.user_id, harbour.pk),
        (2, "closed", "no-answer", alice.user_id, harbour.pk),
    ]
    text = people.browser(alice).get(LIST).content.decode()
    assert "Could not be reached" in text


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "closed", "after": 0},
        {"kind": "closed", "after": 0, "reason": "because"},
        {"kind": "client", "after": 0},
        {"kind": "<b>", "after": 0},
        {"kind": "contacted"},
        {"kind": "contacted", "after": "-1"},
        {"kind": "contacted", "after": "x" * 400},
        {},
    ],
)
def test_a_step_that_is_none_gets_a_sentence_on_the_list(
    given: dict[str, Any], alice: Membership, harbour: Clinic
) -> None:
    found = enquiry(harbour)
    answer = people.browser(alice).post(at(found, "step"), given)
    assert answer.status_code == 422
    alerts = [each for each in read(answer.content).all("div") if each.get("role") == "alert"]
    assert len(alerts) == 1
    assert alerts[0].text.strip()
    assert not RequestStep.objects.exists()


def test_of_two_at_once_one_is_told(alice: Membership, bea: Membership, harbour: Clinic) -> None:
    found = enquiry(harbour)
    mark(people.browser(alice), found, "contacted", 0)
    late = mark(people.browser(bea), found, "booked", 0)
    assert late.status_code == 422
    assert "Somebody else has changed this record meanwhile." in late.content.decode()
    assert found.steps.count() == 1


def test_steps_follow_from_where_a_request_stands(alice: Membership, harbour: Clinic) -> None:
    found = enquiry(harbour)
    now = timezone.now()

    def step(kind: str, after: int) -> RequestStep:
        return take_step(enquiry=found, after=after, kind=kind, author=alice.user, now=now)

    with pytest.raises(StepError):
        step("reopened", 0)
    step("booked", 0)
    with pytest.raises(StepError):
        step("contacted", 1)
    with pytest.raises(OvertakenError):
        step("reopened", 0)
    step("reopened", 1)
    step("contacted", 2)


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "closed"},
        {"kind": "contacted", "reason": "duplicate"},
        {"kind": "client"},
        {"kind": "lost"},
    ],
)
def test_the_database_refuses_a_step_without_its_sense(
    facts: dict[str, str], alice: Membership, harbour: Clinic
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RequestStep.objects.create(
            clinic=harbour,
            enquiry=enquiry(harbour),
            author=alice.user,
            number=1,
            recorded_at=timezone.now(),
            **facts,
        )


def test_a_step_is_neither_changed_nor_deleted(alice: Membership, harbour: Clinic) -> None:
    mark(people.browser(alice), enquiry(harbour), "contacted", 0)
    for statement in (
        "UPDATE enquiries_requeststep SET kind = 'closed'",
        "DELETE FROM enquiries_requeststep",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


# --- a client ---------------------------------------------------------------------------------


def test_whoever_asked_becomes_a_client_of_this_clinic(bea: Membership, harbour: Clinic) -> None:
    found = enquiry(
        harbour, email="lucia@mail.example", concerns=["acne-scars"], words="My acne scars"
    )
    answer = people.browser(bea).post(at(found, "client"), {"after": 0})
    made = Client.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/clinic/harbour/clients/{made.pk}/"
    assert (made.clinic, made.name, made.language) == (harbour, "Lucía Fernández", "es")
    assert (made.phone_e164, made.email) == ("+16175550199", "lucia@mail.example")
    assert made.birth_date is None
    written = ClientVersion.objects.get(client=made)
    assert written.author == bea.user
    assert "acne" not in str(vars(made)) + str(vars(written))
    step = found.steps.get()
    assert (step.kind, step.client) == ("client", made)
    assert people.browser(bea).get(answer["Location"]).status_code == 200


def test_two_who_make_a_client_at_once_make_one(
    alice: Membership, bea: Membership, harbour: Clinic
) -> None:
    found = enquiry(harbour)
    people.browser(alice).post(at(found, "client"), {"after": 0})
    late = people.browser(bea).post(at(found, "client"), {"after": 0})
    assert late.status_code == 422
    assert Client.objects.count() == 1
    with pytest.raises(OvertakenError):
        make_client(enquiry=found, after=0, author=bea.user, now=timezone.now())
    assert Client.objects.count() == 1


def test_a_client_whom_the_clinic_knows_is_offered_and_taken(
    alice: Membership, harbour: Clinic
) -> None:
    known = people.person(harbour, name="Lucía F.", email="Lucia@Mail.example")
    other = people.person(harbour, name="Other Person", phone_e164="+16175550100")
    found = enquiry(harbour, phone_e164="", email="lucia@mail.example")
    text = people.browser(alice).get(LIST).content.decode()
    assert "It is your client Lucía F." in text
    assert str(other.pk) not in text
    people.browser(alice).post(at(found, "client"), {"after": 0, "client": str(known.pk)})
    assert found.steps.get().client == known
    assert Client.objects.count() == 2


@pytest.mark.parametrize("given", [{}, {"after": "x"}, {"after": 0, "client": "nobody"}])
def test_a_client_from_a_broken_form_is_not_made(
    given: dict[str, Any], alice: Membership, harbour: Clinic
) -> None:
    found = enquiry(harbour)
    assert people.browser(alice).post(at(found, "client"), given).status_code == 422
    assert not Client.objects.exists()


# --- answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_replies_say_nothing_about_health(language: str, harbour: Clinic) -> None:
    found = enquiry(
        harbour,
        language=language,
        email="lucia+skin@mail.example",
        concerns=["acne-scars"],
        words="My acne scars",
    )
    made = {reply.way: unquote(reply.href).lower() for reply in replies(found, harbour)}
    assert made["whatsapp"].startswith("https://wa.me/16175550199?text=")
    assert made["phone"] == "tel:+16175550199"
    assert made["email"].startswith("mailto:lucia+skin@mail.example?subject=harbour skin&body=")
    assert {"en": "hello", "es": "hola"}[language] in made["whatsapp"]
    for text in made.values():
        plain = text.replace("harbour skin", "").replace("lucia+skin", "")
        assert not any(word in plain for word in ("acne", "acné", "scar", "skin", "needl", "piel"))
        assert "lucía" not in text


def test_a_hostile_address_stays_one_address(harbour: Clinic) -> None:
    found = enquiry(harbour, phone_e164="", email='a?bcc=x@y.example&body="<b>@mail.example')
    (reply,) = replies(found, harbour)
    assert reply.href.count("?") == 1
    assert reply.href.count("&") == 1
    assert '"' not in reply.href
    assert "<" not in reply.href


def test_only_what_was_offered_is_offered_back(alice: Membership, harbour: Clinic) -> None:
    enquiry(harbour, phone_e164="", email="lucia@mail.example")
    hrefs = [link["href"] for link in read(people.browser(alice).get(LIST).content).all("a")]
    assert not any(href.startswith(("tel:", "https://wa.me")) for href in hrefs)
    assert sum(href.startswith("mailto:") for href in hrefs) == 1


def test_the_same_key_is_one_record_even_for_two_at_once(harbour: Clinic) -> None:
    first = enquiry(harbour)
    facts = {
        name: getattr(first, name)
        for name in (
            *("name", "phone_e164", "email", "language"),
            *("time_of_day", "concerns", "words", "agreed"),
        )
    }
    again, is_as_sent = record_request(
        clinic=harbour, key=first.key, given=facts, now=timezone.now()
    )
    assert (again.pk, is_as_sent) == (first.pk, True)
    changed = {**facts, "words": "more"}
    again, is_as_sent = record_request(
        clinic=harbour, key=first.key, given=changed, now=timezone.now()
    )
    assert (again.pk, is_as_sent) == (first.pk, False)
