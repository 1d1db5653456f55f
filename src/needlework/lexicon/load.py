"""From TOML files to tables of names; whatever is unsound is refused with its file and key."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from needlework.errors import KnowledgeError
from needlework.lexicon import names
from needlework.lexicon.entry import PERMITTED, Entry, Kind, Language, Route, Source
from needlework.snapshot import load_or_build

_T = TypeVar("_T")

DATA: Final = Path(__file__).parent / "data"

_FOLDERS: Final[dict[str, Kind]] = {
    "medicines": "medicine",
    "ingredients": "ingredient",
    "conditions": "condition",
    "allergens": "allergen",
}
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_Text = Annotated[str, Meta(min_length=1, max_length=120)]


class Tables(Struct, frozen=True, kw_only=True):
    """Every entry, and for each kind of look-up the entries (by position) of each name's key.

    Medicines and ingredients share one index, since the same substance is met as either.
    """

    digest: str
    entries: tuple[Entry, ...]
    sources: dict[str, Source]
    substances: dict[str, tuple[int, ...]]
    conditions: dict[str, tuple[int, ...]]
    allergens: dict[str, tuple[int, ...]]
    shown: dict[str, str]


class _Given(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry as a file has it."""

    names: dict[Language, tuple[_Text, ...]]
    brands: tuple[_Text, ...] = ()
    classes: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    note: str = ""
    source: str = ""
    variant: str = ""
    vague: bool = False
    stems: tuple[_Text, ...] = ()


class _Defaults(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Classes and routes of a file's entries that name none themselves."""

    classes: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()


def load_tables(folder: Path = DATA) -> Tables:
    """The lexicon below `folder`, from its snapshot when no byte has changed."""
    files = sorted(folder.rglob("*.toml"))
    if not files:
        raise KnowledgeError(
            f"No lexicon at {folder.name}: it holds no TOML file.",
            hint="Name a folder laid out like needlework/lexicon/data.",
        )
    return load_or_build("lexicon", files, lambda: build(folder), Tables)


def build(folder: Path) -> Tables:
    """Read and check every file; used when there is no snapshot for these bytes."""
    digest = hashlib.sha256()
    sources: dict[str, Source] = {}
    building = _Building()
    for path in sorted(folder.rglob("*.toml")):
        place = path.relative_to(folder).as_posix()
        content = path.read_bytes()
        digest.update(place.encode() + b"\0" + content + b"\0")
        data = _parse(content, place)
        kind = _FOLDERS.get(place.partition("/")[0])
        if kind is None or place.count("/") != 1:
            raise KnowledgeError(
                f"{place}: no such kind of names.", hint="Folders are " + ", ".join(_FOLDERS) + "."
            )
        sources[place] = _convert(data.pop("source", {}), Source, f"{place}: [source]")
        defaults = _convert(data.pop("defaults", {}), _Defaults, f"{place}: [defaults]")
        for id_, given in data.items():
            where = f"{place}: [{id_}]"
            building.add(_entry(id_, kind, _convert(given, _Given, where), defaults, where), where)
    building.add_ids()
    return Tables(
        digest=digest.hexdigest(),
        entries=tuple(building.entries),
        sources=sources,
        substances=building.frozen("medicine"),
        conditions=building.frozen("condition"),
        allergens=building.frozen("allergen"),
        shown=building.shown,
    )


class _Building:
    """The tables while they grow."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.places: list[str] = []
        self.shown: dict[str, str] = {}
        self._ids: dict[tuple[Kind, str], str] = {}
        self._indexes: dict[Kind, dict[str, list[int]]] = {
            "medicine": {},
            "condition": {},
            "allergen": {},
        }

    def add(self, entry: Entry, where: str) -> None:
        """Index an entry by each of its names."""
        group: Kind = "medicine" if entry.kind == "ingredient" else entry.kind
        if first := self._ids.get((group, entry.id)):
            raise KnowledgeError(
                f"{where} is already defined at {first}.", hint="Give one of them another key."
            )
        self._ids[group, entry.id] = where
        position = len(self.entries)
        self.entries.append(entry)
        self.places.append(where)
        for name in entry.every_name:
            key = names.key(name)
            if not key:
                raise KnowledgeError(
                    f"{where}: the name {name!r} has no letter or digit.", hint="Take it out."
                )
            self.shown.setdefault(key, name)
            held = self._indexes[group].setdefault(key, [])
            for other in held:
                self._check_same_name(name, position, other)
            if position not in held:
                held.append(position)

    def _check_same_name(self, name: str, position: int, other: int) -> None:
        entry, second = self.entries[position], self.entries[other]
        if position == other or (entry.variant and entry.variant == second.variant):
            return
        raise KnowledgeError(
            f"{self.places[position]}: the name {name!r} also belongs to {self.places[other]}.",
            hint="Keep it in one of them, or mark both with the same `variant` if only "
            "the route differs.",
        )

    def add_ids(self) -> None:
        """An entry is also found by its key, unless that is another entry's name."""
        for position, entry in enumerate(self.entries):
            group: Kind = "medicine" if entry.kind == "ingredient" else entry.kind
            key = names.key(entry.id)
            if key not in self._indexes[group]:
                self._indexes[group][key] = [position]
                self.shown.setdefault(
                    key, entry.title if entry.vague else entry.id.replace("-", " ")
                )

    def frozen(self, group: Kind) -> dict[str, tuple[int, ...]]:
        """The index of a group as it is kept."""
        return {key: tuple(held) for key, held in self._indexes[group].items()}


def _entry(id_: str, kind: Kind, given: _Given, defaults: _Defaults, where: str) -> Entry:
    classes = given.classes or defaults.classes
    routes: tuple[str, ...] = given.routes or defaults.routes
    if not _ID.fullmatch(id_):
        raise KnowledgeError(
            f"{where}: not a key.", hint="Keys are lower-case words joined by hyphens."
        )
    if not given.names.get("en"):
        raise KnowledgeError(f"{where}: no English name.", hint="Give names.en at least one.")
    if not classes:
        raise KnowledgeError(
            f"{where}: no class.", hint="Say other-known if none of the classes fits."
        )
    for name in classes:
        if name not in PERMITTED[kind]:
            raise KnowledgeError(
                f"{where}: {name!r} is not a class of a {kind}.",
                hint="Classes are listed in needlework/lexicon/entry.py.",
            )
    if "other-known" in classes and len(classes) > 1:
        raise KnowledgeError(
            f"{where}: other-known stands beside other classes.", hint="Take it out."
        )
    if kind == "medicine" and not routes:
        raise KnowledgeError(f"{where}: no route.", hint="Say by which route it is taken.")
    return Entry(
        id=id_,
        kind=kind,
        names={str(language): given_names for language, given_names in given.names.items()},
        brands=given.brands,
        classes=classes,
        routes=routes,
        note=given.note,
        source=given.source,
        variant=given.variant,
        vague=given.vague,
        stems=given.stems,
    )


def _parse(content: bytes, place: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KnowledgeError(
            f"{place} is not TOML: {error}.", hint="Mend the line named."
        ) from None


def _convert(data: object, kind: type[_T], where: str) -> _T:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise KnowledgeError(
            f"{where}: {error}.", hint="Compare with a neighbouring file of the same folder."
        ) from None
