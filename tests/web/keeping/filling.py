"""Two clinics with a person in common, as tests of keeping need them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from needlework.web.audit.models import AuditEvent
from needlework.web.audit.seal import seal_rows
from needlework.web.blobs.services import keep_blob
from needlework.web.clinics.models import Client, Clinic, Membership, MembershipRole
from needlework.web.clinics.services import add_training, change_client
from needlework.web.governance.models import UsedRelease
from needlework.web.portal import links
from needlework.web.records.services import retract
from tests.web import people
from tests.web.records_of import png, records_of

SHARED = "shared@both.example"
"""Works in both clinics."""
FAMILY = "family@home.example"
"""The address of a client in each clinic."""


def fill() -> dict[str, str]:
    """Ids that tests ask for."""
    here, there = people.clinic(), people.clinic("elsewhere", name="Elsewhere Skin")
    alice = people.member(here, "practitioner", email="alice@harbour.example")
    charlie = people.member(there, "practitioner", email="charlie@elsewhere.example")
    shared = people.member(here, "assistant", email=SHARED)
    also = Membership.objects.create(clinic=there, user=shared.user)
    MembershipRole.objects.create(membership=also, role="reception")
    made = {"alice": str(alice.user_id), "charlie": str(charlie.user_id)}
    for clinic, member in ((here, alice), (there, charlie)):
        _records(clinic, member, shared, made)
    _misread(here, charlie)
    UsedRelease.objects.create(
        digest="a" * 64,
        name="2026.11",
        claims={
            "low": 1.0,
            "tiny": 1e-7,
            "vast": 1e16,
            "none": None,
            "zero": -0.0,
            "ö": "µ\u2028\n",
        },
        first_used_at=timezone.now(),
    )
    seal_rows(timezone.now())
    return made


def _records(clinic: Clinic, member: Membership, shared: Membership, made: dict[str, str]) -> None:
    codes = records_of(clinic, member)
    made |= {f"{clinic.slug}-{name}": str(code) for name, code in codes.items()}
    now = timezone.now()
    client = Client.objects.get(pk=codes["client"])
    change_client(client=client, given={"email": FAMILY}, author=shared.user, now=now)
    change_client(client=client, given={"name": "Pat Núñez-Ñandú"}, author=shared.user, now=now)
    add_training(
        membership=member, device="skinpen", trained_on=now.date(), author=member.user, now=now
    )
    links.make_link(client=client, by=member.user, now=now)
    _other(clinic, member)
    for number in range(3):
        AuditEvent.objects.create(
            at=now + timedelta(microseconds=number),
            actor=member.user,
            clinic=clinic,
            client=client,
            action="clinics.client",
            method="GET",
            status=200,
            outcome="ok",
            address="2001:db8::7",
        )


def _other(clinic: Clinic, member: Membership) -> None:
    """Another client, with a photo that was of somebody else."""
    other = people.person(clinic, "Somebody Else", email=FAMILY)
    blob = keep_blob(clinic=clinic, client=other, author=member.user, kind="photo", content=png())
    retract(record=blob, author=member.user, reason="wrong-client", now=timezone.now())


def _misread(clinic: Clinic, stranger: Membership) -> None:
    """Somebody of the other clinic was refused at this one's door."""
    AuditEvent.objects.create(
        at=timezone.now(),
        actor=stranger.user,
        clinic=clinic,
        action="clinics.home",
        method="GET",
        status=404,
        outcome="refused",
    )
