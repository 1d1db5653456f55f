"""Asking for a consultation, and the clinic's list of those who asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from needlework.i18n import translator
from needlework.web import access
from needlework.web.clinics.models import ROLES, Clinic
from needlework.web.clinics.selectors import emergency_number
from needlework.web.enquiries import selectors
from needlework.web.enquiries.forms import (
    AskForm,
    ClientForm,
    StepForm,
    concern_names,
    reason_names,
    time_names,
)
from needlework.web.enquiries.models import ConsultationRequest
from needlework.web.enquiries.services import make_client, record_request, take_step
from needlework.web.knowledge import known_for
from needlework.web.rendering import render
from needlework.web.request import Request
from needlework.web.site import links
from needlework.web.site.hours import opening
from needlework.web.site.pages import Page, indexed
from needlework.web.site.selectors import clinic_of


@access.public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Request, lang: str, clinic: str) -> HttpResponse:
    """The form; once it has been sent, what happens next."""
    found = clinic_of(clinic)
    if found is None:
        missing = {"page": Page(request, "clinics", lang), "robots": "noindex"}
        return render(request, "site/not_found.html", missing, status=404)
    form = AskForm(request.POST or None, clinic=found, language=lang)
    if request.method != "POST":
        return _public(request, found, lang, "ask", {"form": form})
    if not form.is_valid():
        return _public(request, found, lang, "ask", {"form": form}, status=422)
    if not ratelimit.consume(request, action="consultation_request"):
        request.audit.happened("enquiries.ask_refused", is_refused=True)
        _ = translator(lang)
        form.add_error(None, _("Many requests came from where you are. Wait an hour, or call us."))
        return _public(request, found, lang, "ask", {"form": form}, status=429)
    now = timezone.now()
    made, is_as_sent = record_request(
        clinic=found, key=form.cleaned_data["key"], given=form.facts(), now=now
    )
    request.audit.note(made)
    told = {"opening": opening(found, now), "is_as_sent": is_as_sent}
    return _public(request, found, lang, "sent", told)


def _public(
    request: Request,
    clinic: Clinic,
    lang: str,
    name: str,
    more: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "clinic": clinic,
        "page": Page(request, "enquiries:ask", lang, clinic),
        "whatsapp": links.whatsapp(clinic, translator(lang)),
        "phone": links.phone(clinic),
        "emergency": emergency_number(clinic, known_for(clinic).knowledge),
        "robots": "" if indexed(clinic) else "noindex",
        **more,
    }
    return render(request, f"enquiries/{name}.html", context, status=status)


# --- staff ------------------------------------------------------------------------------------


@access.member(*ROLES)
@never_cache
@require_GET
def requests(request: Request, clinic: str) -> HttpResponse:
    return _list(request)


@access.member(*ROLES)
@never_cache
@require_POST
def step(request: Request, clinic: str, enquiry: UUID) -> HttpResponse:
    found = access.get_consultation_request(request, enquiry)
    form = StepForm(request.POST, language=request.language)
    if not form.is_valid():
        return _list(request, wrong_at=found, form=form)
    made = take_step(
        enquiry=found,
        after=form.cleaned_data["after"],
        kind=form.cleaned_data["kind"],
        reason=form.cleaned_data["reason"],
        author=request.user,
        now=timezone.now(),
    )
    request.audit.note(made)
    return redirect("enquiries:requests", clinic=request.clinic.slug)


@access.member(*ROLES)
@never_cache
@require_POST
def client_new(request: Request, clinic: str, enquiry: UUID) -> HttpResponse:
    """To the page of the client who came of a request."""
    found = access.get_consultation_request(request, enquiry)
    form = ClientForm(request.POST)
    if not form.is_valid():
        return _list(request, wrong_at=found, form=form)
    after, known = form.cleaned_data["after"], form.cleaned_data["client"]
    now = timezone.now()
    if known is None:
        person = make_client(enquiry=found, after=after, author=request.user, now=now)
    else:
        person = access.get_client(request, known)
        take_step(
            enquiry=found, after=after, kind="client", client=person, author=request.user, now=now
        )
    request.audit.note(person)
    return redirect("clinics:client", clinic=request.clinic.slug, client=person.pk)


def _list(
    request: Request,
    wrong_at: ConsultationRequest | None = None,
    form: StepForm | ClientForm | None = None,
) -> HttpResponse:
    """The clinic's list; where a step was refused, what was wrong with it at that request."""
    desk = selectors.desk(request.clinic, timezone.now())
    for line in (*desk.waiting, *desk.answered, *desk.ended):
        request.audit.note(line.enquiry)
    _ = translator(request.language)
    context = {
        "desk": desk,
        "concerns": concern_names(_),
        "times": time_names(_),
        "reasons": reason_names(_),
        "wrong_at": wrong_at.pk if wrong_at else None,
        "form": form,
    }
    return render(request, "enquiries/requests.html", context, status=422 if form else 200)
