"""What a document prints of a clinic is what its pages say."""

from __future__ import annotations

import pytest

from needlework.web.clinics.cards import clinic_card
from tests.web import people

pytestmark = pytest.mark.django_db


def test_paper_has_the_places_emergency_number_where_the_clinic_gave_none() -> None:
    assert clinic_card(people.clinic(emergency_number="")).emergency_number == "911"
    assert clinic_card(people.clinic("x", emergency_number="112")).emergency_number == "112"
