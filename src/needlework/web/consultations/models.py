"""A consultation and its versions: each save is a new version, and none is ever changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from needlework.web.records.models import Record


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
    data = models.JSONField()
    release_digest = models.CharField(max_length=64)
    overlay_digest = models.CharField(max_length=64, blank=True)

    class Meta(Record.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["consultation", "number"], name="consultation_version_once"
            )
        ]
