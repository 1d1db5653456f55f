"""What was done lately in the zones: toxin, fillers, resurfacing, surgery, waxing, needling."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

import msgspec

from needlework.screening.consultation import Procedure
from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding
from needlework.screening.registry import rule
from needlework.units import later

_LASTING: Final = {"permanent-filler": "Permanent filler", "threads": "Threads"}
_RESURFACING: Final = {
    "peel-superficial": "Superficial peel",
    "peel-medium": "Medium-depth peel",
    "peel-deep": "Deep peel",
    "peel-unknown-depth": "Peel",
    "laser-non-ablative": "Non-ablative laser",
    "laser-ablative": "Ablative laser",
    "laser-unknown": "Laser",
    "dermabrasion": "Dermabrasion",
}
_READINGS: Final = {
    "peel-unknown-depth": ("peel-superficial", "peel-medium", "peel-deep"),
    "laser-unknown": ("laser-non-ablative", "laser-ablative"),
}
_PEELS: Final = (*_READINGS["peel-unknown-depth"], "peel-unknown-depth")
_WHICH: Final = {
    "peel-unknown-depth": "How deep was the peel: superficial, medium or deep?",
    "laser-unknown": "Was the laser ablative or non-ablative?",
}


@rule("C32")
def botulinum_toxin(it: Inquiry) -> Iterator[Finding]:
    """Wait after botulinum toxin in a zone."""
    question = "When was the botulinum toxin injected?"
    yield from _wait(it, "botulinum-toxin", "Botulinum toxin", question)
    yield from _toxin_among_medicines(it)
    yield from it.ask_list("procedures")


def _toxin_among_medicines(it: Inquiry) -> Iterator[Finding]:
    """Toxin that is named as a medicine is asked about, unless it stands among the procedures."""
    for stopped in (False, True):
        for named in it.medicines("botulinum-toxin", stopped=stopped):
            last = named.given.stopped_on if stopped else None  # type: ignore[attr-defined]
            is_over = last is not None and it.on >= it.after(last, "wait")
            if not is_over and not _is_listed(it, ("botulinum-toxin",), last):
                question = f"When and where was {named.shown} injected? Add it to the procedures."
                yield it.ask("procedures", question)


def _is_listed(it: Inquiry, kinds: tuple[str, ...], since: date | None, zone: str = "") -> bool:
    """A procedure of these kinds stands in the list, no older than `since`, in the zone if named.

    One without a day is asked about anyhow.
    """
    listed = it.case.consultation.procedures
    return not isinstance(listed, str) and any(
        done.kind in kinds
        and (since is None or done.on is None or done.on >= since)
        and (not zone or not done.zones or zone in it.case.expand(done.zones))
        for done in listed.list
    )


@rule("C33")
def filler(it: Inquiry) -> Iterator[Finding]:
    """Wait after a filler in a zone; what stays in the skin is for a clinician to judge."""
    for done, zones in it.procedures(*_LASTING):
        summary = f"{_LASTING[done.kind]} in these zones: a clinician must clear needling there."
        yield it.find("class-permanent", summary, zones=zones, since=done.on)
    yield from _wait(it, "filler", "Filler", "When was the filler injected?")
    yield from it.ask_list("procedures")


def _wait(
    it: Inquiry, kind: str, what: str, question: str, *, sooner: str = ""
) -> Iterator[Finding]:
    """The zones of a procedure wait; `sooner` names the claim of when that may be cleared."""
    for done, zones in it.procedures(kind):
        if done.on is None:
            yield it.ask("procedures", question, zones=zones)
        else:
            yield from _wait_since(it, done.on, zones, what, sooner=sooner)


def _wait_since(
    it: Inquiry, day: date, zones: tuple[str, ...], what: str, *, sooner: str = ""
) -> Iterator[Finding]:
    if it.on < (free := it.after(day, "wait")):
        yield it.find(
            "class",
            f"{what} on {day}: needle these zones from {free} on.",
            zones=zones,
            until=free,
            uses=("wait", sooner) if sooner else ("wait",),
            override_from=it.after(day, sooner) if sooner else None,
            since=day,
        )


@rule("C34")
def resurfacing(it: Inquiry) -> Iterator[Finding]:
    """Wait after a peel, a laser or dermabrasion in a zone, by how deep it went."""
    for done, zones in it.procedures(*_RESURFACING):
        if done.kind in _READINGS:
            yield from _which(it, done, zones)
        elif done.on is None:
            yield it.ask("procedures", _when(done), zones=zones)
        elif it.on < (free := it.after(done.on, f"wait-{done.kind}")):
            yield it.find(
                "class",
                f"{_RESURFACING[done.kind]} on {done.on}: needle these zones from {free} on.",
                zones=zones,
                until=free,
                uses=(f"wait-{done.kind}",),
                since=done.on,
            )
    yield from _peeled_at_home(it)
    yield from it.ask_list("procedures")


def _peeled_at_home(it: Inquiry) -> Iterator[Finding]:
    """A peel among the products counts like a peel of any depth, until it is said how deep."""
    waits = tuple(f"wait-{kind}" for kind in _READINGS["peel-unknown-depth"])
    for named, zones in it.products("peel"):
        last = named.given.last_used  # type: ignore[attr-defined]
        there = tuple(zone for zone in zones if not _is_listed(it, _PEELS, last, zone))
        if there and (last is None or it.on < max(it.after(last, wait) for wait in waits)):
            question = f"{named.shown} is a peel: when, and how deep? Add it to the procedures."
            yield it.ask("procedures", question, zones=there, uses=waits)


def _which(it: Inquiry, done: Procedure, zones: tuple[str, ...]) -> Iterator[Finding]:
    """Ask how deep it went, as long as one of the depths that it may have had still counts."""
    waits = tuple(f"wait-{kind}" for kind in _READINGS[done.kind])
    if done.on is None:
        yield it.ask("procedures", _when(done), zones=zones)
    elif it.on >= max(it.after(done.on, wait) for wait in waits):
        return
    yield it.ask("procedures", _WHICH[done.kind], zones=zones, uses=waits)


def _when(done: Procedure) -> str:
    return f"When was this done: {_RESURFACING[done.kind].lower()}?"


@rule("C35")
def surgery(it: Inquiry) -> Iterator[Finding]:
    """Wait after surgery; a surgical scar that is itself the target may be needled sooner."""
    for wish in it.case.consultation.concerns:
        if wish.concern == "surgical-scar":
            there = it.case.expand(wish.zones)
            zones = tuple(zone for zone in it.zones if zone in there)
            if wish.scar_on is None:
                question = "When was the surgery that left the scar to be treated?"
                yield it.ask("concerns.scar_on", question, zones=zones)
            else:
                yield from _scar(it, wish.scar_on, zones)
    for done, zones in it.procedures("facial-surgery", "other-surgery"):
        if done.kind == "other-surgery" and not done.zones:
            yield it.ask("procedures", "In which zones was the surgery?", zones=zones)
        elif done.on is None:
            yield it.ask("procedures", "When was the surgery?", zones=zones)
        else:
            yield from _surgery(it, done, done.on, zones)
    yield from it.ask_list("procedures")


def _surgery(it: Inquiry, done: Procedure, day: date, zones: tuple[str, ...]) -> Iterator[Finding]:
    """Surgery in zones whose scar, if it is a target, is older than this surgery."""
    left = tuple(zone for zone in zones if not _is_target(it, zone, day))
    near = (*it.within(left, "face"), *it.within(left, "neck"))
    named = left if done.zones else near
    facial = named if done.kind == "facial-surgery" else it.within(left, "face")
    if done.kind == "facial-surgery" and not done.zones:
        left = near
    elsewhere = tuple(zone for zone in left if zone not in facial)
    if facial and it.on < (free := it.after(day, "wait")):
        summary = f"Facial surgery on {day}: needle these zones from {free} on."
        yield it.find("class", summary, zones=facial, until=free, uses=("wait",), since=day)
    elif facial and it.on < (end := it.after(day, "clear-until")):
        summary = f"Facial surgery on {day}: until {end} a clinician must clear these zones."
        yield it.find("class-later", summary, zones=facial, uses=("wait", "clear-until"), since=day)
    if elsewhere:
        yield from _scar(it, day, elsewhere)


def _scar(it: Inquiry, day: date, zones: tuple[str, ...]) -> Iterator[Finding]:
    """A wound of that day: closed to needling at first, then for a clinician to judge."""
    if it.on < (free := it.after(day, "wait-scar")):
        summary = f"Surgical scar of {day}: needle these zones from {free} on."
        yield it.find(
            "class-scar-early", summary, zones=zones, until=free, uses=("wait-scar",), since=day
        )
    elif it.on < it.after(day, "clear-until"):
        summary = f"Surgical scar of {day}: a clinician must confirm that it has healed."
        yield it.find(
            "class-scar", summary, zones=zones, uses=("wait-scar", "clear-until"), since=day
        )


def _is_target(it: Inquiry, zone: str, day: date) -> bool:
    """The scar of that very surgery is all that is to be treated here."""
    here = [w for w in it.case.consultation.concerns if zone in it.case.expand(w.zones)]
    return all(wish.concern == "surgical-scar" and wish.scar_on == day for wish in here)


@rule("C36")
def hair_removal(it: Inquiry) -> Iterator[Finding]:
    """Wait after waxing, depilation or threading in a zone."""
    question = "When was the hair removed?"
    yield from _wait(it, "hair-removal", "Hair removed", question, sooner="override-wait")
    for named, zones in it.products("depilatory"):
        last = named.given.last_used  # type: ignore[attr-defined]
        if zones and last is None:
            yield it.ask("products", question, zones=zones)
        elif zones:
            yield from _wait_since(it, last, zones, "Hair removed", sooner="override-wait")
    yield from it.ask_list("procedures")


@rule("C44")
def last_needling(it: Inquiry) -> Iterator[Finding]:
    """Wait after the last needling of a zone; sooner only where trials of the concern did so."""
    least = it.cited("home-max")
    for done, zones in it.procedures("microneedling", "microneedling-home"):
        at_home = done.kind == "microneedling-home"
        if at_home and done.needle_length_mm is None:
            question = "How long were the needles that were used at home on these zones?"
            yield it.ask("procedures", question, zones=zones, uses=("home-max",))
        elif at_home and done.needle_length_mm is not None and done.needle_length_mm <= least.value:
            yield it.find(
                "class-home",
                f"Needled at home with needles of {least.value:g} {least.unit} or less: no wait.",
                zones=zones,
                uses=("home-max",),
                override="override-none",
            )
        elif done.on is None:
            yield it.ask("procedures", "When were these zones last needled?", zones=zones)
        elif it.on < it.after(done.on, "wait"):
            yield from _too_soon(it, done.on, zones)
    yield from it.ask_list("procedures")


def _too_soon(it: Inquiry, day: date, zones: tuple[str, ...]) -> Iterator[Finding]:
    free = it.after(day, "wait")
    short = {zone: published for zone in zones if (published := _published(it, zone))}
    if rest := tuple(zone for zone in zones if zone not in short):
        yield it.find(
            "class",
            f"Needled on {day}: needle these zones again from {free} on.",
            zones=rest,
            until=free,
            uses=("wait",),
            override="override-none",
            since=day,
        )
    if short:
        used = tuple(dict.fromkeys(claim for found in short.values() for claim in found))
        soonest = max(it.after(day, "override-wait"), *_ends(it, day, used))
        found = it.find(
            "class",
            f"Needled on {day}: needle these zones again from {free} on; trials had shorter"
            f" intervals, so a clinician may clear from {soonest}.",
            zones=tuple(short),
            until=free,
            uses=("wait", "override-wait"),
            override_from=soonest,
            since=day,
        )
        yield msgspec.structs.replace(found, claims=(*found.claims, *used))


def _ends(it: Inquiry, day: date, used: tuple[str, ...]) -> Iterator[date]:
    for name in used:
        claim = it.case.knowledge.claims[name]
        yield later(day, claim.number, claim.unit)


def _published(it: Inquiry, zone: str) -> tuple[str, ...]:
    """Claims of a short interval in trials, if every concern wished in the zone has one."""
    knowledge = it.case.knowledge
    wished = [
        f"concern.{wish.concern}.interval-published-short"
        for wish in it.case.consultation.concerns
        if zone in it.case.expand(wish.zones)
    ]
    known = all(c in knowledge.claims and c not in knowledge.rejected for c in wished)
    return tuple(dict.fromkeys(wished)) if known else ()
