"""The day list, visits, and notes."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from needlework.web import access
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client
from needlework.web.consultations.models import Consultation
from needlework.web.days import selectors, services
from needlework.web.days.forms import NoteForm, VisitForm
from needlework.web.days.listed import day_context
from needlework.web.days.models import Visit
from needlework.web.days.saying import PURPOSE_WORDS
from needlework.web.records.selectors import retractions_of
from needlework.web.rendering import render
from needlework.web.request import Request

READERS = ("owner", "medical-director", "practitioner", "assistant")
"""Whoever may read what is clinical; at the desk nobody does."""
_PLACE_DIGITS = 8


@access.member()
@require_GET
def day(request: Request, clinic: str, day: date) -> HttpResponse:
    asked = request.GET.get("from", "")
    # A place that is none, or past the end, is the nearest page: a list that grew shorter is one.
    start = (
        int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < _PLACE_DIGITS else 0
    )
    return render(request, "days/day.html", day_context(request, day, start))


# --- visits -----------------------------------------------------------------------------------


@access.member()
@require_http_methods(["GET", "POST"])
def visit_new(request: Request, clinic: str, client: UUID) -> HttpResponse:
    person = access.get_client(request, client)
    today = today_in(request.clinic, timezone.now())
    wished = {"on": request.GET.get("on") or today, "purpose": request.GET.get("for")}
    form = VisitForm(request.POST or None, initial=wished, today=today, language=request.language)
    if request.method == "POST" and form.is_valid():
        made = services.add_visit(
            client=person, author=request.user, now=timezone.now(), **form.cleaned_data
        )
        request.audit.note(made)
        return redirect("days:day", clinic=request.clinic.slug, day=made.on)
    return _visit_page(request, form, person)


@access.member()
@require_http_methods(["GET", "POST"])
def visit(request: Request, clinic: str, visit: UUID) -> HttpResponse:
    """Another day, time or purpose."""
    found = access.get_visit(request, visit)
    initial = {"on": found.on, "at": found.at, "purpose": found.purpose}
    form = VisitForm(
        request.POST or None,
        initial=initial,
        today=today_in(request.clinic, timezone.now()),
        language=request.language,
    )
    if request.method == "POST" and form.is_valid():
        made = services.move_visit(
            visit=found, author=request.user, now=timezone.now(), **form.cleaned_data
        )
        request.audit.note(made)
        return redirect("days:day", clinic=request.clinic.slug, day=made.on)
    return _visit_page(request, form, found.client, found)


@access.member()
@require_POST
def cancel(request: Request, clinic: str, visit: UUID) -> HttpResponse:
    found = access.get_visit(request, visit)
    services.cancel_visit(visit=found, author=request.user, now=timezone.now())
    return redirect("days:day", clinic=request.clinic.slug, day=found.on)


def _visit_page(
    request: Request, form: VisitForm, client: Client | None, visit: Visit | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "client": client,
        "visit": visit,
        "purposes": PURPOSE_WORDS,
        "is_over": visit is not None and not _is_open(visit),
    }
    return render(request, "days/visit.html", context, status=422 if form.errors else 200)


def _is_open(visit: Visit) -> bool:
    return not visit.is_cancelled and Visit.objects.current().filter(pk=visit.pk).exists()


# --- notes ------------------------------------------------------------------------------------


@access.member(*READERS)
@require_http_methods(["GET", "POST"])
def notes(request: Request, clinic: str, client: UUID) -> HttpResponse:
    person = access.get_client(request, client)
    return _notes(request, person, None)


@access.member(*READERS)
@require_http_methods(["GET", "POST"])
def consultation_notes(
    request: Request, clinic: str, client: UUID, consultation: UUID
) -> HttpResponse:
    found = access.get_consultation(request, consultation)
    person = access.get_client(request, client)
    if found.client_id != person.pk:
        raise Http404
    return _notes(request, person, found)


def _notes(request: Request, client: Client, consultation: Consultation | None) -> HttpResponse:
    form = NoteForm(request.POST or None, language=request.language)
    if request.method == "POST" and form.is_valid():
        made = services.write_note(
            client=client,
            consultation=consultation,
            text=form.cleaned_data["text"],
            key=form.cleaned_data["key"],
            author=request.user,
            now=timezone.now(),
        )
        request.audit.note(made)
        return redirect(request.path)
    listed = list(selectors.notes_of(client, consultation))
    for note in listed:
        request.audit.note(note)
    context = {
        "client": client,
        "consultation": consultation,
        "form": form,
        "notes": listed,
        "errors": retractions_of(listed),
    }
    return render(request, "days/notes.html", context, status=422 if form.errors else 200)
