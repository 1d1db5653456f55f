"""One row a request, and the seals that chain the rows."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

OUTCOMES: Final = ("ok", "refused", "invalid", "missing", "error")


class AuditEvent(models.Model):
    """Who asked for what, whose it was, and what came of it. Ids only; no word about anyone."""

    is_append_only: ClassVar = True

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    request_id = models.UUIDField(default=uuid4)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    portal_link = models.UUIDField(null=True)
    clinic = models.ForeignKey(
        "clinics.Clinic", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    client = models.ForeignKey(
        "clinics.Client", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    action = models.CharField(max_length=100)
    method = models.CharField(max_length=10, blank=True)
    status = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=10)
    objects_seen = models.JSONField(default=list)
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="audit_outcome_known")
        ]
        # What is asked of an audit: what one person did, what befell one client, one clinic's day.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["actor", "at"], name="audit_by_actor"),
            models.Index(fields=["client", "at"], name="audit_by_client"),
            models.Index(fields=["clinic", "at"], name="audit_by_clinic"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AuditSeal(models.Model):
    """A link of the chain: which rows it covers, and a digest over them and the link before."""

    is_append_only: ClassVar = True

    number = models.PositiveBigIntegerField(primary_key=True)
    form = models.PositiveSmallIntegerField()
    """Which canonical form the digest was made with."""
    # One successor a seal: of two sealers at once, one loses.
    previous = models.CharField(max_length=64, unique=True)
    ranges = models.JSONField()
    """The ids covered, as [first, last] pairs."""
    high = models.BigIntegerField()
    """The highest id that this seal or any before it covers."""
    count = models.PositiveIntegerField()
    gaps = models.JSONField()
    """Ids up to the highest that no seal covers so far: rolled back, or still to come."""
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.number)


class AuditCheck(models.Model):
    """A walk along the chain of seals, from its start, and how far it has come.

    It is a report and no record: its row goes on being written as the walk goes on.
    """

    id = models.BigAutoField(primary_key=True)
    begun_at = models.DateTimeField()
    at = models.DateTimeField()
    """When it last went on."""
    number = models.PositiveBigIntegerField(default=0)
    """The last seal that was compared, its digest, and until when it had sealed."""
    digest = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField(null=True)
    rows = models.PositiveBigIntegerField(default=0)
    reached_end_at = models.DateTimeField(null=True)
    faults = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.pk)
