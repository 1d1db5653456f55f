"""Who is expected on a day, and what staff note in their own words."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q

from needlework.web.consultations.models import Consultation
from needlework.web.records.models import Record

PURPOSES: Final = ("consultation", "session", "review", "other")


class Visit(Record):
    """A client is expected on a day. A plain list; booking proper comes later."""

    on = models.DateField()
    at = models.TimeField(null=True)
    purpose = models.CharField(max_length=20)
    is_cancelled = models.BooleanField(default=False)
    """The one that it takes the place of is called off."""

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(purpose__in=PURPOSES), name="visit_purpose_known")
        ]
        indexes: ClassVar = [models.Index(fields=["clinic", "on"], name="visit_by_day")]


class Note(Record):
    """Free text about a client, or about one consultation."""

    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, null=True, related_name="notes"
    )
    text = models.TextField()

    class Meta(Record.Meta):
        indexes: ClassVar = [models.Index(fields=["client", "recorded_at"], name="note_by_client")]
