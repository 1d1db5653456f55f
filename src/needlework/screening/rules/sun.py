"""Sunburn and tan in the zones to treat."""

from __future__ import annotations

from collections.abc import Iterator

from needlework.screening.consultation import SunTold
from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding
from needlework.screening.registry import rule


@rule("C30")
def sun(it: Inquiry) -> Iterator[Finding]:
    """Burnt skin has to heal, and a tan has to fade."""
    yield from _burn(it)
    yield from _tan(it)


def _burn(it: Inquiry) -> Iterator[Finding]:
    told = it.told("skin.sunburn")
    gone = told.details.gone_on if isinstance(told.details, SunTold) else None
    uses, nobody = ("wait-burn",), "override-burn"
    if told.yes and (zones := it.where(told)):
        if gone is None or gone > it.on:
            days = it.cited("wait-burn")
            summary = f"Sunburn: wait until it has gone, then {days.value:g} {days.unit} more."
            yield it.find("class-burn", summary, zones=zones, uses=uses, override=nobody)
        elif it.on < (free := it.after(gone, "wait-burn")):
            summary = f"Sunburn gone on {gone}: needle these zones from {free} on."
            yield it.find(
                "class-burn", summary, zones=zones, until=free, uses=uses, override=nobody
            )
    if told.ask:
        question = "Is there a sunburn in these zones, or was there one in the last weeks?"
        yield it.ask("skin.sunburn", question, zones=it.zones)


def _tan(it: Inquiry) -> Iterator[Finding]:
    told = it.told("skin.tan")
    last = told.details.exposed_on if isinstance(told.details, SunTold) else None
    if told.yes and (zones := it.where(told)):
        if last is None:
            question = "On which day were these tanned zones last in the sun?"
            yield it.ask("skin.tan", question, zones=zones, uses=("wait-tan",))
        elif it.on < (free := it.after(last, "wait-tan")):
            yield it.find(
                "class-tan",
                f"Tan, last exposed on {last}: needle these zones from {free} on.",
                zones=zones,
                until=free,
                uses=("wait-tan", "override-wait"),
                override_from=it.after(last, "override-wait"),
                since=last,
            )
    if told.ask:
        yield it.ask("skin.tan", "Are these zones tanned, and since when?", zones=it.zones)
