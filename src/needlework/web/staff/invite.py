"""How somebody who was added gets in: by a link to choose a password, or with the one they have.

A link is sent to the address that it is for. An owner sees one only where no mail is set up and no
other clinic shares the installation: whoever holds a link could make the account their own first.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Final, Literal

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from msgspec import Struct

from needlework.i18n import LANGUAGES, translator
from needlework.web.accounts.models import User
from needlework.web.clinics.models import Clinic
from needlework.web.request import Request

_LOG: Final = logging.getLogger(__name__)


class WayIn(Struct, frozen=True):
    """What the owner tells the person, and the link where the owner hands it over."""

    how: Literal["mail", "folder", "link", "password"]
    link: str = ""
    minutes: int = 0


def invite(request: Request, user: User) -> WayIn:
    """Send or show the way in. Among several clinics the answer is the same for any address."""
    has_password = user.has_usable_password()
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    if not settings.MAIL_IS_SET_UP and is_only_clinic():
        if has_password:
            return WayIn("password")
        return WayIn("link", _link(user), minutes)
    link = "" if has_password else _link(user)
    # Mail leaves once all is written: nobody waits for its server with the database held.
    transaction.on_commit(partial(_send, user, link, _sign_in(request), request.language))
    return WayIn("mail" if settings.MAIL_IS_SET_UP else "folder", minutes=minutes)


def is_only_clinic() -> bool:
    return Clinic.objects.count() == 1


def _link(user: User) -> str:
    """Of allauth's own kind: for one use, and for as long as any to choose a new password."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    return str(get_adapter().get_reset_password_from_key_url(key))


def _sign_in(request: Request) -> tuple[str, str]:
    names = ("account_login", "account_reset_password")
    login, reset = (request.build_absolute_uri(reverse(name)) for name in names)
    return login, reset


def _send(user: User, link: str, addresses: tuple[str, str], language: str) -> None:
    """No word about which clinic or which role: who reads the mail may be somebody else."""
    _ = translator(user.language if user.language in LANGUAGES else language)
    login, reset = addresses
    opening = _("A clinic has added you to its staff in Needlework.")
    if link:
        lines = [
            opening,
            _("With this link you choose your password, within {n} minutes and once:").format(
                n=settings.PASSWORD_RESET_TIMEOUT // 60
            ),
            link,
            _("If it has run out, ask for another with your address here:"),
            reset,
        ]
    else:
        lines = [opening, _("Sign in as you always do, and you find the clinic there:"), login]
    lines.append(_("If you do not expect this, do nothing."))
    subject = _("You were added to a clinic’s staff")
    try:
        send_mail(subject, "\n\n".join(lines) + "\n", None, [user.email])
    except OSError:
        # Of mail's errors some hold the address, which is not for the log.
        _LOG.error("Mail about a place in a clinic could not be sent.")
