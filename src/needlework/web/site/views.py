"""Pages for visitors. Nobody signs in here, nothing is kept, no cookie is set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from allauth.core import ratelimit
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_cache_control, patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from needlework.i18n import translator
from needlework.web import access
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Clinic
from needlework.web.clinics.selectors import emergency_number
from needlework.web.errors import page as error_page
from needlework.web.knowledge import known_for
from needlework.web.rendering import render
from needlework.web.request import Request
from needlework.web.site import content, hours, links, schema, selectors
from needlework.web.site.citing import Citations
from needlework.web.site.pages import Page, indexed, pages_of
from needlework.web.site.questions import NEVER_STOP
from needlework.web.site.self_check import Answers, Speaker, findings_of, read_answers

_V = TypeVar("_V", bound=Callable[..., HttpResponse])

SHORT_S = 60
"""How long a page may be kept that says whether the clinic is open now."""
LONG_S = 600


def visitor(view: _V) -> _V:
    """For anyone, read only, compressed: the pages hold no secret that this could give away."""
    return access.public(require_safe(gzip_page(view)))


@visitor
def start(request: Request) -> HttpResponse:
    """To the only clinic, or to the list, in the visitor's language."""
    found = list(selectors.listed_clinics()[:2])
    if len(found) == 1:
        response: HttpResponse = redirect("site:home", lang=request.language, clinic=found[0].slug)
    else:
        response = redirect("site:clinics", lang=request.language)
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    patch_cache_control(response, private=True, max_age=SHORT_S)
    return response


@visitor
def clinics(request: Request, lang: str) -> HttpResponse:
    context = {
        "clinics": selectors.listed_clinics(),
        "page": Page(request, "clinics", lang),
        "robots": "",
    }
    return _kept(render(request, "site/clinics.html", context), LONG_S)


@visitor
def home(request: Request, lang: str, clinic: str) -> HttpResponse:
    def more(found: Clinic) -> dict[str, Any]:
        now = timezone.now()
        return {
            "week": hours.week(found, now),
            "opening": hours.opening(found, now),
            "professionals": selectors.professionals(found, today_in(found, now)),
            "address": found.address_lines,
            "directions": links.directions(found),
            "structured": schema.clinic_page(found, Page(request, "home", lang, found)),
        }

    return _page(request, lang, clinic, "home", more, SHORT_S)


@visitor
def skin(request: Request, lang: str, clinic: str) -> HttpResponse:
    def more(found: Clinic) -> dict[str, Any]:
        return {
            "structured": schema.web_page(found, Page(request, "skin", lang, found)),
            "cite": Citations(known_for(found).knowledge, lang),
        }

    return _page(request, lang, clinic, "skin", more, LONG_S)


@visitor
def microneedling(request: Request, lang: str, clinic: str) -> HttpResponse:
    def more(found: Clinic) -> dict[str, Any]:
        knowledge = known_for(found).knowledge
        return {
            "cite": Citations(knowledge, lang),
            "professionals": selectors.professionals(found, today_in(found, timezone.now())),
            "benefits": content.BENEFITS,
            "resumed": content.RESUMED,
            "depths": content.depths(knowledge, lang),
            "courses": content.courses(knowledge, lang),
            "reasons": content.reasons(knowledge),
            "home_allowed": content.home_allowed(knowledge, lang),
            "home_law": content.home_law(knowledge, found.jurisdiction),
            "structured": schema.web_page(found, Page(request, "microneedling", lang, found)),
        }

    return _page(request, lang, clinic, "microneedling", more, LONG_S)


@access.public
@csrf_exempt  # nothing is changed or kept, and without a token the page needs no cookie
@require_http_methods(["GET", "HEAD", "POST"])
@gzip_page
def self_check(request: Request, lang: str, clinic: str) -> HttpResponse:
    """Questions; what was answered is judged, shown once, and forgotten."""
    if request.method != "POST":
        return _page(
            request, lang, clinic, "self_check", lambda found: _asked(request, found, lang), LONG_S
        )
    if not ratelimit.consume(request, action="self_check"):
        _ = translator(lang)
        return error_page(request, 429, _("Too many tries."), _("Wait a few minutes, then go on."))
    answers, wrong = read_answers(dict(request.POST.lists()))

    def more(found: Clinic) -> dict[str, Any]:
        if wrong or not answers:
            return _asked(request, found, lang, answers, wrong) | {"is_refused": True}
        known, day = known_for(found), today_in(found, timezone.now())
        findings = findings_of(answers, known=known, jurisdiction=found.jurisdiction, on=day)
        speaker = Speaker(known, lang)
        return {
            **_asked(request, found, lang, answers, speaker=speaker),
            "outcome": speaker.outcome(answers, findings),
        }

    response = _page(request, lang, clinic, "self_check", more, 0)
    if response.status_code == 200 and (wrong or not answers):
        response.status_code = 422
    add_never_cache_headers(response)
    return response


def _asked(
    request: Request,
    clinic: Clinic,
    lang: str,
    answers: Answers | None = None,
    wrong: frozenset[str] = frozenset(),
    speaker: Speaker | None = None,
) -> dict[str, Any]:
    """The questions of the self-check, with what was answered."""
    speaker = speaker or Speaker(known_for(clinic), lang)
    return {
        "sections": speaker.sections(answers or {}, wrong),
        "cite": speaker.cite,
        "has_wrong": bool(wrong),
        "never_stop": NEVER_STOP,
        "emergency": emergency_number(clinic, known_for(clinic).knowledge),
        "structured": schema.web_page(clinic, Page(request, "self_check", lang, clinic)),
    }


@visitor
def robots(request: Request) -> HttpResponse:
    context = {"sitemap": request.build_absolute_uri("/sitemap.xml")}
    return _kept(_as(render(request, "site/robots.txt", context), "text/plain"), LONG_S)


@visitor
def sitemap(request: Request) -> HttpResponse:
    listed = [found for found in selectors.listed_clinics() if indexed(found)]
    context = {"pages": [page for found in listed for page in pages_of(request, found)]}
    return _kept(_as(render(request, "site/sitemap.xml", context), "application/xml"), LONG_S)


def _page(
    request: Request,
    lang: str,
    slug: str,
    name: str,
    more: Callable[[Clinic], dict[str, Any]],
    seconds: int,
) -> HttpResponse:
    """A page of the clinic, or one that says that there is no such clinic."""
    found = selectors.clinic_of(slug)
    if found is None:
        context: dict[str, Any] = {"page": Page(request, "clinics", lang), "robots": "noindex"}
        return render(request, "site/not_found.html", context, status=404)
    context = {
        "clinic": found,
        "page": Page(request, name, lang, found),
        "whatsapp": links.whatsapp(found, translator(lang)),
        "phone": links.phone(found),
        "robots": "" if indexed(found) else "noindex",
        **more(found),
    }
    return _kept(render(request, f"site/{name}.html", context), seconds)


def _kept(response: HttpResponse, seconds: int) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=seconds)
    return response


def _as(response: HttpResponse, kind: str) -> HttpResponse:
    response["Content-Type"] = f"{kind}; charset=utf-8"
    return response
