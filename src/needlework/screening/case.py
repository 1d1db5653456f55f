"""A consultation as the rules see it: answers by date, names resolved, zones expanded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache, cached_property, lru_cache
from operator import attrgetter
from typing import Any, Final

from msgspec import Struct

from needlework.errors import AnswerError, printable
from needlework.evidence import Knowledge
from needlework.lexicon import Lexicon, Match
from needlework.screening.consultation import Consultation, Medicine, Told, ZoneTold
from needlework.screening.labels import LabelFit, nearest, person, uses_for

CONDITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "history.keloid": ("keloid",),
    "history.herpes_simplex": ("herpes-simplex",),
    "history.bleeding_disorder": ("bleeding-disorder",),
    "history.immunosuppression": ("immune-deficiency",),
    "history.chemotherapy": ("chemotherapy-now",),
    "history.radiotherapy": ("radiotherapy",),
    "history.connective_tissue_disease": (
        "scleroderma",
        "lupus",
        "connective-tissue-disease",
    ),
    "history.other_autoimmune": ("other-autoimmune",),
    "history.diabetes": ("diabetes",),
    "history.cardiac": ("cardiac", "pacemaker"),
    "history.methaemoglobinaemia_or_g6pd": ("methaemoglobinaemia", "g6pd-deficiency"),
    "history.severe_liver_disease": ("liver-disease-severe",),
    "history.pseudocholinesterase_deficiency": ("pseudocholinesterase-deficiency",),
    "history.fainting_or_needle_fear": ("fainting",),
    "skin.actinic_keratosis": ("actinic-keratosis",),
    "skin.suspicious_lesion_or_skin_cancer": ("skin-cancer",),
    "skin.warts": ("warts",),
    "skin.mole_birthmark_or_vascular_lesion": ("vascular-lesion",),
    "skin.infection": ("infection",),
    "skin.acne": ("acne", "acne-severe"),
    "skin.cold_sore": ("cold-sore-active",),
    "history.pregnancy": ("pregnancy",),
    "history.breastfeeding": ("breastfeeding",),
    "history.pih": ("pih",),
    "history.atopy": ("atopy",),
    "history.smoking": ("smoking",),
    "history.expectation_or_body_image_concern": ("body-dysmorphia",),
    "skin.hypertrophic_scar": ("hypertrophic-scar",),
    "skin.rosacea": (
        "rosacea-papulopustular",
        "rosacea-erythematotelangiectatic",
        "rosacea-active",
    ),
    "skin.eczema_psoriasis_lichen_or_dermatitis": (
        "eczema",
        "psoriasis",
        "lichen-planus",
        "dermatitis",
        "dermatosis-active",
    ),
    "skin.vitiligo": ("vitiligo",),
}
"""Answers that a condition named in the free list makes `yes`, whatever was ticked."""


class Named(Struct, frozen=True, kw_only=True):
    """A medicine, condition, allergy or product by name, with what the lexicon makes of it."""

    given: object
    match: Match
    name: str
    classes: frozenset[str]
    differs: bool = False

    @property
    def shown(self) -> str:
        """The name as typed, cut to what a finding can show."""
        typed = printable(" ".join(str(self.given.name).split()))  # type: ignore[attr-defined]
        return typed if len(typed) <= 40 else typed[:39] + "…"


class Case:
    """One consultation judged on one day."""

    def __init__(
        self, consultation: Consultation, knowledge: Knowledge, lexicon: Lexicon, on: date
    ) -> None:
        self.consultation = consultation
        self.knowledge = knowledge
        self.lexicon = lexicon
        self.on = on
        wished: dict[str, dict[str, None]] = {}
        for wish in consultation.concerns:
            for zone in self.expand(wish.zones):
                wished.setdefault(zone, {})[wish.concern] = None
        self.zones = tuple(sorted(wished, key=self._place))
        self._wished = {zone: tuple(concerns) for zone, concerns in wished.items()}
        self._fits: dict[tuple[str, str], tuple[LabelFit, ...]] = {}

    def expand(self, names: Iterable[str]) -> frozenset[str]:
        """Zones with their sides for names as typed: a zone, a side of it, or a group."""
        return expand(self.knowledge, tuple(names))

    def region(self, zone: str) -> str:
        """Region of a zone: face, neck, chest or body."""
        return self.knowledge.release.zones[base(zone)].region

    def _place(self, zone: str) -> tuple[int, str]:
        return self.knowledge.release.zones[base(zone)].order, zone

    def raw(self, path: str) -> object:
        """What the consultation holds at `path`, a string or an answer with its details."""
        return _getter(path)(self.consultation)

    def dated(self, path: str) -> tuple[str, date, object]:
        """Answer, the day it was given, and its details, at `path`."""
        value = self.raw(path)
        if isinstance(value, Told):
            return value.answer, value.on or self.consultation.date, value
        return str(value), self.consultation.date, value

    def zones_of(self, details: object) -> tuple[str, ...]:
        """Planned zones that an answer with `yes` is about; all of them when it names none."""
        named = details.zones if isinstance(details, ZoneTold) else ()
        if not named:
            return self.zones
        there = self.expand(named)
        return tuple(zone for zone in self.zones if zone in there)

    def covers_plan(self, details: object) -> bool:
        """An answer that names zones speaks of those alone; one that names none, of all."""
        named = details.zones if isinstance(details, ZoneTold) else ()
        return not named or self.expand(named).issuperset(self.zones)

    def concerns(self, zone: str) -> tuple[str, ...]:
        """What is wished in a planned zone, each concern once, in the order given."""
        return self._wished[zone]

    def fits(self, concern: str, zone: str) -> tuple[LabelFit, ...]:
        """How each device at hand fits its label, for a concern in a zone (without side).

        Rules and planner ask for the same, so it is kept.
        """
        key = concern, zone
        if key not in self._fits:
            self._fits[key] = tuple(nearest(uses, concern, zone) for uses in self._labelled_uses)
        return self._fits[key]

    @cached_property
    def _labelled_uses(self) -> tuple[tuple[LabelFit, ...], ...]:
        given = self.consultation
        who = person(given.client.birth_date, given.phototype.clinician, self.on)
        return tuple(
            uses_for(self.knowledge, device.id, who, given.jurisdiction) for device in given.devices
        )

    @cached_property
    def conditions(self) -> tuple[Named, ...]:
        """Conditions of the free list, resolved."""
        return tuple(
            self._named(item, item.name, item.confirmed_as, self.lexicon.condition)
            for item in _items(self.consultation.conditions)
        )

    @cached_property
    def condition_keys(self) -> frozenset[str]:
        """Everything that the named conditions are."""
        return frozenset(key for named in self.conditions for key in named.classes)

    @cached_property
    def medicines(self) -> tuple[Named, ...]:
        """Medicines of the list, resolved; those stopped are still here."""
        return tuple(self._medicine(item) for item in _items(self.consultation.medicines))

    @cached_property
    def allergies(self) -> tuple[Named, ...]:
        """Allergies, resolved."""
        return tuple(
            self._named(item, item.name, item.confirmed_as, self.lexicon.allergen)
            for item in _items(self.consultation.allergies)
        )

    @cached_property
    def products(self) -> tuple[Named, ...]:
        """Products put on the skin lately, resolved."""
        return tuple(
            self._named(item, item.name, item.confirmed_as, self.lexicon.ingredient)
            for item in _items(self.consultation.products)
        )

    def _named(
        self, given: object, name: str, confirmed_as: str, look_up: Callable[[str], Match]
    ) -> Named:
        typed = look_up(name)
        return _resolved(given, name, typed, look_up(confirmed_as) if confirmed_as else typed)

    def _medicine(self, item: Medicine) -> Named:
        """An ambiguous name keeps the classes of every reading: the milder is never assumed."""
        return self._named(item, item.name, item.confirmed_as, self._by_route(item.route))

    def _by_route(self, route: str) -> Callable[[str], Match]:
        look_up = self.lexicon.medicine
        return look_up if route == "unknown" else lambda name: look_up(name).by_route(route)


def _resolved(given: object, name: str, typed: Match, meant: Match) -> Named:
    """A confirmation settles a name that was not recognised; it never takes away what was."""
    if typed is meant:
        return Named(given=given, match=meant, name=_title(meant, name), classes=meant.classes)
    known = {entry.id for entry in typed.entries}
    differs = bool(known) and not known.issubset(entry.id for entry in meant.entries)
    return Named(
        given=given,
        match=meant,
        name=_title(meant, name),
        classes=meant.classes | (typed.classes if typed.kind != "ambiguous" else frozenset()),
        differs=differs and typed.kind == "exact",
    )


@cache
def _getter(path: str) -> Callable[[object], object]:
    return attrgetter(path)


def base(zone: str) -> str:
    """The zone without its side.

    >>> base("cheek-left"), base("forehead")
    ('cheek', 'forehead')
    """
    return zone.removesuffix("-left").removesuffix("-right")


@lru_cache(maxsize=4096)
def expand(knowledge: Knowledge, names: tuple[str, ...]) -> frozenset[str]:
    """Zones with their sides for names as typed; an unknown name is an error."""
    zones = knowledge.release.zones
    found: set[str] = set()
    for name in names:
        stem = base(name)
        if stem in zones and (name == stem or zones[stem].sided):
            found.update(sides(stem, zones[stem].sided) if name == stem else (name,))
            continue
        members = [z for z, zone in zones.items() if name in zone.groups]
        if not members:
            raise AnswerError(
                "no such zone.", hint="Zones are listed by `needlework schema --zones`."
            )
        for member in members:
            found.update(sides(member, zones[member].sided))
    return frozenset(found)


def sides(stem: str, is_sided: bool) -> tuple[str, ...]:
    """A zone as it is planned: itself, or its left and right."""
    return (f"{stem}-left", f"{stem}-right") if is_sided else (stem,)


def _items(listed: object) -> tuple[Any, ...]:
    return () if isinstance(listed, str) else tuple(listed.list)  # type: ignore[attr-defined]


def _title(match: Match, name: str) -> str:
    return " / ".join(entry.title for entry in match.entries) if match.entries else name
