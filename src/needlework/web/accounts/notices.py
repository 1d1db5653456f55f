"""What pages of allauth's should say here, above their own words."""

from __future__ import annotations

from django.conf import settings

from needlework.i18n import translator
from needlework.web.accounts import factors
from needlework.web.request import Request

_RESET = frozenset({"account_reset_password", "account_reset_password_done"})


def notice(request: Request) -> str:
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    if name in _RESET and not settings.MAIL_IS_SET_UP:
        _ = translator(request.language)
        return _(
            "This installation sends no mail yet. "
            "Whoever runs it finds the link in its folder for mail and can hand it to you."
        )
    if name.startswith("mfa_") and request.user.is_authenticated:
        return _about_factors(request)
    return ""


def _about_factors(request: Request) -> str:
    _ = translator(request.language)
    if factors.has_factor(request.user) or not factors.is_asked(request.user):
        return ""
    if settings.SECOND_FACTOR_REQUIRED:
        return _(
            "Owners and medical directors sign in with a second step besides the password. "
            "Add an authenticator app or a passkey here, and the clinic’s pages open."
        )
    return _(
        "In this demo a second step is offered. "
        "In a clinic, owners and medical directors cannot work without one."
    )
