"""What may be chosen at a question: words of the format, or entries of the knowledge base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from needlework.evidence.model import Release
from needlework.evidence.scales import Level, Scale
from needlework.i18n import translator
from needlework.web.consultations.questions import SPECIAL_WORDS, WORDS


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


SUITED: Final = _("For this concern")
OTHERS: Final = _("Others")

ONE_ITEM: Final = ("grade", "total")
"""Kinds of scales whose one item is the grade itself."""

_TABLES: Final[Mapping[str, str]] = {
    "concerns.concern": "concerns",
    "devices.id": "devices",
    "anaesthetic.products.product": "anaesthetics",
}


class Option(Struct, frozen=True):
    value: str
    label: str
    chosen: bool = False


class OptionGroup(Struct, frozen=True):
    label: str
    options: tuple[Option, ...]


class Chooser:
    """Options in one language."""

    def __init__(self, release: Release, language: str) -> None:
        self._release = release
        self._language = language
        self._say = translator(language)

    def words(self, words: Iterable[str], path: str, said: Sequence[str]) -> tuple[Option, ...]:
        """Words of the format."""
        table = SPECIAL_WORDS.get(path, WORDS)
        return tuple(Option(word, self._say(table[word]), word in said) for word in words)

    def entries(self, path: str, value: str) -> tuple[Option, ...]:
        """Entries of the knowledge base that answer the question at a path, by name."""
        table = getattr(self._release, _TABLES[path])
        pairs = sorted((self._name(entry.name), key) for key, entry in table.items())
        return with_empty([Option(key, name, key == value) for name, key in pairs], value)

    def zones(self, value: str) -> tuple[Option, ...]:
        """Zones that are needled, whole and by side."""
        made: list[Option] = []
        for key, zone in sorted(self._release.zones.items(), key=lambda entry: entry[1].order):
            if zone.status != "offered":
                continue
            name = self._name(zone.name)
            made.append(Option(key, name, key == value))
            for side in ("left", "right") if zone.sided else ():
                label = f"{name}, {self._say(side)}"
                made.append(Option(f"{key}-{side}", label, f"{key}-{side}" == value))
        return with_empty(made, value)

    def scales(self, concern: str, value: str) -> tuple[OptionGroup, ...]:
        """Scales for the concern first, then all others."""
        scales = self._release.scales
        known = self._release.concerns.get(concern)
        suited = [scale for scale in known.scales if scale in scales] if known else []
        others = [key for key in scales if key not in suited and not tells_phototype(scales[key])]
        return tuple(
            OptionGroup(self._say(label), tuple(self._scale(key, value) for key in keys))
            for label, keys in ((SUITED, suited), (OTHERS, others))
            if keys
        )

    def levels(self, levels: Iterable[Level], value: str) -> tuple[Option, ...]:
        """Grades with what each means."""
        made = [
            Option(
                f"{level.value:g}",
                f"{level.value:g} · {self._name(level.label)}",
                _same(value, level.value),
            )
            for level in levels
        ]
        return with_empty(made, "" if any(option.chosen for option in made) else value)

    def _scale(self, key: str, value: str) -> Option:
        return Option(key, self._name(self._release.scales[key].name), key == value)

    def _name(self, name: object) -> str:
        return name_in(name, self._language)


def is_table(path: str) -> bool:
    """The question at this path is answered by an entry of the knowledge base."""
    return path in _TABLES


def tells_phototype(scale: Scale) -> bool:
    """The scale is a questionnaire that leads to a phototype."""
    return any(band.phototypes for band in scale.bands)


def name_in(name: object, language: str) -> str:
    """A name or other words that are held in each language."""
    return str(getattr(name, "es" if language == "es" else "en"))


def with_empty(options: Sequence[Option], value: str) -> tuple[Option, ...]:
    """A list begins empty; what was sent and is none of its words stays in it."""
    known = any(option.value == value for option in options)
    odd = [Option(value, value, chosen=True)] if value.strip() and not known else []
    return (Option("", "–", not value.strip()), *options, *odd)


def _same(text: str, value: float) -> bool:
    try:
        return float(text.replace(",", ".")) == value
    except ValueError:
        return False
