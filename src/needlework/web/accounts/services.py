"""Proving again who one is."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError

from needlework.errors import NeedleworkError
from needlework.web.accounts.models import User


class TooManyTries(NeedleworkError):
    """Passwords were guessed at; even the right one waits."""

    def __init__(self) -> None:
        super().__init__(
            "Too many tries.", hint="Wait five minutes, or sign out and choose a new password."
        )


def confirm_password(user: User, password: str) -> bool:
    """Whether the password is theirs, for a POST that asks for it in its own form.

    A wrong one is counted with the failed sign-ins and told to the audit; too many raise
    `TooManyTries`. Answer a wrong one with the form, not with an exception: that undoes the count.
    """
    try:
        return bool(get_adapter().reauthenticate(user, password))
    except ValidationError:
        raise TooManyTries from None
