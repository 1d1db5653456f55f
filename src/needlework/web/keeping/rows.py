"""Rows as lines that both engines read alike, and a digest over them that knows no order."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connections, models
from django.utils.duration import duration_iso_string

from needlework.web.keeping.ways import Table, columns

Row = Mapping[str, Any]

READ_AT_ONCE: Final = 500
_MODULUS: Final = 1 << 256


class Digest:
    """How many rows, and the sum of their hashes: the same rows in any order give the same."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, row: Row) -> None:
        self.rows += 1
        hashed = hashlib.sha256(_canonical(row)).digest()
        self._sum = (self._sum + int.from_bytes(hashed)) % _MODULUS

    @property
    def told(self) -> dict[str, Any]:
        return {"rows": self.rows, "sha256_sum": f"{self._sum:064x}"}


def read(rows: models.QuerySet[Any]) -> Iterator[Row]:
    """Each row by its columns, in plain values."""
    names = [column.attname for column in columns(rows.model)]
    found = rows.order_by("pk").values_list(*names).iterator(chunk_size=READ_AT_ONCE)
    for values in found:
        yield {name: plain(value) for name, value in zip(names, values, strict=True)}


def plain(value: Any) -> Any:
    """As JSON holds it; moments in UTC to the microsecond."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value


def line(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def digest_of(rows: models.QuerySet[Any]) -> dict[str, Any]:
    made = Digest()
    for row in read(rows):
        made.add(row)
    return made.told


def insert(model: Table, rows: Iterable[Row], using: str) -> None:
    """Put rows in as they are: nothing is filled in, and no moment becomes now."""
    connection = connections[using]
    kept = columns(model)
    quote = connection.ops.quote_name
    names = ", ".join(quote(column.column) for column in kept)
    marks = ", ".join(["%s"] * len(kept))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(
            statement, [[_stored(column, row, connection) for column in kept] for row in rows]
        )


def _stored(column: Any, row: Row, connection: Any) -> Any:
    value = column.to_python(row[column.attname])
    if value is None and not column.null and isinstance(column, models.JSONField):
        # JSON knows a null of its own, which is not an empty column.
        return connection.ops.adapt_json_value(None, column.encoder)
    return column.get_db_prep_save(value, connection)


def _canonical(row: Row) -> bytes:
    text = json.dumps(_even(row), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def _even(value: Any) -> Any:
    """A whole number is one, however an engine writes it: 1.0, 1e16, -0.0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _even(part) for key, part in value.items()}
    return [_even(part) for part in value] if isinstance(value, list | tuple) else value
