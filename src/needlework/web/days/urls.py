from __future__ import annotations

from django.urls import path, register_converter

from needlework.web.days import views
from needlework.web.shared.converters import DayConverter

register_converter(DayConverter, "day")

app_name = "days"
_CLIENT = "<slug:clinic>/clients/<uuid:client>"
urlpatterns = [
    path("<slug:clinic>/days/<day:day>/", views.day, name="day"),
    path(f"{_CLIENT}/visits/new/", views.visit_new, name="visit_new"),
    path("<slug:clinic>/visits/<uuid:visit>/", views.visit, name="visit"),
    path("<slug:clinic>/visits/<uuid:visit>/cancel/", views.cancel, name="cancel"),
    path(f"{_CLIENT}/notes/", views.notes, name="notes"),
    path(
        f"{_CLIENT}/consultations/<uuid:consultation>/notes/",
        views.consultation_notes,
        name="consultation_notes",
    ),
]
