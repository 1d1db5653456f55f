"""What is known: sources, claims, and the things of the field that claims are about."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cached_property

import msgspec

from needlework.evidence.priors import Prior
from needlework.evidence.scales import Scale


class Basis(StrEnum):
    """How a fact was come by."""

    PRIMARY = "S1"
    SECONDARY = "S2"
    RECALLED = "R"
    PROPOSED = "P"


class Certainty(StrEnum):
    """GRADE's four words."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very-low"


class Review(StrEnum):
    """Where a claim stands before any clinic looked at it."""

    PROPOSED = "proposed"
    SOURCED = "sourced"


class Stricter(StrEnum):
    """The way in which a clinic may tighten a value."""

    LOWER = "lower"
    HIGHER = "higher"
    WORSE = "worse"
    FEWER = "fewer"
    MORE = "more"


class Verdict(StrEnum):
    """What a finding, a zone or a client comes to; `worst` ranks them."""

    STOP = "STOP"
    DEFER = "DEFER"
    CLEAR = "CLEAR"
    ASK = "ASK"
    LIMIT = "LIMIT"
    INFO = "INFO"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANKS[self]


_RANKS = {verdict: rank for rank, verdict in enumerate(Verdict)}


class Role(StrEnum):
    """Who may clear a finding: C prescribers and the director, P any licensed practitioner."""

    CLINICIAN = "C"
    PRACTITIONER = "P"
    NOBODY = "NO"
    NONE = "none"


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A publication, label, regulation or manual."""

    kind: str
    title: str
    ref: str = ""
    year: int | None = None
    seen: str = "no"


class Reference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source, where in it, and what it says when that differs."""

    source: str
    where: str = ""
    says: str = ""


class Scope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a claim holds; an empty list is no restriction."""

    concern: tuple[str, ...] = ()
    zone: tuple[str, ...] = ()
    device: tuple[str, ...] = ()
    phototype: tuple[str, ...] = ()
    jurisdiction: tuple[str, ...] = ()
    operator: tuple[str, ...] = ()
    sex: tuple[str, ...] = ()
    age: tuple[str, ...] = ()


Value = bool | int | float | str | list[str]


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One statement with its value, how sure it is, and the sources for and against it."""

    statement: str
    quantity: str
    value: Value
    unit: str = ""
    range: tuple[float, float] | None = None
    sd: float | None = None
    prior: Prior | None = None
    stricter: Stricter | None = None
    basis: Basis
    certainty: Certainty
    because: str
    chosen: str = ""
    supports: tuple[Reference, ...] = ()
    contradicts: tuple[Reference, ...] = ()
    scope: Scope = Scope()
    review: Review

    @property
    def number(self) -> float:
        """The value of a numeric claim."""
        value = self.value
        if type(value) is float or type(value) is int:
            return value
        raise TypeError(f"not a number: {self.statement}")

    @property
    def word(self) -> str:
        """The value of a claim that is a word."""
        if not isinstance(self.value, str):
            raise TypeError(f"not a word: {self.statement}")
        return self.value

    @property
    def words(self) -> tuple[str, ...]:
        """The value of a claim that is a list of words."""
        if not isinstance(self.value, list):
            raise TypeError(f"not a list: {self.statement}")
        return tuple(self.value)


class Name(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A name in the languages that Needlework speaks."""

    en: str
    es: str


class Zone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An anatomical area with its own skin."""

    name: Name
    region: str
    sided: bool
    status: str
    groups: tuple[str, ...] = ()
    order: int = 0
    why: str = ""


class Concern(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the client wants better."""

    name: Name
    family: str
    regions: tuple[str, ...]
    scales: tuple[str, ...]
    synonyms: dict[str, list[str]] = {}


class LabelledUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One use that a device's label names; `max_depth` and `age_min` are keys of its claims."""

    id: str
    concerns: tuple[str, ...]
    zones: tuple[str, ...]
    phototypes: tuple[str, ...]
    jurisdiction: str
    max_depth: str = ""
    age_min: str = ""


class Clearance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device's licence in a jurisdiction."""

    id: str
    jurisdiction: str
    date: date | None = None


class Device(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dermaroller or a motorised pen, as its maker and the authorities describe it."""

    name: Name
    kind: str
    maker: str = ""
    clearances: tuple[Clearance, ...] = ()
    single_use: bool | str = "unknown"
    sleeve_required: bool | str = "unknown"
    bars_breastfeeding: bool | str = "unknown"
    bars_anaesthetic_allergy: bool | str = "unknown"
    bars_orbital_rim: bool | str = "unknown"
    home: bool = False
    lengths: tuple[str, ...] = ()
    uses: tuple[LabelledUse, ...] = ()


class Jurisdiction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A country or a part of one, whose law binds operator and device."""

    name: Name
    country: str
    status: str = ""


class Anaesthetic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A topical anaesthetic product."""

    name: Name
    agents: tuple[str, ...]
    agent_classes: tuple[str, ...]
    compounded: bool
    labelled_in: tuple[str, ...]


class Antiseptic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A skin antiseptic."""

    name: Name
    allergens: tuple[str, ...] = ()


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Anything else that claims are gathered under: a rule, a harm, an item of aftercare."""

    title: str = ""
    name: Name | None = None


class Choices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers that a client may choose from, by id, with what stands on the button."""

    title: str
    name: Name
    choices: dict[str, Name]


class Release(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The knowledge as published: an id and a digest of every byte behind it."""

    id: str
    published: date
    digest: str
    sources: dict[str, Source]
    claims: dict[str, Claim]
    zones: dict[str, Zone]
    concerns: dict[str, Concern]
    devices: dict[str, Device]
    jurisdictions: dict[str, Jurisdiction]
    anaesthetics: dict[str, Anaesthetic]
    antiseptics: dict[str, Antiseptic]
    scales: dict[str, Scale]
    topics: dict[str, Topic]
    symptoms: dict[str, Choices] = {}

    @cached_property
    def parameters(self) -> dict[str, tuple[str, ...]]:
        """Model of skin → ids of the claims `response.<model>.*` that it is made of."""
        found: dict[str, list[str]] = {}
        for claim_id in self.claims:
            kind, _, rest = claim_id.partition(".")
            if kind == "response":
                found.setdefault(rest.partition(".")[0], []).append(claim_id)
        return {model: tuple(ids) for model, ids in found.items()}


class Cited(msgspec.Struct, frozen=True):
    """A number with its unit and the claims that it rests on."""

    value: float
    unit: str
    claims: tuple[str, ...]


class CitedText(msgspec.Struct, frozen=True):
    """Words that come from claims."""

    text: str
    claims: tuple[str, ...]


class CitedDate(msgspec.Struct, frozen=True):
    """A day reckoned from claims."""

    on: date
    claims: tuple[str, ...]
