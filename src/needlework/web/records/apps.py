from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    name = "needlework.web.records"
    label = "records"

    def ready(self) -> None:
        from needlework.web.records.checks import triggers_stand

        # Sent once for each app when all have migrated; once is enough.
        post_migrate.connect(_make_triggers, sender=self)
        checks.register(triggers_stand, checks.Tags.database)


def _make_triggers(using: str, **sent: Any) -> None:
    from needlework.web.records import triggers

    triggers.create(using)
