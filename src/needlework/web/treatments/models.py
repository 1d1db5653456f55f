"""A session as it was held; aftercare counts from its end."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from needlework.web.clinics.models import Membership
from needlework.web.consultations.models import Consultation
from needlework.web.plans.models import SignedPlan
from needlework.web.records.models import Record


class TreatmentSession(Record):
    """What was done: when it ended, in which zones and how deep, with which numbing cream."""

    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, null=True, related_name="treatments"
    )
    plan = models.ForeignKey(
        SignedPlan, on_delete=models.PROTECT, null=True, related_name="treatments"
    )
    performed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, related_name="treatments"
    )
    ended_at = models.DateTimeField()
    data = models.JSONField()

    class Meta(Record.Meta):
        indexes: ClassVar = [
            models.Index(fields=["client", "ended_at"], name="treatment_by_client")
        ]
