"""Links by which clients enter, what they report, and who at the clinic has seen it."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from needlework.web.clinics.models import Client, Clinic
from needlework.web.records.models import Record
from needlework.web.treatments.models import TreatmentSession

PURPOSES: Final = ("aftercare", "consultation")
"""What a link lets its client do; it opens the pages of no other purpose."""


class PortalLink(models.Model):
    """A way in for one client and one purpose; only the token's digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="portal_links")
    purpose = models.CharField(max_length=20)
    token_digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Wrong birth dates over the link's whole life: past a limit it opens no more.
    failures = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(purpose__in=PURPOSES), name="link_purpose_known")
        ]

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
    language = models.CharField(max_length=2)
    release_digest = models.CharField(max_length=64)
    overlay_digest = models.CharField(max_length=64, blank=True)

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
            # The first is one; whoever corrects it supersedes it.
            models.UniqueConstraint(
                fields=["report"],
                condition=Q(supersedes__isnull=True),
                name="report_acknowledged_once",
            )
        ]
