"""Which claims a part of a plan rests on."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from needlework.planning.model import Protocol

_KEPT: Final[dict[int, tuple[Protocol, frozenset[str]]]] = {}
"""Claims of protocols met before: the planner hands out the same objects again and again."""

_MOST: Final = 8192


def cited_claims(part: object) -> frozenset[str]:
    """Ids of all claims that a part of a plan names.

    >>> from needlework.evidence import Cited
    >>> sorted(cited_claims(Cited(1.5, "mm", ("zone.cheek.scar-max",))))
    ['zone.cheek.scar-max']
    """
    found: set[str] = set()
    _gather(part, found)
    return frozenset(found)


def _gather(part: object, found: set[str]) -> None:
    if isinstance(part, Protocol):
        found.update(_of_protocol(part))
    elif isinstance(part, Struct):
        _gather_fields(part, found)
    elif isinstance(part, tuple):
        for item in part:
            _gather(item, found)


def _gather_fields(part: Struct, found: set[str]) -> None:
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if name == "claims":
            found.update(value)
        elif isinstance(value, Struct | tuple):
            _gather(value, found)


def _of_protocol(part: Protocol) -> frozenset[str]:
    kept = _KEPT.get(id(part))
    if kept is not None and kept[0] is part:
        return kept[1]
    found: set[str] = set()
    _gather_fields(part, found)
    if len(_KEPT) >= _MOST:
        _KEPT.clear()
    _KEPT[id(part)] = part, frozenset(found)
    return _KEPT[id(part)][1]
