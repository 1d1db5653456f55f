from __future__ import annotations

from django.urls import path

from needlework.web.enquiries import views

app_name = "enquiries"
urlpatterns = [
    path("<lang:lang>/<slug:clinic>/ask/", views.ask, name="ask"),
    path("clinic/<slug:clinic>/requests/", views.requests, name="requests"),
    path("clinic/<slug:clinic>/requests/<uuid:enquiry>/step/", views.step, name="step"),
    path(
        "clinic/<slug:clinic>/requests/<uuid:enquiry>/client/", views.client_new, name="client_new"
    ),
]
