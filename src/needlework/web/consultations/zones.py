"""Zones as they are ticked in a list, and named where somebody may have typed anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from needlework.errors import AnswerError
from needlework.evidence import Knowledge
from needlework.evidence.model import Zone
from needlework.i18n import translator
from needlework.screening.case import base, expand, sides
from needlework.web.consultations.saying import sayer


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


REGIONS: Final[Mapping[str, str]] = {
    "face": _("Face"),
    "neck": _("Neck"),
    "chest": _("Chest"),
    "body": _("Body"),
}


class ZoneLine(Struct, frozen=True):
    """A zone in the list: itself, and its sides where it has any."""

    name: str
    label: str
    sides: tuple[tuple[str, str], ...]


class ZoneRegion(Struct, frozen=True):
    """A part of the body with its zones; `others` are seldom or never needled."""

    title: str
    zones: tuple[ZoneLine, ...]
    others: tuple[ZoneLine, ...]

    @property
    def other_names(self) -> frozenset[str]:
        sided = (name for line in self.others for name, _label in line.sides)
        return frozenset([*(line.name for line in self.others), *sided])


@lru_cache(maxsize=8)
def zone_regions(knowledge: Knowledge, language: str) -> tuple[ZoneRegion, ...]:
    """All zones as they are ticked, from the forehead down."""
    say = translator(language)
    return tuple(
        ZoneRegion(
            title=say(title),
            zones=tuple(_lines(knowledge, language, region, offered=True)),
            others=tuple(_lines(knowledge, language, region, offered=False)),
        )
        for region, title in REGIONS.items()
    )


def named(knowledge: Knowledge, language: str, zones: Sequence[str]) -> str:
    """Zones in a row; a name that nobody knows stays as it is."""
    known = [zone for zone in zones if base(zone) in knowledge.release.zones]
    odd = [zone for zone in zones if zone not in known]
    return " · ".join([*filter(None, [sayer(knowledge, language).zones(known)]), *odd])


def apart(knowledge: Knowledge, names: Sequence[str]) -> list[str]:
    """Zones with their sides, as they are ticked; a name that nobody knows stays as it is."""
    try:
        return sorted(expand(knowledge, tuple(names)), key=lambda name: _place(knowledge, name))
    except AnswerError:
        return list(names)


def _place(knowledge: Knowledge, name: str) -> tuple[int, str]:
    return knowledge.release.zones[base(name)].order, name


def _lines(
    knowledge: Knowledge, language: str, region: str, *, offered: bool
) -> Iterator[ZoneLine]:
    say = translator(language)
    labels = (say(_("left")), say(_("right")))
    for key, zone in sorted(knowledge.release.zones.items(), key=_order):
        if zone.region == region and (zone.status == "offered") is offered:
            both = sides(key, is_sided=True) if zone.sided else ()
            name = zone.name.es if language == "es" else zone.name.en
            yield ZoneLine(key, name, tuple(zip(both, labels, strict=False)))


def _order(entry: tuple[str, Zone]) -> int:
    return entry[1].order
