"""What was put before a client, what they agreed to by their signature, and what they withdrew."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q

from needlework.web.blobs.models import Blob
from needlework.web.clinics.models import Membership
from needlework.web.plans.models import SignedPlan
from needlework.web.records.models import Record

USES: Final = ("treatment", "photo-clinical", "photo-teaching", "photo-marketing")
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
    """A consent as it was put before the client, and since when they could think about it."""

    plan = models.ForeignKey(SignedPlan, on_delete=models.PROTECT, related_name="consent_offers")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, null=True, related_name="+")
    language = models.CharField(max_length=2)
    form_version = models.CharField(max_length=64)
    """The digest of the form's own words, without what is filled in."""
    points = models.JSONField()
    """What was put before the client, point by point, as filled in."""
    pdf = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    content_sha256 = models.CharField(max_length=64)


class Consent(Record):
    """A signature under an offer, for one use."""

    offer = models.ForeignKey(ConsentOffer, on_delete=models.PROTECT, related_name="consents")
    use = models.CharField(max_length=20)
    way = models.CharField(max_length=10)
    signed_name = models.CharField(max_length=150)
    signature = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    pdf = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    """The offer with the signature under it."""
    taken_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(use__in=USES), name="consent_use_known"),
            models.CheckConstraint(condition=Q(way__in=WAYS), name="consent_way_known"),
            models.CheckConstraint(condition=~Q(signed_name=""), name="consent_is_signed"),
            models.CheckConstraint(
                condition=Q(way="typed") | Q(signature__isnull=False), name="consent_drawn_is_there"
            ),
            models.UniqueConstraint(fields=["offer", "use"], name="consent_once_a_use"),
        ]


class Withdrawal(Record):
    """A consent taken back, at once and for good; a new one may be given later."""

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="withdrawals")
    words = models.TextField(blank=True)

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["consent"], name="withdrawal_once")
        ]
