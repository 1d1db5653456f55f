"""What tests of governance need: directors, items as a page would send them, plans signed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from needlework.evidence.model import Value
from needlework.web.blobs.services import keep_blob
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consultations.services import record_consultation
from needlework.web.governance import board, services
from needlework.web.governance.models import Decision
from needlework.web.knowledge import known_for
from needlework.web.plans.models import PlanClaim, SignedPlan
from needlework.web.treatments.held import Held, ZoneHeld, write
from needlework.web.treatments.models import TreatmentSession
from tests.web import people
from tests.web.records_of import EXAMPLE, png

MAX = "zone.cheek.scar-max"
WAIT = "rule.c44.wait"
SOURCED = "course.technique.passes-pen"


def director(clinic: Clinic, email: str = "") -> Membership:
    return people.member(clinic, "medical-director", email=email)


def item(
    clinic: Clinic,
    claim: str,
    choice: services.Choice = "approve",
    value: Value | None = None,
    because: str = "",
) -> services.Item:
    row = board.row(clinic, claim)
    reason = because or ("Our choice." if choice in {"tighten", "reject"} else "")
    return services.Item(
        claim=claim, choice=choice, seen=row.mark if row else "", value=value, because=reason
    )


def decide(
    who: Membership,
    claim: str,
    choice: services.Choice = "approve",
    value: Value | None = None,
    now: datetime = people.NOW,
) -> Decision:
    items = [item(who.clinic, claim, choice, value)]
    return services.decide(clinic=who.clinic, author=who, items=items, now=now)[0]


def signed(client: Client, by: Membership, claims: Iterable[str], number: int = 1) -> SignedPlan:
    """A plan signed for a client, that rests on these claims."""
    clinic = client.clinic
    version = record_consultation(
        client=client,
        author=by.user,
        data=tomllib.loads(EXAMPLE.read_text()),
        known=known_for(clinic),
        now=people.NOW,
    )
    release = known_for(clinic).knowledge.release
    sheet = keep_blob(clinic=clinic, client=client, author=by.user, kind="portrait", content=png())
    plan = SignedPlan.objects.create(
        clinic=clinic,
        client=client,
        author=by.user,
        recorded_at=people.NOW,
        consultation=version.consultation,
        version=version,
        number=number,
        language="en",
        signer=by,
        credential={},
        statement="I sign.",
        judged_on=people.NOW.date(),
        said={},
        plan={},
        shown="",
        pdf=sheet,
        content_sha256="",
        release_digest=release.digest,
    )
    PlanClaim.objects.bulk_create(
        PlanClaim(clinic=clinic, plan=plan, claim=claim) for claim in claims
    )
    return plan


def held_under(plan: SignedPlan, by: Membership, days: int = 0) -> TreatmentSession:
    """A session under a signed plan."""
    ended = people.NOW + timedelta(days=days)
    return TreatmentSession.objects.create(
        clinic=plan.clinic,
        client=plan.client,
        author=by.user,
        recorded_at=ended,
        consultation=plan.consultation,
        plan=plan,
        performed_by=by,
        ended_at=ended,
        data=write(Held(zones=(ZoneHeld(zone="cheek-left", depth_mm=1.0),))),
    )


def last(clinic: Clinic) -> UUID:
    return Decision.objects.filter(clinic=clinic).order_by("-number")[0].pk
