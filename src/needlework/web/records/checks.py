"""Says at `check --database` and before each migration whether the database still refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import checks

from needlework.web.records import triggers


def triggers_stand(
    *, databases: Sequence[str] | None = None, **asked: Any
) -> list[checks.CheckMessage]:
    """A warning and no error: an error would stop the very migration that mends it."""
    lacking: list[checks.CheckMessage] = [
        checks.Warning(
            f"The table {trigger.table} lacks its trigger {trigger.name}.",
            hint="Run `python -m needlework.web migrate`, which makes it anew; ask who dropped it.",
            id="records.W001",
        )
        for using in databases or ()
        for trigger in triggers.missing(using)
    ]
    foreign = [
        checks.Warning(
            f"On the table {table} stands a trigger that is none of ours: {name}.",
            hint="Find out who made it and what it did to rows, then drop it.",
            id="records.W002",
        )
        for using in databases or ()
        for table, name in triggers.strangers(using)
    ]
    return [*lacking, *foreign]
