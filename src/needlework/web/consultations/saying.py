"""What a document can say, and what a page says beside: states, tones, and what changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Final

from needlework.documents.words import Words, capital
from needlework.evidence import Cited, Knowledge, Verdict
from needlework.i18n import say_date, say_number

TONE: Final[Mapping[str, str]] = {
    "planned": "ok",
    "test-spot": "limit",
    "needs-clearance": "clear",
    "deferred": "defer",
    "not-enough-known": "ask",
    "refused": "stop",
    "blocked": "stop",
    "no-device": "info",
    "offered": "ok",
    "open": "ok",
    "limited": "limit",
}
"""The severity that a state is coloured as; the word stands beside it."""

_FINE: Final = 100
"""From here on an estimate is written without decimals."""


@lru_cache(maxsize=4096)
def _number(value: float, language: str) -> str:
    return say_number(value, language)


@lru_cache(maxsize=4096)
def _day(on: date, language: str, width: str) -> str:
    return say_date(on, language, width=width)


class Sayer(Words):
    """Says things in one language; a page says the same numbers and days many times."""

    def number(self, value: float) -> str:
        return _number(value, self.language)

    def day(self, on: date) -> str:
        return _day(on, self.language, "medium")

    def weekday(self, on: date) -> str:
        return _day(on, self.language, "weekday")

    def estimate(self, value: float) -> str:
        """A reckoned number without more digits than it deserves."""
        return self.number(round(value, 2) if abs(value) < _FINE else round(value))

    def estimates(self, low: float, high: float) -> str:
        return f"{self.estimate(low)}–{self.estimate(high)}"

    def ranged(self, low: Cited, high: Cited) -> str:
        """Two numbers of a unit, or one where they are the same."""
        if low.value == high.value:
            return self.quantity(high)
        return f"{self.number(low.value)}–{self.quantity(high)}"

    def verdict(self, verdict: Verdict) -> str:
        return capital(self.means(verdict))

    def state(self, status: str) -> str:
        return capital(self.status(status))

    def way(self, status: str) -> str:
        """Whether another way is open."""
        _ = self.say
        return {
            "open": _("open"),
            "limited": _("limited"),
            "refused": _("not for this person"),
        }[status]

    def numbing(self, status: str) -> str:
        """Where a topical anaesthetic stands."""
        _ = self.say
        return {
            "offered": _("may be used"),
            "needs-clearance": _("a clinician must clear first"),
            "not-enough-known": _("not enough known"),
            "refused": _("refused"),
        }[status]

    def basis(self, mark: str) -> str:
        """How a fact was come by."""
        _ = self.say
        return {
            "S1": _("read in the primary source"),
            "S2": _("read in a secondary source"),
            "R": _("recalled, no source at hand"),
            "P": _("our proposal"),
        }[mark]

    def certainty(self, word: str) -> str:
        """GRADE's four words."""
        _ = self.say
        return {
            "high": _("high certainty"),
            "moderate": _("moderate certainty"),
            "low": _("low certainty"),
            "very-low": _("very low certainty"),
        }[word]

    def standing(self, words: str) -> str:
        """Where a claim stands in this clinic."""
        _ = self.say
        return {
            "rejected by this clinic": _("rejected by this clinic"),
            "approved by this clinic": _("approved by this clinic"),
            "proposed, not yet approved by a clinician": _(
                "proposed, not yet approved by a clinician"
            ),
            "sourced": _("sourced"),
        }[words]


@lru_cache(maxsize=8)
def sayer(knowledge: Knowledge, language: str) -> Sayer:
    return Sayer(knowledge, language)
