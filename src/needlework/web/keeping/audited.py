"""The audit's row of what somebody did by a command."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Model

from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import Client, Clinic


def write(
    action: str, *, now: datetime, clinic: Clinic | None = None, client: Client | None = None
) -> None:
    """Who has the machine is nobody whom the database knows; the row says what and when."""
    touched: list[Model] = [row for row in (clinic, client) if row is not None]
    AuditEvent.objects.create(
        at=now,
        action=action,
        status=0,
        outcome="ok",
        clinic=clinic,
        client=client,
        objects_seen=[{"type": row._meta.label_lower, "id": str(row.pk)} for row in touched],
    )
