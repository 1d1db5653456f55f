from __future__ import annotations

from django.apps import AppConfig


class ClearancesConfig(AppConfig):
    name = "needlework.web.clearances"
    label = "clearances"
