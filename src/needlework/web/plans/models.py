"""A plan as it was signed: what went in, what was shown, by whom; and how it stands today."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q

from needlework.web.blobs.models import Blob
from needlework.web.clinics.models import Clinic, Membership
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.web.records.models import Record

STANDINGS: Final = ("same", "looser", "stricter")


class SignedPlan(Record):
    """What was signed, with everything that it was judged from. It is shown again, not reckoned."""

    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, related_name="signed_plans"
    )
    version = models.ForeignKey(
        ConsultationVersion, on_delete=models.PROTECT, related_name="signed_plans"
    )
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=2)
    signer = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="signed_plans")
    credential = models.JSONField()
    """The signer's name, profession and licence as they were."""
    statement = models.TextField()
    judged_on = models.DateField()
    said = models.JSONField()
    """The consultation as it was judged, with clearances and who would treat."""
    plan = models.JSONField()
    outlook = models.JSONField(null=True)
    """What was expected of it when it was signed; none of plans from before there was one."""
    shown = models.TextField()
    """The plan's page as the signer saw it."""
    pdf = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    content_sha256 = models.CharField(max_length=64)
    """Over what was said, what was planned, what was shown, and what was attested."""
    release_digest = models.CharField(max_length=64)
    overlay_digest = models.CharField(max_length=64, blank=True)

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["consultation", "number"], name="plan_number_once")
        ]
        indexes: ClassVar = [models.Index(fields=["client", "recorded_at"], name="plan_by_client")]


class PlanClaim(models.Model):
    """A claim that a signed plan rests on, so that a claim can be recalled."""

    is_append_only: ClassVar = True

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(SignedPlan, on_delete=models.PROTECT, related_name="claims")
    claim = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["plan", "claim"], name="plan_claim_once")
        ]
        indexes: ClassVar = [models.Index(fields=["clinic", "claim"], name="plan_by_claim")]

    def __str__(self) -> str:
        return self.claim


class PlanDay(models.Model):
    """A day that a signed plan names, so that what is due is found without reading every plan."""

    is_append_only: ClassVar = True

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(SignedPlan, on_delete=models.PROTECT, related_name="days")
    kind = models.CharField(max_length=10)
    number = models.PositiveSmallIntegerField()
    """Of the session; of a review, its place among the reviews."""
    on = models.DateField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["plan", "kind", "number"], name="plan_day_once"),
            models.CheckConstraint(
                condition=Q(kind__in=("session", "review")), name="plan_day_kind_known"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["clinic", "on"], name="plan_day_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Rejudgement(Record):
    """A signed plan judged again by other knowledge: whether it is stricter, and in what."""

    plan = models.ForeignKey(SignedPlan, on_delete=models.PROTECT, related_name="rejudgements")
    release_digest = models.CharField(max_length=64)
    overlay_digest = models.CharField(max_length=64, blank=True)
    standing = models.CharField(max_length=10)
    changes = models.JSONField()

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(standing__in=STANDINGS), name="rejudgement_standing_known"
            ),
            models.UniqueConstraint(
                fields=["plan", "release_digest", "overlay_digest"], name="rejudged_once"
            ),
        ]
