"""Where everything lies."""

from __future__ import annotations

from django.urls import include, path, register_converter

from needlework.web.shared.converters import LanguageConverter

register_converter(LanguageConverter, "lang")

urlpatterns = [
    path("accounts/", include("needlework.web.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("clinic/", include("needlework.web.clinics.urls")),
    path("clinic/", include("needlework.web.staff.urls")),
    path("clinic/", include("needlework.web.audit.urls")),
    path("clinic/", include("needlework.web.alerts.urls")),
    path("clinic/", include("needlework.web.days.urls")),
    path("clinic/", include("needlework.web.records.urls")),
    path("clinic/", include("needlework.web.consultations.urls")),
    path("clinic/", include("needlework.web.clearances.urls")),
    path("clinic/", include("needlework.web.plans.urls")),
    path("clinic/", include("needlework.web.treatments.urls")),
    path("clinic/", include("needlework.web.measures.urls")),
    path("clinic/", include("needlework.web.blobs.urls")),
    path("clinic/", include("needlework.web.governance.urls")),
    path("", include("needlework.web.consents.urls")),
    path("", include("needlework.web.intake.urls")),
    path("", include("needlework.web.portal.urls")),
    path("", include("needlework.web.enquiries.urls")),
    path("", include("needlework.web.site.urls")),
]

handler400 = "needlework.web.errors.bad_request"
handler403 = "needlework.web.errors.permission_denied"
handler404 = "needlework.web.errors.not_found"
handler500 = "needlework.web.errors.server_error"
