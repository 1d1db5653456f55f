from __future__ import annotations

from django.urls import path

from needlework.web.intake import views

app_name = "intake"
_LINKS = "clinic/<slug:clinic>/clients/<uuid:client>/consultation-links"
urlpatterns = [
    path(f"{_LINKS}/", views.links_of, name="links"),
    path(f"{_LINKS}/new/", views.link_new, name="link_new"),
    path(f"{_LINKS}/<uuid:link>/end/", views.link_end, name="link_end"),
    path("l/<str:token>/consultation/", views.link, name="link"),
    path("my/consultation/", views.start, name="start"),
    path("my/consultation/language/", views.language, name="language"),
    path("my/consultation/summary/", views.summary, name="summary"),
    path("my/consultation/<slug:part>/", views.part, name="part"),
]
