"""What happens at the form: one desk for a new consultation and for a new version of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cached_property, partial
from typing import Any, Final

import msgspec
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from needlework.documents.words import capital
from needlework.i18n import translator
from needlework.screening.consultation import GivenClearance
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations import drafts, selectors
from needlework.web.consultations.assessing import assessed
from needlework.web.consultations.days import age, days_in
from needlework.web.consultations.differing import differences
from needlework.web.consultations.drafts import Kept, Place
from needlework.web.consultations.forms import ConsultationForm
from needlework.web.consultations.models import Consultation, ConsultationVersion, Draft
from needlework.web.consultations.saying import sayer
from needlework.web.consultations.services import record_consultation
from needlework.web.consultations.shown import Painter
from needlework.web.consultations.signed import plan_that_would_wait
from needlework.web.consultations.strange import is_list, is_question, is_row, strange_names
from needlework.web.consultations.typed import NOT_SHOWN, Typed, is_blank, row_numbers, write
from needlework.web.consultations.zones import apart, zone_regions
from needlework.web.knowledge import known_for
from needlework.web.plans.models import SignedPlan
from needlework.web.records.services import OvertakenError
from needlework.web.rendering import render
from needlework.web.request import Request
from needlework.web.staff.selectors import listed_name

_CONTROLS: Final = ("csrfmiddlewaretoken", "do", "base", "operator", "opened", "begun", "by")
"""What the form sends beside answers."""
_KEPT_CONTROLS: Final = ("operator", "begun")
"""Those that belong to what was typed."""
RESUME: Final = "go-on"
_LISTS: Final = ("rows", "amounts")
_NAMED: Final[Mapping[str, Callable[[str], bool]]] = {
    "add": is_list,
    "drop": is_row,
    "undo": is_list,
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
        self.kept = Kept(None)
        self.has_replaced = False
        """What was thrown away gave place to what is kept now."""
        self.removed: tuple[str, int] | None = None
        """The list from which a row was just removed, and the row's number in it."""

    # --- what is at hand ------------------------------------------------------------------------

    @cached_property
    def newest(self) -> ConsultationVersion | None:
        return selectors.version_of(self.consultation) if self.consultation else None

    @cached_property
    def before(self) -> Mapping[str, Any]:
        """What was said in the version before this one."""
        return self.newest.data if self.newest else {}

    @cached_property
    def place(self) -> Place:
        return Place(self.request.user, self.client, self.consultation)

    @cached_property
    def draft(self) -> Draft | None:
        return drafts.draft_at(self.place)

    @property
    def is_resumed(self) -> bool:
        """The form goes on with what was kept."""
        is_asked = self.request.method == "GET" and self.request.GET.get("draft") == RESUME
        return is_asked and self.draft is not None and self.draft.thrown_at is None

    @cached_property
    def opened(self) -> datetime:
        """When this window's form was opened: by it a window knows its own draft."""
        if self.is_resumed and self.draft and self.draft.opened_at:
            return self.draft.opened_at
        return moment(self.request.POST.get("opened", "")) or self.now

    def control(self, name: str) -> str:
        """What the form says beside answers; work that goes on says what it said."""
        if self.is_resumed and self.draft:
            return "".join(drafts.sound(self.draft.fields).get(name, [])[-1:])
        return self.request.POST.get(name, "")

    @cached_property
    def treaters(self) -> list[Membership]:
        return selectors.treaters(self.clinic)

    @cached_property
    def treater(self) -> Membership | None:
        """Who would treat: as chosen, else as before, else whoever fills in the form."""
        chosen = self.control("operator")
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
        if self.request.method != "POST" and not self.is_resumed:
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
        return bool(self.control("operator")) and self.treater is None

    def _sent(self) -> Mapping[str, list[str]]:
        if self.request.method == "POST":
            lists = self.request.POST.lists()
            return {name: values for name, values in lists if name not in _CONTROLS}
        if self.is_resumed and self.draft:
            held = drafts.sound(self.draft.fields)
            return {name: values for name, values in held.items() if name not in _CONTROLS}
        return self._start()

    def _start(self) -> Mapping[str, list[str]]:
        """What the form holds when it is opened."""
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
            return self._opened()
        if self._oddity:
            return self.page(with_problems=True, status=422)
        acts = {
            "throw": self.throw_away,
            "take-back": self.take_back,
            "keep": self.page,
            "assess": self.page,
            "back": self.page,
            "add": self.add,
            "drop": self.drop,
            "undo": self.undo,
            "confirm": self.confirm,
            "unknown": self.ask_unknown,
            "unknown-sure": self.save_unknown,
        }
        if self.do in ("keep", "assess", "back", "unknown", "confirm"):
            self.keep(ends_undo=self.do != "confirm")
        return acts.get(self.do, self.save)()

    def _opened(self) -> HttpResponse:
        """The form; where unsaved work waits, first the question what becomes of it."""
        if self.draft is None or self.draft.thrown_at is not None or self.is_resumed:
            self.kept = Kept(self.draft if self.is_resumed else None)
            return self.page()
        painter = Painter(self.form, with_problems=False)
        context = {
            **self._common(painter),
            "draft": self.draft,
            "newest": self.newest,
            "differing": self._differing(self.draft) if self._is_overtaken else (),
            "is_overtaken": self._is_overtaken,
        }
        return render(self.request, "consultations/draft.html", context)

    @property
    def _is_overtaken(self) -> bool:
        """Somebody saved a version after the one that the kept work would follow."""
        number = self.newest.number if self.newest else 0
        return self.draft is not None and self.draft.base != number

    def _differing(self, draft: Draft) -> Any:
        held = drafts.sound(draft.fields)
        mine = {name: values for name, values in held.items() if name not in _CONTROLS}
        return self._differences(mine)

    def _differences(self, mine: Typed) -> Any:
        """Answers that the newest version gives otherwise than what was typed."""
        return differences(mine, self._start(), self.known, self.request.language, self.today)

    # --- work in progress -----------------------------------------------------------------------

    def keep(self, *, ends_undo: bool = True) -> None:
        """What was typed, where it was typed in a window that a page of ours opened."""
        if moment(self.request.POST.get("opened", "")) is None:
            return
        typed = self.form.typed
        if self.draft is None and drafts.said(typed) == drafts.said(self._start()):
            return
        controls = {name: [self.control(name)] for name in _KEPT_CONTROLS if self.control(name)}
        self.kept = drafts.keep_draft(
            place=self.place,
            fields={**typed, **controls},
            base=_number(self.request.POST.get("base", "")),
            opened_at=self.opened,
            now=self.now,
        )
        if self.kept.draft is not None:
            self.has_replaced = self.draft is not None and self.draft.thrown_at is not None
            self.draft = self.kept.draft
            if ends_undo:
                drafts.set_aside_row(draft=self.draft, held=None)

    def throw_away(self) -> HttpResponse:
        drafts.throw_away_draft(place=self.place, now=self.now)
        return redirect(self.form_url)

    def take_back(self) -> HttpResponse:
        if not drafts.take_back_draft(place=self.place):
            return redirect(self.form_url)
        return redirect(self.resume_url)

    def save(self) -> HttpResponse:
        if not self.form.is_valid:
            self.keep()
            return self.page(with_problems=True, status=422)
        try:
            with transaction.atomic():
                version = self._sent_before() or record_consultation(
                    clinic=self.clinic,
                    client=self.client,
                    author=self.request.user,
                    data=self.form.data,
                    known=self.known,
                    now=self.now,
                    consultation=self.consultation,
                    base=_number(self.request.POST.get("base", "")),
                )
                self.finish()
        except OvertakenError:
            self.keep()
            return self.page(status=422, overtaken=True)
        self.request.audit.note(version)
        return redirect(
            "consultations:detail",
            clinic=self.clinic.slug,
            client=self.client.pk,
            consultation=version.consultation_id,
        )

    def _sent_before(self) -> ConsultationVersion | None:
        """What two taps on one button would save twice; a version after another is told itself."""
        return None

    def finish(self) -> None:
        """What was saved is no longer work in progress."""
        drafts.delete_draft(place=self.place)

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
        self.keep()
        return self._redrawn(self.about)

    def drop(self) -> HttpResponse:
        """The row goes, and what it held is kept until the next act."""
        before, (rows, _dot, number) = self.form, self.about.rpartition(".")
        # First the whole: what is left may be as bare as the form was, and is kept all the same.
        self.keep()
        self.form = before.without_row(self.about)
        self.keep()
        draft = self.kept.draft
        if draft is not None and not self.kept.why_not and not is_blank(before.typed, self.about):
            gone = before.typed.keys() - self.form.typed.keys()
            held = {name: list(before.typed[name]) for name in before.typed if name in gone}
            drafts.set_aside_row(draft=draft, held=held)
            self.removed = (rows, row_numbers(before.typed, rows).index(int(number)) + 1)
        return self._redrawn(rows)

    def undo(self) -> HttpResponse:
        """The row that was removed last comes back, at the end where its number was given anew."""
        draft = self.draft
        if draft is not None and draft.opened_at == self.opened:
            held = drafts.sound(draft.removed)
            self.form = self.form.with_again(_renumbered(held, self.about, self.form.typed))
        self.keep()
        return self._redrawn(self.about)

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
        overtaken = overtaken or (self.is_resumed and self._is_overtaken)
        context = {
            **self._common(painter),
            **self._assessment(painter),
            "sections": painter.sections(),
            "wrong": painter.amiss() if with_problems else [],
            "unanswered": painter.open_questions() if with_problems else [],
            "overtaken": overtaken,
            "differing": self._differences(self.form.typed) if overtaken else (),
            "oddity": self._oddity if self.is_resumed else "",
            "thrown": self._thrown,
            "waits": self.waits,
            "treaters": self.treaters,
            "listed_name": listed_name,
            "treater": self.treater,
            "odd_treater": self._is_odd_treater,
            "operator": self.form.data.get("operator"),
            "clearances": msgspec.convert(self.before.get("clearances", ()), _CLEARANCES),
            "base": self.newest.number if self.newest else 0,
        }
        return render(self.request, "consultations/edit.html", context, status=status)

    def assessment(self) -> HttpResponse:
        """The assessment beside the form, alone; what was typed is kept in the same request."""
        if not self._oddity:
            self.keep(ends_undo=False)
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

    @property
    def _thrown(self) -> Draft | None:
        """Work that was thrown away and can be taken back."""
        is_new = self.request.method == "GET" and self.draft is not None
        return self.draft if is_new and self.draft and self.draft.thrown_at else None

    @property
    def waits(self) -> SignedPlan | None:
        """The signed plan that will wait for a new signature once this is saved."""
        return plan_that_would_wait(self.client, self.known.knowledge)

    @property
    def _here(self) -> dict[str, Any]:
        here: dict[str, Any] = {"clinic": self.clinic.slug, "client": self.client.pk}
        return {**here, "consultation": self.consultation.pk} if self.consultation else here

    @property
    def form_url(self) -> str:
        return reverse(f"consultations:{'edit' if self.consultation else 'new'}", kwargs=self._here)

    @property
    def resume_url(self) -> str:
        return f"{self.form_url}{'&' if '?' in self.form_url else '?'}draft={RESUME}"

    def _notes(self, painter: Painter) -> dict[str, str]:
        """What stands beside a question: how old its answer is, by the question's name."""
        found = days_in(painter.form.typed)
        return {
            name: capital(age(on, self.today, self.request.language))
            for name, on in found.items()
            if on < self.today
        }

    def _common(self, painter: Painter) -> dict[str, Any]:
        name = "assessment" if self.consultation else "assessment_new"
        regions = zone_regions(self.known.knowledge, self.request.language)
        return {
            "client": self.client,
            "consultation": self.consultation,
            "page": {
                "painter": painter,
                "regions": regions,
                "form_url": self.form_url,
                "notes": self._notes(painter),
                "removed": self.removed,
            },
            "resume_url": self.resume_url,
            "opened": self.opened.isoformat(),
            "begun": self.control("begun"),
            "kept": self.kept,
            "has_replaced": self.has_replaced,
            "assessment_url": reverse(f"consultations:{name}", kwargs=self._here),
            "say": sayer(self.known.knowledge, self.request.language),
        }


def _renumbered(held: Typed, rows: str, typed: Typed) -> dict[str, list[str]]:
    """A row's fields, under a number at which nothing was said."""
    numbers = [one for one in row_numbers(typed, rows) if not is_blank(typed, f"{rows}.{one}")]
    found: dict[str, list[str]] = {}
    for number in row_numbers(held, rows):
        free = number if number not in numbers else max(numbers) + 1
        old, new = f"{rows}.{number}", f"{rows}.{free}"
        for name, values in held.items():
            if name == old or name.startswith(f"{old}."):
                found[new + name.removeprefix(old)] = list(values)
    return found


def moment(text: str) -> datetime | None:
    """When a form was opened, as it sends it; a moment without a zone is none."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> int:
    """A version's number as the form sends it; what is none is no version."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
