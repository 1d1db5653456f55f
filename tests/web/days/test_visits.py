"""Who is on a day: put there, moved, called off; and nobody of another clinic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.days import services
from needlework.web.days.forms import FURTHEST, VisitForm
from needlework.web.days.models import Visit
from needlework.web.days.selectors import visits_on
from needlework.web.records.services import OvertakenError
from tests.web import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(harbour: Clinic) -> Browser:
    return people.browser(people.member(harbour, "reception", email="desk@harbour.example"))


@pytest.fixture
def today(harbour: Clinic) -> date:
    return today_in(harbour, timezone.now())


def put(client: Client, by: Membership, on: date, at: time | None = None, **facts: Any) -> Visit:
    given = {"purpose": "session", "author": by.user, "now": timezone.now(), **facts}
    return services.add_visit(client=client, on=on, at=at, **given)


def new(client: Client) -> str:
    return f"/clinic/{client.clinic.slug}/clients/{client.pk}/visits/new/"


def test_the_desk_puts_a_client_on_a_day_and_sees_nothing_clinical(
    desk: Browser, pat: Client, today: date
) -> None:
    on = today + timedelta(days=2)
    answer = desk.post(new(pat), {"on": on.isoformat(), "at": "14:30", "purpose": "session"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/clinic/harbour/days/{on.isoformat()}/"
    page = desk.get(answer.headers["Location"]).content.decode()
    assert pat.name in page
    assert "14:30" in page
    for words in ("No consultation yet", "Take the consultation", "Due, and on no day"):
        assert words not in page


def test_who_treats_sees_one_next_step(alice: Membership, pat: Client, today: date) -> None:
    put(pat, alice, today)
    page = people.browser(alice).get("/clinic/harbour/").content.decode()
    assert "No consultation yet" in page
    assert f"/clinic/harbour/clients/{pat.pk}/consultations/new/" in page


def test_those_without_a_time_come_last(
    alice: Membership, harbour: Clinic, pat: Client, today: date
) -> None:
    late, early = people.person(harbour, "Late One"), people.person(harbour, "Early One")
    put(pat, alice, today)
    put(late, alice, today, time(16))
    put(early, alice, today, time(9))
    names = [visit.client.name for visit in visits_on(harbour, today) if visit.client]
    assert names == ["Early One", "Late One", pat.name]


def test_sent_twice_it_is_one(alice: Membership, pat: Client, today: date) -> None:
    assert put(pat, alice, today, time(9)) == put(pat, alice, today, time(9))
    put(pat, alice, today, time(10))
    assert Visit.objects.count() == 2


def test_it_moves_and_the_old_day_is_kept(alice: Membership, pat: Client, today: date) -> None:
    visit = put(pat, alice, today)
    there = today + timedelta(days=7)
    browser = people.browser(alice)
    form = {"on": there.isoformat(), "at": "", "purpose": "review"}
    assert browser.post(f"/clinic/harbour/visits/{visit.pk}/", form).status_code == 302
    assert list(visits_on(pat.clinic, today)) == []
    (moved,) = visits_on(pat.clinic, there)
    assert (moved.supersedes, moved.purpose) == (visit, "review")
    assert Visit.objects.filter(pk=visit.pk, on=today).exists()


def test_called_off_it_is_on_no_day(alice: Membership, pat: Client, today: date) -> None:
    visit = put(pat, alice, today)
    answer = people.browser(alice).post(f"/clinic/harbour/visits/{visit.pk}/cancel/")
    assert answer.status_code == 302
    assert list(visits_on(pat.clinic, today)) == []
    page = people.browser(alice).get(f"/clinic/harbour/visits/{visit.pk}/").content.decode()
    assert "moved or called off meanwhile" in page


@pytest.mark.parametrize("first", ["move", "cancel"])
@pytest.mark.parametrize("second", ["move", "cancel"])
def test_of_two_who_change_it_one_is_told(
    first: str, second: str, alice: Membership, pat: Client, today: date
) -> None:
    visit = put(pat, alice, today)

    def act(what: str) -> None:
        facts: dict[str, Any] = {"visit": visit, "author": alice.user, "now": timezone.now()}
        if what == "cancel":
            services.cancel_visit(**facts)
        else:
            there = today + timedelta(days=3)
            services.move_visit(**facts, on=there, at=None, purpose="session")

    act(first)
    with pytest.raises(OvertakenError):
        act(second)
    path = f"/clinic/harbour/visits/{visit.pk}/"
    sent = {"on": today.isoformat(), "at": "", "purpose": "session"}
    where = path if second == "move" else f"{path}cancel/"
    assert people.browser(alice).post(where, sent).status_code == 422


def test_what_was_called_off_is_not_called_back(
    alice: Membership, pat: Client, today: date
) -> None:
    gone = services.cancel_visit(
        visit=put(pat, alice, today), author=alice.user, now=timezone.now()
    )
    with pytest.raises(OvertakenError):
        services.move_visit(
            visit=gone,
            on=today,
            at=None,
            purpose="session",
            author=alice.user,
            now=timezone.now(),
        )


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("on", "", "required"),
        ("on", "30/02/2026", "no day of the calendar"),
        ("on", "yesterday", "That day is over"),
        ("on", "far", "years ahead"),
        ("at", "24:00", "no time of day"),
        ("at", "half past", "no time of day"),
        ("purpose", "party", "party"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(
    field: str, typed: str, says: str, desk: Browser, pat: Client, today: date
) -> None:
    days: dict[str, Callable[[], date]] = {
        "yesterday": lambda: today - timedelta(days=1),
        "far": lambda: today + FURTHEST + timedelta(days=1),
    }
    value = days[typed]().isoformat() if typed in days else typed
    sent = {"on": today.isoformat(), "at": "09:00", "purpose": "session", field: value}
    answer = desk.post(new(pat), sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in page
    if field != "on":
        assert today.isoformat() in page
    if field != "at":
        assert "09:00" in page
    assert not Visit.objects.exists()


def test_nobody_of_another_clinic(
    alice: Membership, charlie: Membership, pat: Client, today: date
) -> None:
    visit = put(pat, alice, today)
    stranger = people.browser(charlie)
    theirs = f"/clinic/{charlie.clinic.slug}"
    sent = {"on": today.isoformat(), "at": "", "purpose": "session"}
    for path in (f"{theirs}/visits/{visit.pk}/", f"{theirs}/visits/{visit.pk}/cancel/"):
        assert stranger.post(path, sent).status_code == 404
    assert stranger.post(f"{theirs}/clients/{pat.pk}/visits/new/", sent).status_code == 404
    assert stranger.get(f"/clinic/harbour/days/{today.isoformat()}/").status_code == 404
    assert pat.name not in stranger.get(f"{theirs}/").content.decode()
    assert list(visits_on(pat.clinic, today)) == [visit]


@pytest.mark.parametrize(
    "day", ["2026-02-30", "0000-01-01", "0001-01-01", "9999-12-31", "2026-13-01", "20261123"]
)
def test_a_day_that_there_is_not(day: str, alice: Membership) -> None:
    assert people.browser(alice).get(f"/clinic/harbour/days/{day}/").status_code == 404


def test_each_who_is_shown_is_named_in_the_audit(
    alice: Membership, pat: Client, today: date
) -> None:
    visit = put(pat, alice, today)
    people.browser(alice).get("/clinic/harbour/")
    event = AuditEvent.objects.order_by("-pk")[0]
    assert str(visit.pk) in {one["id"] for one in event.objects_seen}


def test_in_spanish(alice: Membership, pat: Client, today: date) -> None:
    put(pat, alice, today)
    browser = people.browser(alice)
    page = browser.get("/clinic/harbour/", headers={"accept-language": "es"}).content.decode()
    assert "Todavía no hay consulta" in page


def test_the_form_offers_each_purpose(today: date) -> None:
    form = VisitForm(today=today, language="es")
    assert [one for one, _ in form.fields["purpose"].choices] == [  # type: ignore[attr-defined]
        "consultation",
        "session",
        "review",
        "other",
    ]
