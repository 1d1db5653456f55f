"""Plans that were signed, and whether they still stand."""

from __future__ import annotations

from typing import Literal

import msgspec
from django.db.models import Exists, OuterRef, QuerySet
from msgspec import Struct

from needlework.evidence import Knowledge
from needlework.planning.standing import Change
from needlework.screening.consultation import decode
from needlework.web.clearances.selectors import given_for
from needlework.web.clinics.models import Client, Clinic
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.web.plans.models import Rejudgement, SignedPlan
from needlework.web.records.services import is_retracted

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
    if not SignedPlan.objects.current().filter(pk=plan.pk).exists():
        replaced = plan.consultation.signed_plans.filter(number__gt=plan.number).exists()
        return Standing("replaced" if replaced else "retracted")
    if is_retracted(plan.consultation) or is_retracted(plan.version):
        return Standing("retracted")
    if plan.consultation.versions.filter(number__gt=plan.version.number).exists():
        return Standing("consultation-changed")
    if _was_told_since(plan):
        return Standing("consultation-changed")
    if not _is_still_cleared(plan):
        return Standing("clearance-changed")
    return _by_knowledge(plan, knowledge)


def _was_told_since(plan: SignedPlan) -> bool:
    """Another consultation of the client says something newer than this plan knew."""
    newer = ConsultationVersion.objects.current().filter(
        client=plan.client, recorded_at__gt=plan.recorded_at
    )
    return newer.exclude(consultation=plan.consultation).exists()


def _is_still_cleared(plan: SignedPlan) -> bool:
    """Every answer that the plan was judged with stands, and none was refused since."""
    if plan.client is None:
        return False
    counted = set(decode(plan.said).clearances)
    now = set(given_for(plan.client))
    refused = {one for one in now if one.outcome == "refused"}
    return {one for one in counted if one.about} <= now and refused <= counted


def _by_knowledge(plan: SignedPlan, knowledge: Knowledge) -> Standing:
    digests = (knowledge.release.digest, knowledge.overlay_digest)
    if digests == (plan.release_digest, plan.overlay_digest):
        return Standing("stands")
    judged = Rejudgement.objects.filter(
        plan=plan, release_digest=digests[0], overlay_digest=digests[1]
    ).first()
    if judged is None:
        return Standing("not-judged")
    if judged.standing == "stricter":
        return Standing("stricter", msgspec.convert(judged.changes, tuple[Change, ...]))
    return Standing("stands")
