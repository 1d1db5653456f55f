"""Signing in: our frame around it, nothing told about who has an account, tries counted."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from needlework.web.clinics.models import Membership
from tests.web import people

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def test_it_works_in_our_frame(alice: Membership) -> None:
    browser = people.browser()
    page = browser.get(LOGIN).content.decode()
    assert "app-bar" in page
    answer = browser.post(LOGIN, {"login": "ALICE@harbour.example", "password": people.PASSWORD})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/clinic/"


def test_a_wrong_password_and_an_unknown_person_read_alike(alice: Membership) -> None:
    def said(email: str) -> str:
        page = people.browser().post(LOGIN, {"login": email, "password": "not-the-password"})
        return page.content.decode().replace(email, "…")

    def strip(text: str) -> list[str]:
        return [line for line in text.splitlines() if "csrf" not in line]

    known, unknown = said("alice@harbour.example"), said("nobody@harbour.example")
    assert strip(known) == strip(unknown)


def test_nobody_signs_up_alone() -> None:
    page = people.browser().post(
        "/accounts/signup/", {"email": "new@x.example", "password1": "a-long-enough-password"}
    )
    from needlework.web.accounts.models import User

    assert page.status_code == 200
    assert not User.objects.exists()


def test_tries_are_counted(alice: Membership) -> None:
    browser = people.browser()
    for _ in range(6):
        last = browser.post(LOGIN, {"login": "alice@harbour.example", "password": "wrong"})
    right = {"login": "alice@harbour.example", "password": people.PASSWORD}
    refused = browser.post(LOGIN, right)
    # Even the right password no longer opens, nor does another browser's.
    assert (last.status_code, refused.status_code) == (200, 200)
    assert "_auth_user_id" not in browser.session
    assert "Too many failed login attempts" in refused.content.decode()
    assert people.browser().post(LOGIN, right).status_code == 200


def test_who_left_does_not_get_in(alice: Membership) -> None:
    alice.user.is_active = False
    alice.user.save()
    given = {"login": "alice@harbour.example", "password": people.PASSWORD}
    answer = people.browser().post(LOGIN, given)
    assert "/clinic/" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("path", ["/accounts/2fa/", "/accounts/password/change/"])
def test_security_pages_wear_our_frame(alice: Membership, path: str) -> None:
    page = people.browser(alice).get(path).content.decode()
    assert "app-bar" in page
    assert "style=" not in page


def test_passwords_are_hashed_with_argon2() -> None:
    from needlework.web import settings

    assert settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
