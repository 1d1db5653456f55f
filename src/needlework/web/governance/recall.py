"""Who was treated under a claim: the plans that cite it, and the sessions held under them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from msgspec import Struct

from needlework.documents.spreadsheet import cell
from needlework.i18n import translator
from needlework.web.clinics.models import Client, Clinic
from needlework.web.consultations.saying import sayer
from needlework.web.knowledge import shipped
from needlework.web.plans.models import PlanClaim, SignedPlan
from needlework.web.records.models import Record
from needlework.web.records.selectors import retractions_of
from needlework.web.treatments.held import read
from needlework.web.treatments.models import TreatmentSession

PAGE: Final = 50
PART: Final = 900
"""People in one file: the audit's row of its download names every one of them."""

Clock = Callable[[datetime], datetime]


class Session(Struct, frozen=True):
    """A session held under a plan."""

    id: UUID
    ended_at: datetime
    zones: tuple[str, ...]
    is_error: bool


class Plan(Struct, frozen=True):
    """A signed plan that cites the claim; an error in it undoes no needle."""

    id: UUID
    consultation: UUID
    number: int
    signed_at: datetime
    is_error: bool
    sessions: tuple[Session, ...]


class Person(Struct, frozen=True):
    """Somebody who has such plans, whether treated under them or not yet."""

    client: Client
    plans: tuple[Plan, ...]

    @property
    def is_treated(self) -> bool:
        return any(not one.is_error for plan in self.plans for one in plan.sessions)


class Recall(Struct, frozen=True, kw_only=True):
    """How many there are in all, and a page of them, those who were treated first."""

    people: tuple[Person, ...]
    treated: int
    planned: int
    """With a signed plan that cites it, and no session under it."""
    page: int
    pages: int
    unplanned: int
    """Sessions recorded without a signed plan, which no claim can find."""


def recall(clinic: Clinic, claim: str, page: int = 1, size: int = PAGE) -> Recall:
    """Those of one clinic, and never anybody of another."""
    held = TreatmentSession.objects.current().filter(clinic=clinic)
    sessions = held.filter(client=OuterRef("pk"), plan__in=_citing(clinic, claim))
    plans = _citing(clinic, claim).filter(client=OuterRef("pk"))
    found = Client.objects.filter(Exists(plans), clinic=clinic).annotate(
        was_treated=Exists(sessions)
    )
    treated = found.filter(was_treated=True).count()
    total = found.count()
    pages = max(1, -(-total // size))
    at = min(max(page, 1), pages)
    ordered = found.order_by("-was_treated", "search_name", "pk")
    return Recall(
        people=_people(clinic, claim, list(ordered[(at - 1) * size : at * size])),
        treated=treated,
        planned=total - treated,
        page=at,
        pages=pages,
        unplanned=held.filter(plan__isnull=True).count(),
    )


def recall_csv(people: Sequence[Person], clock: Clock, language: str) -> bytes:
    """One line a session, or a plan without any; UTF-8 with the mark that Excel asks for."""
    _ = translator(language)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(
        [
            _("Client"),
            _("Birth date"),
            _("Telephone"),
            _("Client’s id"),
            _("Plan"),
            _("Plan signed"),
            _("Session ended"),
            _("Zones"),
            _("Entered in error"),
        ]
    )
    for person in people:
        for line in _lines(person, clock, language):
            writer.writerow([cell(text) for text in line])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _lines(person: Person, clock: Clock, language: str) -> Iterator[list[str]]:
    _, say = translator(language), sayer(shipped().knowledge, language)
    client = person.client
    born = client.birth_date.isoformat() if client.birth_date else ""
    who = [client.name, born, client.phone_e164, str(client.pk)]
    for plan in person.plans:
        signed = clock(plan.signed_at).date().isoformat()
        wrong = _("the plan") if plan.is_error else ""
        if not plan.sessions:
            yield [*who, str(plan.number), signed, "", "", wrong]
        for one in plan.sessions:
            ended = clock(one.ended_at).isoformat(timespec="minutes")
            marked = [wrong, _("the session") if one.is_error else ""]
            errors = ", ".join(text for text in marked if text)
            yield [*who, str(plan.number), signed, ended, say.zones(one.zones), errors]


def _citing(clinic: Clinic, claim: str) -> QuerySet[SignedPlan]:
    cites = PlanClaim.objects.filter(plan=OuterRef("pk"), claim=claim)
    return SignedPlan.objects.filter(Exists(cites), clinic=clinic)


def _people(clinic: Clinic, claim: str, clients: Sequence[Client]) -> tuple[Person, ...]:
    plans = list(
        _citing(clinic, claim)
        .filter(client__in=clients)
        .only("pk", "client_id", "consultation_id", "number", "recorded_at")
        .order_by("recorded_at")
    )
    held = list(
        TreatmentSession.objects.filter(
            clinic=clinic, plan__in=plans, superseded_by__isnull=True
        ).order_by("ended_at")
    )
    records: list[Record] = [*plans, *held]
    errors = retractions_of(records)
    sessions: dict[UUID | None, list[Session]] = {}
    for one in held:
        session = Session(one.pk, one.ended_at, read(one.data).zone_names, one.pk in errors)
        sessions.setdefault(one.plan_id, []).append(session)
    by_client: dict[UUID | None, list[Plan]] = {}
    for plan in plans:
        under = tuple(sessions.get(plan.pk, ()))
        by_client.setdefault(plan.client_id, []).append(
            Plan(
                plan.pk,
                plan.consultation_id,
                plan.number,
                plan.recorded_at,
                plan.pk in errors,
                under,
            )
        )
    return tuple(Person(client, tuple(by_client.get(client.pk, ()))) for client in clients)
