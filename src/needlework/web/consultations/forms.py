"""The consultation form: what was typed, what it says in the format, and what is still amiss."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from needlework.errors import AnswerError
from needlework.i18n import translator
from needlework.screening import Consultation
from needlework.screening.consultation import FORMAT
from needlework.screening.reading import from_data, validate
from needlework.web.consultations import typed
from needlework.web.consultations.typed import Read, Typed
from needlework.workflow import Known

Given = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""What the record knows and the form does not ask, for what was said."""

_NAME: Final = "form"
_MOST_ERRORS: Final = 40
_PLACE: Final = re.compile(r"(?:form: )?([a-z]\w*(?:\[\d+\])*(?:\.[a-z]\w*(?:\[\d+\])*)*)(?=[ :])")
_STEP: Final = re.compile(r"\w+")
_STARTS: Final = ("is ", "has ", "lies ", "ends ", "goes ", "runs ")
_NEEDS_TREATMENT: Final = re.compile(r"concerns\.(\d+)\.topical_treatment")


class Wrong(Struct, frozen=True):
    """What is wrong with an answer; the engine's own sentences are English."""

    text: str
    lang: str = ""


class ConsultationForm:
    """A form as it was sent, or filled from a consultation, or empty."""

    def __init__(
        self,
        sent: Typed,
        *,
        known: Known,
        given: Given,
        language: str,
        today: date,
        amiss: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`amiss` names what is wrong outside the questions."""
        self.typed: Typed = {name: list(values) for name, values in sent.items()}
        self.known = known
        self.language = language
        self.today = today
        self._given = given
        self._amiss = amiss
        self._say = translator(language)

    @cached_property
    def read(self) -> Read:
        """What was said, in the format."""
        found = typed.read(self.typed, self._say, self.language)
        for name, sentence in _REQUIRED.items():
            if name not in found.data and not _below(found.problems, name):
                found.problems[name] = [self._say(sentence)]
        found.problems.update({name: [self._say(text)] for name, text in self._amiss.items()})
        return found

    @cached_property
    def unanswered(self) -> tuple[str, ...]:
        """Names of the questions that take "don't know" and were left open."""
        return tuple(name for name in self.read.unanswered if not self._is_beside(name))

    @property
    def left(self) -> tuple[str, ...]:
        """Questions left open, and what cannot be done without and was not said."""
        missing = tuple(name for name in _REQUIRED if name not in self.read.data)
        return (*missing, *self.unanswered)

    @cached_property
    def problems(self) -> dict[str, list[Wrong]]:
        """What stands against saving, by the name of the question."""
        found = {name: [Wrong(text) for text in said] for name, said in self.read.problems.items()}
        for name in self.unanswered:
            found.setdefault(name, []).append(Wrong(self._say(typed.UNANSWERED)))
        for name, wrong in self._judged[1].items():
            found.setdefault(name, [wrong])
        return found

    @property
    def is_valid(self) -> bool:
        return not self.problems

    @property
    def consultation(self) -> Consultation | None:
        """What can be judged: open questions are unknown, what is amiss is left out."""
        return self._judged[0]

    @property
    def data(self) -> dict[str, Any]:
        """The consultation in the published format, with "don't know" written out."""
        return self._whole(self.read.data)

    def with_unknowns(self) -> ConsultationForm:
        """The same form with "don't know" at each question left open."""
        said = {**self.typed, **{name: ["unknown"] for name in self.unanswered}}
        return self._again(said)

    def with_row(self, name: str) -> ConsultationForm:
        """The same form with one empty row more."""
        number = max(typed.row_numbers(self.typed, name), default=-1) + 1
        return self._again({**self.typed, f"{name}.{number}": [""]})

    def without_row(self, name: str) -> ConsultationForm:
        return self._again(typed.without(self.typed, name))

    def with_again(self, fields: Typed) -> ConsultationForm:
        """The same form with what was taken out of it."""
        return self._again({**self.typed, **fields})

    def _again(self, said: Typed) -> ConsultationForm:
        return ConsultationForm(
            said,
            known=self.known,
            given=self._given,
            language=self.language,
            today=self.today,
            amiss=self._amiss,
        )

    # --- the engine's own check ----------------------------------------------------------------

    def _whole(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {**data, **self._given(data), "format": FORMAT}

    @cached_property
    def _judged(self) -> tuple[Consultation | None, dict[str, Wrong]]:
        """The consultation as far as it holds, and what the engine says of the rest."""
        data = deepcopy(self._whole(self.read.data))
        found: dict[str, Wrong] = {}
        if isinstance(wish := data.get("anaesthetic"), dict):
            wish.setdefault("answer", "unknown")
        if not {"date", "concerns"}.issubset(data):
            return None, found
        for _ in range(_MOST_ERRORS):
            try:
                return self._checked(data), found
            except AnswerError as error:
                path, wrong = _said(error)
                name = self.read.names.get(path, path)
                if name in found:
                    break
                found[name] = wrong
                if not _cut(data, path):
                    break
        return None, found

    def _checked(self, data: dict[str, Any]) -> Consultation:
        made = from_data(data, _NAME)
        validate(made, self.known.knowledge, made.date, today=self.today)
        return made

    def _is_beside(self, name: str) -> bool:
        """A topical treatment is asked only where knowledge says that needling is never alone."""
        asked = _NEEDS_TREATMENT.fullmatch(name)
        if asked is None:
            return False
        held = self.typed.get(f"concerns.{asked[1]}.concern") or [""]
        return not self.needs_treatment(held[-1])

    def needs_treatment(self, concern: str) -> bool:
        """Whether knowledge says that a concern is needled only beside a treatment of its own."""
        claim = self.known.knowledge.claims.get(f"concern.{concern}.needs-adjunct")
        return claim is not None and claim.value is True


def _below(problems: Mapping[str, Sequence[str]], name: str) -> bool:
    return any(key == name or key.startswith(f"{name}.") for key in problems)


def _said(error: AnswerError) -> tuple[str, Wrong]:
    """The place that the engine names, and its sentence without it."""
    found = _PLACE.match(error.message)
    path = found[1] if found else ""
    rest = error.message[found.end() :].lstrip(" :") if found else error.message
    sentence = f"This {rest}" if rest.startswith(_STARTS) else rest[:1].upper() + rest[1:]
    return path, Wrong(f"{sentence} {error.hint}".strip(), "en")


def _cut(data: Any, path: str) -> bool:
    """Takes what stands at `path` out of the data; whether anything stood there."""
    *steps, last = [int(step) if step.isdigit() else step for step in _STEP.findall(path)] or [""]
    try:
        for step in steps:
            data = data[step]
        del data[last]
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _(sentence: str) -> str:
    return sentence


_REQUIRED: Final[Mapping[str, str]] = {
    "date": _("Give the day on which the consultation was held."),
    "setting": _("Say whether it would be done in the clinic or at home."),
    "concerns": _("Name at least one concern, and where it is."),
}
