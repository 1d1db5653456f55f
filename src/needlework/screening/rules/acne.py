"""Inflammatory acne in the zones to treat."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from needlework.screening.consultation import AcneTold
from needlework.screening.inquiry import Inquiry, Told
from needlework.screening.model import Finding, Limit
from needlework.screening.registry import rule

_AVOID = Limit(avoid_with_margin=True)
_HOW_SEVERE = "How severe is the acne: a few papules, moderate, severe or cystic?"


@rule("C6")
def inflammatory_acne(it: Inquiry) -> Iterator[Finding]:
    """A few papules are left out, moderate acne waits, severe acne stops the whole face."""
    told = it.told("skin.acne")
    if told.yes:
        yield from _by_severity(it, told)
    if told.ask:
        question = "Is there inflammatory acne in these zones today, and how severe is it?"
        yield it.ask("skin.acne", question, zones=it.zones)


def _by_severity(it: Inquiry, told: Told) -> Iterator[Finding]:
    severity = told.details.severity if isinstance(told.details, AcneTold) else "unknown"
    if "acne-severe" in it.case.condition_keys:
        severity = "severe"
    elif severity != "unknown" and told.listed and not it.case.covers_plan(told.details):
        # The list of conditions does not say where: what was said holds there, the rest is asked.
        told = msgspec.structs.replace(told, listed=False)
        said = it.where(told)
        rest = tuple(zone for zone in it.zones if zone not in said)
        yield it.ask("skin.acne", _HOW_SEVERE, zones=rest)
    here, reach = it.where(told), _reach_if_severe(it, told)
    if severity == "few-papules" and here:
        summary = "A few inflamed papules: keep off them with a margin."
        yield it.find(
            "class-few", summary, zones=here, lesion=True, limit=_AVOID, override="override-few"
        )
    elif severity == "moderate" and here:
        summary = "Moderate inflammatory acne: leave these zones until it has cleared."
        yield it.find(
            "class-moderate",
            summary,
            zones=here,
            limit=_AVOID,
            override="override-moderate",
            since=told.on,
        )
    elif severity in ("severe", "cystic") and reach:
        summary = "Severe or cystic acne: do not needle these zones; have the acne treated first."
        yield it.find("class-severe", summary, zones=reach, override="override-severe")
    elif severity == "unknown" and reach:
        yield it.ask("skin.acne", _HOW_SEVERE, zones=reach)


def _reach_if_severe(it: Inquiry, told: Told) -> tuple[str, ...]:
    """Zones that severe acne stops: those that have it, and the whole face if it is on the face."""
    named = told.details.zones if isinstance(told.details, AcneTold) else ()
    everywhere = told.listed or not named
    with_acne = frozenset(it.zones) if everywhere else it.case.expand(named)
    on_face = any(it.case.region(zone) == "face" for zone in with_acne)
    face = it.within(it.zones, "face") if on_face else ()
    return tuple(zone for zone in it.zones if zone in with_acne or zone in face)
