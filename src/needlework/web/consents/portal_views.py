"""A client's own page: what they agreed to, what they may read, and how to take it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from needlework.i18n import translator
from needlework.web import access
from needlework.web.consents import selectors
from needlework.web.consents.saying import USE_WORDS
from needlework.web.consents.services import withdraw_consent
from needlework.web.rendering import render
from needlework.web.request import Request


@access.portal
@never_cache
@require_GET
def own(request: Request) -> HttpResponse:
    client = request.portal.client
    given = list(selectors.consents_of(client))
    standing = {one.pk for one in selectors.standing_consents(client)}
    offers = [one for one in selectors.offers_of(client) if selectors.is_open(one)]
    for record in (*given, *offers):
        request.audit.note(record)
    context = {
        "standing": [one for one in given if one.pk in standing],
        "withdrawn": [one for one in given if getattr(one, "withdrawal", None)],
        "offers": offers,
        "uses": USE_WORDS,
    }
    return render(request, "consents/own.html", context)


@access.portal
@require_http_methods(["GET", "POST"])
def own_withdraw(request: Request, consent: UUID) -> HttpResponse:
    found = access.get_consent(request, consent)
    if request.method == "GET":
        # Whoever loads the address anew after a sign-in finds the button, and nothing happens.
        return redirect("consents:own")
    made = withdraw_consent(consent=found, portal_link=request.portal.pk, now=timezone.now())
    for one in made:
        request.audit.note(one)
    _ = translator(request.language)
    messages.success(request, _("Withdrawn. From now on it does not count."))
    return redirect("consents:own")
