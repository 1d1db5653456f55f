"""Whether a consent holds, what may be done with photographs, and what a session waits for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from msgspec import Struct

from needlework.evidence import Knowledge
from needlework.web.clinics.models import Client, Clinic
from needlework.web.consents.models import (
    TREATMENT,
    Consent,
    ConsentOffer,
    ConsentSignature,
    ConsentText,
    Withdrawal,
)
from needlework.web.plans.models import SignedPlan
from needlework.web.plans.selectors import standing_of
from needlework.web.records.models import Retraction

PHOTO_CLINICAL: Final = "photo-clinical"
TIME_TO_THINK: Final = "course.gates.time-to-think"
_HOURS: Final = {"h": 1, "d": 24, "wk": 7 * 24}
Reason = Literal[
    "no-plan", "plan-waits", "plan-replaced", "plan-in-error", "no-consent", "unsigned", "withdrawn"
]


class Obstacle(Struct, frozen=True):
    """Why no session is held yet."""

    reason: Reason


class Readiness(Struct, frozen=True):
    """A plan, and what a session under it still waits for."""

    plan: SignedPlan | None
    obstacles: tuple[Obstacle, ...]
    offer: ConsentOffer | None = None
    consent: Consent | None = None


# --- consents ---------------------------------------------------------------------------------


def standing_consents(client: Client) -> QuerySet[Consent]:
    """Those that hold: signed, not withdrawn, nothing of it entered in error."""
    return _holding().filter(client=client)


def _holding() -> QuerySet[Consent]:
    return (
        Consent.objects.current()
        .filter(~Exists(Withdrawal.objects.filter(consent=OuterRef("pk"))))
        .filter(Exists(ConsentSignature.objects.current().filter(pk=OuterRef("signature"))))
        .filter(~_in_error(ConsentOffer, "signature__offer"))
        .select_related("signature__offer__plan", "signature__taken_by__user")
        .order_by("-recorded_at")
    )


def _in_error(model: type[ConsentOffer], where: str) -> Exists:
    label = model._meta.label_lower
    return Exists(Retraction.objects.filter(record_type=label, record_id=OuterRef(where)))


def valid_consent(plan: SignedPlan, use: str = TREATMENT) -> Consent | None:
    """The consent that holds for this very plan; a later plan needs a new one."""
    if plan.client is None:
        return None
    return standing_consents(plan.client).filter(signature__offer__plan=plan, use=use).first()


def treatment_consents(plans: Collection[SignedPlan]) -> dict[UUID, Consent]:
    """The consent to treatment that holds for each plan, where there is one."""
    found = _holding().filter(signature__offer__plan__in=plans, use=TREATMENT)
    return {one.signature.offer.plan_id: one for one in reversed(found)}


def may_use(photo_use: str, client: Client) -> bool:
    """Whether photographs of a client may be used so, as of now."""
    return standing_consents(client).filter(use=photo_use).exists()


def consents_of(client: Client) -> QuerySet[Consent]:
    """All that were ever given, the newest first, with what became of them."""
    return (
        Consent.objects.filter(client=client)
        .select_related("signature__offer__plan", "signature__taken_by__user", "withdrawal__author")
        .order_by("-recorded_at", "use")
    )


# --- offers -----------------------------------------------------------------------------------


def offers_of(client: Client) -> QuerySet[ConsentOffer]:
    return (
        ConsentOffer.objects.filter(client=client)
        .select_related("plan", "author", "signature__taken_by__user")
        .order_by("-recorded_at")
    )


def newest_offer(plan: SignedPlan) -> ConsentOffer | None:
    return plan.consent_offers.filter(superseded_by__isnull=True).first()


def open_offer(plan: SignedPlan) -> ConsentOffer | None:
    """The one that may be signed, if its plan stands."""
    return open_offers([plan]).get(plan.pk)


def open_offers(plans: Collection[SignedPlan]) -> dict[UUID, ConsentOffer]:
    """The offer of each plan that may be signed."""
    found = ConsentOffer.objects.current().filter(plan__in=plans, signature__isnull=True)
    return {offer.plan_id: offer for offer in found}


def is_open(offer: ConsentOffer) -> bool:
    """Neither replaced, nor taken back, nor signed."""
    return open_offer(offer.plan) == offer


def had_since(offer: ConsentOffer) -> datetime:
    """Since when the client has had these very words, also by an earlier offer of them."""
    return had_since_each([offer])[offer.pk]


def had_since_each(offers: Collection[ConsentOffer]) -> dict[UUID, datetime]:
    """The same for many, in as many queries as for one."""
    plans = {offer.plan_id for offer in offers}
    same = ConsentOffer.objects.filter(plan__in=plans).filter(~_in_error(ConsentOffer, "pk"))
    first: dict[tuple[UUID, str], datetime] = {}
    rows = same.order_by("-recorded_at").values_list("plan", "content_sha256", "recorded_at")
    for plan, digest, at in rows:
        first[plan, digest] = at
    return {one.pk: first.get((one.plan_id, one.content_sha256), one.recorded_at) for one in offers}


def thinking_until(offer: ConsentOffer, knowledge: Knowledge) -> datetime | None:
    """Until when there is time to think; None where the clinic accepts no such time."""
    return thought_over(had_since(offer), knowledge)


def thought_over(since: datetime, knowledge: Knowledge) -> datetime | None:
    """When whoever has had the words since then has had time to think."""
    if TIME_TO_THINK in knowledge.rejected:
        return None
    claim = knowledge.claim(TIME_TO_THINK)
    return since + timedelta(hours=claim.number * _HOURS[claim.unit])


def is_early(offer: ConsentOffer, knowledge: Knowledge, now: datetime) -> bool:
    """Whether who signs now must say that they do not want to wait."""
    until = thinking_until(offer, knowledge)
    return until is None or now < until


# --- a session --------------------------------------------------------------------------------


def obstacles_to_session(
    client: Client, plan: SignedPlan | None, knowledge: Knowledge
) -> tuple[Obstacle, ...]:
    """What the gate before a session asks: a plan in force, and consent to that plan."""
    if plan is None or plan.client_id != client.pk:
        return (Obstacle("no-plan"),)
    found = [Obstacle(reason) for reason in _about_plan(plan, knowledge)]
    if valid_consent(plan) is None:
        found.append(Obstacle(_about_consent(plan)))
    return tuple(found)


def plan_holds(plan: SignedPlan, knowledge: Knowledge) -> bool:
    return not _about_plan(plan, knowledge)


def _about_plan(plan: SignedPlan, knowledge: Knowledge) -> Sequence[Reason]:
    state = standing_of(plan, knowledge).state
    if state == "stands":
        return []
    named: dict[str, Reason] = {"retracted": "plan-in-error", "replaced": "plan-replaced"}
    return [named.get(state, "plan-waits")]


def _about_consent(plan: SignedPlan) -> Reason:
    if open_offer(plan) is not None:
        return "unsigned"
    return "withdrawn" if withdrawn_from([plan]) else "no-consent"


def withdrawn_from(plans: Collection[SignedPlan]) -> set[UUID]:
    """Plans whose consent to treatment was taken back."""
    taken = Consent.objects.filter(
        signature__offer__plan__in=plans, use=TREATMENT, withdrawal__isnull=False
    )
    return set(taken.values_list("signature__offer__plan", flat=True))


def readiness(client: Client, knowledge: Knowledge) -> list[Readiness]:
    """Each plan that is the newest of its consultation, and how it stands; one line without any."""
    plans = (
        SignedPlan.objects.current()
        .filter(client=client)
        .select_related("consultation", "version", "client")
        .order_by("-recorded_at")
    )
    found = [
        Readiness(
            plan=plan,
            obstacles=obstacles_to_session(client, plan, knowledge),
            offer=open_offer(plan),
            consent=valid_consent(plan),
        )
        for plan in plans
    ]
    return found or [Readiness(None, obstacles_to_session(client, None, knowledge))]


# --- the clinic's own words -------------------------------------------------------------------


def newest_text(clinic: Clinic, language: str) -> ConsentText | None:
    found = ConsentText.objects.filter(clinic=clinic, language=language)
    return found.order_by("-number").first()


def texts_of(clinic: Clinic, language: str) -> QuerySet[ConsentText]:
    found = ConsentText.objects.filter(clinic=clinic, language=language)
    return found.select_related("author").order_by("-number")
