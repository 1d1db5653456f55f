"""Which answers no longer hold: the engine is asked, so that knowledge alone says how long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from needlework.screening.consultation import decode
from needlework.web.consultations.days import (
    answer_name,
    dated,
    given_days,
    moved,
    owner_of,
    renewed,
)
from needlework.workflow import Known, consult, screen

Question = tuple[str, str, str]
"""Rule, path and words: what one rule waits for."""


def expired(data: Mapping[str, Any], known: Known, today: date, by: date) -> list[str]:
    """Answers that the engine would ask again on day `by`, in the format's order.

    They are those that would hold on that day had they been given today, and those that it asks
    today and did not ask on the consultation's own day, such as an old laboratory value.
    """
    asked_by = _asked(moved(data, today), known, by)
    asked_now = asked_by if by == today else _asked(moved(data, today), known, today)
    own = date.fromisoformat(data["date"])
    again = asked_by - _asked(renewed(data, today), known, by)
    again |= asked_now - _asked(data, known, own)
    owners = {owner_of(path) for _rule, path, _words in again}
    answered = given_days(data)
    return [owner for owner in dated() if owner in owners and owner in answered]


def is_asked_again(paths: list[str], data: Mapping[str, Any]) -> bool:
    """Whether one of the questions at these paths was answered, and is asked all the same."""
    answered = given_days(data)
    return any(owner_of(path) in answered for path in paths)


def names_of(owners: list[str]) -> list[str]:
    """Names of the questions in the form."""
    return [answer_name(owner) for owner in owners]


def _asked(data: Mapping[str, Any], known: Known, on: date) -> set[Question]:
    found = screen(consult(decode(dict(data)), known, on)).findings
    return {(one.rule, one.asks, one.summary) for one in found if one.asks}
