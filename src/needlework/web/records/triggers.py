"""The database itself refuses to change or delete a row that may only be appended.

Which tables: those of every model with `is_append_only`. The triggers are made after each
migration, since SQLite drops a table's triggers when Django rebuilds the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.apps import apps
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from msgspec import Struct

PREFIX: Final = "needlework_keep_"
_FUNCTION: Final = "needlework_refuse"
_BODY: Final = """
BEGIN
    RAISE EXCEPTION '% is append-only: rows are neither changed nor deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
"""
_ON_SQLITE: Final = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
# Rules are PostgreSQL's other way to do something else than was asked for.
_ON_POSTGRES: Final = (
    "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)"
    " UNION SELECT c.relname, r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class"
    " WHERE pg_table_is_visible(c.oid)"
)
# Bits of pg_trigger.tgtype: row 1, before 2, delete 8, update 16, truncate 32.
_POSTGRES_TYPES: Final = {"row": 1 + 2 + 8 + 16, "truncate": 2 + 32}


class Trigger(Struct, frozen=True):
    """One trigger: its table, its name, and the statement that makes it."""

    table: str
    name: str
    sql: str


def append_only_models() -> list[type[models.Model]]:
    """Every model with the mark, and the tables that join such models to others."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if _is_append_only(model) and model._meta.managed and not model._meta.proxy
    ]


def wanted(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """The triggers that the database should have, for the tables that it has."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    tables = [model for model in append_only_models() if model._meta.db_table in there]
    make = _sqlite if connection.vendor == "sqlite" else _postgres
    return [trigger for model in tables for trigger in make(connection, model)]


def create(using: str = "default") -> None:
    """Make the triggers, in the place of any of the same names."""
    connection = connections[using]
    _known(connection)
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A table cannot be altered while foreign keys wait to be checked.
            connection.check_constraints()
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger "
                f"LANGUAGE plpgsql AS $body${_BODY}$body$"
            )
        for trigger in wanted(connection):
            _drop_one(connection, cursor, trigger)
            cursor.execute(trigger.sql)
            if connection.vendor == "postgresql":
                # ALWAYS: also where a session plays replica, in which triggers are off.
                cursor.execute(
                    f"ALTER TABLE {_quoted(connection, trigger.table)} "
                    f"ENABLE ALWAYS TRIGGER {_quoted(connection, trigger.name)}"
                )


def drop(using: str = "default") -> None:
    """Take the triggers away; nothing but tests does."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for trigger in wanted(connection):
            _drop_one(connection, cursor, trigger)


@contextmanager
def lifted(using: str = "default") -> Iterator[None]:
    """Without triggers for a moment, for tests that tamper, or that empty tables after them."""
    drop(using)
    try:
        yield
    finally:
        create(using)


def missing(using: str = "default") -> list[Trigger]:
    """Triggers that are not there, are switched off, or were replaced by others."""
    connection = connections[using]
    _known(connection)
    with connection.cursor() as cursor:
        whole = _whole_sqlite(cursor) if connection.vendor == "sqlite" else _whole_postgres(cursor)
    return [
        trigger
        for trigger in wanted(connection)
        if (trigger.table, trigger.name, _kind(connection, trigger)) not in whole
    ]


def strangers(using: str = "default") -> list[tuple[str, str]]:
    """Triggers on append-only tables that are none of ours: what they do, nobody has looked at.

    One that leaves out a row, or writes it otherwise, would do so unseen. None is dropped: whoever
    finds it first asks who made it.
    """
    connection = connections[using]
    _known(connection)
    ours = {(trigger.table, trigger.name) for trigger in wanted(connection)}
    tables = {table for table, _name in ours}
    with connection.cursor() as cursor:
        cursor.execute(_ON_SQLITE if connection.vendor == "sqlite" else _ON_POSTGRES)
        # SQLite keeps a table's name in whichever case it was written.
        there = {(table, name) for table, name in cursor.fetchall() if table.lower() in tables}
    return sorted(there - ours)


def _is_append_only(model: type[models.Model]) -> bool:
    # A table that joins two models names here the model that has the field.
    maker: Any = model._meta.auto_created
    marked = maker if isinstance(maker, type) else model
    return bool(getattr(marked, "is_append_only", False))


def _known(connection: BaseDatabaseWrapper) -> None:
    if connection.vendor not in {"sqlite", "postgresql"}:
        raise NotImplementedError(f"append-only triggers are not written for {connection.vendor}")


def _quoted(connection: BaseDatabaseWrapper, name: str) -> str:
    return str(connection.ops.quote_name(name))


def _drop_one(connection: BaseDatabaseWrapper, cursor: Any, trigger: Trigger) -> None:
    on = f" ON {_quoted(connection, trigger.table)}" if connection.vendor == "postgresql" else ""
    cursor.execute(f"DROP TRIGGER IF EXISTS {_quoted(connection, trigger.name)}{on}")


def _kind(connection: BaseDatabaseWrapper, trigger: Trigger) -> str:
    """What must be the same in the database: the statement, or on PostgreSQL the sort."""
    return trigger.sql if connection.vendor == "sqlite" else trigger.name.rpartition("_")[2]


# --- SQLite -----------------------------------------------------------------------------------


def _sqlite(connection: BaseDatabaseWrapper, model: type[models.Model]) -> Iterator[Trigger]:
    table = model._meta.db_table
    quoted = _quoted(connection, table)
    refusal = f"SELECT RAISE(ABORT, '{table} is append-only: rows are neither changed nor deleted')"
    for event in ("update", "delete"):
        name = f"{PREFIX}{table}_{event}"
        yield Trigger(
            table,
            name,
            f"CREATE TRIGGER {_quoted(connection, name)} BEFORE {event.upper()} ON {quoted} "
            f"BEGIN {refusal}; END",
        )
    # INSERT OR REPLACE deletes what is in its way, and unless a connection has asked for
    # recursive triggers, no trigger on DELETE sees it. So what is in the way is looked for first.
    name = f"{PREFIX}{table}_replace"
    clashes = " OR ".join(_clashes(connection, table))
    yield Trigger(
        table,
        name,
        f"CREATE TRIGGER {_quoted(connection, name)} BEFORE INSERT ON {quoted} "  # noqa: S608
        f"WHEN EXISTS (SELECT 1 FROM {quoted} WHERE {clashes}) "
        "BEGIN SELECT RAISE(ABORT, "
        f"'{table} is append-only: another row stands where this one would'); END",
    )


def _clashes(connection: BaseDatabaseWrapper, table: str) -> Iterator[str]:
    """When a row stands in the way of a new one: by its hidden id, or by a unique index.

    An index that holds for some rows alone counts where both rows are among those.
    """
    yield "rowid = NEW.rowid"
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pragma_table_info(%s)", [table])
        columns = [_quoted(connection, name) for (name,) in cursor.fetchall()]
        cursor.execute(
            "SELECT i.name, i.partial, c.name, coalesce(m.sql, '')"
            " FROM pragma_index_list(%s) AS i JOIN pragma_index_info(i.name) AS c"
            " LEFT JOIN sqlite_master AS m ON m.type = 'index' AND m.name = i.name"
            ' WHERE i."unique" ORDER BY i.name, c.seqno',
            [table],
        )
        found: dict[tuple[str, str], list[str]] = {}
        for index, is_partial, column, sql in cursor.fetchall():
            where = sql.partition(" WHERE ")[2] if is_partial else ""
            found.setdefault((index, where), []).append(_quoted(connection, column))
    new = ", ".join(f"NEW.{column} AS {column}" for column in columns)
    for (_index, where), names in found.items():
        same = " AND ".join(f"{name} = NEW.{name}" for name in names)
        if where:
            same = f"{same} AND ({where}) AND EXISTS (SELECT 1 FROM (SELECT {new}) WHERE {where})"  # noqa: S608
        yield f"({same})"


def _whole_sqlite(cursor: Any) -> set[tuple[str, str, str]]:
    cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
    return {(table, name, sql) for table, name, sql in cursor.fetchall()}


# --- PostgreSQL -------------------------------------------------------------------------------


def _postgres(connection: BaseDatabaseWrapper, model: type[models.Model]) -> Iterator[Trigger]:
    table = model._meta.db_table
    for kind, when in (
        ("row", "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"),
        ("truncate", "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"),
    ):
        # PostgreSQL cuts names at 63 characters without a word.
        name = f"{PREFIX}{table}"[: 62 - len(kind)] + f"_{kind}"
        yield Trigger(
            table,
            name,
            f"CREATE TRIGGER {_quoted(connection, name)} "
            f"{when.format(table=_quoted(connection, table))} EXECUTE FUNCTION {_FUNCTION}()",
        )


def _whole_postgres(cursor: Any) -> set[tuple[str, str, str]]:
    cursor.execute(
        "SELECT c.relname, t.tgname, t.tgtype, t.tgenabled, p.proname, p.prosrc,"
        " t.tgqual IS NULL AND t.tgattr = ''::int2vector"
        " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)"
    )
    return {
        (table, name, kind)
        for table, name, sort, enabled, function, body, is_plain in cursor.fetchall()
        for kind, code in _POSTGRES_TYPES.items()
        if sort == code and _text(enabled) == "A" and is_plain
        if (function, body) == (_FUNCTION, _BODY)
    }


def _text(char: str | bytes) -> str:
    """PostgreSQL's one-byte "char" reaches us as bytes."""
    return char.decode() if isinstance(char, bytes) else char
