"""May this product be used again? Its list of ingredients, read, classed and dated.

Waits come from claims, by class. What is not recognised is named as unknown and waits as long
as the longest of all waits; it is never assumed to be harmless. Only pasted or typed text is
read: a photograph of a label is out of scope, and every result says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from fnmatch import translate
from functools import cached_property, lru_cache
from typing import Final, Literal

from msgspec import Struct

from needlework.aftercare.days import after, check_day
from needlework.aftercare.days import day as say_day
from needlework.aftercare.inci import IngredientList, Listed, read_list
from needlework.aftercare.model import Timeline
from needlework.evidence import Cited, Knowledge, NotAccepted
from needlework.i18n import Translate, translator
from needlework.lexicon import Entry, Lexicon, Suggestion
from needlework.lexicon.names import fold, key, readings

Status = Literal["known", "unclear", "unknown"]
ProductVerdict = Literal["nothing-read", "ask", "wait", "bland"]

LIMITS: Final = (
    "Read from text only, not from a photo of a label. A list does not say how much of "
    "anything a product holds."
)

_BASE: Final = "aftercare.products"
_GROUPS: Final = (
    (f"{_BASE}.bland-classes", "aftercare.moisturiser.from", "moisturiser"),
    ("aftercare.actives.classes", "aftercare.actives.wait", "actives"),
    (f"{_BASE}.active-classes", "aftercare.actives.wait", "actives"),
    (f"{_BASE}.benzoyl-classes", "aftercare.benzoyl-peroxide.wait", "benzoyl-peroxide"),
    (f"{_BASE}.mineral-filter-classes", "aftercare.sunscreen.wait", "sunscreen"),
    (
        f"{_BASE}.chemical-filter-classes",
        "aftercare.sunscreen.chemical-filters-wait",
        "chemical-filters",
    ),
    (f"{_BASE}.colour-classes", "aftercare.make-up.wait", "make-up"),
    (f"{_BASE}.fragrance-classes", f"{_BASE}.fragrance-wait", "actives"),
    (f"{_BASE}.phototoxic-classes", f"{_BASE}.phototoxic-wait", "actives"),
    (f"{_BASE}.alcohol-classes", f"{_BASE}.alcohol-wait", "actives"),
    (f"{_BASE}.booster-classes", f"{_BASE}.booster-wait", "actives"),
    (f"{_BASE}.medicine-classes", f"{_BASE}.medicine-wait", "actives"),
)
"""Claim with the classes of a group, claim with its wait, and what lengthens with it after a
session: no product is said to be fine before the session's own course says so.
"""

_ALLOW_LIST: Final = "rule.c42.allow-list"
_GRAINS: Final = (f"{_BASE}.grains", f"{_BASE}.grains-lead")
_WATER: Final = "aqua"
_SUNSCREEN: Final = "aftercare.sunscreen.wait"
_HOURS: Final[Mapping[str, timedelta]] = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "wk": timedelta(weeks=1),
}

_CLOCK: Final = frozenset({"s", "min", "h"})

SYNONYMS: Final = frozenset({"aqua", "fragrance"})
"""Entries whose names stand between slashes in several languages ("Aqua/Water/Eau")."""

_IN_COSMETICS: Final[Mapping[str, tuple[str, ...]]] = {
    "fragrance-allergen": ("fragrance", "fragrance-allergen"),
    "balsam-of-peru": ("fragrance", "fragrance-allergen"),
    "benzyl-benzoate": ("fragrance", "fragrance-allergen"),
    "essential-oil": ("fragrance", "essential-oil"),
    "phototoxic-oil": ("fragrance", "essential-oil", "photosensitiser", "phototoxic"),
    "salicylate-rub": ("bha", "nsaid", "fragrance", "fragrance-allergen"),
    "peptides": ("peptide",),
    "sunscreen": ("uv-filter-mineral",),
    "make-up": ("colour",),
    "kojic-acid": ("brightener",),
    "cysteamine": ("brightener",),
    "sulfur": ("irritant",),
    "urea": ("irritant",),
    "resorcinol": ("irritant", "brightener"),
    "trichloroacetic-acid": ("irritant",),
}
"""What entries made for the screening of people are in a list of ingredients."""

KINDS: Final[Mapping[str, str]] = {
    "other-known": "nothing that stands out",
    "limited-preservative": "preservative",
    "topical-retinoid": "retinoid",
    "systemic-retinoid": "retinoid",
    "aha": "fruit acid (AHA)",
    "bha": "salicylic acid or one like it (BHA)",
    "pha": "mild acid (PHA)",
    "vitamin-c": "vitamin C",
    "scrub": "scrub",
    "azelaic-acid": "azelaic acid",
    "hydroquinone": "hydroquinone",
    "brightener": "lightening agent",
    "tranexamic-acid": "tranexamic acid",
    "irritant": "irritant",
    "self-tanner": "self-tanner",
    "benzoyl-peroxide": "benzoyl peroxide",
    "antibiotic": "antibiotic",
    "uv-filter-mineral": "mineral UV filter",
    "uv-filter-chemical": "chemical UV filter",
    "colour": "colour",
    "mineral-colour": "mineral colour",
    "fragrance": "fragrance",
    "fragrance-allergen": "fragrance that may cause allergy",
    "essential-oil": "essential oil",
    "sensitiser": "may cause allergy",
    "phototoxic": "may burn or stain the skin in the sun",
    "photosensitiser": "makes skin sensitive to light",
    "drying-alcohol": "drying alcohol",
    "peptide": "peptide",
    "growth-factor": "growth factor",
    "exosome": "exosomes",
    "pdrn": "DNA from fish (PDRN)",
    "prp": "platelet-rich plasma",
    "topical-steroid": "steroid",
    "systemic-steroid": "steroid",
    "antiviral": "antiviral",
    "anaesthetic-amide": "anaesthetic",
    "anaesthetic-ester": "anaesthetic",
    "nsaid": "anti-inflammatory medicine",
    "immunosuppressant": "medicine that calms the immune system",
    "jak-inhibitor": "medicine that calms the immune system",
    "chemotherapy": "medicine against cancer cells",
    "anticoagulant": "medicine against clots",
    "antiplatelet": "medicine against clots",
    "nitrate": "heart medicine",
    "methaemoglobin-inducer": "may affect the blood together with a numbing cream",
    "cyp1a2-inhibitor": "may slow how the body clears other medicines",
    "cyp3a4-inhibitor": "may slow how the body clears other medicines",
    "medicine": "medicine",
}
"""Class → what a client reads."""

_RULE: Final = re.compile(r"\bC\d")
"""A note that names a rule is for those who screen, not for those who use a cream."""

_PLANT_PART: Final = re.compile(
    r"(?:oil|extract|butter|juice|water|powder|wax|cera|starch|gum|ferment|filtrate|lysate|"
    r"seed|bran|flour|sterols|protein|hyaluronate|glycerin|tocopherol)\Z",
    re.IGNORECASE,
)
"""Ends of names after which a bracket only says which plant or source is meant."""

_QUALIFIERS: Final = re.compile(
    r"\A(?:(?:certified )?organic|bio|pure|natural|vegan|plant-derived|100 ?% ?|puro|pura|as|como"
    r"|encapsulated|encapsulad[oa]|liposomal|micronized|micronised|stabili[sz]ed) +"
    r"| +(?:nano|organic|ecol[oó]gic[oa]|vegetal|pur[oa]|de cultivo ecol[oó]gico|encapsulad[oa]"
    r"|usp(?:-nf)?|bp|n\.?f\.?|ph\.? ?eur\.?"
    r"|(?:for|to adjust(?: the)?|as) ph(?: adjust(?:ment|er))?|para ajustar el ph)\Z",
    re.IGNORECASE,
)
_MEANINGLESS: Final = frozenset(
    {"nano", "organic", "vegetable", "vegetal", "natural", "plant", "purified", "deionized"}
)
"""Words in brackets that name no other ingredient."""

_BRACKET: Final = re.compile(r" ?[(\[{]([^()\[\]{}]*)[)\]}]")
_TOPICAL: Final = re.compile(r"\Atopical | t[oó]pic[oa]s?\Z", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W_]+")
_COLOUR_INDEX: Final = re.compile(
    r"(?:colou?r index(?: no\.?)? ?|c\.? ?i\.? ?(?:no\.?)? ?)?(\d{5})", re.IGNORECASE
)
_MOST_SUGGESTED: Final = 12
_LONGEST_SUGGESTED: Final = 60
_LONGEST_NAME: Final = 200


class Ingredient(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One ingredient: what it is, from when it may be used again, and why.

    `usable_from` is the day on which the wait is over. An ingredient that is unknown, or unclear
    in part, waits as long as the longest wait there is. `ph_adjuster` is an inference from the
    place in the list; it never shortens the wait.
    """

    position: int
    name: str
    aliases: tuple[str, ...] = ()
    status: Status
    known_as: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    percent: float | None = None
    may_contain: bool = False
    ph_adjuster: bool = False
    ask: bool = False
    never_on_needled_skin: bool = True
    wait: Cited
    usable_from: date
    usable_at: datetime
    notes: tuple[str, ...] = ()
    claims: tuple[str, ...]

    @property
    def is_to_the_hour(self) -> bool:
        """The wait counts hours: on its day it is over at `usable_at`, not in the morning."""
        return self.wait.unit in _CLOCK


class Product(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A product as its list tells it: as late as the latest of its ingredients.

    `perhaps_from` is an earlier day that holds if the clinic confirms what was inferred from
    the order of the list. `never_on_needled_skin` is false only for a product that the clinic's
    medical director lists as made for needled skin.
    """

    name: str
    verdict: ProductVerdict
    summary: str
    ingredients: tuple[Ingredient, ...]
    wait: Cited | None = None
    usable_from: date | None = None
    usable_at: datetime | None = None
    perhaps_from: date | None = None
    unknown: tuple[str, ...] = ()
    on_clinic_list: bool = False
    never_on_needled_skin: bool = True
    remarks: tuple[str, ...] = ()
    cut: bool = False
    normal: str = ""
    limits: str = LIMITS
    claims: tuple[str, ...]


def check_product(
    text: str,
    *,
    ended: date | datetime,
    knowledge: Knowledge,
    lexicon: Lexicon,
    name: str = "",
    sunscreen: bool = False,
    course: Timeline | None = None,
    language: str = "en",
) -> Product:
    """What a pasted list of ingredients means for the skin after a session.

    Parameters
    ----------
    ended
        When the last pass ended. A date alone counts to its last minute.
    name
        The product's name, compared with the clinic's list for needled skin.
    sunscreen
        The product is a sunscreen: mineral colours in it wait as it does, not as make-up does.
    course
        What holds after the session: where it waits longer, for the skin to close, so does what
        is put on the skin.
    language
        Of every text and label; names of ingredients stay as they stand on the pack.
    """
    check_day(ended, language)
    say = translator(language)
    finder = _finder(lexicon)
    read = read_list(text, finder.ids, SYNONYMS)
    moment = _last_minute(ended)
    waits = _Waits(knowledge, sunscreen=sunscreen, lengthened=_lengthened(course))
    listed = _is_listed(name, knowledge)
    suggest = _Suggester(finder)
    adjusters = _adjusters(read, finder, knowledge)
    grains = _grains(read, knowledge)
    ingredients = tuple(
        _ingredient(
            position,
            item,
            finder=finder,
            waits=waits,
            ended=moment,
            listed=listed,
            adjuster=position in adjusters,
            grain=position in grains,
            suggest=suggest,
            say=say,
        )
        for position, item in enumerate(read.items, start=1)
    )
    return _product(
        name, read, ingredients, waits=waits, ended=moment, listed=listed, language=language
    )


# --- what a name is ---------------------------------------------------------------------------


class _Found(Struct, frozen=True):
    """Entries of a name with the names that matched; `doubt` where a part was not recognised."""

    entries: tuple[Entry, ...] = ()
    known_as: tuple[str, ...] = ()
    doubt: bool = False


_NOTHING: Final = _Found()


class _Finder:
    """Names of cosmetic ingredients and of what else is put on the skin, looked up exactly."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._exact: dict[str, tuple[str, list[Entry]]] = {}
        self._topical: dict[str, tuple[str, list[Entry]]] = {}
        self._words: set[str] = set()
        self._stems = [
            (
                entry,
                [[re.compile(translate(word)) for word in stem.split()] for stem in entry.stems],
            )
            for entry in lexicon.entries
            if entry.stems
        ]
        for entry in lexicon.entries:
            if entry.kind == "ingredient" or "topical" in entry.routes:
                self._add(entry)
        self.find = lru_cache(maxsize=16384)(self._find)

    def _add(self, entry: Entry) -> None:
        names = (name for group in entry.names.values() for name in group)
        for name in names:
            held = self._exact.setdefault(key(name), (name, []))[1]
            if entry not in held:
                held.append(entry)
            if (bare := _TOPICAL.sub("", name)) != name:
                self._topical.setdefault(key(bare), (bare, []))[1].append(entry)
            if entry.kind == "medicine":
                self._words.update(_WORD.findall(fold(name)))

    def ids(self, name: str) -> tuple[str, ...]:
        """Entries of a name that is wholly recognised."""
        found = self.find(name)
        return () if found.doubt else tuple(entry.id for entry in found.entries)

    @cached_property
    def names(self) -> dict[str, str]:
        """Key → name of everything that can be suggested."""
        held = {**self._topical, **self._exact}
        return {at: name for at, (name, _) in held.items()}

    def entry_id(self, at: str) -> str:
        """The first entry of a key."""
        return (self._exact.get(at) or self._topical[at])[1][0].id

    def _find(self, name: str) -> _Found:
        if len(name) > _LONGEST_NAME:
            return _NOTHING
        if (found := self._look(name)).entries:
            return found
        if colour := _COLOUR_INDEX.fullmatch(name):
            found = self._look(f"CI {colour[1]}")
            return found if found.entries else self._akin(f"CI {colour[1]}")
        if "(" in name or "[" in name or "{" in name:
            return self._bracketed(name)
        if (bare := _QUALIFIERS.sub("", name)) != name:
            return self._look(bare)
        found = self._medicine(name)
        return found if found.entries else self._akin(name)

    def _look(self, name: str) -> _Found:
        at = key(name)
        for table in (self._exact, self._topical):
            if at in table:
                shown, entries = table[at]
                return _Found(tuple(entries), (_TOPICAL.sub("", shown),))
        return _NOTHING

    def _bracketed(self, name: str) -> _Found:
        """Latin with a common name, a name with its other name, a trade name with its content."""
        inside = [text.strip() for text in _BRACKET.findall(name) if text.strip()]
        outside = " ".join(_BRACKET.sub(" ", name).split())
        outer = self._find(outside) if outside != name else _NOTHING
        ends = name.rstrip().endswith((")", "]", "}"))
        source = not ends or bool(_PLANT_PART.search(outside))
        inner = [self._first(text) for text in inside]
        if source:
            inner = [_NOTHING if each.doubt and _alike(each, outer) else each for each in inner]
        entries = [*outer.entries, *(entry for each in inner for entry in each.entries)]
        known_as = [*outer.known_as, *(name for each in inner for name in each.known_as)]
        silent = all(
            each.entries or text.casefold() in _MEANINGLESS
            for each, text in zip(inner, inside, strict=True)
        )
        return _Found(
            _distinct(entries),
            tuple(dict.fromkeys(known_as)),
            doubt=outer.doubt
            or not outer.entries
            or not (silent or source)
            or any(each.doubt for each in inner),
        )

    def _first(self, text: str) -> _Found:
        """What stands in a bracket, as a whole or before a slash."""
        for part in (text, *text.split("/")):
            if (found := self._find(part.strip())).entries:
                return found
        return _NOTHING

    def _medicine(self, name: str) -> _Found:
        """A medicine under its salt ("Clindamycin Phosphate"): may add caution, never take it."""
        folded = fold(name)
        if self._words.isdisjoint(_WORD.findall(folded)):
            return _NOTHING
        for reading in readings(folded):
            if reading.key in self._exact:
                shown, entries = self._exact[reading.key]
                if any(set(_classes(entry)) - {"other-known"} for entry in entries):
                    return _Found(tuple(entries), (shown,))
        return _NOTHING

    def _akin(self, name: str) -> _Found:
        """The families that an unlisted name bears the mark of; which one it is stays open."""
        words = _WORD.findall(fold(name))
        entries = [
            entry
            for entry, stems in self._stems
            if any(all(any(map(word.match, words)) for word in stem) for stem in stems)
        ]
        return _Found(tuple(entries), doubt=bool(entries))


@lru_cache(maxsize=4)
def _finder(lexicon: Lexicon) -> _Finder:
    return _Finder(lexicon)


class _Suggester:
    """Known names that an unknown one may have meant; only so many a product."""

    def __init__(self, finder: _Finder) -> None:
        self._finder = finder
        self._left = _MOST_SUGGESTED

    def __call__(self, name: str) -> tuple[Suggestion, ...]:
        from rapidfuzz import fuzz, process

        at = key(name)
        if self._left <= 0 or not 3 < len(at) <= _LONGEST_SUGGESTED:
            return ()
        self._left -= 1
        names = self._finder.names
        near = process.extract(at, names.keys(), scorer=fuzz.ratio, limit=3, score_cutoff=80)
        return tuple(
            Suggestion(name=names[found], id=self._finder.entry_id(found), score=round(score, 1))
            for found, score, _ in near
        )


def _alike(found: _Found, other: _Found) -> bool:
    """The two share a class, so that the one says nothing new of the other."""
    classes = [
        {name for entry in each.entries for name in _classes(entry)} for each in (found, other)
    ]
    return not classes[0].isdisjoint(classes[1])


def _distinct(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple({(entry.kind, entry.id): entry for entry in entries}.values())


def _classes(entry: Entry) -> tuple[str, ...]:
    """Classes of an entry in a cosmetic; what is a medicine is said to be one."""
    if entry.id in _IN_COSMETICS:
        return _IN_COSMETICS[entry.id]
    return (*entry.classes, "medicine") if entry.kind == "medicine" else entry.classes


# --- how long it waits ------------------------------------------------------------------------


class _Waits:
    """The waits of the claims that this clinic accepts, by class."""

    def __init__(
        self, knowledge: Knowledge, *, sunscreen: bool, lengthened: Mapping[str, Cited]
    ) -> None:
        self._groups = [
            (
                frozenset(knowledge.claim(classes).words),
                _later(_cited(knowledge, wait, classes), lengthened.get(first)),
            )
            for classes, wait, first in _GROUPS
        ]
        accepted = [wait for _, wait in self._groups if wait is not None]
        if not accepted:
            raise NotAccepted(_GROUPS[0][1])
        longest = max(accepted, key=_span)
        self.longest = Cited(longest.value, longest.unit, longest.claims[1:])
        self.bland = self._groups[0][1]
        self._asked = frozenset(knowledge.claim(f"{_BASE}.ask-classes").words)
        self._tint: frozenset[str] = frozenset()
        if sunscreen:
            self._tint = frozenset(knowledge.claim(f"{_BASE}.tint-classes").words)
            self._tint_wait = _cited(knowledge, _SUNSCREEN, f"{_BASE}.tint-classes")

    def asked(self, classes: Iterable[str]) -> bool:
        """The clinic is asked: by class, or because the clinic rejected a wait."""
        return not self._asked.isdisjoint(classes) or any(
            wait is None for name in classes for wait in self._of(name)
        )

    def of(self, classes: Iterable[str]) -> Cited:
        """The longest wait of the classes; of a class without a wait, the longest of all."""
        waits = [wait for name in classes for wait in self._of(name)]
        found = [wait for wait in waits if wait is not None]
        if len(found) < len(waits) or not found:
            found.append(self.longest)
        return max(found, key=_span)

    def _of(self, name: str) -> Iterator[Cited | None]:
        if name in self._tint:
            yield self._tint_wait
            return
        groups = [wait for names, wait in self._groups if name in names]
        yield from groups or [None]


def _cited(knowledge: Knowledge, wait: str, classes: str) -> Cited | None:
    try:
        claim = knowledge.claim(wait)
    except NotAccepted:
        return None
    return Cited(claim.number, claim.unit, (classes, wait))


def _later(wait: Cited | None, lengthened: Cited | None) -> Cited | None:
    """The longer of two waits; a wait that the clinic rejected stays open."""
    if wait is None or lengthened is None or _span(lengthened) <= _span(wait):
        return wait
    claims = tuple(dict.fromkeys((*wait.claims, *lengthened.claims)))
    return Cited(lengthened.value, lengthened.unit, claims)


def _lengthened(course: Timeline | None) -> dict[str, Cited]:
    """Waits of a course that a model lengthened, in hours."""
    if course is None:
        return {}
    return {
        first.what: Cited(_hours_between(course.ended, first.at), "h", first.claims)
        for first in course.firsts
        if first.lengthened and first.at is not None
    }


def _hours_between(start: datetime, end: datetime) -> float:
    if start.tzinfo is not None:
        start, end = start.astimezone(UTC), end.astimezone(UTC)
    return (end - start) / timedelta(hours=1)


def _span(wait: Cited) -> timedelta:
    return wait.value * _HOURS[wait.unit]


def _last_minute(ended: date | datetime) -> datetime:
    if isinstance(ended, datetime):
        return ended
    return datetime.combine(ended, time.max.replace(second=0, microsecond=0))


# --- order in the list ------------------------------------------------------------------------


def _adjusters(read: IngredientList, finder: _Finder, knowledge: Knowledge) -> frozenset[int]:
    """Places of acids that probably only set the acidity: late in the list, and no share told.

    Late is in its last part, or behind something that the law limits to the share below which
    the order is free.
    """
    acids = frozenset(knowledge.claim(f"{_BASE}.ph-acids").words)
    items = [item for item in read.items if not item.may_contain]
    if len(items) < knowledge.claim(f"{_BASE}.ph-least").number:
        return frozenset()
    line = knowledge.claim(f"{_BASE}.order-line").number
    tail = len(items) * (1 - knowledge.claim(f"{_BASE}.ph-tail").number / 100)
    behind = next(
        (
            place
            for place, item in enumerate(items, start=1)
            if any("limited-preservative" in e.classes for e in finder.find(item.name).entries)
        ),
        len(items),
    )
    return frozenset(
        place
        for place, item in enumerate(items, start=1)
        if acids.intersection(item.ids)
        and (item.percent is None or item.percent < line)
        and (place > tail or place > behind)
    )


def _grains(read: IngredientList, knowledge: Knowledge) -> frozenset[int]:
    """Places of what scrubs as grains: among the first, and no water before it to dissolve it."""
    grains = frozenset(knowledge.claim(_GRAINS[0]).words)
    most = int(knowledge.claim(_GRAINS[1]).number)
    found = []
    for place, item in enumerate(read.items[:most], start=1):
        if _WATER in item.ids:
            break
        if grains.intersection(item.ids):
            found.append(place)
    return frozenset(found)


# --- results ----------------------------------------------------------------------------------


def _ingredient(
    position: int,
    item: Listed,
    *,
    finder: _Finder,
    waits: _Waits,
    ended: datetime,
    listed: bool,
    adjuster: bool,
    grain: bool,
    suggest: _Suggester,
    say: Translate,
) -> Ingredient:
    found = [finder.find(name) for name in (item.name, *item.aliases)]
    entries = _distinct(entry for each in found for entry in each.entries)
    classes = tuple(dict.fromkeys(name for entry in entries for name in _classes(entry)))
    if grain:
        classes = (*classes, "scrub")
    if len(classes) > 1:
        classes = tuple(name for name in classes if name != "other-known")
    unknown = not entries or any(each.doubt for each in found)
    vague = any(entry.vague for entry in entries)
    status: Status = "unknown" if unknown else "unclear" if vague else "known"
    wait = waits.longest if status != "known" else waits.of(classes)
    at = after(ended, _span(wait))
    return Ingredient(
        position=position,
        name=item.name,
        aliases=item.aliases,
        status=status,
        known_as=tuple(dict.fromkeys(name for each in found for name in each.known_as)),
        entries=tuple(entry.id for entry in entries if not entry.stems),
        classes=classes,
        kinds=tuple(dict.fromkeys(say(KINDS[name]) for name in classes if name in KINDS)),
        suggestions=suggest(item.name) if all(entry.stems for entry in entries) else (),
        percent=item.percent,
        may_contain=item.may_contain,
        ph_adjuster=adjuster,
        ask=status != "known" or waits.asked(classes),
        never_on_needled_skin=not listed,
        wait=wait,
        usable_from=at.date(),
        usable_at=at,
        notes=tuple(_notes(status, entries, say, adjuster=adjuster, grain=grain)),
        claims=tuple(
            dict.fromkeys(
                (*wait.claims, *_order_claims(adjuster), *(_GRAINS if grain else ()), _ALLOW_LIST)
            )
        ),
    )


def _order_claims(adjuster: bool) -> tuple[str, ...]:
    return tuple(
        f"{_BASE}.{name}" for name in ("ph-acids", "ph-tail", "ph-least", "order-line") if adjuster
    )


def _notes(
    status: Status, entries: tuple[Entry, ...], _: Translate, *, adjuster: bool, grain: bool
) -> Iterator[str]:
    if status == "unknown" and any(entry.stems for entry in entries):
        yield _("Not recognised; its name is like one of these: ask the clinic which it is.")
    elif status == "unknown" and entries:
        yield _("Only a part of this name was recognised.")
    elif status == "unknown":
        yield _("Not recognised: check the spelling, or ask the clinic.")
    if adjuster:
        yield _(
            "Probably here as a pH adjuster, by its position. That is an inference: the clinic "
            "can confirm it."
        )
    if grain:
        yield _("Probably here as grains that scrub, by its position. The clinic can confirm it.")
    yield from (_(entry.note) for entry in entries if is_for_clients(entry))


def is_for_clients(entry: Entry) -> bool:
    """The entry has a note, and one that says something to whoever uses the product."""
    return bool(entry.note) and _RULE.search(entry.note) is None


def _product(
    name: str,
    read: IngredientList,
    ingredients: tuple[Ingredient, ...],
    *,
    waits: _Waits,
    ended: datetime,
    listed: bool,
    language: str,
) -> Product:
    _ = translator(language)
    shown = " ".join(name.split())
    if not ingredients:
        return Product(
            name=shown,
            verdict="nothing-read",
            summary=_("No ingredient was read. Paste the list from the pack, or ask the clinic."),
            ingredients=(),
            on_clinic_list=listed,
            never_on_needled_skin=not listed,
            remarks=read.remarks,
            cut=read.cut,
            limits=_(LIMITS),
            claims=(_ALLOW_LIST,),
        )
    latest = max((each.wait for each in ingredients), key=_span)
    if read.cut:
        latest = max(latest, waits.longest, key=_span)
    bland = waits.bland is not None and _span(latest) <= _span(waits.bland)
    ask = read.cut or any(each.ask for each in ingredients)
    verdict: ProductVerdict = "ask" if ask else "bland" if bland else "wait"
    at = ended if verdict == "bland" and listed else after(ended, _span(latest))
    return Product(
        name=shown,
        verdict=verdict,
        summary=_summary(
            verdict,
            ingredients,
            at,
            language,
            listed=listed,
            cut=read.cut,
            to_the_hour=latest.unit in _CLOCK,
        ),
        ingredients=ingredients,
        wait=latest,
        usable_from=at.date(),
        usable_at=at,
        perhaps_from=None if ask else _perhaps(ingredients, at, waits, ended),
        unknown=tuple(each.name for each in ingredients if each.status == "unknown"),
        on_clinic_list=listed,
        never_on_needled_skin=not listed,
        remarks=read.remarks,
        cut=read.cut,
        normal=read.normal,
        limits=_(LIMITS),
        claims=tuple(dict.fromkeys(claim for each in ingredients for claim in each.claims)),
    )


def _perhaps(
    ingredients: tuple[Ingredient, ...], at: datetime, waits: _Waits, ended: datetime
) -> date | None:
    """The earlier day that holds once every inferred pH adjuster is confirmed as one."""
    if waits.bland is None or not any(each.ph_adjuster for each in ingredients):
        return None
    spans = (_span(waits.bland if each.ph_adjuster else each.wait) for each in ingredients)
    earlier = after(ended, max(spans))
    return earlier.date() if earlier < at else None


def _summary(
    verdict: ProductVerdict,
    ingredients: tuple[Ingredient, ...],
    at: datetime,
    language: str,
    *,
    listed: bool,
    cut: bool,
    to_the_hour: bool,
) -> str:
    _ = translator(language)
    where = (
        _("It is on the clinic's list for needled skin: use it there as the clinic shows you.")
        if listed
        else _("Never on needled skin: it is not on the clinic's list.")
    )
    day = say_day(at.date(), language)
    if to_the_hour:
        day = f"{day}, {at:%H:%M}"
    if verdict == "bland":
        return _("Nothing in it stands out. From {day} on. {where}").format(day=day, where=where)
    named = [each for each in ingredients if each.status != "known"] or [
        each for each in ingredients if each.ask
    ]
    if verdict == "ask":
        because = (
            _("The list was too long to read whole")
            if cut and not named
            else _listed(named, language)
        )
        said = _("Ask the clinic before you use it, and not before {day}. {because}. {where}")
        return said.format(day=day, because=because, where=where)
    latest = [each for each in ingredients if each.usable_at == at]
    said = _("Not before {day}. {because}. {where}")
    return said.format(day=day, because=_listed(latest, language), where=where)


def _listed(ingredients: list[Ingredient], language: str) -> str:
    """The first few by name."""
    _ = translator(language)
    names = ", ".join(f"“{each.name}”" for each in ingredients[:3])
    if more := len(ingredients[3:]):
        names = _("{names} and {n} more").format(names=names, n=more)
    unknown = any(each.status == "unknown" for each in ingredients)
    return (_("Not recognised: {names}") if unknown else _("It holds {names}")).format(names=names)


def _is_listed(name: str, knowledge: Knowledge) -> bool:
    """The medical director lists this product as made for needled skin."""
    try:
        listed = knowledge.claim(_ALLOW_LIST).words
    except NotAccepted:
        listed = ()
    wanted = key(name)
    return bool(wanted) and wanted in {key(each) for each in (*listed, *knowledge.allowed_products)}
