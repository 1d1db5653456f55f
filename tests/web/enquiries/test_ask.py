"""A visitor asks for a consultation: what is taken, what is refused, what is promised."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client as Browser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import Client, Clinic
from needlework.web.enquiries.forms import AskForm
from needlework.web.enquiries.models import ConsultationRequest
from tests.web import people
from tests.web.enquiries.asking import PATH, enquiry, send, typed
from tests.web.site.places import open_clinic
from tests.web.site.reading import one, read

pytestmark = pytest.mark.django_db


def only() -> ConsultationRequest:
    return ConsultationRequest.objects.get()


# --- what is taken ----------------------------------------------------------------------------


def test_a_request_lands_with_what_was_agreed_to_and_in_the_audit() -> None:
    clinic = open_clinic()
    answer = send(concerns=["texture", "lines"], words="Around the eyes.", health_agreed="on")
    assert answer.status_code == 200
    assert "Your request has arrived" in answer.content.decode()
    found = only()
    assert (found.clinic, found.client, found.author) == (clinic, None, None)
    assert (found.name, found.phone_e164, found.email) == ("Lucía Fernández", "+16175550199", "")
    assert (found.language, found.time_of_day) == ("es", "morning")
    assert found.concerns == ["lines", "texture"]
    assert found.words == "Around the eyes."
    assert [sentence.split(" ")[0] for sentence in found.agreed] == ["Harbour", "I"]
    assert all("Harbour Skin" in sentence for sentence in found.agreed)
    event = AuditEvent.objects.get()
    assert event.action == "enquiries.ask"
    assert event.clinic_id == clinic.pk
    assert event.objects_seen == [{"type": "enquiries.consultationrequest", "id": str(found.pk)}]
    assert "Fern" not in str(event.objects_seen)


@pytest.mark.parametrize(
    ("country", "written", "e164"),
    [
        ("US", "(617) 555-0199", "+16175550199"),
        ("ES", "612 34 56 78", "+34612345678"),
        ("US", "+34 612 34 56 78", "+34612345678"),
        ("MX", "55 1234 5678", "+525512345678"),
    ],
)
def test_a_number_is_read_as_in_the_clinics_country(country: str, written: str, e164: str) -> None:
    people.clinic(country=country)
    assert send(phone=written).status_code == 200
    assert only().phone_e164 == e164


def test_a_mail_address_alone_is_enough_and_health_may_be_left_out() -> None:
    open_clinic()
    assert send(phone="", email="lucia@mail.example").status_code == 200
    found = only()
    assert (found.phone_e164, found.email) == ("", "lucia@mail.example")
    assert found.concerns == []
    assert len(found.agreed) == 1


def test_the_same_form_sent_twice_is_one_request() -> None:
    open_clinic()
    key = str(uuid4())
    first, second = send(key=key), send(key=key)
    assert first.status_code == second.status_code == 200
    assert ConsultationRequest.objects.count() == 1
    assert "was changed since" not in second.content.decode()
    changed = send(key=key, name="Somebody else")
    assert "was changed since" in changed.content.decode()
    assert only().name == "Lucía Fernández"


def test_one_key_in_two_clinics_is_two_requests() -> None:
    open_clinic()
    people.clinic("elsewhere", name="Elsewhere")
    key = str(uuid4())
    send(key=key)
    send("/en/elsewhere/ask/", key=key)
    assert {found.clinic.slug for found in ConsultationRequest.objects.all()} == {
        "harbour",
        "elsewhere",
    }


def test_each_form_has_a_key_of_its_own() -> None:
    open_clinic()
    pages = [read(people.browser().get(PATH).content) for _ in range(2)]
    keys = {one(page, "input", name="key")["value"] for page in pages}
    assert len(keys) == 2
    assert all(UUID(key).version == 4 for key in keys)


def test_a_request_is_neither_changed_nor_deleted() -> None:
    found = enquiry(open_clinic())
    for statement in (
        "UPDATE enquiries_consultationrequest SET name = 'x'",
        "DELETE FROM enquiries_consultationrequest",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert ConsultationRequest.objects.get(pk=found.pk).name == "Lucía Fernández"


def test_the_database_refuses_somebody_who_cannot_be_reached() -> None:
    clinic = open_clinic()
    with pytest.raises(IntegrityError), transaction.atomic():
        enquiry(clinic, phone_e164="", email="")


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Tell us what to call you."),
        ({"name": "12345 …"}, "A name needs at least one letter."),
        ({"name": "x" * 121}, "at most 120"),
        ({"name": "a\x00b"}, "Null characters"),
        ({"phone": ""}, "Give a telephone number or an e-mail address."),
        ({"phone": "call me"}, "This is no telephone number."),
        ({"phone": "1" * 41}, "at most 40"),
        ({"phone": "+1617555019900000000"}, "This is no telephone number."),
        ({"email": "nobody"}, "This is no e-mail address."),
        ({"email": "a@b.example\nBcc: x@y.example"}, "This is no e-mail address."),
        ({"language": "fr"}, "Choose one of those offered."),
        ({"language": None}, "Choose one of those offered."),
        ({"time_of_day": "midnight"}, "Choose one of those offered."),
        ({"concerns": ["lines", "<b>"], "health_agreed": "on"}, "Choose one of those offered."),
        ({"concerns": ["lines"]}, "Tick this to send what you chose or wrote"),
        ({"words": "My scars"}, "Tick this to send what you chose or wrote"),
        ({"words": "w" * 1001, "health_agreed": "on"}, "This is too long."),
        ({"contact_agreed": None}, "Without this we may not answer you."),
        ({"key": "not-a-key"}, "Load the page anew, and send it again."),
        ({"key": None}, "Load the page anew, and send it again."),
        ({"website": "https://spam.example"}, "please send once more."),
    ],
)
def test_what_is_amiss_is_said_and_nothing_is_lost(changed: dict[str, Any], sentence: str) -> None:
    open_clinic()
    answer = send(**{"words": "", "email": "kept@mail.example", **_spare(changed), **changed})
    assert answer.status_code == 422
    text = read(answer.content).text
    assert sentence in text
    assert not ConsultationRequest.objects.exists()
    if "email" not in changed and "email" not in _spare(changed):
        assert 'value="kept@mail.example"' in answer.content.decode()


def _spare(changed: dict[str, Any]) -> dict[str, Any]:
    """A wrong telephone is only wrong where no mail address stands in for it."""
    return {"email": ""} if changed.get("phone") == "" else {}


def test_a_second_try_after_the_trap_goes_through() -> None:
    open_clinic()
    page = read(send(website="https://spam.example").content)
    assert one(page, "input", name="website")["value"] == ""
    again = one(page, "input", name="key")["value"]
    assert send(key=again).status_code == 200


HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% raw %} ${x}",
    "'; DROP TABLE enquiries_consultationrequest; --",
    "\u202edoof \N{GRINNING FACE} مرحبا",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words_on_every_page(text: str) -> None:
    clinic = open_clinic()
    owner = people.member(clinic, "owner")
    sent = send(name=text, words=text, health_agreed="on", phone="", email="a@b.example")
    wrong = send(name=text, words=text)
    listed = people.browser(owner).get("/clinic/harbour/requests/")
    assert (sent.status_code, wrong.status_code, listed.status_code) == (200, 422, 200)
    for answer in (sent, wrong, listed):
        root = read(answer.content)
        assert not list(root.all("img"))
        assert not any(key.startswith("on") for each in root.all() for key in each.attributes)
        assert not [each for each in root.all("script") if not each.get("src")]
    assert " ".join(text.split()) in read(listed.content).text


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.sampled_from([*AskForm.base_fields, "csrfmiddlewaretoken", "x"]),
        st.text(max_size=40),
        max_size=8,
    )
)
def test_any_form_is_answered_in_words(harbour: Clinic, sent: dict[str, str]) -> None:
    form = AskForm(typed(**sent), clinic=harbour, language="en")
    if form.is_valid():
        assert form.facts()["phone_e164"] or form.facts()["email"]
    else:
        assert all(message for messages in form.errors.values() for message in messages)


def test_a_form_without_its_token_is_refused() -> None:
    open_clinic()
    strict = Browser(enforce_csrf_checks=True)
    assert strict.post(PATH, typed()).status_code == 403
    token = one(read(strict.get(PATH).content), "input", name="csrfmiddlewaretoken")["value"]
    assert strict.post(PATH, typed(csrfmiddlewaretoken=token)).status_code == 200


def test_many_requests_from_one_place_are_slowed_and_nothing_typed_is_lost() -> None:
    open_clinic()
    browser = people.browser()
    statuses = [send(browser=browser).status_code for _ in range(8)]
    assert statuses == [200] * 8
    answer = send(browser=browser, name="Ninth")
    assert answer.status_code == 429
    assert 'value="Ninth"' in answer.content.decode()
    assert "Wait an hour, or call us." in answer.content.decode()
    assert ConsultationRequest.objects.count() == 8
    assert AuditEvent.objects.filter(action="enquiries.ask_refused", outcome="refused").exists()
    # What is only mistyped counts for nothing.
    assert ConsultationRequest.objects.filter(name="Ninth").count() == 0


def test_an_unknown_clinic_and_other_methods() -> None:
    open_clinic()
    assert people.browser().get("/en/none/ask/").status_code == 404
    assert send("/en/none/ask/").status_code == 404
    assert people.browser().put(PATH).status_code == 405


# --- what is said afterwards ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "says", "says_not"),
    [
        (datetime(2026, 11, 23, 15, tzinfo=UTC), "during opening hours", "closed now"),
        (datetime(2026, 11, 22, 15, tzinfo=UTC), "Opens on Monday at 09:00", "during opening"),
        (datetime(2026, 11, 23, 12, tzinfo=UTC), "Opens today at 09:00", "during opening"),
    ],
)
def test_a_closed_clinic_promises_nothing(
    now: datetime, says: str, says_not: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_clinic()
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    text = one(read(send().content), "main").text
    assert says in text
    assert says_not not in text
    assert "cannot say when" in text
    assert not re.search(r"within|minute|soon|at once", text)


def test_the_emergency_number_stands_there_where_one_is_known() -> None:
    open_clinic()
    assert one(read(send().content), "a", href="tel:911").text == "911"
    people.clinic("nowhere", emergency_number="", jurisdiction="xx", name="Nowhere")
    answer = send("/en/nowhere/ask/")
    assert answer.status_code == 200
    assert "Emergency number" not in answer.content.decode()


def test_nothing_of_what_was_said_stands_on_the_page_afterwards() -> None:
    open_clinic()
    text = send(words="My scars", concerns=["acne-scars"], health_agreed="on").content.decode()
    for said in ("My scars", "acne-scars", "Fern", "555-0199"):
        assert said not in text


def test_the_only_cookie_is_the_one_that_guards_the_form() -> None:
    open_clinic()
    answer = people.browser().get(PATH)
    assert set(answer.cookies) == {"csrftoken"}
    assert "no-store" in answer["Cache-Control"]


def test_no_client_is_made_by_asking() -> None:
    open_clinic()
    send()
    assert not Client.objects.exists()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_weighs_little_and_leads_to_its_other_language(language: str) -> None:
    open_clinic()
    answer = people.browser().get(f"/{language}/harbour/ask/")
    assert len(answer.content) < 30_000
    root = read(answer.content)
    assert one(root, "html")["lang"] == language
    other = "es" if language == "en" else "en"
    assert one(root, "a", href=f"/{other}/harbour/ask/")["lang"] == other
