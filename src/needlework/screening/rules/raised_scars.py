"""Keloids and hypertrophic scars."""

from __future__ import annotations

from collections.abc import Iterator

from needlework.evidence import Verdict
from needlework.screening.case import base
from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding, Limit
from needlework.screening.registry import rule

_TARGET = "hypertrophic-scar"


@rule("C10")
def keloid(it: Inquiry) -> Iterator[Finding]:
    """A keloid anywhere stops; a clinician may allow a test spot and nothing else."""
    told = it.told("history.keloid")
    if told.yes:
        yield it.find(
            "class",
            "Keloid now or in the past: do not treat; a clinician may allow a test spot at most.",
            limit=Limit(test_spot="only"),
            becomes=Verdict.LIMIT,
        )
    if told.ask:
        yield it.ask("history.keloid", "Has the client ever had a keloid, anywhere on the body?")


@rule("C11")
def hypertrophic_scar(it: Inquiry) -> Iterator[Finding]:
    """A hypertrophic scar in a zone is cleared by a clinician, with a device cleared for it."""
    told = it.told("skin.hypertrophic_scar")
    seen = it.where(told) if told.yes else ()
    wished = it.zones_with(_TARGET)
    scarred = tuple(zone for zone in it.zones if zone in seen or zone in wished)
    on_label = tuple(zone for zone in scarred if _is_labelled(it, zone))
    off_label = tuple(zone for zone in scarred if zone not in on_label)
    if on_label:
        summary = "Hypertrophic scar: a clinician must clear, with the device labelled for it."
        yield it.find("class", summary, zones=on_label, uses=("label",))
    if off_label:
        summary = "Hypertrophic scar: a clinician must clear; off label with all devices at hand."
        yield it.find("class", summary, zones=off_label, uses=("label",))
    if told.ask:
        question = "Is there a hypertrophic scar in these zones?"
        yield it.ask("skin.hypertrophic_scar", question, zones=it.zones)


def _is_labelled(it: Inquiry, zone: str) -> bool:
    return any(fit.labelled for fit in it.case.fits(_TARGET, base(zone)))
