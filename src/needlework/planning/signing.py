"""What stands in the way of signing a plan. Nothing in the way is not yet a signature."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Final, Literal

from msgspec import Struct

from needlework.evidence import Verdict
from needlework.planning.model import Plan
from needlework.screening import Consultation, Finding
from needlework.screening.engine import concerns_zone
from needlework.screening.registry import OFF_LABEL
from needlework.screening.rules.adjuncts import PRP, called

Reason = Literal[
    "role",
    "licence",
    "setting",
    "day",
    "client",
    "question",
    "clearance",
    "product",
    "nothing-planned",
    "claim",
]
_PLANNED: Final = ("planned", "test-spot")
_UNSETTLED: Final[dict[str, Reason]] = {
    "needs-clearance": "clearance",
    "not-enough-known": "question",
}


class Signer(Struct, frozen=True, kw_only=True):
    """Who would sign: whether the role allows it, and how profession and licence stand that day."""

    has_role: bool
    profession: str
    licence: str


class Obstacle(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that must be settled first, and what it is about."""

    reason: Reason
    about: str = ""
    """The engine's sentence, a question, or a word such as `expired`."""
    rule: str = ""
    zones: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    """What a clinician refused to clear, where nothing is left to plan."""


def obstacles(
    plan: Plan,
    said: Consultation,
    signer: Signer,
    today: date,
    unapproved: Collection[str] = (),
) -> tuple[Obstacle, ...]:
    """Everything that must be settled before this person may sign this plan today.

    `unapproved` are proposed claims behind the plan that it does not cite: they let somebody pass.

    A plan is signed on the day for which it was judged, so that no answer in it has expired. A
    clearance that was refused for a zone or an anaesthetic settles it, since the plan leaves it
    out. What would go on the skin as well is nothing that the planner chooses: the consultation
    says it, so a product that is refused has to be taken out of that.
    """
    return (
        *_of_signer(signer),
        *_of_day(plan, said, today),
        *_of_assessment(plan, _planned_products(said)),
        *_of_plan(plan),
        *_of_claims({*plan.proposed_claims, *unapproved}),
    )


def _of_signer(signer: Signer) -> Iterator[Obstacle]:
    if not signer.has_role:
        yield Obstacle(reason="role")
    if not signer.profession:
        yield Obstacle(reason="licence", about="no-profession")
    elif signer.licence != "current":
        yield Obstacle(reason="licence", about=signer.licence)


def _of_day(plan: Plan, said: Consultation, today: date) -> Iterator[Obstacle]:
    if said.setting != "clinic":
        yield Obstacle(reason="setting", about=said.setting)
    if plan.judged_on != today:
        yield Obstacle(reason="day", about=plan.judged_on.isoformat())


def _planned_products(said: Consultation) -> frozenset[str]:
    """What is meant to go on or into the needled skin."""
    named = {called(name) for name in said.planned_products}
    return frozenset(named | ({PRP} if said.planned_prp == "yes" else set()))


def _of_assessment(plan: Plan, products: frozenset[str]) -> Iterator[Obstacle]:
    seen = plan.assessment
    for finding in seen.findings:
        is_planned = not products.isdisjoint(finding.products)
        if finding.scope == "client" and finding.verdict in (Verdict.STOP, Verdict.DEFER):
            yield _about("client", finding)
        elif is_planned and (finding.refused or finding.verdict in (Verdict.STOP, Verdict.DEFER)):
            yield _about("product", finding)
        elif finding.verdict is Verdict.CLEAR and not _is_left_out(finding):
            yield _about("clearance", finding)
        elif finding.verdict is Verdict.ASK and not finding.asks:
            # Questions are asked once below, by whichever rules wait for them.
            yield _about("question", finding)
    for question in seen.questions:
        yield Obstacle(reason="question", about=question.text, rule=", ".join(question.rules))


def _is_left_out(finding: Finding) -> bool:
    return finding.refused and finding.scope != "client"


def _about(reason: Reason, finding: Finding) -> Obstacle:
    return Obstacle(
        reason=reason,
        about=finding.summary,
        rule=finding.rule,
        zones=finding.zones,
        claims=finding.claims,
    )


def _of_plan(plan: Plan) -> Iterator[Obstacle]:
    for zone in plan.zones:
        if zone.status == "needs-clearance" and not _is_told(plan, zone.zone, Verdict.CLEAR):
            # Found while planning, not by a rule of screening: a device used off its label.
            yield Obstacle(reason="clearance", about=zone.why, rule=OFF_LABEL, zones=(zone.zone,))
        elif zone.status == "not-enough-known" and not _is_told(plan, zone.zone, Verdict.ASK):
            yield Obstacle(reason="question", about=zone.why, zones=(zone.zone,))
    if plan.course is None or not any(zone.status in _PLANNED for zone in plan.zones):
        yield Obstacle(reason="nothing-planned", about=plan.no_course, refused=_refused(plan))
    elif plan.preparation is None:
        # A claim that preparation rests on was rejected, so nobody would know how to prepare.
        yield Obstacle(reason="question", about="no-preparation")
    for product in plan.preparation.anaesthetics if plan.preparation else ():
        if product.status in _UNSETTLED:
            yield Obstacle(
                reason=_UNSETTLED[product.status],
                about=product.reasons[0].text if product.reasons else product.product,
                claims=product.reasons[0].claims if product.reasons else (),
            )


def _of_claims(proposed: Collection[str]) -> Iterator[Obstacle]:
    if proposed:
        yield Obstacle(reason="claim", claims=tuple(sorted(proposed)))


def _refused(plan: Plan) -> tuple[str, ...]:
    found = (one.summary for one in plan.assessment.findings if one.refused)
    return tuple(dict.fromkeys(found))


def _is_told(plan: Plan, zone: str, verdict: Verdict) -> bool:
    """A finding of that verdict about the zone stands among the obstacles already."""
    return any(
        finding.verdict is verdict and concerns_zone(finding, zone)
        for finding in plan.assessment.findings
    )
