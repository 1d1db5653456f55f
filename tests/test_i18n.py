"""Words, dates and numbers in each language."""

from __future__ import annotations

from datetime import date

import pytest

from needlework.errors import AnswerError
from needlework.i18n import LANGUAGES, plural, say_date, say_number, translator


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_stay_no_words(language: str) -> None:
    """In a catalogue the empty text stands for the file's own head."""
    assert translator(language)("") == ""


def test_what_is_missing_stays_english() -> None:
    assert translator("es")("nobody wrote this sentence") == "nobody wrote this sentence"


def test_an_unknown_language_gets_a_sentence() -> None:
    with pytest.raises(AnswerError, match="No words"):
        translator("xx")


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", ("22 November 2026", "0.25")), ("es", ("22 de noviembre de 2026", "0,25"))],
)
def test_days_and_numbers_are_written_as_the_language_does(
    language: str, written: tuple[str, str]
) -> None:
    assert (say_date(date(2026, 11, 22), language), say_number(0.25, language)) == written


def test_one_and_many() -> None:
    assert plural("en", "{n} session", "{n} sessions", 1) == "1 session"
    assert plural("en", "{n} session", "{n} sessions", 3) == "3 sessions"
