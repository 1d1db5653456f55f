from __future__ import annotations

from django.urls import path

from needlework.web.alerts import views

app_name = "alerts"
urlpatterns = [
    path("<slug:clinic>/withdrawals/", views.withdrawals, name="withdrawals"),
    path(
        "<slug:clinic>/withdrawals/<uuid:withdrawal>/seen/",
        views.withdrawal_seen,
        name="withdrawal_seen",
    ),
]
