from __future__ import annotations

from django.urls import path

from needlework.web.clinics import views

app_name = "clinics"
urlpatterns = [
    path("", views.choose, name="choose"),
    path("<slug:clinic>/", views.home, name="home"),
    path("<slug:clinic>/clients/", views.clients, name="clients"),
    path("<slug:clinic>/clients/new/", views.client_new, name="client_new"),
    path("<slug:clinic>/clients/<uuid:client>/", views.client, name="client"),
    path("<slug:clinic>/clients/<uuid:client>/edit/", views.client_edit, name="client_edit"),
    path(
        "<slug:clinic>/clients/<uuid:client>/versions/",
        views.client_versions,
        name="client_versions",
    ),
]
