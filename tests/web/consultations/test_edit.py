"""A change is a new version; of two who change at once, the second is told and loses nothing."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser

from needlework.errors import AnswerError
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations.models import Consultation
from needlework.web.consultations.services import record_consultation
from needlework.web.records.services import OvertakenError, supersede
from tests.consultations import base
from tests.web import people
from tests.web.consultations.said import KNOWN, address, everyday, filled, place_for, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> tuple[Browser, Client, Consultation]:
    _, member, client = place_for(base())
    made = record_consultation(
        client=client, author=member.user, data=base(), known=KNOWN, now=people.NOW
    )
    return people.browser(member), client, made.consultation


def test_the_form_holds_what_was_said(kept: Any) -> None:
    browser, client, row = kept
    held = filled(browser.get(address("edit", client, row)).content.decode())
    assert held["base"] == ["1"]
    for name, values in everyday().items():
        assert sorted(held.get(name, [])) == sorted(values), name


def test_a_change_is_the_next_version_and_the_first_stays(kept: Any) -> None:
    browser, client, row = kept
    first = row.versions.get()
    sent = {**everyday(), "history.smoking": ["yes"]}
    assert send(browser, address("edit", client, row), sent, base="1").status_code == 302
    second = row.versions.get(number=2)
    assert second.supersedes == first
    assert second.data["history"]["smoking"] == "yes"
    first.refresh_from_db()
    assert first.data["history"]["smoking"] == "no"


def test_who_comes_second_is_told_and_loses_nothing(kept: Any) -> None:
    browser, client, row = kept
    one = {**everyday(), "history.smoking": ["yes"]}
    two = {**everyday(), "history.atopy": ["yes"]}
    assert send(browser, address("edit", client, row), one, base="1").status_code == 302
    answer = send(browser, address("edit", client, row), two, base="1")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Somebody saved version 2 while you were typing." in page
    held = filled(page)
    assert held["history.atopy"] == ["yes"]
    assert held["base"] == ["2"]
    assert row.versions.count() == 2
    again = send(browser, address("edit", client, row), two, base=held["base"][0])
    assert again.status_code == 302
    assert row.versions.get(number=3).data["history"]["smoking"] == "no"


@pytest.mark.parametrize("base_number", ["", "0", "2", "99", "-1", "x", "1e3", "9" * 40])
def test_a_version_to_follow_that_is_not_the_newest_is_refused(kept: Any, base_number: str) -> None:
    browser, client, row = kept
    answer = send(browser, address("edit", client, row), everyday(), base=base_number)
    assert answer.status_code == 422
    assert row.versions.count() == 1


def test_of_two_saves_at_the_same_moment_one_is_overtaken(
    kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both read version 1 as the newest; the database lets one of them be version 2."""
    from needlework.web.consultations import services

    _, client, row = kept
    together = supersede

    def with_another_first(*, old: Any, new: Any) -> Any:
        first = {field.attname: getattr(new, field.attname) for field in new._meta.fields}
        together(old=old, new=type(new)(**{**first, "id": uuid4()}))
        return together(old=old, new=new)

    monkeypatch.setattr(services, "supersede", with_another_first)
    with pytest.raises(OvertakenError):
        record_consultation(
            client=client,
            author=people.member(client.clinic, "owner").user,
            data=base(),
            known=KNOWN,
            now=people.NOW,
            consultation=row,
            base=1,
        )
    assert row.versions.count() == 1  # undone with the whole of it, as one request would be


def test_what_the_engine_refuses_is_never_recorded(kept: Any) -> None:
    _, client, _ = kept
    wrong = {**base(), "devices": [{"id": "no-such"}]}
    with pytest.raises(AnswerError):
        record_consultation(client=client, author=None, data=wrong, known=KNOWN, now=people.NOW)
    assert Consultation.objects.count() == 1


def test_clearances_go_along_and_are_shown(kept: Any) -> None:
    browser, client, _ = kept
    given = {
        "rule": "D1",
        "outcome": "cleared",
        "role": "C",
        "on": "2026-11-20",
        "until": "2027-11-20",
    }
    data = {**base(), "clearances": [given]}
    row = record_consultation(
        client=client,
        author=people.member(client.clinic, "owner").user,
        data=data,
        known=KNOWN,
        now=people.NOW,
    ).consultation
    assert "Clearances on record" in browser.get(address("edit", client, row)).content.decode()
    assert send(browser, address("edit", client, row), everyday(), base="1").status_code == 302
    assert row.versions.get(number=2).data["clearances"] == [given]


def test_the_client_of_the_address_must_be_the_consultations(kept: Any) -> None:
    browser, client, row = kept
    other = people.person(client.clinic, "Somebody Else")
    for name in ("edit", "detail", "plan", "plan_pdf"):
        assert browser.get(address(name, other, row)).status_code == 404


def test_a_stranger_finds_nothing(kept: Any, charlie: Membership) -> None:
    _, client, row = kept
    browser = people.browser(charlie)
    for name in ("edit", "detail", "plan", "plan_pdf", "consent_pdf", "schedule_ics"):
        assert browser.get(address(name, client, row)).status_code == 404
    assert send(browser, address("edit", client, row), everyday(), base="1").status_code == 404
    assert row.versions.count() == 1
