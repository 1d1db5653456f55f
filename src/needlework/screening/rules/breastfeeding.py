"""Breastfeeding: what labels bar, and what is left to a clinician."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten

from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding, Limit
from needlework.screening.registry import rule


@rule("C2")
def breastfeeding(it: Inquiry) -> Iterator[Finding]:
    """Labels bar it; without topical anaesthetic and with another device a clinician may clear."""
    told = it.told("history.breastfeeding")
    if told.yes:
        yield from _by_label(it)
    if told.ask:
        yield it.ask("history.breastfeeding", "Is the client breastfeeding?")


def _by_label(it: Inquiry) -> Iterator[Finding]:
    wished = it.case.consultation.anaesthetic
    allowing = _allowing_devices(it)
    if wished is not None and wished.answer == "yes":
        yield it.find("class", "Breastfeeding: do not treat with a topical anaesthetic.")
    elif not allowing:
        yield it.find(
            "class",
            "Breastfeeding: do not treat; no label of a device at hand is known to allow it.",
        )
        if not it.case.consultation.devices:
            yield it.ask("devices", "Which devices are at hand?")
    else:
        known = it.case.knowledge.release.devices
        names = ", ".join(known[device].name.en for device in allowing)
        names = shorten(names, 50, placeholder=" …")
        yield it.find(
            "class-without-anaesthetic",
            f"Breastfeeding: a clinician must clear; no topical anaesthetic, and only {names}.",
            limit=Limit(only_devices=allowing),
            override="override-without-anaesthetic",
        )
        if wished is None or wished.answer == "unknown":
            yield it.ask("anaesthetic", "Is a topical anaesthetic wished?")


def _allowing_devices(it: Inquiry) -> tuple[str, ...]:
    """Devices at hand whose label is known not to bar breastfeeding; an unknown label bars it."""
    known = it.case.knowledge.release.devices
    at_hand = dict.fromkeys(device.id for device in it.case.consultation.devices)
    return tuple(device for device in at_hand if known[device].bars_breastfeeding is False)
