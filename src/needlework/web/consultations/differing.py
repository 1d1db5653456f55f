"""Where two forms of one consultation answer otherwise, question by question."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from needlework.web.consultations.answers import answer_words
from needlework.web.consultations.forms import ConsultationForm
from needlework.web.consultations.shown import Painter
from needlework.web.consultations.typed import Typed
from needlework.workflow import Known


class Difference(Struct, frozen=True):
    """A question, and both answers in words; empty where there is none."""

    label: str
    mine: str
    theirs: str


def differences(
    mine: Typed, theirs: Typed, known: Known, language: str, today: date
) -> tuple[Difference, ...]:
    """Questions of the form, in its order, whose answers are not the same."""
    said = [_said(fields, known, language, today) for fields in (mine, theirs)]
    return tuple(
        Difference(label, own, other)
        for (label, own), (_label, other) in zip(*said, strict=True)
        if own != other
    )


def _said(fields: Typed, known: Known, language: str, today: date) -> list[tuple[str, str]]:
    painter = painter_of(fields, known, language, today)
    return [
        (question.label or group.title, answer_words(question, language))
        for section in painter.sections()
        for group in section.groups
        for question in group.questions
    ]


def painter_of(fields: Typed, known: Known, language: str, today: date) -> Painter:
    """A form to be read and not judged."""
    form = ConsultationForm(
        fields, known=known, given=lambda _said: {}, language=language, today=today
    )
    return Painter(form, with_problems=False)
