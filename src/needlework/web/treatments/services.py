"""Recording a session that was held."""

from __future__ import annotations

from datetime import datetime

from needlework.web.accounts.models import User
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations.models import Consultation
from needlework.web.plans.models import SignedPlan
from needlework.web.treatments.held import Held, write
from needlework.web.treatments.models import TreatmentSession


def record_treatment(
    *,
    client: Client,
    author: User,
    performed_by: Membership | None,
    ended_at: datetime,
    held: Held,
    now: datetime,
    consultation: Consultation | None = None,
    plan: SignedPlan | None = None,
) -> TreatmentSession:
    return TreatmentSession.objects.create(
        clinic=client.clinic,
        client=client,
        author=author,
        consultation=consultation,
        plan=plan,
        performed_by=performed_by,
        ended_at=ended_at,
        data=write(held),
        recorded_at=now,
    )
