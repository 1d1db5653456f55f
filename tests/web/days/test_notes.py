"""Notes: kept as written, marked where wrong, read by those who treat."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.utils import timezone

from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.days.forms import LONGEST_NOTE
from needlework.web.days.models import Note
from needlework.web.days.services import write_note
from needlework.web.records.services import retract
from tests.web import people
from tests.web.plans.signed import consulted, hidden

pytestmark = pytest.mark.django_db


def path(client: Client) -> str:
    return f"/clinic/{client.clinic.slug}/clients/{client.pk}/notes/"


@pytest.fixture
def browser(alice: Membership) -> Browser:
    return people.browser(alice)


def test_a_note_is_written_and_read(browser: Browser, pat: Client, alice: Membership) -> None:
    assert browser.post(path(pat), {"text": "Faints at needles.\nLie down."}).status_code == 302
    for page in (path(pat), f"/clinic/harbour/clients/{pat.pk}/"):
        shown = browser.get(page).content.decode()
        assert "Faints at needles.\nLie down." in shown
        assert alice.user.name in shown


def test_sent_twice_it_is_one_note_and_other_words_are_another(
    browser: Browser, pat: Client
) -> None:
    key = hidden(browser.get(path(pat)).content.decode(), "key")
    for _tap in range(2):
        assert browser.post(path(pat), {"text": "Rang; no answer.", "key": key}).status_code == 302
    assert Note.objects.count() == 1
    browser.post(path(pat), {"text": "Rang; she comes on Monday.", "key": key})
    assert Note.objects.count() == 2
    # The same words on another day are another note.
    key = hidden(browser.get(path(pat)).content.decode(), "key")
    browser.post(path(pat), {"text": "Rang; no answer.", "key": key})
    assert Note.objects.count() == 3


@pytest.mark.parametrize("key", ["", "no-uuid", "0" * 36])
def test_a_key_that_is_none_loses_no_note(browser: Browser, pat: Client, key: str) -> None:
    answer = browser.post(path(pat), {"text": "Faints at needles.", "key": key})
    assert Note.objects.count() == 1 or "Faints at needles." in answer.content.decode()


def test_the_newest_comes_first_and_an_error_stays_struck(
    browser: Browser, pat: Client, alice: Membership
) -> None:
    for text in ("First.", "Second."):
        write_note(client=pat, consultation=None, text=text, author=alice.user, now=timezone.now())
    second = Note.objects.get(text="Second.")
    retract(record=second, author=alice.user, reason="wrong-client", now=timezone.now())
    page = browser.get(path(pat)).content.decode()
    assert page.index("Second.") < page.index("First.")
    assert "<del>Second.</del>" in page
    assert "<del>First." not in page
    assert Note.objects.count() == 2


def test_about_a_consultation(browser: Browser, pat: Client, alice: Membership) -> None:
    version = consulted(pat, alice)
    about = f"/clinic/harbour/clients/{pat.pk}/consultations/{version.consultation_id}/notes/"
    browser.post(about, {"text": "Wants it before June."})
    browser.post(path(pat), {"text": "Has moved."})
    page = browser.get(about).content.decode()
    assert "Wants it before June." in page
    assert "Has moved." not in page


def test_anothers_consultation_is_not_found(
    browser: Browser, pat: Client, alice: Membership, harbour: Clinic
) -> None:
    other = people.person(harbour, "Somebody Else")
    version = consulted(other, alice)
    about = f"/clinic/harbour/clients/{pat.pk}/consultations/{version.consultation_id}/notes/"
    assert browser.post(about, {"text": "x"}).status_code == 404
    assert not Note.objects.exists()


def test_hostile_words_are_words(browser: Browser, pat: Client) -> None:
    browser.post(path(pat), {"text": "<script>alert(1)</script>"})
    page = browser.get(path(pat)).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("text", "says"), [("", "empty"), ("   ", "empty"), ("x" * (LONGEST_NOTE + 1), "longer than")]
)
def test_what_is_no_note(text: str, says: str, browser: Browser, pat: Client) -> None:
    answer = browser.post(path(pat), {"text": text})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert text.strip() in answer.content.decode(), "what was typed is kept"
    assert not Note.objects.exists()


def test_the_desk_neither_reads_nor_writes(bea: Membership, pat: Client, alice: Membership) -> None:
    write_note(
        client=pat, consultation=None, text="Private.", author=alice.user, now=timezone.now()
    )
    desk = people.browser(bea)
    assert desk.get(path(pat)).status_code == 403
    assert desk.post(path(pat), {"text": "x"}).status_code == 403
    assert "Private." not in desk.get(f"/clinic/harbour/clients/{pat.pk}/").content.decode()


def test_nobody_of_another_clinic(charlie: Membership, pat: Client) -> None:
    stranger = people.browser(charlie)
    assert stranger.get(path(pat)).status_code == 404
    theirs = f"/clinic/{charlie.clinic.slug}/clients/{pat.pk}/notes/"
    assert stranger.post(theirs, {"text": "x"}).status_code == 404
    assert not Note.objects.exists()


def test_in_spanish(browser: Browser, pat: Client) -> None:
    page = browser.get(path(pat), headers={"accept-language": "es"}).content.decode()
    assert "Guardar la nota" in page
