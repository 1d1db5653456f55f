"""What was really done and seen so far: days of sessions and scores, as a file tells them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from needlework.errors import AnswerError
from needlework.evidence.toml import parse_toml

FORMAT: Final = "needlework-measures-1"
LARGEST_BYTES: Final = 1_000_000
MOST_SESSIONS: Final = 50
MOST_MEASURES: Final = 200
HIGHEST_SCORE: Final = 1e6
"""No scale goes so far; beyond it numbers stop being told apart."""
FIRST_YEAR, LAST_YEAR = 1900, 2200

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


class Held(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A session that was held in these zones alone."""

    on: date
    zones: Annotated[tuple[str, ...], Meta(min_length=1, max_length=100)]
    """Names, sides or groups, as a consultation takes them."""


class Measured(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sessions that were held, and scores that were taken, each in order of its day."""

    format: str = FORMAT
    sessions: tuple[date | Held, ...] | None = None
    """A day alone counts for every zone of the plan; empty where no session was held, None where
    nobody said."""
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
        made = msgspec.convert(parse_toml(content.decode("utf-8-sig")), Measured)
    except UnicodeDecodeError:
        raise AnswerError(f"{path.name} is not text.", hint="Save it as UTF-8.") from None
    except msgspec.ValidationError as error:
        raise AnswerError(f"{path.name}: {_said(error)}.", hint=_AN_EXAMPLE) from None
    except ValueError as error:
        raise AnswerError(f"{path.name} {error}.", hint=_AN_EXAMPLE) from None
    check(made, path.name)
    return made


def check(made: Measured, name: str) -> None:
    """Refuse another format, days out of order and scores that are no numbers."""
    if made.format != FORMAT:
        raise AnswerError(f'{name}: format is not "{FORMAT}".', hint=_AN_EXAMPLE)
    held = [each.on if isinstance(each, Held) else each for each in made.sessions or ()]
    if len(held) > MOST_SESSIONS or len(made.measures) > MOST_MEASURES:
        raise AnswerError(
            f"{name} holds more than {MOST_SESSIONS} sessions or {MOST_MEASURES} measures.",
            hint="Give those of one course.",
        )
    for number, day in enumerate(held, start=1):
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise AnswerError(
                f"{name}: session {number} lies in the year {day.year}.", hint="Check its day."
            )
        if number > 1 and day <= held[number - 2]:
            raise AnswerError(
                f"{name}: session {number} is not after the one before it.",
                hint="Give the days of sessions in their order, each once.",
            )
    latest: dict[str, date] = {}
    for number, each in enumerate(made.measures, start=1):
        _check_reading(each, f"{name}: measure {number}")
        if each.on < latest.get(each.concern, each.on):
            raise AnswerError(
                f"{name}: measure {number} lies before the one before it.",
                hint="Give the measures of a concern in order of their days.",
            )
        latest[each.concern] = each.on


def _check_reading(each: Reading, place: str) -> None:
    if not FIRST_YEAR <= each.on.year <= LAST_YEAR:
        raise AnswerError(f"{place} lies in the year {each.on.year}.", hint="Check its day.")
    if not abs(each.score) <= HIGHEST_SCORE:
        raise AnswerError(
            f"{place} has a score that cannot be.", hint="Give the score as the scale gives it."
        )
    if each.error is not None and not 0 < each.error <= HIGHEST_SCORE:
        raise AnswerError(
            f"{place} has an error that cannot be.",
            hint="Give it above nought in the scale's unit, or leave it out.",
        )


def _said(error: msgspec.ValidationError) -> str:
    """The library's message with its place, without what was typed."""
    what, _, where = str(error).rpartition(" - at `$.")
    return f"{where.rstrip('`')}: {what}" if what else str(error)
