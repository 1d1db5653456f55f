"""Numbers and lengths of time as a sentence holds them, and how far the calendar reaches."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from needlework.errors import AnswerError
from needlework.i18n import say_date, say_number, translator

EARLIEST, LATEST = date(2, 1, 1), date(9990, 1, 1)
"""No wait that begins between these days runs off the calendar."""


def check_day(ended: date | datetime, language: str) -> None:
    """Refuse a session from which no wait can be reckoned."""
    _ = translator(language)
    on = ended.date() if isinstance(ended, datetime) else ended
    if not EARLIEST <= on < LATEST:
        raise AnswerError(
            _("The day lies at the end of the calendar."), hint=_("Give another day.")
        )


def after(ended: datetime, wait: timedelta) -> datetime:
    """So long after, by the clock on the wall; a day on which clocks change is no shorter wait."""
    if ended.tzinfo is None:
        return ended + wait
    return (ended.astimezone(UTC) + wait).astimezone(ended.tzinfo)


def number(value: float, language: str) -> str:
    """A number without needless digits, with the language's decimal sign.

    >>> number(8.0, "en"), number(7.5, "es")
    ('8', '7,5')
    """
    return say_number(value, language)


def length(value: float, unit: str, language: str) -> str:
    """A length of time, in a smaller unit where it would be a part of one.

    >>> length(72, "h", "en"), length(1, "wk", "en"), length(0.125, "d", "es")
    ('72 hours', '1 week', '3 horas')
    """
    value, unit = _whole(value, unit)
    return _spelt(value, unit, language)


def span(low: float, high: float, unit: str, language: str) -> tuple[str, str]:
    """Both ends of a range; the unit stands once where both have the same.

    >>> span(2, 7, "d", "en"), span(0.125, 7, "d", "en")
    (('2', '7 days'), ('3 hours', '7 days'))
    """
    (least, small), (most, large) = _whole(low, unit), _whole(high, unit)
    first = number(least, language) if small == large else _spelt(least, small, language)
    return first, _spelt(most, large, language)


_SMALLER: Final = {
    "wk": ("d", 7),
    "d": ("h", 24),
    "h": ("min", 60),
    "min": ("s", 60),
    "y": ("mo", 12),
}
"""Unit → the next smaller one, and how many of it make one."""


def _whole(value: float, unit: str) -> tuple[float, str]:
    """The same length in a unit of which it holds at least one, where there is one."""
    while 0 < value < 1 and unit in _SMALLER:
        unit, times = _SMALLER[unit]
        value *= times
    return value, unit


def _spelt(value: float, unit: str, language: str) -> str:
    _ = translator(language)
    one, many = {
        "s": (_("{n} second"), _("{n} seconds")),
        "min": (_("{n} minute"), _("{n} minutes")),
        "h": (_("{n} hour"), _("{n} hours")),
        "d": (_("{n} day"), _("{n} days")),
        "wk": (_("{n} week"), _("{n} weeks")),
        "mo": (_("{n} month"), _("{n} months")),
        "y": (_("{n} year"), _("{n} years")),
    }[unit]
    return (one if value == 1 else many).format(n=number(value, language))


def day(on: date, language: str) -> str:
    """A day in full, with its month as a word: no reader takes it the wrong way round.

    >>> day(date(2026, 12, 4), "en"), day(date(2026, 12, 4), "es")
    ('4 December 2026', '4 de diciembre de 2026')
    """
    return say_date(on, language)
