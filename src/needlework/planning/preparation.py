"""From two weeks before to the first pass: what to stop, how to clean, what numbs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from needlework.evidence import Cited, CitedDate, CitedText, Knowledge
from needlework.planning.anaesthetic import anaesthetics
from needlework.planning.bounds import merge
from needlework.planning.model import AntisepticChoice, Preparation, Stop
from needlework.screening import Assessment, Case
from needlework.screening.case import base
from needlework.units import later

STOPS: Final[Mapping[str, str]] = {
    "rule.c31.wait-retinoid": "topical retinoid",
    "rule.c31.wait-acid": "acids (AHA, BHA), benzoyl peroxide, scrubs",
    "rule.c30.wait-tan": "tanning, strong sun",
    "rule.c36.wait": "waxing, depilation, threading",
    "rule.c32.wait": "botulinum toxin in these zones",
    "rule.c33.wait": "filler in these zones",
    "rule.c34.wait-peel-superficial": "superficial peel",
}
"""Waits of the screening rules that a client can still keep, and what they are for."""


def preparation(
    case: Case, assessment: Assessment, zones: Sequence[str], first: CitedDate
) -> Preparation:
    """How the client and the room are made ready for the first session, or for a test spot."""
    return Preparation(
        stops=tuple(_stops(case.knowledge, first)),
        steps=(*_steps(case.knowledge), *_sun_plan(case, assessment)),
        antiseptics=tuple(_antiseptics(case.knowledge, assessment, zones)),
        anaesthetics=anaesthetics(case, assessment.findings, zones),
    )


def _stops(knowledge: Knowledge, first: CitedDate) -> Iterator[Stop]:
    for claim_id, what in STOPS.items():
        wait = knowledge.number(claim_id)
        last_day = CitedDate(_before(first.on, wait), merge(first.claims, wait.claims))
        yield Stop(what=what, wait=wait, last_day=last_day)


def _before(day: date, wait: Cited) -> date:
    """The last day from which the wait is over by `day`."""
    candidate = day - timedelta(days=(later(day, wait.value, wait.unit) - day).days)
    while later(candidate, wait.value, wait.unit) > day:
        candidate -= timedelta(days=1)
    return candidate


def _steps(knowledge: Knowledge) -> Iterator[CitedText]:
    cleanse = "course.anaesthetic.cleanse"
    yield CitedText(knowledge.claim(cleanse).word, (cleanse,))
    order = "course.anaesthetic.order"
    steps = ", ".join(word.replace("-", " ") for word in knowledge.claim(order).words)
    yield CitedText(f"In this order: {steps}.", (order,))
    skin = "course.anaesthetic.intact-skin-only"
    if knowledge.claim(skin).value is True:
        yield CitedText("Anaesthetic on intact skin only, never on needled skin.", (skin,))


def _sun_plan(case: Case, assessment: Assessment) -> Iterator[CitedText]:
    """For skin that marks, and for medicines that sensitise: what the sun may not do."""
    if not any(finding.limit and finding.limit.sun_plan for finding in assessment.findings):
        return
    knowledge = case.knowledge
    is_dark = case.consultation.phototype.clinician in knowledge.claim("rule.c39.phototypes").words
    ids = [
        "rule.c30.wait-tan",
        "aftercare.sun.avoid-dark" if is_dark else "aftercare.sun.avoid",
        "aftercare.sunscreen.spf-min",
        "aftercare.sunscreen.wait",
    ]
    before, after, factor, wait = (knowledge.number(claim_id) for claim_id in ids)
    text = (
        f"Sun plan: no strong sun from {before.value:g} {before.unit} before each session to"
        f" {after.value:g} {after.unit} after; shade and hat; mineral SPF {factor.value:g} or more"
        f" from {wait.value:g} {wait.unit} after."
    )
    if is_dark:
        pigment = "aftercare.tinted-sunscreen.pigment"
        ids += [pigment, "rule.c39.phototypes"]
        tint = knowledge.claim(pigment).word.replace("-", " ")
        text = (
            f"Sun plan: no strong sun from {before.value:g} {before.unit} before each session to"
            f" {after.value:g} {after.unit} after; shade and hat; mineral SPF {factor.value:g} or"
            f" more from {wait.value:g} {wait.unit} after, tinted with {tint}."
        )
    yield CitedText(text, tuple(ids))


def _antiseptics(
    knowledge: Knowledge, assessment: Assessment, zones: Sequence[str]
) -> Iterator[AntisepticChoice]:
    """For each zone the antiseptic that leaves least growth among those that may touch it."""
    barred = {
        product
        for finding in assessment.findings
        if finding.scope == "product"
        for product in finding.products
    }
    open_ones = {
        name: knowledge.claim(f"antiseptic.{name}.not-zones").words
        for name, entry in knowledge.release.antiseptics.items()
        if barred.isdisjoint((name, *entry.allergens))
    }
    chosen: dict[str, list[str]] = {}
    for zone in zones:
        here = [name for name, not_zones in open_ones.items() if base(zone) not in not_zones]
        if here:
            best = min(here, key=lambda name: _growth(knowledge, name).value)
            chosen.setdefault(best, []).append(zone)
    for name, there in chosen.items():
        notes = tuple(
            CitedText(knowledge.claim(claim_id).word, (claim_id,))
            for key in ("not-near", "allergy", "irritates", "cautions")
            if (claim_id := f"antiseptic.{name}.{key}") in knowledge.claims
        )
        yield AntisepticChoice(
            antiseptic=name,
            zones=tuple(there),
            growth=_growth(knowledge, name),
            notes=notes,
        )


def _growth(knowledge: Knowledge, name: str) -> Cited:
    return knowledge.number(f"antiseptic.{name}.growth")
