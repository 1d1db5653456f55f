"""Old answers asked again on one page: what is said anew becomes the next version, held today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property, partial

from django.http import HttpResponse
from django.urls import reverse

from needlework.web.consultations.days import answer_name, left_open, moved
from needlework.web.consultations.desk import Desk
from needlework.web.consultations.expiring import expired
from needlework.web.consultations.repeating import notes_before
from needlework.web.consultations.shown import Painter
from needlework.web.consultations.typed import write
from needlework.web.consultations.zones import apart
from needlework.web.rendering import render


class RenewDesk(Desk):
    """The form of a consultation, of which only what has expired is shown."""

    @cached_property
    def by(self) -> date:
        """Until when the answers should hold: today, or a later day that was asked for."""
        text = self.request.POST.get("by", self.request.GET.get("by", ""))
        try:
            return max(date.fromisoformat(text), self.today)
        except ValueError:
            return self.today

    @cached_property
    def owners(self) -> list[str]:
        return expired(self.before, self.known, self.today, self.by)

    @property
    def form_url(self) -> str:
        return reverse("consultations:again", kwargs=self._here)

    def answer(self) -> HttpResponse:
        acts = {"add": self.add, "drop": self.drop, "confirm": self.confirm}
        if self.request.method != "POST":
            return self.page()
        if self._is_late:
            return self.page(status=422, overtaken=True)
        if self._oddity:
            return self.page(with_problems=True, status=422)
        return acts.get(self.do, self.save)()

    @property
    def _is_late(self) -> bool:
        """Somebody saved a version since the page was drawn; theirs may have asked the same."""
        number = self.newest.number if self.newest else 0
        return self.request.method == "POST" and self.request.POST.get("base") != str(number)

    def keep(self, *, ends_undo: bool = True) -> None:
        """A page of a few questions has no draft."""

    def finish(self) -> None:
        """The whole form's draft stays; when it is opened, it is told of this version."""

    def _start(self) -> Mapping[str, list[str]]:
        """All that was said, each answer with its day, and those to ask again left open."""
        fields = self._whole
        for owner in self.owners:
            fields = left_open(fields, owner)
        return fields

    @cached_property
    def _whole(self) -> dict[str, list[str]]:
        return write(moved(self.before, self.today), partial(apart, self.known.knowledge))

    def _sent(self) -> Mapping[str, list[str]]:
        """What was said anew, in the midst of all that still holds."""
        sent = super()._sent()
        if self.request.method != "POST":
            return sent
        shown = tuple(f"{one}." for one in self.owners)
        kept = {
            name: held
            for name, held in self._whole.items()
            if not (name in self.owners or name.startswith(shown)) or _is_beside(name)
        }
        return {**kept, **sent}

    @cached_property
    def _strange(self) -> list[str]:
        """Names of questions that this page does not ask are as strange as unknown ones."""
        sent = {} if self._is_late else super()._sent()
        shown = tuple(f"{one}." for one in self.owners)
        others = [name for name in sent if not (name in self.owners or name.startswith(shown))]
        return list(dict.fromkeys([*super()._strange, *others]))

    def page(
        self, *, with_problems: bool = False, status: int = 200, overtaken: bool = False
    ) -> HttpResponse:
        painter = Painter(self.form, with_problems=with_problems)
        asked = [painter.at_name(answer_name(owner)) for owner in self.owners]
        context = {
            **self._common(painter),
            "asked": [question for question in asked if question is not None],
            "wrong": painter.amiss() if with_problems else [],
            "unanswered": painter.open_questions() if with_problems else [],
            "overtaken": overtaken,
            "differing": self._differences(self.form.typed) if overtaken else (),
            "by": self.by,
            "is_later": self.by > self.today,
            "said_on": date.fromisoformat(self.before["date"]),
            "today": self.today,
            "base": self.newest.number if self.newest else 0,
            "waits": self.waits,
        }
        return render(self.request, "consultations/again.html", context, status=status)

    def _notes(self, painter: Painter) -> dict[str, str]:
        return notes_before(self.before, self.known, self.request.language, self.today)


def _is_beside(name: str) -> bool:
    """The questionnaire is no part of what is graded anew."""
    return name.startswith("phototype.questionnaire.")
