"""A day with more visits than are shown at a time says so, and leads to the rest."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Clinic, Membership
from needlework.web.days.models import Visit
from needlework.web.days.selectors import MOST
from tests.web import people

pytestmark = pytest.mark.django_db

ALL = 2 * MOST + 7


@pytest.fixture
def busy(harbour: Clinic, alice: Membership) -> Clinic:
    now = timezone.now()
    for n in range(ALL):
        Visit.objects.create(
            clinic=harbour,
            client=people.person(harbour, f"Number {n:03d}"),
            author=alice.user,
            recorded_at=now,
            on=today_in(harbour, now),
            at=time(8 + n // 60, n % 60),
            purpose="session",
        )
    return harbour


def today(place: Clinic) -> str:
    day = today_in(place, timezone.now())
    return reverse("days:day", kwargs={"clinic": place.slug, "day": day})


def names(answer: Any) -> list[str]:
    """Who is on the list, in its order."""
    listed = answer.content.decode().partition('<ol class="list day">')[2].partition("</ol>")[0]
    return [part.partition("<")[0] for part in listed.split("<strong>")[1:]]


def test_today_says_how_many_more_there_are_and_leads_there(
    busy: Clinic, alice: Membership
) -> None:
    browser = people.browser(alice)
    page = browser.get(f"/clinic/{busy.slug}/")
    shown = page.content.decode()
    assert f"1 to {MOST} of {ALL}" in shown
    assert f"{MOST + 7} more are expected" in shown
    assert f'href="{today(busy)}?from={MOST}"' in shown
    seen = names(page)
    second = browser.get(f"{today(busy)}?from={MOST}")
    assert f'href="{today(busy)}"' in second.content.decode()
    seen += names(second)
    last = browser.get(f"{today(busy)}?from={2 * MOST}")
    assert "more are expected" not in last.content.decode()
    seen += names(last)
    assert seen == [f"Number {n:03d}" for n in range(ALL)]


@pytest.mark.parametrize("role", ["owner", "medical-director", "assistant"])
def test_for_each_role_that_reads_steps(busy: Clinic, role: str) -> None:
    browser = people.browser(people.member(busy, role))
    assert len(names(browser.get(today(busy)))) == MOST
    assert len(names(browser.get(f"{today(busy)}?from={2 * MOST}"))) == 7


def test_at_the_desk_all_stand_on_one_page(busy: Clinic, bea: Membership) -> None:
    page = people.browser(bea).get(today(busy))
    assert len(names(page)) == ALL
    assert "more are expected" not in page.content.decode()


@pytest.mark.parametrize(
    ("asked", "first"),
    [("x", 0), ("-1", 0), ("²", 0), ("9" * 40, 0), ("9999999", 2 * MOST), ("61", MOST), ("", 0)],
)
def test_a_place_that_is_none_shows_the_nearest(
    busy: Clinic, alice: Membership, asked: str, first: int
) -> None:
    answer = people.browser(alice).get(today(busy), {"from": asked})
    assert answer.status_code == 200
    assert names(answer)[0] == f"Number {first:03d}"


def test_a_day_that_fits_says_nothing_of_pages(harbour: Clinic, alice: Membership) -> None:
    page = people.browser(alice).get(today(harbour)).content.decode()
    assert "more are expected" not in page
    assert " of 0" not in page


def test_the_second_page_asks_as_often_as_the_first(busy: Clinic, alice: Membership) -> None:
    browser = people.browser(alice)

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(path).status_code == 200
        return len(seen)

    asked(today(busy))
    # The first alone tells also who is due.
    assert asked(f"{today(busy)}?from={MOST}") <= asked(today(busy))
