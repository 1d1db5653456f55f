"""Proving again who one is, before what only that person may do."""

from __future__ import annotations

from typing import Any, cast

import pytest
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.core.cache import cache
from django.http import HttpResponse
from django.test import RequestFactory

from needlework.web import access
from needlework.web.accounts.reauth import is_recent, recently_authenticated, require_recent
from needlework.web.accounts.services import TooManyTries, confirm_password
from needlework.web.audit.notes import Notes
from needlework.web.clinics.models import Membership
from needlework.web.request import Request
from tests.web import people
from tests.web.accounts import acting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def asked(member: Membership, method: str = "GET", session: Any = None) -> Request:
    """A request as a view gets it."""
    made: Any = RequestFactory().generic(method, "/clinic/harbour/sign/?step=2")
    made.user = member.user
    made.session = people.browser(member).session if session is None else session
    made.audit = Notes()
    made.language = "en"
    return cast("Request", made)


@recently_authenticated
@access.signed_in
def _view(request: Request, word: str) -> HttpResponse:
    return HttpResponse(word)


def test_a_page_for_who_was_just_there_leads_to_the_password_first(alice: Membership) -> None:
    with pytest.raises(ImmediateHttpResponse) as led:
        _view(asked(alice), word="signed")
    to = led.value.response.headers["Location"]
    assert to == "/accounts/reauthenticate/?next=%2Fclinic%2Fharbour%2Fsign%2F%3Fstep%3D2"


def test_afterwards_it_is_open_for_five_minutes(
    alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = acting.signed_in(alice.user)
    assert not is_recent(asked(alice, session=browser.session))
    back = browser.post("/accounts/reauthenticate/?next=/clinic/", {"password": people.PASSWORD})
    assert back.headers["Location"] == "/clinic/"
    request = asked(alice, session=browser.session)
    assert _view(request, word="signed").content == b"signed"
    records = request.session["account_authentication_methods"]
    records[-1]["at"] -= 301
    assert not is_recent(request)


def test_what_was_sent_is_never_run_past_the_access_door(alice: Membership) -> None:
    request = asked(alice, "POST")
    with pytest.raises(ImmediateHttpResponse) as led:
        require_recent(request, back="/clinic/harbour/")
    assert led.value.response.headers["Location"].endswith("?next=%2Fclinic%2Fharbour%2F")
    assert "account_reauthentication_state" not in request.session


def test_the_decorator_keeps_the_policy() -> None:
    assert access.policy_of(_view) == access.SIGNED_IN


def test_a_password_in_the_form_itself(alice: Membership) -> None:
    request = asked(alice, "POST")
    with context.request_context(request):
        assert confirm_password(alice.user, people.PASSWORD)
        assert not request.audit
        assert not confirm_password(alice.user, "not it")
        assert not confirm_password(alice.user, "")
    assert (request.audit.action, request.audit.is_refused) == ("accounts.log_in_fail", True)


def test_it_is_throttled_with_the_failed_sign_ins(alice: Membership) -> None:
    with context.request_context(asked(alice, "POST")):
        for _ in range(5):
            assert not confirm_password(alice.user, "not it")
        with pytest.raises(TooManyTries):
            confirm_password(alice.user, people.PASSWORD)
    assert "_auth_user_id" not in acting.signed_in(alice.user).session


@pytest.mark.parametrize("path", ["/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"])
def test_factors_are_changed_after_proving_it_only(alice: Membership, path: str) -> None:
    answer = acting.signed_in(alice.user).get(path)
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/?next=")


def test_the_address_is_changed_after_proving_it_only(alice: Membership) -> None:
    given = {"email": "new@harbour.example", "action_add": ""}
    answer = acting.signed_in(alice.user).post("/accounts/email/", given)
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/?next=")
