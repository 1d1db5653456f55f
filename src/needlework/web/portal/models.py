"""Links by which clients enter, what they report, and who at the clinic has seen it."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models

from needlework.web.clinics.models import Client, Clinic
from needlework.web.records.models import Record
from needlework.web.treatments.models import TreatmentSession


class PortalLink(models.Model):
    """A way in for one client and one purpose; only the token's digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="portal_links")
    purpose = models.CharField(max_length=20, default="aftercare")
    token_digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Wrong birth dates over the link's whole life: past a limit it opens no more.
    failures = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class SymptomReport(Record):
    """What a client chose in the symptom checker, and the answer as it was shown."""

    treatment = models.ForeignKey(
        TreatmentSession, on_delete=models.PROTECT, null=True, related_name="symptom_reports"
    )
    day = models.PositiveSmallIntegerField()
    observations = models.JSONField()
    answer = models.JSONField()
    urgency = models.CharField(max_length=20)
    release_digest = models.CharField(max_length=64)

    class Meta(Record.Meta):
        indexes: ClassVar = [
            models.Index(fields=["clinic", "urgency", "recorded_at"], name="report_by_urgency")
        ]


class Acknowledgement(Record):
    """Somebody at the clinic has seen a report: who and when, and what was done."""

    report = models.ForeignKey(
        SymptomReport, on_delete=models.PROTECT, related_name="acknowledgements"
    )
    words = models.TextField(blank=True)

    class Meta(Record.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report"], name="report_acknowledged_once")
        ]
