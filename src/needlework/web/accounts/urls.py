from __future__ import annotations

from django.urls import path

from needlework.web.accounts import views

app_name = "accounts"
urlpatterns = [
    path("awake/", views.awake, name="awake"),
    path("lock/", views.lock_now, name="lock"),
    path("unlock/", views.unlock, name="unlock"),
    path("language/", views.language, name="language"),
]
