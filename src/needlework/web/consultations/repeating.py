"""A new consultation, which may begin from what the last one said and what of it still holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property, partial
from typing import Any, Final

import msgspec

from needlework.i18n import translator
from needlework.web.clinics.models import Client
from needlework.web.consultations.answers import answer_words
from needlework.web.consultations.days import (
    age,
    answer_name,
    dated,
    day_name,
    given_days,
    left_open,
    moved,
)
from needlework.web.consultations.desk import Desk, moment
from needlework.web.consultations.differing import painter_of
from needlework.web.consultations.drafts import said
from needlework.web.consultations.expiring import expired
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.shown import Shown
from needlework.web.consultations.typed import Typed, write
from needlework.web.consultations.zones import apart
from needlework.web.records.selectors import retraction_of
from needlework.workflow import Known

BEGUN: Final = "last"
"""In the address and in the form: that it begins from the last consultation."""
OF_ITS_DAY: Final = frozenset({"planned_products", "planned_prp", "anaesthetic"})
"""Wished or planned then, without a day in the format that would show its age."""
KEPT_OF_A_CONCERN: Final = frozenset({"concern", "zones", "scale", "scar_on"})
"""How bad it is was graded then, and is graded anew; the format keeps no day beside a grade."""
_NOT_REPEATED: Final = frozenset({"clearances", "operator", "client"})
"""The record knows them; what was cleared for one consultation is asked anew for another."""


class NewDesk(Desk):
    """The first version of a consultation."""

    @cached_property
    def last(self) -> ConsultationVersion | None:
        return last_version(self.client)

    @property
    def begins_from(self) -> ConsultationVersion | None:
        """The version whose answers the form began from."""
        return self.last if self.control("begun") == BEGUN else None

    @cached_property
    def _repeated(self) -> dict[str, list[str]]:
        version = self.begins_from
        return repeated(version.data, self.known, self.today) if version else {}

    def control(self, name: str) -> str:
        if name == "begun" and self.request.method == "GET" and not self.is_resumed:
            return self.request.GET.get("begin", "")
        return super().control(name)

    def _start(self) -> Mapping[str, list[str]]:
        if self.begins_from is not None and self.request.method == "GET":
            self.request.audit.note(self.begins_from)
        return self._repeated or super()._start()

    def _sent(self) -> Mapping[str, list[str]]:
        """An answer that was changed is new, unless it was given another day."""
        sent = super()._sent()
        return sent if self.request.method == "GET" else _as_new(sent, self._repeated)

    def _sent_before(self) -> ConsultationVersion | None:
        """The same, word for word, from the same window."""
        opened = moment(self.request.POST.get("opened", ""))
        if opened is None:
            return None
        # Two taps at once wait for each other here.
        list(Client.objects.select_for_update(no_key=True).filter(pk=str(self.client.pk)))
        mine = ConsultationVersion.objects.filter(
            client=self.client, author=self.request.user, number=1, recorded_at__gte=opened
        ).select_related("consultation")
        said = msgspec.to_builtins(self.form.data)
        same = (one for one in mine if one.data == said)
        return next((one for one in same if retraction_of(one.consultation) is None), None)

    def _notes(self, painter: Any) -> dict[str, str]:
        """Beside what was left open, what was said before, and how long ago."""
        version = self.begins_from
        if version is None:
            return super()._notes(painter)
        before = notes_before(version.data, self.known, self.request.language, self.today)
        given = {name for name in before if any(painter.form.typed.get(name, ()))}
        open_ = {name: words for name, words in before.items() if name not in given}
        return {**open_, **super()._notes(painter)}

    def _common(self, painter: Any) -> dict[str, Any]:
        last = self.last
        return {
            **super()._common(painter),
            "last": last,
            "last_day": date.fromisoformat(last.data["date"]) if last else None,
            "begins_from": self.begins_from,
        }


def last_version(client: Client) -> ConsultationVersion | None:
    """The newest that counts and that a professional wrote or confirmed."""
    found = ConsultationVersion.objects.current().filter(client=client, origin="staff")
    newest = found.select_related("consultation").order_by("-recorded_at")
    return next((one for one in newest if retraction_of(one.consultation) is None), None)


def repeated(data: Mapping[str, Any], known: Known, today: date) -> dict[str, list[str]]:
    """A form of today with what still holds, each answer with the day on which it was given."""
    carried = {name: held for name, held in data.items() if name not in _NOT_REPEATED}
    fields = write(moved(carried, today), partial(apart, known.knowledge))
    again = expired(data, known, today, today)
    answered = given_days(data)
    for owner in dated():
        if owner in again or owner not in answered:
            fields = left_open(fields, owner)
    return {name: held for name, held in fields.items() if not _is_of_its_day(name)}


def notes_before(
    data: Mapping[str, Any], known: Known, language: str, today: date
) -> dict[str, str]:
    """What each dated answer said, and how long ago, by the question's name."""
    days = given_days(data)
    fields = write(data, partial(apart, known.knowledge))
    plain = {name: held for name, held in fields.items() if name not in map(day_name, days)}
    painter = painter_of(plain, known, language, today)
    say, found = translator(language), {}
    for owner, on in days.items():
        name = answer_name(owner)
        question = painter.at_name(name)
        if question is not None:
            told = say(BEFORE).format(answer=_words(question, language))
            found[name] = f"{told} {age(on, today, language)}."
    return found


def _words(question: Shown, language: str) -> str:
    """The answer; the rows of a list stand below it, to be gone through."""
    has_rows = any(part.kind == "rows" for part in question.parts)
    if not has_rows:
        return answer_words(question, language)
    return ", ".join(option.label for option in question.options if option.chosen)


def _as_new(sent: Typed, repeated: Typed) -> dict[str, list[str]]:
    """What was sent, where a changed answer loses the day that came along with the old one."""
    now, then = said(sent), said(repeated)
    changed = {
        day_name(owner)
        for owner in dated()
        if day_name(owner) in then
        and now.get(day_name(owner)) == then[day_name(owner)]
        and _below(now, owner) != _below(then, owner)
    }
    return {name: list(held) for name, held in sent.items() if name not in changed}


def _below(fields: Typed, owner: str) -> dict[str, list[str]]:
    day = day_name(owner)
    return {
        name: list(held)
        for name, held in fields.items()
        if name != day and (name == owner or name.startswith(f"{owner}."))
    }


def _is_of_its_day(name: str) -> bool:
    first, *rest = name.split(".")
    return first in OF_ITS_DAY or (first == "concerns" and rest[1] not in KEPT_OF_A_CONCERN)


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


BEFORE: Final = _("Said before: {answer},")
