"""What every record has in common, and the mark that one was entered in error."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self, TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

REASONS: Final = ("wrong-client", "wrong-facts", "duplicate", "other")
"""Why a record counts as entered in error."""


_R = TypeVar("_R", bound="Record")


class RecordQuerySet(models.QuerySet[_R]):
    def current(self) -> Self:
        """Neither superseded nor entered in error."""
        model = self.model
        retractions = Retraction.objects.filter(
            record_type=model._meta.label_lower, record_id=OuterRef("pk")
        )
        return self.filter(
            ~Exists(model._default_manager.filter(supersedes=OuterRef("pk"))),
            ~Exists(retractions),
        )


class Record(models.Model):
    """A row that is written once. `supersedes` names the row that it takes the place of."""

    is_append_only: ClassVar = True

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(
        "clinics.Client", on_delete=models.PROTECT, null=True, related_name="+"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    portal_link = models.UUIDField(null=True)
    """The link by which a client came who wrote this; nobody of the staff is its author then."""
    recorded_at = models.DateTimeField()
    # At most one successor, so that two writers cannot fork a record's history.
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="superseded_by"
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class Retraction(models.Model):
    """A record was entered in error: which, by whom, why. The record itself stays as it was."""

    is_append_only: ClassVar = True

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(
        "clinics.Client", on_delete=models.PROTECT, null=True, related_name="+"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    record_type = models.CharField(max_length=100)
    record_id = models.UUIDField()
    reason = models.CharField(max_length=40)
    words = models.TextField(blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["record_id", "record_type"], name="retraction_once_a_record"
            ),
            models.CheckConstraint(condition=Q(reason__in=REASONS), name="retraction_reason_known"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


def record_type(record: Record) -> tuple[str, UUID]:
    """How a record is named where any kind may stand: `consultations.consultation`, id."""
    return record._meta.label_lower, record.pk
