"""Parts of addresses."""

from __future__ import annotations

from datetime import date
from typing import Final


class LanguageConverter:
    """A language that the site speaks."""

    regex = "en|es"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


_YEARS: Final = range(2000, 2200)
"""Further off lies no day of a clinic, and the calendar has neighbours for each of these."""


class DayConverter:
    """A day, as 2026-11-23."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """A `ValueError` for the 30th of February makes the address one that is not found."""
        day = date.fromisoformat(value)
        if day.year not in _YEARS:
            raise ValueError(value)
        return day

    def to_url(self, value: date | str) -> str:
        return value.isoformat() if isinstance(value, date) else value
