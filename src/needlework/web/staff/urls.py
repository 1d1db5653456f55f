from __future__ import annotations

from django.urls import path

from needlework.web.staff import views

app_name = "staff"
urlpatterns = [
    path("<slug:clinic>/me/", views.profile, name="profile"),
    path("<slug:clinic>/staff/", views.members, name="list"),
    path("<slug:clinic>/staff/new/", views.add, name="add"),
    path("<slug:clinic>/staff/<uuid:member>/", views.member, name="member"),
    path("<slug:clinic>/staff/<uuid:member>/change/", views.change, name="change"),
    path("<slug:clinic>/staff/<uuid:member>/leave/", views.leave, name="leave"),
    path("<slug:clinic>/staff/<uuid:member>/way-in/", views.way_in, name="way_in"),
    path("<slug:clinic>/staff/<uuid:member>/training/", views.train, name="train"),
    path(
        "<slug:clinic>/staff/<uuid:member>/training/<uuid:training>/error/",
        views.training_error,
        name="training_error",
    ),
]
