from __future__ import annotations

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    name = "needlework.web.consents"
    label = "consents"
