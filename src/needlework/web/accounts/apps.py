from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "needlework.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        from needlework.web.accounts import signals

        signals.connect()
