"""Links by which clients fill in a consultation beforehand, and the form that they open."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from needlework.documents import qr_svg
from needlework.i18n import LANGUAGES, say_date, translator
from needlework.web import access
from needlework.web.clinics.clock import clock_of
from needlework.web.clinics.models import Client
from needlework.web.consultations.answers import answered_in
from needlework.web.intake import selectors, services
from needlework.web.intake.desk import IntakeDesk
from needlework.web.intake.parts import PARTS, part_named
from needlework.web.portal import links
from needlework.web.portal.models import PortalLink
from needlework.web.portal.way_in import way_in
from needlework.web.rendering import render
from needlework.web.request import Request
from needlework.web.site.links import digits

_LINKERS = ("medical-director", "practitioner", "assistant", "reception")
"""A link holds nothing about anyone's health, so the desk may send it."""


# --- staff ------------------------------------------------------------------------------------


@access.member(*_LINKERS)
@never_cache
@require_GET
def links_of(request: Request, clinic: str, client: UUID) -> HttpResponse:
    """Every link that the client was given to fill in a consultation, and how it stands."""
    person = access.get_client(request, client)
    lines = selectors.consultation_links(person, timezone.now())
    return render(request, "intake/links.html", {"client": person, "lines": lines})


@access.member(*_LINKERS)
@never_cache
@require_POST
def link_new(request: Request, clinic: str, client: UUID) -> HttpResponse:
    """A new link; its token is on this page and nowhere else."""
    person = access.get_client(request, client)
    made, token = services.make_consultation_link(
        client=person, by=request.user, now=timezone.now()
    )
    request.audit.note(made)
    address = request.build_absolute_uri(links.address(token, selectors.PURPOSE))
    context = {
        "client": person,
        "link": made,
        "address": address,
        # Our own drawing of an address that we made.
        "code": mark_safe(qr_svg(address)),  # noqa: S308
        **_message(made, address),
    }
    return render(request, "intake/link_new.html", context)


@access.member(*_LINKERS)
@never_cache
@require_POST
def link_end(request: Request, clinic: str, client: UUID, link: UUID) -> HttpResponse:
    person = access.get_client(request, client)
    found = PortalLink.objects.filter(pk=link, client=person, purpose=selectors.PURPOSE).first()
    if found is None:
        raise Http404
    request.audit.note(found)
    services.end_link(link=found, now=timezone.now())
    return redirect("intake:links", clinic=request.clinic.slug, client=person.pk)


def _message(link: PortalLink, address: str) -> dict[str, str]:
    """A draft in the client's language, and where to send it; nothing in it is about health."""
    client: Client = link.client
    _ = translator(client.language)
    day = say_date(clock_of(link.clinic)(link.expires_at).date(), client.language)
    text = _(
        "Hello, this is {clinic}. Please fill in this form before your visit: {address} "
        "It asks for your birth date first, and is open until {day}."
    ).format(clinic=link.clinic.name, address=address, day=day)
    drafted, subject = quote(text, safe=""), quote(link.clinic.name, safe="")
    number = digits(client.phone_e164)
    mail = quote(client.email, safe="@")
    return {
        "text": text,
        "whatsapp": f"https://wa.me/{number}?text={drafted}" if number else "",
        "mail": f"mailto:{mail}?subject={subject}&body={drafted}" if mail else "",
    }


# --- the client -------------------------------------------------------------------------------


@access.public
@never_cache
@require_http_methods(["GET", "POST"])
def link(request: Request, token: str) -> HttpResponse:
    return way_in(
        request,
        token,
        purpose=selectors.PURPOSE,
        template="intake/link.html",
        inside="intake:start",
    )


@access.intake
@never_cache
@require_GET
def start(request: Request) -> HttpResponse:
    """What is asked and why, and where somebody who comes back goes on."""
    desk = IntakeDesk(request)
    unfinished = desk.form.unfinished
    context = {
        "client": request.portal.client,
        "parts": [(part, part not in unfinished) for part in PARTS],
        "is_begun": bool(desk.fields),
        "next": unfinished[0] if unfinished else None,
        "ends": request.portal.expires_at,
    }
    return render(request, "intake/start.html", context)


@access.intake
@never_cache
@require_POST
def language(request: Request) -> HttpResponse:
    chosen = request.POST.get("language", "")
    if chosen in LANGUAGES:
        links.speak(request, chosen)
    return redirect("intake:start")


@access.intake
@never_cache
@require_http_methods(["GET", "POST"])
def part(request: Request, part: str) -> HttpResponse:
    found = part_named(part)
    if found is None:
        return redirect("intake:start")
    desk = IntakeDesk(request)
    return desk.take(found) if request.method == "POST" else desk.page(found)


@access.intake
@never_cache
@require_http_methods(["GET", "POST"])
def summary(request: Request) -> HttpResponse:
    """All answers once more; what is sent from here is what is shown here."""
    desk = IntakeDesk(request)
    if request.method == "POST":
        return _send(request, desk)
    return _summary(request, desk)


def _send(request: Request, desk: IntakeDesk) -> HttpResponse:
    if not desk.form.is_complete:
        return _summary(request, desk, status=422)
    version = services.send_answers(link=desk.link, form=desk.form, known=desk.known, now=desk.now)
    if version is not None:
        request.audit.note(version)
    # The link has ended now: the page that it leads to says so, and what happens next.
    return redirect("intake:start")


def _summary(request: Request, desk: IntakeDesk, *, status: int = 200) -> HttpResponse:
    painter, unfinished = desk.form.painter(), desk.form.unfinished
    parts: list[dict[str, Any]] = [
        {
            "id": part.id,
            "is_whole": part not in unfinished,
            "said": answered_in(painter.part(part), request.language),
        }
        for part in PARTS
    ]
    context = {
        "parts": parts,
        "unfinished": unfinished,
        "is_complete": desk.form.is_complete,
        "count": len(PARTS),
    }
    return render(request, "intake/summary.html", context, status=status)
