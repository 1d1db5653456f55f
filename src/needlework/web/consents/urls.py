from __future__ import annotations

from django.urls import path

from needlework.web.consents import views
from needlework.web.consents.portal_views import own, own_withdraw
from needlework.web.consents.tablet_views import copy, later, sign, signed

app_name = "consents"
_CLIENT = "clinic/<slug:clinic>/clients/<uuid:client>"
_OFFER = "clinic/<slug:clinic>/consents/<uuid:offer>"
urlpatterns = [
    path(f"{_CLIENT}/consents/", views.of_client, name="list"),
    path(f"{_CLIENT}/plans/<uuid:plan>/consent/", views.offer, name="offer"),
    path(f"{_OFFER}/", views.detail, name="detail"),
    path(f"{_OFFER}/hand-over/", views.hand_over, name="hand_over"),
    path(
        "clinic/<slug:clinic>/consents/given/<uuid:consent>/withdraw/",
        views.withdraw,
        name="withdraw",
    ),
    path("clinic/<slug:clinic>/consent-texts/", views.texts, name="texts"),
    path("sign/", sign, name="sign"),
    path("sign/later/", later, name="later"),
    path("sign/done/", signed, name="signed"),
    path("sign/copy.pdf", copy, name="copy"),
    path("my/consents/", own, name="own"),
    path("my/consents/<uuid:consent>/withdraw/", own_withdraw, name="own_withdraw"),
]
