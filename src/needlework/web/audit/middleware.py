"""Writes the audit's row of each request, before its answer leaves."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from sqlite3 import SQLITE_BUSY, SQLITE_LOCKED
from typing import Any, Final, cast

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import Error, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils import timezone

from needlework.i18n import translator
from needlework.web.access import policy_of
from needlework.web.audit.late import atomic_late
from needlework.web.audit.models import AuditEvent
from needlework.web.audit.notes import Notes
from needlework.web.request import Request

__all__ = ["AuditMiddleware", "Notes"]

_LOG: Final = logging.getLogger(__name__)
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OUTCOMES: Final[Mapping[int, str]] = {
    400: "invalid",
    401: "refused",
    403: "refused",
    404: "missing",
    405: "invalid",
    410: "missing",
    413: "invalid",
    415: "invalid",
    422: "invalid",
    429: "refused",
}


class AuditMiddleware:
    """Stands within ErrorMiddleware, so that it sees what went wrong in a view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = cast("Request", request)
        asked.audit = Notes()
        answer = self._read if request.method in _SAFE else self._change
        return answer(asked)

    def process_exception(self, request: HttpRequest, wrong: Exception) -> HttpResponse | None:
        asked = cast("Request", request)
        # allauth raises some as its way to answer; what it wrote before, such as counts, stays.
        if not type(wrong).__module__.startswith("allauth."):
            asked.audit.is_undone = True
        if _passes(wrong):
            _LOG.error("The database did not answer a view.", exc_info=wrong)
            return _unavailable(asked)
        return None

    def _read(self, request: Request) -> HttpResponseBase:
        return _written(request, self.get_response(request))

    def _change(self, request: Request) -> HttpResponseBase:
        """What a view writes and the row about it are kept together or not at all.

        Nobody waits while a view computes: what keeps others from writing begins as late as it can.
        """
        # Read what is sent before the database is locked: a slow line holds up nobody else. What
        # is wrong with it comes up again where it is answered.
        with suppress(SuspiciousOperation, OSError, MultiPartParserError):
            _ = request.POST
        try:
            with atomic_late():
                response = self.get_response(request)
                is_undone = response.status_code >= 500 or request.audit.is_undone
                if is_undone:
                    transaction.set_rollback(True)
                elif _is_told(request):
                    _write(request, response)
        except Error:
            return _unavailable(request)
        if not is_undone:
            return response
        return _written(request, response, is_undone=True)


def _passes(wrong: Exception) -> bool:
    """Somebody else wrote for longer than we wait, or PostgreSQL was away."""
    if not isinstance(wrong, OperationalError):
        return False
    # SQLite calls a missing table so too; the low byte is the error, the rest its kind.
    code = getattr(wrong.__cause__, "sqlite_errorcode", SQLITE_BUSY)
    return code & 0xFF in {SQLITE_BUSY, SQLITE_LOCKED}


def _written(
    request: Request, response: HttpResponseBase, *, is_undone: bool = False
) -> HttpResponseBase:
    """The response, once its row is in the database; without the row nobody gets it."""
    if not _is_told(request):
        return response
    try:
        if is_undone:
            request.audit.forget_undone()
        _write(request, response)
    except Error:
        response.close()
        return _unavailable(request)
    return response


def _is_told(request: Request) -> bool:
    """All but what a visitor without any name reads on the public pages."""
    if request.audit or hasattr(request, "portal") or _actor(request) is not None:
        return True
    match = request.resolver_match
    if match is None:
        return False
    policy = policy_of(match.func, match.url_name or "")
    return policy is None or policy.who != "public"


def _actor(request: Request) -> Any:
    """Who acts; a request without a session's cookie is not looked up."""
    if request.audit.actor_id is not None:
        return request.audit.actor_id
    known = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
    return request.user.pk if known else None


def _write(request: Request, response: HttpResponseBase) -> None:
    notes = request.audit
    match = request.resolver_match
    actor = _actor(request)
    clinic = getattr(request, "clinic", None)
    portal = getattr(request, "portal", None)
    AuditEvent.objects.create(
        at=timezone.now(),
        request_id=notes.request_id,
        actor_id=actor,
        portal_link=portal.pk if portal else None,
        clinic_id=notes.clinic_id or (clinic.pk if clinic else None),
        client_id=notes.client_id,
        action=(notes.action or _name(match))[:100],
        method=(request.method or "")[:10],
        status=response.status_code,
        outcome=_outcome(notes, response.status_code, is_named=bool(actor or portal or notes)),
        objects_seen=notes.objects,
        address=address_of(request),
        user_agent=printable(request.headers.get("User-Agent", ""))[:120],
    )


def _name(match: Any) -> str:
    """The view's name with its app's, never the address: that may hold a token."""
    return (match.view_name if match else "").replace(":", ".") or "unknown"


def _outcome(notes: Notes, status: int, *, is_named: bool) -> str:
    # Who is sent to sign in has been refused, whatever the status says.
    if notes.is_refused or not is_named:
        return "refused"
    return _OUTCOMES.get(status, "error" if status >= 500 else "invalid" if status >= 400 else "ok")


def address_of(request: HttpRequest) -> str | None:
    """From where. A proxy of ours appends whom it heard from; what stands before is hearsay."""
    if settings.TRUST_PROXY:
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    else:
        told = str(request.META.get("REMOTE_ADDR") or "")
    try:
        return str(ipaddress.ip_address(told.partition("%")[0]))
    except ValueError:
        return None


def printable(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text)


def _unavailable(request: Request) -> HttpResponse:
    # Django saves no session with such a status, so a sign-in that left no row is none.
    _ = translator(getattr(request, "language", "en"))
    told = _(
        "The record of this access could not be written, so nothing was shown or saved. "
        "Try again in a moment."
    )
    response = HttpResponse(f"{told}\n", status=503, content_type="text/plain; charset=utf-8")
    response.headers["Retry-After"] = "10"
    response.headers["Cache-Control"] = "no-store"
    return response
