"""Two at once: of two who move a visit one is told, and two taps make one visit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from needlework.web.audit.late import atomic_late
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.days.models import Note, Visit
from needlework.web.days.selectors import visits_on
from needlework.web.days.services import add_visit, cancel_visit, move_visit, write_note
from needlework.web.records.services import OvertakenError
from tests.web import people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clinic() -> Clinic:
    return people.clinic()


@pytest.fixture
def treats(clinic: Clinic) -> Membership:
    return people.member(clinic, "practitioner")


@pytest.fixture
def client_(clinic: Clinic) -> Client:
    return people.person(clinic)


@pytest.fixture
def today(clinic: Clinic) -> date:
    return today_in(clinic, timezone.now())


def both(*acts: Callable[[], object]) -> list[str]:
    """How each act ended, begun at once, each in a transaction such as a request has."""
    start = threading.Barrier(len(acts), timeout=30)
    ends: list[str] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait()
            with atomic_late():
                act()
            ends.append("done")
        except OvertakenError:
            ends.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(ends)


def put(client: Client, by: Membership, on: date) -> Visit:
    with transaction.atomic():
        return add_visit(
            client=client,
            on=on,
            at=time(9),
            purpose="session",
            author=by.user,
            now=timezone.now(),
        )


def test_of_two_who_move_or_call_off_one_is_told(
    client_: Client, treats: Membership, today: date
) -> None:
    visit = put(client_, treats, today)

    def move() -> Visit:
        return move_visit(
            visit=visit,
            on=today + timedelta(days=3),
            at=None,
            purpose="session",
            author=treats.user,
            now=timezone.now(),
        )

    def cancel() -> Visit:
        return cancel_visit(visit=visit, author=treats.user, now=timezone.now())

    assert both(move, cancel) == ["done", "told"]
    assert Visit.objects.filter(supersedes=visit).count() == 1
    assert list(visits_on(visit.clinic, today)) == []


def test_two_taps_make_one_visit(client_: Client, treats: Membership, today: date) -> None:
    def tap() -> Visit:
        return add_visit(
            client=client_,
            on=today,
            at=time(9),
            purpose="session",
            author=treats.user,
            now=timezone.now(),
        )

    assert both(tap, tap, tap) == ["done", "done", "done"]
    assert Visit.objects.count() == 1


def test_two_taps_make_one_note(client_: Client, treats: Membership) -> None:
    key = uuid4()

    def tap() -> Note:
        return write_note(
            client=client_,
            consultation=None,
            text="Rang; no answer.",
            author=treats.user,
            now=timezone.now(),
            key=key,
        )

    assert both(tap, tap, tap) == ["done", "done", "done"]
    assert Note.objects.count() == 1
