"""What pages ask of clinics and clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Q, QuerySet
from msgspec import Struct

from needlework.evidence import Knowledge
from needlework.web.accounts.models import User
from needlework.web.clinics.models import Client, ClientVersion, Clinic, Membership, searchable

PAGE: Final = 50
TREATING: Final = ("medical-director", "practitioner")
LOOKED_AT_ALIKE: Final = 200
SHOWN_ALIKE: Final = 10
"""Of those who may be the same person: more would not be read."""


class ClientPage(Struct, frozen=True):
    """Some clients by name, whether there are more, and where the next ones begin."""

    clients: tuple[Client, ...]
    has_more: bool = False
    after: str = ""


def memberships(user: User) -> QuerySet[Membership]:
    """Where somebody works."""
    return (
        Membership.objects.active()
        .filter(user=user)
        .select_related("clinic")
        .order_by("clinic__name")
    )


def clients_by_name(clinic: Clinic, after: str = "") -> ClientPage:
    """A page of a clinic's clients; `after` is the `name|id` where the page before it ended.

    A page begins after a name, not at an offset, so that the last is as quick as the first.
    """
    found = Client.objects.filter(clinic=clinic)
    name, _, code = after.replace("\x00", "").rpartition("|")
    if name and _is_uuid(code):
        # The first condition alone lets an index begin at the name.
        found = found.filter(Q(search_name__gte=name), Q(search_name__gt=name) | Q(pk__gt=code))
    rows = tuple(found.order_by("search_name", "pk")[: PAGE + 1])
    if len(rows) <= PAGE:
        return ClientPage(rows)
    last = rows[PAGE - 1]
    return ClientPage(rows[:PAGE], has_more=True, after=f"{last.search_name}|{last.pk}")


def clients_named(clinic: Clinic, search: str) -> ClientPage:
    """Those with each part of the search in their name, in any case, with or without accents.

    Where very many match, some of them: sorting a hundred thousand to show fifty helps nobody,
    and whoever searches types on.
    """
    found = Client.objects.filter(clinic=clinic).order_by()
    for part in searchable(search).split()[:8]:
        found = found.filter(search_name__contains=part)
    rows = found[: PAGE + 1]
    shown = sorted(list(rows)[:PAGE], key=lambda client: (client.search_name, client.pk))
    return ClientPage(tuple(shown), has_more=len(rows) > PAGE)


def clients_alike(clinic: Clinic, facts: Mapping[str, Any]) -> list[Client]:
    """Those of this clinic who may be the person whose facts were typed, some at most.

    The same birth date with a part of the name in common, or the same telephone or address.
    """
    same = Q(birth_date=facts["birth_date"])
    if phone := facts.get("phone_e164"):
        same |= Q(phone_e164=phone)
    if email := facts.get("email"):
        same |= Q(email__iexact=email)
    typed = _name_parts(facts["name"])
    found = Client.objects.filter(same, clinic=clinic).order_by("search_name", "pk")
    alike = [
        one
        for one in found[:LOOKED_AT_ALIKE]
        if (phone and one.phone_e164 == phone)
        or (email and one.email.casefold() == email.casefold())
        or (one.birth_date == facts["birth_date"] and typed & _name_parts(one.name))
    ]
    return alike[:SHOWN_ALIKE]


def newest_client_version(client: Client) -> str:
    """Which version a form shows, so that a change can say what it was made from."""
    newest = ClientVersion.objects.filter(client=client).current().first()
    return str(newest.pk) if newest else ""


def client_versions(client: Client) -> list[ClientVersion]:
    """All that was written down of who a client is, the first first."""
    rows = ClientVersion.objects.filter(client=client).select_related("author")
    return list(rows.order_by("recorded_at", "pk"))


def client_facts(version: ClientVersion) -> Mapping[str, Any]:
    names = ("name", "birth_date", "sex", "phone_e164", "email", "language")
    return {name: getattr(version, name) for name in names}


def public_staff(clinic: Clinic) -> QuerySet[Membership]:
    """Those who treat, where the clinic publishes them."""
    return (
        Membership.objects.active()
        .filter(clinic=clinic, is_public=True, role_rows__role__in=TREATING)
        .distinct()
        .select_related("user")
        .order_by("user__name")
    )


def emergency_number(clinic: Clinic, knowledge: Knowledge) -> str:
    """The clinic's, else that of its jurisdiction; empty where neither is known."""
    claim_id = f"jurisdiction.{clinic.jurisdiction}.emergency-number"
    if clinic.emergency_number or claim_id in knowledge.rejected:
        return clinic.emergency_number
    claim = knowledge.claims.get(claim_id)
    return "" if claim is None else claim.word


def _name_parts(name: str) -> set[str]:
    return set("".join(c if c.isalnum() else " " for c in searchable(name)).split())


def _is_uuid(text: str) -> bool:
    from uuid import UUID

    try:
        UUID(text)
    except ValueError:
        return False
    return True
