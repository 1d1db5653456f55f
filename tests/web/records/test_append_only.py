# ruff: noqa: S608 - tables and columns are our own
"""Records are appended: neither our code, nor raw SQL, nor a migration can change that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import Error, IntegrityError, connection, models, transaction
from django.utils import timezone

from needlework.web.audit.models import AuditEvent, AuditSeal
from needlework.web.blobs.models import Blob
from needlework.web.clearances.models import Clearance
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.web.governance.models import UsedRelease
from needlework.web.plans.models import PlanClaim, PlanDay
from needlework.web.records import triggers
from needlework.web.records.checks import triggers_stand
from needlework.web.records.models import Record, Retraction

pytestmark = pytest.mark.django_db

ON_SQLITE = pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="this is a way that SQLite alone has"
)
ON_POSTGRES = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="this is a way that PostgreSQL alone has"
)


@pytest.fixture
def said(pat: Client, alice: Membership) -> Consultation:
    return Consultation.objects.create(
        clinic=pat.clinic, client=pat, author=alice.user, recorded_at=timezone.now()
    )


def run(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def refused(sql: str, *values: Any) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        run(sql, *values)


def key(record: Record) -> str:
    """The id as the engine writes it."""
    return record.pk.hex if connection.vendor == "sqlite" else str(record.pk)


# --- which tables -----------------------------------------------------------------------------


def test_every_record_is_on_the_list() -> None:
    records = {model for model in apps.get_models() if issubclass(model, Record)}
    assert {Blob, Consultation} < records
    others = {Retraction, AuditEvent, AuditSeal, UsedRelease, PlanClaim, PlanDay}
    assert set(triggers.append_only_models()) == records | others


def test_each_table_has_its_triggers() -> None:
    assert triggers.missing() == []
    tables = {trigger.table for trigger in triggers.wanted(connection)}
    assert tables == {model._meta.db_table for model in triggers.append_only_models()}


@pytest.mark.parametrize("model", triggers.append_only_models(), ids=lambda m: m.__name__)
def test_raw_changes_are_refused_in_every_table(model: type[models.Model]) -> None:
    """A table without a row would refuse nothing, so each gets one past its foreign keys."""
    table = connection.ops.quote_name(model._meta.db_table)
    columns = {field.column: _some(field) for field in model._meta.concrete_fields}
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join(["%s"] * len(columns))
    insert = f"INTO {table} ({names}) VALUES ({marks})"
    pk = model._meta.pk
    assert pk is not None
    with transaction.atomic(), unchecked(model):
        if connection.vendor == "postgresql":
            refused(f"TRUNCATE {table} CASCADE")
        run(f"INSERT {insert}", *columns.values())
        refused(f'UPDATE {table} SET "{pk.column}" = "{pk.column}"')
        refused(f"DELETE FROM {table}")
        refused(
            f"INSERT {insert} ON CONFLICT ({pk.column}) DO UPDATE SET "
            f'"{pk.column}" = excluded."{pk.column}"',
            *columns.values(),
        )
        if connection.vendor == "sqlite":
            refused(f"INSERT OR REPLACE {insert}", *columns.values())
            refused(f"UPDATE OR REPLACE {table} SET rowid = rowid + 1")
        # The row names clients and clinics that do not exist, which a commit would not forgive.
        transaction.set_rollback(True)


@contextmanager
def unchecked(model: type[models.Model]) -> Iterator[None]:
    """Without the checks of values: any row will do to see whether it can be changed."""
    if connection.vendor == "sqlite":
        connection.connection.execute("PRAGMA ignore_check_constraints = ON")
    else:
        for rule in model._meta.constraints:
            if isinstance(rule, models.CheckConstraint):
                run(f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{rule.name}"')
    try:
        yield
    finally:
        if connection.vendor == "sqlite":
            connection.connection.execute("PRAGMA ignore_check_constraints = OFF")


def _some(field: models.Field[Any, Any]) -> Any:
    """A value that a column takes."""
    if isinstance(field, models.ForeignKey) and field.name != "supersedes":
        return _some(field.target_field)
    if field.null:
        return None
    uuid = "00000000-0000-0000-0000-000000000001"
    value: Any = {
        models.UUIDField: uuid.replace("-", "") if connection.vendor == "sqlite" else uuid,
        models.DateTimeField: "2026-11-22 12:00:00+00:00",
        models.DateField: "2026-11-22",
        models.TimeField: "12:00",
        models.BooleanField: True,
        models.FloatField: 1.0,
        models.JSONField: "[]",
    }.get(type(field))
    if value is not None:
        return value
    return 1 if "Integer" in type(field).__name__ or "Auto" in type(field).__name__ else "x"


# --- ways around ------------------------------------------------------------------------------


def test_our_own_code_cannot_either(said: Consultation) -> None:
    said.recorded_at = timezone.now()
    ways: list[Callable[[], Any]] = [
        said.save,
        said.delete,
        lambda: Consultation.objects.update(recorded_at=timezone.now()),
        lambda: Consultation.objects.all().delete(),
        lambda: Consultation.objects.bulk_update([said], ["recorded_at"]),
        lambda: Consultation.objects.bulk_create(
            [said],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["recorded_at"],
        ),
    ]
    for change in ways:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    assert Consultation.objects.get().recorded_at < said.recorded_at


@pytest.fixture
def plain_sqlite() -> Iterator[None]:
    """Without the pragma that lets a trigger on DELETE see what a replacement deletes."""
    run("PRAGMA recursive_triggers = OFF")
    yield
    run("PRAGMA recursive_triggers = ON")


@ON_SQLITE
@pytest.mark.usefixtures("plain_sqlite")
def test_replacing_is_refused_by_each_thing_that_is_unique(said: Consultation, pat: Client) -> None:
    """INSERT OR REPLACE also deletes a row that stands in the way by another unique column."""
    next_one = Consultation.objects.create(
        clinic=pat.clinic, client=pat, recorded_at=timezone.now(), supersedes=said
    )
    columns = "id, clinic_id, client_id, recorded_at, supersedes_id"
    values = f"'{'1' * 32}', '{pat.clinic_id.hex}', '{pat.pk.hex}', '2026-11-22', '{key(said)}'"
    refused(f"INSERT OR REPLACE INTO consultations_consultation ({columns}) VALUES ({values})")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rowid FROM consultations_consultation WHERE id = %s", [key(next_one)]
        )
        rowid = cursor.fetchone()[0]
    values = values.replace(f"'{key(said)}'", "NULL")
    refused(
        f"INSERT OR REPLACE INTO consultations_consultation (rowid, {columns}) "
        f"VALUES ({rowid}, {values})"
    )
    assert Consultation.objects.count() == 2


@ON_SQLITE
def test_replacing_is_refused_where_an_index_holds_for_some_rows_alone(
    said: Consultation, pat: Client, alice: Membership
) -> None:
    """One beginning of a chain: a second one would take the first away."""
    version = ConsultationVersion.objects.create(
        clinic=pat.clinic,
        client=pat,
        recorded_at=timezone.now(),
        consultation=said,
        number=1,
        data={},
        release_digest="x",
    )
    given = {
        "clinic": pat.clinic,
        "client": pat,
        "author": alice.user,
        "recorded_at": timezone.now(),
        "consultation": version.consultation,
        "rule": "C9",
        "zones": [],
        "ground": "override",
        "role": "C",
        "clinician": alice,
        "clinician_name": "Alice",
        "given_on": "2026-11-22",
        "reach": "course",
        "valid_until": "2026-11-23",
    }
    first = Clearance.objects.create(**given, outcome="refused")
    table = Clearance._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True))
    row |= {"id": "1" * 32, "outcome": "cleared"}
    marks = ", ".join(["%s"] * len(names))
    replace = f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({marks})"
    refused(replace, *row.values())
    # After the first in its chain it stands in nobody's way.
    run(replace, *{**row, "supersedes_id": key(first)}.values())
    assert Clearance.objects.count() == 2


@ON_SQLITE
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_not_ours_is_refused_too() -> None:
    """Somebody with the file and SQLite's own shell, where no pragma of ours is on."""
    from tests.web import people

    place = people.clinic()
    kept = Consultation.objects.create(clinic=place, recorded_at=timezone.now())
    stranger = sqlite3.connect(connection.settings_dict["NAME"])
    columns = "id, clinic_id, recorded_at"
    row = f"'{kept.pk.hex}', '{place.pk.hex}', '1999-01-01'"
    try:
        for sql in (
            "UPDATE consultations_consultation SET recorded_at = '1999-01-01'",
            "DELETE FROM consultations_consultation",
            f"REPLACE INTO consultations_consultation ({columns}) VALUES ({row})",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                stranger.execute(sql)
            stranger.rollback()
    finally:
        stranger.close()


@ON_SQLITE
def test_our_own_connections_have_the_pragma_on() -> None:
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA recursive_triggers").fetchone() == (1,)


@ON_POSTGRES
def test_playing_replica_does_not_switch_them_off(said: Consultation) -> None:
    with transaction.atomic():
        run("SET LOCAL session_replication_role = replica")
        refused("DELETE FROM consultations_consultation")


# --- after a migration ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_table_that_a_migration_rebuilds_refuses_again() -> None:
    """A real change of a column: SQLite makes a new table for it, without the triggers."""
    old = Blob._meta.get_field("media_type")
    new = models.CharField(max_length=50)
    new.set_attributes_from_name("media_type")
    new.model = Blob
    for before, after in ((old, new), (new, old)):
        with connection.schema_editor() as editor:
            editor.alter_field(Blob, before, after)
        lost = {trigger.table for trigger in triggers.missing()}
        assert lost == ({Blob._meta.db_table} if connection.vendor == "sqlite" else set())
        call_command("migrate", verbosity=0)
        assert triggers.missing() == []


def drop_one() -> None:
    on = f' ON "{Blob._meta.db_table}"' if connection.vendor == "postgresql" else ""
    first = next(one for one in triggers.wanted(connection) if one.table == Blob._meta.db_table)
    run(f'DROP TRIGGER "{first.name}"{on}')


def weaken_one() -> None:
    """The name is there, and the trigger does nothing."""
    first = next(one for one in triggers.wanted(connection) if one.table == Blob._meta.db_table)
    if connection.vendor == "postgresql":
        run(f'ALTER TABLE "{first.table}" DISABLE TRIGGER "{first.name}"')
    else:
        run(f'DROP TRIGGER "{first.name}"')
        run(f'CREATE TRIGGER "{first.name}" BEFORE UPDATE ON "{first.table}" BEGIN SELECT 1; END')


@pytest.mark.parametrize("harm", [drop_one, weaken_one])
def test_a_missing_trigger_is_told_and_made_anew(harm: Callable[[], None]) -> None:
    assert triggers_stand(databases=["default"]) == []
    call_command("records_check", stdout=StringIO())
    harm()
    told = triggers_stand(databases=["default"])
    assert [message.id for message in told] == ["records.W001"]
    assert Blob._meta.db_table in told[0].msg
    with pytest.raises(CommandError, match="migrate"):
        call_command("records_check", stderr=StringIO())
    call_command("migrate", verbosity=0, stderr=StringIO())
    assert triggers_stand(databases=["default"]) == []


@ON_POSTGRES
def test_a_function_that_was_hollowed_out_is_told() -> None:
    run(
        "CREATE OR REPLACE FUNCTION needlework_refuse() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RETURN NEW; END $$"
    )
    assert len(triggers.missing()) == len(triggers.wanted(connection))
    triggers.create()
    assert triggers.missing() == []


def test_lifted_for_a_moment_they_come_back(said: Consultation) -> None:
    with triggers.lifted():
        Consultation.objects.all().delete()
    assert triggers.missing() == []
    assert not Consultation.objects.exists()


def test_no_system_check_speaks_of_a_database_that_was_not_asked_for() -> None:
    assert triggers_stand(databases=None) == []


def test_appending_is_not_hindered(pat: Client) -> None:
    Consultation.objects.create(clinic=pat.clinic, client=pat, recorded_at=timezone.now())
    with pytest.raises(Error), transaction.atomic():
        run("INSERT INTO consultations_consultation (id) VALUES ('x')")
    assert Consultation.objects.count() == 1
