"""The clinic's tablet in a client's hands: one consent is open on it, and all else is locked."""

from __future__ import annotations

import time
from typing import Any, Final
from uuid import UUID

from needlework.web.accounts import sessions
from needlework.web.clinics.models import Membership
from needlework.web.consents.models import ConsentOffer
from needlework.web.consents.services import OFFERERS
from needlework.web.request import Request

_KEY: Final = "consent"
LASTS_S: Final = 2 * 60 * 60


def begin(request: Request, offer: ConsentOffer) -> None:
    """Lock everything of the staff's on this device but this one consent."""
    request.session[_KEY] = {
        "offer": str(offer.pk),
        "member": str(request.membership.pk),
        "at": int(time.time()),
    }
    # Under a new cookie a browser shows nothing again that it kept from before.
    request.session.cycle_key()
    sessions.lock(request.session)


def end(request: Request) -> None:
    request.session.pop(_KEY, None)


def held(request: Request) -> tuple[ConsentOffer, Membership] | None:
    """What was handed over on this device and by whom, while that holds."""
    # A visitor without a session is not looked up, and gets none.
    told: Any = request.session.get(_KEY)
    if not isinstance(told, dict) or int(time.time()) - told["at"] >= LASTS_S:
        return None
    member = (
        Membership.objects.active()
        .filter(pk=told["member"], user=request.user.pk, role_rows__role__in=OFFERERS)
        .select_related("clinic", "user")
        .first()
    )
    if member is None:
        return None
    offer = (
        ConsentOffer.objects.filter(pk=UUID(told["offer"]), clinic=member.clinic)
        .select_related(
            "clinic", "client", "plan__consultation", "plan__version", "signature__taken_by__user"
        )
        .first()
    )
    return None if offer is None else (offer, member)
