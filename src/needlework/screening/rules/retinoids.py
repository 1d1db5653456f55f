"""Systemic retinoids, now and lately."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from needlework.screening.case import Named
from needlework.screening.consultation import Medicine
from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding
from needlework.screening.registry import rule

_CLASSES = ("systemic-retinoid", "acitretin")


@rule("C4")
def systemic_retinoid_now(it: Inquiry) -> Iterator[Finding]:
    """Nobody who takes a systemic retinoid is needled."""
    for named in it.medicines(*_CLASSES):
        yield it.find("class", f"Takes a systemic retinoid ({named.shown}): do not treat.")
    yield from it.ask_list("medicines")


@rule("C5")
def systemic_retinoid_lately(it: Inquiry) -> Iterator[Finding]:
    """For a time after a systemic retinoid a clinician clears; acitretin counts for longer."""
    for named in it.medicines(*_CLASSES, stopped=True):
        yield from _since(it, named)
    for named in it.medicines("acitretin"):
        yield it.ask("medicines", f"Is {named.shown} still taken, or when was it stopped?")
    yield from it.ask_list("medicines")


def _since(it: Inquiry, named: Named) -> Iterator[Finding]:
    stopped = cast("Medicine", named.given).stopped_on
    is_acitretin = "acitretin" in named.classes
    wait, note = ("acitretin-wait", "fragility") if is_acitretin else ("wait", "evidence-note")
    if stopped is not None and it.on < (free := it.after(stopped, wait)):
        why = "skin may be fragile" if is_acitretin else "sources differ on the wait"
        yield it.find(
            "class",
            f"Took {named.shown} until {stopped}: a clinician must clear before {free}; {why}.",
            until=free,
            uses=(wait, note),
            since=stopped,
        )
