"""What was put on the skin of the zones to treat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from needlework.screening.consultation import Medicine, Product
from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding
from needlework.screening.registry import rule

_Use = tuple[str, date | None, tuple[str, ...]]


@rule("C31")
def topical_actives(it: Inquiry) -> Iterator[Finding]:
    """Actives are stopped some days before; steroids are for a clinician to judge."""
    for kind in ("retinoid", "acid"):
        for use in _used(it, *it.claim(f"{kind}-classes").words):
            yield from _wait(it, kind, use)
    for shown, last, zones in _used(it, "topical-steroid"):
        if last is None:
            yield _when(it, shown, zones, "class-steroid")
        elif it.on < it.after(last, "steroid-window"):
            summary = f"{shown} thins the skin if potent: a clinician decides."
            yield it.find(
                "class-steroid", summary, zones=zones, override="override-steroid", since=last
            )
    for shown, _, zones in _used(it, "hydroquinone"):
        summary = f"{shown}: no wait before needling; afterwards again when its prescriber says."
        yield it.find("class-hydroquinone", summary, zones=zones)
    yield from it.ask_list("products", zones=it.zones)


def _wait(it: Inquiry, kind: str, use: _Use) -> Iterator[Finding]:
    shown, last, zones = use
    wait, earliest = f"wait-{kind}", f"override-wait-{kind}"
    if last is None:
        yield _when(it, shown, zones, wait)
    elif it.on < (free := it.after(last, wait)):
        yield it.find(
            "class",
            f"{shown} last used on {last}: needle these zones from {free} on.",
            zones=zones,
            until=free,
            uses=(wait, f"{kind}-classes", earliest),
            override_from=it.after(last, earliest),
            since=last,
        )


def _when(it: Inquiry, shown: str, zones: tuple[str, ...], key: str) -> Finding:
    question = f"When was {shown} last put on these zones?"
    return it.ask("products", question, zones=zones, uses=(key,))


def _used(it: Inquiry, *classes: str) -> Iterator[_Use]:
    """Products of these classes on planned zones, and medicines that no product repeats.

    A medicine is on every zone as far as anybody knows; still taken, its last day is not known.
    """
    listed = it.products(*classes)
    for named, zones in listed:
        if zones and isinstance(named.given, Product):
            yield named.shown, named.given.last_used, zones
    repeated = {named.name for named, zones in listed if zones}
    for named in (*it.medicines(*classes), *it.medicines(*classes, stopped=True)):
        if named.name not in repeated and isinstance(named.given, Medicine):
            stopped = named.given.stopped_on
            yield named.shown, stopped if stopped and stopped <= it.on else None, it.zones
