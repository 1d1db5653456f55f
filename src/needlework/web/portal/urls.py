from __future__ import annotations

from django.urls import path

from needlework.web.blobs.views import own_blob
from needlework.web.portal import views

app_name = "portal"
urlpatterns = [
    path("l/<str:token>/", views.link, name="link"),
    path("my/", views.today, name="today"),
    path("my/days/", views.days, name="days"),
    path("my/aftercare.pdf", views.sheet, name="sheet"),
    path("my/symptoms/", views.symptoms, name="symptoms"),
    path("my/symptoms/<uuid:report>/", views.answer, name="answer"),
    path("my/products/", views.products, name="products"),
    path("my/sun/", views.sun, name="sun"),
    path("my/files/<uuid:blob>/", own_blob, name="file"),
    path("my/leave/", views.leave, name="leave"),
]
