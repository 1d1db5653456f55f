"""A mail server that takes nobody."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class Backend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        refused = {to: (550, b"no") for one in email_messages for to in one.to}
        raise smtplib.SMTPRecipientsRefused(refused)
