"""A client's pages: the way in, today, symptoms, products, the sun."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from needlework.aftercare import choice_names, choices, moment_on
from needlework.documents import aftercare_pdf
from needlework.documents.words import Words, capital
from needlework.errors import AnswerError
from needlework.evidence import NotAccepted
from needlework.i18n import translator
from needlework.web import access
from needlework.web.citing import Citations
from needlework.web.clinics.cards import clinic_card, person_card
from needlework.web.clinics.clock import clock_of
from needlework.web.clinics.selectors import emergency_number
from needlework.web.knowledge import known_for
from needlework.web.portal import course, links
from needlework.web.portal.forms import (
    ProductForm,
    SunForm,
    SymptomForm,
    place_of,
)
from needlework.web.portal.selectors import (
    ALERTING,
    acknowledgement_of,
    emergency_claims,
    is_judged_by,
    reading,
)
from needlework.web.portal.services import report_symptoms
from needlework.web.portal.signs import is_settled, sign_groups
from needlework.web.portal.way_in import way_in
from needlework.web.rendering import render
from needlework.web.request import Request
from needlework.web.site.hours import opening
from needlework.web.treatments.models import TreatmentSession
from needlework.web.treatments.selectors import (
    aftercare_of,
    latest_treatment,
)
from needlework.workflow import product, uv


@access.public
@never_cache
@require_http_methods(["GET", "POST"])
def link(request: Request, token: str) -> HttpResponse:
    return way_in(
        request,
        token,
        purpose="aftercare",
        template="portal/link.html",
        inside="portal:today",
    )


@access.public
@require_POST
def leave(request: Request) -> HttpResponse:
    links.leave(request)
    return render(request, "portal/left.html")


@access.portal
@never_cache
@require_GET
def today(request: Request) -> HttpResponse:
    treatment = _treatment(request)
    if treatment is None:
        return _show(request, "portal/nothing.html")
    timeline = aftercare_of(treatment, request.language)
    now = _now(request)
    day = course.days_since(treatment.ended_at, now)
    moment = moment_on(timeline, now)
    waiting, fine, asked = course.openings(timeline, now)
    strips = course.strips(timeline)
    context = {
        "moment": moment,
        "do": course.things_to_do(moment, day),
        "leave": course.things_to_leave(moment, day),
        "waiting": waiting,
        "fine": fine,
        "asked": asked,
        "reviews": course.coming_reviews(timeline, now.date()),
        "strips": strips,
        "strip_days": course.strip_days(strips),
        "bar_claims": course.bar_claims(timeline),
        "advice": course.advice_by_topic(timeline),
        "now": now,
        "day": day,
    }
    return _show(request, "portal/today.html", context)


@access.portal
@never_cache
@require_GET
def days(request: Request) -> HttpResponse:
    treatment = _treatment(request)
    if treatment is None:
        return _show(request, "portal/nothing.html")
    timeline = aftercare_of(treatment, request.language)
    found = course.stretches(timeline, moment_on(timeline, _now(request)))
    return _show(request, "portal/days.html", {"stretches": found, "ended": timeline.ended})


@access.portal
@never_cache
@require_GET
def sheet(request: Request) -> HttpResponse:
    treatment = _treatment(request)
    if treatment is None:
        raise Http404
    made = aftercare_pdf(
        aftercare_of(treatment, request.language),
        known_for(request.clinic),
        clinic=clinic_card(request.clinic),
        person=person_card(request.portal.client),
        language=request.language,
    )
    answer = HttpResponse(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'inline; filename="aftercare.pdf"'
    return answer


@access.portal
@never_cache
@require_http_methods(["GET", "POST"])
def symptoms(request: Request) -> HttpResponse:
    """Which signs, then more about each; a sign that settles it is answered at once."""
    treatment = _treatment(request)
    if treatment is None:
        return _show(request, "portal/nothing.html")
    knowledge = known_for(request.clinic).knowledge
    about, names = choices(knowledge), choice_names(knowledge, request.language)
    asked = request.method == "POST"
    form = SymptomForm(
        request.POST if asked else None, choices=about, names=names, language=request.language
    )
    context = {"form": form, "about": about, "groups": sign_groups(knowledge, request.language)}
    if not asked:
        return _show(request, "portal/symptoms.html", context)
    if not form.is_valid():
        return _show(request, "portal/symptoms.html", context, status=422)
    if "again" in request.POST:
        return _show(request, "portal/symptoms.html", context)
    if "details" not in request.POST and not is_settled(knowledge, form.cleaned_data["signs"]):
        return _show(request, "portal/symptom_details.html", context)
    report = report_symptoms(
        treatment=treatment,
        day=course.days_since(treatment.ended_at, _now(request)),
        observations=form.observations(),
        language=request.language,
        now=timezone.now(),
    )
    request.audit.note(report)
    return redirect("portal:answer", report=report.pk)


@access.portal
@never_cache
@require_GET
def answer(request: Request, report: UUID) -> HttpResponse:
    found = access.get_symptom_report(request, report)
    context = {
        "report": found,
        "answer": reading(found),
        "acknowledgement": acknowledgement_of(found),
        "is_alerting": found.urgency in ALERTING,
        "opening": opening(request.clinic, timezone.now()),
        "has_aged": not is_judged_by(found, known_for(request.clinic).knowledge),
    }
    return _show(request, "portal/answer_page.html", context)


@access.portal
@never_cache
@require_http_methods(["GET", "POST"])
def products(request: Request) -> HttpResponse:
    treatment = _treatment(request)
    if treatment is None:
        return _show(request, "portal/nothing.html")
    asked = request.method == "POST"
    form = ProductForm(request.POST if asked else None, language=request.language)
    context: dict[str, Any] = {"form": form, "product": None, "now": _now(request)}
    if not asked:
        return _show(request, "portal/products.html", context)
    if not form.is_valid():
        return _show(request, "portal/products.html", context, status=422)
    try:
        context["product"] = product(
            known_for(request.clinic),
            form.cleaned_data["ingredients"],
            ended=clock_of(request.clinic)(treatment.ended_at),
            name=form.cleaned_data["name"],
            sunscreen=form.cleaned_data["sunscreen"],
            course=aftercare_of(treatment, request.language),
            language=request.language,
        )
    except NotAccepted:
        _ = translator(request.language)
        form.add_error(
            None,
            _(
                "Your clinic does not accept a figure that this check rests on. "
                "Ask the clinic before you use the product."
            ),
        )
        return _show(request, "portal/products.html", context, status=422)
    return _show(request, "portal/products.html", context)


@access.portal
@never_cache
@require_http_methods(["GET", "POST"])
def sun(request: Request) -> HttpResponse:
    """Any day and place, which stay out of the address; unasked, today at the clinic."""
    asked = request.method == "POST"
    today = _now(request).date()
    form = SunForm(
        request.POST if asked else None,
        clinic=request.clinic,
        language=request.language,
        initial={"on": today},
    )
    day, where, place = today, "", place_of(request.clinic)
    if asked:
        place = None
        if form.is_valid():
            day, where, place = form.cleaned_data["on"], form.where(), form.place()
    found = None
    if place is not None:
        try:
            found = uv(known_for(request.clinic), place, day, language=request.language)
        except AnswerError as wrong:
            if not asked:
                raise
            form.add_error(None, f"{wrong.message} {wrong.hint}".strip())
    context = {
        "form": form,
        "uv": found,
        "bars": course.bars(found) if found else (),
        "day": day,
        "where": where,
    }
    return _show(request, "portal/sun.html", context, status=422 if form.errors else 200)


# --- what they share --------------------------------------------------------------------------


def _show(
    request: Request,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A client's page, with what each of them may need: whom to call, names, the clinic's clock."""
    knowledge = known_for(request.clinic).knowledge
    shared = {
        "citations": Citations(knowledge, Words(knowledge, request.language)),
        "emergency": emergency_number(request.clinic, knowledge),
        "emergency_claims": emergency_claims(request.clinic, knowledge),
        "names": choice_names(knowledge, request.language),
        "capital": capital,
    }
    return render(request, template, {**shared, **(context or {})}, status=status)


def _treatment(request: Request) -> TreatmentSession | None:
    found = latest_treatment(request.portal.client)
    if found is not None:
        request.audit.note(found)
    return found


def _now(request: Request) -> datetime:
    return clock_of(request.clinic)(timezone.now())
