"""What pages ask of consultations: versions, who may treat, and what a version comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from msgspec import Struct

from needlework.planning import Plan
from needlework.screening import Consultation as Said
from needlework.screening.consultation import decode
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.workflow import Known, consult, plan_for


class Judged(Struct, frozen=True):
    """A version, what was said in it, and the plan that follows; judged on its own day."""

    version: ConsultationVersion
    said: Said
    plan: Plan


def consultations_of(client: Client) -> QuerySet[Consultation]:
    """A person's consultations, the latest first."""
    return Consultation.objects.filter(client=client).order_by("-recorded_at")


def version_of(consultation: Consultation, number: int | None = None) -> ConsultationVersion | None:
    """The version of that number, or the newest."""
    versions = consultation.versions.select_related("author")
    if number is not None:
        return versions.filter(number=number).first()
    return versions.order_by("-number").first()


def versions_of(consultation: Consultation) -> QuerySet[ConsultationVersion]:
    """All versions, the newest first, without what was said in them."""
    return consultation.versions.select_related("author").defer("data").order_by("-number")


def judged(version: ConsultationVersion, known: Known) -> Judged:
    said = decode(version.data)
    return Judged(version, said, plan_for(consult(said, known)))


def treaters(clinic: Clinic) -> list[Membership]:
    """Those who have a profession, with what they are trained on."""
    found = Membership.objects.active().filter(clinic=clinic).exclude(profession="")
    return list(found.select_related("user").prefetch_related("trainings").order_by("user__name"))


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
    trainings = list(member.trainings.all())
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
