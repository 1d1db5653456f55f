"""What was cleared or refused, what still waits for an answer, and who may give it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from needlework.evidence import Knowledge, Role
from needlework.screening import Finding
from needlework.screening.clearing import Clinician, may_clear, role_of
from needlework.screening.consultation import GivenClearance
from needlework.web.clearances.models import Clearance, ClearanceClosing, ClearanceRequest
from needlework.web.clinics.clock import clock_of
from needlework.web.clinics.models import Client, Clinic, Membership, MembershipVersion
from needlework.web.consultations.models import Consultation
from needlework.web.records.models import Retraction
from needlework.web.staff.selectors import with_names
from needlework.web.treatments.models import TreatmentSession


def clearances_of(client: Client) -> QuerySet[Clearance]:
    """Answers that stand, whichever consultation they were given for, the latest first."""
    return Clearance.objects.current().filter(client=client).order_by("-recorded_at")


def last_answer(client: Client, finding_key: str) -> Clearance | None:
    """The last answer to a finding, also one that was entered in error: the next comes after it."""
    chain = Clearance.objects.filter(
        client=client, finding_key=finding_key, superseded_by__isnull=True
    )
    return chain.first()


def given_for(client: Client, knowledge: Knowledge) -> tuple[GivenClearance, ...]:
    """The answers that stand, as a judgement takes them; it looks at their days itself."""
    return given_for_each([client], knowledge)[client.pk]


def given_for_each(
    clients: Collection[Client], knowledge: Knowledge
) -> dict[UUID, tuple[GivenClearance, ...]]:
    """The same for many, in as many queries as for one."""
    found = (
        Clearance.objects.current()
        .filter(client__in=clients)
        .order_by("-recorded_at")
        .select_related("clinician")
        .prefetch_related("clinician__role_rows")
    )
    rows: dict[UUID, list[Clearance]] = {client.pk: [] for client in clients}
    for row in found:
        if row.client_id is not None:
            rows[row.client_id].append(row)
    answered = [client for client in clients if rows[client.pk]]
    held = _days_held(answered) if answered else {}
    then = _clinicians_then(found)
    return {
        pk: tuple(_given(row, held.get(pk, ()), then, knowledge) for row in reversed(mine))
        for pk, mine in rows.items()
    }


def _given(
    row: Clearance,
    held: Sequence[tuple[datetime, date]],
    then: Mapping[UUID, MembershipVersion],
    knowledge: Knowledge,
) -> GivenClearance:
    return GivenClearance(
        rule=row.rule,
        outcome="cleared" if row.outcome == "cleared" else "refused",
        role=_role_counted(row, then.get(row.pk), knowledge),
        by=row.clinician_name,
        on=row.given_on,
        until=_until(row, held),
        zones=tuple(row.zones),
        conditions=row.conditions[:200],
        about=row.about,
    )


def _until(row: Clearance, held: Sequence[tuple[datetime, date]]) -> date:
    """Its last day; one for the next session ends on the day of that session."""
    if row.outcome == "refused":
        # A refusal stands until somebody answers anew; it does not lapse into a yes.
        return date.max
    if row.reach == "session":
        days = (day for ended_at, day in held if ended_at > row.recorded_at)
        return min((row.valid_until, *days))
    return row.valid_until


def _days_held(clients: Collection[Client]) -> dict[UUID, list[tuple[datetime, date]]]:
    """When each client's sessions ended, and on which day by the clinic's clock."""
    clocks = {client.pk: clock_of(client.clinic) for client in clients}
    ended = TreatmentSession.objects.current().filter(client__in=clients)
    days: dict[UUID, list[tuple[datetime, date]]] = {}
    for pk, at in ended.values_list("client", "ended_at"):
        if pk is not None:
            days.setdefault(pk, []).append((at, clocks[pk](at).date()))
    return days


def _clinicians_then(rows: Iterable[Clearance]) -> dict[UUID, MembershipVersion]:
    """For each answer, whoever gave it, as the clinic had them at that moment."""
    givers = {row.clinician_id for row in rows}
    versions: dict[UUID | None, list[MembershipVersion]] = {}
    for version in MembershipVersion.objects.filter(membership__in=givers).order_by("recorded_at"):
        versions.setdefault(version.membership_id, []).append(version)
    then: dict[UUID, MembershipVersion] = {}
    for row in rows:
        for version in versions.get(row.clinician_id, ()):
            if version.recorded_at <= row.recorded_at:
                then[row.pk] = version
    return then


def _role_counted(
    row: Clearance, then: MembershipVersion | None, knowledge: Knowledge
) -> Literal["C", "P"]:
    """As what an answer counts: never as more than today's knowledge lets its giver clear.

    The giver is taken as the clinic had them when they answered; somebody outside, whose
    profession only the letter tells, as it was written down then.
    """
    if row.role != "C":
        return "P"
    if row.clinician is None:
        return "C"
    giver = Clinician(
        profession=then.profession if then else row.clinician.profession,
        licence="current",
        is_director="medical-director" in (then.roles if then else row.clinician.roles),
    )
    return "C" if role_of(giver, knowledge) is Role.CLINICIAN else "P"


def open_requests(clinic: Clinic) -> QuerySet[ClearanceRequest]:
    """Requests that were neither answered nor closed, the most urgent first."""
    answers = _not_in_error().filter(request=OuterRef("pk"))
    closings = ClearanceClosing.objects.filter(request=OuterRef("pk"))
    return (
        ClearanceRequest.objects.current()
        .filter(~Exists(answers), ~Exists(closings), clinic=clinic)
        .select_related("client", "asked__user", "consultation")
        .order_by("due_on", "recorded_at")
    )


def requests_waiting(clinic: Clinic) -> QuerySet[ClearanceRequest]:
    """The same, with all that their list shows of each."""
    asked = Prefetch("asked", with_names(Membership.objects.all()))
    rows = open_requests(clinic).select_related(None)
    return rows.select_related("client", "consultation").prefetch_related("reminders", asked)


def closing_of(request: ClearanceRequest) -> ClearanceClosing | None:
    return ClearanceClosing.objects.filter(request=request).select_related("author").first()


def closings_of(consultation: Consultation) -> QuerySet[ClearanceClosing]:
    """Requests of a consultation that were closed, the latest first."""
    return (
        ClearanceClosing.objects.filter(request__consultation=consultation)
        .select_related("author", "request__author")
        .order_by("-recorded_at")
    )


def answer_to(request: ClearanceRequest) -> Clearance | None:
    """The last answer to a request; another finding's may have taken its place since."""
    return _not_in_error().filter(request=request).order_by("-recorded_at").first()


def _not_in_error() -> QuerySet[Clearance]:
    errors = Retraction.objects.filter(
        record_type=Clearance._meta.label_lower, record_id=OuterRef("pk")
    )
    return Clearance.objects.filter(~Exists(errors))


def requests_of(consultation: Consultation) -> QuerySet[ClearanceRequest]:
    return (
        ClearanceRequest.objects.current()
        .filter(consultation=consultation)
        .select_related("author")
        .prefetch_related(
            "answers", "reminders", Prefetch("asked", with_names(Membership.objects.all()))
        )
        .order_by("recorded_at")
    )


def clinician(member: Membership, day: date) -> Clinician:
    return Clinician(
        profession=member.profession,
        licence=member.licence_on(day),
        is_director="medical-director" in member.roles,
    )


def clearers(clinic: Clinic, role: Role, knowledge: Knowledge, day: date) -> list[Membership]:
    """Who of the clinic may clear as that role today."""
    rows = Membership.objects.active().filter(clinic=clinic).exclude(profession="")
    found = with_names(rows).order_by("user__name")
    enough = (role, Role.CLINICIAN)
    return [one for one in found if role_of(clinician(one, day), knowledge) in enough]


def clearable(
    findings: Iterable[Finding], member: Membership, knowledge: Knowledge, day: date
) -> list[Finding]:
    """Findings that this member may clear today."""
    role = role_of(clinician(member, day), knowledge)
    return [finding for finding in findings if may_clear(role, finding, day)]
