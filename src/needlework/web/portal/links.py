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

from needlework.units import later
from needlework.web.accounts.models import User
from needlework.web.clinics.models import Client, Clinic
from needlework.web.knowledge import known_for
from needlework.web.portal.models import PortalLink
from needlework.web.request import Request

SPARE: Final = timedelta(days=30)
"""A review is sometimes held late; the link still opens then."""

CONSULTATION_LASTS: Final = timedelta(days=7)
"""How long a consultation may be filled in: answers age, so those of longer ago are asked anew."""

OPEN_FOR: Final = timedelta(hours=2)
"""How long a browser stays in after the second factor."""

MOST_FAILURES: Final = 20
"""Wrong birth dates that a link takes in its life."""

_SESSION: Final = "portal"
_WAYS_IN: Final = {"aftercare": "portal:link", "consultation": "intake:link"}
_REVIEWS: Final = "aftercare.schedule."
"""Claims that say when a course is looked at again; those with a unit are lengths of time."""


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
        expires_at=_end(client.clinic, now) if purpose == "aftercare" else now + CONSULTATION_LASTS,
    )
    return link, token


def address(token: str, purpose: str = "aftercare") -> str:
    return reverse(_WAYS_IN[purpose], kwargs={"token": token})


def find_link(token: str, now: datetime, purpose: str = "aftercare") -> PortalLink | None:
    """The link of a token, while it holds and is for that purpose."""
    found = (
        PortalLink.objects.filter(token_digest=digest(token), purpose=purpose)
        .select_related("client", "clinic")
        .first()
    )
    return found if found is not None and holds(found, now) else None


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
    return found if found is not None and holds(found, now) else None


def entered_by(request: Request) -> UUID | None:
    """The link by which this browser came in lately, whether or not it still opens anything."""
    held = request.session.get(_SESSION)
    if not held or held["until"] < timezone.now().timestamp():
        return None
    return UUID(held["link"])


def speak(request: Request, language: str) -> None:
    """The language of the client's pages in this browser from now on."""
    request.session[_SESSION] = {**request.session[_SESSION], "language": language}


def ended(request: Request) -> HttpResponse:
    """What a client sees without an open link."""
    from needlework.web.intake.sent import sent_page
    from needlework.web.rendering import render

    if (sent := sent_page(request)) is not None:
        return sent
    return render(request, "portal/ended.html", status=403)


def _end(clinic: Clinic, now: datetime) -> datetime:
    """After the last review of a session that has only now been held, which is the latest."""
    claims = known_for(clinic).knowledge.claims.items()
    waits = [claim for name, claim in claims if name.startswith(_REVIEWS) and claim.unit]
    today = now.date()
    last = max(later(today, claim.number, claim.unit) for claim in waits)
    return now + (last - today) + SPARE


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def holds(link: PortalLink, now: datetime) -> bool:
    return link.revoked_at is None and now < link.expires_at and link.failures < MOST_FAILURES
