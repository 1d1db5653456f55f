"""A session that was held, the link for its aftercare, and reports that came in since."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from needlework.aftercare import choice_names
from needlework.documents import aftercare_pdf, qr_svg
from needlework.documents.words import Words
from needlework.errors import AnswerError
from needlework.web import access
from needlework.web.clinics.cards import clinic_card, person_card
from needlework.web.consultations.zones import named
from needlework.web.knowledge import known_for
from needlework.web.portal import links
from needlework.web.portal.models import Acknowledgement, SymptomReport
from needlework.web.portal.selectors import ALERTING, acknowledgement_of, reading
from needlework.web.portal.services import acknowledge_report
from needlework.web.records.selectors import retraction_of
from needlework.web.records.services import is_retracted
from needlework.web.rendering import render
from needlework.web.request import Request
from needlework.web.treatments.forms import SeenForm
from needlework.web.treatments.held import ZoneHeld, read
from needlework.web.treatments.models import TreatmentSession
from needlework.web.treatments.selectors import aftercare_of

_CARE = ("medical-director", "practitioner", "assistant")


@access.member("owner", *_CARE)
@never_cache
@require_GET
def detail(request: Request, clinic: str, client: UUID, treatment: UUID) -> HttpResponse:
    found = _treatment(request, client, treatment)
    held = read(found.data)
    knowledge = known_for(request.clinic).knowledge
    words = Words(knowledge, request.language)

    def zone_name(zone: ZoneHeld) -> str:
        return named(knowledge, request.language, [zone.zone])

    reports = list(found.symptom_reports.order_by("-recorded_at"))
    seen = Acknowledgement.objects.current().filter(report__in=reports)
    context = {
        "client": found.client,
        "treatment": found,
        "error": retraction_of(found),
        "held": held,
        "zones": [(zone_name(zone), zone.depth_mm) for zone in held.zones],
        "device": words.device(held.device) if held.device in knowledge.release.devices else "",
        "performer": found.performed_by.user if found.performed_by else None,
        "reports": reports,
        "seen": set(seen.values_list("report_id", flat=True)),
        "names": choice_names(knowledge, request.language),
        "alerting": ALERTING,
        "may_link": bool(request.roles & set(_CARE)),
    }
    return render(request, "treatments/detail.html", context)


@access.member(*_CARE)
@never_cache
@require_POST
def link_new(request: Request, clinic: str, client: UUID, treatment: UUID) -> HttpResponse:
    """A new link for the client; its token is on this page and nowhere else."""
    found = _treatment(request, client, treatment)
    if found.client is None:
        raise Http404
    if is_retracted(found):
        raise AnswerError(
            _("This session was entered in error, so no link is made for its aftercare."),
            hint=_("Open the session that was held, and make the link there."),
        )
    link, token = links.make_link(client=found.client, by=request.user, now=timezone.now())
    request.audit.note(link)
    address = request.build_absolute_uri(links.address(token))
    context = {
        "client": found.client,
        "treatment": found,
        "link": link,
        "token": token,
        "address": address,
        # Our own drawing of an address that we made.
        "code": mark_safe(qr_svg(address)),  # noqa: S308
    }
    return render(request, "treatments/link.html", context)


@access.member(*_CARE)
@never_cache
@require_POST
def link_sheet(request: Request, clinic: str, client: UUID, treatment: UUID) -> HttpResponse:
    """The client's sheet with the code of the link that was just made, in their language."""
    found = _treatment(request, client, treatment)
    link = links.find_link(request.POST.get("token", "")[:200], timezone.now())
    if found.client is None or link is None or link.client_id != found.client_id:
        raise Http404
    if is_retracted(found):
        raise AnswerError(
            _("This session was entered in error, so no sheet is made of its aftercare."),
            hint=_("Open the session that was held, and make the sheet there."),
        )
    language = found.client.language
    made = aftercare_pdf(
        aftercare_of(found, language),
        known_for(request.clinic),
        clinic=clinic_card(request.clinic),
        person=person_card(found.client),
        portal_url=request.build_absolute_uri(links.address(request.POST["token"])),
        language=language,
    )
    answer = HttpResponse(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'inline; filename="aftercare.pdf"'
    return answer


@access.member("owner", *_CARE)
@never_cache
@require_GET
def report(request: Request, clinic: str, report: UUID) -> HttpResponse:
    found = access.get_symptom_report(request, report)
    return _report(request, found, SeenForm(language=request.language))


@access.member(*_CARE)
@never_cache
@require_POST
def report_seen(request: Request, clinic: str, report: UUID) -> HttpResponse:
    found = access.get_symptom_report(request, report)
    form = SeenForm(request.POST, language=request.language)
    if not form.is_valid():
        return _report(request, found, form, status=422)
    words = form.cleaned_data["words"]
    try:
        acknowledge_report(report=found, author=request.user, words=words, now=timezone.now())
    except AnswerError:
        # Somebody was quicker: the page says who, and what was typed here is not lost.
        return _report(request, found, form, unsaved=words, status=422)
    return redirect("treatments:report", clinic=request.clinic.slug, report=found.pk)


def _(sentence: str) -> str:
    """Marks a sentence for the catalogue; `errors.py` says it in the page's language."""
    return sentence


def _treatment(request: Request, client: UUID, code: UUID) -> TreatmentSession:
    """The session, if it is of the client whom the address names."""
    found = access.get_treatment(request, code)
    if found.client_id != client:
        raise Http404
    return found


def _report(
    request: Request,
    found: SymptomReport,
    form: SeenForm,
    *,
    unsaved: str | None = None,
    status: int = 200,
) -> HttpResponse:
    knowledge = known_for(request.clinic).knowledge
    context: dict[str, Any] = {
        "client": found.client,
        "report": found,
        "answer": reading(found),
        "names": choice_names(knowledge, request.language),
        "acknowledgement": acknowledgement_of(found),
        "form": form,
        "unsaved": unsaved,
        "may_acknowledge": bool(request.roles & set(_CARE)),
    }
    return render(request, "treatments/report.html", context, status=status)
