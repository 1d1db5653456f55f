"""What a client told beforehand, beside what the practitioner made of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from msgspec import Struct

from needlework.web.consultations.answers import answer_words
from needlework.web.consultations.forms import ConsultationForm
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.selectors import History
from needlework.web.consultations.shown import Painter
from needlework.web.consultations.typed import write
from needlework.web.consultations.zones import apart
from needlework.web.intake.parts import QUESTIONS, part_of
from needlework.workflow import Known

_UNDATED = "concerns"
"""The one question whose answer has no day of its own."""


class Difference(Struct, frozen=True):
    """A question, and both answers in words; empty where there is none."""

    label: str
    told: str
    confirmed: str


class Told(Struct, frozen=True):
    """A client's version, and how the version on the page stands to it."""

    version: ConsultationVersion
    is_open: bool
    """Nobody has confirmed it yet."""
    is_shown: bool
    """It is itself the version on the page."""
    differences: tuple[Difference, ...]


def told_of(
    shown: ConsultationVersion, history: History, known: Known, language: str
) -> Told | None:
    """What the client told before the version that is shown; None where staff alone wrote."""
    before = (
        one for one in history.versions if one.origin == "client" and one.number <= shown.number
    )
    told = next(before, None)
    if told is None:
        return None
    is_shown = told.pk == shown.pk
    return Told(
        version=told,
        is_open=is_shown and told == history.current,
        is_shown=is_shown,
        differences=() if is_shown else differences(told, shown, known, language),
    )


def fields_to_confirm(data: Mapping[str, Any], known: Known, today: date) -> dict[str, list[str]]:
    """A client's answers as a form of today shows them, each with the day on which it was given."""
    fields = write(data, partial(apart, known.knowledge))
    if data["date"] != today.isoformat():
        for name in QUESTIONS:
            if name in fields and name != _UNDATED:
                fields.setdefault(f"{name}.on", [data["date"]])
    return {**fields, "date": [today.isoformat()]}


def told_names(data: Mapping[str, Any]) -> frozenset[str]:
    """Questions that the client answered."""
    return frozenset(name for name in QUESTIONS if _said(data, name) is not None)


def differences(
    told: ConsultationVersion, confirmed: ConsultationVersion, known: Known, language: str
) -> tuple[Difference, ...]:
    """Questions that the client was asked and that are answered otherwise now."""
    theirs, ours = (_painter(one, known, language) for one in (told, confirmed))
    found = []
    for name in QUESTIONS:
        before, after = theirs.at_name(name), ours.at_name(name)
        if before is None or after is None:
            continue
        said = (answer_words(before, language), answer_words(after, language))
        if said[0] != said[1]:
            found.append(Difference(after.label, *said))
    return tuple(found)


def _painter(version: ConsultationVersion, known: Known, language: str) -> Painter:
    """Of what a client is asked alone: what a professional added is no difference."""
    fields = write(version.data, partial(apart, known.knowledge))
    form = ConsultationForm(
        {name: held for name, held in fields.items() if part_of(name)},
        known=known,
        given=lambda _said: {},
        language=language,
        today=date.fromisoformat(version.data["date"]),
    )
    return Painter(form, with_problems=False)


def _said(data: Mapping[str, Any], name: str) -> Any:
    found: Any = data
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
