"""Who saw and did what in the clinic: for its owner and its medical director to read."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from needlework.i18n import translator
from needlework.web import access
from needlework.web.audit import selectors
from needlework.web.audit.forms import WantedForm
from needlework.web.audit.selectors import Wanted
from needlework.web.audit.walk import chain_state, walk_on
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client
from needlework.web.clinics.selectors import ClientPage, clients_named
from needlework.web.rendering import render
from needlework.web.request import Request

_READERS: Final = ("owner", "medical-director")


@access.member(*_READERS)
@require_http_methods(["GET", "POST"])
def events(request: Request, clinic: str) -> HttpResponse:
    """The rows; a client is looked for by a name that is sent, so that no address holds it."""
    people = selectors.people_of(request.clinic)
    form = WantedForm(
        request.GET,
        language=request.language,
        clinic=request.clinic,
        people=people,
        today=today_in(request.clinic, timezone.now()),
    )
    is_valid = form.is_valid()
    client = _client(request, form)
    state = chain_state()
    page = selectors.Page(())
    if is_valid:
        wanted = Wanted(
            person=form.cleaned_data["person"],
            client=client,
            day=form.cleaned_data["day"],
            before=form.cleaned_data["before"],
        )
        page = selectors.page_of(request.clinic, wanted, people, state, request.language)
    for line in page.lines:
        if line.event.client is not None:
            request.audit.note(line.event.client)
    search = request.POST.get("q", "")[:100]
    context = {
        "form": form,
        "chosen": client,
        "page": page,
        "next_page": _address(form, client, page.before) if page.before else "",
        "state": state,
        "tail": selectors.tail_of(request.clinic),
        "search": search,
        "found": _found(request, search),
        "kept": {name: form.data[name] for name in ("person", "day") if form.data.get(name)},
        "is_narrowed": any(form.data.get(name) for name in ("person", "day", "client")),
    }
    return render(request, "audit/events.html", context, status=200 if is_valid else 422)


@access.member(*_READERS)
@require_POST
def check(request: Request, clinic: str) -> HttpResponse:
    """Go on with comparing the audit with its seals, or begin anew where that had ended."""
    walk_on(timezone.now(), anew=True)
    _ = translator(request.language)
    state = chain_state()
    if state.under_way is not None:
        messages.info(request, _("Compared a stretch of it. It goes on by itself, or go on here."))
    else:
        messages.success(request, _("Compared to the end."))
    return redirect("audit:events", clinic=request.clinic.slug)


def _client(request: Request, form: WantedForm) -> Client | None:
    """Whose rows are asked for; of another clinic they are not found, and the row says whose."""
    code: UUID | None = form.cleaned_data.get("client")
    return access.get_client(request, code) if code else None


def _found(request: Request, search: str) -> ClientPage | None:
    if not search.strip():
        return None
    found = clients_named(request.clinic, search)
    for one in found.clients:
        request.audit.note(one)
    return found


def _address(form: WantedForm, client: Client | None, before: int | None) -> str:
    given: dict[str, Any] = {
        "person": form.data.get("person"),
        "day": form.data.get("day"),
        "client": client.pk if client else None,
        "before": before,
    }
    return "?" + urlencode({name: value for name, value in given.items() if value})
