"""What goes wrong becomes a page that says what, and what to do next."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Final, cast

from django.http import HttpRequest, HttpResponse

from needlework.errors import NeedleworkError
from needlework.i18n import translator
from needlework.web.rendering import render
from needlework.web.request import Request

LARGEST_FORM: Final = 3 * 1024 * 1024
LARGEST_FILE: Final = 41 * 1024 * 1024
_TOKEN: Final = re.compile(r"(/l/)[^/\s]+")


class WithoutTokens(logging.Filter):
    """A link's token opens a client's pages: it never reaches a log."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _TOKEN.sub(r"\1…", record.getMessage())
        record.args = ()
        return True


class SizeMiddleware:
    """Refuses what is larger than any form of ours, before it is read or kept anywhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.META.get("CONTENT_LENGTH") or "0"
        largest = LARGEST_FILE if request.path.endswith("/photo/") else LARGEST_FORM
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
        return page(cast("Request", request), 422, wrong.message, wrong.hint)


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
