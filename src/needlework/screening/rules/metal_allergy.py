"""Allergy to the metal of needles."""

from __future__ import annotations

from collections.abc import Iterator

from needlework.screening.case import Named
from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding
from needlework.screening.registry import rule


@rule("C25")
def metal_allergy(it: Inquiry) -> Iterator[Finding]:
    """Steel stops, its metals are for a clinician to judge, and `metal` alone is asked about."""
    for named in it.allergies("steel", "nickel", "steel-alloy"):
        yield from _metal(it, named)
    yield from it.ask_list("allergies")


def _metal(it: Inquiry, named: Named) -> Iterator[Finding]:
    if named.match.kind == "ambiguous":
        question = "To which metal is the client allergic: steel, nickel or another?"
        yield it.ask("allergies", question)
        return
    if "steel" in named.classes:
        summary = "Allergy to steel, of which needles are made: do not treat."
        yield it.find("class-steel", summary, override="override-steel")
    elif "nickel" in named.classes:
        yield it.find(
            "class-nickel",
            "Nickel allergy: 316L steel tips released no nickel in a test; a clinician decides.",
            uses=("nickel-release",),
        )
    elif "steel-alloy" in named.classes:
        summary = f"Allergy to {named.shown}: steel holds such metals; a clinician decides."
        yield it.find("class-alloy", summary)
