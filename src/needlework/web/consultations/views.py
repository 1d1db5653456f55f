"""Pages of a consultation: the form, its assessment, the plan and its documents."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from needlework import documents
from needlework.errors import AnswerError
from needlework.web import access
from needlework.web.clinics.cards import clinic_card, person_card
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client
from needlework.web.consultations import selectors
from needlework.web.consultations.assessing import shown
from needlework.web.consultations.desk import Desk
from needlework.web.consultations.models import Consultation
from needlework.web.consultations.planned import Citations, counts, notes, places, regions
from needlework.web.consultations.saying import TONE, sayer
from needlework.web.consultations.selectors import Judged
from needlework.web.knowledge import known_for
from needlework.web.rendering import render
from needlework.web.request import Request
from needlework.workflow import Known

_WRITERS = ("medical-director", "practitioner", "assistant")
_READERS = ("owner", *_WRITERS)


# --- the form ---------------------------------------------------------------------------------


@access.member(*_WRITERS)
@require_http_methods(["GET", "POST"])
def new(request: Request, clinic: str, client: UUID) -> HttpResponse:
    return Desk(request, access.get_client(request, client)).answer()


@access.member(*_WRITERS)
@require_http_methods(["GET", "POST"])
def edit(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    found = _consultation(request, client, consultation)
    return Desk(request, _person(found), found).answer()


@access.member(*_WRITERS)
@require_POST
def assessment_new(request: Request, clinic: str, client: UUID) -> HttpResponse:
    return Desk(request, access.get_client(request, client)).assessment()


@access.member(*_WRITERS)
@require_POST
def assessment(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    found = _consultation(request, client, consultation)
    return Desk(request, _person(found), found).assessment()


# --- what came of it --------------------------------------------------------------------------


@access.member(*_READERS)
@require_GET
def detail(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    """What stands against treatment, what is still to ask, and the plan in brief."""
    found = _consultation(request, client, consultation)
    known = known_for(request.clinic)
    judged = _judged(request, found, known)
    context = {
        **_context(request, found, judged, known),
        "assessed": shown(judged.plan.assessment, known.knowledge, request.language),
        "versions": selectors.versions_of(found),
        "may_write": bool(request.roles & set(_WRITERS)),
    }
    return render(request, "consultations/detail.html", context)


@access.member(*_READERS)
@require_GET
def plan(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    found = _consultation(request, client, consultation)
    known = known_for(request.clinic)
    judged = _judged(request, found, known)
    context = {
        **_context(request, found, judged, known),
        "assessed": shown(judged.plan.assessment, known.knowledge, request.language),
        "places": places(judged.plan),
        "notes": notes(judged.plan, sayer(known.knowledge, request.language)),
        "has_protocols": any(zone.protocols for zone in judged.plan.zones),
        "ways": list(dict.fromkeys(judged.plan.alternatives)),
    }
    return render(request, "consultations/plan.html", context)


def _context(
    request: Request, found: Consultation, judged: Judged, known: Known
) -> dict[str, object]:
    """What the pages about a version share."""
    newest = selectors.version_of(found)
    where = regions(judged.plan, known.knowledge)
    say = sayer(known.knowledge, request.language)
    return {
        "client": found.client,
        "consultation": found,
        "version": judged.version,
        "is_newest": newest is not None and newest.number == judged.version.number,
        "said": judged.said,
        "plan": judged.plan,
        "counts": counts(judged.plan),
        "has_face": bool(where - {"body"}),
        "has_body": "body" in where,
        "states": {zone.zone: zone.status for zone in judged.plan.zones},
        "citations": Citations(known.knowledge, say),
        "say": say,
        "tone": TONE,
        "today": today_in(request.clinic, timezone.now()),
    }


# --- documents --------------------------------------------------------------------------------


@access.member(*_READERS)
@require_GET
def plan_pdf(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    made = _made(request, _consultation(request, client, consultation), documents.plan_pdf)
    return _file(made, "application/pdf", "plan.pdf")


@access.member(*_READERS)
@require_GET
def consent_pdf(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    made = _made(request, _consultation(request, client, consultation), documents.consent_pdf)
    return _file(made, "application/pdf", "consent-draft.pdf")


@access.member(*_READERS)
@require_GET
def schedule_ics(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    """The sessions for a calendar; a later version takes the place of an earlier one in it."""
    found = _consultation(request, client, consultation)
    judged = _judged_newest(request, found, known_for(request.clinic))
    made = documents.schedule_ics(
        judged.plan,
        clinic=clinic_card(request.clinic),
        uid_base=str(found.pk),
        stamp=judged.version.recorded_at,
        sequence=judged.version.number - 1,
        language=request.language,
    )
    return _file(made, "text/calendar; charset=utf-8", "schedule.ics")


@access.member(*_READERS)
@require_GET
def schedule_csv(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    known = known_for(request.clinic)
    judged = _judged_newest(request, _consultation(request, client, consultation), known)
    made = documents.schedule_csv(judged.plan, known.knowledge, language=request.language)
    return _file(made, "text/csv; charset=utf-8", "schedule.csv")


def _made(request: Request, found: Consultation, make: Callable[..., bytes]) -> bytes:
    """A PDF for the person, from the clinic."""
    known = known_for(request.clinic)
    judged = _judged_newest(request, found, known)
    return make(
        judged.plan,
        judged.said,
        known,
        clinic=clinic_card(request.clinic),
        person=person_card(_person(found)),
        language=request.language,
    )


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    shown_as = "inline" if kind.endswith("pdf") else "attachment"
    return HttpResponse(
        content,
        content_type=kind,
        headers={"Content-Disposition": f'{shown_as}; filename="{name}"'},
    )


# --- records ----------------------------------------------------------------------------------


def _consultation(request: Request, client: UUID, code: UUID) -> Consultation:
    """The consultation, if it is of the client whom the address names."""
    found = access.get_consultation(request, code)
    if found.client_id != client:
        raise Http404
    return found


def _person(found: Consultation) -> Client:
    if found.client is None:
        raise Http404
    return found.client


def _judged(request: Request, found: Consultation, known: Known) -> Judged:
    """The version that the address asks for, else the newest."""
    asked = request.GET.get("version", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else None
    version = selectors.version_of(found, number)
    if version is None or (asked and number is None):
        raise Http404
    request.audit.note(version)
    return selectors.judged(version, known)


def _judged_newest(request: Request, found: Consultation, known: Known) -> Judged:
    """For what leaves the screen: never from a version that another has taken the place of."""
    newest = selectors.version_of(found, None)
    judged = _judged(request, found, known)
    if newest is None or judged.version.pk != newest.pk:
        raise AnswerError(
            _("This version was replaced by a later one, so no document is made of it."),
            hint=_("Open the newest version of this consultation, and take its documents."),
        )
    return judged


def _(sentence: str) -> str:
    """Marks a sentence for the catalogue; `errors.py` says it in the page's language."""
    return sentence
