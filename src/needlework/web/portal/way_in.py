"""The way in by a link of any purpose: counted, and silent before the second factor."""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from needlework.i18n import translator
from needlework.web.errors import page
from needlework.web.portal import links
from needlework.web.portal.forms import BirthDateForm
from needlework.web.rendering import render
from needlework.web.request import Request


def way_in(
    request: Request, token: str, *, purpose: str, template: str, inside: str
) -> HttpResponse:
    """Nothing about anyone is shown before the birth date is; then the page named `inside`."""
    _ = translator(request.language)
    form = BirthDateForm(request.POST or None, language=request.language)
    if request.method == "GET":
        return render(request, template, {"form": form})
    if not ratelimit.consume(request, action="portal_link", key=links.digest(token)):
        request.audit.happened("portal.link_refused", is_refused=True)
        title = _("Too many tries.")
        return page(request, 429, title, _("Wait a quarter of an hour, or call the clinic."))
    found = links.find_link(token, timezone.now(), purpose)
    if form.is_valid():
        if found and links.is_second_factor(found, form.cleaned_data["birth_date"]):
            links.enter(request, found)
            request.audit.note(found.client)
            return redirect(inside)
        # The same words for a wrong date and a link that has ended: neither tells which.
        if found:
            links.refuse(found)
            request.audit.refused(found.client)
        request.audit.happened("portal.link_refused", is_refused=True)
        form.add_error(
            None,
            _(
                "This link and birth date do not open anything. "
                "Check the date, or ask the clinic for a new link."
            ),
        )
    return render(request, template, {"form": form}, status=422)
