"""A consultation in which a finding waits for a clinician."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
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
HERPES = {"herpes_simplex": "yes"}
WAITS: Mapping[str, Any] = {"example": "02-acne-scars-physician", "history": HERPES}
"""Of `consulted`: one finding waits for a clinician, and nothing else stands in the way."""


def told(name: str, **changes: Any) -> dict[str, Any]:
    """An example without its clearances; tables are added to, and all else is replaced."""
    data = tomllib.loads((EXAMPLES / f"{name}.toml").read_text())
    data["clearances"] = []
    for key, value in changes.items():
        data[key] = {**data.get(key, {}), **value} if isinstance(value, dict) else value
    return data


def consulted(
    client: Client, author: Membership, example: str = "09-needs-clearance", **changes: Any
) -> ConsultationVersion:
    """The example as if it had been taken today."""
    now = timezone.now()
    today = today_in(client.clinic, now)
    return record_consultation(
        client=client,
        author=author.user,
        data=told(example, **{"date": today, **changes}),
        known=known_for(client.clinic),
        now=now,
    )


def found(version: ConsultationVersion, rule: str = "C9") -> Finding:
    plan = judged(version, known_for(version.clinic)).plan
    return next(one for one in plan.assessment.findings if one.rule == rule)
