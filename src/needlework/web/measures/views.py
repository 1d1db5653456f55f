"""Somebody's scores by concern, one more, one put right, and the forecast that learns from them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from needlework.errors import AnswerError
from needlework.i18n import translator
from needlework.web import access
from needlework.web.measures import services
from needlework.web.measures.desk import MeasuresDesk
from needlework.web.measures.forms import MeasureForm
from needlework.web.measures.models import Measure
from needlework.web.records.kinds import CARE
from needlework.web.records.selectors import retraction_of
from needlework.web.records.services import OvertakenError
from needlework.web.rendering import render
from needlework.web.request import Request


@access.member("owner", *CARE)
@require_GET
def listed(request: Request, clinic: str, client: UUID) -> HttpResponse:
    desk = _desk(request, client)
    return render(request, "measures/list.html", desk.context())


@access.member(*CARE)
@require_POST
def add(request: Request, clinic: str, client: UUID) -> HttpResponse:
    desk = _desk(request, client)
    form = desk.form(request.POST.get("concern", ""), request.POST)
    if form is None:
        raise AnswerError(
            _("Scores are recorded of what the plan needles for, and this is not part of it."),
            hint=_("Go back to the scores, load the page anew, and choose one that is there."),
        )
    if not form.is_valid():
        return render(request, "measures/list.html", desk.context(form), status=422)
    made = services.record_measure(
        client=desk.client,
        facts=form.facts,
        author=request.user,
        now=timezone.now(),
        key=form.cleaned_data["key"],
    )
    return _kept(request, made)


@access.member(*CARE)
@require_http_methods(["GET", "POST"])
def correct(request: Request, clinic: str, client: UUID, measure: UUID) -> HttpResponse:
    """Another score in the place of one; of one that no longer stands, what became of it."""
    found = access.get_record(request, Measure, measure)
    if found.client_id != client:
        raise Http404
    desk = _desk(request, client)
    data = request.POST if request.method == "POST" else None
    form = desk.form(found.concern, data, found)
    if data is None or form is None or not form.is_valid() or retraction_of(found) is not None:
        return _correcting(desk, found, form)
    try:
        made = services.correct_measure(
            measure=found,
            facts=form.facts,
            author=request.user,
            now=timezone.now(),
            key=form.cleaned_data["key"],
        )
    except OvertakenError:
        # Somebody was quicker: the page says so, and what was typed here is not lost.
        return _correcting(desk, found, form)
    return _kept(request, made)


def _correcting(desk: MeasuresDesk, found: Measure, form: MeasureForm | None) -> HttpResponse:
    is_over = Measure.objects.filter(supersedes=found).exists()
    error = retraction_of(found)
    is_sent = desk.request.method == "POST"
    # Where nothing can be corrected, the form stands only to keep what was typed.
    shown = form if is_sent or not (is_over or error) else None
    context = {
        "client": desk.client,
        "measure": found,
        "error": error,
        "is_over": is_over,
        "name": desk.words.concern(found.concern),
        "form": shown,
        "card": desk.card(found.concern) if shown else None,
    }
    return render(desk.request, "measures/correct.html", context, status=422 if is_sent else 200)


@access.member("owner", *CARE)
@require_GET
def forecast(request: Request, clinic: str, client: UUID) -> HttpResponse:
    """The forecast of today beside the one that was signed: a page, or its section."""
    from needlework.web.measures.forecasting import own_forecast

    desk = _desk(request, client)
    context: dict[str, Any] = {"client": desk.client, "basis": desk.basis, "told": None}
    if desk.basis is not None:
        told = own_forecast(desk.basis, desk.scores, desk.known, request.language, desk.today)
        context["told"] = told
    template = "section" if request.htmx else "forecast"
    return render(request, f"measures/{template}.html", context)


def _desk(request: Request, client: UUID) -> MeasuresDesk:
    return MeasuresDesk(request, access.get_client(request, client), timezone.now())


def _kept(request: Request, made: Measure) -> HttpResponse:
    request.audit.note(made)
    say = translator(request.language)
    messages.success(request, say(_("The score was saved.")))
    return redirect("measures:list", clinic=request.clinic.slug, client=made.client_id)


def _(sentence: str) -> str:
    """Marks a sentence for the catalogue."""
    return sentence
