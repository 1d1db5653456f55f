"""The chain of seals, without a database: canonical bytes, ranges of ids, digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct

FORM: Final = 1
"""The canonical form in use. A new column of a row needs a new form beside this one."""

FIELDS: Final[Mapping[int, tuple[str, ...]]] = {
    1: (
        "id",
        "at",
        "request_id",
        "actor_id",
        "portal_link",
        "clinic_id",
        "client_id",
        "action",
        "method",
        "status",
        "outcome",
        "objects_seen",
        "address",
        "user_agent",
    )
}
START: Final = "0" * 64
"""What the first seal names as the one before it."""

Row = Mapping[str, Any]
Range = tuple[int, int]


class Link(Struct, frozen=True):
    """A seal's own facts, over which its digest is made along with the rows."""

    number: int
    form: int
    previous: str
    ranges: tuple[Range, ...]
    high: int
    count: int
    gaps: tuple[Range, ...]
    at: datetime


def row_bytes(row: Row, form: int) -> bytes:
    """A row as bytes: the form's fields in order, with a line's end, which JSON never holds."""
    return _canonical([row[name] for name in FIELDS[form]])


def digest(link: Link, rows: Iterable[Row]) -> str:
    """SHA-256 over the seal's facts, the digest before it among them, and over each row."""
    hashed = hashlib.sha256(
        _canonical(
            [
                "needlework-audit-seal",
                link.form,
                link.number,
                link.previous,
                link.ranges,
                link.high,
                link.count,
                link.gaps,
                link.at,
            ]
        )
    )
    for row in rows:
        hashed.update(row_bytes(row, link.form))
    return hashed.hexdigest()


def ranges_of(ids: Iterable[int]) -> tuple[Range, ...]:
    """Ascending ids as runs.

    >>> ranges_of([1, 2, 3, 7, 9, 10])
    ((1, 3), (7, 7), (9, 10))
    """
    runs: list[list[int]] = []
    for one in ids:
        if runs and runs[-1][1] == one - 1:
            runs[-1][1] = one
        else:
            runs.append([one, one])
    return tuple((first, last) for first, last in runs)


def without(spans: Sequence[Range], taken: Sequence[Range]) -> tuple[Range, ...]:
    """Ascending runs less other ascending runs.

    >>> without([(1, 10)], [(1, 3), (7, 7)])
    ((4, 6), (8, 10))
    """
    return tuple(_without(spans, taken))


def holds(spans: Sequence[Range], one: int) -> bool:
    return any(first <= one <= last for first, last in spans)


def size(spans: Sequence[Range]) -> int:
    """How many ids the runs hold."""
    return sum(last - first + 1 for first, last in spans)


def _without(spans: Sequence[Range], taken: Sequence[Range]) -> Iterator[Range]:
    at = 0
    for first, last in spans:
        start = first
        while at < len(taken) and taken[at][1] < start:
            at += 1
        look = at
        while look < len(taken) and taken[look][0] <= last:
            if taken[look][0] > start:
                yield start, taken[look][0] - 1
            start = max(start, taken[look][1] + 1)
            look += 1
        if start <= last:
            yield start, last


def _canonical(values: Sequence[Any]) -> bytes:
    text = json.dumps(
        [_plain(value) for value in values],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
        allow_nan=False,
    )
    return text.encode() + b"\n"


def _plain(value: Any) -> Any:
    """What both engines read back alike: moments in UTC to the microsecond, ids as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if value is None or isinstance(value, bool | int | str | list | tuple | dict):
        return value
    return str(value)
