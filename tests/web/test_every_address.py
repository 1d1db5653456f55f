"""Every address of the app × every kind of visitor: what the policy says is what happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from needlework.web import access
from needlework.web.accounts.models import User
from needlework.web.clinics.models import ROLES, Clinic
from needlework.web.portal import links
from tests.web import people
from tests.web.records_of import Records, records_of

# Views that Django itself adds for static files are not ours; there are none in production.


def addresses(
    patterns: Any = None, name: str = "", converters: dict[str, Any] | None = None
) -> Iterator[tuple[str, URLPattern, dict[str, Any]]]:
    """Every pattern with its full name and the converters on its way."""
    for one in patterns or get_resolver().url_patterns:
        on_the_way = {**(converters or {}), **getattr(one.pattern, "converters", {})}
        if isinstance(one, URLResolver):
            inner = f"{name}{one.namespace}:" if one.namespace else name
            yield from addresses(one.url_patterns, inner, on_the_way)
        else:
            yield f"{name}{one.name}", one, on_the_way


ALL = list(addresses())
OURS = [(name, view, kwargs) for name, view, kwargs in ALL if ":" in name]
THEIRS = [(name, view, kwargs) for name, view, kwargs in ALL if ":" not in name]
"""What allauth brings."""


def test_every_view_declares_a_policy() -> None:
    undeclared = [
        name
        for name, pattern, _ in ALL
        if access.policy_of(pattern.callback, name.rpartition(":")[2]) is None
    ]
    assert not undeclared


def test_no_name_is_used_twice() -> None:
    names = [name for name, _, _ in OURS]
    assert len(names) == len(set(names))


def address(name: str, converters: dict[str, Any], clinic: Clinic, records: Records) -> str:
    """The address for a clinic and its records; what a converter stands for is looked up."""
    values: dict[str, Any] = {}
    for argument, converter in converters.items():
        if argument == "clinic":
            values[argument] = clinic.slug
        elif argument in records:
            values[argument] = records[argument]
        elif type(converter).__name__ == "UUIDConverter":
            values[argument] = uuid4()
        elif argument == "lang":
            values[argument] = "en"
        elif argument == "day":
            values[argument] = "2026-11-23"
        else:
            values[argument] = "nothing-of-the-kind"
    return reverse(name, kwargs=values)


@pytest.mark.parametrize(("name", "pattern", "converters"), OURS, ids=[one[0] for one in OURS])
@pytest.mark.django_db
def test_who_gets_in(name: str, pattern: URLPattern, converters: dict[str, Any]) -> None:
    policy = access.policy_of(pattern.callback)
    assert policy is not None
    harbour, elsewhere = people.clinic(), people.clinic("elsewhere", name="Elsewhere")
    theirs = records_of(harbour, people.member(harbour, "owner", email="made-by@harbour.example"))
    ours = records_of(elsewhere, people.member(elsewhere, "owner", email="x@elsewhere.example"))
    path = address(name, converters, harbour, theirs)

    def status(browser: Browser, at: str = path) -> int:
        return browser.get(at).status_code

    if policy.who == "public":
        answer = people.browser().get(path)
        is_for_posting = name == "portal:leave"
        assert answer.status_code in ({405} if is_for_posting else {200, 302})
        assert "/accounts/" not in answer.headers.get("Location", "")
        assert people.browser().post(path).status_code in {200, 405, 422}
        return
    if policy.who == "portal":
        assert status(people.browser()) == 403
        assert status(people.browser(people.member(harbour, "practitioner"))) == 403
        inside = by_link(harbour, theirs, policy.purpose)
        assert status(inside) in {200, 302, 405}
        if set(converters) & (set(theirs) - {"client"}):
            stranger = by_link(elsewhere, ours, policy.purpose)
            assert status(stranger) == 404
        return
    anonymous = people.browser().get(path)
    assert anonymous.status_code == 302
    assert "/accounts/login/" in anonymous.headers["Location"]
    if policy.who == "signed-in":
        return
    stranger = people.browser(people.member(elsewhere, *ROLES, email="all@elsewhere.example"))
    assert status(stranger) == 404
    for role in ROLES:
        got = status(people.browser(people.member(harbour, role)))
        if role in policy.roles:
            assert got in {200, 302, 405}, f"{role} should get in"
        else:
            assert got == 403, f"{role} should not get in"
    # Another clinic's record under one's own clinic's address is not found.
    records = set(converters) & set(theirs)
    if records:
        swapped = address(name, converters, elsewhere, theirs)
        answer = stranger.get(swapped)
        assert answer.status_code in {404, 405}
        if answer.status_code == 405:
            assert stranger.post(swapped).status_code in {403, 404}


def test_the_walk_takes_all() -> None:
    assert {"account_login", "mfa_index", "mfa_list_webauthn"} <= {name for name, _, _ in THEIRS}
    assert len(OURS) + len(THEIRS) == len(ALL)


def their_address(name: str, pattern: URLPattern, converters: dict[str, Any]) -> str:
    found = getattr(pattern.pattern, "regex", None)
    groups = dict(found.groupindex) if found is not None and not converters else {}
    return reverse(name, kwargs={**dict.fromkeys(groups, "x-y"), **dict.fromkeys(converters, 1)})


AFTER_SIGN_OUT = {"account_logout", "mfa_authenticate", "mfa_login_webauthn"}
"""Without a sign-in under way they lead elsewhere."""
WITH_A_KEY = {"mfa_remove_webauthn", "mfa_edit_webauthn"}
"""About a security key, which nobody here has."""
WITH_A_FACTOR = {
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
}
WITHOUT_ONE = {"mfa_activate_totp"}
WITH_A_CODE = {"mfa_reauthenticate"}
LEAD_ON = {
    "account_login",
    "account_signup",
    "account_set_password",
    "account_confirm_login_code",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",
}
"""Nothing to do there for who is in already."""


@pytest.mark.parametrize(("name", "pattern", "converters"), THEIRS, ids=[one[0] for one in THEIRS])
@pytest.mark.django_db
def test_who_gets_in_to_what_allauth_brings(
    name: str, pattern: URLPattern, converters: dict[str, Any]
) -> None:
    policy = access.policy_of(pattern.callback, name)
    assert policy is not None
    path = their_address(name, pattern, converters)
    answer = people.browser().get(path)
    if policy.who == "signed-in":
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"/accounts/login/?next={path}"
        assert people.browser().post(path).headers["Location"].startswith("/accounts/login/")
    else:
        assert policy.who == "public"
        assert answer.status_code == (302 if name in AFTER_SIGN_OUT else 200)
        assert "next=" not in answer.headers.get("Location", "")


def signed_in(user: User, *, has_factor: bool) -> Browser:
    """A browser that came in by the front door, and has shown who it is once more."""
    browser = people.browser()
    given = {"login": user.email, "password": people.PASSWORD}
    if has_factor:
        totp.TOTP.activate(user, totp.generate_totp_secret())
        codes = RecoveryCodes.activate(user).get_unused_codes()
        entered = browser.post("/accounts/login/", given)
        assert "/2fa/authenticate/" in entered.headers["Location"]
        entered = browser.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        again = browser.post("/accounts/2fa/reauthenticate/", {"code": codes[1]})
    else:
        entered = browser.post("/accounts/login/", given)
        again = browser.post("/accounts/reauthenticate/", given)
    assert (entered.status_code, again.status_code) == (302, 302)
    return browser


@pytest.mark.parametrize("has_factor", [False, True])
@pytest.mark.parametrize(("name", "pattern", "converters"), THEIRS, ids=[one[0] for one in THEIRS])
@pytest.mark.django_db
def test_what_allauth_brings_is_there_for_who_has_signed_in(
    name: str, pattern: URLPattern, converters: dict[str, Any], has_factor: bool
) -> None:
    cache.clear()
    alice = people.member(people.clinic(), "practitioner", email="alice@harbour.example")
    browser = signed_in(alice.user, has_factor=has_factor)
    answer = browser.get(their_address(name, pattern, converters))
    if name in WITH_A_KEY or (name in WITH_A_FACTOR and not has_factor):
        assert answer.status_code == 404
    elif name in LEAD_ON | (WITHOUT_ONE if has_factor else WITH_A_CODE):
        assert answer.status_code == 302
        assert "/login/" not in answer.headers["Location"]
    else:
        assert answer.status_code == 200


def by_link(clinic: Clinic, records: Records, purpose: str) -> Browser:
    """A browser that came in by the link of the clinic's client."""
    from needlework.web.clinics.models import Client

    client = Client.objects.get(pk=records["client"])
    assert client.birth_date is not None
    now = timezone.now()
    _, token = links.make_link(client=client, by=None, now=now, purpose=purpose)
    made = people.browser()
    answer = made.post(links.address(token, purpose), {"birth_date": client.birth_date.isoformat()})
    assert answer.status_code == 302, answer.content.decode()
    return made
