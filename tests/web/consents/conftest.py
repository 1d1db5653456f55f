"""A clinic that approved what it treats by, a plan signed there, and a consent offered for it."""

from __future__ import annotations

import pytest

from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consents.models import ConsentOffer
from needlework.web.plans.models import SignedPlan
from tests.web import people
from tests.web.consents.given import offered, plan_of
from tests.web.plans.signed import approve_all


@pytest.fixture
def director(harbour: Clinic) -> Membership:
    made = people.member(harbour, "medical-director", email="dora@harbour.example")
    approve_all(made)
    return made


@pytest.fixture
def plan(director: Membership, pat: Client, alice: Membership) -> SignedPlan:
    return plan_of(pat, alice)


@pytest.fixture
def offer(plan: SignedPlan, alice: Membership) -> ConsentOffer:
    return offered(plan, alice)
