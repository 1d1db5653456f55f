"""Whoever was to treat is looked at again before a plan is signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from needlework.web.accounts.models import User
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.clinics.services import add_member, add_training, change_member
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.selectors import judged, operator
from needlework.web.knowledge import known_for
from needlework.web.plans.services import in_the_way
from needlework.web.records.services import retract
from tests.web import people
from tests.web.plans.signed import approve_all, consulted, settle, sign_address

pytestmark = pytest.mark.django_db

DEVICE = "skinpen-precision"
UNTIL = date(2099, 1, 1)


@pytest.fixture
def nurse(harbour: Clinic) -> Membership:
    user = User.objects.create_user("nia@harbour.example", people.PASSWORD, name="Nia Ross")
    made = add_member(
        clinic=harbour,
        user=user,
        roles=["practitioner"],
        author=None,
        now=timezone.now() - timedelta(days=30),
        profession="nurse-prescriber",
        licence_number="RN1",
        licence_until=UNTIL,
        scope_max_depth_mm=1.0,
    )
    day = today_in(harbour, timezone.now())
    add_training(membership=made, device=DEVICE, trained_on=day, author=None, now=timezone.now())
    return made


@pytest.fixture
def version(pat: Client, nurse: Membership, alice: Membership) -> ConsultationVersion:
    approve_all(people.member(pat.clinic, "medical-director", email="dora@harbour.example"))
    told = operator(nurse, today_in(pat.clinic, timezone.now()), [DEVICE])
    assert told["device_training"] == "yes"
    made = consulted(pat, alice, operator=told, devices=[{"id": DEVICE}])
    settle(made, alice)
    return made


def about(version: ConsultationVersion, signer: Membership) -> list[str]:
    day = today_in(version.clinic, timezone.now())
    made = judged(version, known_for(version.clinic), day)
    return [one.about for one in in_the_way(made, signer, day)]


def changed(**facts: Any) -> Callable[[Membership], None]:
    def change(nurse: Membership) -> None:
        change_member(membership=nurse, author=None, now=timezone.now(), **facts)

    return change


def untrained(nurse: Membership) -> None:
    (training,) = nurse.trainings.all()
    assert nurse.user is not None
    retract(record=training, author=nurse.user, reason="wrong-facts", now=timezone.now())
    add_training(
        membership=nurse,
        device="another",
        trained_on=today_in(nurse.clinic, timezone.now()),
        author=None,
        now=timezone.now(),
    )


@pytest.mark.parametrize(
    "happens",
    [
        changed(licence_number=""),
        changed(licence_until=date(2020, 1, 1)),
        changed(profession="aesthetician"),
        changed(scope_max_depth_mm=0.5),
        changed(left_at=timezone.now()),
        untrained,
    ],
    ids=["no number", "licence over", "profession", "depth", "left", "training"],
)
def test_a_plan_waits_where_who_was_to_treat_may_not_any_more(
    version: ConsultationVersion,
    nurse: Membership,
    alice: Membership,
    happens: Callable[[Membership], None],
) -> None:
    assert about(version, alice) == []
    happens(nurse)
    assert about(version, alice) == ["treater-changed"]
    page = people.browser(alice).get(sign_address(version)).content.decode()
    assert "Whoever was to treat may not do so" in page
    assert "Choose who would treat" in page


@pytest.mark.parametrize(
    "facts",
    [{"licence_until": date(2099, 6, 1)}, {"scope_max_depth_mm": None}, {"is_public": True}],
    ids=["renewed", "no limit", "something else"],
)
def test_what_takes_nothing_away_lets_it_be_signed(
    version: ConsultationVersion, nurse: Membership, alice: Membership, facts: dict[str, Any]
) -> None:
    changed(**facts)(nurse)
    assert about(version, alice) == []


def test_what_fitted_nobody_then_is_judged_as_it_was_said(
    pat: Client, nurse: Membership, alice: Membership
) -> None:
    version = consulted(pat, alice)
    changed(licence_number="")(nurse)
    assert "treater-changed" not in about(version, alice)
