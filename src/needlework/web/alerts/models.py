"""That staff were told of a report, and that they saw a consent taken back."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q

from needlework.web.consents.models import Withdrawal
from needlework.web.portal.models import SymptomReport
from needlework.web.records.models import Record

STEPS: Final = ("first", "escalated")
WAYS: Final = ("mail", "pages", "failed")
"""By mail; on the clinic's pages alone, where mail is not set up; or mail that did not leave."""


class AlertNotice(Record):
    """Somebody was told, or could not be."""

    report = models.ForeignKey(SymptomReport, on_delete=models.PROTECT, related_name="notices")
    step = models.CharField(max_length=10)
    way = models.CharField(max_length=10)
    told = models.PositiveSmallIntegerField()
    """How many people."""

    class Meta(Record.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(step__in=STEPS), name="notice_step_known"),
            models.CheckConstraint(condition=Q(way__in=WAYS), name="notice_way_known"),
            models.UniqueConstraint(
                fields=["report", "step"],
                condition=~Q(way="failed"),
                name="notice_once_a_step",
            ),
        ]


class WithdrawalSeen(Record):
    """Somebody at the clinic has seen that a client took a consent back by themselves."""

    withdrawal = models.OneToOneField(Withdrawal, on_delete=models.PROTECT, related_name="seen")
