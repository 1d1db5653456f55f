"""What holds for everybody who signed in, and the headers of every answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from allauth.account.adapter import get_adapter
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from needlework.web.access import View, policy_of
from needlework.web.accounts import factors, lock, sessions
from needlework.web.request import Request

_SELF: Final = frozenset({"accounts:awake", "accounts:lock", "accounts:unlock"})
"""Asked by the page itself: they neither wait for the unlocking nor count as somebody there."""
_ENROL: Final = frozenset(
    {
        "accounts:language",
        "account_reauthenticate",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)
"""Where somebody gets who must enrol a second factor first; signing out is open to all."""


class GuardMiddleware:
    """A session that is over ends, an idle one is locked, and some need a second factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: object, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        asked = cast("Request", request)
        match = request.resolver_match
        policy = policy_of(view, (match.url_name or "") if match else "")
        # Who asks is not looked up for a page that serves anybody.
        if policy is None or policy.who in {"public", "portal"}:
            return None
        if not request.user.is_authenticated:
            return None
        return _guarded(asked, match.view_name if match else "")


def _guarded(request: Request, name: str) -> HttpResponse | None:
    now_s = int(time.time())
    if sessions.is_over(request.session, now_s):
        whose = request.user.pk
        get_adapter().logout(request)
        request.audit.happened("accounts.session_over", actor_id=whose, is_refused=True)
        return redirect_to_login(request.get_full_path())
    if name in _SELF:
        return None
    is_in_the_way = sessions.is_idle(request.session, now_s) or lock.is_unlocking(request)
    if is_in_the_way and (answer := lock.answer(request, now_s)) is not None:
        return answer
    sessions.touch(request.session, now_s)
    request.idle_s = sessions.idle_s()
    if name not in _ENROL and factors.is_missing(request.user):
        return _to_enrol(request)
    return None


def _to_enrol(request: Request) -> HttpResponse:
    request.audit.happened("accounts.second_factor_missing", is_refused=True)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("mfa_index")})
    return redirect("mfa_index")


# --- headers ----------------------------------------------------------------------------------

_NOT_USED: Final = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
    "xr-spatial-tracking",
)
HEADERS: Final[Mapping[str, str]] = {
    "Permissions-Policy": ", ".join(
        [
            *(f"{name}=()" for name in _NOT_USED),
            "publickey-credentials-create=(self)",
            "publickey-credentials-get=(self)",
        ]
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
}
_BARE_POLICY: Final = "base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
"""For answers that no page's policy stands on, such as static files."""


class HeadersMiddleware:
    """What a browser may do with an answer of ours; the rest is Django's and django-csp's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", _BARE_POLICY)
        if getattr(request, "has_left", False):
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response
