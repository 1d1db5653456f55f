"""What follows from signing in and out, and from a change of what one signs in with."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth import signals as auth
from django.http import HttpRequest

from needlework.web.accounts import sessions
from needlework.web.accounts.models import User


def connect() -> None:
    auth.user_logged_in.connect(_entered, dispatch_uid="accounts entered")
    auth.user_logged_out.connect(_left, dispatch_uid="accounts left")
    account.authentication_step_completed.connect(_proved, dispatch_uid="accounts proved")
    for signal in (mfa.authenticator_added, mfa.authenticator_removed, mfa.authenticator_reset):
        signal.connect(_changed, dispatch_uid="accounts factor changed")


def _entered(request: HttpRequest | None = None, **sent: Any) -> None:
    if request is not None:
        from needlework.web.audit.middleware import address_of, printable

        sessions.begin(
            request.session,
            int(time.time()),
            address=address_of(request) or "",
            browser=printable(request.headers.get("User-Agent", ""))[:120],
        )


def _left(request: HttpRequest | None = None, **sent: Any) -> None:
    if request is not None:
        request.has_left = True  # type: ignore[attr-defined]


def _proved(request: HttpRequest, *, reauthenticated: bool = False, **sent: Any) -> None:
    """Whoever proves again who they are goes on under a new key, as after signing in."""
    if reauthenticated and isinstance(request, HttpRequest):
        request.session.cycle_key()


def _changed(request: HttpRequest, user: User, **sent: Any) -> None:
    sessions.end_others(request, user)
