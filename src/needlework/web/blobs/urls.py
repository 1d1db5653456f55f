from __future__ import annotations

from django.urls import path

from needlework.web.blobs import views

app_name = "blobs"
urlpatterns = [
    path("<slug:clinic>/files/<uuid:blob>/", views.blob, name="blob"),
    path("<slug:clinic>/clients/<uuid:client>/photo/", views.photo, name="photo"),
]
