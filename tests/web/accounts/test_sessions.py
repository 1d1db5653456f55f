"""How long somebody is signed in, and what ends it."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.cache import cache

from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import Membership
from tests.web import people
from tests.web.accounts import acting
from tests.web.accounts.test_second_factor import enrol

pytestmark = pytest.mark.django_db
LIFE_S = 12 * 60 * 60
NEW = "Quayside-lamp-7-orange"


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def test_the_key_changes_at_sign_in(alice: Membership) -> None:
    browser = people.browser()
    planted = browser.session
    planted.save()
    browser.cookies["sessionid"] = str(planted.session_key)
    given = {"login": alice.user.email, "password": people.PASSWORD}
    assert browser.post(acting.LOGIN, given).status_code == 302
    after = browser.session.session_key
    assert after != planted.session_key
    assert len(str(after)) >= 32
    assert not Session.objects.filter(session_key=planted.session_key).exists()


def test_s11_signing_out_ends_the_session_itself(alice: Membership) -> None:
    browser = acting.signed_in(alice.user)
    kept = browser.cookies["sessionid"].value
    assert acting.is_in(browser)
    answer = browser.post("/accounts/logout/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    thief = people.browser()
    thief.cookies["sessionid"] = kept
    assert not acting.is_in(thief)
    assert not Session.objects.filter(session_key=kept).exists()


def test_signing_out_needs_more_than_a_link(alice: Membership) -> None:
    browser = acting.signed_in(alice.user)
    browser.get("/accounts/logout/")
    assert acting.is_in(browser)


def test_s11_a_new_password_ends_the_other_sessions(alice: Membership) -> None:
    here, there = acting.signed_in(alice.user), acting.signed_in(alice.user)
    key = here.session.session_key
    given = {"oldpassword": people.PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post("/accounts/password/change/", given).status_code == 302
    assert acting.is_in(here)
    assert here.session.session_key != key
    assert not acting.is_in(there)


def test_a_change_of_password_needs_the_present_one(alice: Membership) -> None:
    here = acting.signed_in(alice.user)
    given = {"oldpassword": "not-the-password", "password1": NEW, "password2": NEW}
    assert here.post("/accounts/password/change/", given).status_code == 200
    alice.user.refresh_from_db()
    assert alice.user.check_password(people.PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_s11_a_new_factor_ends_the_other_sessions_and_changes_the_key() -> None:
    user = people.member(people.clinic(), "practitioner").user
    here, there = acting.signed_in(user), acting.signed_in(user)
    enrol(here)
    key = here.session.session_key
    assert acting.is_in(here)
    assert not acting.is_in(there)
    assert here.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.exists()
    assert acting.is_in(here)
    assert here.session.session_key != key


def test_a_factor_taken_away_by_other_means_ends_every_session(alice: Membership) -> None:
    acting.app(alice.user)
    browser = people.browser(alice)
    assert acting.is_in(browser)
    Authenticator.objects.all().delete()
    assert not acting.is_in(browser)


def test_the_key_changes_when_one_proves_again_who_one_is(alice: Membership) -> None:
    browser = acting.signed_in(alice.user)
    key = browser.session.session_key
    browser.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
    assert browser.session.session_key != key
    assert acting.is_in(browser)


def test_a_closed_account_is_out_at_once(alice: Membership) -> None:
    browser = acting.signed_in(alice.user)
    alice.user.is_active = False
    alice.user.save()
    assert not acting.is_in(browser)


@pytest.mark.parametrize(("age_s", "stays"), [(LIFE_S - 60, True), (LIFE_S, False)])
def test_a_session_ends_after_twelve_hours_however_busy(
    alice: Membership, age_s: int, *, stays: bool
) -> None:
    browser = people.browser(alice)
    session = acting.aged(browser, entered_s=age_s)
    answer = browser.get(f"/clinic/{alice.clinic.slug}/")
    if stays:
        assert answer.status_code == 200
        return
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=/clinic/")
    assert not Session.objects.filter(session_key=session.session_key).exists()
    row = AuditEvent.objects.latest("id")
    assert (row.action, row.outcome, row.actor_id) == (
        "accounts.session_over",
        "refused",
        alice.user.pk,
    )


def test_a_session_that_tells_no_beginning_is_over(alice: Membership) -> None:
    browser = people.browser(alice)
    session = browser.session
    del session["entered_at"]
    session.save()
    assert not acting.is_in(browser)


def test_reading_pages_does_not_write_the_session_each_time(alice: Membership) -> None:
    browser = people.browser(alice)
    path = f"/clinic/{alice.clinic.slug}/"
    browser.get(path)
    acting.aged(browser, seen_s=10)
    before = browser.session["seen_at"]
    browser.get(path)
    assert browser.session["seen_at"] == before
    acting.aged(browser, seen_s=40)
    browser.get(path)
    assert browser.session["seen_at"] > before - 5
