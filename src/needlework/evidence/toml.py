"""TOML that a person wrote: read with care, and refused in words without what was typed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final

DEEPEST: Final = 32
"""Parts of a dotted key, and tables or lists within each other; no file of ours has six."""


def parse_toml(text: str) -> dict[str, Any]:
    """Tables from TOML that a person wrote; a `ValueError` says what it is or holds instead.

    The parser of the standard library takes memory with the square of a key's parts, so these
    are counted first. What it says is passed on without the keys that were typed.
    """
    if _is_too_deep(text):
        raise ValueError("is nested too deeply")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, at, place = str(error).rpartition(" (at ")
        said = next((said for start, said in _SAID.items() if what.startswith(start)), what)
        raise ValueError(f"is not TOML: {said}{at}{place}") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except ValueError:
        raise ValueError("holds a number of too many digits") from None


_SAID: Final[Mapping[str, str]] = {
    "Cannot declare": "a table is given twice",
    "Cannot mutate": "a key is given twice",
    "Cannot redefine": "a key is given twice",
    "Duplicate": "a key is given twice",
    "Found invalid character": "a character that may not stand there",
    "Illegal character": "a character that may not stand there",
}
"""What the parser says with what was typed, by how it begins, and what is said instead."""

_NEXT: Final[Mapping[str, re.Pattern[str]]] = {
    "": re.compile(r"\"{3}|'{3}|[\"'#\[\]{}.=,\n]"),
    "#": re.compile(r"\n"),
    "'": re.compile(r"['\n]"),
    '"': re.compile(r"\\.|[\"\n]", re.DOTALL),
    "'''": re.compile(r"'{3,5}"),
    '"""': re.compile(r"\\.|\"{3,5}", re.DOTALL),
}
"""By what is open (a comment, a string of one of four kinds, or nothing): what counts next."""


def _is_too_deep(text: str) -> bool:
    """Whether a key has more than `DEEPEST` parts, or brackets stand that deep."""
    opened, at, dots, brackets = "", 0, 0, 0
    while found := _NEXT[opened].search(text, at):
        mark, at = found[0], found.end()
        if opened:
            opened = opened if mark[0] == "\\" else ""
            dots = 0 if mark == "\n" else dots
        elif mark in _NEXT:
            opened = mark
        else:
            dots = dots + 1 if mark == "." else 0
            brackets += (mark in "[{") - (mark in "]}")
        if dots >= DEEPEST or brackets > DEEPEST:
            return True
    return False
