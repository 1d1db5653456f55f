"""Signing in as people do, and what a second factor is made of."""

from __future__ import annotations

import time

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.sessions.backends.base import SessionBase
from django.test import Client as Browser

from needlework.web.accounts import sessions
from needlework.web.accounts.models import User
from tests.web import people

LOGIN = "/accounts/login/"


def signed_in(user: User, password: str = people.PASSWORD) -> Browser:
    """By the form, with what allauth keeps about it."""
    browser = people.browser()
    browser.post(LOGIN, {"login": user.email, "password": password})
    return browser


def app(user: User) -> str:
    """Give somebody an authenticator app; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return str(secret)


def code(secret: str, periods: int = 0) -> str:
    counter = int(time.time()) // 30 + periods
    return str(format_hotp_value(hotp_value(secret, counter)))


def aged(browser: Browser, *, seen_s: int = 0, entered_s: int = 0) -> SessionBase:
    """The browser's session, as if nobody had been there, or it had begun, so long ago."""
    session = browser.session
    now_s = int(time.time())
    sessions.begin(session, now_s - entered_s)
    session["seen_at"] = now_s - seen_s
    session.save()
    return session


def is_in(browser: Browser) -> bool:
    return browser.get("/accounts/2fa/").status_code == 200
