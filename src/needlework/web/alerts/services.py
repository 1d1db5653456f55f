"""Telling staff that a report waits: at once those who treat, and after a while the owner too."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from needlework.i18n import translator
from needlework.web.accounts.models import User
from needlework.web.alerts.models import AlertNotice, WithdrawalSeen
from needlework.web.alerts.selectors import may_wait, unseen
from needlework.web.clinics.models import Clinic, Membership
from needlework.web.consents.models import Withdrawal
from needlework.web.knowledge import known_for
from needlework.web.portal.models import SymptomReport

_logger = logging.getLogger(__name__)
_CARE: Final = ("practitioner", "medical-director")
_ROLES: Final = {"first": _CARE, "escalated": (*_CARE, "owner")}
RETRY_AFTER: Final = timedelta(minutes=10)


def attend_reports(now: datetime) -> int:
    """Tell of every urgent report what has not been told yet; the number of notices written."""
    reports = unseen().select_related("clinic").prefetch_related("notices")
    made = [_tell(report, step, now) for report in reports for step in _due(report, now)]
    return sum(made)


def _due(report: SymptomReport, now: datetime) -> Iterator[str]:
    """Steps to take now; what could not be mailed is tried again after a while."""
    notices = list(report.notices.all())
    held = {one.step for one in notices if one.way != "failed"}
    held |= {one.step for one in notices if now - one.recorded_at < RETRY_AFTER}
    if "first" not in held:
        yield "first"
    allowed = may_wait(known_for(report.clinic).knowledge)
    if "escalated" not in held and now - report.recorded_at >= allowed:
        yield "escalated"


def _tell(report: SymptomReport, step: str, now: datetime) -> bool:
    """Mail first, then the row: told twice is better than not at all."""
    people = _people(report.clinic, _ROLES[step])
    way = _send(report.clinic, people, step) if settings.MAIL_IS_SET_UP else "pages"
    try:
        with transaction.atomic():
            AlertNotice.objects.create(
                clinic=report.clinic,
                client=report.client,
                recorded_at=now,
                report=report,
                step=step,
                way=way,
                told=len(people) if way == "mail" else 0,
            )
    except IntegrityError:
        # Another process has told them in this moment.
        return False
    return True


def _people(clinic: Clinic, roles: tuple[str, ...]) -> list[Membership]:
    found = Membership.objects.active().filter(clinic=clinic, role_rows__role__in=roles)
    return list(found.distinct().select_related("user"))


def _send(clinic: Clinic, people: list[Membership], step: str) -> str:
    """No word about anybody: a mailbox may be read by others."""
    sent = 0
    for member in people:
        _ = translator(member.user.language or settings.LANGUAGE_CODE)
        subject = _("A report waits to be seen")
        words = (
            _("A client’s report has waited too long to be seen. Please look now: {address}")
            if step == "escalated"
            else _("A client’s report waits to be seen. Please look: {address}")
        )
        try:
            sent += send_mail(
                subject, words.format(address=_address(clinic)), None, [member.user.email]
            )
        except OSError as wrong:  # what a mail server says is one, too
            _logger.warning("An alert could not be mailed: %s", type(wrong).__name__)
    return "mail" if sent else "failed"


def _address(clinic: Clinic) -> str:
    scheme = "https" if settings.HTTPS else "http"
    path = reverse("clinics:home", kwargs={"clinic": clinic.slug})
    return f"{scheme}://{settings.ALLOWED_HOSTS[0]}{path}"


def see_withdrawal(*, withdrawal: Withdrawal, author: User, now: datetime) -> WithdrawalSeen | None:
    """None where somebody else said so first: it is seen all the same."""
    try:
        with transaction.atomic():
            return WithdrawalSeen.objects.create(
                clinic=withdrawal.clinic,
                client=withdrawal.client,
                author=author,
                recorded_at=now,
                withdrawal=withdrawal,
            )
    except IntegrityError:
        if not WithdrawalSeen.objects.filter(withdrawal=withdrawal).exists():
            raise
        return None
