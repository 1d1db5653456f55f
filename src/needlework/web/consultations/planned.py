"""A plan as it is shown; every number leads to the note of its claim on the same page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct, structs

from needlework.evidence import CitedText, Knowledge
from needlework.planning import Plan
from needlework.planning.model import ZonePlan
from needlework.screening.case import base
from needlework.web.consultations.saying import TONE, Sayer
from needlework.workflow import Why, why


class Cite(Struct, frozen=True):
    """A link from a number to the note of a claim that it rests on."""

    number: int
    claim: str
    label: str
    proposed: bool


class Citations:
    """Numbers claims in the order in which a page names them, and holds their notes."""

    def __init__(self, knowledge: Knowledge, say: Sayer) -> None:
        self._knowledge = knowledge
        self._cites: dict[str, Cite] = {}
        self._note = say.say("Note {n}")
        self._proposed = say.say("proposed")

    def of(self, claims: Sequence[str]) -> list[Cite]:
        return [self._cites.get(claim) or self._new(claim) for claim in dict.fromkeys(claims)]

    def _new(self, claim: str) -> Cite:
        number = len(self._cites) + 1
        is_proposed = claim in self._knowledge.proposed
        label = self._note.format(n=number) + (f", {self._proposed}" if is_proposed else "")
        cite = self._cites[claim] = Cite(number, claim, label, is_proposed)
        return cite

    def notes(self) -> Iterator[tuple[Cite, Why]]:
        """Each claim named so far, with its chain of reasons."""
        for cite in self._cites.values():
            yield cite, self.why(cite.claim)

    def why(self, claim: str) -> Why:
        return why(self._knowledge, claim)

    @property
    def proposed(self) -> int:
        """How many of the claims named no clinician of the clinic has approved."""
        return sum(cite.proposed for cite in self._cites.values())

    def __len__(self) -> int:
        return len(self._cites)


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
