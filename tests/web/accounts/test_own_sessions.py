"""Where somebody is signed in: seen by themselves alone, and ended by themselves alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client as Browser

from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import Membership
from tests.web import people
from tests.web.accounts import acting

pytestmark = pytest.mark.django_db
PAGE = "/accounts/sessions/"
END = "/accounts/sessions/end/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
NEW = "Quayside-lamp-7-orange"


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def signed_in(who: Membership, agent: str = "", address: str = "192.0.2.1") -> Browser:
    browser = Browser(headers={"user-agent": agent}, REMOTE_ADDR=address)
    given = {"login": who.user.email, "password": people.PASSWORD}
    assert browser.post(acting.LOGIN, given).status_code == 302
    return browser


def text(browser: Browser) -> str:
    answer = browser.get(PAGE)
    assert answer.status_code == 200
    return str(answer.content.decode())


def others(page: str) -> list[str]:
    return re.findall(r'name="which" value="([0-9a-f]{32})"', page)


def end(browser: Browser, which: str, password: str = people.PASSWORD) -> Any:
    return browser.post(END, {"which": which, "password": password})


def test_ones_own_are_listed_and_nobody_elses(alice: Membership, bea: Membership) -> None:
    here = signed_in(alice)
    signed_in(alice, FIREFOX, "192.0.2.2")
    signed_in(bea, "Strange/1", "192.0.2.3")
    page = text(here)
    assert len(others(page)) == 1
    assert "Firefox, Linux" in page
    assert "192.0.2.2" in page
    assert "192.0.2.3" not in page
    assert "Strange" not in page
    for key in Session.objects.values_list("session_key", flat=True):
        assert key not in page, "a key would open the session"


def test_one_is_ended_and_this_one_goes_on(alice: Membership) -> None:
    here, there, third = signed_in(alice), signed_in(alice, FIREFOX), signed_in(alice)
    (which,) = [
        name
        for name in others(text(here))
        if name not in others(text(there))  # a page leaves its own out
    ]
    assert end(here, which).status_code == 302
    assert (acting.is_in(here), acting.is_in(there), acting.is_in(third)) == (True, False, True)
    told = AuditEvent.objects.get(action="accounts.session_ended")
    assert told.actor == alice.user


def test_all_others_are_ended_at_once(alice: Membership, bea: Membership) -> None:
    here, *rest = [signed_in(alice) for _ in range(3)]
    hers = signed_in(bea)
    assert end(here, "others").status_code == 302
    assert acting.is_in(here)
    assert acting.is_in(hers)
    assert not any(acting.is_in(one) for one in rest)
    assert "You are signed in nowhere else." in text(here)


def test_it_needs_the_password(alice: Membership) -> None:
    here, there = signed_in(alice), signed_in(alice)
    for password in ("", "not hers"):
        answer = end(here, "others", password)
        assert answer.status_code == 422
        assert "field__error" in answer.content.decode()
    assert acting.is_in(there)


def test_guessing_the_password_is_counted(alice: Membership) -> None:
    here, there = signed_in(alice), signed_in(alice)
    answers = [end(here, "others", "not hers") for _ in range(12)]
    assert "Too many tries" in answers[-1].content.decode()
    assert "Too many tries" in end(here, "others").content.decode()
    assert acting.is_in(there)


def test_nobody_ends_anothers(alice: Membership, bea: Membership) -> None:
    hers, victim = signed_in(bea), signed_in(alice)
    (which,) = others(text(signed_in(alice)))
    for chosen in (which, "", "x" * 40, str(victim.session.session_key)):
        assert end(hers, chosen).status_code == 422
    assert acting.is_in(victim)


def test_this_one_is_no_choice(alice: Membership) -> None:
    here, there = signed_in(alice), signed_in(alice)
    (mine,) = others(text(there))
    assert end(here, mine).status_code == 422
    assert acting.is_in(here)


def test_what_a_new_password_or_factor_ended_is_not_listed(alice: Membership) -> None:
    here, _there = signed_in(alice), signed_in(alice)
    assert len(others(text(here))) == 1
    given = {"oldpassword": people.PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post("/accounts/password/change/", given).status_code == 302
    assert others(text(here)) == []


def test_one_whose_life_has_ended_is_not_listed(alice: Membership) -> None:
    here, there = signed_in(alice), signed_in(alice)
    acting.aged(there, entered_s=13 * 60 * 60)
    assert others(text(here)) == []


def test_whoever_has_not_signed_in_sees_nothing() -> None:
    for answer in (people.browser().get(PAGE), people.browser().post(END)):
        assert answer.status_code == 302
        assert "/accounts/login/" in answer.headers["Location"]
