"""Whether somebody is there, locking and unlocking; one's own sessions; and the language."""

from __future__ import annotations

import time

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from needlework.i18n import LANGUAGES, plural, translator
from needlework.web import access
from needlework.web.accounts import lock, own, sessions
from needlework.web.accounts.forms import EndForm
from needlework.web.accounts.services import TooManyTries, confirm_password
from needlework.web.rendering import render
from needlework.web.request import Request


@access.signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def awake(request: Request) -> HttpResponse:
    """Seconds until the lock, and whose session it is. A POST says that somebody is there."""
    now_s = int(time.time())
    if request.method == "POST" and not sessions.is_idle(request.session, now_s):
        sessions.touch(request.session, now_s)
    return _state(request, now_s)


@access.signed_in
@never_cache
@require_POST
def unlock(request: Request) -> HttpResponse:
    now_s = int(time.time())
    refused = lock.try_password(request, now_s)
    if refused:
        wrong, status = refused
        return JsonResponse({"wrong": wrong}, status=status)
    request.audit.happened("accounts.unlock")
    return _state(request, now_s)


@access.signed_in
@never_cache
@require_POST
def lock_now(request: Request) -> HttpResponse:
    """Whoever leaves the room does not wait for the lock."""
    sessions.lock(request.session)
    if request.headers.get("Accept") == "application/json":
        return _state(request, int(time.time()))
    return redirect(_back(request))


@access.signed_in
@never_cache
@require_GET
def own_sessions(request: Request) -> HttpResponse:
    """Where whoever asks is signed in now."""
    return _sessions_page(request, EndForm(own.sessions_of(request), language=request.language))


@access.signed_in
@require_POST
def session_end(request: Request) -> HttpResponse:
    """End one of one's other sessions, or all of them; with the password, so that it is oneself."""
    _ = translator(request.language)
    found = own.sessions_of(request)
    form = EndForm(found, request.POST, language=request.language)
    if not form.is_valid() or not _is_oneself(request, form):
        return _sessions_page(request, form, status=422)
    ended = own.end(request, form.chosen)
    request.audit.note(request.user)
    request.audit.happened("accounts.session_ended")
    told = plural(request.language, "{n} session was ended.", "{n} sessions were ended.", ended)
    messages.success(request, told if ended else _("There is no other session any more."))
    return redirect("accounts:sessions")


def _is_oneself(request: Request, form: EndForm) -> bool:
    _ = translator(request.language)
    try:
        is_right = confirm_password(request.user, form.cleaned_data["password"])
    except TooManyTries as wrong:
        form.add_error("password", f"{_(wrong.message)} {_(wrong.hint)}")
        return False
    if not is_right:
        form.add_error("password", _("This is not your password, so nothing was ended."))
    return is_right


def _sessions_page(request: Request, form: EndForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "sessions": form.sessions}
    return render(request, "accounts/sessions.html", context, status=status)


@access.signed_in
@require_POST
def language(request: Request) -> HttpResponse:
    chosen = request.POST.get("language", "")
    if chosen in LANGUAGES:
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return redirect(_back(request))


def _state(request: Request, now_s: int) -> JsonResponse:
    # The token may have changed since the page was made: somebody signed in again beside it.
    return JsonResponse(
        {
            "left_s": sessions.left_s(request.session, now_s),
            "who": str(request.user.pk),
            "token": get_token(request),
        }
    )


def _back(request: Request) -> str:
    """The page that asked, if it is one of ours."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if wanted and is_ours else "/clinic/"
