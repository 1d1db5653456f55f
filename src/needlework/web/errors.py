"""What goes wrong becomes a page that says what, and what to do next."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, cast

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_header_parameters

from needlework.errors import NeedleworkError
from needlework.i18n import translator
from needlework.web.rendering import render
from needlework.web.request import Request

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

LARGEST_FORM: Final = 3 * 1024 * 1024
LARGEST_FILE: Final = 41 * 1024 * 1024
_TOKEN: Final = re.compile(r"(/l/|/password/reset/key/)[^/\s]+")
_WITH_FILES: Final = re.compile(r"/photo/$|/clearances/.")
"""Where a photo or a letter may come with a form."""
_UNTRACED: Final = frozenset({"django.security.DisallowedHost"})
"""What any stranger can cause at will: a line tells of it, and no traceback fills the log."""
_OURS: Final = frozenset({"", "utf-8", "utf8"})
"""How browsers send our forms; Python would also decode by what is no alphabet at all."""


class WithoutTokens(logging.Filter):
    """A link's token opens a client's pages: it never reaches a log."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _TOKEN.sub(r"\1…", record.getMessage())
        record.args = ()
        if record.name in _UNTRACED:
            record.exc_info = record.exc_text = None
        return True


def in_utf8(application: WSGIApplication) -> WSGIApplication:
    """The application, for requests in UTF-8.

    Django reads by the charset that a request names before any middleware of ours is asked, and
    breaks on those that are no alphabet.
    """

    def answered(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if _charset(environ.get("CONTENT_TYPE", "")) in _OURS:
            return application(environ, start_response)
        words = b"What was sent is not in UTF-8. Nothing was saved. Send it as UTF-8.\n"
        start_response(
            "415 Unsupported Media Type",
            [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(words)))],
        )
        return [words]

    return answered


def _charset(kind: str) -> str:
    """What a content type names; a word that is no charset where it cannot be read."""
    try:
        return parse_header_parameters(kind)[1].get("charset", "").lower()
    except (LookupError, ValueError):
        return "unreadable"


class SizeMiddleware:
    """Refuses what is larger than any form of ours, before it is read or kept anywhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.META.get("CONTENT_LENGTH") or "0"
        largest = LARGEST_FILE if _WITH_FILES.search(request.path) else LARGEST_FORM
        if not sent.isdigit() or int(sent) > largest:
            return HttpResponse(
                "What was sent is larger than this page takes. Nothing was saved. "
                "Go back, and send less.\n",
                status=413,
                content_type="text/plain; charset=utf-8",
                headers={"Connection": "close"},
            )
        return self.get_response(request)


class ErrorMiddleware:
    """An error that we raised on purpose is the asker's to mend, and says how."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, wrong: Exception) -> HttpResponse | None:
        if not isinstance(wrong, NeedleworkError):
            return None
        # One that was raised in the page's language already is in no catalogue, and stays as it is.
        return _said(request, 422, wrong.message, wrong.hint)


def page(request: Request, status: int, title: str, hint: str = "") -> HttpResponse:
    return render(request, "shared/error.html", {"title": title, "hint": hint}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _said(
        request, 400, "This request cannot be read.", "Go back, load the page anew, and try again."
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _said(
        request,
        403,
        "Your role in this clinic does not include this.",
        "Ask the owner or the medical director if you need it.",
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _said(
        request, 404, "There is nothing here for you.", "Check the address, or go to the start."
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return _said(
        request,
        500,
        "Something broke on our side. Nothing was saved.",
        "Try again; if it stays so, tell the person who runs this installation.",
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _said(
        request,
        403,
        "This form was open for too long, or cookies are off. Nothing was saved.",
        "Go back, load the page anew, and send it again.",
    )


def _said(request: HttpRequest, status: int, title: str, hint: str) -> HttpResponse:
    asked = cast("Request", request)
    _ = translator(getattr(asked, "language", "en"))
    return page(asked, status, _(title), _(hint))
