from __future__ import annotations

from django.urls import path

from needlework.web.records.kinds import KINDS
from needlework.web.records.views import error_view

app_name = "records"
urlpatterns = [
    path(
        f"<slug:clinic>/records/{kind.name}/<uuid:{kind.name}>/error/",
        error_view(kind),
        name=kind.name,
    )
    for kind in KINDS
]
