"""A finding that is open, asked about and answered elsewhere, for walks over addresses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from needlework.evidence import Verdict
from needlework.web.clearances.models import Clearance
from needlework.web.clearances.services import ask_clearance, key_of
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Membership
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.selectors import judged
from needlework.web.knowledge import known_for


def rows_of(version: ConsultationVersion, member: Membership, now: datetime) -> dict[str, Any]:
    """Ids by the names that addresses give them; `finding` is the open finding's key."""
    today = today_in(version.clinic, now)
    findings = judged(version, known_for(version.clinic), on=today).plan.assessment.findings
    finding = next(
        one for one in findings if one.override is not None and one.verdict is Verdict.CLEAR
    )
    asked = ask_clearance(
        version=version,
        finding=finding,
        question="May this person be treated?",
        due_on=today + timedelta(days=7),
        author=member.user,
        now=now,
        asked=member,
    )
    other = Clearance.objects.create(
        clinic=version.clinic,
        client=version.client,
        author=member.user,
        recorded_at=now,
        consultation=version.consultation,
        rule="C45",
        zones=[],
        about="Something else.",
        finding_key="x",
        outcome="cleared",
        ground="override",
        reason="examined",
        role="P",
        clinician=member,
        clinician_name="A",
        given_on=today,
        reach="session",
        valid_until=today,
    )
    return {"asked": asked.pk, "clearance": other.pk, "finding": key_of(finding)}
