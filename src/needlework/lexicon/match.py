"""Looking a name up: found, ambiguous, perhaps misspelt, or unknown. Nothing is ever assumed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct, structs

from needlework.lexicon import names
from needlework.lexicon.entry import MARKS, Entry, State
from needlework.lexicon.load import DATA, Tables, load_tables

MatchKind = Literal["exact", "ambiguous", "suggestion", "unknown"]

_LONGEST: Final = 200
"""Longer texts are no names."""

_LONGEST_MISSPELT: Final = 60
_MOST_WORDS: Final = 12
_SUGGESTIONS: Final = 5
_NEAR: Final = 78.0
"""How alike (0 to 100) a name must be to be suggested."""

_CONTAINED: Final = 90.0
"""How a known name is ranked that stands in a longer text."""

_SYSTEMIC: Final = frozenset({"oral", "injected"})

_Find = Callable[[str], tuple[Entry, ...]]


class Suggestion(Struct, frozen=True, kw_only=True):
    """A known name that may have been meant. It has no classes: it counts only once confirmed."""

    name: str
    id: str
    score: float


class Match(Struct, frozen=True, kw_only=True):
    """What a text means.

    exact: `entries` are meant, several for a combination. ambiguous: one or more of `entries`,
    until somebody says which. suggestion and unknown: something in the text was not recognised;
    `entries` holds what was. `marks` are classes that words beside a condition's name give it,
    such as "active".
    """

    kind: MatchKind
    entries: tuple[Entry, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    marks: frozenset[str] = frozenset()

    @property
    def classes(self) -> frozenset[str]:
        """Classes of everything recognised; of an ambiguous name, those of every reading."""
        return self.marks.union(name for entry in self.entries for name in entry.classes)

    def by_route(self, route: str) -> Match:
        """The match when the route has been told.

        Where no reading has that route all are kept, and the match stays ambiguous. A cream that
        is said to be swallowed is in doubt as well: it may be the tablet of that name.
        """
        if self.kind == "exact" and route in _SYSTEMIC and any(map(_is_local, self.entries)):
            return structs.replace(self, kind="ambiguous")
        if self.kind != "ambiguous":
            return self
        if not _any_has(self.entries, route):
            return self
        kept = _narrow(self.entries, route)
        return Match(kind=_kind(kept), entries=kept)


_UNKNOWN: Final = Match(kind="unknown")


class _Found(Struct, frozen=True):
    """Entries of a name, and what the words beside it make of them.

    `doubt` when the text tells a route by which none of them is used, or something else that
    cannot be kept.
    """

    entries: tuple[Entry, ...]
    doubt: bool = False
    marks: frozenset[str] = frozenset()


_NOTHING: Final = _Found(())


class Lexicon:
    """Names and what they mean; look-ups are cached."""

    def __init__(self, tables: Tables) -> None:
        self.entries: Final = tables.entries
        self.digest: Final = tables.digest
        self.sources: Final = tables.sources
        self._shown = tables.shown
        substances, conditions = self._finder(tables.substances), self._finder(tables.conditions)
        allergens = self._finder(tables.allergens)
        self._medicine = self._looker(substances, tables.substances)
        self._ingredient = self._looker(
            lambda key: tuple(filter(_on_skin, substances(key))), tables.substances
        )
        self._condition = self._looker(conditions, tables.conditions, preface=True)
        self._allergen = self._looker(
            lambda key: (*allergens(key), *substances(key)),
            {**tables.substances, **tables.allergens},
            preface=True,
        )

    @classmethod
    def load(cls, folder: Path = DATA) -> Lexicon:
        """The lexicon below `folder`, read once."""
        return _load(folder)

    def medicine(self, text: str) -> Match:
        """A medicine, or an ingredient that was listed among medicines."""
        return self._medicine(text) if len(text) <= _LONGEST else _UNKNOWN

    def ingredient(self, text: str) -> Match:
        """Something that is put on the skin; medicines only as far as they are topical."""
        return self._ingredient(text) if len(text) <= _LONGEST else _UNKNOWN

    def condition(self, text: str) -> Match:
        """A condition that a person has or had."""
        return self._condition(text) if len(text) <= _LONGEST else _UNKNOWN

    def allergen(self, text: str) -> Match:
        """What a person reacts to: an allergen, an ingredient or a medicine by any route."""
        if len(text) > _LONGEST:
            return _UNKNOWN
        match = self._allergen(text)
        if match.kind == "ambiguous" and not any(entry.vague for entry in match.entries):
            return Match(kind="exact", entries=match.entries)  # the route is no matter here
        return match

    def _finder(self, index: Mapping[str, tuple[int, ...]]) -> _Find:
        entries = self.entries

        def find(key: str) -> tuple[Entry, ...]:
            return tuple(entries[position] for position in index.get(key, ()))

        return find

    def _looker(
        self, find: _Find, index: Mapping[str, object], *, preface: bool = False
    ) -> Callable[[str], Match]:
        @lru_cache(maxsize=8192)
        def look(text: str) -> Match:
            folded = names.fold(text)
            if not any(letter.isalnum() for letter in folded):
                return _UNKNOWN
            whole = _read(folded, find, preface)
            if whole.entries:
                return Match(
                    kind=_kind(whole.entries, whole.doubt),
                    entries=whole.entries,
                    marks=whole.marks,
                )
            return self._by_parts(names.parts(folded), find, index, preface)

        return look

    def _by_parts(
        self, parts: list[str], find: _Find, index: Mapping[str, object], preface: bool
    ) -> Match:
        """A combination: what its parts mean, and as doubtful as its most doubtful part."""
        found: dict[tuple[str, str], Entry] = {}
        suggestions: dict[str, Suggestion] = {}
        missed = doubt = False
        marks: set[str] = set()
        states: set[State] = set()
        for part in parts:
            read = _read(part, find, preface)
            if not read.entries:
                read = _segment(part, find, preface)
            found.update(((entry.kind, entry.id), entry) for entry in read.entries)
            marks.update(read.marks)
            doubt |= read.doubt
            if read.entries:
                continue
            if names.means_something(part, preface=preface):
                missed = True
                suggestions.update((each.id, each) for each in self._suggest(part, find, index))
            elif preface:
                *_, rest = names.readings(part, preface=True)
                states.update(rest.states)
        entries = tuple(found.values())
        if states:
            stated = _stated(entries, frozenset(states))
            marks.update(stated.marks)
            doubt |= stated.doubt
        if not missed and not entries:
            return _UNKNOWN
        if not missed:
            return Match(kind=_kind(entries, doubt), entries=entries, marks=frozenset(marks))
        ranked = sorted(suggestions.values(), key=lambda each: (-each.score, each.name))
        return Match(
            kind="suggestion" if ranked else "unknown",
            entries=entries,
            suggestions=tuple(ranked[:_SUGGESTIONS]),
            marks=frozenset(marks),
        )

    def _suggest(self, part: str, find: _Find, index: Mapping[str, object]) -> Iterator[Suggestion]:
        """Known names in the text or near it, the best of each entry."""
        from rapidfuzz import fuzz, process

        *_, reading = names.readings(part)
        scores = dict.fromkeys(_contained(reading.words, find), _CONTAINED)
        if 3 <= len(reading.key) <= _LONGEST_MISSPELT:
            for key, score, _ in process.extract(
                reading.key, index.keys(), scorer=fuzz.ratio, limit=15, score_cutoff=_NEAR
            ):
                scores.setdefault(key, score)
        seen: set[str] = set()
        for key, score in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
            entries = find(key)
            if entries and not seen.intersection(entry.id for entry in entries):
                seen.update(entry.id for entry in entries)
                yield Suggestion(name=self._shown[key], id=entries[0].id, score=round(score, 1))


@cache
def _load(folder: Path) -> Lexicon:
    return Lexicon(load_tables(folder))


def _read(folded: str, find: _Find, preface: bool) -> _Found:
    """What the text is as one name."""
    for reading in names.readings(folded, preface=preface):
        if entries := find(reading.key):
            if reading.states:
                return _stated(entries, reading.states)
            return _told(entries, reading.route)
    return _NOTHING


def _segment(part: str, find: _Find, preface: bool) -> _Found:
    """Names that stand side by side and fill the text ("losartan HCT")."""
    *_, reading, _ = names.readings(part)
    if entries := _side_by_side(reading.words, find):
        return _told(entries, reading.route)
    if preface:
        *_, reading = names.readings(part, preface=True)
        entries = _side_by_side(reading.words, find)
        return _stated(entries, reading.states) if reading.states else _Found(entries)
    return _NOTHING


def _side_by_side(words: tuple[str, ...], find: _Find) -> tuple[Entry, ...]:
    if not 1 < len(words) <= _MOST_WORDS:
        return ()
    found: dict[tuple[str, str], Entry] = {}
    at = 0
    while at < len(words):
        taken, entries = _longest(words[at:], find)
        if not entries and not (found and names.is_salt(words[at])):
            return ()
        found.update(((entry.kind, entry.id), entry) for entry in entries)
        at += taken
    return tuple(found.values())


def _longest(words: tuple[str, ...], find: _Find) -> tuple[int, tuple[Entry, ...]]:
    """How many of the first words make the longest name, and its entries; 1 and none if none."""
    for end in range(len(words), 0, -1):
        if entries := find(names.Reading(words[:end]).key):
            return end, entries
    return 1, ()


def _told(entries: tuple[Entry, ...], route: str) -> _Found:
    if not route:
        return _Found(entries)
    return _Found(_narrow(entries, route), doubt=not _any_has(entries, route))


def _stated(entries: tuple[Entry, ...], states: frozenset[State]) -> _Found:
    """Conditions with the classes that their states give; in doubt if a state gives none."""
    classes = {name for entry in entries if entry.kind == "condition" for name in entry.classes}
    marks = {mark for state in states for name, mark in MARKS[state].items() if name in classes}
    if classes and "active" in states:
        marks.add("active")
    return _Found(entries, doubt=bool(classes) and not marks, marks=frozenset(marks))


def _contained(words: tuple[str, ...], find: _Find) -> Iterator[str]:
    """Keys of known names among the words of a longer text."""
    words = words[:_MOST_WORDS]
    for at in range(len(words)):
        for end in range(min(len(words), at + 4), at, -1):
            key = names.Reading(words[at:end]).key
            if len(key) > 3 and find(key):
                yield key
                break


def _narrow(entries: tuple[Entry, ...], route: str) -> tuple[Entry, ...]:
    """Of entries that share a name, those of the route told; all where none has it."""
    kept = []
    for entry in entries:
        group = [each for each in entries if entry.variant and each.variant == entry.variant]
        if len(group) < 2 or route in entry.routes or not _any_has(group, route):
            kept.append(entry)
    return tuple(kept)


def _any_has(entries: Iterable[Entry], route: str) -> bool:
    return any(route in entry.routes for entry in entries)


def _kind(entries: tuple[Entry, ...], doubt: bool = False) -> MatchKind:
    variants = [entry.variant for entry in entries if entry.variant]
    doubtful = doubt or any(entry.vague for entry in entries) or len(variants) > len(set(variants))
    return "ambiguous" if doubtful else "exact"


def _is_local(entry: Entry) -> bool:
    return bool(entry.routes) and not _SYSTEMIC.intersection(entry.routes)


def _on_skin(entry: Entry) -> bool:
    return entry.kind == "ingredient" or "topical" in entry.routes
