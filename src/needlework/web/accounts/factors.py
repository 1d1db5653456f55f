"""Who needs a second factor to sign in, and who has one."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from needlework.web.accounts.models import User
from needlework.web.clinics.models import Membership

ASKED_OF: Final = ("owner", "medical-director")
"""Roles that decide what a clinic may do: a stolen password must not be enough for them."""


def has_factor(user: User) -> bool:
    """An authenticator app or a passkey. Recovery codes alone are none."""
    return any(kind in {"totp", "webauthn"} for kind, _ in user.factors)


def is_asked(user: User) -> bool:
    """Whether a role of theirs, in whichever clinic, should not be open to a password alone."""
    rows = Membership.objects.active().filter(user=user, role_rows__role__in=ASKED_OF)
    return rows.exists()


def is_missing(user: User) -> bool:
    """Whether they get no further without one. In a demo it is offered, and never required."""
    return settings.SECOND_FACTOR_REQUIRED and not has_factor(user) and is_asked(user)
