"""Every figure on a page comes out of a claim, and leads to a note on it at the page's end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from markupsafe import Markup, escape
from msgspec import Struct

from needlework.evidence import Basis, Certainty, Claim, Knowledge, NotAccepted
from needlework.evidence.model import Name, Reference, Source
from needlework.i18n import plural, say_number, translator

Part = str | tuple[str, str]
"""A claim's id, or the ids of both ends of a span."""

UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "h": ("{n} hour", "{n} hours"),
    "d": ("{n} day", "{n} days"),
    "wk": ("{n} week", "{n} weeks"),
    "mo": ("{n} month", "{n} months"),
    "y": ("{n} year", "{n} years"),
    "Hz": ("{n} stroke a second", "{n} strokes a second"),
    "points": ("{n} point", "{n} points"),
    "grade": ("{n} grade", "{n} grades"),
}

BASES: Final[Mapping[Basis, str]] = {
    Basis.PRIMARY: "Read in the original text.",
    Basis.SECONDARY: "Taken from a secondary text, such as a page of a clinic or a maker.",
    Basis.RECALLED: "Recalled by those who compiled it; no text was checked.",
    Basis.PROPOSED: "Chosen by this project within what its sources say.",
}

CERTAINTIES: Final[Mapping[Certainty, str]] = {
    Certainty.HIGH: "High certainty",
    Certainty.MODERATE: "Moderate certainty",
    Certainty.LOW: "Low certainty",
    Certainty.VERY_LOW: "Very low certainty",
}

UNKNOWN: Final = "Not enough is known about this: the clinic does not accept the figure."
UNKNOWN_BRIEFLY: Final = "not enough known"


class SourceLine(Struct, frozen=True):
    """A source as a note names it, and what it says where that differs."""

    id: str
    label: str
    says: str = ""


class Note(Struct, frozen=True, kw_only=True):
    """What stands at the page's end about one claim."""

    claim: str
    about: str
    statement: str
    value: str
    spread: str
    basis: str
    certainty: str
    standing: str
    supports: tuple[SourceLine, ...]
    contradicts: tuple[SourceLine, ...]


class Citations:
    """Turns claims into words with links, and keeps what the page has cited so far."""

    def __init__(self, knowledge: Knowledge, language: str) -> None:
        self._knowledge = knowledge
        self._language = language
        self._translate = translator(language)
        self._claims: dict[str, None] = {}
        self._sources: dict[str, None] = {}

    def say(self, text: str, **parts: Part) -> Markup:
        """The sentence with its figures; one figure not accepted, and it says so instead."""
        try:
            figures = {name: self._figure(part) for name, part in parts.items()}
        except NotAccepted:
            return self._unknown(UNKNOWN)
        return escape(text).format(**figures)

    def cell(self, part: Part) -> Markup:
        """A figure that stands by itself."""
        try:
            return self._figure(part)
        except NotAccepted:
            return self._unknown(UNKNOWN_BRIEFLY)

    def words(self, claim_id: str) -> Markup:
        """What a claim says in words."""
        try:
            text = self._translate(self._knowledge.claim(claim_id).word)
        except NotAccepted:
            return self._unknown(UNKNOWN)
        return Markup("<span data-claim>{} {}</span>").format(text, self.mark(claim_id))

    def mark(self, claim_id: str) -> Markup:
        """A link to the note on a claim, where its words stand beside it."""
        self._claims[claim_id] = None
        about = _about(self._knowledge, claim_id, self._language)
        title = self._translate("Source: {about}").format(about=about)
        kind = " cite--proposed" if claim_id in self._knowledge.proposed else ""
        return Markup('<a class="cite{}" href="#claim-{}" aria-label="{}">↓</a>').format(
            kind, claim_id, title
        )

    def source(self, source_id: str) -> Markup:
        """A link to a source whose finding is told in words."""
        self._sources[source_id] = None
        return Markup('<a class="cited" href="#source-{}">{}</a>').format(
            source_id, label(source_id)
        )

    def certainty(self, claim_id: str) -> Certainty:
        """How sure a claim is; what the clinic does not accept is the least sure."""
        if claim_id in self._knowledge.rejected:
            return Certainty.VERY_LOW
        return self._knowledge.claim(claim_id).certainty

    def certainty_words(self, claim_id: str) -> str:
        return self._translate(CERTAINTIES[self.certainty(claim_id)])

    @property
    def notes(self) -> tuple[Note, ...]:
        return tuple(self._note(claim_id) for claim_id in self._claims)

    @property
    def sources(self) -> tuple[tuple[str, Source], ...]:
        """Every source that a note or a sentence names, by id."""
        named = dict(self._sources)
        for claim_id in self._claims:
            claim = self._knowledge.claims[claim_id]
            named |= {line.source: None for line in (*claim.supports, *claim.contradicts)}
        return tuple((name, self._knowledge.release.sources[name]) for name in sorted(named))

    def _figure(self, part: Part) -> Markup:
        if isinstance(part, str):
            claim = self._knowledge.claim(part)
            return self._link(part, self._amount(claim.number, claim.unit))
        low, high = (self._knowledge.claim(end) for end in part)
        if low.number == high.number:
            return self._link(part[0], self._amount(low.number, low.unit)) + self._also(part[1])
        first = self._link(part[0], say_number(low.number, self._language))
        last = self._link(part[1], self._amount(high.number, high.unit))
        return escape(self._translate("{low} to {high}")).format(low=first, high=last)

    def _link(self, claim_id: str, text: str) -> Markup:
        self._claims[claim_id] = None
        return Markup('<a class="cited" href="#claim-{}">{}</a>').format(claim_id, text)

    def _also(self, claim_id: str) -> Markup:
        """The other end of a span has the same figure; its note is kept, and nothing is shown."""
        self._claims[claim_id] = None
        return Markup()

    def _unknown(self, text: str) -> Markup:
        return Markup('<span class="unknown">{}</span>').format(self._translate(text))

    def _amount(self, number: float, unit: str) -> str:
        if unit in UNITS:
            said = plural(self._language, *UNITS[unit], number)
        else:
            said = f"{say_number(number, self._language)} {'' if unit == '1' else unit}".strip()
        return said.replace(" ", "\N{NO-BREAK SPACE}")

    def _note(self, claim_id: str) -> Note:
        claim = self._knowledge.claims[claim_id]
        _ = self._translate
        return Note(
            claim=claim_id,
            about=_about(self._knowledge, claim_id, self._language),
            statement=_(claim.statement),
            value=self._value(claim),
            spread=self._spread(claim),
            basis=_(BASES[claim.basis]),
            certainty=_(CERTAINTIES[claim.certainty]),
            standing=self._standing(claim_id),
            supports=tuple(self._line(reference) for reference in claim.supports),
            contradicts=tuple(self._line(reference) for reference in claim.contradicts),
        )

    def _value(self, claim: Claim) -> str:
        if isinstance(claim.value, bool | list) or claim.quantity in {"verdict", "role"}:
            return ""
        if isinstance(claim.value, str):
            return self._translate(claim.value)
        return self._amount(claim.value, claim.unit)

    def _spread(self, claim: Claim) -> str:
        if claim.range is None:
            return ""
        low, high = claim.range
        return self._translate("{low} to {high}").format(
            low=say_number(low, self._language), high=self._amount(high, claim.unit)
        )

    def _standing(self, claim_id: str) -> str:
        _ = self._translate
        if claim_id in self._knowledge.approved:
            return _("Approved by the clinic's medical director.")
        if claim_id in self._knowledge.proposed:
            return _("Proposed, not yet approved by a clinician.")
        return ""

    def _line(self, reference: Reference) -> SourceLine:
        return SourceLine(
            reference.source, label(reference.source), self._translate(reference.says)
        )


def label(source_id: str) -> str:
    """A source's id as it is read: `Alam2014` is Alam 2014."""
    return _BREAKS.sub(" ", source_id.replace("_", " "))


_BREAKS: Final = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Z])")


def _about(knowledge: Knowledge, claim_id: str, language: str) -> str:
    """The name of the thing that a claim is about."""
    kind, stem, _key = claim_id.split(".", 2)
    release = knowledge.release
    named: Name | None = None
    if kind == "zone":
        named = release.zones[stem].name
    elif kind == "concern":
        named = release.concerns[stem].name
    elif kind == "device":
        named = release.devices[stem].name
    elif kind == "jurisdiction":
        named = release.jurisdictions[stem].name
    else:
        topic = release.topics[f"{kind}.{stem}"]
        if topic.name is None:
            return translator(language)(topic.title)
        named = topic.name
    return said(named, language)


def said(name: Name, language: str) -> str:
    return name.es if language == "es" else name.en
