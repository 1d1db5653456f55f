"""Recording a consultation: each save is a new version, and none is ever changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import transaction

from needlework.screening.reading import from_data, validate
from needlework.web.accounts.models import User
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Clinic
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.web.records.services import overtaken, supersede
from needlework.workflow import Known

_NAME: Final = "consultation"


@transaction.atomic
def record_consultation(
    *,
    client: Client,
    author: User | None,
    data: Mapping[str, Any],
    known: Known,
    now: datetime,
    clinic: Clinic | None = None,
    consultation: Consultation | None = None,
    base: int = 0,
    origin: str = "staff",
    portal_link: UUID | None = None,
) -> ConsultationVersion:
    """The next version, after version `base` of a consultation, or the first of a new one."""
    written = msgspec.to_builtins(data)
    checked = from_data(written, _NAME)
    clinic = clinic or client.clinic
    validate(checked, known.knowledge, checked.date, today=today_in(clinic, now))
    common = {
        "clinic": clinic,
        "client": client,
        "author": author,
        "portal_link": portal_link,
        "recorded_at": now,
    }
    if consultation is None:
        consultation = Consultation.objects.create(**common)
    newest = consultation.versions.order_by("-number").first()
    if (newest.number if newest else 0) != base:
        raise overtaken()
    version = ConsultationVersion(
        **common,
        consultation=consultation,
        number=base + 1,
        origin=origin,
        data=written,
        release_digest=known.knowledge.release.digest,
        overlay_digest=known.knowledge.overlay_digest,
    )
    if newest is not None:
        return supersede(old=newest, new=version)
    version.save(force_insert=True)
    return version
