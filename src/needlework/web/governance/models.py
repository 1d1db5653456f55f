"""What a clinic's medical director decided about claims, and the releases that were in use."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q

from needlework.web.records.models import Record

CLAIM_CHOICES: Final = ("approve", "tighten", "reject", "undecide")
"""Undecided again: as if nothing had been decided."""
PRODUCT_CHOICES: Final = ("allow", "disallow")


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
    """What the director decided about one claim as it then read, or about one product (C42).

    The newest about a subject counts. A clinic's decisions are numbered without gaps, so that the
    last one names the state of all of them.
    """

    number = models.PositiveIntegerField()
    batch = models.UUIDField()
    """Decided together, under one topic."""
    topic = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    """A claim's id, or `product:` and the product's folded name."""
    product = models.CharField(max_length=200, blank=True)
    """Its name as it was typed."""
    choice = models.CharField(max_length=10)
    value = models.JSONField(null=True)
    because = models.TextField(blank=True)
    claim_digest = models.CharField(max_length=64, blank=True)
    """An approval holds for this wording and value; a claim that changes asks again."""
    read = models.JSONField(null=True)
    """The claim as it read."""
    release_digest = models.CharField(max_length=64)

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(product="", choice__in=CLAIM_CHOICES)
                | Q(~Q(product=""), choice__in=PRODUCT_CHOICES),
                name="decision_choice_known",
            ),
            models.UniqueConstraint(fields=["clinic", "number"], name="decision_number_once"),
            # With `supersedes`, which no two may share: of two directors at once, one is told.
            models.UniqueConstraint(
                fields=["clinic", "subject"],
                condition=Q(supersedes__isnull=True),
                name="decision_begins_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["clinic", "subject"], name="decision_by_subject")]
