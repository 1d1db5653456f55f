"""Scores of a concern as they were taken, so that a forecast may learn from them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from needlework.web.clinics.models import Membership
from needlework.web.records.models import Record


class Measure(Record):
    """A score on a day: of which concern, on which scale, and who rated."""

    concern = models.CharField(max_length=60)
    scale = models.CharField(max_length=60)
    on = models.DateField()
    score = models.FloatField()
    rater = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="measures")
    error = models.FloatField(null=True)
    """Standard deviation of one such rating, in the scale's unit, where it is known."""
    sessions = models.JSONField(null=True)
    """Ids of the sessions up to that day, confirmed to have been all; None where nobody said."""

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(error__isnull=True) | Q(error__gt=0), name="measure_error_above_nought"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["client", "on"], name="measure_by_client")]
