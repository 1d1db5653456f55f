"""What was really done and seen so far: days of sessions and scores, as a file tells them."""

from __future__ import annotations

import math
import tomllib
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from needlework.errors import AnswerError

FORMAT: Final = "needlework-measures-1"
LARGEST_BYTES: Final = 1_000_000

_AN_EXAMPLE: Final = "docs/guide/forecast.md shows one."


class Reading(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A score on a day."""

    concern: str
    scale: str
    on: date
    score: float
    rater: str = ""
    """Initials or any other mark; empty where it is not known who rated."""
    error: float | None = None
    """Standard deviation of one such rating, in the scale's unit, where it is known."""


class Measured(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sessions that were held, and scores that were taken, each in order of its day."""

    format: str = FORMAT
    sessions: tuple[date, ...] = ()
    measures: tuple[Reading, ...] = ()

    def of(self, concern: str) -> tuple[Reading, ...]:
        return tuple(each for each in self.measures if each.concern == concern)


def read_measured(path: Path) -> Measured:
    """Sessions and measures from a TOML file.

    Raises
    ------
    AnswerError
        The file cannot be read, is not of the format, or its days are out of order.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise AnswerError(
            f"{path.name} cannot be read: {error.strerror}.", hint="Name a file of measures."
        ) from None
    if len(content) > LARGEST_BYTES:
        raise AnswerError(
            f"{path.name} is larger than measures can be ({LARGEST_BYTES:,} bytes).",
            hint="Name a file that holds one person's measures.",
        )
    try:
        made = msgspec.convert(tomllib.loads(content.decode("utf-8-sig")), Measured)
    except UnicodeDecodeError:
        raise AnswerError(f"{path.name} is not text.", hint="Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise AnswerError(f"{path.name} is not TOML: {error}.", hint=_AN_EXAMPLE) from None
    except msgspec.ValidationError as error:
        raise AnswerError(f"{path.name}: {_said(error)}.", hint=_AN_EXAMPLE) from None
    check(made, path.name)
    return made


def check(made: Measured, name: str) -> None:
    """Refuse another format, days out of order and scores that are no numbers."""
    if made.format != FORMAT:
        raise AnswerError(f'{name}: format is not "{FORMAT}".', hint=_AN_EXAMPLE)
    for number in range(1, len(made.sessions)):
        if made.sessions[number] <= made.sessions[number - 1]:
            raise AnswerError(
                f"{name}: session {number + 1} is not after the one before it.",
                hint="Give the days of sessions in their order, each once.",
            )
    latest: dict[str, date] = {}
    for number, each in enumerate(made.measures, start=1):
        if not math.isfinite(each.score) or (each.error is not None and not each.error > 0):
            raise AnswerError(
                f"{name}: measure {number} has a score or an error that cannot be.",
                hint="Give the score as a number, and an error above nought or none.",
            )
        if each.on < latest.get(each.concern, each.on):
            raise AnswerError(
                f"{name}: measure {number} lies before the one before it.",
                hint="Give the measures of a concern in order of their days.",
            )
        latest[each.concern] = each.on


def _said(error: msgspec.ValidationError) -> str:
    """The library's message with its place, without what was typed."""
    what, _, where = str(error).rpartition(" - at `$.")
    return f"{where.rstrip('`')}: {what}" if what else str(error)
