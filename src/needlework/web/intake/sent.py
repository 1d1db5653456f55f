"""What a browser sees that has just sent its answers: nothing of them, and what happens next."""

from __future__ import annotations

from django.http import HttpResponse

from needlework.web.consultations.models import ConsultationVersion
from needlework.web.portal import links
from needlework.web.rendering import render
from needlework.web.request import Request


def sent_page(request: Request) -> HttpResponse | None:
    """For whoever comes back to the form by the link that they have used up."""
    match = request.resolver_match
    code = links.entered_by(request) if match and match.namespace == "intake" else None
    if code is None:
        return None
    version = (
        ConsultationVersion.objects.filter(portal_link=code)
        .select_related("clinic")
        .defer("data")
        .first()
    )
    if version is None:
        return None
    request.audit.note(version)
    return render(request, "intake/sent.html", {"clinic": version.clinic})
