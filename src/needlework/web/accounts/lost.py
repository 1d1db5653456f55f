"""A second factor that its owner has lost: taken away by whoever runs the installation."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial
from typing import Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from needlework.errors import NeedleworkError
from needlework.i18n import LANGUAGES, translator
from needlework.web.accounts.models import User
from needlework.web.clinics.models import Clinic
from needlework.web.keeping import audited

ACTION: Final = "accounts.second_factor_taken_away"
CHECKS: Final = ("in-person", "known-number", "video")
"""How it was made sure who asks: seen, called on a number known before, seen on a screen."""
_LOG: Final = logging.getLogger(__name__)


class LostFactorError(NeedleworkError):
    """There is no such account, or nothing to take away."""


@transaction.atomic
def reset_factor(*, email: str, checked: str, now: datetime) -> User:
    """Take away apps, passkeys and backup codes. Sessions stand on them, and end with them."""
    if checked not in CHECKS:
        raise LostFactorError(
            "It is not said how you made sure who asks.",
            hint=f"Say it as one of: {', '.join(CHECKS)}.",
        )
    user = User.objects.select_for_update().filter(email=email.lower()).first()
    if user is None:
        raise LostFactorError(
            "Nobody signs in with this address.", hint="The clinic's page of its staff names it."
        )
    if not Authenticator.objects.filter(user=user).exists():
        raise LostFactorError(
            "This person has no second step.", hint="They sign in with their password alone."
        )
    # Each clinic where they work reads it in its own audit.
    places = Clinic.objects.filter(memberships__user=user, memberships__left_at=None)
    told = [
        {"type": User._meta.label_lower, "id": str(user.pk)},
        {"type": "checked", "id": checked},
    ]
    clinics: list[Clinic | None] = [*places.distinct().order_by("pk")]
    for clinic in clinics or [None]:
        audited.write(ACTION, now=now, clinic=clinic, also=told)
    Authenticator.objects.filter(user=user).delete()
    transaction.on_commit(partial(_tell, user))
    return user


def _tell(user: User) -> None:
    language = user.language if user.language in LANGUAGES else settings.LANGUAGE_CODE[:2]
    _ = translator(language)
    lines = [
        _("Your second step at sign-in was taken away by whoever runs this installation."),
        _("Until you add a new one, your password alone opens your account. Add one now."),
        _("If you did not ask for it, tell them at once and choose another password."),
    ]
    subject = _("Your second step at sign-in was taken away")
    try:
        send_mail(subject, "\n\n".join(lines) + "\n", None, [user.email])
    except OSError:
        # Of mail's errors some hold the address, which is not for the log.
        _LOG.error("Mail about a second step that was taken away could not be sent.")
