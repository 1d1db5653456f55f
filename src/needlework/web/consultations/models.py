"""A consultation and its versions: each save is a new version, and none is ever changed."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from needlework.web.clinics.models import Client, Clinic
from needlework.web.records.models import Record

ORIGINS: Final = ("staff", "client")
"""Who wrote a version. What a client wrote counts once the practitioner has confirmed it."""


class Consultation(Record):
    """The occasion; what was said and seen stands in its versions."""

    class Meta(Record.Meta):
        indexes: ClassVar = [
            models.Index(fields=["client", "recorded_at"], name="consultation_by_client")
        ]


class ConsultationVersion(Record):
    """What was said and seen, in the published input format, and against which knowledge."""

    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()
    origin = models.CharField(max_length=10, default="staff")
    data = models.JSONField()
    release_digest = models.CharField(max_length=64)
    overlay_digest = models.CharField(max_length=64, blank=True)

    class Meta(Record.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["consultation", "number"], name="consultation_version_once"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=ORIGINS), name="consultation_origin_known"
            ),
        ]


class Draft(models.Model):
    """Work in progress on a form: it may change, be taken back and thrown away, and is no record.

    It is kept here since a browser keeps no health data of ours.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    portal_link = models.UUIDField(null=True)
    consultation = models.ForeignKey(
        Consultation, on_delete=models.CASCADE, null=True, related_name="+"
    )
    base = models.PositiveIntegerField(default=0)
    """The version after which it would be saved."""
    fields = models.JSONField()
    """What was typed, as the form would send it."""
    saved_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    """When the form that writes to it was opened: of two windows one keeps, the other is told."""
    thrown_at = models.DateTimeField(null=True)
    """Thrown away, and kept until the next act so that it can be taken back."""
    removed = models.JSONField(null=True)
    """What the last removed row held, until the next act."""

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["client", "author"], name="draft_by_client")
        ]

    def __str__(self) -> str:
        return str(self.pk)
