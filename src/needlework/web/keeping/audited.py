"""The audit's row of what somebody did by a command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Model

from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import Client, Clinic


def write(
    action: str,
    *,
    now: datetime,
    clinic: Clinic | None = None,
    client: Client | None = None,
    also: Sequence[Mapping[str, str]] = (),
) -> None:
    """Who has the machine is nobody whom the database knows; the row says what and when.

    `also` are further objects, by type and id.
    """
    touched: list[Model] = [row for row in (clinic, client) if row is not None]
    AuditEvent.objects.create(
        at=now,
        action=action,
        status=0,
        outcome="ok",
        clinic=clinic,
        client=client,
        objects_seen=[
            *({"type": row._meta.label_lower, "id": str(row.pk)} for row in touched),
            *also,
        ],
    )
