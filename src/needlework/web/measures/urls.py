from __future__ import annotations

from django.urls import path

from needlework.web.measures import views

app_name = "measures"
_CLIENT = "<slug:clinic>/clients/<uuid:client>/measures"
urlpatterns = [
    path(f"{_CLIENT}/", views.listed, name="list"),
    path(f"{_CLIENT}/new/", views.add, name="add"),
    path(f"{_CLIENT}/forecast/", views.forecast, name="forecast"),
    path(f"{_CLIENT}/<uuid:measure>/", views.correct, name="correct"),
]
