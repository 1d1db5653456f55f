"""What a clinician must clear: asked, answered, or overridden with a reason."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from typing import Any, Final
from uuid import UUID

import msgspec
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from msgspec import Struct

from needlework.errors import AnswerError, NeedleworkError
from needlework.evidence import Role
from needlework.i18n import translator
from needlework.screening import Finding
from needlework.screening.clearing import last_day
from needlework.web import access
from needlework.web.blobs.models import Blob
from needlework.web.blobs.services import keep_clean
from needlework.web.blobs.sniff import Clean
from needlework.web.clearances import selectors, services
from needlework.web.clearances.forms import (
    CLOSING_WORDS,
    REASON_WORDS,
    AnswerForm,
    AskForm,
    CloseForm,
    OverrideForm,
)
from needlework.web.clearances.models import Clearance, ClearanceRequest
from needlework.web.clinics.clock import today_in
from needlework.web.consultations import selectors as consultations
from needlework.web.consultations.assessing import tone
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.web.consultations.saying import sayer
from needlework.web.knowledge import known_for
from needlework.web.rendering import render
from needlework.web.request import Request
from needlework.web.staff.selectors import listed_name

_CARE: Final = ("medical-director", "practitioner", "assistant")
_CLEARERS: Final = ("medical-director", "practitioner")
_READERS: Final = ("owner", *_CARE)
_ANSWER_WITHIN: Final = timedelta(days=14)
"""What the form proposes; whoever asks chooses."""


class Open(Struct, frozen=True, kw_only=True):
    """A finding that somebody may clear, and how far that has come."""

    key: str
    finding: Finding
    where: str
    who: str
    tone: str
    word: str
    may_override: bool
    request: ClearanceRequest | None
    standing: Clearance | None


class Desk:
    """A consultation whose findings are cleared, as it is judged today."""

    def __init__(self, request: Request, client: UUID | None, code: UUID) -> None:
        self.request = request
        self.consultation = _consultation(request, client, code)
        self.now = timezone.now()
        self.today = today_in(request.clinic, self.now)
        self.known = known_for(request.clinic)
        self.say = sayer(self.known.knowledge, request.language)

    @cached_property
    def version(self) -> ConsultationVersion:
        found = consultations.history_of(self.consultation).current
        if found is None:
            raise AnswerError(
                _("The newest version of this consultation was entered in error."),
                hint=_("Save a new version of the consultation first."),
            )
        return found

    @cached_property
    def findings(self) -> list[Finding]:
        plan = consultations.judged(self.version, self.known, on=self.today).plan
        return [one for one in plan.assessment.findings if one.override and not one.cleared]

    @cached_property
    def requests(self) -> list[ClearanceRequest]:
        return list(selectors.requests_of(self.consultation))

    @cached_property
    def standing(self) -> list[Clearance]:
        client = self.consultation.client
        return (
            list(selectors.clearances_of(client).select_related("clinician__user"))
            if client
            else []
        )

    def finding(self, key: str) -> Finding:
        """The finding that the address names, as long as it is open."""
        found = next((one for one in self.findings if services.key_of(one) == key), None)
        if found is None:
            raise AnswerError(
                _("This finding is no longer open."),
                hint=_("Load the list of findings anew."),
            )
        return found

    def open(self) -> list[Open]:
        knowledge, member = self.known.knowledge, self.request.membership
        mine = selectors.clearable(self.findings, member, knowledge, self.today)
        may = bool(self.request.roles & set(_CLEARERS))
        return [
            Open(
                key=services.key_of(one),
                finding=one,
                where=self.say.zones(one.zones) if one.zones else "",
                who=self.say.who(one.override.role) if one.override else "",
                tone=tone(one.verdict),
                word=self.say.verdict(one.verdict),
                may_override=may and one in mine,
                request=self.request_of(one),
                standing=self.standing_of(one),
            )
            for one in self.findings
        ]

    def request_of(self, finding: Finding) -> ClearanceRequest | None:
        waiting = set(selectors.open_requests(self.request.clinic).values_list("pk", flat=True))
        same = (one for one in self.requests if one.pk in waiting and _is_about(one, finding))
        return next(same, None)

    def standing_of(self, finding: Finding) -> Clearance | None:
        key = services.key_of(finding)
        same = (one for one in self.standing if one.finding_key == key)
        return next(same, None)

    def seen_of(self, finding: Finding) -> Clearance | None:
        """What an answer given now comes after, and so must have been seen."""
        client = self.consultation.client
        return selectors.last_answer(client, services.key_of(finding)) if client else None

    def context(self) -> dict[str, Any]:
        return {
            "client": self.consultation.client,
            "consultation": self.consultation,
            "version": self.version,
            "say": self.say,
        }

    def back(self) -> HttpResponse:
        return redirect(
            "clearances:list",
            clinic=self.request.clinic.slug,
            client=self.consultation.client_id,
            consultation=self.consultation.pk,
        )


@access.member(*_READERS)
@require_GET
def waiting(request: Request, clinic: str) -> HttpResponse:
    """Every request of the clinic that has no answer, the most urgent first."""
    found = list(selectors.requests_waiting(request.clinic))
    for one in found:
        request.audit.note(one)
    today = today_in(request.clinic, timezone.now())
    say = sayer(known_for(request.clinic).knowledge, request.language)
    context = {
        "requests": found,
        "today": today,
        "say": say,
        "may_answer": bool(request.roles & set(_CLEARERS)),
        "may_remind": bool(request.roles & set(_CARE)),
        "may_close": {one.pk for one in found if _may_close(request, one)},
        "listed_name": listed_name,
    }
    return render(request, "clearances/waiting.html", context)


@access.member(*_READERS)
@require_GET
def findings(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    """What of a consultation may be cleared, and what was answered."""
    desk = Desk(request, client, consultation)
    context = {
        **desk.context(),
        "open": desk.open(),
        "standing": desk.standing,
        "reasons": REASON_WORDS,
        "may_ask": bool(request.roles & set(_CARE)),
        "today": desk.today,
        "closed": list(selectors.closings_of(desk.consultation)),
        "closing_words": CLOSING_WORDS,
        "listed_name": listed_name,
    }
    return render(request, "clearances/list.html", context)


@access.member(*_CARE)
@require_http_methods(["GET", "POST"])
def ask(
    request: Request, clinic: str, client: UUID, consultation: UUID, finding: str
) -> HttpResponse:
    desk = Desk(request, client, consultation)
    about = desk.finding(finding)
    role = about.override.role if about.override else Role.NOBODY
    form = AskForm(
        request.POST or None,
        request.FILES or None,
        language=request.language,
        clearers=selectors.clearers(request.clinic, role, desk.known.knowledge, desk.today),
        today=desk.today,
        initial={"due_on": desk.today + _ANSWER_WITHIN},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        put: dict[str, Any] = {
            "version": desk.version,
            "finding": about,
            "question": given["question"],
            "author": request.user,
            "asked": form.member,
            "due_on": given["due_on"],
            "asked_name": "" if form.member else given["asked_name"],
        }
        sent: Clean | None = given["letter"]
        digest = hashlib.sha256(sent.content).hexdigest() if sent else ""
        with _told(form), transaction.atomic():
            made = services.asked_already(**put, letter_sha256=digest) or services.ask_clearance(
                **put,
                now=desk.now,
                asked_contact="" if form.member else given["asked_contact"],
                letter=_letter(desk, sent),
            )
            request.audit.note(made)
            return desk.back()
    return _form_page(request, desk, about, form, "clearances/ask.html")


@access.member(*_CLEARERS)
@require_http_methods(["GET", "POST"])
def override(
    request: Request, clinic: str, client: UUID, consultation: UUID, finding: str
) -> HttpResponse:
    desk = Desk(request, client, consultation)
    about = desk.finding(finding)
    knowledge = desk.known.knowledge
    if about not in selectors.clearable([about], request.membership, knowledge, desk.today):
        raise AnswerError(
            _("Your role or licence does not allow you to clear this finding."),
            hint=_("Ask a clinician who may."),
        )
    last = last_day(knowledge, desk.today)
    form = OverrideForm(
        request.POST or None,
        language=request.language,
        today=desk.today,
        last_day=last,
        initial={"reach": "session"},
    )
    standing = desk.standing_of(about)
    if request.method == "POST" and form.is_valid():
        with _told(form), transaction.atomic():
            made = services.override_finding(
                version=desk.version,
                finding=about,
                member=request.membership,
                knowledge=knowledge,
                now=desk.now,
                request=desk.request_of(about),
                seen=_seen(request),
                **form.cleaned_data,
            )
            request.audit.note(made)
            return desk.back()
    return _form_page(request, desk, about, form, "clearances/override.html", standing=standing)


@access.member(*_CLEARERS)
@require_http_methods(["GET", "POST"])
def answer(request: Request, clinic: str, asked: UUID) -> HttpResponse:
    """A request, and the answer to it."""
    found = access.get_clearance_request(request, asked)
    desk = Desk(request, found.client_id, found.consultation_id)
    about = msgspec.convert(found.finding, Finding)
    knowledge = desk.known.knowledge
    form = AnswerForm(
        request.POST or None,
        request.FILES or None,
        language=request.language,
        today=desk.today,
        last_day=last_day(knowledge, desk.today),
        initial={"reach": "course"},
    )
    key = services.key_of(about)
    is_open = any(services.key_of(one) == key for one in desk.findings)
    if request.method == "POST" and is_open and form.is_valid():
        given = form.cleaned_data
        with _told(form), transaction.atomic():
            made = services.answer_request(
                request=found,
                outcome=given["outcome"],
                member=request.membership,
                knowledge=knowledge,
                now=desk.now,
                conditions=given["conditions"],
                words=given["words"],
                reach=given["reach"],
                valid_until=given["valid_until"],
                outside_name=given["outside_name"],
                letter=_letter(desk, given["letter"]),
                seen=_seen(request),
            )
            request.audit.note(made)
            return desk.back()
    may = selectors.clearable([about], request.membership, knowledge, desk.today)
    is_sent = request.method == "POST"
    given_already = selectors.answer_to(found)
    closing = selectors.closing_of(found)
    may_answer = bool(may) and is_open and closing is None
    return _form_page(
        request,
        desk,
        about,
        form,
        "clearances/answer.html",
        asked=found,
        may_answer=may_answer,
        is_open=is_open,
        answered=given_already,
        closing=closing,
        closing_words=CLOSING_WORDS,
        may_close=given_already is None and closing is None and _may_close(request, found),
        standing=desk.standing_of(about),
        letter=found.letter,
        # Somebody else was quicker, or the finding is gone: what was typed is not lost unseen.
        typed=_typed(request) if is_sent and (given_already or not may_answer) else [],
    )


@access.member(*_CARE)
@require_POST
def remind(request: Request, clinic: str, asked: UUID) -> HttpResponse:
    """Write down that whoever was asked has been reminded."""
    found = access.get_clearance_request(request, asked)
    services.remind(request=found, author=request.user, way="person", now=timezone.now())
    return redirect("clearances:waiting", clinic=request.clinic.slug)


@access.member(*_CARE)
@require_http_methods(["GET", "POST"])
def close(request: Request, clinic: str, asked: UUID) -> HttpResponse:
    """Nobody need answer any more: for whoever asked, and the medical director."""
    found = access.get_clearance_request(request, asked)
    may = _may_close(request, found)
    form = CloseForm(request.POST or None, language=request.language)
    if request.method == "POST" and not may:
        request.audit.refused(found)
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        with _told(form), transaction.atomic():
            made = services.close_request(
                request=found, member=request.membership, now=timezone.now(), **form.cleaned_data
            )
            request.audit.note(made)
            _ = translator(request.language)
            messages.success(request, _("Closed. It stays in the list of the consultation."))
            return redirect("clearances:waiting", clinic=request.clinic.slug)
    say = sayer(known_for(request.clinic).knowledge, request.language)
    about = msgspec.convert(found.finding, Finding)
    context = {
        "client": found.client,
        "asked": found,
        "say": say,
        "finding": about,
        "finding_word": say.verdict(about.verdict),
        "finding_tone": tone(about.verdict),
        "where": say.zones(about.zones) if about.zones else "",
        "form": form,
        "may_close": may,
        "answered": selectors.answer_to(found),
        "closing": selectors.closing_of(found),
        "closing_words": CLOSING_WORDS,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "clearances/close.html", context, status=status)


def _may_close(request: Request, asked: ClearanceRequest) -> bool:
    return bool(request.roles & set(_CARE)) and services.may_close(asked, request.membership)


def _form_page(
    request: Request, desk: Desk, about: Finding, form: Any, template: str, **more: Any
) -> HttpResponse:
    context = {
        **desk.context(),
        "finding": about,
        "finding_word": desk.say.verdict(about.verdict),
        "finding_tone": tone(about.verdict),
        "where": desk.say.zones(about.zones) if about.zones else "",
        "form": form,
        "today": desk.today,
        "standing": None,
        "seen": desk.seen_of(about),
        **more,
    }
    return render(request, template, context, status=422 if request.method == "POST" else 200)


@contextmanager
def _told(form: forms.Form) -> Iterator[None]:
    """What cannot be written down is told on the form, with all that was typed."""
    try:
        yield
    except NeedleworkError as wrong:
        form.add_error(None, f"{wrong.message} {wrong.hint}".strip())


def _typed(request: Request) -> list[str]:
    return [text for name in ("conditions", "words") if (text := request.POST.get(name, ""))]


def _letter(desk: Desk, made: Clean | None) -> Blob | None:
    if made is None:
        return None
    return keep_clean(
        clinic=desk.request.clinic,
        client=desk.consultation.client,
        author=desk.request.user,
        kind="letter",
        made=made,
        now=desk.now,
    )


def _is_about(asked: ClearanceRequest, finding: Finding) -> bool:
    return services.key_of(msgspec.convert(asked.finding, Finding)) == services.key_of(finding)


def _seen(request: Request) -> UUID | None:
    """The answer that stood when the form was drawn."""
    try:
        return UUID(request.POST.get("seen", ""))
    except ValueError:
        return None


def _consultation(request: Request, client: UUID | None, code: UUID) -> Consultation:
    found = access.get_consultation(request, code)
    if found.client_id != client:
        raise Http404
    return found


def _(sentence: str) -> str:
    """Marks a sentence for the catalogue; `errors.py` says it in the page's language."""
    return sentence
