"""What a client typed, as far as a client is asked, and what is still amiss with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, Final

import msgspec

from needlework.i18n import translator
from needlework.web.clinics.models import Client
from needlework.web.consultations import selectors
from needlework.web.consultations.forms import ConsultationForm, Wrong
from needlework.web.consultations.questions import Section
from needlework.web.consultations.strange import strange_names
from needlework.web.consultations.typed import Typed
from needlework.web.intake.parts import PARTS, part_of
from needlework.web.intake.shown import LayPainter
from needlework.workflow import Known

_DAYS: Final = ("_on", ".on", "last_used")
_NAMED_LISTS: Final = ("medicines.list", "conditions.list", "allergies.list", "products.list")


class IntakeForm:
    """The whole form of one client, in whatever part they are."""

    def __init__(
        self, fields: Typed, *, client: Client, known: Known, language: str, today: date
    ) -> None:
        self.language = language
        self._client = client
        self._said = translator(language)
        # When and where it is said is not asked; nothing else that a part does not ask is read.
        asked = {name: values for name, values in fields.items() if part_of(name)}
        self.whole = ConsultationForm(
            {**asked, "date": [today.isoformat()], "setting": ["clinic"]},
            known=known,
            given=self._given,
            language=language,
            today=today,
        )

    @property
    def data(self) -> dict[str, Any]:
        """In the published format; what only a professional can tell is open."""
        return self.whole.data

    @cached_property
    def problems(self) -> dict[str, list[Wrong]]:
        """What stands against sending, by the name of the question."""
        found = {}
        for name, wrongs in self.whole.problems.items():
            is_professionals = part_of(name) is None
            if is_professionals and name in self.whole.unanswered:
                continue
            is_open = name in self.whole.unanswered
            found[name] = (
                [Wrong(self._said(_OPEN))]
                if is_open
                else [self._plain(name, wrong) for wrong in wrongs]
            )
        return found

    def problems_of(self, part: Section) -> dict[str, list[Wrong]]:
        return {name: held for name, held in self.problems.items() if part_of(name) is part}

    @property
    def unfinished(self) -> list[Section]:
        """Parts with a question that is open or needs another look."""
        return [part for part in PARTS if self.problems_of(part)]

    @property
    def is_complete(self) -> bool:
        return not self.problems

    def painter(self, problems: dict[str, list[Wrong]] | None = None) -> LayPainter:
        return LayPainter(self.whole, problems)

    def to_confirm(self, part: Section) -> list[str]:
        """Rows of the part whose name may mean something else, and was not asked about yet."""
        painter = self.painter()
        found = []
        for path in _NAMED_LISTS:
            rows = painter.at_name(path) if part_of(path) is part else None
            for row in rows.parts if rows else ():
                name = f"{row.name}.confirmed_as"
                if row.part("confirmed_as").options and name not in self.whole.typed:
                    found.append(row.name)
        return found

    def _given(self, _said: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the record knows; who would treat, and what was cleared, is not a client's."""
        return {
            "jurisdiction": self._client.clinic.jurisdiction,
            "client": msgspec.to_builtins(selectors.client_facts(self._client, {})),
        }

    def _plain(self, name: str, wrong: Wrong) -> Wrong:
        """The engine's sentences are for staff, and in English."""
        if wrong.lang != "en":
            return wrong
        return Wrong(self._said(_A_DAY if name.endswith(_DAYS) else _ANOTHER_LOOK))


def strangers(sent: Typed, part: Section, known: Known) -> list[str]:
    """Names that this part of the form never sends: nothing of them is kept."""
    odd = set(strange_names(sent, known.knowledge.release.scales))
    return [name for name in sent if name in odd or part_of(name) is not part]


def merged(fields: Typed, sent: Mapping[str, Sequence[str]], part: Section) -> dict[str, list[str]]:
    """All that was typed so far, with one part of it as it was sent now."""
    others = {name: list(held) for name, held in fields.items() if part_of(name) is not part}
    # PostgreSQL keeps no such sign; on the page it is named as it was sent.
    kept = {name: [text.replace("\x00", "") for text in held] for name, held in sent.items()}
    return {**others, **kept}


def _(sentence: str) -> str:
    """Marks a sentence for the catalogue; it is translated where it is said."""
    return sentence


_OPEN: Final = _("Choose an answer; “I don’t know” is one.")
_A_DAY: Final = _("Check this day and its year: it cannot lie in the future or before your birth.")
_ANOTHER_LOOK: Final = _("Please look at this answer again.")
