"""What is sent by mail: in the language of whom it is for, and nothing about anyone's health."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache

from needlework.i18n import translator
from needlework.web.clinics.models import Client, Membership
from tests.web import people
from tests.web.accounts import acting

pytestmark = pytest.mark.django_db
RESET = "/accounts/password/reset/"
LINK = re.compile(r"http://testserver(/accounts/password/reset/key/\S+)")
NEW = "Quayside-lamp-7-orange"


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def asked_for(email: str) -> str:
    answer = people.browser().post(RESET, {"email": email})
    assert answer.headers["Location"] == f"{RESET}done/"
    return str(mail.outbox[-1].body) if mail.outbox else ""


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_new_password_by_mail(alice: Membership, pat: Client, language: str) -> None:
    alice.user.language = language
    alice.user.save()
    text = asked_for(alice.user.email)
    sent = mail.outbox[0]
    _ = translator(language)
    assert sent.to == [alice.user.email]
    assert sent.subject == _("Choose a new password")
    assert _("If it was not you, do nothing: your password stays as it is.") in text
    # Whoever reads it learns nothing of a clinic, a person, a role or a client.
    for word in (alice.clinic.name, alice.user.name, pat.name, "practitioner", "treat"):
        assert word.lower() not in f"{sent.subject} {text}".lower()
    found = LINK.search(text)
    assert found
    assert (getattr(sent, "alternatives", []), sent.attachments) == ([], [])


def test_the_link_works_once_and_for_ten_minutes(
    alice: Membership, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = LINK.search(asked_for(alice.user.email))
    assert found
    late = people.browser().get(found[1])
    assert late.status_code == 302
    browser = people.browser()
    at = browser.get(found[1]).headers["Location"]
    assert browser.post(at, {"password1": NEW, "password2": NEW}).status_code == 302
    assert acting.is_in(acting.signed_in(alice.user, NEW))
    # Used, it opens nothing any more.
    used = people.browser().get(found[1])
    assert used.status_code == 200
    assert 'name="password1"' not in used.content.decode()
    from needlework.web import settings as ours

    assert ours.PASSWORD_RESET_TIMEOUT == 600


def test_an_old_link_opens_nothing(alice: Membership, settings: Any) -> None:
    found = LINK.search(asked_for(alice.user.email))
    assert found
    settings.PASSWORD_RESET_TIMEOUT = -1
    page = people.browser().get(found[1])
    assert page.status_code == 200
    assert 'name="password1"' not in page.content.decode()


def test_a_strangers_address_gets_no_mail_and_the_same_answer(alice: Membership) -> None:
    assert asked_for("nobody@harbour.example") == ""
    assert not mail.outbox
    asked_for(alice.user.email)
    assert len(mail.outbox) == 1


def test_who_changed_a_password_is_told(alice: Membership) -> None:
    browser = acting.signed_in(alice.user)
    given = {"oldpassword": people.PASSWORD, "password1": NEW, "password2": NEW}
    browser.post("/accounts/password/change/", given)
    text = str(mail.outbox[-1].body)
    assert "If it was not you" in text
    assert "127.0.0.1" not in text
    assert alice.clinic.name not in text


def test_without_mail_the_page_promises_none(settings: Any) -> None:
    told = "This installation sends no mail yet."
    settings.MAIL_IS_SET_UP = False
    assert told in people.browser().get(RESET).content.decode()
    settings.MAIL_IS_SET_UP = True
    assert told not in people.browser().get(RESET).content.decode()


def test_asking_for_many_is_throttled(alice: Membership) -> None:
    for _ in range(8):
        people.browser().post(RESET, {"email": alice.user.email})
    assert len(mail.outbox) <= 5


def test_no_password_code_or_link_reaches_a_log(
    alice: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = acting.app(alice.user)
    browser = acting.signed_in(alice.user)
    browser.post("/accounts/2fa/authenticate/", {"code": acting.code(secret)})
    acting.signed_in(alice.user, "a-wrong-password-typed")
    found = LINK.search(asked_for(alice.user.email))
    assert found
    people.browser().get(found[1])
    told = [
        line
        for line in caplog.text.splitlines()
        # What the database was asked is logged at a level that is never on outside of tests.
        if "django.db.backends" not in line
    ]
    text = "\n".join(told)
    for word in (people.PASSWORD, "a-wrong-password-typed", secret, found[1], alice.user.email):
        assert word not in text
