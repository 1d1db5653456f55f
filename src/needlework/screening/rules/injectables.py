"""Botulinum toxin and fillers in the zones to treat."""

from __future__ import annotations

from collections.abc import Iterator

from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding
from needlework.screening.registry import rule


@rule("C32")
def botulinum_toxin(it: Inquiry) -> Iterator[Finding]:
    """Wait after botulinum toxin in a zone."""
    for done, zones in it.procedures("botulinum-toxin"):
        if done.on is None:
            yield it.ask("procedures", "When was the botulinum toxin injected?", zones=zones)
        elif it.on < (free := it.after(done.on, "wait")):
            yield it.find(
                "class",
                f"Botulinum toxin on {done.on}: needle these zones from {free} on.",
                zones=zones,
                until=free,
                uses=("wait",),
                since=done.on,
            )
    yield from it.ask_list("procedures")
