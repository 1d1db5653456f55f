"""A clinic, who works there in which role and with which licence, and its clients."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any, ClassVar, Final
from uuid import uuid4
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from needlework.web.records.models import Record

ROLES: Final = ("owner", "medical-director", "practitioner", "assistant", "reception")
PROFESSIONS: Final = (
    "physician",
    "nurse-prescriber",
    "physician-assistant",
    "nurse",
    "master-aesthetician",
    "aesthetician",
    "other",
)
"""As in the published input format."""


def known_time_zone(name: str) -> None:
    """Refuse a zone that no clock knows."""
    if name not in available_timezones():
        raise ValidationError("This is no time zone. Choose one such as Europe/Madrid.")


class Clinic(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=60, default="Skin")
    about = models.TextField(blank=True)
    jurisdiction = models.CharField(max_length=10)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[known_time_zone])
    emergency_number = models.CharField(max_length=20, blank=True)
    phone_e164 = models.CharField(max_length=16, blank=True)
    whatsapp_e164 = models.CharField(max_length=16, blank=True)
    email = models.EmailField(blank=True)
    street = models.CharField(max_length=120, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=2, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    altitude_m = models.FloatField(default=0)
    is_listed = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True) | Q(latitude__gte=-90, latitude__lte=90),
                name="clinic_latitude_in_range",
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True) | Q(longitude__gte=-180, longitude__lte=180),
                name="clinic_longitude_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def address_lines(self) -> tuple[str, ...]:
        town = f"{self.postal_code} {self.city}".strip()
        return tuple(line for line in (self.street, town, self.region) if line)

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Every page of the clinic reckons with its clock, so a wrong one never gets in.
        known_time_zone(self.time_zone)
        super().save(*args, **kwargs)


class OpeningHours(models.Model):
    """A stretch of a weekday (0 is Monday) in which the clinic is open, in its own time."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering: ClassVar = ["weekday", "opens"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="hours_weekday_in_range"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="hours_close_later"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> MembershipQuerySet:
        """Those who work there, whose account is in use."""
        return self.filter(left_at__isnull=True, user__is_active=True)


class Membership(models.Model):
    """A person's place in a clinic as it is now; how it came to be stands in its versions."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    profession = models.CharField(max_length=30, blank=True)
    licence_number = models.CharField(max_length=60, blank=True)
    licence_authority = models.CharField(max_length=120, blank=True)
    licence_until = models.DateField(null=True, blank=True)
    scope_max_depth_mm = models.FloatField(null=True, blank=True)
    supervisor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="supervised"
    )
    is_public = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            # Whoever has left may come back, as a membership of its own.
            models.UniqueConstraint(
                fields=["clinic", "user"],
                condition=Q(left_at__isnull=True),
                name="membership_once_a_clinic",
            ),
            models.CheckConstraint(
                condition=Q(profession__in=("", *PROFESSIONS)), name="membership_profession_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(row.role for row in self.role_rows.all())

    def licence_on(self, day: date) -> str:
        """`current`, `expired`, or `none`, as the published input format says it."""
        if not self.licence_number:
            return "none"
        if self.licence_until is None:
            return "unknown"
        return "current" if self.licence_until >= day else "expired"


class MembershipRole(models.Model):
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="role_rows")
    role = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["membership", "role"], name="role_once"),
            models.CheckConstraint(condition=Q(role__in=ROLES), name="role_known"),
        ]

    def __str__(self) -> str:
        return self.role


class MembershipVersion(Record):
    """A place in a clinic as it was written down: by whom, when, and in the place of what."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="versions")
    roles = models.JSONField()
    profession = models.CharField(max_length=30, blank=True)
    licence_number = models.CharField(max_length=60, blank=True)
    licence_authority = models.CharField(max_length=120, blank=True)
    licence_until = models.DateField(null=True)
    scope_max_depth_mm = models.FloatField(null=True)
    supervisor = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, related_name="+"
    )
    is_public = models.BooleanField(default=False)
    left_at = models.DateTimeField(null=True)


class DeviceTraining(Record):
    """On which device somebody was trained, and until when that holds."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="trainings")
    device = models.CharField(max_length=60)
    trained_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)


class Client(models.Model):
    """A person in one clinic's care, as known now; what was known before stands in the versions.

    The same person in another clinic is another row.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="clients")
    name = models.CharField(max_length=150)
    search_name = models.CharField(max_length=300, editable=False)
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=12, default="unspecified")
    email = models.EmailField(blank=True)
    phone_e164 = models.CharField(max_length=16, blank=True)
    language = models.CharField(max_length=2, default="en")
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["search_name", "id"]
        indexes: ClassVar = [
            models.Index(fields=["clinic", "search_name", "id"], name="client_by_name")
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Some letters fold into many: the index takes the first of them.
        self.search_name = searchable(self.name)[:300]
        super().save(*args, **kwargs)

    @property
    def initials(self) -> str:
        parts = [part for part in self.name.split() if part[0].isalpha()]
        ends = (parts[0], parts[-1]) if len(parts) > 1 else tuple(parts)
        return "".join(part[0].upper() for part in ends)


class ClientVersion(Record):
    """Who a client is, as it was written down: by whom, when, and in the place of what."""

    name = models.CharField(max_length=150)
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=12)
    email = models.EmailField(blank=True)
    phone_e164 = models.CharField(max_length=16, blank=True)
    language = models.CharField(max_length=2)


APOSTROPHES: Final = "'’‘ʼʹʻ`´′"
"""Keyboards give one and telephones another: O'Brien, O’Brien."""
_WRITTEN_AS: Final = str.maketrans(
    {
        **dict.fromkeys("ł", "l"),
        **dict.fromkeys("øǿ", "o"),
        **dict.fromkeys("đð", "d"),
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ı": "i",
        **dict.fromkeys(APOSTROPHES, ""),
        **dict.fromkeys("-‐‑‒–—−", " "),
    }
)
"""Letters that Unicode takes for letters of their own, and marks within names."""


def searchable(name: str) -> str:
    """A name without accents, marks and case, so that `nunez` finds Núñez and `lukasz` Łukasz."""
    split = unicodedata.normalize("NFKD", name.replace("\x00", "")).casefold()
    bare = "".join(c for c in split if not unicodedata.combining(c)).translate(_WRITTEN_AS)
    return " ".join(bare.split())
