"""Plans that were signed, and whether they still stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, QuerySet
from msgspec import Struct

from needlework.evidence import Knowledge
from needlework.planning.standing import Change
from needlework.screening.consultation import GivenClearance, decode
from needlework.web.clearances.selectors import given_for_each
from needlework.web.clinics.models import Client, Clinic
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.web.plans.models import Rejudgement, SignedPlan
from needlework.web.records.models import Retraction
from needlework.web.records.selectors import retractions_of

State = Literal[
    "stands",
    "replaced",
    "consultation-changed",
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
    """Plans in force that became stricter, and whose next session waits for a new signature."""
    stricter = Rejudgement.objects.filter(
        plan=OuterRef("pk"),
        standing="stricter",
        release_digest=knowledge.release.digest,
        overlay_digest=knowledge.overlay_digest,
    )
    return plans_in_force(clinic).filter(Exists(stricter)).select_related("client")


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
    told = ConsultationVersion.objects.current().filter(client__in=clients)
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
    if plan.pk not in around.current:
        is_replaced = around.newest_plan[plan.consultation_id] > plan.number
        return Standing("replaced" if is_replaced else "retracted")
    if plan.consultation_id in around.errors or plan.version_id in around.errors:
        return Standing("retracted")
    if around.newest_version[plan.consultation_id] > plan.version.number:
        return Standing("consultation-changed")
    if _was_told_since(plan, around):
        return Standing("consultation-changed")
    if not _is_still_cleared(plan, around):
        return Standing("clearance-changed")
    return _by_knowledge(plan, around, knowledge)


def _was_told_since(plan: SignedPlan, around: _Around) -> bool:
    """Another consultation of the client says something newer than this plan knew."""
    return any(
        client == plan.client_id and consultation != plan.consultation_id and at > plan.recorded_at
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
