"""A plan as it is shown; every number leads to the note of its claim on the same page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct, structs

from needlework.evidence import CitedText, Knowledge
from needlework.planning import Plan
from needlework.planning.model import ZonePlan
from needlework.screening.case import base
from needlework.web.consultations.saying import TONE, Sayer


class Place(Struct, frozen=True):
    """Zones whose plans say the same, and that plan."""

    zones: tuple[str, ...]
    plan: ZonePlan


def places(plan: Plan) -> tuple[Place, ...]:
    """The two sides of a zone share a place where their plans are the same."""
    held: dict[str, list[ZonePlan]] = {}
    for entry in plan.zones:
        held.setdefault(base(entry.zone), []).append(entry)
    return tuple(place for entries in held.values() for place in _shared(entries))


def _shared(entries: Sequence[ZonePlan]) -> Iterator[Place]:
    first, *others = entries
    if all(structs.replace(other, zone=first.zone) == first for other in others):
        yield Place(tuple(entry.zone for entry in entries), first)
    else:
        yield from (Place((entry.zone,), entry) for entry in entries)


def notes(plan: Plan, say: Sayer) -> list[tuple[str, CitedText]]:
    """What protocols add in words, each said once, with what it is about."""
    said: dict[str, tuple[str, CitedText]] = {}
    for zone in plan.zones:
        for made in zone.protocols:
            for note in made.notes:
                said.setdefault(note.text, (say.concern(made.concern), note))
            if made.passes is not None and made.passes.note is not None:
                said.setdefault(made.passes.note.text, ("", made.passes.note))
    return list(said.values())


def counts(plan: Plan) -> list[tuple[str, str, int]]:
    """How many zones are in which state, the open ones first: state, tone, number."""
    states = [zone.status for zone in plan.zones]
    return [(state, TONE[state], states.count(state)) for state in TONE if state in states]


def regions(plan: Plan, knowledge: Knowledge) -> frozenset[str]:
    """Regions of the body in which something was wished."""
    return frozenset(knowledge.release.zones[base(zone.zone)].region for zone in plan.zones)
