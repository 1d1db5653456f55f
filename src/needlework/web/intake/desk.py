"""What happens at one part of a client's form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from needlework.i18n import translator
from needlework.web.clinics.clock import today_in
from needlework.web.consultations.forms import Wrong
from needlework.web.consultations.questions import Section
from needlework.web.consultations.strange import is_list, is_row
from needlework.web.consultations.zones import zone_regions
from needlework.web.intake import selectors
from needlework.web.intake.forms import IntakeForm, merged, strangers
from needlework.web.intake.parts import PARTS, part_of
from needlework.web.intake.services import keep_draft
from needlework.web.knowledge import known_for
from needlework.web.rendering import render
from needlework.web.request import Request

_CONTROLS: Final = ("csrfmiddlewaretoken", "do")
_NAMES_SHOWN, _NAME_SHOWN = 5, 60


class IntakeDesk:
    """A client's request, and all that they have typed until now."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.link = request.portal
        self.known = known_for(request.clinic)
        self.now = timezone.now()
        self.fields: Mapping[str, list[str]] = selectors.draft_of(self.link)

    @cached_property
    def form(self) -> IntakeForm:
        return self._form(self.fields)

    def _form(self, fields: Mapping[str, list[str]]) -> IntakeForm:
        return IntakeForm(
            fields,
            client=self.link.client,
            known=self.known,
            language=self.request.language,
            today=today_in(self.request.clinic, self.now),
        )

    # --- what is done ---------------------------------------------------------------------------

    def take(self, part: Section) -> HttpResponse:
        """Whatever was typed is kept first; then comes what the button asked for."""
        lists = self.request.POST.lists()
        sent = {name: values for name, values in lists if name not in _CONTROLS}
        do, _colon, about = self.request.POST.get("do", "").partition(":")
        if odd := self._oddity(part, sent, do, about):
            return self.page(part, status=422, odd=odd)
        kept = merged(self.fields, sent, part)
        # What is wrong is said of what was sent, which need not be all that can be kept.
        self.form = self._form({**kept, **sent})
        self._keep(kept)
        if do in ("add", "drop"):
            whole = self.form.whole
            changed = whole.with_row(about) if do == "add" else whole.without_row(about)
            left = {name: list(held) for name, held in changed.typed.items() if part_of(name)}
            self.form = self._form(left)
            self._keep(left)
            return self.page(part)
        if do == "back":
            return self._go(_neighbour(part, -1))
        if do == "later":
            return redirect("intake:start")
        return self._on(part)

    def _on(self, part: Section) -> HttpResponse:
        """To the next part, once this one is whole and its names are clear."""
        rows = self.form.to_confirm(part)
        problems = self.form.problems_of(part)
        if problems:
            return self.page(part, problems=problems, status=422)
        if rows:
            return self.page(part, rows=rows)
        return self._go(_neighbour(part, 1))

    def _go(self, part: Section | None) -> HttpResponse:
        if part is None:
            return redirect("intake:summary")
        return redirect("intake:part", part=part.id)

    def _keep(self, fields: Mapping[str, list[str]]) -> None:
        self.fields = fields
        keep_draft(link=self.link, fields=fields, now=self.now)

    def _oddity(self, part: Section, sent: Mapping[str, list[str]], do: str, about: str) -> str:
        """What was sent that this form never sends, in a sentence."""
        _ = translator(self.request.language)
        if names := strangers(sent, part, self.known):
            told = ", ".join(name[:_NAME_SHOWN] for name in names[:_NAMES_SHOWN])
            return _("The form has no place for what was sent as: {names}.").format(names=told)
        places = {"add": is_list, "drop": is_row}
        if do in places and not (places[do](about) and part_of(about) is part):
            return _("The form has no such list or row. Load the page anew.")
        return ""

    # --- what is shown --------------------------------------------------------------------------

    def page(
        self,
        part: Section,
        *,
        problems: dict[str, list[Wrong]] | None = None,
        rows: list[str] | None = None,
        odd: str = "",
        status: int = 200,
    ) -> HttpResponse:
        painter = self.form.painter(problems)
        url = reverse("intake:part", kwargs={"part": part.id})
        regions = zone_regions(self.known.knowledge, self.request.language)
        context: dict[str, Any] = {
            "part": painter.part(part),
            "page": {"painter": painter, "regions": regions, "form_url": url},
            "number": PARTS.index(part) + 1,
            "count": len(PARTS),
            "wrong": painter.places(problems or {}),
            "names": painter.names(rows or []),
            "odd": odd,
        }
        return render(self.request, "intake/part.html", context, status=status)


def _neighbour(part: Section, step: int) -> Section | None:
    """The part before or after; the first has none before it but itself."""
    place = max(PARTS.index(part) + step, 0)
    return PARTS[place] if place < len(PARTS) else None
