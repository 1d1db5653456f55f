"""However many are on a day, its list asks the database as often as for one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.days.selectors import expected
from needlework.web.days.services import add_visit
from needlework.web.knowledge import known_for
from tests.web import people
from tests.web.consents.given import consented, offered
from tests.web.plans.signed import approve_all, consulted, settle, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def director(harbour: Clinic) -> Membership:
    made = people.member(harbour, "medical-director", email="dora@harbour.example")
    approve_all(made)
    return made


def put(client: Client, by: Membership) -> None:
    now = timezone.now()
    today = today_in(client.clinic, now)
    add_visit(client=client, on=today, at=None, purpose="session", author=by.user, now=now)


def some(clinic: Clinic, by: Membership, director: Membership, batch: int) -> None:
    """One in each state: new, consulted, cleared, signed, offered, consented."""
    for done in range(6):
        client = people.person(clinic, f"Batch {batch} done {done}")
        put(client, by)
        if done < 1:
            continue
        version = consulted(client, by)
        if done >= 2:
            settle(version, director)
        if done >= 3:
            plan = signed(version, people.browser(by))
        if done >= 4:
            offer = offered(plan, by)
        if done >= 5:
            consented(offer, by)


def asked(clinic: Clinic) -> int:
    now = timezone.now()
    known = known_for(clinic)
    with CaptureQueriesContext(connection) as seen:
        expected(clinic, today_in(clinic, now), known, now)
    return len(seen)


def test_the_list_asks_as_often_for_many_as_for_a_few(
    harbour: Clinic, alice: Membership, director: Membership
) -> None:
    some(harbour, alice, director, 1)
    few = asked(harbour)
    some(harbour, alice, director, 2)
    some(harbour, alice, director, 3)
    assert asked(harbour) == few


def test_each_state_has_its_own_step(
    harbour: Clinic, alice: Membership, director: Membership
) -> None:
    some(harbour, alice, director, 1)
    now = timezone.now()
    found = expected(harbour, today_in(harbour, now), known_for(harbour), now)
    kinds = [row.step.kind if row.step else "" for row in found]
    # The example's first session is not before tomorrow where the clinic is closed today.
    assert kinds[:5] == ["consult", "ask-clearance", "sign-plan", "offer-consent", "think"]
    assert kinds[5] in {"ready", "wait-for-day"}
    thinking = found[4].step
    assert thinking is not None
    assert thinking.on is not None
    assert thinking.on > today_in(harbour, now) - timedelta(days=1)
