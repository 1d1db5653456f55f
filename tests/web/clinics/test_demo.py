"""The demo: made once, only where it is asked for, and never among real records."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from needlework.web.clinics.models import Client, Clinic
from tests.web import people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked_for(settings: LazySettings) -> None:
    settings.DEMO = True


def made() -> dict[str, object]:
    out = StringIO()
    call_command("demo", "--json", stdout=out)
    told: dict[str, object] = json.loads(out.getvalue())
    return told


def test_it_is_made_once_with_a_fresh_link_each_time() -> None:
    first = made()
    clients = Client.objects.count()
    second = made()
    assert clients == Client.objects.count()
    assert all(clinic.is_demo for clinic in Clinic.objects.all())
    assert first["staff"] == second["staff"]
    assert first["client_link"] != second["client_link"]


def test_it_is_made_while_it_is_still_yesterday_at_the_clinic() -> None:
    from needlework.web.demo.build import build

    assert build(datetime(2026, 11, 23, 2, tzinfo=UTC)).staff


def test_it_is_refused_beside_a_real_clinic() -> None:
    people.clinic()
    with pytest.raises(CommandError, match="real clinic"):
        made()


def test_it_is_refused_where_nobody_asked(settings: LazySettings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="NEEDLEWORK_DEMO"):
        made()
    assert not Clinic.objects.exists()
