"""One catalogue of words: the English text is the key, each other language a file beside it.

The catalogue holds what clients, visitors and documents read, claims' texts included. Dates and
numbers are written as the language writes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Final, NamedTuple

from msgspec import Struct

from needlework.errors import AnswerError
from needlework.snapshot import load_or_build

LANGUAGES: Final = ("en", "es")
CATALOGUES: Final = Path(__file__).parent / "locale"

FRAME: Final = "frame"
"""The catalogue's mark on a sentence of the engine with values in it."""

TYPED: Final = frozenset({"named", "shown"})
"""Values of a frame that are somebody's own words."""

Translate = Callable[[str], str]


def translator(language: str) -> Translate:
    """A function from the English text to the language's; what is missing stays English."""
    messages = _messages(_known(language))
    return lambda message: messages.get(message, message)


def say_framed(text: str, language: str, say_value: Translate) -> str | None:
    """A sentence that was put together from a frame of the catalogue, its values said anew.

    What somebody typed stays as they typed it. None where no frame fits.
    """
    for frame in _frames(_known(language)):
        if frame.own in text and (found := frame.pattern.fullmatch(text)):
            values = {
                name: value if name in TYPED else say_value(value)
                for name, value in found.groupdict().items()
            }
            return frame.translation.format(**values)
    return None


def plural(language: str, one: str, many: str, number: float) -> str:
    """`one` or `many` in the language, with `{n}` written out."""
    chosen = one if number == 1 else many
    return translator(language)(chosen).format(n=say_number(number, language))


def say_date(day: date, language: str, *, width: str = "long") -> str:
    """A day as the language writes it: `22 November 2026`, `22 de noviembre de 2026`."""
    from babel.dates import format_date, format_skeleton

    if width == "weekday":
        return format_skeleton("yMMMMEd", day, locale=_locale(language))
    if width == "short":
        return format_skeleton("MMMEd", day, locale=_locale(language))
    return format_date(day, format=width, locale=_locale(language))


def say_time(moment: datetime | time, language: str) -> str:
    """The time of day, on the clock of the moment's own zone."""
    from babel.dates import format_time

    clock = moment.time() if isinstance(moment, datetime) else moment
    return format_time(clock, format="HH:mm", locale=_locale(language))


def say_number(number: float, language: str) -> str:
    """A number with the language's decimal sign, and no more digits than it has."""
    from babel.numbers import format_decimal

    return format_decimal(number, format="#,##0.###", locale=_locale(language))


class _Catalogue(Struct, frozen=True):
    """Messages with their translations; and those of them that are frames."""

    messages: dict[str, str]
    frames: tuple[str, ...]


class _Frame(NamedTuple):
    """A sentence with values in it, as a pattern that finds them."""

    pattern: re.Pattern[str]
    own: str
    """Its longest stretch without a value: looked for first, since that is quick."""
    length: int
    """Of what it says without its values."""
    translation: str


def _messages(language: str) -> dict[str, str]:
    return _catalogue(language).messages


@lru_cache
def _frames(language: str) -> tuple[_Frame, ...]:
    """The more a frame says by itself, the sooner it is tried."""
    held = _catalogue(language)
    made = (_frame(message, held.messages[message]) for message in held.frames)
    return tuple(sorted(made, key=lambda one: (-one.length, one.pattern.pattern)))


@lru_cache
def _catalogue(language: str) -> _Catalogue:
    path = CATALOGUES / f"{language}.po"
    if language == "en" or not path.exists():
        return _Catalogue({}, ())
    return load_or_build(f"words-{language}", [path], lambda: _read(path), _Catalogue)


def _read(path: Path) -> _Catalogue:
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        catalogue = read_po(file)
    told = {
        message.id: message
        for message in catalogue
        # The empty id is the file's own head, and no text.
        if message.id and isinstance(message.id, str) and isinstance(message.string, str)
        if message.string
    }
    return _Catalogue(
        messages={key: str(one.string) for key, one in told.items()},
        frames=tuple(key for key, one in told.items() if FRAME in one.auto_comments),
    )


def _frame(message: str, translation: str) -> _Frame:
    parts = [(own, name) for own, name, _, _ in Formatter().parse(message)]
    pattern = "".join(
        re.escape(own) + (f"(?P<{name}>.*?)" if name is not None else "") for own, name in parts
    )
    owns = [own for own, _ in parts]
    return _Frame(
        pattern=re.compile(pattern, re.DOTALL),
        own=max(owns, key=len),
        length=sum(map(len, owns)),
        translation=translation,
    )


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise AnswerError(
            f"No words are known in the language {language!r}.",
            hint=f"Choose one of {', '.join(LANGUAGES)}.",
        )
    return language


def _locale(language: str) -> str:
    # English as Europe and most of the world write it: day before month.
    return {"en": "en_GB"}.get(_known(language), language)
