from __future__ import annotations

from django.urls import path

from needlework.web.consultations import views

app_name = "consultations"
_CLIENT = "<slug:clinic>/clients/<uuid:client>/consultations"
_ONE = f"{_CLIENT}/<uuid:consultation>"
urlpatterns = [
    path(f"{_CLIENT}/new/", views.new, name="new"),
    path(f"{_CLIENT}/new/assessment/", views.assessment_new, name="assessment_new"),
    path(f"{_ONE}/", views.detail, name="detail"),
    path(f"{_ONE}/edit/", views.edit, name="edit"),
    path(f"{_ONE}/again/", views.again, name="again"),
    path(f"{_ONE}/assessment/", views.assessment, name="assessment"),
    path(f"{_ONE}/plan/", views.plan, name="plan"),
    path(f"{_ONE}/plan.pdf", views.plan_pdf, name="plan_pdf"),
    path(f"{_ONE}/consent.pdf", views.consent_pdf, name="consent_pdf"),
    path(f"{_ONE}/schedule.ics", views.schedule_ics, name="schedule_ics"),
    path(f"{_ONE}/schedule.csv", views.schedule_csv, name="schedule_csv"),
]
