from __future__ import annotations

from django.apps import AppConfig


class DaysConfig(AppConfig):
    name = "needlework.web.days"
    label = "days"
