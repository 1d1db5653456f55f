from __future__ import annotations

from django.urls import path

from needlework.web.audit import views

app_name = "audit"
urlpatterns = [
    path("<slug:clinic>/audit/", views.events, name="events"),
    path("<slug:clinic>/audit/check/", views.check, name="check"),
]
