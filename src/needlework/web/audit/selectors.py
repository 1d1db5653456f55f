"""What the owner's page over the audit asks: rows of one clinic, and how its chain stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q, QuerySet
from msgspec import Struct

from needlework.i18n import translator
from needlework.web.accounts.own import browser_words
from needlework.web.audit import chain
from needlework.web.audit.models import AuditEvent, AuditSeal
from needlework.web.audit.seal import Standing, standing_at, unsealed_since
from needlework.web.audit.walk import ChainState
from needlework.web.audit.words import OUTCOMES, what
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.staff.selectors import listed_name, with_names

PAGE: Final = 50
OBJECTS_SHOWN: Final = 20
CLIENTS: Final = "clients"
OTHERS: Final = "others"
"""Whoever is nobody of the clinic's staff: strangers, commands, those who had not signed in."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which rows: of whom, about whom, of which day, and from where on."""

    person: UUID | Literal["clients", "others"] | None = None
    client: Client | None = None
    day: date | None = None
    before: AuditEvent | None = None


class Line(Struct, frozen=True, kw_only=True):
    """A row as it is read."""

    event: AuditEvent
    who: str
    what: str
    outcome: str
    tone: str
    objects: tuple[tuple[str, str], ...]
    more: int
    """Objects that are not listed."""
    browser: str
    is_sealed: bool
    is_broken: bool
    """Its seal does not fit any more."""


class Page(Struct, frozen=True):
    lines: tuple[Line, ...]
    before: int | None = None
    """Where the next page begins; none where there is none."""


class Tail(Struct, frozen=True):
    """Rows of the clinic that no seal covers yet."""

    count: int
    since: datetime | None


def people_of(clinic: Clinic) -> list[Membership]:
    """All who work or worked there, each account once, with their names."""
    rows = with_names(Membership.objects.filter(clinic=clinic))
    ordered = rows.order_by("left_at", "user__name", "user__email", "pk")
    return list({row.user_id: row for row in ordered}.values())


def row_of(clinic: Clinic, number: int) -> AuditEvent | None:
    return AuditEvent.objects.filter(clinic=clinic, pk=number).first()


def page_of(
    clinic: Clinic, wanted: Wanted, people: Iterable[Membership], state: ChainState, language: str
) -> Page:
    """A page of rows, the newest first; as many queries for the last page as for the first."""
    names = {one.user_id: listed_name(one, language) for one in people}
    found = _wanted(clinic, wanted, names).select_related("client").order_by("-at", "-pk")
    rows = list(found[: PAGE + 1])
    standing = last_standing()
    broken = _broken_spans(state)
    lines = tuple(_line(row, names, standing, broken, language) for row in rows[:PAGE])
    return Page(lines, rows[PAGE - 1].pk if len(rows) > PAGE else None)


def last_standing() -> Standing:
    """How far the chain goes."""
    last = AuditSeal.objects.order_by("-number").first()
    return standing_at(last) if last is not None else Standing()


def tail_of(clinic: Clinic) -> Tail:
    told = unsealed_since(last_standing()).filter(clinic=clinic)
    found = told.aggregate(count=Count("pk"), since=Min("at"))
    return Tail(found["count"], found["since"])


def _wanted(clinic: Clinic, wanted: Wanted, names: Mapping[UUID, str]) -> QuerySet[AuditEvent]:
    rows = AuditEvent.objects.filter(clinic=clinic)
    if wanted.person == CLIENTS:
        rows = rows.filter(portal_link__isnull=False)
    elif wanted.person == OTHERS:
        rows = rows.filter(Q(actor=None) | ~Q(actor__in=list(names)), portal_link=None)
    elif wanted.person is not None:
        rows = rows.filter(actor=wanted.person)
    if wanted.client is not None:
        rows = rows.filter(client=wanted.client)
    if wanted.day is not None:
        rows = rows.filter(at__gte=_start(wanted.day, clinic), at__lt=_end(wanted.day, clinic))
    if (last := wanted.before) is not None:
        # The first condition alone lets an index begin at the moment.
        rows = rows.filter(Q(at__lte=last.at), Q(at__lt=last.at) | Q(pk__lt=last.pk))
    return rows


def _start(day: date, clinic: Clinic) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(clinic.time_zone))


def _end(day: date, clinic: Clinic) -> datetime:
    return _start(day + timedelta(days=1), clinic)


def _broken_spans(state: ChainState) -> list[chain.Range]:
    found = AuditSeal.objects.filter(number__in=state.broken_seals)
    return [span for seal in found for span in standing_at(seal).covered]


def _line(
    event: AuditEvent,
    names: Mapping[UUID, str],
    standing: Standing,
    broken: Iterable[chain.Range],
    language: str,
) -> Line:
    _ = translator(language)
    outcome, tone = OUTCOMES[event.outcome]
    seen = tuple((str(one["type"]), str(one["id"])) for one in event.objects_seen)
    return Line(
        event=event,
        who=_who(event, names, language),
        what=what(event, _),
        outcome=_(outcome),
        tone=tone,
        objects=seen[:OBJECTS_SHOWN],
        more=max(0, len(seen) - OBJECTS_SHOWN),
        browser=browser_words(event.user_agent),
        is_sealed=event.pk <= standing.high and not chain.holds(standing.gaps, event.pk),
        is_broken=any(first <= event.pk <= last for first, last in broken),
    )


def _who(event: AuditEvent, names: Mapping[UUID, str], language: str) -> str:
    """A name where the clinic knows one: of others' staff it learns nothing here."""
    _ = translator(language)
    if event.portal_link is not None:
        return _("The client, by a link")
    if event.actor_id is None:
        return _("Somebody not signed in") if event.method else _("A command on the machine")
    return names.get(event.actor_id) or _("Somebody who does not work here")
