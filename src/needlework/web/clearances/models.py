"""A finding put before a clinician, and the answer."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q

from needlework.web.blobs.models import Blob
from needlework.web.clinics.models import Membership
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.web.records.models import Record

OUTCOMES: Final = ("cleared", "refused")
GROUNDS: Final = ("asked", "override")
"""Answered because somebody asked, or cleared by the same person who judged."""
REASONS: Final = (
    "examined",
    "letter-seen",
    "stable-condition",
    "benefit-outweighs",
    "answer-corrected",
    "other",
)
"""Why a finding was overridden."""
REACHES: Final = ("session", "course")
CLOSINGS: Final = ("finding-gone", "asked-in-error", "no-session", "other")
"""Why nobody need answer a request any more."""


class ClearanceRequest(Record):
    """Who is asked to clear which finding, and what is asked."""

    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, related_name="clearance_requests"
    )
    version = models.ForeignKey(ConsultationVersion, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=10)
    zones = models.JSONField()
    """Empty for the whole person."""
    finding = models.JSONField()
    """As it was judged when the question was put."""
    role = models.CharField(max_length=1)
    """Who may clear it: C or P, as the rule says."""
    asked = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, related_name="clearances_asked"
    )
    asked_name = models.CharField(max_length=150, blank=True)
    asked_contact = models.CharField(max_length=200, blank=True)
    """A clinician outside the clinic: the client's own doctor, say."""
    question = models.TextField()
    letter = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(asked__isnull=False) | ~Q(asked_name=""), name="clearance_asks_somebody"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["clinic", "due_on"], name="clearance_by_due")]


class ClearanceReminder(Record):
    """Somebody was reminded of a request."""

    request = models.ForeignKey(
        ClearanceRequest, on_delete=models.PROTECT, related_name="reminders"
    )
    way = models.CharField(max_length=20)


class ClearanceClosing(Record):
    """A request that nobody need answer. Should the finding come back, it is asked anew."""

    # Once a request, so that of two who close it at once one is told.
    request = models.OneToOneField(
        ClearanceRequest, on_delete=models.PROTECT, related_name="closing"
    )
    reason = models.CharField(max_length=20)
    words = models.TextField(blank=True)

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(reason__in=CLOSINGS), name="clearance_closing_reason_known"
            )
        ]


class Clearance(Record):
    """A clinician's answer to a finding: cleared or refused, how far, until when."""

    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, related_name="clearances"
    )
    request = models.ForeignKey(
        ClearanceRequest, on_delete=models.PROTECT, null=True, related_name="answers"
    )
    rule = models.CharField(max_length=10)
    zones = models.JSONField()
    about = models.TextField()
    """The finding's sentence: an answer is to this, and to nothing else of its rule."""
    finding_key = models.CharField(max_length=64)
    """A digest of rule, zones and sentence, for the constraint below."""
    outcome = models.CharField(max_length=10)
    ground = models.CharField(max_length=10)
    reason = models.CharField(max_length=20, blank=True)
    words = models.TextField(blank=True)
    conditions = models.TextField(blank=True)
    role = models.CharField(max_length=1)
    clinician = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, related_name="clearances_given"
    )
    clinician_name = models.CharField(max_length=150)
    """As it stood then; for somebody outside, as the letter says."""
    letter = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    given_on = models.DateField()
    reach = models.CharField(max_length=10)
    valid_until = models.DateField()

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(outcome__in=OUTCOMES), name="clearance_outcome_known"
            ),
            models.CheckConstraint(condition=Q(ground__in=GROUNDS), name="clearance_ground_known"),
            models.CheckConstraint(condition=Q(reach__in=REACHES), name="clearance_reach_known"),
            # Somebody outside answers by a letter; nobody answers in their name without one.
            models.CheckConstraint(
                condition=Q(clinician__isnull=False) | Q(letter__isnull=False),
                name="clearance_by_somebody",
            ),
            # With `supersedes`, which no two may share: of two who clear at once, one is told.
            models.UniqueConstraint(
                fields=["client", "finding_key"],
                condition=Q(supersedes__isnull=True),
                name="clearance_begins_once",
            ),
        ]
