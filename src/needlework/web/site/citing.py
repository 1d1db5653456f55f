"""Every figure on a page comes out of a claim, and leads to a note on it at the page's end."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup, escape

from needlework.documents.words import Words
from needlework.evidence import Certainty, Knowledge, NotAccepted
from needlework.evidence.model import Source
from needlework.i18n import say_number, translator
from needlework.web import citing
from needlework.web.citing import BASES, CERTAINTIES, UNITS, Note, about, amount, label, said

__all__ = [
    "BASES",
    "CERTAINTIES",
    "UNITS",
    "UNKNOWN",
    "UNKNOWN_BRIEFLY",
    "Citations",
    "Part",
    "said",
]

Part = str | tuple[str, str]
"""A claim's id, or the ids of both ends of a span."""

UNKNOWN: Final = "Not enough is known about this: the clinic does not accept the figure."
UNKNOWN_BRIEFLY: Final = "not enough known"


class Citations:
    """Turns claims into words with links, and keeps what the page has cited so far."""

    def __init__(self, knowledge: Knowledge, language: str) -> None:
        self._knowledge = knowledge
        self._language = language
        self._translate = translator(language)
        self._cited = citing.Citations(knowledge, Words(knowledge, language))
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
        self._cited.of([claim_id])
        named = about(self._knowledge, claim_id, self._language)
        title = self._translate("Source: {about}").format(about=named)
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
        return tuple(note for _, note in self._cited.told())

    @property
    def sources(self) -> tuple[tuple[str, Source], ...]:
        """Every source that a note or a sentence names, by id."""
        named = dict(self._sources)
        for claim_id in self._cited.claims:
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
        self._cited.of([claim_id])
        return Markup('<a class="cited" href="#claim-{}">{}</a>').format(claim_id, text)

    def _also(self, claim_id: str) -> Markup:
        """The other end of a span has the same figure; its note is kept, and nothing is shown."""
        self._cited.of([claim_id])
        return Markup()

    def _unknown(self, text: str) -> Markup:
        return Markup('<span class="unknown">{}</span>').format(self._translate(text))

    def _amount(self, number: float, unit: str) -> str:
        return amount(number, unit, self._language)
