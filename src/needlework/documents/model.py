"""Whom a document is from and whom it is for; all of it may be left out."""

from __future__ import annotations

from datetime import date, datetime

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


class Signature(Struct, frozen=True, kw_only=True):
    """Who signed, as what, when, and the digest of what was signed."""

    name: str
    profession: str
    licence_number: str
    at: datetime
    """By the clinic's clock."""
    sha256: str


class PersonCard(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The person as the clinic knows them."""

    name: str = ""
    birth_date: date | None = None
    reference: str = ""


class Approval(Struct, frozen=True, kw_only=True):
    """Who stands behind a proposed statement in this clinic, and since when."""

    name: str
    on: date


class SignedConsent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a client answered and signed, and who took it."""

    name: str
    at: datetime
    """By the clinic's clock."""
    taken_by: str
    profession: str
    sha256: str
    agreed: tuple[str, ...]
    """Uses agreed to, photographs included."""
    drawn: bytes = b""
    """A picture of the signature; without one the typed name stands for it."""
    had_since: datetime | None = None
    haste: str = ""
    """The client's own words on not waiting."""
    is_name_confirmed: bool = False
    """The name differs from the one on record, and whoever took it vouches for it."""
