"""Pages of the clinic's staff: consents of a client, offering one, handing it over, taking back."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from needlework.i18n import LANGUAGES, translator
from needlework.web import access
from needlework.web.clinics.models import Client
from needlework.web.consents import handover, selectors, services
from needlework.web.consents.errors import ConsentError
from needlework.web.consents.forming import form_of, is_whole
from needlework.web.consents.forms import HandOverForm, OfferForm, TextForm, WithdrawForm
from needlework.web.consents.models import ConsentOffer
from needlework.web.consents.ready import card
from needlework.web.consents.saying import USE_WORDS
from needlework.web.knowledge import known_for
from needlework.web.records.selectors import retraction_of
from needlework.web.rendering import render
from needlework.web.request import Request

_CARE: Final = services.OFFERERS
_READERS: Final = ("owner", *_CARE)


@access.member(*_READERS)
@require_GET
def of_client(request: Request, clinic: str, client: UUID) -> HttpResponse:
    """What was offered, signed and taken back, and whether a session may be held."""
    person = access.get_client(request, client)
    offers = list(selectors.offers_of(person))
    context = {
        "client": person,
        "consents": card(request, person),
        "offers": offers,
        "errors": {one.pk: mark for one in offers if (mark := retraction_of(one))},
        "given": list(selectors.consents_of(person)),
        "may_offer": bool(request.roles & set(_CARE)),
    }
    return render(request, "consents/list.html", context)


@access.member(*_CARE)
@require_http_methods(["GET", "POST"])
def offer(request: Request, clinic: str, client: UUID, plan: UUID) -> HttpResponse:
    """The points as they would be put to the client, and the button that puts them."""
    found = access.get_signed_plan(request, plan)
    if found.client is None or found.client_id != client:
        raise Http404
    known = known_for(request.clinic)
    form = OfferForm(
        request.POST if request.method == "POST" else None,
        language=request.language,
        initial={"language_read": found.client.language},
    )
    if request.method == "POST" and form.is_valid():
        made = services.offer_consent(
            plan=found,
            language=form.cleaned_data["language_read"],
            known=known,
            author=request.user,
            now=timezone.now(),
        )
        request.audit.note(made)
        return redirect("consents:detail", clinic=request.clinic.slug, offer=made.pk)
    context = {
        "client": found.client,
        "plan": found,
        "form": form,
        "holds": selectors.plan_holds(found, known.knowledge),
        "open": selectors.open_offer(found),
        **_preview(request, found.client, found),
    }
    return render(
        request, "consents/offer.html", context, status=422 if request.method == "POST" else 200
    )


def _preview(request: Request, client: Client, plan: Any) -> dict[str, Any]:
    asked = request.GET.get("language", client.language)
    language = asked if asked in LANGUAGES else request.language
    known = known_for(request.clinic)
    if not selectors.plan_holds(plan, known.knowledge):
        return {"points": None, "problem": None, "read_in": language}
    text = selectors.newest_text(request.clinic, language)
    try:
        points = form_of(plan, language, known, text)
    except ConsentError as wrong:
        return {"points": None, "problem": wrong, "read_in": language}
    return {"points": points, "problem": None, "read_in": language}


@access.member(*_READERS)
@require_GET
def detail(request: Request, clinic: str, offer: UUID) -> HttpResponse:
    """An offer as it was made, and its signature."""
    found = access.get_consent_offer(request, offer)
    # Whoever sees this page has the tablet back.
    handover.end(request)
    return _detail(request, found, HandOverForm(language=request.language))


def _detail(
    request: Request, offer: ConsentOffer, form: HandOverForm, status: int = 200
) -> HttpResponse:
    knowledge = known_for(request.clinic).knowledge
    now = timezone.now()
    context = {
        "client": offer.client,
        "offer": offer,
        "points": offer.points,
        "signature": getattr(offer, "signature", None),
        "uses": USE_WORDS,
        "is_whole": is_whole(offer),
        "error": retraction_of(offer),
        "is_open": selectors.is_open(offer),
        "holds": selectors.plan_holds(offer.plan, knowledge),
        "had_since": selectors.had_since(offer),
        "until": selectors.thinking_until(offer, knowledge),
        "is_early": selectors.is_early(offer, knowledge, now),
        "may_offer": bool(request.roles & set(_CARE)),
        "form": form,
    }
    return render(request, "consents/detail.html", context, status=status)


@access.member(*_CARE)
@require_POST
def hand_over(request: Request, clinic: str, offer: UUID) -> HttpResponse:
    """Lock this device but for the one consent, and show that."""
    found = access.get_consent_offer(request, offer)
    form = HandOverForm(request.POST, language=request.language)
    if not form.is_valid():
        return _detail(request, found, form, status=422)
    if not selectors.is_open(found):
        _ = translator(request.language)
        raise ConsentError(
            _("This consent is not open for a signature."),
            hint=_("Load its page anew to see what became of it."),
        )
    handover.begin(request, found)
    response = redirect("consents:sign")
    # What the browser kept of other pages is not for the client's eyes.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@access.member(*_CARE)
@require_http_methods(["GET", "POST"])
def withdraw(request: Request, clinic: str, consent: UUID) -> HttpResponse:
    """On the client's word, with or without a reason."""
    found = access.get_consent(request, consent)
    if found.client_id is None:
        raise Http404
    form = WithdrawForm(
        request.POST if request.method == "POST" else None, language=request.language
    )
    if request.method == "POST" and form.is_valid():
        for made in services.withdraw_consent(
            consent=found,
            author=request.user,
            words=form.cleaned_data["words"],
            now=timezone.now(),
        ):
            request.audit.note(made)
        _ = translator(request.language)
        messages.success(request, _("Withdrawn. It does not count from this moment."))
        return redirect("consents:list", clinic=request.clinic.slug, client=found.client_id)
    context = {
        "client": found.client,
        "consent": found,
        "withdrawal": getattr(found, "withdrawal", None),
        "use": USE_WORDS[found.use],
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "consents/withdraw.html", context, status=status)


@access.member("medical-director")
@require_http_methods(["GET", "POST"])
def texts(request: Request, clinic: str) -> HttpResponse:
    """What the clinic adds to every consent, in each language, version by version."""
    is_sent = request.method == "POST"
    sent = request.POST.get("text_language", "") if is_sent else ""
    if is_sent and sent not in LANGUAGES:
        raise Http404
    forms = {}
    for language in LANGUAGES:
        newest = selectors.newest_text(request.clinic, language)
        forms[language] = TextForm(
            request.POST if language == sent else None,
            language=request.language,
            initial={"words": newest.words if newest else ""},
            auto_id=f"id_{language}_%s",
        )
    if is_sent and forms[sent].is_valid():
        made = services.write_text(
            clinic=request.clinic,
            language=sent,
            words=forms[sent].cleaned_data["words"],
            seen_number=_number(request.POST.get("number", "")),
            author=request.user,
            now=timezone.now(),
        )
        request.audit.note(made)
        _ = translator(request.language)
        messages.success(request, _("Kept. Consents that are offered from now on have it."))
        return redirect("consents:texts", clinic=request.clinic.slug)
    context = {
        "forms": forms,
        "versions": {one: list(selectors.texts_of(request.clinic, one)) for one in LANGUAGES},
    }
    return render(request, "consents/texts.html", context, status=422 if is_sent else 200)


def _number(text: str) -> int:
    """A number as the form sends it; what is none is no version's."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
