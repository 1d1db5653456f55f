"""What was put before a client, what they agreed to by their signature, and what they withdrew."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q

from needlework.documents import PHOTO_USES
from needlework.web.blobs.models import Blob
from needlework.web.clinics.models import Membership
from needlework.web.plans.models import SignedPlan
from needlework.web.records.models import Record

TREATMENT: Final = "treatment"
USES: Final = (TREATMENT, *PHOTO_USES)
"""Each is asked on its own; one never follows from another."""
WAYS: Final = ("drawn", "typed")


class ConsentText(Record):
    """What a clinic adds in its own words to every consent, version by version."""

    language = models.CharField(max_length=2)
    number = models.PositiveIntegerField()
    words = models.TextField(blank=True)

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["clinic", "language", "number"], name="consent_text_once"
            )
        ]


class ConsentOffer(Record):
    """A consent as it was put before the client. A later offer for the plan takes its place."""

    plan = models.ForeignKey(SignedPlan, on_delete=models.PROTECT, related_name="consent_offers")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, null=True, related_name="+")
    language = models.CharField(max_length=2)
    form_version = models.CharField(max_length=64)
    """The digest of the form's own words, without what is filled in."""
    points = models.JSONField()
    """What was put before the client, point by point, as filled in."""
    pdf = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    content_sha256 = models.CharField(max_length=64)
    """Over the points, the form's version, and the signed plan."""

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            # With `supersedes`, which no two may share: one offer for a plan is open at a time.
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(supersedes__isnull=True),
                name="consent_offer_begins_once",
            )
        ]


class ConsentSignature(Record):
    """What a client answered and signed under an offer, and who was there."""

    offer = models.OneToOneField(ConsentOffer, on_delete=models.PROTECT, related_name="signature")
    way = models.CharField(max_length=10)
    signed_name = models.CharField(max_length=150)
    is_name_confirmed = models.BooleanField(default=False)
    """The name differs from the record's, and whoever took it gave a password for who signed."""
    drawing = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    pdf = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    """The offer with the answers and the signature under it."""
    had_since = models.DateTimeField()
    haste = models.TextField(blank=True)
    """Why the client did not want to wait, in their own words."""
    read = models.JSONField()
    """The points that were ticked as read and understood."""
    answers = models.JSONField()
    """Yes or no to each use."""
    taken_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    content_sha256 = models.CharField(max_length=64)

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(way__in=WAYS), name="consent_way_known"),
            models.CheckConstraint(condition=~Q(signed_name=""), name="consent_is_signed"),
            models.CheckConstraint(
                condition=Q(way="typed", drawing__isnull=True)
                | Q(way="drawn", drawing__isnull=False),
                name="consent_drawn_is_there",
            ),
        ]


class Consent(Record):
    """Consent to one use, by a signature."""

    signature = models.ForeignKey(
        ConsentSignature, on_delete=models.PROTECT, related_name="consents"
    )
    use = models.CharField(max_length=20)

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(use__in=USES), name="consent_use_known"),
            models.UniqueConstraint(fields=["signature", "use"], name="consent_once_a_use"),
        ]
        indexes: ClassVar = [models.Index(fields=["client", "use"], name="consent_by_client")]


class Withdrawal(Record):
    """A consent taken back, at once and for good; a new one may be given later."""

    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="withdrawal")
    words = models.TextField(blank=True)
