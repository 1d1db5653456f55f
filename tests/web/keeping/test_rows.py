"""Rows as lines, and the digest that compares them on both engines."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import Client, Clinic
from needlework.web.governance.models import UsedRelease
from needlework.web.keeping.rows import Digest, digest_of, insert, line, plain, read
from needlework.web.keeping.ways import every
from tests.web import people


def told(*rows: dict[str, Any]) -> dict[str, Any]:
    made = Digest()
    for row in rows:
        made.add(row)
    return made.told


def test_order_makes_no_difference_and_anything_else_does() -> None:
    one, two = {"id": 1, "word": "a"}, {"id": 2, "word": "b"}
    assert told(one, two) == told(two, one)
    for other in (
        told(one),
        told(one, two, two),
        told(one, {**two, "word": "c"}),
        told(one, {**two, "word": None}),
        told({"id": 1, "word": "b"}, {"id": 2, "word": "a"}),
    ):
        assert other != told(one, two)


def test_numbers_count_however_an_engine_writes_them() -> None:
    assert told({"x": [1.0, -0.0, 1e16]}) == told({"x": [1, 0, 10**16]})
    assert told({"x": 1e-7}) != told({"x": 0})
    assert told({"x": True}) != told({"x": "true"})


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), "2026-01-02T03:04:05.000006+00:00"),
        (
            datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=2))),
            "2026-01-02T01:00:00.000000+00:00",
        ),
        (date(2026, 1, 2), "2026-01-02"),
        (time(9, 30), "09:30:00"),
        (timedelta(days=1, seconds=2), "P1DT00H00M02S"),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (Decimal("1.50"), "1.50"),
        (b"\x00\xff", "AP8="),
        (None, None),
        ({"a": [1]}, {"a": [1]}),
    ],
)
def test_values_are_held_as_json(value: Any, held: Any) -> None:
    assert plain(value) == held


@pytest.mark.django_db
def test_rows_come_back_as_they_were() -> None:
    clinic = people.clinic(about="two\nlines\u2028and µ", altitude_m=0.1)
    Client.objects.create(clinic=clinic, name="Zoë", birth_date=date(1988, 4, 12))
    UsedRelease.objects.create(
        digest="c" * 64,
        name="x",
        claims=[1.0, 1e-7, 1e16, -0.0, "\n", None],
        first_used_at=people.NOW,
    )
    for model in (Clinic, Client):
        before = [json.loads(line(row)) for row in read(every(model))]
        digest = digest_of(every(model))
        Client.objects.all().delete()
        if model is Clinic:
            Clinic.objects.all().delete()
        insert(model, before, "default")
        assert digest_of(every(model)) == digest
        assert list(read(every(model))) == before
        if model is Clinic:
            Client.objects.create(clinic_id=before[0]["id"], name="Zoë")


@pytest.mark.django_db
def test_a_moment_is_kept_to_the_microsecond() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    row = {
        **{column.attname: None for column in AuditEvent._meta.concrete_fields},
        "id": 900_000,
        "at": plain(moment),
        "request_id": str(UUID(int=1)),
        "action": "x",
        "method": "",
        "status": 200,
        "outcome": "ok",
        "objects_seen": [],
        "user_agent": "",
    }
    insert(AuditEvent, [row], "default")
    assert AuditEvent.objects.get(pk=900_000).at == moment
