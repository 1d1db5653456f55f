from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GovernanceConfig(AppConfig):
    name = "needlework.web.governance"
    label = "governance"

    def ready(self) -> None:
        # Sent after each migration, and so at each start of `needlework serve`.
        post_migrate.connect(_note_release, sender=self)


def _note_release(using: str, **sent: Any) -> None:
    from django.db import connections
    from django.utils import timezone

    from needlework.web.governance.models import UsedRelease
    from needlework.web.governance.releases import note_release

    # Migrated back to before this app, there is no table.
    if using == "default" and UsedRelease._meta.db_table in (
        connections[using].introspection.table_names()
    ):
        note_release(now=timezone.now())
