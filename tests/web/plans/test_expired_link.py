"""Where answers have expired, the page of the signature leads to the one that asks them again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consultations.models import ConsultationVersion
from tests.web import people
from tests.web.plans.signed import approve_all, consulted, sign_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def director(harbour: Clinic) -> Membership:
    made = people.member(harbour, "medical-director", email="dora@harbour.example")
    approve_all(made)
    return made


def pages(version: ConsultationVersion) -> tuple[str, str]:
    where = (version.clinic.slug, version.client_id, version.consultation_id)
    return reverse("consultations:again", args=where), reverse("consultations:edit", args=where)


@pytest.mark.parametrize("role", ["practitioner", "medical-director"])
def test_expired_answers_are_one_step_from_being_asked_again(
    role: str, harbour: Clinic, director: Membership, pat: Client, alice: Membership
) -> None:
    yesterday = today_in(harbour, timezone.now()) - timedelta(days=1)
    version = consulted(pat, alice, date=yesterday)
    browser = people.browser(alice if role == "practitioner" else director)
    page = browser.get(sign_address(version)).content.decode()
    again, _edit = pages(version)
    assert f'href="{again}">Ask again what has expired</a>' in page
    opened = browser.get(again)
    assert opened.status_code == 200
    assert "No answer has expired." not in opened.content.decode()


def test_an_open_question_that_was_never_answered_leads_to_the_consultation(
    director: Membership, pat: Client, alice: Membership
) -> None:
    said: dict[str, Any] = {"history": {}}
    version = consulted(pat, alice, **said)
    page = people.browser(alice).get(sign_address(version)).content.decode()
    again, edit = pages(version)
    assert f'href="{edit}"' in page
    assert f'href="{again}"' not in page
