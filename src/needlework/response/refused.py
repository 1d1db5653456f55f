"""A refusal that can be told in another language: its words apart from what stands in them."""

from __future__ import annotations

from typing import Final

from needlework.errors import UsageError
from needlework.i18n import Translate


class Refused(UsageError):
    """A `UsageError` whose sentence is a message of the catalogue with `{places}` in it."""

    def __init__(self, said: str, *, hint: str = "", **values: object) -> None:
        super().__init__(said.format(**values), hint=hint.format(**values))
        self.said = said
        self.values = values


def told(error: UsageError, translate: Translate) -> str:
    """Why, in the translator's language; in general words where the sentence is not in it.

    Examples
    --------
    >>> told(Refused("Day {day} is too late.", day=9), lambda words: words)
    'Day 9 is too late.'
    """
    words, values = (
        (error.said, error.values) if isinstance(error, Refused) else (error.message, {})
    )
    said, in_general = translate(words), translate(_IN_GENERAL)
    if said == words and in_general != _IN_GENERAL:
        return in_general
    return said.format(**values) if values else said


_IN_GENERAL: Final = "The models of skin have no answer for what is planned."
