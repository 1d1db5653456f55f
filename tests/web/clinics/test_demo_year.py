"""The demo's year: every phototype, every story, and nothing that a clinic could not come to."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from django.utils import timezone

from needlework.web.clearances.selectors import open_requests
from needlework.web.clinics.models import Client, Clinic
from needlework.web.consents.models import TREATMENT, Consent, ConsentSignature, Withdrawal
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.selectors import judged
from needlework.web.demo.build import build
from needlework.web.demo.year import CLIENTS, build_year, people
from needlework.web.knowledge import known_for
from needlework.web.plans.models import SignedPlan
from needlework.web.plans.services import is_whole
from needlework.web.treatments.models import TreatmentSession


def test_the_same_people_for_the_same_day() -> None:
    today = date(2026, 11, 22)
    made = list(people(today))
    assert made == list(people(today))
    assert len({person.name for person in made}) == len(made) == CLIENTS
    assert {person.phototype for person in made} == {"I", "II", "III", "IV", "V", "VI"}
    assert all(person.came_on <= today for person in made)
    stories = {person.story["name"] for person in made}
    assert {"pregnant", "keloid", "too young", "nothing against it"} <= stories


@pytest.mark.django_db
def test_a_year_is_built_once_by_the_services_of_the_pages() -> None:
    build(timezone.now())
    before = set(Client.objects.all())
    assert build_year(timezone.now()) == CLIENTS
    assert build_year(timezone.now()) == 0
    assert Client.objects.count() == len(before) + CLIENTS
    clinic = Clinic.objects.get(slug="harbour-skin")
    known = known_for(clinic)
    verdicts = {
        zone.status
        for version in ConsultationVersion.objects.filter(clinic=clinic)
        for zone in judged(version, known).plan.zones
    }
    assert {"planned", "refused", "deferred", "not-enough-known", "needs-clearance"} <= verdicts
    plans = list(SignedPlan.objects.all())
    assert len(plans) >= 8
    assert all(is_whole(plan) for plan in plans)
    held = TreatmentSession.objects.filter(plan__isnull=False)
    assert held.count() >= len(plans)
    assert all(session.plan.client == session.client for session in held if session.plan)
    assert open_requests(clinic).exists()
    consents: dict[UUID | None, Consent] = {
        one.signature.offer.plan_id: one for one in Consent.objects.filter(use=TREATMENT)
    }
    for session in held.exclude(client__in=before):
        assert consents[session.plan_id].recorded_at < session.ended_at
    assert {one.offer.language for one in ConsentSignature.objects.all()} == {"en", "es"}
    assert Withdrawal.objects.exclude(consent__use=TREATMENT).exists()
