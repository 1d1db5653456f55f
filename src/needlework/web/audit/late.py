"""A transaction that keeps nobody waiting before it writes.

SQLite has one write lock for the whole database, and our transactions take it where they begin. A
request that decodes a picture, judges a form or sets a PDF would hold it all the while. So a
request's transaction takes it with its first statement that writes, or that marks a savepoint; what
is read before that is read as on PostgreSQL, where each statement sees what was committed by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

_READING: Final = ("SELECT", "PRAGMA", "EXPLAIN")


@contextmanager
def atomic_late(using: str = "default") -> Iterator[None]:
    """As `transaction.atomic`, but with SQLite's lock from the first write on."""
    connection = connections[using]
    connection.ensure_connection()
    with ExitStack() as stack:
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            mode = _begin_unlocked(connection, stack)
            stack.enter_context(connection.execute_wrapper(_Lock(mode)))
        else:
            stack.enter_context(transaction.atomic(using=using))
        yield


def _begin_unlocked(connection: Any, stack: ExitStack) -> str:
    """Begin without the lock; give the manner in which transactions begin otherwise."""
    mode = connection.transaction_mode
    connection.transaction_mode = None
    try:
        stack.enter_context(transaction.atomic(using=connection.alias))
    finally:
        connection.transaction_mode = mode
    return mode or "DEFERRED"


class _Lock:
    """Begins anew, with the lock, before the first statement that needs it."""

    def __init__(self, mode: str) -> None:
        self._begin = f"BEGIN {mode}"
        self._is_held = False

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        if not self._is_held and not sql.lstrip().upper().startswith(_READING):
            self._take(context["connection"])
        return execute(sql, params, many, context)

    def _take(self, connection: BaseDatabaseWrapper) -> None:
        with connection.wrap_database_errors:
            # Nothing is lost: nothing was written. A writer since then would refuse an upgrade.
            connection.connection.commit()
            connection.connection.execute(self._begin)
        self._is_held = True
