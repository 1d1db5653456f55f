"""`needlework clinic reset-factor`: a second step that is lost, with every backup code."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from needlework.web.accounts.lost import CHECKS, reset_factor
from needlework.web.keeping.speaking import SpeakingCommand, refuse_old_tables

_DONE = """\
The second step of {email} is gone, and they are signed out everywhere.
{mail}
They sign in with their password, and add a new second step at once where their role needs one."""
_TOLD = "They are told by mail."
_NOT_SENT = "This installation sends no mail: the message for them lies in its folder. Tell them."


class Command(SpeakingCommand):
    help = "Take away somebody's second step. Make sure first that it is they who ask."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--checked", required=True, choices=CHECKS)

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_old_tables()
        user = reset_factor(email=options["email"], checked=options["checked"], now=timezone.now())
        mail = _TOLD if settings.MAIL_IS_SET_UP else _NOT_SENT
        self.stdout.write(_DONE.format(email=user.email, mail=mail))
