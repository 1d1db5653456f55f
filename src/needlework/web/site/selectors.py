"""What the public pages ask of clinics: only what a clinic publishes."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from msgspec import Struct

from needlework.web.clinics.models import Clinic
from needlework.web.clinics.selectors import public_staff


class Professional(Struct, frozen=True):
    """Somebody who treats, as the clinic has registered them."""

    name: str
    profession: str
    licence_number: str = ""
    licence_authority: str = ""


def listed_clinics() -> QuerySet[Clinic]:
    return Clinic.objects.filter(is_listed=True).order_by("name", "pk")


def clinic_of(slug: str) -> Clinic | None:
    """The clinic with that address, listed or not: one that is not goes by its link alone."""
    return Clinic.objects.filter(slug=slug).prefetch_related("hours").first()


def professionals(clinic: Clinic, on: date) -> tuple[Professional, ...]:
    """Those whom the clinic publishes; nobody without a profession, or whose licence ran out."""
    return tuple(
        Professional(
            name=found.user.name,
            profession=found.profession,
            licence_number=found.licence_number,
            licence_authority=found.licence_authority,
        )
        for found in public_staff(clinic)
        if found.profession and found.user.name and found.licence_on(on) != "expired"
    )
