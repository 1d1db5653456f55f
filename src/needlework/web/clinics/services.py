"""Writing down who a clinic's clients and staff are. What was known before is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from needlework.web.accounts.models import User
from needlework.web.clinics.models import (
    Client,
    ClientVersion,
    Clinic,
    DeviceTraining,
    Membership,
    MembershipRole,
    MembershipVersion,
)
from needlework.web.records.services import overtaken, supersede

_CLIENT: Final = ("name", "birth_date", "sex", "email", "phone_e164", "language")
_MEMBERSHIP: Final = (
    "profession",
    "licence_number",
    "licence_authority",
    "licence_until",
    "scope_max_depth_mm",
    "supervisor",
    "is_public",
)


@transaction.atomic
def add_client(
    *, clinic: Clinic, given: Mapping[str, Any], author: User | None, now: datetime
) -> Client:
    client = Client.objects.create(clinic=clinic, **given)
    _written(client, author, now).save(force_insert=True)
    return client


@transaction.atomic
def change_client(
    *,
    client: Client,
    given: Mapping[str, Any],
    author: User | None,
    now: datetime,
    seen: str | None = None,
) -> Client:
    """The facts given take the place of what was known; who changed them and when is kept.

    From a form: `seen` is the version that it showed.
    """
    before = ClientVersion.objects.filter(client=client).current().first()
    if seen is not None and before is not None and seen != str(before.pk):
        raise overtaken()
    for name, value in given.items():
        setattr(client, name, value)
    client.save(update_fields=[*given, "search_name"])
    after = _written(client, author, now)
    if before is None:
        after.save(force_insert=True)
    else:
        supersede(old=before, new=after)
    return client


@transaction.atomic
def add_member(
    *,
    clinic: Clinic,
    user: User,
    roles: Iterable[str],
    author: User | None,
    now: datetime,
    **facts: Any,
) -> Membership:
    membership = Membership.objects.create(clinic=clinic, user=user, **facts)
    _set_roles(membership, roles)
    _placed(membership, author, now).save(force_insert=True)
    return membership


@transaction.atomic
def change_member(
    *,
    membership: Membership,
    author: User | None,
    now: datetime,
    roles: Iterable[str] | None = None,
    **facts: Any,
) -> Membership:
    """Profession, licence, roles or leaving; what stood before stays on record."""
    before = MembershipVersion.objects.filter(membership=membership).current().first()
    for name, value in facts.items():
        setattr(membership, name, value)
    membership.save(update_fields=[*facts])
    if roles is not None:
        _set_roles(membership, roles)
    after = _placed(membership, author, now)
    if before is None:
        after.save(force_insert=True)
    else:
        supersede(old=before, new=after)
    return membership


def add_training(
    *,
    membership: Membership,
    device: str,
    trained_on: date,
    valid_until: date | None = None,
    author: User | None,
    now: datetime,
) -> DeviceTraining:
    return DeviceTraining.objects.create(
        clinic=membership.clinic,
        author=author,
        recorded_at=now,
        membership=membership,
        device=device,
        trained_on=trained_on,
        valid_until=valid_until,
    )


def _set_roles(membership: Membership, roles: Iterable[str]) -> None:
    wanted = set(roles)
    membership.role_rows.exclude(role__in=wanted).delete()
    held = set(membership.role_rows.values_list("role", flat=True))
    MembershipRole.objects.bulk_create(
        MembershipRole(membership=membership, role=role) for role in sorted(wanted - held)
    )


def _written(client: Client, author: User | None, now: datetime) -> ClientVersion:
    facts = {name: getattr(client, name) for name in _CLIENT}
    return ClientVersion(
        clinic=client.clinic, client=client, author=author, recorded_at=now, **facts
    )


def _placed(membership: Membership, author: User | None, now: datetime) -> MembershipVersion:
    facts = {name: getattr(membership, name) for name in (*_MEMBERSHIP, "left_at")}
    roles = sorted(membership.role_rows.values_list("role", flat=True))
    return MembershipVersion(
        clinic=membership.clinic,
        author=author,
        recorded_at=now,
        membership=membership,
        roles=roles,
        **facts,
    )
