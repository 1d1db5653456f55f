"""The way in for a client: single purpose, expiring, counted, silent before the second factor."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from needlework.web.clinics.models import Client, Clinic
from needlework.web.portal import links
from needlework.web.portal.models import PortalLink
from tests.web import people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


@pytest.fixture
def made(pat: Client) -> tuple[PortalLink, str]:
    return links.make_link(client=pat, by=None, now=timezone.now())


def test_nothing_personal_stands_before_the_second_factor(
    made: tuple[PortalLink, str], pat: Client
) -> None:
    page = people.browser().get(links.address(made[1])).content.decode()
    for personal in ("Pat", "Núñez", "1988", "Harbour"):
        assert personal not in page


def test_it_opens_with_the_birth_date(made: tuple[PortalLink, str]) -> None:
    browser = people.browser()
    answer = browser.post(links.address(made[1]), {"birth_date": "1988-04-12"})
    assert answer.status_code == 302
    assert made[1] not in answer.headers["Location"]
    assert browser.get("/my/").status_code == 200


def test_a_wrong_date_and_a_wrong_link_read_alike(made: tuple[PortalLink, str]) -> None:
    def said(token: str) -> tuple[int, list[str]]:
        answer = people.browser().post(links.address(token), {"birth_date": "1990-01-01"})
        lines = answer.content.decode().splitlines()
        return answer.status_code, [line for line in lines if "csrf" not in line]

    assert said(made[1]) == said("x" * 32)


def test_an_old_and_a_revoked_link_open_nothing(made: tuple[PortalLink, str]) -> None:
    for change in ({"expires_at": timezone.now()}, {"revoked_at": timezone.now()}):
        PortalLink.objects.update(expires_at=timezone.now() + timedelta(days=1), revoked_at=None)
        browser = people.browser()
        browser.post(links.address(made[1]), {"birth_date": "1988-04-12"})
        assert browser.get("/my/").status_code == 200
        PortalLink.objects.update(**change)
        assert browser.get("/my/").status_code == 403
        again = people.browser().post(links.address(made[1]), {"birth_date": "1988-04-12"})
        assert again.status_code == 422


def test_tries_are_counted(made: tuple[PortalLink, str]) -> None:
    browser = people.browser()
    for _ in range(6):
        browser.post(links.address(made[1]), {"birth_date": "1990-01-01"})
    right = browser.post(links.address(made[1]), {"birth_date": "1988-04-12"})
    assert right.status_code == 429


def test_a_client_without_a_birth_date_cannot_enter(harbour: Clinic) -> None:
    client = people.person(harbour, birth_date=None)
    _, token = links.make_link(client=client, by=None, now=timezone.now())
    for typed in ("", "None", "1988-04-12"):
        answer = people.browser().post(links.address(token), {"birth_date": typed})
        assert answer.status_code == 422


def test_the_token_is_long_and_kept_nowhere(made: tuple[PortalLink, str]) -> None:
    link, token = made
    assert len(token) >= 32
    assert token not in str(vars(link))


def test_leaving_ends_it(made: tuple[PortalLink, str]) -> None:
    browser = people.browser()
    browser.post(links.address(made[1]), {"birth_date": "1988-04-12"})
    browser.post("/my/leave/")
    assert browser.get("/my/").status_code == 403


def test_a_browser_is_put_out_after_a_while(made: tuple[PortalLink, str]) -> None:
    browser = people.browser()
    browser.post(links.address(made[1]), {"birth_date": "1988-04-12"})
    session = browser.session
    session["portal"] = {**session["portal"], "until": timezone.now().timestamp() - 1}
    session.save()
    assert browser.get("/my/").status_code == 403


@pytest.mark.parametrize("typed", ["", "x", "1988-13-45", "\x00", "9" * 9999, "1988-04-12T00:00"])
def test_any_other_date_gets_a_sentence(made: tuple[PortalLink, str], typed: str) -> None:
    answer = people.browser().post(links.address(made[1]), {"birth_date": typed})
    assert answer.status_code == 422
