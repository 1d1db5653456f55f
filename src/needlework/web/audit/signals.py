"""Signing in and out, and changes of a password or second factor, as the audit's row names them."""

from __future__ import annotations

from typing import Any, Final

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth import signals as auth
from django.dispatch import Signal
from django.http import HttpRequest

from needlework.web.accounts.models import User

DONE: Final[tuple[tuple[Signal, str], ...]] = (
    (auth.user_logged_in, "accounts.log_in"),
    (auth.user_logged_out, "accounts.log_out"),
    (account.password_changed, "accounts.password_change"),
    (account.password_set, "accounts.password_change"),
    (account.password_reset, "accounts.password_reset"),
    (mfa.authenticator_added, "accounts.second_factor_add"),
    (mfa.authenticator_removed, "accounts.second_factor_remove"),
    (mfa.authenticator_reset, "accounts.second_factor_reset"),
)
FAILED: Final = "accounts.log_in_fail"
SECOND_FAILED: Final = "accounts.second_factor_fail"


def connect() -> None:
    """Listen to what Django and allauth announce."""
    for signal, action in DONE:
        signal.connect(_doer(action), weak=False, dispatch_uid=f"audit {action}")
    auth.user_login_failed.connect(_failed, dispatch_uid=FAILED)
    mfa.authentication_failed.connect(_second_failed, dispatch_uid=SECOND_FAILED)


def _doer(action: str) -> Any:
    def done(request: HttpRequest | None = None, user: User | None = None, **sent: Any) -> None:
        notes = getattr(request, "audit", None)
        if notes is not None and user is not None:
            notes.note(user)
            notes.happened(action, actor_id=user.pk)

    return done


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **sent: Any) -> None:
    """The account's id, if there is such an account; what was typed is not kept."""
    notes = getattr(request, "audit", None)
    if notes is None:
        return
    notes.happened(FAILED, is_refused=True)
    typed = str(credentials.get("email") or "").lower()
    if "\x00" not in typed and (account := User.objects.filter(email=typed).first()):
        notes.note(account)


def _second_failed(
    request: HttpRequest | None = None, user: User | None = None, **sent: Any
) -> None:
    notes = getattr(request, "audit", None)
    if notes is not None:
        notes.happened(SECOND_FAILED, is_refused=True)
        if user is not None:
            notes.note(user)
