"""A signed plan with a signed consent as bare rows: for walks over addresses, quick to make."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from needlework.web.blobs.services import keep_clean
from needlework.web.blobs.sniff import Clean
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Membership
from needlework.web.consents.models import TREATMENT, Consent, ConsentOffer, ConsentSignature
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.selectors import judged
from needlework.web.knowledge import known_for
from needlework.web.plans.models import SignedPlan
from needlework.web.plans.services import credential_of

_POINTS = {
    "language": "en",
    "title": "Consent to microneedling",
    "parts": [],
    "sources": [],
    "release": [],
    "labels": {"sources": "Sources", "marks": ""},
}


def rows_of(version: ConsultationVersion, member: Membership, now: datetime) -> dict[str, UUID]:
    """Ids by the names that addresses give them."""
    common = {
        "clinic": version.clinic,
        "client": version.client,
        "author": member.user,
        "recorded_at": now,
    }
    pdf = keep_clean(
        clinic=version.clinic,
        client=version.client,
        kind="pdf",
        made=Clean(b"%PDF-1.7\n", "application/pdf"),
        now=now,
    )
    found = judged(version, known_for(version.clinic), on=today_in(version.clinic, now))
    plan = SignedPlan.objects.create(
        **common,
        consultation=version.consultation,
        version=version,
        number=1,
        language="en",
        signer=member,
        credential=credential_of(member),
        statement="",
        judged_on=found.plan.judged_on,
        said=msgspec.to_builtins(found.said),
        plan=msgspec.to_builtins(found.plan),
        shown="",
        pdf=pdf,
        content_sha256="",
        release_digest=found.plan.release_digest,
        overlay_digest=found.plan.overlay_digest,
    )
    offer = ConsentOffer.objects.create(
        **common,
        plan=plan,
        language="en",
        form_version="",
        points=_POINTS,
        pdf=pdf,
        content_sha256="",
    )
    signature = ConsentSignature.objects.create(
        **common,
        offer=offer,
        way="typed",
        signed_name="A",
        pdf=pdf,
        had_since=now,
        read=[],
        answers={TREATMENT: "yes"},
        taken_by=member,
        content_sha256="",
    )
    consent = Consent.objects.create(**common, signature=signature, use=TREATMENT)
    return {
        "plan": plan.pk,
        "offer": offer.pk,
        "signature": signature.pk,
        "consent": consent.pk,
    }
