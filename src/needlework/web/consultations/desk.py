"""What happens at the form: one desk for a new consultation and for a new version of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property, partial
from typing import Any, Final

import msgspec
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from needlework.i18n import translator
from needlework.screening.consultation import GivenClearance
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations import selectors
from needlework.web.consultations.assessing import assessed
from needlework.web.consultations.forms import ConsultationForm
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.web.consultations.saying import sayer
from needlework.web.consultations.services import record_consultation
from needlework.web.consultations.shown import Painter
from needlework.web.consultations.strange import is_list, is_question, is_row, strange_names
from needlework.web.consultations.typed import NOT_SHOWN, write
from needlework.web.consultations.zones import apart, zone_regions
from needlework.web.knowledge import known_for
from needlework.web.records.services import OvertakenError
from needlework.web.rendering import render
from needlework.web.request import Request

_CONTROLS: Final = ("csrfmiddlewaretoken", "do", "base", "operator")
"""What the form sends beside answers."""
_LISTS: Final = ("rows", "amounts")
_NAMED: Final[Mapping[str, Callable[[str], bool]]] = {
    "add": is_list,
    "drop": is_row,
    "confirm": is_question,
}
"""Acts that name a place in the form, and which places they may name."""
_WHOLE: Final = "consultation"
"""The form's own id: where what is wrong has no question."""
_NAMES_SHOWN, _NAME_SHOWN = 5, 60
_CLEARANCES: Final = tuple[GivenClearance, ...]


class Desk:
    """A request at the form: about whom it is, and the version that it follows."""

    def __init__(
        self, request: Request, client: Client, consultation: Consultation | None = None
    ) -> None:
        self.request = request
        self.client = client
        self.consultation = consultation
        self.clinic = request.clinic
        self.known = known_for(request.clinic)
        self.now = timezone.now()
        self.today = today_in(self.clinic, self.now)
        self.do, _, self.about = request.POST.get("do", "").partition(":")

    # --- what is at hand ------------------------------------------------------------------------

    @cached_property
    def newest(self) -> ConsultationVersion | None:
        return selectors.version_of(self.consultation) if self.consultation else None

    @cached_property
    def before(self) -> Mapping[str, Any]:
        """What was said in the version before this one."""
        return self.newest.data if self.newest else {}

    @cached_property
    def treaters(self) -> list[Membership]:
        return selectors.treaters(self.clinic)

    @cached_property
    def treater(self) -> Membership | None:
        """Who would treat: as chosen, else as before, else whoever fills in the form."""
        chosen = self.request.POST.get("operator", "")
        if chosen:
            return next((one for one in self.treaters if str(one.pk) == chosen), None)
        held = self.before.get("operator")
        same = [one for one in self.treaters if held and self._operator(one, self.before) == held]
        own = [one for one in self.treaters if one.pk == self.request.membership.pk]
        return next(iter((*same, *own, *self.treaters)), None)

    @cached_property
    def form(self) -> ConsultationForm:
        # What has no place is told of once, and does not come along a second time.
        sent = {name: held for name, held in self._sent().items() if name not in self._strange}
        return ConsultationForm(
            sent,
            known=self.known,
            given=self._given,
            language=self.request.language,
            today=self.today,
            amiss=self._amiss,
        )

    @property
    def _amiss(self) -> dict[str, str]:
        """What is wrong outside the questions."""
        found = {"operator": NOT_SHOWN} if self._is_odd_treater else {}
        return {**found, _WHOLE: self._oddity} if self._oddity else found

    @cached_property
    def _strange(self) -> list[str]:
        if self.request.method != "POST":
            return []
        return strange_names(self._sent(), self.known.knowledge.release.scales)

    @cached_property
    def _oddity(self) -> str:
        """What was sent that no form of ours sends; it is never dropped without a word."""
        _ = translator(self.request.language)
        if self._strange:
            told = ", ".join(name[:_NAME_SHOWN] for name in self._strange[:_NAMES_SHOWN])
            return _("The form has no place for what was sent as: {names}.").format(names=told)
        act = _NAMED.get(self.do)
        if act is not None and not act(self.about):
            return _("The form has no such list or row. Load the page anew.")
        return ""

    @property
    def _is_odd_treater(self) -> bool:
        return bool(self.request.POST.get("operator")) and self.treater is None

    def _sent(self) -> Mapping[str, list[str]]:
        if self.request.method == "POST":
            lists = self.request.POST.lists()
            return {name: values for name, values in lists if name not in _CONTROLS}
        if self.before:
            return write(self.before, partial(apart, self.known.knowledge))
        return {"date": [self.today.isoformat()], "setting": ["clinic"]}

    def _given(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the record knows: the person, the place, who would treat, what was cleared."""
        made: dict[str, Any] = {
            "jurisdiction": self.clinic.jurisdiction,
            "client": msgspec.to_builtins(selectors.client_facts(self.client, self.before)),
        }
        if self.treater is not None:
            made["operator"] = self._operator(self.treater, said)
        if cleared := self.before.get("clearances"):
            made["clearances"] = cleared
        return made

    def _operator(self, member: Membership, said: Mapping[str, Any]) -> dict[str, Any]:
        day = date.fromisoformat(said["date"]) if said.get("date") else self.today
        devices = [device["id"] for device in said.get("devices", ())]
        facts: dict[str, Any] = msgspec.to_builtins(selectors.operator(member, day, devices))
        return facts

    # --- what is done ---------------------------------------------------------------------------

    def answer(self) -> HttpResponse:
        """The response to what was asked; without a word it is saved."""
        if self.request.method != "POST":
            return self.page()
        if self._oddity:
            return self.page(with_problems=True, status=422)
        acts = {
            "assess": self.page,
            "back": self.page,
            "add": self.add,
            "drop": self.drop,
            "confirm": self.confirm,
            "unknown": self.ask_unknown,
            "unknown-sure": self.save_unknown,
        }
        return acts.get(self.do, self.save)()

    def save(self) -> HttpResponse:
        if not self.form.is_valid:
            return self.page(with_problems=True, status=422)
        try:
            version = record_consultation(
                clinic=self.clinic,
                client=self.client,
                author=self.request.user,
                data=self.form.data,
                known=self.known,
                now=self.now,
                consultation=self.consultation,
                base=_number(self.request.POST.get("base", "")),
            )
        except OvertakenError:
            return self.page(status=422, overtaken=True)
        self.request.audit.note(version)
        return redirect(
            "consultations:detail",
            clinic=self.clinic.slug,
            client=self.client.pk,
            consultation=version.consultation_id,
        )

    def save_unknown(self) -> HttpResponse:
        self.form = self.form.with_unknowns()
        return self.save()

    def ask_unknown(self) -> HttpResponse:
        """Which questions would be answered with "don't know", before any is."""
        if not self.form.unanswered:
            return self.save()
        painter = Painter(self.form, with_problems=False)
        context = {
            **self._common(painter),
            "unanswered": painter.open_questions(),
            "sent": [(name, value) for name, held in self.request.POST.lists() for value in held],
        }
        return render(self.request, "consultations/unknown.html", context)

    def add(self) -> HttpResponse:
        self.form = self.form.with_row(self.about)
        return self._redrawn(self.about)

    def drop(self) -> HttpResponse:
        self.form = self.form.without_row(self.about)
        return self._redrawn(self.about.rpartition(".")[0])

    def confirm(self) -> HttpResponse:
        """What the name in a row may mean, or a row whose concern or scale has changed."""
        return self._redrawn(self.about)

    def _redrawn(self, name: str) -> HttpResponse:
        """The page; with htmx the one list, row or name alone."""
        painter = Painter(self.form, with_problems=False)
        above, _, last = name.rpartition(".")
        question, parent = painter.at_name(name), painter.at_name(above)
        is_list = question is not None and question.kind in _LISTS
        is_row = question is not None and parent is not None and parent.kind in _LISTS
        is_name = question is not None and question.kind == "confirm"
        if not self.request.htmx or not (is_list or is_row or is_name):
            return self.page()
        context = {
            **self._common(painter),
            "question": question,
            "parent": parent,
            "number": int(last) + 1 if is_row else 0,
            "focus": self.do,
        }
        block = "rows" if is_list else "row"
        return render(self.request, "consultations/rows.html", context, block=block)

    # --- what is shown --------------------------------------------------------------------------

    def page(
        self, *, with_problems: bool = False, status: int = 200, overtaken: bool = False
    ) -> HttpResponse:
        painter = Painter(self.form, with_problems=with_problems)
        context = {
            **self._common(painter),
            **self._assessment(painter),
            "sections": painter.sections(),
            "wrong": painter.amiss() if with_problems else [],
            "unanswered": painter.open_questions() if with_problems else [],
            "overtaken": overtaken,
            "treaters": self.treaters,
            "treater": self.treater,
            "odd_treater": self._is_odd_treater,
            "operator": self.form.data.get("operator"),
            "clearances": msgspec.convert(self.before.get("clearances", ()), _CLEARANCES),
            "base": self.newest.number if self.newest else 0,
        }
        return render(self.request, "consultations/edit.html", context, status=status)

    def assessment(self) -> HttpResponse:
        """The assessment beside the form, alone."""
        painter = Painter(self.form, with_problems=False)
        context = {**self._common(painter), **self._assessment(painter), "is_update": True}
        return render(self.request, "consultations/beside.html", context, block="beside")

    def _assessment(self, painter: Painter) -> dict[str, Any]:
        said = self.form.consultation
        return {
            "assessed": assessed(said, self.known, self.request.language) if said else None,
            "outline": painter.outline(),
            "left": len(self.form.left),
            "left_out": painter.amiss() if said else [],
            "is_update": False,
        }

    def _common(self, painter: Painter) -> dict[str, Any]:
        here: dict[str, Any] = {"clinic": self.clinic.slug, "client": self.client.pk}
        name = "assessment_new"
        if self.consultation:
            here, name = {**here, "consultation": self.consultation.pk}, "assessment"
        regions = zone_regions(self.known.knowledge, self.request.language)
        form_url = reverse(f"consultations:{'edit' if self.consultation else 'new'}", kwargs=here)
        return {
            "client": self.client,
            "consultation": self.consultation,
            "page": {"painter": painter, "regions": regions, "form_url": form_url},
            "assessment_url": reverse(f"consultations:{name}", kwargs=here),
            "say": sayer(self.known.knowledge, self.request.language),
        }


def _number(text: str) -> int:
    """A version's number as the form sends it; what is none is no version."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
