"""Runs of ids, and the bytes and digests that seals are made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from needlework.web.audit import chain
from needlework.web.audit.chain import Link
from needlework.web.audit.models import AuditEvent
from tests.web.people import NOW

IDS = some.sets(some.integers(1, 60))
CODE = UUID("00000000-0000-0000-0000-0000000000aa")


def row(**changed: Any) -> dict[str, Any]:
    plain = {
        "id": 7,
        "at": NOW,
        "request_id": CODE,
        "actor_id": CODE,
        "portal_link": None,
        "clinic_id": CODE,
        "client_id": None,
        "action": "clinics.client",
        "method": "GET",
        "status": 200,
        "outcome": "ok",
        "objects_seen": [{"type": "clinics.client", "id": "x"}],
        "address": "127.0.0.1",
        "user_agent": "Núñez\n",
    }
    return {**plain, **changed}


def link(**changed: Any) -> Link:
    plain: dict[str, Any] = {
        "number": 2,
        "form": 1,
        "previous": "a" * 64,
        "ranges": ((1, 3),),
        "high": 3,
        "count": 3,
        "gaps": (),
        "at": NOW,
    }
    return Link(**{**plain, **changed})


def test_every_column_of_a_row_is_in_the_newest_form() -> None:
    columns = {field.attname for field in AuditEvent._meta.concrete_fields}
    assert columns == set(chain.FIELDS[chain.FORM])


@given(IDS)
def test_runs_hold_the_same_ids(ids: set[int]) -> None:
    runs = chain.ranges_of(sorted(ids))
    assert [one for first, last in runs for one in range(first, last + 1)] == sorted(ids)
    assert chain.size(runs) == len(ids)
    assert all(left[1] + 1 < right[0] for left, right in pairwise(runs))


@given(IDS, IDS)
def test_runs_less_other_runs_are_sets_less_sets(ids: set[int], taken: set[int]) -> None:
    left = chain.without(chain.ranges_of(sorted(ids)), chain.ranges_of(sorted(taken)))
    assert left == chain.ranges_of(sorted(ids - taken))


@given(IDS, some.integers(0, 61))
def test_holding(ids: set[int], one: int) -> None:
    assert chain.holds(chain.ranges_of(sorted(ids)), one) == (one in ids)


def test_the_same_moment_elsewhere_is_the_same_bytes() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=-5)))
    assert chain.row_bytes(row(at=there), 1) == chain.row_bytes(row(), 1)


def test_a_row_is_one_line_of_plain_characters() -> None:
    told = chain.row_bytes(row(), 1)
    assert told.isascii()
    assert told.count(b"\n") == 1


def test_keys_in_another_order_are_the_same_bytes() -> None:
    """PostgreSQL gives the keys of JSON back in an order of its own."""
    turned = [{"id": "x", "type": "clinics.client"}]
    assert chain.row_bytes(row(objects_seen=turned), 1) == chain.row_bytes(row(), 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"id": 8},
        {"at": NOW + timedelta(microseconds=1)},
        {"request_id": UUID(int=1)},
        {"actor_id": None},
        {"portal_link": CODE},
        {"clinic_id": None},
        {"client_id": CODE},
        {"action": "x"},
        {"method": "HEAD"},
        {"status": 201},
        {"outcome": "refused"},
        {"objects_seen": []},
        {"address": None},
        {"user_agent": ""},
    ],
    ids=str,
)
def test_any_change_of_a_row_changes_the_digest(changed: dict[str, Any]) -> None:
    assert chain.digest(link(), [row(**changed)]) != chain.digest(link(), [row()])


@pytest.mark.parametrize(
    "changed",
    [
        {"number": 3},
        {"previous": "b" * 64},
        {"ranges": ((1, 2), (3, 3))},
        {"high": 4},
        {"count": 2},
        {"gaps": ((2, 2),)},
        {"at": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
    ids=str,
)
def test_any_change_of_a_seal_changes_the_digest(changed: dict[str, Any]) -> None:
    assert chain.digest(link(**changed), [row()]) != chain.digest(link(), [row()])


def test_the_form_that_is_in_use_is_pinned() -> None:
    """Whoever changes these bytes breaks every chain there is: make a new form instead."""
    assert chain.digest(link(), [row()]) == (
        "7d85856aad438d107811254148e1a583e0d18e0fbee728d404cc2f5bbae49978"
    )
