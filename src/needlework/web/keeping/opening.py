"""Opening a real clinic, with its owner."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email, validate_slug
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from msgspec import Struct

from needlework.web.accounts.models import User
from needlework.web.clinics.models import Clinic, searchable
from needlework.web.clinics.services import add_member
from needlework.web.keeping import audited
from needlework.web.keeping.errors import KeepingError
from needlework.workflow import known

LONGEST_SLUG: Final = 60
LONGEST_NAME: Final = 120


class Opening(Struct, frozen=True):
    """What is needed of a new clinic."""

    name: str
    slug: str
    jurisdiction: str
    time_zone: str
    owner_email: str
    owner_name: str
    language: str = "en"


def opening_of(**given: str) -> Opening:
    """What was given, trimmed; the address is made from the name where none was given."""
    trimmed = {name: value.strip() for name, value in given.items()}
    slug = trimmed["slug"] or slugify(searchable(trimmed["name"]))[:LONGEST_SLUG]
    return Opening(**{**trimmed, "slug": slug, "owner_email": trimmed["owner_email"].lower()})


def check(opening: Opening) -> None:
    """A sentence for the first thing that does not fit."""
    _named(opening.name, "The clinic's name", LONGEST_NAME)
    _named(opening.owner_name, "The owner's name", User._meta.get_field("name").max_length)
    _fits(
        validate_slug,
        opening.slug if len(opening.slug) <= LONGEST_SLUG and opening.slug.islower() else "",
        "The clinic's address must be of small letters, digits and hyphens.",
        f"Give one with --slug, such as harbour-skin; at most {LONGEST_SLUG} characters.",
    )
    places = known().knowledge.release.jurisdictions
    if opening.jurisdiction not in places:
        raise KeepingError(
            f"{opening.jurisdiction!r} is no jurisdiction that Needlework knows.",
            hint=f"Choose one of {', '.join(places)}; `needlework schema --jurisdictions` tells.",
        )
    if opening.time_zone not in available_timezones():
        raise KeepingError(
            f"{opening.time_zone!r} is no time zone.", hint="Give one such as Europe/Madrid."
        )
    _fits(
        validate_email,
        opening.owner_email,
        "The owner's e-mail address is none.",
        "Give one such as owner@clinic.example with --owner-email.",
    )
    if Clinic.objects.filter(slug=opening.slug).exists():
        raise _taken(opening)
    if Clinic.objects.filter(is_demo=True).exists():
        raise KeepingError(
            "This installation holds the demo, and a real clinic would mix with invented people.",
            hint="Name another folder with --data, or an empty database in NEEDLEWORK_DATABASE.",
        )


def account_of(opening: Opening) -> User | None:
    """An owner who has an account already, from another clinic; its password stays."""
    return User.objects.filter(email=opening.owner_email).first()


def check_password(opening: Opening, password: str) -> None:
    try:
        validate_password(password, User(email=opening.owner_email, name=opening.owner_name))
    except ValidationError as wrong:
        raise KeepingError(str(wrong.messages[0]), hint="Choose several words.") from wrong


def open_clinic(opening: Opening, *, password: str, now: datetime) -> Clinic:
    """The clinic, its owner's account where there is none yet, and the owner's place in it."""
    try:
        with transaction.atomic():
            clinic = Clinic.objects.create(
                slug=opening.slug,
                name=opening.name,
                jurisdiction=opening.jurisdiction,
                time_zone=opening.time_zone,
            )
            owner = account_of(opening) or User.objects.create_user(
                opening.owner_email, password, name=opening.owner_name, language=opening.language
            )
            add_member(clinic=clinic, user=owner, roles=["owner"], author=None, now=now)
            audited.write("clinic.new", now=now, clinic=clinic)
    except IntegrityError as clash:
        raise _taken(opening) from clash
    return clinic


def _named(text: str, what: str, longest: int | None) -> None:
    if not text or not text.isprintable() or len(text) > (longest or LONGEST_NAME):
        raise KeepingError(
            f"{what} must have between 1 and {longest} characters, all of them printable.",
            hint="Give it in quotation marks.",
        )


def _fits(validate: Any, text: str, wrong: str, hint: str) -> None:
    try:
        validate(text)
    except ValidationError as refused:
        raise KeepingError(wrong, hint=hint) from refused


def _taken(opening: Opening) -> KeepingError:
    return KeepingError(
        f"There is a clinic at the address {opening.slug} already.",
        hint="Give another with --slug; what the clinic is called may be the same.",
    )
