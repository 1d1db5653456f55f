"""Radiotherapy of a zone, skin cancer and suspicious lesions."""

from __future__ import annotations

from collections.abc import Iterator

from needlework.screening.consultation import RadiotherapyTold
from needlework.screening.inquiry import Inquiry, Told
from needlework.screening.model import Finding
from needlework.screening.registry import rule


@rule("C15")
def radiotherapy(it: Inquiry) -> Iterator[Finding]:
    """A zone stays shut for a time after radiotherapy; later a clinician clears it."""
    told = it.told("history.radiotherapy")
    if told.yes:
        yield from _irradiated(it, told)
    if told.ask:
        question = "Were these zones ever treated with radiotherapy, and when did it end?"
        yield it.ask("history.radiotherapy", question, zones=it.zones)


def _irradiated(it: Inquiry, told: Told) -> Iterator[Finding]:
    """Zones of the answer by when it ended; the list of conditions may speak of others too."""
    details = told.details
    ended = details.ended_on if isinstance(details, RadiotherapyTold) else None
    said = it.case.zones_of(details) if ended is not None else ()
    free = None if ended is None else it.after(ended, "wait")
    shut = said if free is not None and it.on < free else ()
    if shut:
        summary = f"Radiotherapy here until {ended}: no needling before {free}."
        yield it.find(
            "class-recent", summary, zones=shut, uses=("wait",), override="override-recent"
        )
    if past := tuple(zone for zone in it.where(told) if zone not in shut):
        summary = "Radiotherapy here in the past: a clinician must clear these zones."
        since = None if told.listed else ended
        yield it.find(
            "class-past", summary, zones=past, uses=("wait",), override="override-past", since=since
        )
        if told.listed or ended is None:
            yield it.ask("history.radiotherapy", "When did the radiotherapy end?", zones=past)


@rule("C16")
def skin_cancer(it: Inquiry) -> Iterator[Finding]:
    """Skin cancer or a suspicious lesion stops its zone; the client is referred."""
    told = it.told("skin.suspicious_lesion_or_skin_cancer")
    if told.yes and (zones := it.where(told)):
        summary = "Skin cancer or suspicious lesion: do not needle these zones; refer the client."
        yield it.find("class", summary, zones=zones)
    if told.ask:
        question = "Is there skin cancer or a suspicious lesion in these zones today?"
        yield it.ask("skin.suspicious_lesion_or_skin_cancer", question, zones=it.zones)
