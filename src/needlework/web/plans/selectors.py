"""Plans that were signed, and whether they still stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from math import inf
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from msgspec import Struct, structs

from needlework.errors import NeedleworkError
from needlework.evidence import Knowledge
from needlework.planning.standing import Change
from needlework.screening import Consultation as Said
from needlework.screening.consultation import GivenClearance, Operator, decode
from needlework.web.clearances.selectors import given_for_each
from needlework.web.clinics.models import Client, Clinic, Membership, MembershipVersion
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.web.consultations.selectors import client_facts, operator
from needlework.web.knowledge import shipped
from needlework.web.plans.models import PlanDay, Rejudgement, SignedPlan
from needlework.web.records.models import Retraction
from needlework.web.records.selectors import retractions_of
from needlework.web.treatments.models import TreatmentSession
from needlework.workflow import Known, consult, plan_for

State = Literal[
    "stands",
    "replaced",
    "consultation-changed",
    "person-changed",
    "clearance-changed",
    "stricter",
    "not-judged",
    "retracted",
]


class Standing(Struct, frozen=True):
    """Whether a session may be held under a plan, and if not, why."""

    state: State
    changes: tuple[Change, ...] = ()

    @property
    def holds(self) -> bool:
        return self.state == "stands"


def plans_of(client: Client) -> QuerySet[SignedPlan]:
    """All that were signed, the newest first, without what was shown."""
    return (
        SignedPlan.objects.filter(client=client)
        .select_related("signer__user")
        .defer("said", "plan", "shown")
        .order_by("-recorded_at")
    )


def plans_in_force(clinic: Clinic) -> QuerySet[SignedPlan]:
    return SignedPlan.objects.current().filter(clinic=clinic).order_by("-recorded_at")


def plans_to_judge(clinic: Clinic, knowledge: Knowledge) -> QuerySet[SignedPlan]:
    """Plans in force that were neither signed under this knowledge nor judged by it since."""
    digests = {
        "release_digest": knowledge.release.digest,
        "overlay_digest": knowledge.overlay_digest,
    }
    judged = Rejudgement.objects.filter(plan=OuterRef("pk"), **digests)
    return plans_in_force(clinic).exclude(**digests).filter(~Exists(judged))


def plans_waiting(clinic: Clinic, knowledge: Knowledge) -> QuerySet[SignedPlan]:
    """Plans in force that became stricter, and whose next session waits for a new signature.

    Where every session was held there is none that could wait.
    """
    stricter = Rejudgement.objects.filter(
        plan=OuterRef("pk"),
        standing="stricter",
        release_digest=knowledge.release.digest,
        overlay_digest=knowledge.overlay_digest,
    )
    held = _counted(TreatmentSession.objects.current().filter(plan=OuterRef("pk")))
    planned = _counted(PlanDay.objects.filter(plan=OuterRef("pk"), kind="session"))
    return (
        plans_in_force(clinic)
        .filter(Exists(stricter))
        .annotate(held=held, planned=planned)
        .filter(Q(planned=0) | Q(held__lt=F("planned")))
        .select_related("client")
    )


def _counted(of_a_plan: QuerySet[Any]) -> Coalesce:
    rows = of_a_plan.order_by().values("plan").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(rows), 0)


def told_elsewhere(clients: Collection[Client]) -> QuerySet[ConsultationVersion]:
    """What counts of all consultations of these clients, whoever said it."""
    struck = Retraction.objects.filter(
        record_type=Consultation._meta.label_lower, record_id=OuterRef("consultation_id")
    )
    return ConsultationVersion.objects.current().filter(~Exists(struck), client__in=clients)


def is_overtold(version: ConsultationVersion) -> bool:
    """Whether another consultation of the client says something newer than this version."""
    if version.client is None:
        return False
    others = told_elsewhere([version.client]).exclude(consultation=version.consultation_id)
    return others.filter(recorded_at__gt=version.recorded_at).exists()


def is_of_another(said: Said, client: Client, known: Known, on: date) -> bool:
    """Whether the plan would be another for the person who the client is by now.

    Who somebody is was taken from the record when it was said; a birth date may be put right since.
    """
    now = msgspec.convert(client_facts(client, {}), type(said.client), str_keys=True)
    now = structs.replace(now, reference=said.client.reference)
    if now == said.client:
        return False
    theirs = structs.replace(said, client=now)
    try:
        return plan_for(consult(theirs, known, on)) != plan_for(consult(said, known, on))
    except NeedleworkError:
        # What today's knowledge cannot judge is not known to be the same.
        return True


def is_treater_gone(version: ConsultationVersion, today: date) -> bool:
    """Whoever was to treat, as the record had them when it was said, may not do so by now.

    What fitted nobody of the clinic then, such as facts from elsewhere, is judged as it was said.
    """
    said = decode(version.data)
    treater = said.operator
    if treater is None or treater.licence != "current":
        return False
    rows = MembershipVersion.objects.filter(
        clinic=version.clinic, recorded_at__lte=version.recorded_at
    ).select_related("membership__user")
    then = {row.membership_id: row for row in rows.order_by("recorded_at")}
    were = [row.membership for row in then.values() if _was(row, treater)]
    devices = [device.id for device in said.devices]
    return bool(were) and not any(_may_still(one, treater, devices, today) for one in were)


def _was(row: MembershipVersion, treater: Operator) -> bool:
    then = (row.profession, row.licence_until, row.scope_max_depth_mm)
    told = (treater.profession, treater.licence_until, treater.scope_max_depth_mm)
    return row.left_at is None and bool(row.licence_number) and then == told


def _may_still(member: Membership, treater: Operator, devices: Sequence[str], today: date) -> bool:
    now = operator(member, today, devices)
    most_mm, told_mm = (
        inf if one is None else one
        for one in (member.scope_max_depth_mm, treater.scope_max_depth_mm)
    )
    return (
        member.left_at is None
        and member.user.is_active
        and now["profession"] == treater.profession
        and now["licence"] == "current"
        and most_mm >= told_mm
        and (treater.device_training != "yes" or now["device_training"] != "no")
    )


def newest_plan(consultation: Consultation) -> SignedPlan | None:
    """The last one signed, whether it stands or not."""
    return consultation.signed_plans.order_by("-number").first()


def standing_of(plan: SignedPlan, knowledge: Knowledge) -> Standing:
    """A plan whose consultation went on, or that newer knowledge makes stricter, waits."""
    return standings_of([plan], knowledge)[plan.pk]


def standings_of(plans: Collection[SignedPlan], knowledge: Knowledge) -> dict[UUID, Standing]:
    """The same for many, in as many queries as for one."""
    around = _look_around(plans, knowledge)
    return {plan.pk: _standing(plan, around, knowledge) for plan in plans}


class _Around(Struct, frozen=True, kw_only=True):
    """What the records say that bears on whether plans stand, looked up for all at once."""

    current: Collection[UUID]
    errors: Mapping[UUID, Retraction]
    newest_plan: Mapping[UUID, int]
    newest_version: Mapping[UUID, int]
    told: Sequence[tuple[UUID | None, UUID, datetime]]
    answers: Mapping[UUID, Collection[GivenClearance]]
    judged: Mapping[UUID, Rejudgement]


def _look_around(plans: Collection[SignedPlan], knowledge: Knowledge) -> _Around:
    consultations = {plan.consultation_id for plan in plans}
    clients = {plan.client_id: plan.client for plan in plans if plan.client is not None}
    same = {"consultation__in": consultations}
    numbered = SignedPlan.objects.filter(**same).values_list("consultation", "number")
    versions = ConsultationVersion.objects.filter(**same).values_list("consultation", "number")
    told = told_elsewhere(list(clients.values()))
    rejudged = Rejudgement.objects.filter(
        plan__in=plans,
        release_digest=knowledge.release.digest,
        overlay_digest=knowledge.overlay_digest,
    )
    records = [record for plan in plans for record in (plan.consultation, plan.version)]
    current = SignedPlan.objects.current().filter(pk__in=[plan.pk for plan in plans])
    return _Around(
        current=set(current.values_list("pk", flat=True)),
        errors=retractions_of(records),
        newest_plan=_greatest(numbered),
        newest_version=_greatest(versions),
        told=list(told.values_list("client", "consultation", "recorded_at")),
        answers=given_for_each(list(clients.values()), knowledge),
        judged={one.plan_id: one for one in rejudged},
    )


def _greatest(numbered: Iterable[tuple[UUID, int]]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for pk, number in numbered:
        found[pk] = max(number, found.get(pk, number))
    return found


def _standing(plan: SignedPlan, around: _Around, knowledge: Knowledge) -> Standing:
    state = _by_records(plan, around, Known(knowledge, shipped().lexicon))
    return _by_knowledge(plan, around, knowledge) if state is None else Standing(state)


def _by_records(plan: SignedPlan, around: _Around, known: Known) -> State | None:
    """What was written down since that the plan did not know; None where there is nothing."""
    if plan.pk not in around.current:
        is_replaced = around.newest_plan[plan.consultation_id] > plan.number
        return "replaced" if is_replaced else "retracted"
    if plan.consultation_id in around.errors or plan.version_id in around.errors:
        return "retracted"
    is_newer = around.newest_version[plan.consultation_id] > plan.version.number
    if is_newer or _was_told_since(plan, around):
        return "consultation-changed"
    said = decode(plan.said)
    if plan.client is None or is_of_another(said, plan.client, known, plan.judged_on):
        return "person-changed"
    return None if _is_still_cleared(plan, around) else "clearance-changed"


def _was_told_since(plan: SignedPlan, around: _Around) -> bool:
    """Another consultation of the client says something newer than what this plan was made of.

    What was written down while it was being signed counts too, so the version's time decides.
    """
    known = plan.version.recorded_at
    return any(
        client == plan.client_id and consultation != plan.consultation_id and at > known
        for client, consultation, at in around.told
    )


def _is_still_cleared(plan: SignedPlan, around: _Around) -> bool:
    """Every answer that the plan was judged with stands, and none was refused since."""
    if plan.client_id is None:
        return False
    counted = set(decode(plan.said).clearances)
    now = set(around.answers[plan.client_id])
    refused = {one for one in now if one.outcome == "refused"}
    return {one for one in counted if one.about} <= now and refused <= counted


def _by_knowledge(plan: SignedPlan, around: _Around, knowledge: Knowledge) -> Standing:
    digests = (knowledge.release.digest, knowledge.overlay_digest)
    if digests == (plan.release_digest, plan.overlay_digest):
        return Standing("stands")
    judged = around.judged.get(plan.pk)
    if judged is None:
        return Standing("not-judged")
    if judged.standing == "stricter":
        return Standing("stricter", msgspec.convert(judged.changes, tuple[Change, ...]))
    return Standing("stands")
