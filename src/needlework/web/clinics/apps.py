from __future__ import annotations

from django.apps import AppConfig


class ClinicsConfig(AppConfig):
    name = "needlework.web.clinics"
    label = "clinics"
