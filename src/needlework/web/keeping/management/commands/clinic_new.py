"""`needlework clinic new`: a real clinic with its owner."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from needlework.i18n import LANGUAGES
from needlework.web.keeping import opening
from needlework.web.keeping.speaking import SpeakingCommand, make_tables

_NEXT = """\
{name} is open. Its staff pages are at /clinic/{slug}/, its public page at /{language}/{slug}/.
{email} signs in as its owner{account}.
Next: `needlework serve`, sign in, and enrol a second factor at /accounts/2fa/ before anything else:
an owner can read every record, and a password alone is too little for that."""


class Command(SpeakingCommand):
    help = "Open a clinic. The owner's password is asked for, or is read from standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--slug", default="")
        parser.add_argument("--jurisdiction", required=True)
        parser.add_argument("--time-zone", required=True)
        parser.add_argument("--owner-email", required=True)
        parser.add_argument("--owner-name", required=True)
        parser.add_argument("--language", default="en", choices=LANGUAGES)

    def handle(self, *args: Any, **options: Any) -> None:
        names = opening.Opening.__struct_fields__
        asked = opening.opening_of(**{name: options[name] for name in names})
        make_tables()
        opening.check(asked)
        is_known = opening.account_of(asked) is not None
        password = ""
        if not is_known:
            password = self.ask_secret("password of the owner", twice=True)
            opening.check_password(asked, password)
        clinic = opening.open_clinic(asked, password=password, now=timezone.now())
        account = ", with the account and password that they have" if is_known else ""
        self.stdout.write(
            _NEXT.format(
                name=clinic.name,
                slug=clinic.slug,
                language=asked.language,
                email=asked.owner_email,
                account=account,
            )
        )
