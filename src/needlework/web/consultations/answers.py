"""What a version says, question by question, to be read and not judged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from functools import partial

from msgspec import Struct

from needlework.i18n import say_date
from needlework.web.consultations.forms import ConsultationForm
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.shown import Painter, Shown, ShownSection
from needlework.web.consultations.typed import write
from needlework.web.consultations.zones import apart
from needlework.workflow import Known


class Answered(Struct, frozen=True):
    """A question that was answered, and the answer in words."""

    label: str
    words: str


class AnsweredPart(Struct, frozen=True):
    """A part of the form with what was answered in it."""

    title: str
    answers: tuple[Answered, ...]


def answers_of(
    version: ConsultationVersion, known: Known, language: str, today: date
) -> tuple[AnsweredPart, ...]:
    """Parts of the form in which something was said, in the form's own words."""
    form = ConsultationForm(
        write(version.data, partial(apart, known.knowledge)),
        known=known,
        given=lambda _said: {},
        language=language,
        today=today,
    )
    sections = Painter(form, with_problems=False).sections()
    parts = (answered_in(section, language) for section in sections)
    return tuple(part for part in parts if part.answers)


def answered_in(section: ShownSection, language: str) -> AnsweredPart:
    return AnsweredPart(
        section.title,
        tuple(
            Answered(question.label or group.title, words)
            for group in section.groups
            for question in group.questions
            if (words := answer_words(question, language))
        ),
    )


def answer_words(question: Shown, language: str) -> str:
    """The answer, and after it what its parts say."""
    own = _own(question, language)
    below = list(_below(question, language))
    if question.kind in ("rows", "amounts", "ratings"):
        return "; ".join(below)
    return ", ".join([own, *below] if own else below)


def _own(question: Shown, language: str) -> str:
    options = [*question.options, *(one for group in question.groups for one in group.options)]
    if options:
        return ", ".join(one.label for one in options if one.chosen and one.value)
    if question.kind == "zones":
        return question.note
    if question.kind == "tick":
        return "✓" if question.value else ""
    if question.kind == "day" and question.value:
        with suppress(ValueError):  # what was typed and not saved may be no day
            return say_date(date.fromisoformat(question.value), language)
    return question.value


def _below(question: Shown, language: str) -> Iterator[str]:
    """Its parts, each with its own label; rows are told apart by their order."""
    for part in question.parts:
        if words := answer_words(part, language):
            label = part.label if part.kind != "scale" else ""
            colon = "" if label.endswith(("?", "…")) else ":"
            yield f"{label}{colon} {words}" if label else words
