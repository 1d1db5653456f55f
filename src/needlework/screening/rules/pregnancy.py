"""Pregnancy and breastfeeding."""

from __future__ import annotations

from collections.abc import Iterator

from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding
from needlework.screening.registry import rule


@rule("C1")
def pregnancy(it: Inquiry) -> Iterator[Finding]:
    """Nobody who is pregnant is needled."""
    told = it.told("history.pregnancy")
    if told.yes:
        yield it.find("class", "Pregnant: do not treat until the pregnancy has ended.")
    if told.ask:
        yield it.ask("history.pregnancy", "Is the client pregnant today, or could she be?")
