"""The form as a client sees it: fewer questions, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import structs

from needlework.evidence.model import Release
from needlework.web.consultations import kinds
from needlework.web.consultations.forms import ConsultationForm, Wrong
from needlework.web.consultations.options import Chooser, Option, with_empty
from needlework.web.consultations.questions import Section, Wording
from needlework.web.consultations.shown import Painter, Shown, ShownSection
from needlework.web.intake.parts import CONCERNS, PROCEDURES, UNKNOWN, is_asked, lay_wording


class LayChooser(Chooser):
    """Concerns and treatments by plain names."""

    def __init__(self, release: Release, language: str) -> None:
        super().__init__(release, language)
        self._concerns = release.concerns

    def words(self, words: Iterable[str], path: str, said: Sequence[str]) -> tuple[Option, ...]:
        if path != "procedures.list.kind":
            made = super().words(words, path, said)
            return tuple(self._in_first_person(option) for option in made)
        return tuple(Option(key, self._say(name), key in said) for key, name in PROCEDURES.items())

    def _in_first_person(self, option: Option) -> Option:
        if option.value != "unknown":
            return option
        return structs.replace(option, label=self._say(UNKNOWN))

    def entries(self, path: str, value: str) -> tuple[Option, ...]:
        if path != "concerns.concern":
            return super().entries(path, value)
        names = {
            key: self._say(CONCERNS[key]) if key in CONCERNS else self._name(entry.name)
            for key, entry in self._concerns.items()
        }
        pairs = sorted((name, key) for key, name in names.items())
        return with_empty([Option(key, name, key == value) for name, key in pairs], value)


class LayPainter(Painter):
    """Draws one part at a time; what no client is asked is not drawn."""

    def __init__(
        self, form: ConsultationForm, problems: dict[str, list[Wrong]] | None = None
    ) -> None:
        super().__init__(form, with_problems=False)
        self._problems = problems or {}
        self._chooser = LayChooser(form.known.knowledge.release, form.language)

    def wording(self, path: str) -> Wording:
        return lay_wording(path)

    def part(self, part: Section) -> ShownSection:
        return self._section(part)

    def names(self, rows: Iterable[str]) -> list[tuple[str, str]]:
        """Id of the choice, and what was typed, for each row whose name may mean another."""
        return [(self._field_id(f"{row}.confirmed_as"), self._value(f"{row}.name")) for row in rows]

    def places(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """Id of the field and label of each question named."""
        return [(self._field_id(name), self._label(name)) for name in names]

    def _counts(self, section: Section) -> tuple[int, int]:
        return 0, 0

    def _repeat(self, shown: Shown, kind: kinds.Rows | kinds.Amounts | kinds.Ratings) -> None:
        super()._repeat(shown, kind)
        for row in shown.parts:
            # A row is named by its list; in a summary it would say the question again.
            row.label = ""

    def _gather(self, shown: Shown, kind: kinds.Answer | kinds.Fields) -> None:
        asked = tuple(part for part in kind.parts if is_asked(f"{shown.path}.{part.name}"))
        super()._gather(shown, type(kind)(asked))
