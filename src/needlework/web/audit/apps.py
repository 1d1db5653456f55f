from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "needlework.web.audit"
    label = "audit"

    def ready(self) -> None:
        from needlework.web.audit import signals

        signals.connect()
