from __future__ import annotations

from django.urls import path

from needlework.web.site import views

app_name = "site"
urlpatterns = [
    path("", views.start, name="start"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("<lang:lang>/", views.clinics, name="clinics"),
    path("<lang:lang>/<slug:clinic>/", views.home, name="home"),
    path("<lang:lang>/<slug:clinic>/skin/", views.skin, name="skin"),
    path(
        "<lang:lang>/<slug:clinic>/skin/microneedling/", views.microneedling, name="microneedling"
    ),
    path(
        "<lang:lang>/<slug:clinic>/skin/microneedling/self-check/",
        views.self_check,
        name="self_check",
    ),
]
