from __future__ import annotations

from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    name = "needlework.web.consultations"
    label = "consultations"
