"""How a page cites: a small link beside a number leads to the note of its claim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from markupsafe import Markup
from msgspec import Struct

from needlework.aftercare.days import span
from needlework.documents.words import Words
from needlework.evidence import Basis, Certainty, Claim, Knowledge
from needlework.evidence.model import Name, Reference
from needlework.i18n import plural, say_number, translator
from needlework.workflow import Why, why

UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "min": ("{n} minute", "{n} minutes"),
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

_TIMES: Final = ("s", "min", "h", "d", "wk", "mo", "y")

_DOI: Final = re.compile(r"10\.\d{4,9}/\S+")
_RECORDS: Final[Mapping[re.Pattern[str], str]] = {
    re.compile(r"PMID (\d+)"): "https://pubmed.ncbi.nlm.nih.gov/{}/",
    re.compile(r"(PMC\d+)"): "https://pmc.ncbi.nlm.nih.gov/articles/{}/",
    re.compile(r"(NCT\d{8})"): "https://clinicaltrials.gov/study/{}",
}
_ADDRESS: Final = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?)")


class Cite(Struct, frozen=True):
    """A link from a number to the note of a claim that it rests on."""

    number: int
    claim: str
    label: str
    proposed: bool


class SourceLine(Struct, frozen=True, kw_only=True):
    """A source as a note names it, and what it says where that differs."""

    id: str
    label: str
    title: str
    year: str = ""
    ref: str = ""
    address: str = ""
    says: str = ""


class Note(Struct, frozen=True, kw_only=True):
    """What stands at a page's end about one claim, in the page's language."""

    claim: str
    about: str
    statement: str
    is_foreign: bool
    value: str
    spread: str
    basis: str
    certainty: str
    standing: str
    supports: tuple[SourceLine, ...]
    contradicts: tuple[SourceLine, ...]


class Citations:
    """Numbers claims in the order in which a page names them, and holds their notes."""

    def __init__(self, knowledge: Knowledge, say: Words) -> None:
        self._knowledge = knowledge
        self._language = say.language
        self._cites: dict[str, Cite] = {}
        self._note = say.say("Note {n}")
        self._proposed = say.say("proposed")

    def of(self, claims: Sequence[str]) -> list[Cite]:
        """One a claim; what an older release held, and this one does not, has no note."""
        known = (claim for claim in dict.fromkeys(claims) if claim in self._knowledge.claims)
        return [self._cites.get(claim) or self._new(claim) for claim in known]

    def marks(self, claims: Sequence[str], sign: str = "") -> Markup:
        """The links to the notes of these claims; a `sign` stands for their numbers."""
        return Markup().join(
            _LINK.format(
                " cite--proposed" if one.proposed else "", one.claim, one.label, sign or one.number
            )
            for one in self.of(claims)
        )

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

    def told(self) -> Iterator[tuple[Cite, Note]]:
        """Each claim named so far, as it is told to somebody who is no clinician."""
        for cite in self._cites.values():
            yield cite, note_on(self._knowledge, cite.claim, self._language)

    def why(self, claim: str) -> Why:
        return why(self._knowledge, claim)

    def value(self, claim: str) -> str:
        """What a claim says, in the page's language where that has words for it."""
        if claim in self._knowledge.rejected:
            return self.why(claim).value
        said = _value(self._knowledge, self._knowledge.claims[claim], self._language)
        return said or translator(self._language)(self.why(claim).value)

    @property
    def claims(self) -> tuple[str, ...]:
        """Every claim named so far."""
        return tuple(self._cites)

    @property
    def proposed(self) -> int:
        """How many of the claims named no clinician of the clinic has approved."""
        return sum(cite.proposed for cite in self._cites.values())

    def __len__(self) -> int:
        return len(self._cites)


_LINK: Final = Markup('<a class="cite{}" href="#{}" aria-label="{}">{}</a>')


# --- notes ------------------------------------------------------------------------------------


def note_on(knowledge: Knowledge, claim_id: str, language: str) -> Note:
    """What a claim says, how it was come by, and who says so; a rejected one gives no value."""
    claim = knowledge.claims[claim_id]
    is_rejected = claim_id in knowledge.rejected
    _ = translator(language)
    statement = _(claim.statement)
    return Note(
        claim=claim_id,
        about=about(knowledge, claim_id, language),
        statement=statement,
        is_foreign=language != "en" and statement == claim.statement,
        value="" if is_rejected else _value(knowledge, claim, language),
        spread="" if is_rejected else _spread(claim, language),
        basis=_(BASES[claim.basis]),
        certainty=_(CERTAINTIES[claim.certainty]),
        standing=_standing(knowledge, claim_id, language),
        supports=tuple(_line(knowledge, each, language) for each in claim.supports),
        contradicts=tuple(_line(knowledge, each, language) for each in claim.contradicts),
    )


def about(knowledge: Knowledge, claim_id: str, language: str) -> str:
    """The name of the thing that a claim is about."""
    kind, stem, _key = claim_id.split(".", 2)
    release = knowledge.release
    held: Mapping[str, Mapping[str, _Named]] = {
        "zone": release.zones,
        "concern": release.concerns,
        "device": release.devices,
        "jurisdiction": release.jurisdictions,
        "anaesthetic": release.anaesthetics,
        "antiseptic": release.antiseptics,
        "symptom": release.symptoms,
    }
    if kind in held:
        return said(held[kind][stem].name, language)
    topic = release.topics.get(f"{kind}.{stem}")
    if topic is None:
        return ""
    return translator(language)(topic.title) if topic.name is None else said(topic.name, language)


class _Named(Protocol):
    """What the release has a name for."""

    @property
    def name(self) -> Name: ...


def said(name: Name, language: str) -> str:
    return name.es if language == "es" else name.en


def amount(number: float, unit: str, language: str) -> str:
    """A number with its unit, times spelt out, on one line."""
    if unit in UNITS:
        spelt = plural(language, *UNITS[unit], number)
    else:
        spelt = f"{say_number(number, language)} {'' if unit == '1' else unit}".strip()
    return spelt.replace(" ", "\N{NO-BREAK SPACE}")


def label(source_id: str) -> str:
    """A source's id as it is read: `Alam2014` is Alam 2014."""
    return _BREAKS.sub(" ", source_id.replace("_", " "))


_BREAKS: Final = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Z])")


def address(ref: str) -> str:
    """Where a source can be read, as far as its reference tells.

    >>> address("doi 10.1093/asj/sjv079"), address("J Control Release 152:148-155")
    ('https://doi.org/10.1093/asj/sjv079', '')
    """
    if (found := _DOI.search(ref)) is not None:
        return f"https://doi.org/{found[0].rstrip('.,;')}"
    for pattern, record in _RECORDS.items():
        if (found := pattern.search(ref)) is not None:
            return record.format(found[1])
    if (found := _ADDRESS.fullmatch(ref)) is not None:
        return f"https://{found[1]}"
    return ""


def _value(knowledge: Knowledge, claim: Claim, language: str) -> str:
    """The value in words; none for a list, a yes or no, or a word that only rules understand."""
    if isinstance(claim.value, bool | list) or claim.quantity in {"verdict", "role"}:
        return ""
    if not isinstance(claim.value, str):
        return amount(claim.value, claim.unit, language)
    urgencies = knowledge.release.symptoms["answer"].choices
    if claim.value in urgencies:
        return said(urgencies[claim.value], language)
    is_term = _TERM.fullmatch(claim.value) is not None
    return translator(language)(claim.value.replace("-", " ") if is_term else claim.value)


_TERM: Final = re.compile(r"[a-z]+(?:-[a-z]+)+")
"""A word of the release, such as `iron-oxide`."""


def _spread(claim: Claim, language: str) -> str:
    if claim.range is None:
        return ""
    low, high = claim.range
    least, most = say_number(low, language), amount(high, claim.unit, language)
    if claim.unit in _TIMES:
        least, most = span(low, high, claim.unit, language)
    return translator(language)("{low} to {high}").format(low=least, high=most)


def _standing(knowledge: Knowledge, claim_id: str, language: str) -> str:
    _ = translator(language)
    if claim_id in knowledge.rejected:
        return _("This clinic does not accept it.")
    if claim_id in knowledge.approved:
        return _("Approved by the clinic's medical director.")
    if claim_id in knowledge.proposed:
        return _("Proposed, not yet approved by a clinician.")
    return ""


def _line(knowledge: Knowledge, reference: Reference, language: str) -> SourceLine:
    source = knowledge.release.sources[reference.source]
    return SourceLine(
        id=reference.source,
        label=label(reference.source),
        title=source.title,
        year="" if source.year is None else str(source.year),
        ref="" if source.ref == "none" else source.ref,
        address=address(source.ref),
        says=translator(language)(reference.says),
    )
