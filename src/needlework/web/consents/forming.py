"""A consent filled in from a signed plan, and the digests by which it is known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from needlework import documents
from needlework.documents import Approval
from needlework.planning import Plan
from needlework.screening.consultation import decode
from needlework.web.clinics.cards import clinic_card, person_card
from needlework.web.clinics.clock import clock_of
from needlework.web.clinics.models import Clinic
from needlework.web.consents.errors import ConsentError
from needlework.web.consents.models import ConsentOffer, ConsentSignature, ConsentText
from needlework.web.governance.models import Decision
from needlework.web.plans.models import SignedPlan
from needlework.web.records.spoken import spoken
from needlework.workflow import Known

PHOTOGRAPHS = "photographs"


def form_of(
    plan: SignedPlan, language: str, known: Known, text: ConsentText | None
) -> dict[str, Any]:
    """Every point as it would be put to the client, from the plan as it was signed."""
    _ = spoken()
    if plan.client is None:
        raise ConsentError(_("This plan is nobody’s."), hint=_("Open the plan of a client."))
    form: dict[str, Any] = documents.consent_form(
        msgspec.convert(plan.plan, Plan),
        decode(plan.said),
        known,
        clinic=clinic_card(plan.clinic),
        person=person_card(plan.client),
        language=language,
        own_words=text.words if text is not None else "",
        approvals=approvals(plan.clinic),
    )
    if not form["parts"]:
        raise ConsentError(
            _("This plan proposes nothing, so there is nothing to consent to."),
            hint=_("The plan says why."),
        )
    lacking = [part["title"] for part in form["parts"] if part.get("is-clinics")]
    if lacking and (text is None or not text.words):
        raise ConsentError(
            _("This clinic asks for a part that only its own words can fill: {parts}.").format(
                parts=", ".join(lacking)
            ),
            hint=_("The medical director writes them under Consent texts, in each language."),
        )
    return form


def approvals(clinic: Clinic) -> dict[str, Approval]:
    """Who approved each claim, and when, by the decisions that stand."""
    clock = clock_of(clinic)
    rows = Decision.objects.filter(clinic=clinic, choice="approve", superseded_by__isnull=True)
    return {
        row.subject: Approval(
            name=(row.author.name or row.author.email) if row.author else "",
            on=clock(row.recorded_at).date(),
        )
        for row in rows.select_related("author").defer("read")
    }


def points_to_read(points: Mapping[str, Any]) -> list[str]:
    """Every part that is ticked as read; photographs are answered instead."""
    return [part["term"] for part in points["parts"] if part["term"] != PHOTOGRAPHS]


def offer_sha256(plan: SignedPlan, points: Mapping[str, Any], form_version: str) -> str:
    return _digest(
        {"plan": plan.content_sha256, "points": dict(points), "form_version": form_version}
    )


def signature_sha256(signature: ConsentSignature, drawing_sha256: str) -> str:
    return _digest(
        {
            "offer": signature.offer.content_sha256,
            "name": signature.signed_name,
            "is_name_confirmed": signature.is_name_confirmed,
            "way": signature.way,
            "drawing": drawing_sha256,
            "had_since": _moment(signature.had_since),
            "haste": signature.haste,
            "read": signature.read,
            "answers": signature.answers,
            "taken_by": str(signature.taken_by_id),
            "at": _moment(signature.recorded_at),
        }
    )


def _moment(at: datetime) -> str:
    """As the database gives it back, whatever clock it was told by."""
    return at.astimezone(UTC).isoformat()


def is_whole(offer: ConsentOffer) -> bool:
    """Whether what is stored is still what was put before the client, and what was signed."""
    found = offer_sha256(offer.plan, offer.points, offer.form_version)
    if found != offer.content_sha256:
        return False
    signature = ConsentSignature.objects.filter(offer=offer).select_related("drawing").first()
    if signature is None:
        return True
    drawing = signature.drawing.sha256 if signature.drawing else ""
    return signature_sha256(signature, drawing) == signature.content_sha256


def _digest(whole: Mapping[str, object]) -> str:
    return hashlib.sha256(msgspec.json.encode(whole, order="sorted")).hexdigest()
