"""Reminders by mail: of whoever was asked, and where that is somebody outside, of whoever asked."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse

from needlework.i18n import translator
from needlework.web.clearances.models import ClearanceReminder, ClearanceRequest
from needlework.web.clearances.selectors import open_requests
from needlework.web.clearances.services import remind
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Clinic, Membership

BEFORE: Final = timedelta(days=1)
"""The first comes on the day before an answer is needed."""
AGAIN_AFTER: Final = timedelta(days=3)
"""Also after somebody has reminded them in person."""
RETRY_AFTER_S: Final = 600
MAIL: Final = "mail"

_logger = logging.getLogger(__name__)


def remind_who_was_asked(now: datetime) -> int:
    """One mail a person, however many requests wait for them; the number of reminders."""
    if not settings.MAIL_IS_SET_UP:
        return 0
    due = ClearanceRequest.objects.current().filter(due_on__lte=now.date() + 2 * BEFORE)
    clinics = Clinic.objects.filter(pk__in=due.values("clinic"))
    return sum(_remind_in(clinic, now) for clinic in clinics)


def _remind_in(clinic: Clinic, now: datetime) -> int:
    day = today_in(clinic, now) + BEFORE
    reminded = ClearanceReminder.objects.filter(recorded_at__gt=now - AGAIN_AFTER)
    waiting = open_requests(clinic).filter(due_on__lte=day).exclude(reminders__in=reminded)
    members = {
        one.user_id: one
        for one in Membership.objects.active().filter(clinic=clinic).select_related("user")
    }
    for_each: dict[UUID, list[ClearanceRequest]] = defaultdict(list)
    for request in waiting:
        whom = request.asked.user_id if request.asked else request.author_id
        if whom is not None and whom in members:
            for_each[whom].append(request)
    return sum(_mail(clinic, members[whom], asked, now) for whom, asked in for_each.items())


def _mail(
    clinic: Clinic, member: Membership, waiting: list[ClearanceRequest], now: datetime
) -> int:
    # Of two processes one mails; and a mail server that is away is not asked each minute.
    if not cache.add(f"clearances-mailed-{member.pk}", value=True, timeout=RETRY_AFTER_S):
        return 0
    _ = translator(member.user.language or settings.LANGUAGE_CODE)
    words = _("Questions that a clinician has to answer wait. Please look: {address}")
    try:
        # No word about anybody: a mailbox may be read by others.
        is_sent = send_mail(
            _("A question waits for an answer"),
            words.format(address=_address(clinic)),
            None,
            [member.user.email],
        )
    except OSError as wrong:  # what a mail server says is one, too
        _logger.warning("A reminder could not be mailed: %s", type(wrong).__name__)
        return 0
    if not is_sent:
        return 0
    with transaction.atomic():
        for request in waiting:
            remind(request=request, author=None, way=MAIL, now=now)
    return len(waiting)


def _address(clinic: Clinic) -> str:
    scheme = "https" if settings.HTTPS else "http"
    path = reverse("clearances:waiting", kwargs={"clinic": clinic.slug})
    return f"{scheme}://{settings.ALLOWED_HOSTS[0]}{path}"
