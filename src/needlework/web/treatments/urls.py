from __future__ import annotations

from django.urls import path

from needlework.web.treatments import views

app_name = "treatments"
_ONE = "<slug:clinic>/clients/<uuid:client>/sessions/<uuid:treatment>/"
urlpatterns = [
    path(_ONE, views.detail, name="detail"),
    path(f"{_ONE}link/", views.link_new, name="link_new"),
    path(f"{_ONE}link/sheet.pdf", views.link_sheet, name="link_sheet"),
    path("<slug:clinic>/reports/<uuid:report>/", views.report, name="report"),
    path("<slug:clinic>/reports/<uuid:report>/seen/", views.report_seen, name="report_seen"),
]
