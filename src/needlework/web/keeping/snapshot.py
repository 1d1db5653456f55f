"""All rows as they were at one moment, while others go on writing."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connections, transaction

ALIAS: Final = "needlework_snapshot"


@contextmanager
def snapshot() -> Iterator[str]:
    """The name of a connection that sees one moment, whatever is committed meanwhile."""
    connections.settings[ALIAS] = _settings()
    try:
        with transaction.atomic(using=ALIAS):
            # The moment is that of the first read.
            with connections[ALIAS].cursor() as cursor:
                cursor.execute("SELECT count(*) FROM django_migrations")
            yield ALIAS
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]


def _settings() -> dict[str, Any]:
    default = connections["default"]
    made = copy.deepcopy(default.settings_dict)
    if default.vendor == "postgresql":
        from psycopg import IsolationLevel

        made["OPTIONS"]["isolation_level"] = IsolationLevel.REPEATABLE_READ
    else:
        # The usual transactions take the writers' lock at once, and would hold up everybody.
        made["OPTIONS"]["transaction_mode"] = None
    return made
