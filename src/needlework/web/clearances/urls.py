from __future__ import annotations

from django.urls import path

from needlework.web.clearances import views

app_name = "clearances"
_CONSULTATION = "<slug:clinic>/clients/<uuid:client>/consultations/<uuid:consultation>"
urlpatterns = [
    path("<slug:clinic>/clearances/", views.waiting, name="waiting"),
    path("<slug:clinic>/clearances/<uuid:asked>/", views.answer, name="answer"),
    path("<slug:clinic>/clearances/<uuid:asked>/remind/", views.remind, name="remind"),
    path("<slug:clinic>/clearances/<uuid:asked>/close/", views.close, name="close"),
    path(f"{_CONSULTATION}/clearances/", views.findings, name="list"),
    path(f"{_CONSULTATION}/clearances/<str:finding>/ask/", views.ask, name="ask"),
    path(f"{_CONSULTATION}/clearances/<str:finding>/override/", views.override, name="override"),
]
