"""Who appears in the tests: Alice treats, Olga owns, Bea is at the desk, Pat is the client;
Charlie treats too, elsewhere."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.test import Client as Browser

from needlework.web.accounts.models import User
from needlework.web.clinics.models import ROLES, Client, Clinic, Membership, MembershipRole

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""A day of its own, for what is written in records; what lasts, such as a link, begins today."""
PASSWORD = "a-long-enough-password"


def clinic(slug: str = "harbour", **facts: Any) -> Clinic:
    given = {
        "name": "Harbour Skin",
        "jurisdiction": "us",
        "time_zone": "America/New_York",
        "emergency_number": "911",
        "phone_e164": "+16175550147",
        "whatsapp_e164": "+16175550148",
        "latitude": 42.36,
        "longitude": -71.05,
        "country": "US",
    }
    return Clinic.objects.create(slug=slug, **{**given, **facts})


def member(place: Clinic, *roles: str, email: str = "", **facts: Any) -> Membership:
    name = roles[0] if roles else "nobody"
    user = User.objects.create_user(email or f"{name}@{place.slug}.example", PASSWORD, name=name)
    given = {
        "profession": "physician",
        "licence_number": "1",
        "licence_until": date(2099, 12, 31),
    }
    made = Membership.objects.create(clinic=place, user=user, **{**given, **facts})
    MembershipRole.objects.bulk_create(MembershipRole(membership=made, role=role) for role in roles)
    return made


def person(place: Clinic, name: str = "Pat Núñez", **facts: Any) -> Client:
    given = {"birth_date": date(1988, 4, 12), "sex": "female"}
    return Client.objects.create(clinic=place, name=name, **{**given, **facts})


def browser(who: Membership | User | None = None) -> Browser:
    """A browser; signed in where somebody is named."""
    made = Browser()
    if who is not None:
        made.force_login(who.user if isinstance(who, Membership) else who)
    return made


def everyone(place: Clinic) -> dict[str, Membership]:
    """One member for each role."""
    return {role: member(place, role) for role in ROLES}
