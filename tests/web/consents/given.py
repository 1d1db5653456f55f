"""A signed plan, a consent offered for it, and what a client sends from the tablet."""

from __future__ import annotations

import base64
import io
from datetime import datetime
from typing import Any

from django.test import Client as Browser
from django.utils import timezone
from PIL import Image, ImageDraw

from needlework.web.blobs.sniff import Clean, clean
from needlework.web.clinics.models import Client, Membership
from needlework.web.consents.drawing import PREFIX
from needlework.web.consents.forming import points_to_read
from needlework.web.consents.models import TREATMENT, USES, ConsentOffer, ConsentSignature
from needlework.web.consents.services import Given, offer_consent, sign_consent
from needlework.web.knowledge import known_for
from needlework.web.plans.models import SignedPlan
from tests.web import people
from tests.web.plans.signed import consulted, settle, signed

HASTE = "I leave for a long journey tomorrow."


def plan_of(client: Client, signer: Membership, example: str = "01-fine-lines-nurse") -> SignedPlan:
    version = consulted(client, signer, example)
    settle(version, signer)
    return signed(version, people.browser(signer))


def offered(
    plan: SignedPlan, by: Membership, language: str = "en", now: datetime | None = None
) -> ConsentOffer:
    return offer_consent(
        plan=plan,
        language=language,
        known=known_for(plan.clinic),
        author=by.user,
        now=now or timezone.now(),
    )


def given(offer: ConsentOffer, **changes: Any) -> Given:
    """Everything read, no photographs, the name typed, and no wish to wait."""
    facts: dict[str, Any] = {
        "name": offer.client.name if offer.client else "",
        "read": tuple(points_to_read(offer.points)),
        "answers": {use: "yes" if use == TREATMENT else "no" for use in USES},
        "haste": HASTE,
    }
    return Given(**{**facts, **changes})


def consented(
    offer: ConsentOffer, by: Membership, now: datetime | None = None, **changes: Any
) -> ConsentSignature:
    return sign_consent(
        offer=offer,
        given=given(offer, **changes),
        member=by,
        known=known_for(offer.clinic),
        now=now or timezone.now(),
    )


def picture(*, blank: bool = False, full: bool = False, dot: bool = False) -> bytes:
    """What the field for a signature sends."""
    image = Image.new("RGB", (1200, 400), "black" if full else "white")
    pen = ImageDraw.Draw(image)
    if dot:
        pen.ellipse((600, 200, 606, 206), fill="black")
    elif not (blank or full):
        pen.line([(80, 300), (300, 80), (520, 320), (760, 90), (1100, 250)], "black", width=6)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def drawing() -> Clean:
    return clean(picture(), "signature")


def as_sent(content: bytes) -> str:
    return PREFIX + base64.b64encode(content).decode()


def form_of(offer: ConsentOffer, **changes: str) -> dict[str, str]:
    """What the tablet's form sends when all is filled in; an empty value is left out."""
    sent = {
        **{f"read-{term}": "on" for term in points_to_read(offer.points)},
        **{use: "on" if use == TREATMENT else "no" for use in USES},
        "name": offer.client.name if offer.client else "",
        "way": "typed",
        "is_typed": "on",
        "is_hasty": "on",
        "haste": HASTE,
        **changes,
    }
    return {name: value for name, value in sent.items() if value}


def handed_over(offer: ConsentOffer, by: Membership) -> Browser:
    """A device on which somebody of the staff has opened this consent for the client."""
    browser = people.browser(by)
    answer = browser.post(
        f"/clinic/{offer.clinic.slug}/consents/{offer.pk}/hand-over/", {"is_able": "on"}
    )
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert answer.headers["Location"] == "/sign/"
    return browser
