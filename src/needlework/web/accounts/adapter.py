"""How allauth behaves here: staff are invited, and what it keeps and sends is kept close."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils import translation

from needlework.i18n import LANGUAGES
from needlework.web.blobs import store


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whom it is for, not of whoever asked for it."""
        theirs = getattr(context.get("user"), "language", "")
        with translation.override(theirs if theirs in LANGUAGES else translation.get_language()):
            super().send_mail(template_prefix, email, context)


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seeds are encrypted with the key of the files, which lies outside the database.

    It is not the key of the sessions, since that is no part of a restored back-up.
    """

    def encrypt(self, text: str) -> str:
        return b64encode(store.seal(text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return store.unseal(b64decode(encrypted_text)).decode()
