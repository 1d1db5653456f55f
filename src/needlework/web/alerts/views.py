"""Consents that clients took back by themselves, until somebody has seen it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from needlework.web import access
from needlework.web.alerts.selectors import withdrawals_unseen
from needlework.web.alerts.services import see_withdrawal
from needlework.web.consents.models import Withdrawal
from needlework.web.consents.saying import USE_WORDS
from needlework.web.rendering import render
from needlework.web.request import Request

_CARE: Final = ("medical-director", "practitioner", "assistant")
_READERS: Final = ("owner", *_CARE)


@access.member(*_READERS)
@require_GET
def withdrawals(request: Request, clinic: str) -> HttpResponse:
    """What waits to be seen."""
    found = list(withdrawals_unseen(request.clinic))
    for one in found:
        request.audit.note(one)
    context = {
        "found": found,
        "uses": USE_WORDS,
        "may_see": bool(request.roles & set(_CARE)),
    }
    return render(request, "alerts/withdrawals.html", context)


@access.member(*_CARE)
@require_POST
def withdrawal_seen(request: Request, clinic: str, withdrawal: UUID) -> HttpResponse:
    found = access.get_record(request, Withdrawal, withdrawal)
    see_withdrawal(withdrawal=found, author=request.user, now=timezone.now())
    return redirect("alerts:withdrawals", clinic=request.clinic.slug)
