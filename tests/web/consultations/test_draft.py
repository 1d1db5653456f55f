"""Work in progress is kept by the server: nobody loses it, and nobody else sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from django.utils import timezone

from needlework.web.accounts.models import User
from needlework.web.clinics.models import ROLES, Client, Membership
from needlework.web.consultations.drafts import (
    KEPT_FOR,
    MOST_LETTERS,
    TAKEN_BACK_WITHIN,
    purge_drafts,
)
from needlework.web.consultations.models import Consultation, Draft
from needlework.web.consultations.questions import SECTIONS
from needlework.web.portal import links
from needlework.web.records.services import retract
from tests.web import people
from tests.web.consultations.drafting import Window, colleague, consulted, desk, drafts
from tests.web.consultations.said import address, everyday, filled, send

pytestmark = pytest.mark.django_db
WAITS = "You have unsaved work of"
WRITERS = ("medical-director", "practitioner", "assistant")


@pytest.fixture
def place() -> tuple[Browser, Membership, Client]:
    member, client = desk()
    return people.browser(member), member, client


@pytest.fixture
def kept(place: Any) -> tuple[Window, Consultation]:
    """A consultation of which an answer was changed, and the window was closed."""
    browser, member, client = place
    row = consulted(member, client)
    window = Window(browser, client, row)
    window.autosave(history__smoking=["yes"])
    return window, row


# --- keeping ------------------------------------------------------------------------------------


def test_a_change_is_kept_with_the_assessment_in_one_request(place: Any) -> None:
    browser, member, client = place
    answer = Window(browser, client).autosave(history__keloid=["yes"])
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'id="assessment"' in page
    assert "Draft kept at" in page
    (draft,) = drafts()
    assert (draft.author, draft.client, draft.consultation) == (member.user, client, None)
    assert draft.clinic == client.clinic
    assert draft.fields["history.keloid"] == ["yes"]
    assert "csrfmiddlewaretoken" not in draft.fields


def test_a_form_that_nobody_touched_is_no_draft(place: Any) -> None:
    browser, member, client = place
    row = consulted(member, client)
    Window(browser, client).autosave()
    window = Window(browser, client, row)
    window.autosave()
    window.act("assess")
    assert drafts() == []


def test_without_a_script_a_button_keeps_it(place: Any) -> None:
    browser, _, client = place
    window = Window(browser, client)
    assert '<noscript><button class="button button--quiet" name="do" value="keep">' in window.page
    answer = window.act("keep", history__atopy=["yes"])
    assert answer.status_code == 200
    assert "Draft kept at" in answer.content.decode()
    assert filled(answer.content.decode())["history.atopy"] == ["yes"]
    assert len(drafts()) == 1


def test_coming_back_asks_what_becomes_of_it_and_goes_on(kept: Any) -> None:
    window, row = kept
    again = Window(window.browser, window.client, row)
    assert WAITS in again.page
    assert "history.smoking" not in again.held
    on = Window(window.browser, window.client, row, "?draft=go-on")
    assert on.held["history.smoking"] == ["yes"]
    for name, values in everyday().items():
        if name != "history.smoking":
            assert sorted(on.held.get(name, [])) == sorted(values), name
    on.autosave(history__atopy=["yes"])
    (draft,) = drafts()
    assert draft.fields["history.atopy"] == ["yes"]


def test_what_cannot_be_saved_is_kept(place: Any) -> None:
    browser, _, client = place
    answer = Window(browser, client).act("save", history__keloid=["yes"])
    assert answer.status_code == 422
    assert drafts()[0].fields["history.keloid"] == ["yes"]


def test_who_would_treat_comes_along(place: Any) -> None:
    browser, _, client = place
    other = colleague(client)
    window = Window(browser, client)
    window.autosave(operator=[str(other.pk)], history__keloid=["yes"])
    on = Window(browser, client, None, "?draft=go-on")
    assert on.held["operator"] == [str(other.pk)]


def test_saving_ends_it(kept: Any) -> None:
    window, row = kept
    on = Window(window.browser, window.client, row, "?draft=go-on")
    assert on.act("save").status_code == 302
    assert row.versions.get(number=2).data["history"]["smoking"] == "yes"
    assert drafts() == []


def test_a_late_request_does_not_bring_back_what_was_saved(place: Any) -> None:
    browser, _member, client = place
    window = Window(browser, client)
    sent = {**window.held, **everyday()}
    assert send(browser, window.path, sent, do="save").status_code == 302
    send(browser, address("assessment_new", client), sent)
    row = Consultation.objects.get()
    edit = Window(browser, client, row)
    assert edit.act("save", history__smoking=["yes"]).status_code == 302
    assert "from another window" in edit.autosave(history__pih=["yes"]).content.decode()
    assert drafts() == []


# --- two windows, two people --------------------------------------------------------------------


def test_a_second_window_does_not_overwrite_the_first(place: Any, kept: Any) -> None:
    first, row = kept
    Draft.objects.all().delete()
    second = Window(first.browser, first.client, row)
    first.autosave(history__smoking=["yes"])
    answer = second.autosave(history__atopy=["yes"])
    assert "Unsaved work of yours waits in another window." in answer.content.decode()
    (draft,) = drafts()
    assert draft.fields["history.smoking"] == ["yes"]
    assert draft.fields["history.atopy"] == ["no"]


def test_two_people_have_a_draft_each(kept: Any) -> None:
    window, row = kept
    other = people.browser(colleague(window.client))
    theirs = Window(other, window.client, row)
    assert WAITS not in theirs.page
    assert theirs.held["history.smoking"] == ["no"]
    theirs.autosave(history__atopy=["yes"])
    assert len(drafts()) == 2
    mine = Window(window.browser, window.client, row, "?draft=go-on")
    assert mine.held["history.atopy"] == ["no"]
    theirs.act("save")
    assert [draft.author for draft in drafts()] == [_user(window)]


def _user(window: Window) -> Any:
    return User.objects.get(email=f"practitioner@{window.client.clinic.slug}.example")


def test_a_newer_version_is_told_with_the_answers_that_differ(kept: Any) -> None:
    window, row = kept
    theirs = Window(people.browser(colleague(window.client)), window.client, row)
    assert theirs.act("save", history__pih=["yes"]).status_code == 302
    offer = Window(window.browser, window.client, row).page
    assert "Somebody saved version 2 since you began." in offer
    assert "2 answers differ" in offer
    assert "Smokes?" in offer
    assert "Dark marks left after inflammation or injury?" in offer
    on = Window(window.browser, window.client, row, "?draft=go-on")
    assert "Somebody saved version 2 while you were typing." in on.page
    assert on.held["base"] == ["2"]
    assert row.versions.count() == 2
    assert on.act("save").status_code == 302
    assert row.versions.get(number=3).data["history"]["smoking"] == "yes"


def test_of_two_savers_the_second_is_told_and_keeps_a_draft(kept: Any) -> None:
    window, row = kept
    mine = Window(window.browser, window.client, row, "?draft=go-on")
    theirs = Window(people.browser(colleague(window.client)), window.client, row)
    assert theirs.act("save", history__pih=["yes"]).status_code == 302
    answer = mine.act("save")
    assert answer.status_code == 422
    assert "2 answers differ" in answer.content.decode()
    assert row.versions.count() == 2
    assert drafts()[0].fields["history.smoking"] == ["yes"]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_own_draft_or_none(kept: Any, role: str) -> None:
    window, row = kept
    browser = people.browser(people.member(window.client.clinic, role, email="one@x.example"))
    for query in ("", "?draft=go-on"):
        answer = browser.get(address("edit", window.client, row) + query)
        assert answer.status_code == (200 if role in WRITERS else 403)
        assert WAITS not in answer.content.decode()
    for do in ("throw", "take-back", "keep", "undo:concerns"):
        sent = {"opened": window.held["opened"][0], "do": do, "history.pih": "yes"}
        answer = browser.post(address("edit", window.client, row), sent)
        assert (answer.status_code == 403) is (role not in WRITERS)
    (mine,) = Draft.objects.filter(author=_user(window))
    assert mine.thrown_at is None
    assert mine.fields["history.smoking"] == ["yes"]


def test_another_clinic_sees_none(kept: Any, charlie: Membership) -> None:
    window, row = kept
    browser = people.browser(charlie)
    for do in ("throw", "take-back", "keep"):
        path = address("edit", window.client, row)
        assert browser.post(path, {"do": do}).status_code == 404
        assert browser.get(f"{path}?draft=go-on").status_code == 404
    assert len(drafts()) == 1


# --- hostile ------------------------------------------------------------------------------------


def test_a_draft_of_a_megabyte_is_refused_and_the_last_one_stays(kept: Any) -> None:
    window, _ = kept
    answer = window.autosave(concerns__0__concern=["x" * 1_000_000])
    assert answer.status_code == 200
    assert "too long to be kept" in answer.content.decode()
    (draft,) = drafts()
    assert sum(map(len, str(draft.fields))) < MOST_LETTERS


@pytest.mark.parametrize(
    "opened", ["", "x", "2026-11-22", "2026-11-22T10:00:00", "\x00", "9" * 5000]
)
def test_a_moment_that_no_page_gave_keeps_nothing(place: Any, opened: str) -> None:
    browser, _, client = place
    sent = {**everyday(), "history.smoking": ["yes"]}
    answer = send(browser, address("assessment_new", client), sent, opened=opened)
    assert answer.status_code == 200
    assert drafts() == []


def test_unknown_names_are_not_kept(place: Any) -> None:
    browser, _, client = place
    window = Window(browser, client)
    assert window.act("keep", no__such=["x"]).status_code == 422
    window.autosave(history__keloid=["yes"])
    assert all("no.such" not in draft.fields for draft in drafts())


@pytest.mark.parametrize(
    "fields",
    [
        None,
        [],
        "x",
        7,
        {"history.smoking": "yes"},
        {"history.smoking": [1, None, {"a": []}]},
        {"history.smoking": ["yes"], "no.such": ["x"], "concerns.0": {"concern": "x"}},
        {"concerns.99999.concern": ["x"], "history.smoking.on": ["no day"], "operator": ["x"]},
        {"<script>": ["<script>alert(1)</script>"], "medicines.list.0.name": ["<b>"]},
    ],
)
def test_a_draft_that_was_tampered_with_harms_nobody(kept: Any, fields: Any) -> None:
    window, row = kept
    Draft.objects.update(fields=fields if fields is not None else {}, base=0)
    for query in ("", "?draft=go-on"):
        answer = window.browser.get(address("edit", window.client, row) + query)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
        assert "<b>" not in answer.content.decode()
    assert row.versions.count() == 1


def test_a_sign_that_cannot_be_kept_is_left_out(place: Any) -> None:
    browser, _, client = place
    window = Window(browser, client)
    window.autosave(medicines__list__0__name=["ibu\x00profen"])
    assert drafts()[0].fields["medicines.list.0.name"] == ["ibuprofen"]


def test_no_answer_stands_in_an_address(kept: Any) -> None:
    window, _row = kept
    for do in ("keep", "throw", "take-back"):
        answer = window.act(do)
        at = answer.headers.get("Location", window.path)
        assert not any(section.id in at.rpartition("/")[2] for section in SECTIONS)
        assert at.rpartition("/")[2] in ("", "?draft=go-on")


# --- its end ------------------------------------------------------------------------------------


def test_old_drafts_are_swept_out_and_young_ones_stay(kept: Any) -> None:
    now = timezone.now()
    Draft.objects.update(saved_at=now - KEPT_FOR + timedelta(minutes=1))
    assert purge_drafts(now) == 0
    assert purge_drafts(now + timedelta(minutes=1)) == 1
    assert drafts() == []


def test_what_was_thrown_away_goes_after_a_day(kept: Any) -> None:
    window, _ = kept
    window.act("throw")
    now = timezone.now()
    assert purge_drafts(now) == 0
    assert purge_drafts(now + TAKEN_BACK_WITHIN) == 1


def test_a_closed_consultations_draft_vanishes(kept: Any) -> None:
    window, row = kept
    user = _user(window)
    retract(record=row, author=user, reason="wrong-client", words="x", now=timezone.now())
    assert window.browser.get(window.path).status_code == 422
    assert purge_drafts(timezone.now()) == 1


@pytest.mark.parametrize("end", ["expired", "revoked", "open"])
def test_a_clients_draft_goes_with_the_link(pat: Client, end: str) -> None:
    now = timezone.now()
    link, _ = links.make_link(client=pat, by=None, now=now, purpose="consultation")
    Draft.objects.create(
        pk=uuid4(), clinic=pat.clinic, client=pat, portal_link=link.pk, fields={}, saved_at=now
    )
    if end == "revoked":
        link.revoked_at = now
        link.save()
    at = link.expires_at if end == "expired" else now
    assert purge_drafts(at) == (0 if end == "open" else 1)


def test_the_attendant_sweeps(kept: Any) -> None:
    Draft.objects.update(saved_at=timezone.now() - KEPT_FOR)
    call_command("attend")
    assert drafts() == []
