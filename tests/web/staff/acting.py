"""What owners do on the pages of the staff, as their browsers send it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from needlework.web.accounts.models import User
from needlework.web.clinics.models import Clinic, Membership
from needlework.web.clinics.services import add_member
from needlework.web.staff.services import newest_version
from tests.web import people


def at(name: str, place: Clinic, **codes: Any) -> str:
    return reverse(f"staff:{name}", kwargs={"clinic": place.slug, **codes})


def owner(place: Clinic, email: str = "olga@harbour.example") -> Membership:
    return people.member(place, "owner", email=email)


def nora(place: Clinic, **facts: Any) -> Membership:
    """Treats there, and is on record since she came."""
    user = User.objects.create_user("nora@harbour.example", people.PASSWORD, name="Nora Vale")
    given = {"profession": "nurse", "licence_number": "RN-1", **facts}
    return add_member(
        clinic=place, user=user, roles=["practitioner"], author=None, now=timezone.now(), **given
    )


def typed(**given: Any) -> dict[str, Any]:
    """A whole form, with what differs."""
    whole: dict[str, Any] = {
        "email": "newt@harbour.example",
        "name": "Newt Ames",
        "roles": ["assistant"],
        "profession": "",
        "licence_number": "",
        "licence_authority": "",
        "licence_until": "",
        "scope_max_depth_mm": "",
        "supervisor": "",
        "password": people.PASSWORD,
    }
    return {name: value for name, value in {**whole, **given}.items() if value is not None}


def add(who: Membership, **given: Any) -> Any:
    return people.browser(who).post(at("add", who.clinic), typed(**given))


def change(who: Membership, place: Membership, **given: Any) -> Any:
    sent = {"email": None, "name": None, "seen": str(newest_version(place) or ""), **given}
    path = at("change", place.clinic, member=place.pk)
    return people.browser(who).post(path, typed(**sent))


def leave(who: Membership, place: Membership, day: str, **given: Any) -> Any:
    sent = {"last_day": day, "password": people.PASSWORD, **given}
    return people.browser(who).post(at("leave", place.clinic, member=place.pk), sent)
