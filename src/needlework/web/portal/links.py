"""Making and opening the links by which a client enters."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import F
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from needlework.web.accounts.models import User
from needlework.web.clinics.models import Client
from needlework.web.portal.models import PortalLink
from needlework.web.request import Request

LASTS: Final = timedelta(days=100)
"""Past the last review of an aftercare course."""

OPEN_FOR: Final = timedelta(hours=2)
"""How long a browser stays in after the second factor."""

MOST_FAILURES: Final = 20
"""Wrong birth dates that a link takes in its life."""

_SESSION: Final = "portal"


def make_link(
    *, client: Client, by: User | None, now: datetime, purpose: str = "aftercare"
) -> tuple[PortalLink, str]:
    """A link and its token, which is shown once and kept nowhere; earlier ones end."""
    PortalLink.objects.filter(client=client, purpose=purpose, revoked_at=None).update(
        revoked_at=now
    )
    token = secrets.token_urlsafe(24)
    link = PortalLink.objects.create(
        clinic=client.clinic,
        client=client,
        purpose=purpose,
        token_digest=digest(token),
        made_by=by,
        made_at=now,
        expires_at=now + LASTS,
    )
    return link, token


def address(token: str) -> str:
    return reverse("portal:link", kwargs={"token": token})


def find_link(token: str, now: datetime) -> PortalLink | None:
    """The link of a token, while it holds."""
    found = (
        PortalLink.objects.filter(token_digest=digest(token))
        .select_related("client", "clinic")
        .first()
    )
    return found if found is not None and _holds(found, now) else None


def is_second_factor(link: PortalLink, birth_date: date) -> bool:
    """Whether the birth date is the client's; a client without one cannot enter by a link."""
    known = link.client.birth_date
    return known is not None and hmac.compare_digest(known.isoformat(), birth_date.isoformat())


def refuse(link: PortalLink) -> None:
    """Count a wrong birth date."""
    PortalLink.objects.filter(pk=link.pk).update(failures=F("failures") + 1)


def enter(request: Request, link: PortalLink) -> None:
    """Let this browser in, in a session of its own."""
    # Whoever was signed in on this device is out: a tablet may be the clinic's.
    request.session.flush()
    request.session[_SESSION] = {
        "link": str(link.pk),
        "language": link.client.language,
        "until": (timezone.now() + OPEN_FOR).timestamp(),
    }


def leave(request: Request) -> None:
    request.session.flush()


def open_link(request: Request, purpose: str) -> PortalLink | None:
    """The link by which this browser is in, while both still hold and it is for that purpose."""
    held = request.session.get(_SESSION)
    now = timezone.now()
    if not held or held["until"] < now.timestamp():
        return None
    found = (
        PortalLink.objects.filter(pk=UUID(held["link"]), purpose=purpose)
        .select_related("client", "clinic")
        .first()
    )
    return found if found is not None and _holds(found, now) else None


def ended(request: Request) -> HttpResponse:
    """What a client sees without an open link."""
    from needlework.web.rendering import render

    return render(request, "portal/ended.html", status=403)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _holds(link: PortalLink, now: datetime) -> bool:
    return link.revoked_at is None and now < link.expires_at and link.failures < MOST_FAILURES
