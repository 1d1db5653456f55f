"""The page in the way when nobody was at the screen. It carries along what was being sent.

It sends its password to the very address that was asked for, so that the request goes on from
there with all that was typed, also without JavaScript.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse, HttpResponseRedirect

from needlework.i18n import translator
from needlework.web.accounts import sessions
from needlework.web.accounts.services import TooManyTries, confirm_password
from needlework.web.rendering import render
from needlework.web.request import Request

PASSWORD: Final = "unlock_password"  # noqa: S105 - the name of a field
SENT: Final = "unlock_sent"
FILES: Final = "unlock_files"
LOCKED_EVENT: Final = "needlework:locked"
_OURS: Final = frozenset({PASSWORD, SENT, FILES, "unlock_who"})
_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def is_unlocking(request: Request) -> bool:
    return request.method == "POST" and SENT in request.POST


def answer(request: Request, now_s: int) -> HttpResponse | None:
    """The page, or none where the right password came with the request: then it goes on."""
    is_idle = sessions.is_idle(request.session, now_s)
    if not is_unlocking(request):
        return _page(request, status=423) if _shows_pages(request) else _short(request)
    if is_idle and (refused := try_password(request, now_s)):
        wrong, status = refused
        return _page(request, status=status, wrong=wrong)
    if request.POST[SENT] == "GET":
        request.audit.happened("accounts.unlock")
        return HttpResponseRedirect(request.get_full_path())
    _drop_ours(request)
    return None


def try_password(request: Request, now_s: int) -> tuple[str, int] | None:
    """Unlocks by the password that was sent; else what to say, and with which status."""
    _ = translator(request.language)
    try:
        is_right = confirm_password(request.user, request.POST.get(PASSWORD, ""))
    except TooManyTries as wrong:
        return f"{_(wrong.message)} {_(wrong.hint)}", 429
    if not is_right:
        return _("This password is not right."), 422
    sessions.unlock(request.session, now_s)
    request.audit.note(request.user)
    return None


def _page(request: Request, *, status: int, wrong: str = "") -> HttpResponse:
    if status == 423:
        request.audit.happened("accounts.locked", is_refused=True)
    has_files = bool(request.FILES) or FILES in request.POST
    context = {
        "address": request.get_full_path(),
        "carried": carried(request),
        "sent": request.POST.get(SENT) or ("POST" if request.method == "POST" else "GET"),
        "has_files": has_files,
        "minutes": sessions.idle_s() // 60,
        "wrong": wrong,
    }
    return render(request, "accounts/unlock.html", context, status=status)


def carried(request: Request) -> list[tuple[str, str]]:
    """What was typed, as names and values. Passwords are asked for anew, never sent back."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _OURS and name != "csrfmiddlewaretoken" and "password" not in name
        for value in values
    ]


def _drop_ours(request: Request) -> None:
    kept = request.POST.copy()
    for name in _OURS:
        kept.pop(name, None)
    request.POST = kept  # type: ignore[assignment]


def _shows_pages(request: Request) -> bool:
    is_form = request.method != "POST" or request.content_type in _FORMS
    return is_form and not request.htmx


def _short(request: Request) -> HttpResponse:
    """To a script, which covers the screen: the page underneath stays as it is."""
    request.audit.happened("accounts.locked", is_refused=True)
    _ = translator(request.language)
    return HttpResponse(
        _("Locked. Type your password to go on.") + "\n",
        status=423,
        content_type="text/plain; charset=utf-8",
        headers={"HX-Trigger": LOCKED_EVENT},
    )
