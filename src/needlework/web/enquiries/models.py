"""What a visitor asked for, and the steps that staff took with it; both are only appended."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q

from needlework.i18n import LANGUAGES
from needlework.web.records.models import Record

TIMES: Final = ("any", "morning", "midday", "afternoon", "evening")
CONCERNS: Final = (
    "lines",
    "acne-scars",
    "other-scars",
    "marks",
    "stretch-marks",
    "texture",
    "laxity",
    "other",
)
STEPS: Final = ("contacted", "booked", "closed", "reopened", "client")
ENDS: Final = ("booked", "client", "closed")
"""After these nobody waits any more."""
REASONS: Final = ("no-answer", "not-wanted", "not-for-us", "duplicate", "not-genuine")
"""Why a request was closed."""


class ConsultationRequest(Record):
    """How to reach somebody, and what they agreed to in the very words that they read."""

    # From the form that was sent: sent twice, it is the same request.
    key = models.UUIDField()
    name = models.CharField(max_length=120)
    phone_e164 = models.CharField(max_length=16, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2)
    time_of_day = models.CharField(max_length=12)
    concerns = models.JSONField(default=list)
    words = models.TextField(blank=True)
    agreed = models.JSONField(default=list)

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["clinic", "key"], name="enquiry_once_a_form"),
            models.CheckConstraint(
                condition=~Q(phone_e164="") | ~Q(email=""), name="enquiry_reachable"
            ),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGES), name="enquiry_language_known"
            ),
            models.CheckConstraint(condition=Q(time_of_day__in=TIMES), name="enquiry_time_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["clinic", "-recorded_at"], name="enquiry_by_clinic")
        ]


class RequestStep(Record):
    """What staff did with a request; `client` is who came of it.

    The steps of one are numbered, so that of two at once only one is written.
    """

    enquiry = models.ForeignKey(ConsultationRequest, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)
    reason = models.CharField(max_length=12, blank=True)

    class Meta(Record.Meta):
        ordering: ClassVar = ["number"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["enquiry", "number"], name="step_once_a_number"),
            models.CheckConstraint(condition=Q(kind__in=STEPS), name="step_kind_known"),
            models.CheckConstraint(
                condition=Q(reason__in=(*REASONS, "")), name="step_reason_known"
            ),
            models.CheckConstraint(
                condition=(Q(kind="closed") & ~Q(reason="")) | (~Q(kind="closed") & Q(reason="")),
                name="step_reason_with_closed",
            ),
            models.CheckConstraint(
                condition=Q(kind="client", client__isnull=False)
                | (~Q(kind="client") & Q(client__isnull=True)),
                name="step_client_with_client",
            ),
        ]
