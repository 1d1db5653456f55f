"""Who was treated under a claim: everybody of this clinic, and nobody of another."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client as Browser

from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.governance.recall import recall
from needlework.web.knowledge import shipped
from needlework.web.records.services import retract
from tests.web import people
from tests.web.governance import deciding
from tests.web.governance.deciding import MAX, WAIT, held_under, signed

pytestmark = pytest.mark.django_db
GONE = "zone.cheek.an-older-name"


@pytest.fixture
def director(harbour: Clinic) -> Browser:
    return people.browser(deciding.director(harbour))


def rows(answer: Any) -> list[list[str]]:
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


def path(claim: str) -> str:
    return f"/clinic/harbour/knowledge/claims/{quote(claim)}/"


def test_all_who_were_treated_and_none_of_another_clinic(
    harbour: Clinic, elsewhere: Clinic, alice: Membership, charlie: Membership, director: Browser
) -> None:
    treated = [people.person(harbour, f"Treated {n}") for n in range(3)]
    for client in treated:
        held_under(signed(client, alice, [MAX, WAIT]), alice)
    planned = people.person(harbour, "Only Planned")
    signed(planned, alice, [MAX])
    other = people.person(harbour, "Another Claim")
    held_under(signed(other, alice, [WAIT]), alice)
    held_under(signed(people.person(elsewhere, "Not Ours"), charlie, [MAX]), charlie)

    found = recall(harbour, MAX)
    assert [person.client for person in found.people] == [*treated, planned]
    assert (found.treated, found.planned) == (3, 1)
    page = director.get(path(MAX)).content.decode()
    for name in ("Treated 0", "Treated 1", "Treated 2", "Only Planned"):
        assert name in page
    assert "Not Ours" not in page
    assert "Another Claim" not in page
    listed = rows(director.get(f"{path(MAX)}treated.csv"))
    assert sorted(row[0] for row in listed) == [
        "Only Planned",
        "Treated 0",
        "Treated 1",
        "Treated 2",
    ]


def test_each_person_is_named_in_the_audit(
    harbour: Clinic, alice: Membership, director: Browser
) -> None:
    people_ = [people.person(harbour, f"Person {n}") for n in range(3)]
    for client in people_:
        signed(client, alice, [MAX])
    for address in (path(MAX), f"{path(MAX)}treated.csv"):
        director.get(address)
        event = AuditEvent.objects.order_by("-pk")[0]
        seen = {one["id"] for one in event.objects_seen if one["type"] == "clinics.client"}
        assert seen == {str(client.pk) for client in people_}


def test_every_session_of_every_plan(
    harbour: Clinic, alice: Membership, pat: Client, director: Browser
) -> None:
    first, second = signed(pat, alice, [MAX]), signed(pat, alice, [MAX])
    for plan, days in ((first, 0), (first, 28), (second, 60)):
        held_under(plan, alice, days)
    (person,) = recall(harbour, MAX).people
    assert [len(plan.sessions) for plan in person.plans] == [2, 1]
    assert len(rows(director.get(f"{path(MAX)}treated.csv"))) == 3


def test_an_error_is_marked_and_not_left_out(
    harbour: Clinic, alice: Membership, pat: Client, director: Browser
) -> None:
    plan = signed(pat, alice, [MAX])
    session = held_under(plan, alice)
    for record in (plan, session):
        retract(record=record, author=alice.user, reason="wrong-facts", now=people.NOW)
    found = recall(harbour, MAX)
    assert (found.treated, found.planned) == (0, 1)
    assert found.people[0].plans[0].is_error
    assert found.people[0].plans[0].sessions[0].is_error
    assert "entered in error" in director.get(path(MAX)).content.decode()
    (row,) = rows(director.get(f"{path(MAX)}treated.csv"))
    assert row[-1] == "the plan, the session"


def test_what_clients_are_told_is_not_called_nobodys(director: Browser) -> None:
    """No plan rests on the rate of a harm, and yet everybody who consented has read it."""
    release = shipped().knowledge.release
    told = next(one for one in release.claims if one.startswith("harm."))
    assert "cannot name those who read it" in director.get(path(told)).content.decode()
    assert "cannot name those who read it" not in director.get(path(MAX)).content.decode()


def test_a_claim_that_went_is_still_recalled(
    harbour: Clinic, alice: Membership, pat: Client, director: Browser
) -> None:
    held_under(signed(pat, alice, [GONE]), alice)
    page = director.get(path(GONE))
    assert page.status_code == 200
    assert pat.name in page.content.decode()
    assert "no such claim any more" in page.content.decode()
    assert len(rows(director.get(f"{path(GONE)}treated.csv"))) == 1


def test_what_stands_elsewhere_only_is_nothing_here(
    elsewhere: Clinic, charlie: Membership, director: Browser
) -> None:
    signed(people.person(elsewhere), charlie, [GONE])
    assert director.get(path(GONE)).status_code == 302
    assert director.get(f"{path(GONE)}treated.csv").status_code == 302


def test_nothing_in_the_file_is_a_formula(
    harbour: Clinic, alice: Membership, director: Browser
) -> None:
    for name in ("=1+1", "@cmd", " -2+3", "+4", "\t=5"):
        signed(people.person(harbour, name, phone_e164="+16175550100"), alice, [MAX])
    for row in rows(director.get(f"{path(MAX)}treated.csv")):
        for text in row:
            assert not text.lstrip().startswith(("=", "+", "-", "@"))


def test_very_many_come_in_parts_without_a_gap(
    harbour: Clinic, alice: Membership, monkeypatch: pytest.MonkeyPatch, director: Browser
) -> None:
    monkeypatch.setattr("needlework.web.governance.recall.PART", 2)
    for n in range(5):
        signed(people.person(harbour, f"Person {n}"), alice, [MAX])
    page = director.get(path(MAX)).content.decode()
    assert "treated.csv?part=3" in page
    named = [
        row[0] for n in (1, 2, 3) for row in rows(director.get(f"{path(MAX)}treated.csv?part={n}"))
    ]
    assert named == [f"Person {n}" for n in range(5)]


def test_sessions_without_a_plan_are_told(harbour: Clinic, alice: Membership) -> None:
    from tests.web.records_of import records_of

    records_of(harbour, alice)
    assert recall(harbour, MAX).unplanned == 1
