"""What a clinic's medical director decided about claims, and the releases that were in use."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q

from needlework.web.records.models import Record

CHOICES: Final = ("approve", "tighten", "reject", "undecide")
"""Undecided again: as if nothing had been decided."""


class UsedRelease(models.Model):
    """A release that this installation has worked with, kept so that it can be compared."""

    is_append_only: ClassVar = True

    digest = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=60)
    claims = models.JSONField()
    first_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Decision(Record):
    """What the director decided about one claim as it then read; the newest counts."""

    batch = models.UUIDField()
    """Decided together, under one topic."""
    topic = models.CharField(max_length=60)
    claim = models.CharField(max_length=120)
    claim_digest = models.CharField(max_length=64)
    """An approval holds for this wording and value; a claim that changes asks again."""
    choice = models.CharField(max_length=10)
    value = models.JSONField(null=True)
    because = models.TextField(blank=True)
    release_digest = models.CharField(max_length=64)

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(choice__in=CHOICES), name="decision_choice_known"),
            # With `supersedes`, which no two may share: of two directors at once, one is told.
            models.UniqueConstraint(
                fields=["clinic", "claim"],
                condition=Q(supersedes__isnull=True),
                name="decision_begins_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["clinic", "claim"], name="decision_by_claim")]


class AllowedProduct(Record):
    """A product made and licensed for needled skin, as the director lists it (C42)."""

    product = models.CharField(max_length=200)
    because = models.TextField()
