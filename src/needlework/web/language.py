"""Which language a page is in: its address says so, or the person, or the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from needlework.i18n import LANGUAGES
from needlework.web.request import Request


class LanguageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Put back afterwards: the thread goes on to other people's requests.
        before = translation.get_language()
        try:
            use(cast("Request", request), preferred(request))
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
            return response
        finally:
            translation.activate(before or settings.LANGUAGE_CODE)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: dict[str, Any]
    ) -> None:
        if kwargs.get("lang") in LANGUAGES:
            use(cast("Request", request), kwargs["lang"])


def use(request: Request, language: str) -> None:
    translation.activate(language)
    request.language = language
    request.LANGUAGE_CODE = language


def preferred(request: HttpRequest) -> str:
    """The language of who is in, else the first of the browser's that we speak."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        entered = request.session.get("portal", {}).get("language", "")
        chosen = getattr(request.user, "language", "") or entered
        if chosen in LANGUAGES:
            return str(chosen)
    return translation.get_language_from_request(request)
