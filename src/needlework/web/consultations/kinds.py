"""What the published input format can hold, as a form asks for it: derived from the format itself.

A field added to the format is in the form at once; `questions` gives it its words.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from needlework.screening.consultation import Consultation, ZoneNames

YES_NO: Final = ("yes", "no", "unknown")
NOT_ASKED: Final = frozenset({"format", "jurisdiction", "client", "operator", "clearances"})
"""What a form does not ask: the record knows it, or another step gives it."""


class Text(Struct, frozen=True):
    longest: int | None = None


class Day(Struct, frozen=True):
    pass


class Number(Struct, frozen=True):
    """`above` is outside what may be said, `least` and `most` are inside."""

    above: float | None = None
    least: float | None = None
    most: float | None = None


class Choice(Struct, frozen=True):
    words: tuple[str, ...]

    @property
    def may_be_unknown(self) -> bool:
        """Where "don't know" is an answer, saying nothing is none."""
        return "unknown" in self.words


class Several(Struct, frozen=True):
    words: tuple[str, ...]


class Tick(Struct, frozen=True):
    """True where it is ticked, else the format's own no."""


class Zones(Struct, frozen=True):
    pass


class Ratings(Struct, frozen=True):
    """Items of a published scale, each with its rating; the scale says which items there are."""


class Amounts(Struct, frozen=True):
    """A number for each zone named."""

    of: Number


class Fields(Struct, frozen=True):
    parts: tuple[Part, ...]


class Answer(Struct, frozen=True):
    """Yes, no or don't know, and what else may be said beside it."""

    parts: tuple[Part, ...]


class Rows(Struct, frozen=True):
    of: Kind


Kind = (
    Text
    | Day
    | Number
    | Choice
    | Several
    | Tick
    | Zones
    | Ratings
    | Amounts
    | Fields
    | Answer
    | Rows
)


class Part(Struct, frozen=True):
    """A named part; one that is `required` must be said wherever its whole is.

    `default` is the word that the format reads where nothing stands, unless that is unknown.
    """

    name: str
    kind: Kind
    required: bool = False
    default: str = ""


@cache
def asked() -> Fields:
    """All that the form asks."""
    whole = _fields(Consultation)
    return Fields(tuple(part for part in whole.parts if part.name not in NOT_ASKED))


def _fields(table: type[Struct]) -> Fields:
    return Fields(
        tuple(
            Part(field.name, _kind(field.type, field.name), field.required, _default(field))
            for field in msgspec.structs.fields(table)
        )
    )


def _default(field: msgspec.structs.FieldInfo) -> str:
    word = field.default
    return word if isinstance(word, str) and word != "unknown" else ""


def _kind(hint: Any, name: str) -> Kind:  # noqa: PLR0911 - one a kind
    if hint == ZoneNames:
        return Zones()
    if name in ("items", "questionnaire"):
        return Ratings()
    bare, meta = _bare(hint)
    if isinstance(bare, type) and issubclass(bare, Struct):
        return _fields(bare)
    if get_origin(bare) in (Union, UnionType):
        return _one_of(get_args(bare), name)
    if get_origin(bare) in (tuple, dict):
        return _several(bare, name)
    if get_origin(bare) is Literal:
        return Choice(tuple(word for word in get_args(bare) if word))
    plain: dict[Any, Kind] = {bool: Tick(), date: Day(), str: Text(meta.max_length)}
    return plain.get(bare) or Number(above=meta.gt, least=meta.ge, most=meta.le)


def _several(bare: Any, name: str) -> Kind:
    """A list of things, or a number for each of several."""
    inner = _kind(get_args(bare)[1 if get_origin(bare) is dict else 0], name)
    if isinstance(inner, Number) and get_origin(bare) is dict:
        return Amounts(inner)
    return Several(inner.words) if isinstance(inner, Choice) else Rows(inner)


def _one_of(hints: tuple[Any, ...], name: str) -> Kind:
    """A word or a table is an answer with details; words of two lists are one list."""
    kinds = [_kind(hint, name) for hint in hints if hint is not type(None)]
    words = tuple(word for kind in kinds if isinstance(kind, Choice) for word in kind.words)
    tables = [kind for kind in kinds if isinstance(kind, Fields)]
    if words and tables:
        return Answer(tuple(part for part in tables[0].parts if part.name != "answer"))
    return Choice(words) if words else kinds[0]


def _bare(hint: Any) -> tuple[Any, Meta]:
    if get_origin(hint) is not Annotated:
        return hint, Meta()
    bare, *metas = get_args(hint)
    return bare, next((meta for meta in metas if isinstance(meta, Meta)), Meta())
