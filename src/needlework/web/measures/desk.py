"""What a page about somebody's scores holds: each concern with its table, sessions and form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import QueryDict
from msgspec import Struct

from needlework.documents.words import Words
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Membership
from needlework.web.knowledge import known_for
from needlework.web.measures.forms import MeasureForm
from needlework.web.measures.models import Measure
from needlework.web.measures.scales import Offered, offered, range_words, scale_name
from needlework.web.measures.selectors import (
    Row,
    Scores,
    Session,
    due,
    others_of,
    scores_of,
    try_plan,
)
from needlework.web.records.kinds import CARE
from needlework.web.request import Request
from needlework.web.staff.selectors import listed_name, with_names


class Held(Struct, frozen=True):
    """A session in the list."""

    id: UUID
    on: date
    zones: str


class Guide(Struct, frozen=True):
    """A scale, and which scores it has."""

    name: str
    scores: str
    levels: tuple[tuple[float, str], ...]


class Card(Struct, frozen=True, kw_only=True):
    """One concern on the page."""

    concern: str
    name: str
    zones: str
    scores: Scores
    sessions: tuple[Held, ...]
    before: tuple[Held, ...]
    guides: tuple[Guide, ...]
    due: tuple[str, date] | None
    form: MeasureForm | None

    @property
    def waits(self) -> Measure | None:
        """The newest score, where the forecast does not follow it yet."""
        readings = self.scores.readings
        return readings[-1] if self.scores.used < len(readings) else None


class MeasuresDesk:
    """A client's scores before one of the staff."""

    def __init__(self, request: Request, client: Client, now: datetime) -> None:
        self.request, self.client = request, client
        self.known = known_for(request.clinic)
        self.language = request.language
        self.words = Words(self.known.knowledge, self.language)
        self.today = today_in(request.clinic, now)
        self.basis, self.wrong = try_plan(client, self.known)
        self.scores = scores_of(client, self.basis, self.known) if self.basis else ()
        self.others = others_of(client, [one.concern for one in self.scores])
        self.may_write = bool(request.roles & set(CARE))
        self._note()

    def form(
        self, concern: str, data: QueryDict | None = None, corrects: Measure | None = None
    ) -> MeasureForm | None:
        """None where the plan does not needle for it, or no forecast can be made of it."""
        scores = next((one for one in self.scores if one.concern == concern), None)
        scales = self._scales(concern)
        if scores is None or not scales:
            return None
        return MeasureForm(
            data,
            scores=scores,
            scales=scales,
            raters=self._raters(corrects),
            rater=self.request.membership,
            today=self.today,
            born=self.client.birth_date,
            language=self.language,
            corrects=corrects,
            refusal=lambda readings: self._refusal(scores, readings),
        )

    def card(self, concern: str) -> Card | None:
        found = next((one for one in self.scores if one.concern == concern), None)
        return None if found is None else self._card(found, None, with_form=False)

    def context(self, bound: MeasureForm | None = None) -> dict[str, Any]:
        """All that the page shows; one of its forms may be what was just sent."""
        cards = [self._card(one, bound) for one in self.scores]
        return {
            "client": self.client,
            "basis": self.basis,
            "wrong": self.wrong,
            "cards": cards,
            "others": self.others,
            "may_write": self.may_write,
            "has_scores": any(one.readings for one in self.scores),
            "names": self._names(),
            "scale_name": lambda scale: scale_name(self.known.knowledge, scale, self.language),
            "concern_name": self.words.concern,
        }

    # --- parts ----------------------------------------------------------------------------------

    def _card(self, scores: Scores, bound: MeasureForm | None, *, with_form: bool = True) -> Card:
        form = None
        if self.may_write and with_form:
            mine = bound is not None and bound.scores.concern == scores.concern
            form = bound if mine else self.form(scores.concern)
        return Card(
            concern=scores.concern,
            name=self.words.concern(scores.concern),
            zones=self.words.zones(scores.zones),
            scores=scores,
            sessions=self._held(scores.sessions),
            before=self._held(scores.before),
            guides=tuple(self._guide(one) for one in self._scales(scores.concern)),
            due=due(scores, self.basis, self.today) if self.basis else None,
            form=form,
        )

    def _held(self, sessions: Sequence[Session]) -> tuple[Held, ...]:
        return tuple(
            Held(one.treatment.pk, one.on, self.words.zones(one.zones)) for one in sessions
        )

    def _guide(self, scale: Offered) -> Guide:
        scores = range_words(scale, self.words.say, self.language)
        return Guide(scale.name, scores, scale.levels)

    def _scales(self, concern: str) -> tuple[Offered, ...]:
        return offered(self.known.knowledge, concern, self.language)

    def _raters(self, corrects: Measure | None) -> dict[str, tuple[Membership, str]]:
        """Whoever cares for clients here, and whoever rated what is put right."""
        found = {one.pk: one for one in self._carers}
        if corrects is not None and corrects.rater_id not in found:
            rater = with_names(Membership.objects.filter(pk=corrects.rater_id)).get()
            found[rater.pk] = rater
        return {str(pk): (one, listed_name(one, self.language)) for pk, one in found.items()}

    @cached_property
    def _carers(self) -> list[Membership]:
        active = Membership.objects.active().filter(
            clinic=self.request.clinic, role_rows__role__in=CARE
        )
        return list(with_names(active.distinct()).order_by("user__name", "pk"))

    def _names(self) -> dict[UUID, str]:
        rows: list[Row] = [row for one in self.scores for row in one.rows]
        codes = {row.measure.rater_id for row in [*rows, *self.others]}
        found = with_names(Membership.objects.filter(pk__in=codes))
        return {one.pk: listed_name(one, self.language) for one in found}

    def _refusal(self, scores: Scores, readings: Sequence[Measure]) -> str:
        from needlework.web.measures.forecasting import refusal

        if self.basis is None:
            return ""
        return refusal(self.basis, readings, scores.sessions, self.known, self.language, self.today)

    def _note(self) -> None:
        """What the page tells, for the audit."""
        note = self.request.audit.note
        if self.basis is not None:
            note(self.basis.signed or self.basis.version)
        for scores in self.scores:
            for row in scores.rows:
                note(row.measure)
            for session in (*scores.sessions, *scores.before):
                note(session.treatment)
        for row in self.others:
            note(row.measure)
