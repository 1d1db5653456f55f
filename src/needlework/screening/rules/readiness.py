"""Expectations, fainting, smoking, and allergy to what touches the skin on the day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from needlework.screening.case import Named
from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding
from needlework.screening.registry import rule

_GEL: Final = "hydrogel"
_ANY_ANTISEPTIC: Final = "antiseptic"
_ALSO: Final = {
    "isopropyl-alcohol": frozenset({"alcohol"}),
    "povidone-iodine": frozenset({"iodine"}),
    _GEL: frozenset({"glide-gel"}),
}
"""Classes of the lexicon that mean an antiseptic or the gel by another name."""


@rule("C41")
def expectation(it: Inquiry) -> Iterator[Finding]:
    """Hopes that needling cannot meet, or a worry about looks, go to a clinician first."""
    path = "history.expectation_or_body_image_concern"
    told = it.told(path)
    if told.yes:
        summary = "Expectation or body-image screen positive: a clinician must talk to the client."
        yield it.find("class", summary)
    if told.ask:
        yield it.ask(path, "Was the screen for expectations and body image positive?")


@rule("C45")
def other_history(it: Inquiry) -> Iterator[Finding]:
    """Fainting, smoking, conditions by name, and allergy to what touches the skin on the day."""
    faints = it.told("history.fainting_or_needle_fear")
    if faints.yes:
        how = it.claim("lie-down").word
        yield it.find("class", f"Has fainted or fears needles: {how}", uses=("lie-down",))
    if faints.ask:
        question = "Has the client ever fainted at a treatment, or fears needles?"
        yield it.ask("history.fainting_or_needle_fear", question)
    smokes = it.told("history.smoking")
    if smokes.yes:
        told = it.claim("slower-healing").word
        yield it.find("class", f"Smokes: {told}", uses=("slower-healing",))
    if smokes.ask:
        yield it.ask("history.smoking", "Does the client smoke?")
    yield from it.ask_list("conditions")
    yield from _allergies(it)


def _allergies(it: Inquiry) -> Iterator[Finding]:
    antiseptics = it.case.knowledge.release.antiseptics
    products = (*sorted(antiseptics), _GEL)
    for product in products:
        own = antiseptics[product].allergens if product in antiseptics else ()
        allergens = _ALSO.get(product, frozenset[str]()).union((product, *own))
        for named in it.case.allergies:
            if _means(named, allergens, antiseptic=product != _GEL):
                yield it.find(
                    "class-product",
                    f"Allergy to {named.shown}: never use {product.replace('-', ' ')}.",
                    products=(product,),
                )
    yield from it.ask_list("allergies", products=products)


def _means(named: Named, allergens: frozenset[str], *, antiseptic: bool) -> bool:
    """An allergy to one of these, or to antiseptics at large."""
    entries = named.match.entries
    if allergens.intersection((*named.classes, *(entry.id for entry in entries))):
        return True
    return antiseptic and any(e.vague and _ANY_ANTISEPTIC in e.classes for e in entries)
