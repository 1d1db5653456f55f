"""Who clients and staff are: the newest is at hand, and what was known before is kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from needlework.web.clinics.models import Client, ClientVersion, Clinic, Membership
from needlework.web.clinics.services import add_client, add_member, change_client, change_member
from tests.web import people

pytestmark = pytest.mark.django_db


def _pat(harbour: Clinic, alice: Membership) -> Client:
    given = {"name": "Pat Núñez", "birth_date": date(1988, 4, 12), "sex": "female"}
    return add_client(clinic=harbour, given=given, author=alice.user, now=timezone.now())


def test_a_change_keeps_what_was_known_and_who_wrote_it(
    harbour: Clinic, alice: Membership, bea: Membership
) -> None:
    pat = _pat(harbour, alice)
    later = timezone.now() + timedelta(days=1)
    change_client(client=pat, given={"name": "Pat Ortiz"}, author=bea.user, now=later)
    first, second = ClientVersion.objects.filter(client=pat).order_by("recorded_at")
    assert (first.name, first.author) == ("Pat Núñez", alice.user)
    assert (second.name, second.author, second.supersedes) == ("Pat Ortiz", bea.user, first)
    assert second.birth_date == date(1988, 4, 12)
    assert (Client.objects.get().name, Client.objects.get().search_name) == (
        "Pat Ortiz",
        "pat ortiz",
    )


def test_a_client_from_before_there_were_versions_gets_the_first_by_a_change(pat: Client) -> None:
    change_client(client=pat, given={"email": "pat@home.example"}, author=None, now=people.NOW)
    assert ClientVersion.objects.get().email == "pat@home.example"


def test_roles_and_licence_keep_their_history(harbour: Clinic, alice: Membership) -> None:
    now = timezone.now()
    user = people.member(harbour, email="nora@harbour.example", profession="").user
    Membership.objects.filter(user=user).update(left_at=now)
    nora = add_member(
        clinic=harbour, user=user, roles=["reception"], author=alice.user, now=now, profession=""
    )
    change_member(
        membership=nora,
        author=alice.user,
        now=now,
        roles=["practitioner", "assistant"],
        profession="nurse",
        licence_number="RN-1",
        licence_until=date(2030, 1, 1),
    )
    change_member(membership=nora, author=alice.user, now=now, left_at=now)
    told = [
        (row.roles, row.licence_number, row.left_at is not None)
        for row in nora.versions.order_by("recorded_at", "pk")
    ]
    assert sorted(told) == [
        (["assistant", "practitioner"], "RN-1", False),
        (["assistant", "practitioner"], "RN-1", True),
        (["reception"], "", False),
    ]
    assert Membership.objects.get(pk=nora.pk).roles == {"practitioner", "assistant"}


def test_nobody_has_two_places_in_a_clinic_at_once_but_may_come_back(
    harbour: Clinic, alice: Membership
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(clinic=harbour, user=alice.user)
    change_member(membership=alice, author=None, now=people.NOW, left_at=people.NOW)
    again = add_member(
        clinic=harbour, user=alice.user, roles=["practitioner"], author=None, now=people.NOW
    )
    assert Membership.objects.active().get(user=alice.user) == again
