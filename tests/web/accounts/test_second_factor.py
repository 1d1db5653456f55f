"""Who needs a second factor gets nowhere without; what one is worth is shown too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client as Browser

from needlework.web.accounts import factors
from needlework.web.accounts.models import User
from needlework.web.clinics.models import ROLES, Clinic, Membership
from tests.web import people
from tests.web.accounts import acting

pytestmark = pytest.mark.django_db
INDEX = "/accounts/2fa/"


@pytest.fixture(autouse=True)
def _as_in_a_clinic(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    cache.clear()


@pytest.mark.parametrize("role", ROLES)
def test_s17_a_second_factor_is_forced_by_role(harbour: Clinic, role: str) -> None:
    member = people.member(harbour, role)
    answer = people.browser(member).get(f"/clinic/{harbour.slug}/")
    if role in factors.ASKED_OF:
        assert (answer.status_code, answer.headers["Location"]) == (302, INDEX)
        acting.app(member.user)
        answer = people.browser(member).get(f"/clinic/{harbour.slug}/")
    assert answer.status_code == 200


def test_without_it_only_enrolling_language_and_signing_out_are_open(harbour: Clinic) -> None:
    owner = people.browser(people.member(harbour, "owner"))
    told = owner.get(INDEX).content.decode()
    assert "Owners and medical directors sign in with a second step" in told
    assert owner.get("/accounts/2fa/webauthn/").status_code == 200
    assert (
        owner.get("/accounts/2fa/totp/activate/")
        .headers["Location"]
        .startswith("/accounts/reauthenticate/")
    )
    for path in ("/clinic/", f"/clinic/{harbour.slug}/clients/", "/accounts/password/change/"):
        assert owner.get(path).headers["Location"] == INDEX
        assert owner.post(path).headers["Location"] == INDEX
    asked = owner.get("/clinic/", headers={"HX-Request": "true"})
    assert asked.headers["HX-Redirect"] == INDEX
    answer = owner.post("/accounts/language/", {"language": "es", "next": INDEX})
    assert answer.headers["Location"] == INDEX
    assert User.objects.get().language == "es"
    assert owner.post("/accounts/logout/").status_code == 302
    assert not acting.is_in(owner)


def test_an_owner_anywhere_is_asked_everywhere(harbour: Clinic, elsewhere: Clinic) -> None:
    treats = people.member(harbour, "practitioner")
    assert not factors.is_missing(treats.user)
    owns = Membership.objects.create(clinic=elsewhere, user=treats.user)
    owns.role_rows.create(role="owner")
    assert factors.is_missing(treats.user)
    assert people.browser(treats).get(f"/clinic/{harbour.slug}/").headers["Location"] == INDEX


def test_recovery_codes_alone_are_no_second_factor(harbour: Clinic) -> None:
    owner = people.member(harbour, "owner")
    Authenticator.objects.create(
        user=owner.user, type=Authenticator.Type.RECOVERY_CODES, data={"used_mask": 0}
    )
    assert factors.is_missing(User.objects.get(pk=owner.user.pk))


def test_in_a_demo_it_is_offered_and_the_page_says_so(harbour: Clinic, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    owner = people.browser(people.member(harbour, "owner"))
    assert owner.get(f"/clinic/{harbour.slug}/").status_code == 200
    assert "In this demo a second step is offered." in owner.get(INDEX).content.decode()


def enrol(browser: Browser) -> str:
    """An authenticator app, by the pages; the secret."""
    proved = browser.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
    assert proved.status_code == 302
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    secret = str(browser.session["mfa.totp.secret"])
    assert secret in page
    done = browser.post("/accounts/2fa/totp/activate/", {"code": acting.code(secret)})
    assert done.status_code == 302, done.content.decode()
    return secret


@pytest.mark.django_db(transaction=True)
def test_an_app_is_enrolled_by_its_pages_and_asked_for_afterwards() -> None:
    clinic = people.clinic()
    owner = people.member(clinic, "owner")
    browser = acting.signed_in(owner.user)
    secret = enrol(browser)
    assert browser.get(f"/clinic/{clinic.slug}/").status_code == 200
    again = acting.signed_in(owner.user)
    assert not acting.is_in(again)
    answer = again.post("/accounts/2fa/authenticate/", {"code": acting.code(secret)})
    assert answer.status_code == 302
    assert acting.is_in(again)


def test_s17_a_code_is_not_taken_twice_in_its_window(harbour: Clinic) -> None:
    user = people.member(harbour, "owner").user
    secret = acting.app(user)
    first, second = acting.signed_in(user), acting.signed_in(user)
    given = {"code": acting.code(secret)}
    assert first.post("/accounts/2fa/authenticate/", given).status_code == 302
    refused = second.post("/accounts/2fa/authenticate/", given)
    assert refused.status_code == 200
    assert "Incorrect code" in refused.content.decode()
    assert not acting.is_in(second)


@pytest.mark.parametrize("periods", [-2, -1, 1, 2])
def test_s17_a_code_of_another_window_is_refused(harbour: Clinic, periods: int) -> None:
    user = people.member(harbour, "owner").user
    secret = acting.app(user)
    browser = acting.signed_in(user)
    browser.post("/accounts/2fa/authenticate/", {"code": acting.code(secret, periods)})
    assert not acting.is_in(browser)


def test_s17_guessing_codes_is_counted(harbour: Clinic) -> None:
    user = people.member(harbour, "owner").user
    secret = acting.app(user)
    browser = acting.signed_in(user)
    wrong = f"{(int(acting.code(secret)) + 7) % 10**6:06}"
    for _ in range(6):
        browser.post("/accounts/2fa/authenticate/", {"code": wrong})
    browser.post("/accounts/2fa/authenticate/", {"code": acting.code(secret)})
    assert not acting.is_in(browser)


def codes_of(user: User) -> list[str]:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    return list(RecoveryCodes.activate(user).get_unused_codes())


def test_s17_a_backup_code_opens_once(harbour: Clinic) -> None:
    user = people.member(harbour, "owner").user
    acting.app(user)
    given = {"code": codes_of(user)[0]}
    first, second = acting.signed_in(user), acting.signed_in(user)
    assert first.post("/accounts/2fa/authenticate/", given).status_code == 302
    assert acting.is_in(first)
    second.post("/accounts/2fa/authenticate/", given)
    assert not acting.is_in(second)


def test_s17_neither_seeds_nor_backup_codes_can_be_read_in_the_database(harbour: Clinic) -> None:
    """Backup codes are derived from a seed, encrypted with a key that is not in the database."""
    user = people.member(harbour, "owner").user
    secret = acting.app(user)
    codes = codes_of(user)
    kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert len(set(codes)) == 10
    assert not [one for one in (secret, *codes) if one in kept]


@pytest.mark.django_db(transaction=True)
def test_s17_backup_codes_are_shown_once() -> None:
    clinic = people.clinic()
    owner = people.member(clinic, "owner")
    browser = acting.signed_in(owner.user)
    enrol(browser)
    codes = codes_of(owner.user)
    shown = browser.get("/accounts/2fa/recovery-codes/").content.decode()
    again = browser.get("/accounts/2fa/recovery-codes/").content.decode()
    assert all(one in shown for one in codes)
    assert not [one for one in codes if one in again]
    assert browser.get("/accounts/2fa/recovery-codes/download/").status_code == 403


def test_a_reset_password_does_not_open_past_the_second_factor(harbour: Clinic) -> None:
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    user = people.member(harbour, "owner").user
    acting.app(user)
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    browser = people.browser()
    at = browser.get(f"/accounts/password/reset/key/{key}/").headers["Location"]
    new = "Quayside-lamp-7-orange"
    assert browser.post(at, {"password1": new, "password2": new}).status_code == 302
    assert not acting.is_in(browser)
    assert not acting.is_in(acting.signed_in(user, new))
