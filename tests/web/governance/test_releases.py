"""Releases that were in use, what changed, and which plans in force it touches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.core.management import call_command

from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.governance.models import UsedRelease
from needlework.web.governance.releases import note_release, plans_touched
from needlework.web.knowledge import known_for, shipped
from needlework.web.plans.models import Rejudgement
from tests.web import people
from tests.web.governance import deciding
from tests.web.governance.deciding import MAX, WAIT, signed

pytestmark = pytest.mark.django_db
PATH = "/clinic/harbour/knowledge/releases/"


@pytest.fixture
def older(db: None) -> UsedRelease:
    """A release before this one: a deeper maximum, a longer wait, one claim less and one more."""
    claims: dict[str, Any] = msgspec.to_builtins(shipped().knowledge.release.claims)
    claims["zone.cheek.gone"] = claims[MAX]
    claims[MAX] = {**claims[MAX], "value": 2.0}
    claims[WAIT] = {**claims[WAIT], "value": 56}
    claims["rule.c1.class"] = {**claims["rule.c1.class"], "statement": "Other words."}
    del claims["zone.nose.hard-cap"]
    return UsedRelease.objects.create(
        digest="0" * 64,
        name="2026.10",
        claims=claims,
        first_used_at=people.NOW - timedelta(days=4000),
    )


def test_the_release_at_hand_is_noted_when_the_database_is_made(db: None) -> None:
    noted = UsedRelease.objects.get()
    assert noted.digest == shipped().knowledge.release.digest
    assert not note_release(now=people.NOW)
    call_command("release_note", verbosity=0)
    assert UsedRelease.objects.count() == 1


def test_looking_writes_nothing(harbour: Clinic, older: UsedRelease) -> None:
    browser = people.browser(deciding.director(harbour))
    browser.get(PATH)
    assert UsedRelease.objects.count() == 2


def test_what_changed_is_shown_with_its_direction(harbour: Clinic, older: UsedRelease) -> None:
    page = people.browser(deciding.director(harbour)).get(PATH).content.decode()
    assert "From 2026.10 to" in page
    rows = page.split("<tr>")
    said = {name: next(row for row in rows if name in row) for name in (MAX, WAIT)}
    assert "2 mm" in said[MAX]
    assert "1.5 mm" in said[MAX]
    assert "stricter" in said[MAX]
    assert "looser" in said[WAIT]
    assert "removed" in next(row for row in rows if "zone.cheek.gone" in row)
    assert "added" in next(row for row in rows if "zone.nose.hard-cap" in row)
    assert "words or sources" in next(row for row in rows if "rule.c1.class" in row)


def test_the_first_release_has_nothing_before_it(harbour: Clinic) -> None:
    page = people.browser(deciding.director(harbour)).get(PATH).content.decode()
    assert "first one here" in page


def test_plans_in_force_that_rest_on_what_changed(
    harbour: Clinic,
    elsewhere: Clinic,
    alice: Membership,
    charlie: Membership,
    pat: Client,
    older: UsedRelease,
) -> None:
    plan = signed(pat, alice, [MAX, WAIT])
    signed(people.person(harbour, "Unmoved Person"), alice, ["zone.chin.hard-cap"])
    signed(people.person(elsewhere, "Not Ours"), charlie, [MAX])
    total, listed = plans_touched(harbour, [MAX, WAIT])
    assert (total, [one.plan for one in listed]) == (1, [plan.pk])
    browser = people.browser(deciding.director(harbour))
    page = browser.get(PATH).content.decode()
    assert pat.name in page
    assert "not judged again yet" in page
    assert "Unmoved Person" not in page
    assert "Not Ours" not in page
    now = known_for(harbour).knowledge
    Rejudgement.objects.create(
        clinic=harbour,
        client=pat,
        recorded_at=people.NOW,
        plan=plan,
        release_digest=now.release.digest,
        overlay_digest=now.overlay_digest,
        standing="stricter",
        changes=[],
    )
    assert "to be signed anew" in browser.get(PATH).content.decode()


def test_many_changes_are_asked_for_in_parts(
    harbour: Clinic, alice: Membership, pat: Client
) -> None:
    plan = signed(pat, alice, ["a.b.0", "a.b.1199"])
    total, listed = plans_touched(harbour, [f"a.b.{n}" for n in range(1200)])
    assert (total, [one.plan for one in listed]) == (1, [plan.pk])
