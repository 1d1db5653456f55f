"""What changed from one version of a record to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from msgspec import Struct

_V = TypeVar("_V")


class Change(Struct, frozen=True):
    """A fact, as it was and as it is."""

    name: str
    before: Any
    after: Any


class Step(Struct, Generic[_V], frozen=True):
    """A version with what is different in it; of the first, all that it says."""

    version: _V
    changes: tuple[Change, ...]
    is_first: bool


def steps(versions: Iterable[_V], facts: Callable[[_V], Mapping[str, Any]]) -> list[Step[_V]]:
    """The versions, the newest first, each with its differences from the one before it."""
    found: list[Step[_V]] = []
    before: Mapping[str, Any] = {}
    for version in versions:
        after = facts(version)
        changes = tuple(
            Change(name, before.get(name), value)
            for name, value in after.items()
            if value != before.get(name) and (before or value)
        )
        found.append(Step(version, changes, not found))
        before = after
    return found[::-1]
