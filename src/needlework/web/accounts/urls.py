from __future__ import annotations

from django.urls import path

from needlework.web.accounts import views

app_name = "accounts"
urlpatterns = [
    path("awake/", views.awake, name="awake"),
    path("lock/", views.lock_now, name="lock"),
    path("unlock/", views.unlock, name="unlock"),
    path("sessions/", views.own_sessions, name="sessions"),
    path("sessions/end/", views.session_end, name="session_end"),
    path("language/", views.language, name="language"),
]
