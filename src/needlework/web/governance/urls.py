from __future__ import annotations

from django.urls import path

from needlework.web.governance import views

app_name = "governance"
urlpatterns = [
    path("<slug:clinic>/knowledge/", views.topics, name="topics"),
    path("<slug:clinic>/knowledge/claims/", views.claims, name="claims"),
    path("<slug:clinic>/knowledge/claims/confirm/", views.confirm, name="confirm"),
    path("<slug:clinic>/knowledge/claims/approve/", views.approve, name="approve"),
    path("<slug:clinic>/knowledge/claims/<str:claim>/", views.claim, name="claim"),
    path("<slug:clinic>/knowledge/claims/<str:claim>/decide/", views.decide, name="decide"),
    path(
        "<slug:clinic>/knowledge/claims/<str:claim>/treated.csv",
        views.treated_csv,
        name="treated_csv",
    ),
    path("<slug:clinic>/knowledge/releases/", views.releases, name="releases"),
    path("<slug:clinic>/knowledge/products/", views.products, name="products"),
    path("<slug:clinic>/knowledge/products/change/", views.list_product, name="list_product"),
]
