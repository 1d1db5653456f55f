"""What was cleared or refused, what still waits for an answer, and who may give it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from needlework.evidence import Knowledge, Role
from needlework.screening import Finding
from needlework.screening.clearing import Clinician, may_clear, role_of
from needlework.screening.consultation import GivenClearance
from needlework.web.clearances.models import Clearance, ClearanceRequest
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consultations.models import Consultation


def clearances_of(client: Client) -> QuerySet[Clearance]:
    """Answers that stand, whichever consultation they were given for, the latest first."""
    return Clearance.objects.current().filter(client=client).order_by("-recorded_at")


def given_for(client: Client) -> tuple[GivenClearance, ...]:
    """The answers that stand, as a judgement takes them; it looks at their days itself."""
    return tuple(
        GivenClearance(
            rule=row.rule,
            outcome="cleared" if row.outcome == "cleared" else "refused",
            role="C" if row.role == "C" else "P",
            by=row.clinician_name,
            on=row.given_on,
            # A refusal stands until somebody answers anew; it does not lapse into a yes.
            until=date.max if row.outcome == "refused" else row.valid_until,
            zones=tuple(row.zones),
            conditions=row.conditions[:200],
            about=row.about,
        )
        for row in reversed(clearances_of(client))
    )


def open_requests(clinic: Clinic) -> QuerySet[ClearanceRequest]:
    """Requests without an answer, the most urgent first."""
    answers = Clearance.objects.current().filter(request=OuterRef("pk"))
    return (
        ClearanceRequest.objects.current()
        .filter(~Exists(answers), clinic=clinic)
        .select_related("client", "asked__user", "consultation")
        .order_by("due_on", "recorded_at")
    )


def requests_of(consultation: Consultation) -> QuerySet[ClearanceRequest]:
    return (
        ClearanceRequest.objects.current()
        .filter(consultation=consultation)
        .select_related("asked__user", "author")
        .prefetch_related("answers", "reminders")
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
    found = (
        Membership.objects.active()
        .filter(clinic=clinic)
        .exclude(profession="")
        .select_related("user")
        .prefetch_related("role_rows")
        .order_by("user__name")
    )
    enough = (role, Role.CLINICIAN)
    return [one for one in found if role_of(clinician(one, day), knowledge) in enough]


def clearable(
    findings: Iterable[Finding], member: Membership, knowledge: Knowledge, day: date
) -> list[Finding]:
    """Findings that this member may clear today."""
    role = role_of(clinician(member, day), knowledge)
    return [finding for finding in findings if may_clear(role, finding, day)]
