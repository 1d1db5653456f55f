"""A consultation in which a finding waits for a clinician."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from django.utils import timezone

from needlework.screening import Finding
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.selectors import judged
from needlework.web.consultations.services import record_consultation
from needlework.web.knowledge import known_for

EXAMPLES = Path(__file__).parents[3] / "examples"


def consulted(
    client: Client, author: Membership, example: str = "09-needs-clearance", **changes: Any
) -> ConsultationVersion:
    """The example as if it had been taken today."""
    now = timezone.now()
    data = tomllib.loads((EXAMPLES / f"{example}.toml").read_text())
    data["date"] = today_in(client.clinic, now)
    data["clearances"] = []
    return record_consultation(
        client=client,
        author=author.user,
        data={**data, **changes},
        known=known_for(client.clinic),
        now=now,
    )


def found(version: ConsultationVersion, rule: str = "C9") -> Finding:
    plan = judged(version, known_for(version.clinic)).plan
    return next(one for one in plan.assessment.findings if one.rule == rule)
