"""What pages ask of links for consultations, and of what clients filled in."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from django.db.models import Exists, OuterRef, QuerySet
from msgspec import Struct

from needlework.web.clinics.models import Client, Clinic
from needlework.web.consultations.models import Consultation, ConsultationVersion, Draft
from needlework.web.portal import links
from needlework.web.portal.models import PortalLink
from needlework.web.records.models import Retraction

PURPOSE: Final = "consultation"


class LinkLine(Struct, frozen=True):
    """A link and how it stands; `is_begun` while something was typed and not sent."""

    link: PortalLink
    state: Literal["open", "used", "ended"]
    is_begun: bool


def consultation_links(client: Client, now: datetime) -> list[LinkLine]:
    """The latest first."""
    found = (
        PortalLink.objects.filter(client=client, purpose=PURPOSE)
        .select_related("made_by")
        .annotate(
            is_used=Exists(ConsultationVersion.objects.filter(portal_link=OuterRef("pk"))),
            is_begun=Exists(Draft.objects.filter(portal_link=OuterRef("pk"))),
        )
        .order_by("-made_at")
    )
    return [
        LinkLine(
            link,
            "used" if link.is_used else "open" if links.holds(link, now) else "ended",
            link.is_begun,
        )
        for link in found
    ]


def to_confirm(clinic: Clinic) -> QuerySet[ConsultationVersion]:
    """What clients filled in and nobody has confirmed yet, the longest waiting first."""
    struck = Retraction.objects.filter(
        record_type=Consultation._meta.label_lower, record_id=OuterRef("consultation_id")
    )
    return (
        ConsultationVersion.objects.current()
        .filter(~Exists(struck), clinic=clinic, origin="client")
        .select_related("client", "consultation")
        .defer("data")
        .order_by("recorded_at")
    )


def draft_of(link: PortalLink) -> dict[str, list[str]]:
    """What was typed so far, as the form would send it."""
    found = Draft.objects.filter(portal_link=link.pk).first()
    return dict(found.fields) if found else {}
