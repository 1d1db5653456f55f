"""Puts the invented clinics of `clinics.toml` into the database, once."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any, Final

from django.db import transaction
from msgspec import Struct

from needlework.web.accounts.models import User
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import (
    Clinic,
    Membership,
    OpeningHours,
)
from needlework.web.clinics.services import add_client, add_member, add_training
from needlework.web.consultations.services import record_consultation
from needlework.web.knowledge import known_for
from needlework.web.portal import links
from needlework.web.treatments.held import Held, ZoneHeld
from needlework.web.treatments.models import TreatmentSession
from needlework.web.treatments.services import record_treatment

PASSWORD: Final = "needle-and-thread"  # noqa: S105 - for invented data alone
_DAY: Final = 3
"""The demo's client is on this day after a session."""


class DemoLink(Struct, frozen=True):
    """A way into the client's pages."""

    path: str
    birth_date: date | None


class Demo(Struct, frozen=True):
    """What to tell whoever started the demo."""

    password: str
    staff: tuple[tuple[str, str], ...]
    client_link: DemoLink


@transaction.atomic
def build(now: datetime) -> Demo:
    """The demo's data, made if they are missing, with a fresh link for its client."""
    told = tomllib.loads((files(__package__) / "clinics.toml").read_text())
    for clinic in told["clinic"]:
        if not Clinic.objects.filter(slug=clinic["slug"]).exists():
            _clinic(clinic, now)
    treated = TreatmentSession.objects.filter(clinic__is_demo=True).earliest("recorded_at")
    client = treated.client
    if client is None:
        raise LookupError("The demo's session has no client.")
    _, token = links.make_link(client=client, by=None, now=now)
    return Demo(
        password=PASSWORD,
        staff=tuple(
            (person["email"], ", ".join(person["roles"]))
            for clinic in told["clinic"]
            for person in clinic["staff"]
        ),
        client_link=DemoLink(links.address(token), client.birth_date),
    )


def _clinic(told: dict[str, Any], now: datetime) -> None:
    lists = ("hours", "staff", "client")
    facts = {name: value for name, value in told.items() if name not in lists}
    clinic = Clinic.objects.create(**facts, is_demo=True)
    for hours in told["hours"]:
        for weekday in hours["weekdays"]:
            OpeningHours.objects.create(
                clinic=clinic,
                weekday=weekday,
                opens=time.fromisoformat(hours["opens"]),
                closes=time.fromisoformat(hours["closes"]),
            )
    staff = [_member(clinic, person, now) for person in told["staff"]]
    practitioner = next(who for who in staff if "practitioner" in who.roles)
    for person in told["client"]:
        _client(clinic, person, practitioner, now)


def _member(clinic: Clinic, told: dict[str, Any], now: datetime) -> Membership:
    user = User.objects.create_user(
        told["email"], PASSWORD, name=told["name"], language=told.get("language", "en")
    )
    licensed = "licence_number" in told
    member = add_member(
        clinic=clinic,
        user=user,
        roles=told["roles"],
        author=None,
        now=now,
        profession=told.get("profession", ""),
        licence_number=told.get("licence_number", ""),
        licence_authority=told.get("licence_authority", ""),
        scope_max_depth_mm=told.get("scope_max_depth_mm"),
        licence_until=now.date() + timedelta(days=365) if licensed else None,
        is_public=licensed,
    )
    for device in told.get("trained_on", ()):
        add_training(
            membership=member, device=device, trained_on=date(2025, 3, 1), author=None, now=now
        )
    return member


def _client(clinic: Clinic, told: dict[str, Any], practitioner: Membership, now: datetime) -> None:
    client = add_client(
        clinic=clinic,
        given={
            "name": told["name"],
            "birth_date": told["birth_date"],
            "sex": told.get("sex", "unspecified"),
            "language": told.get("language", "en"),
        },
        author=practitioner.user,
        now=now,
    )
    if name := told.get("consultation"):
        data = tomllib.loads((files(__package__) / f"{name}.toml").read_text())
        data["date"] = today_in(clinic, now)
        record_consultation(
            client=client,
            author=practitioner.user,
            data=data,
            known=known_for(clinic),
            now=now,
        )
    if held := told.get("treatment"):
        record_treatment(
            client=client,
            author=practitioner.user,
            performed_by=practitioner,
            ended_at=now - timedelta(days=_DAY),
            held=Held(
                zones=tuple(
                    ZoneHeld(zone=zone, depth_mm=held["depth_mm"]) for zone in held["zones"]
                ),
                phototype=held["phototype"],
                device=held["device"],
            ),
            now=now,
        )
