"""What a name on a pack is: cosmetic ingredients and what else is put on the skin, looked up.

Names are looked up exactly; a misspelling is suggested and never assumed. A name that is in no
list, and bears the mark of a family, is told with it and stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import translate
from functools import cached_property, lru_cache
from typing import Final

from msgspec import Struct, structs

from needlework.lexicon import Entry, Lexicon, Suggestion
from needlework.lexicon.names import fold, key, readings

SYNONYMS: Final = frozenset({"aqua", "fragrance"})
"""Entries whose names stand between slashes in several languages ("Aqua/Water/Eau")."""

IN_COSMETICS: Final[Mapping[str, tuple[str, ...]]] = {
    "fragrance-allergen": ("fragrance", "fragrance-allergen"),
    "balsam-of-peru": ("fragrance", "fragrance-allergen"),
    "benzyl-benzoate": ("fragrance", "fragrance-allergen"),
    "essential-oil": ("fragrance", "essential-oil"),
    "phototoxic-oil": ("fragrance", "essential-oil", "photosensitiser", "phototoxic"),
    "salicylate-rub": ("bha", "nsaid", "fragrance", "fragrance-allergen"),
    "peptides": ("peptide",),
    "mineral-filters": ("uv-filter-mineral",),
    "bakuchiol": ("sensitiser",),
    "pramocaine": ("medicine",),
    "kojic-acid": ("brightener",),
    "cysteamine": ("brightener",),
    "sulfur": ("irritant",),
    "urea": ("irritant",),
    "resorcinol": ("irritant", "brightener"),
    "trichloroacetic-acid": ("irritant",),
}
"""What entries made for the screening of people are in a list of ingredients."""

PRODUCTS: Final = frozenset(
    {
        *("moisturiser", "sunscreen", "cleanser", "make-up", "hyaluronic-serum"),
        *("niacinamide-serum", "retinoid-product", "silicone-gel"),
    }
)
"""Entries that name a kind of product: what is in it is not known."""

A_PRODUCT: Final = "A kind of product, not an ingredient: paste the list on its pack."

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
    "against-herpes": "antiviral",
    "peel": "peel",
    "depilatory": "hair remover",
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


class Found(Struct, frozen=True):
    """Entries of a name with the names that matched; `doubt` where a part was not recognised."""

    entries: tuple[Entry, ...] = ()
    known_as: tuple[str, ...] = ()
    doubt: bool = False


NOTHING: Final = Found()


class Finder:
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
        if entry.id in PRODUCTS:
            entry = structs.replace(entry, vague=True, note=A_PRODUCT)
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

    def _find(self, name: str) -> Found:
        if len(name) > _LONGEST_NAME:
            return NOTHING
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

    def _look(self, name: str) -> Found:
        at = key(name)
        for table in (self._exact, self._topical):
            if at in table:
                shown, entries = table[at]
                return Found(tuple(entries), (_TOPICAL.sub("", shown),))
        return NOTHING

    def _bracketed(self, name: str) -> Found:
        """Latin with a common name, a name with its other name, a trade name with its content."""
        inside = [text.strip() for text in _BRACKET.findall(name) if text.strip()]
        outside = " ".join(_BRACKET.sub(" ", name).split())
        outer = self._find(outside) if outside != name else NOTHING
        ends = name.rstrip().endswith((")", "]", "}"))
        source = not ends or bool(_PLANT_PART.search(outside))
        inner = [self._first(text) for text in inside]
        if source:
            inner = [NOTHING if each.doubt and _alike(each, outer) else each for each in inner]
        entries = [*outer.entries, *(entry for each in inner for entry in each.entries)]
        known_as = [*outer.known_as, *(name for each in inner for name in each.known_as)]
        silent = all(
            each.entries or text.casefold() in _MEANINGLESS
            for each, text in zip(inner, inside, strict=True)
        )
        return Found(
            distinct(entries),
            tuple(dict.fromkeys(known_as)),
            doubt=outer.doubt
            or not outer.entries
            or not (silent or source)
            or any(each.doubt for each in inner),
        )

    def _first(self, text: str) -> Found:
        """What stands in a bracket, as a whole or before a slash."""
        for part in (text, *text.split("/")):
            if (found := self._find(part.strip())).entries:
                return found
        return NOTHING

    def _medicine(self, name: str) -> Found:
        """A medicine under its salt ("Clindamycin Phosphate"): may add caution, never take it."""
        folded = fold(name)
        if self._words.isdisjoint(_WORD.findall(folded)):
            return NOTHING
        for reading in readings(folded):
            if reading.key in self._exact:
                shown, entries = self._exact[reading.key]
                if any(set(classes_of(entry)) - {"other-known"} for entry in entries):
                    return Found(tuple(entries), (shown,))
        return NOTHING

    def _akin(self, name: str) -> Found:
        """The families that an unlisted name bears the mark of; which one it is stays open."""
        words = _WORD.findall(fold(name))
        entries = [
            entry
            for entry, stems in self._stems
            if any(all(any(map(word.match, words)) for word in stem) for stem in stems)
        ]
        return Found(tuple(entries), doubt=bool(entries))


@lru_cache(maxsize=4)
def finder_of(lexicon: Lexicon) -> Finder:
    return Finder(lexicon)


class Suggester:
    """Known names that an unknown one may have meant; only so many a product."""

    def __init__(self, finder: Finder) -> None:
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


def _alike(found: Found, other: Found) -> bool:
    """The two share a class, so that the one says nothing new of the other."""
    classes = [
        {name for entry in each.entries for name in classes_of(entry)} for each in (found, other)
    ]
    return not classes[0].isdisjoint(classes[1])


def distinct(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple({(entry.kind, entry.id): entry for entry in entries}.values())


def classes_of(entry: Entry) -> tuple[str, ...]:
    """Classes of an entry in a cosmetic; what is a medicine is said to be one."""
    if entry.id in IN_COSMETICS:
        return IN_COSMETICS[entry.id]
    if entry.id in PRODUCTS:
        return tuple(name for name in entry.classes if name != "other-known")
    return (*entry.classes, "medicine") if entry.kind == "medicine" else entry.classes


def is_for_clients(entry: Entry) -> bool:
    """The entry has a note, and one that says something to whoever uses the product."""
    return bool(entry.note) and _RULE.search(entry.note) is None
