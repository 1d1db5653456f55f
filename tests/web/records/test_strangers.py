"""A trigger that somebody else put on an append-only table is told of."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from needlework.web.records import triggers
from needlework.web.records.checks import triggers_stand

pytestmark = pytest.mark.django_db
TABLE = "blobs_blob"


def put_one_there(name: str, table: str = TABLE) -> None:
    """It leaves out whatever is recorded."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER {name} BEFORE INSERT ON {table} BEGIN SELECT RAISE(IGNORE); END"
            )
            return
        cursor.execute(
            "CREATE FUNCTION leaves_out() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RETURN NULL; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION leaves_out()"
        )


def test_there_is_none() -> None:
    assert triggers.strangers() == []


@pytest.mark.parametrize("table", [TABLE, TABLE.upper()])
def test_one_that_leaves_out_rows_is_told(table: str) -> None:
    put_one_there("harmless_looking", table)
    assert [name for _table, name in triggers.strangers()] == ["harmless_looking"]
    # Ours all stand, which is why looking for those alone sees nothing.
    assert triggers.missing() == []
    told = triggers_stand(databases=["default"])
    assert [message.id for message in told] == ["records.W002"]
    assert "harmless_looking" in told[0].msg
    with pytest.raises(CommandError, match="Find out who made these"):
        call_command("records_check", stderr=StringIO())


def test_one_that_bears_a_name_like_ours_is_told() -> None:
    put_one_there(f"{triggers.PREFIX}{TABLE}_insert")
    assert triggers.strangers()


def test_migrating_does_not_hide_it() -> None:
    put_one_there("harmless_looking")
    call_command("migrate", verbosity=0, stderr=StringIO())
    assert triggers.strangers()


def test_one_on_another_table_is_nobodys_concern() -> None:
    put_one_there("of_a_plain_table", "django_session")
    assert triggers.strangers() == []


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no rules")
def test_a_rule_is_told_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE RULE quiet AS ON INSERT TO {TABLE} DO INSTEAD NOTHING")
    assert triggers.strangers() == [(TABLE, "quiet")]
