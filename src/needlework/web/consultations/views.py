"""Pages of a consultation: the form, its assessment, the plan and its documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from needlework import documents
from needlework.documents import plan_appointments
from needlework.errors import AnswerError
from needlework.web import access
from needlework.web.clinics.cards import clinic_card, person_card
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client
from needlework.web.consultations import selectors
from needlework.web.consultations.after_error import DeskAfterError
from needlework.web.consultations.answers import answers_of
from needlework.web.consultations.desk import Desk
from needlework.web.consultations.expiring import is_asked_again
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.web.consultations.page import plan_context
from needlework.web.consultations.renewing import RenewDesk
from needlework.web.consultations.repeating import NewDesk
from needlework.web.consultations.saying import sayer
from needlework.web.consultations.selectors import History, Judged
from needlework.web.intake.confirming import Confirming, check_may_confirm
from needlework.web.intake.told import told_of
from needlework.web.knowledge import known_for
from needlework.web.plans.selectors import newest_plan
from needlework.web.plans.services import SIGNERS
from needlework.web.rendering import render
from needlework.web.request import Request
from needlework.workflow import Known

_WRITERS = ("medical-director", "practitioner", "assistant")
_READERS = ("owner", *_WRITERS)


# --- the form ---------------------------------------------------------------------------------


@access.member(*_WRITERS)
@require_http_methods(["GET", "POST"])
def new(request: Request, clinic: str, client: UUID) -> HttpResponse:
    return NewDesk(request, access.get_client(request, client)).answer()


@access.member(*_WRITERS)
@require_http_methods(["GET", "POST"])
def edit(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    return _desk(request, _consultation(request, client, consultation)).answer()


@access.member(*_WRITERS)
@require_http_methods(["GET", "POST"])
def again(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    """What has expired since, and nothing else, to be answered anew."""
    found = _consultation(request, client, consultation)
    current = selectors.history_of(found).current
    if current is None or current.origin == "client":
        # There is nothing to go on from: the whole form says why, and what to do.
        return redirect("consultations:edit", clinic=clinic, client=client, consultation=found.pk)
    return RenewDesk(request, _person(found), found).answer()


@access.member(*_WRITERS)
@require_POST
def assessment_new(request: Request, clinic: str, client: UUID) -> HttpResponse:
    return NewDesk(request, access.get_client(request, client)).assessment()


@access.member(*_WRITERS)
@require_POST
def assessment(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    return _desk(request, _consultation(request, client, consultation)).assessment()


def _desk(request: Request, found: Consultation) -> Desk:
    """The form after the version that counts; after an error it takes nothing from that."""
    history = selectors.history_of(found)
    if history.error is not None and request.method == "GET":
        raise AnswerError(
            _("This consultation was entered in error, so no version is added to it."),
            hint=_("Begin a new consultation from the client’s page."),
        )
    if history.current is None:
        return DeskAfterError(request, _person(found), found, history)
    if history.current.origin == "client":
        check_may_confirm(request)
        return Confirming(request, _person(found), found)
    return Desk(request, _person(found), found)


# --- what came of it --------------------------------------------------------------------------


@access.member(*_READERS)
@require_GET
def detail(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    """What stands against treatment, what is still to ask, and the plan in brief."""
    return _version_page(request, client, consultation, "consultations/detail.html")


@access.member(*_READERS)
@require_GET
def plan(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    return _version_page(request, client, consultation, "consultations/plan.html")


def _version_page(request: Request, client: UUID, code: UUID, template: str) -> HttpResponse:
    """A page about the version that the address asks for, else the newest; errors are struck."""
    found = _consultation(request, client, code)
    known = known_for(request.clinic)
    history = selectors.history_of(found)
    version = _asked(request, history)
    context = _of_version(request, found, history, version, known)
    if history.error_of(version) is not None:
        struck = {
            "has_calendar": selectors.had_sessions(found, known),
            "answers": answers_of(version, known, request.language, context["today"]),
        }
        return render(request, "consultations/struck.html", {**context, **struck})
    judged = selectors.judged(version, known)
    signing = {
        "signed": newest_plan(found),
        "may_sign": version == history.current and bool(request.roles & set(SIGNERS)),
    }
    dated = judged.plan.course is not None
    context["has_calendar"] = dated or (version.number > 1 and selectors.had_sessions(found, known))
    drawn = plan_context(judged, known, request.language)
    context["may_ask_again"] = (
        context["may_write"] and version == history.current and version.origin == "staff"
    )
    paths = [question.path for question in judged.plan.assessment.questions]
    context["is_asked_again"] = is_asked_again(paths, version.data)
    return render(request, template, {**context, **drawn, **signing})


def _of_version(
    request: Request,
    found: Consultation,
    history: History,
    version: ConsultationVersion,
    known: Known,
) -> dict[str, Any]:
    """Which version this is, and how it stands among the others."""
    return {
        "client": found.client,
        "consultation": found,
        "version": version,
        "history": history,
        "error": history.error_of(version),
        "told": told_of(version, history, known, request.language),
        "newest": history.last,
        "is_newest": version == history.last,
        "counts_now": history.current is not None,
        "may_write": bool(request.roles & set(_WRITERS)),
        "say": sayer(known.knowledge, request.language),
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
    """The sessions for a calendar; those that only earlier versions had come as cancelled.

    After an error in the newest version the file cancels them all.
    """
    found = _consultation(request, client, consultation)
    known = known_for(request.clinic)
    history = selectors.history_of(found)
    version = _newest(request, history)
    error = history.error_of(version)
    now = [] if error else plan_appointments(selectors.judged(version, known).plan)
    dropped = selectors.dropped_sessions(found, None if error else version, known)
    if not now and not dropped:
        raise AnswerError(
            _("No version of this consultation has dates for a calendar."),
            hint=_("Its plan says why there are none."),
        )
    made = documents.appointments_ics(
        now,
        dropped=dropped,
        clinic=clinic_card(request.clinic),
        uid_base=str(found.pk),
        stamp=error.recorded_at if error else version.recorded_at,
        # Two for each version: the second is for its sessions cancelled after an error.
        sequence=2 * (version.number - 1) + bool(error),
        tentative=True,
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


def _asked(request: Request, history: History) -> ConsultationVersion:
    """The version that the address asks for by its number, else the newest."""
    asked = request.GET.get("version", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0
    version = history.numbered(number) if asked else history.last
    if version is None:
        raise Http404
    request.audit.note(version)
    return version


def _newest(request: Request, history: History) -> ConsultationVersion:
    """For what leaves the screen: never a version that another has taken the place of."""
    version = _asked(request, history)
    if version != history.last:
        raise AnswerError(
            _("This version was replaced by a later one, so no document is made of it."),
            hint=_("Open the newest version of this consultation, and take its documents."),
        )
    return version


def _judged_newest(request: Request, found: Consultation, known: Known) -> Judged:
    history = selectors.history_of(found)
    version = _newest(request, history)
    if history.error_of(version) is not None:
        raise AnswerError(
            _("This version was entered in error, so no document is made of it."),
            hint=_("Save a new version of the consultation, and take its documents."),
        )
    return selectors.judged(version, known)


def _(sentence: str) -> str:
    """Marks a sentence for the catalogue; `errors.py` says it in the page's language."""
    return sentence
