"""Whom a document is from and whom it is for; all of it may be left out."""

from __future__ import annotations

from datetime import date

from msgspec import Struct


class ClinicCard(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The clinic as its letterhead shows it; `time_zone` is an IANA name."""

    name: str = ""
    address: tuple[str, ...] = ()
    phone_e164: str = ""
    email: str = ""
    emergency_number: str = ""
    time_zone: str = ""
    website: str = ""


class PersonCard(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The person as the clinic knows them."""

    name: str = ""
    birth_date: date | None = None
    reference: str = ""
