"""Signing a plan, and showing one as it was signed."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods

from needlework.errors import AnswerError
from needlework.i18n import translator
from needlework.web import access
from needlework.web.accounts.services import confirm_password
from needlework.web.consultations import selectors as consultations
from needlework.web.consultations.saying import sayer
from needlework.web.knowledge import known_for
from needlework.web.plans import selectors, services
from needlework.web.plans.desk import SigningDesk
from needlework.web.plans.expecting import Expecting
from needlework.web.plans.forms import SignForm
from needlework.web.plans.saying import change_lines, obstacle_lines, standing_words
from needlework.web.rendering import render
from needlework.web.request import Request

_READERS: Final = ("owner", "medical-director", "practitioner", "assistant")


@access.member(*services.SIGNERS)
@require_http_methods(["GET", "POST"])
def sign(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    """The plan as it stands today, what is in the way, and the signature."""
    found = access.get_consultation(request, consultation)
    if found.client_id != client:
        raise Http404
    desk = SigningDesk(request, found, timezone.now())
    request.audit.note(desk.judged.version)
    if request.method == "GET":
        return _page(desk)
    return _take(desk)


def _take(desk: SigningDesk) -> HttpResponse:
    request = desk.request
    form = _form(desk, request.POST)
    if desk.in_the_way or not form.is_valid():
        return _page(desk, form)
    if not confirm_password(request.user, form.cleaned_data["password"]):
        wrong = translator(request.language)(_("This is not your password, so nothing was signed."))
        form.add_error("password", wrong)
        return _page(desk, form)
    plan = desk.sign(
        seen_sha256=request.POST.get("digest", ""),
        seen_number=_number(request.POST.get("number", "")),
    )
    request.audit.note(plan)
    return redirect("plans:detail", clinic=request.clinic.slug, client=plan.client_id, plan=plan.pk)


def _form(desk: SigningDesk, data: object = None) -> SignForm:
    return SignForm(data, statement=desk.statement, language=desk.request.language)


def _page(desk: SigningDesk, form: SignForm | None = None) -> HttpResponse:
    context = {
        **desk.context,
        "shown": mark_safe(desk.shown),  # noqa: S308 - drawn by us, just now
        "form": form or _form(desk),
        "obstacles": obstacle_lines(desk.in_the_way, desk.context["say"]),
        "digest": desk.digest,
        "number": desk.number,
        "before": desk.before,
        "has_expired": desk.has_expired,
    }
    return render(desk.request, "plans/sign.html", context, status=422 if form else 200)


@access.member(*_READERS)
@require_GET
def detail(request: Request, clinic: str, client: UUID, plan: UUID) -> HttpResponse:
    """A plan as it was signed: what is stored is shown, and nothing is judged anew."""
    found = access.get_signed_plan(request, plan)
    if found.client_id != client:
        raise Http404
    knowledge = known_for(request.clinic).knowledge
    standing = selectors.standing_of(found, knowledge)
    context = {
        "client": found.client,
        "plan": found,
        "shown": mark_safe(found.shown),  # noqa: S308 - drawn by us when it was signed
        "is_whole": services.is_whole(found),
        "standing": standing,
        "changes": change_lines(standing.changes, sayer(knowledge, request.language)),
        "standing_words": standing_words(standing.state, translator(request.language)),
        "may_sign": bool(request.roles & set(services.SIGNERS)),
    }
    return render(request, "plans/detail.html", context)


@access.member(*_READERS)
@require_GET
def outlook(request: Request, clinic: str, client: UUID, consultation: UUID) -> HttpResponse:
    """What a version's plan is likely to lead to: a page, its section, or one concern redrawn."""
    found = access.get_consultation(request, consultation)
    if found.client_id != client:
        raise Http404
    history = consultations.history_of(found)
    asked = request.GET.get("version", "")
    version = history.numbered(_number(asked)) if asked else history.last
    if version is None:
        raise Http404
    request.audit.note(version)
    if history.error_of(version) is not None:
        raise AnswerError(
            _("This version was entered in error, so nothing is forecast from it."),
            hint=_("Save a new version of the consultation, and look at its plan."),
        )
    known = known_for(request.clinic)
    judged = consultations.judged(version, known)
    expecting = Expecting(judged.plan, judged.said, known, request.language)
    concern = request.GET.get("concern", "")
    redrawn = expecting.moved(concern, request.GET) if concern else None
    context: dict[str, Any] = {
        "client": found.client,
        "consultation": found,
        "version": version,
        "plan": judged.plan,
        "outlook_url": request.path,
        "outlook_version": "" if version == history.last else version.number,
        "is_live": True,
        "is_page": not request.htmx,
    }
    if request.htmx and redrawn is not None:
        proposed = known.knowledge.proposed
        drawn = {**context, "course": redrawn, "proposed": proposed, "is_redrawn": True}
        return render(request, "plans/outlook_course.html", drawn)
    drawn = {**context, "expect": expecting.all(redrawn)}
    return render(request, f"plans/{'outlook_section' if request.htmx else 'outlook'}.html", drawn)


def _number(text: str) -> int:
    """A number as the form sends it; what is none is no plan's."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _(sentence: str) -> str:
    """Marks a sentence for the catalogue."""
    return sentence
