"""What every test of the web app shares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.records import triggers
from tests.web import people


@pytest.fixture
def harbour(db: None) -> Clinic:
    return people.clinic()


@pytest.fixture
def elsewhere(db: None) -> Clinic:
    return people.clinic("elsewhere", name="Elsewhere Skin")


@pytest.fixture
def alice(harbour: Clinic) -> Membership:
    """Treats at Harbour."""
    return people.member(harbour, "practitioner", email="alice@harbour.example")


@pytest.fixture
def bea(harbour: Clinic) -> Membership:
    """At Harbour's desk."""
    return people.member(harbour, "reception", email="bea@harbour.example")


@pytest.fixture
def charlie(elsewhere: Clinic) -> Membership:
    """Treats in another clinic."""
    return people.member(elsewhere, "practitioner", email="charlie@elsewhere.example")


@pytest.fixture
def pat(harbour: Clinic) -> Client:
    """Harbour's client."""
    return people.person(harbour)


@pytest.fixture(autouse=True, scope="session")
def _flush_may_empty_append_only_tables() -> Iterator[None]:
    """Tests that commit are followed by a flush, which is the one thing that may delete records."""
    from django.db.backends.base.operations import BaseDatabaseOperations

    plain = BaseDatabaseOperations.execute_sql_flush

    def lifting(self: BaseDatabaseOperations, sql_list: Any) -> None:
        with triggers.lifted(self.connection.alias):
            plain(self, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", lifting)
        yield
