"""Lesions in the zones to treat: some stop the zone, some are gone round."""

from __future__ import annotations

from collections.abc import Iterator

from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding, Limit
from needlework.screening.registry import rule


@rule("C17")
def actinic_keratosis(it: Inquiry) -> Iterator[Finding]:
    """A zone with an actinic keratosis is not needled but referred."""
    told = it.told("skin.actinic_keratosis")
    if told.yes and (zones := it.where(told)):
        summary = "Actinic keratosis: do not needle these zones; refer to a dermatologist."
        yield it.find("class", summary, zones=zones)
    if told.ask:
        question = "Is there an actinic keratosis in these zones today?"
        yield it.ask("skin.actinic_keratosis", question, zones=it.zones)


@rule("C18")
def mole_or_birthmark(it: Inquiry) -> Iterator[Finding]:
    """A mole, birthmark or vascular lesion is mapped and gone round."""
    told = it.told("skin.mole_birthmark_or_vascular_lesion")
    if told.yes and (zones := it.where(told)):
        yield it.find(
            "class",
            "Mole, birthmark or vascular lesion: map it and keep a margin around it.",
            zones=zones,
            lesion=True,
            uses=("avoid-with-margin",),
            limit=Limit(avoid_with_margin=it.claim("avoid-with-margin").value is True),
        )
    if told.ask:
        question = "Is there a mole, a birthmark or a vascular lesion in these zones?"
        yield it.ask("skin.mole_birthmark_or_vascular_lesion", question, zones=it.zones)
