from __future__ import annotations

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "needlework.web.staff"
    label = "staff"
