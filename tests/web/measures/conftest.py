"""A client with a plan, and a browser of whoever treats."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations.models import ConsultationVersion
from tests.web import people
from tests.web.measures.course import consulted


@pytest.fixture
def version(pat: Client, alice: Membership) -> ConsultationVersion:
    return consulted(pat, alice)


@pytest.fixture
def desk(alice: Membership) -> Browser:
    return people.browser(alice)
