"""What pages ask of consultations: versions, who may treat, and what a version comes to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from msgspec import Struct, structs

from needlework.documents import Appointment, plan_appointments
from needlework.errors import NeedleworkError
from needlework.planning import Plan
from needlework.screening import Consultation as Said
from needlework.screening.consultation import GivenClearance, decode
from needlework.web.clearances.selectors import given_for
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.web.records.models import Retraction
from needlework.web.records.selectors import retraction_of, retractions_of
from needlework.web.staff.selectors import with_names
from needlework.workflow import Known, consult, plan_for


class Judged(Struct, frozen=True):
    """A version, what was said in it, and the plan that follows; judged on its own day."""

    version: ConsultationVersion
    said: Said
    plan: Plan


class History(Struct, frozen=True):
    """All versions of a consultation, the newest first, and which of them were errors."""

    versions: tuple[ConsultationVersion, ...]
    errors: Mapping[UUID, Retraction]
    """Of versions and of the consultation itself, by id."""
    error: Retraction | None
    """Of the consultation as a whole."""

    @property
    def last(self) -> ConsultationVersion | None:
        """The newest, whether it counts or not; a new version follows it."""
        return self.versions[0] if self.versions else None

    @property
    def current(self) -> ConsultationVersion | None:
        """The one that counts: the newest, or none where that was an error.

        An error in the newest facts never brings back older ones by itself.
        """
        counts = self.last is not None and self.error is None and self.last.pk not in self.errors
        return self.last if counts else None

    @property
    def sound(self) -> list[ConsultationVersion]:
        """Those that were no error."""
        return [version for version in self.versions if version.pk not in self.errors]

    def numbered(self, number: int) -> ConsultationVersion | None:
        return next((version for version in self.versions if version.number == number), None)

    def error_of(self, version: ConsultationVersion) -> Retraction | None:
        """That the version or its whole consultation was an error."""
        return self.errors.get(version.pk) or self.error


def consultations_of(client: Client) -> QuerySet[Consultation]:
    """A person's consultations that count, the latest first."""
    return Consultation.objects.current().filter(client=client).order_by("-recorded_at")


def consultations_listed(client: Client) -> QuerySet[Consultation]:
    """All of them, those entered in error too, for a list that strikes these."""
    return Consultation.objects.filter(client=client).order_by("-recorded_at")


def version_of(consultation: Consultation, number: int | None = None) -> ConsultationVersion | None:
    """The version of that number, or the newest; none where it was entered in error."""
    if retraction_of(consultation) is not None:
        return None
    versions = consultation.versions.select_related("author")
    if number is None:
        return versions.current().first()
    found = versions.filter(number=number).first()
    return found if found is not None and retraction_of(found) is None else None


def versions_of(consultation: Consultation) -> QuerySet[ConsultationVersion]:
    """All versions, the newest first, without what was said in them."""
    return consultation.versions.select_related("author").defer("data").order_by("-number")


def history_of(consultation: Consultation) -> History:
    return histories_of([consultation])[consultation.pk]


def histories_of(consultations: Collection[Consultation]) -> dict[UUID, History]:
    """The same for many, in as many queries as for one."""
    versions: dict[UUID, list[ConsultationVersion]] = {one.pk: [] for one in consultations}
    found = (
        ConsultationVersion.objects.filter(consultation__in=consultations)
        .select_related("author")
        .defer("data")
        .order_by("-number")
    )
    for version in found:
        versions[version.consultation_id].append(version)
    marked = retractions_of([*consultations, *found])
    histories = {}
    for pk, mine in versions.items():
        errors = {code: marked[code] for code in (pk, *(v.pk for v in mine)) if code in marked}
        histories[pk] = History(tuple(mine), errors, errors.get(pk))
    return histories


def dropped_sessions(
    consultation: Consultation, current: ConsultationVersion | None, known: Known
) -> list[Appointment]:
    """Sessions that versions other than the current one had, each on its latest day.

    Those of versions entered in error are among them: their dates may be in a calendar too.
    """
    found: dict[int, Appointment] = {}
    for version in consultation.versions.order_by("number"):
        if current is not None and version.pk == current.pk:
            continue
        # A version that today's knowledge cannot judge has no dates that could be named.
        with suppress(NeedleworkError):
            found |= {made.number: made for made in plan_appointments(judged(version, known).plan)}
    return [found[number] for number in sorted(found)]


def had_sessions(consultation: Consultation, known: Known) -> bool:
    """Some version had dates that may be in a calendar."""
    return any(_has_course(version, known) for version in consultation.versions.order_by("-number"))


def _has_course(version: ConsultationVersion, known: Known) -> bool:
    try:
        return judged(version, known).plan.course is not None
    except NeedleworkError:
        return False


def judged(
    version: ConsultationVersion,
    known: Known,
    on: date | None = None,
    answers: Collection[GivenClearance] | None = None,
) -> Judged:
    """A version with the clearances that stand, judged on a day or on its own."""
    said = facts_of(version, known, on, answers)
    return Judged(version, said, plan_for(consult(said, known, on)))


def facts_of(
    version: ConsultationVersion,
    known: Known,
    on: date | None = None,
    answers: Collection[GivenClearance] | None = None,
) -> Said:
    """What was said in a version, with the clearances that stand on a day or on its own.

    `answers` are the client's, where they have been looked up already.
    """
    said = decode(version.data)
    day = on or said.date
    if answers is None:
        answers = given_for(version.client, known.knowledge) if version.client is not None else ()
    given = tuple(one for one in answers if one.on <= day)
    return structs.replace(said, clearances=(*said.clearances, *given)) if given else said


def treaters(clinic: Clinic) -> list[Membership]:
    """Those who have a profession, with what they are trained on."""
    found = Membership.objects.active().filter(clinic=clinic).exclude(profession="")
    return list(with_names(found).order_by("user__name"))


def operator(member: Membership, day: date, devices: Sequence[str]) -> dict[str, Any]:
    """Who would treat, as the format says it: from the record, never typed."""
    facts = {
        "profession": member.profession,
        "licence": member.licence_on(day),
        "licence_until": member.licence_until,
        "device_training": _training(member, day, devices),
        "scope_max_depth_mm": member.scope_max_depth_mm,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _training(member: Membership, day: date, devices: Sequence[str]) -> str:
    """Trained on every device at hand; unknown where none is named or nothing is on record."""
    trainings = list(member.trainings.current())
    if not devices or not trainings:
        return "unknown"
    held = {
        training.device
        for training in trainings
        if training.trained_on <= day
        and (training.valid_until is None or training.valid_until >= day)
    }
    return "yes" if held.issuperset(devices) else "no"


def client_facts(client: Client, before: Mapping[str, Any]) -> dict[str, Any]:
    """Who is treated, without a name; a reference that an earlier version had is kept."""
    facts = {
        "reference": before.get("client", {}).get("reference"),
        "birth_date": client.birth_date,
        "sex": client.sex,
    }
    return {name: value for name, value in facts.items() if value}
