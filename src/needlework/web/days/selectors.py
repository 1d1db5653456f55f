"""Who is expected on a day, what comes next for them, who is due, and what was noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Literal, TypeVar
from uuid import UUID

import msgspec
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from msgspec import Struct

from needlework.errors import NeedleworkError
from needlework.evidence import Verdict
from needlework.planning import Plan
from needlework.screening import Finding
from needlework.screening.consultation import GivenClearance
from needlework.web.clearances.selectors import given_for_each, open_requests
from needlework.web.clearances.services import key_of
from needlework.web.clinics.clock import clock_of, today_in
from needlework.web.clinics.models import Client, Clinic
from needlework.web.consents import selectors as consents
from needlework.web.consents.models import ConsentOffer
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.web.consultations.selectors import History, histories_of, judged
from needlework.web.days.models import Note, Visit
from needlework.web.days.next_step import Situation, Step, next_step
from needlework.web.plans.models import PlanDay, SignedPlan
from needlework.web.plans.selectors import Standing, standings_of
from needlework.web.portal.selectors import open_reports
from needlework.web.records.models import Record
from needlework.web.treatments.models import TreatmentSession
from needlework.workflow import Known

AHEAD_D: Final = 14
"""How far ahead what is due is told: long enough to telephone, short enough to be read."""
MOST: Final = 60
"""Of a list: more than so many at a time nobody reads, and each has to be judged."""
_PLANNABLE: Final = ("planned", "test-spot")


class Next(Struct, frozen=True, kw_only=True):
    """What comes next for a client, and what it is about."""

    client: UUID
    step: Step
    consultation: UUID | None = None
    plan: UUID | None = None
    offer: UUID | None = None
    report: UUID | None = None


class Expected(Struct, frozen=True):
    """A visit, and what comes next for whoever comes; none for who may not know."""

    visit: Visit
    next: Next | None

    @property
    def step(self) -> Step | None:
        return self.next.step if self.next else None


class Due(Struct, frozen=True):
    """A day that a signed plan names, for somebody who is on no day."""

    client: Client
    kind: Literal["session", "review"]
    number: int
    on: date


# --- visits -----------------------------------------------------------------------------------


def visits_on(clinic: Clinic, day: date) -> QuerySet[Visit]:
    """In the order of the clock; those without a time come last."""
    return (
        Visit.objects.current()
        .filter(clinic=clinic, on=day, is_cancelled=False)
        .select_related("client__clinic")
        .order_by(F("at").asc(nulls_last=True), "client__search_name", "pk")
    )


def visits_ahead(client: Client, today: date) -> QuerySet[Visit]:
    return (
        Visit.objects.current()
        .filter(client=client, on__gte=today, is_cancelled=False)
        .order_by("on", F("at").asc(nulls_last=True), "pk")
    )


def expected(
    clinic: Clinic, day: date, known: Known, now: datetime, start: int = 0
) -> list[Expected]:
    """Visits of a day from `start` on, each with its next step; as many queries for 1 as for 60."""
    visits = visits_on(clinic, day)[start : start + MOST]
    clients = {visit.client.pk: visit.client for visit in visits if visit.client is not None}
    found = next_for(clinic, list(clients.values()), known, now)
    return [Expected(visit, found[visit.client.pk]) for visit in visits if visit.client is not None]


def next_for(
    clinic: Clinic, clients: Collection[Client], known: Known, now: datetime
) -> dict[UUID, Next]:
    """What comes next for each of some clients."""
    reports = {report.client_id: report.pk for report in reversed(open_reports(clinic))}
    found = situations(clinic, clients, known, now, reported=set(reports))
    today = today_in(clinic, now)
    return {
        pk: Next(
            client=pk,
            step=next_step(one.situation, today),
            consultation=one.consultation,
            plan=one.plan,
            offer=one.offer,
            report=reports.get(pk),
        )
        for pk, one in found.items()
    }


# --- how things stand -------------------------------------------------------------------------


class Found(Struct, frozen=True, kw_only=True):
    """How things stand with a client, and what they stand in."""

    situation: Situation
    consultation: UUID | None = None
    plan: UUID | None = None
    offer: UUID | None = None


class _Records(Struct, frozen=True, kw_only=True):
    """What is on record of some clients, looked up for all at once."""

    consultations: Mapping[UUID, Consultation]
    plans: Mapping[UUID, SignedPlan]
    versions: Mapping[UUID, ConsultationVersion]
    """The current one of each consultation, with what was said in it."""
    answers: Mapping[UUID, Collection[GivenClearance]]
    asked: Mapping[UUID, Collection[str]]
    """Findings for whose clearance a request waits, by consultation."""
    standings: Mapping[UUID, Standing]
    consented: Container[UUID]
    withdrawn: Container[UUID]
    offers: Mapping[UUID, ConsentOffer]
    had_since: Mapping[UUID, datetime]
    held: Mapping[UUID, int]
    days: Mapping[UUID, Sequence[PlanDay]]


def situations(
    clinic: Clinic,
    clients: Collection[Client],
    known: Known,
    now: datetime,
    *,
    reported: Container[UUID | None],
) -> dict[UUID, Found]:
    """All that the next step rests on, looked up for each of some clients."""
    records = _look_up(clinic, clients, known)
    return {client.pk: _found(client, records, known, now, reported) for client in clients}


def _found(
    client: Client, records: _Records, known: Known, now: datetime, reported: Container[UUID | None]
) -> Found:
    unseen = int(client.pk in reported)
    consultation = records.consultations.get(client.pk)
    if consultation is None:
        return Found(situation=Situation(reports_unseen=unseen, written="nothing"))
    plan = records.plans.get(client.pk)
    offer = records.offers.get(plan.pk) if plan else None
    return Found(
        situation=_situation(client, consultation, plan, records, known, now, unseen),
        consultation=consultation.pk,
        plan=plan.pk if plan else None,
        offer=offer.pk if offer else None,
    )


def _situation(
    client: Client,
    consultation: Consultation,
    plan: SignedPlan | None,
    records: _Records,
    known: Known,
    now: datetime,
    unseen: int,
) -> Situation:
    today = today_in(client.clinic, now)
    version = records.versions.get(consultation.pk)
    if version is None:
        return Situation(reports_unseen=unseen, written="error")
    written: Literal["client", "staff"] = "client" if version.origin == "client" else "staff"
    # A plan may rest on an older consultation than the newest: answers expire in both.
    under = records.versions.get(plan.consultation_id) if plan else None
    rests_on = [version] if under is None or under == version else [version, under]
    answers = records.answers[client.pk]
    try:
        made = [judged(one, known, on=today, answers=answers).plan for one in rests_on]
    except NeedleworkError:
        # What today's knowledge cannot judge is not known to be ready for anything.
        return Situation(reports_unseen=unseen, written=written)
    verdict, until = min((_verdict(one) for one in made), key=lambda told: told[0].rank)
    session_on, left = _sessions(plan, records)
    return Situation(
        reports_unseen=unseen,
        written=written,
        verdict=verdict,
        until=until,
        questions=sum(len(one.assessment.questions) for one in made),
        clearances=_clearances(
            made, {key for one in rests_on for key in records.asked.get(one.consultation_id, ())}
        ),
        plannable=all(_is_plannable(one) for one in made),
        plan=_standing(plan, records),
        consent=_consent(plan, records, known, now),
        think_until=_think_until(plan, records, known, client.clinic),
        session_on=session_on,
        sessions_left=left,
        review_on=_review(plan, records, today),
    )


def _verdict(made: Plan) -> tuple[Verdict, date | None]:
    """The whole client's; a client of whom every area has to wait is one who waits."""
    seen = made.assessment
    if seen.verdict is Verdict.DEFER:
        ends = [
            one.until
            for one in seen.findings
            if one.scope == "client" and one.verdict is Verdict.DEFER
        ]
        # Of two that postpone, one may have no known end; then nobody can name a day.
        return seen.verdict, None if None in ends else max(filter(None, ends), default=None)
    states = {zone.status for zone in made.zones}
    if (
        seen.verdict is not Verdict.STOP
        and "deferred" in states
        and not states & {*_PLANNABLE, "needs-clearance", "not-enough-known"}
    ):
        free = [zone.free_from for zone in made.zones if zone.free_from]
        return Verdict.DEFER, min(free, default=None)
    return seen.verdict, None


def _is_plannable(made: Plan) -> bool:
    return made.course is not None and any(zone.status in _PLANNABLE for zone in made.zones)


def _clearances(
    made: Iterable[Plan], asked: Container[str]
) -> Literal["none", "to-ask", "asked", "refused"]:
    clear = [
        one for plan in made for one in plan.assessment.findings if one.verdict is Verdict.CLEAR
    ]
    open_ones = [one for one in clear if not one.refused]
    if not open_ones:
        return "refused" if clear else "none"
    return "asked" if all(key_of(one) in asked for one in open_ones) else "to-ask"


def _standing(plan: SignedPlan | None, records: _Records) -> Literal["none", "waits", "stands"]:
    if plan is None:
        return "none"
    return "stands" if records.standings[plan.pk].holds else "waits"


def _consent(
    plan: SignedPlan | None, records: _Records, known: Known, now: datetime
) -> Literal["", "none", "thinking", "unsigned", "withdrawn", "holds"]:
    if plan is None:
        return ""
    if plan.pk in records.consented:
        return "holds"
    offer = records.offers.get(plan.pk)
    if offer is None:
        return "withdrawn" if plan.pk in records.withdrawn else "none"
    until = consents.thought_over(records.had_since[offer.pk], known.knowledge)
    return "thinking" if until is None or now < until else "unsigned"


def _think_until(
    plan: SignedPlan | None, records: _Records, known: Known, clinic: Clinic
) -> date | None:
    offer = records.offers.get(plan.pk) if plan else None
    until = offer and consents.thought_over(records.had_since[offer.pk], known.knowledge)
    return clock_of(clinic)(until).date() if until else None


def _sessions(plan: SignedPlan | None, records: _Records) -> tuple[date | None, int | None]:
    """The planned day of the next session, and how many are left; unknown where none is named."""
    days = records.days.get(plan.pk, ()) if plan else ()
    named = sorted(day.number for day in days if day.kind == "session")
    if plan is None or not named:
        return None, None
    on = {day.number: day.on for day in days if day.kind == "session"}
    ahead = [on[number] for number in named][records.held.get(plan.pk, 0) :]
    return (ahead[0] if ahead else None), len(ahead)


def _review(plan: SignedPlan | None, records: _Records, today: date) -> date | None:
    days = records.days.get(plan.pk, ()) if plan else ()
    return min((day.on for day in days if day.kind == "review" and day.on >= today), default=None)


def _look_up(clinic: Clinic, clients: Collection[Client], known: Known) -> _Records:
    consultations = _newest(
        Consultation.objects.current().filter(client__in=clients).order_by("recorded_at")
    )
    plans = _newest(
        SignedPlan.objects.current()
        .filter(client__in=clients)
        .select_related("consultation", "version", "client__clinic")
        .defer("plan", "shown", "version__data")
        .order_by("recorded_at")
    )
    signed = list(plans.values())
    offers = consents.open_offers(signed)
    histories = histories_of([*consultations.values(), *(plan.consultation for plan in signed)])
    held = TreatmentSession.objects.current().filter(plan__in=signed)
    days: dict[UUID, list[PlanDay]] = {}
    for day in PlanDay.objects.filter(plan__in=signed):
        days.setdefault(day.plan_id, []).append(day)
    return _Records(
        consultations=consultations,
        plans=plans,
        versions=_versions(histories.values()),
        answers=given_for_each(clients, known.knowledge),
        asked=_asked(clinic, histories),
        standings=standings_of(signed, known.knowledge),
        consented=consents.treatment_consents(signed),
        withdrawn=consents.withdrawn_from(signed),
        offers=offers,
        had_since=consents.had_since_each(offers.values()),
        held=Counter(held.values_list("plan", flat=True)),
        days=days,
    )


_R = TypeVar("_R", bound=Record)


def _newest(rows: Iterable[_R]) -> dict[UUID, _R]:
    """The last of each client's, of rows that come in the order of time."""
    return {row.client_id: row for row in rows if row.client_id is not None}


def _versions(histories: Iterable[History]) -> dict[UUID, ConsultationVersion]:
    current = [one.current.pk for one in histories if one.current is not None]
    found = ConsultationVersion.objects.filter(pk__in=current)
    return {version.consultation_id: version for version in found}


def _asked(clinic: Clinic, consultations: Iterable[UUID]) -> dict[UUID, set[str]]:
    keys: dict[UUID, set[str]] = {}
    for request in open_requests(clinic).filter(consultation__in=list(consultations)):
        finding = msgspec.convert(request.finding, Finding)
        keys.setdefault(request.consultation_id, set()).add(key_of(finding))
    return keys


# --- who is due -------------------------------------------------------------------------------


def due(clinic: Clinic, today: date) -> tuple[list[Due], bool]:
    """Whose next session or review has come or is near, and who is on no day from today on.

    With it, whether there are more than were looked at.
    """
    current = SignedPlan.objects.current().filter(clinic=clinic)
    held = (
        TreatmentSession.objects.current()
        .filter(plan=OuterRef("plan"))
        .order_by()
        .values("plan")
        .annotate(n=Count("pk"))
        .values("n")
    )
    sessions = PlanDay.objects.filter(plan=OuterRef("plan"), kind="session").order_by()
    total = sessions.values("plan").annotate(n=Count("pk")).values("n")
    visits = Visit.objects.current().filter(
        client=OuterRef("plan__client"), on__gte=today, is_cancelled=False
    )
    rows = (
        PlanDay.objects.filter(clinic=clinic, plan__in=current)
        .filter(on__lte=today + timedelta(days=AHEAD_D))
        .annotate(held=Coalesce(Subquery(held), 0), total=Coalesce(Subquery(total), 0))
        .filter(
            Q(kind="session", number=F("held") + 1)
            # A review is about a finished course; one long past was not wanted any more.
            | Q(kind="review", held__gte=F("total"), on__gte=today - timedelta(days=AHEAD_D))
        )
        .filter(~Exists(visits))
        .select_related("plan__client")
        .defer("plan__said", "plan__plan", "plan__shown")
        .order_by("on", "plan__client__search_name")[: MOST + 1]
    )
    looked_at = list(rows)
    found: dict[UUID, Due] = {}
    for row in looked_at[:MOST]:
        client = row.plan.client
        if client is not None and client.pk not in found:
            kind: Literal["session", "review"] = "session" if row.kind == "session" else "review"
            found[client.pk] = Due(client, kind, row.number, row.on)
    return list(found.values()), len(looked_at) > MOST


# --- notes ------------------------------------------------------------------------------------


def notes_of(client: Client, consultation: Consultation | None = None) -> QuerySet[Note]:
    """The newest first, those entered in error among them, to be struck through."""
    found = Note.objects.filter(client=client)
    if consultation is not None:
        found = found.filter(consultation=consultation)
    return found.select_related("author", "consultation").order_by("-recorded_at", "-pk")
