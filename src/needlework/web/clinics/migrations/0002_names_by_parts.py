"""An index for parts of names, on PostgreSQL, which keeps a search among a million quick.

SQLite is for clinics, whose clients it looks through in a few milliseconds.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import Error, migrations, transaction

_INDEX: Final = "client_by_name_part"


def make(apps: Any, editor: Any) -> None:
    """Left out where the server has no such extension, or its owner keeps it from us."""
    if editor.connection.vendor != "postgresql":
        return
    table = editor.quote_name(apps.get_model("clinics", "Client")._meta.db_table)
    try:
        with transaction.atomic(using=editor.connection.alias):
            editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            editor.execute(f"CREATE INDEX {_INDEX} ON {table} USING gin (search_name gin_trgm_ops)")
    except Error:
        return


def drop(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP INDEX IF EXISTS {_INDEX}")


class Migration(migrations.Migration):
    dependencies = [("clinics", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]
