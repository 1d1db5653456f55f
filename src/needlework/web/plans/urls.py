from __future__ import annotations

from django.urls import path

from needlework.web.plans import views

app_name = "plans"
_CONSULTATION = "<slug:clinic>/clients/<uuid:client>/consultations/<uuid:consultation>"
urlpatterns = [
    path(f"{_CONSULTATION}/sign/", views.sign, name="sign"),
    path(f"{_CONSULTATION}/outlook/", views.outlook, name="outlook"),
    path("<slug:clinic>/clients/<uuid:client>/plans/<uuid:plan>/", views.detail, name="detail"),
]
