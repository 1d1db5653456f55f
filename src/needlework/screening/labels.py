"""Whether a use of a device stands on its label, and if not, what is outside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from math import ceil

from msgspec import Struct

from needlework.evidence import Knowledge
from needlework.evidence.model import LabelledUse
from needlework.evidence.places import lies_in
from needlework.units import whole_years


class Person(Struct, frozen=True, kw_only=True):
    """What labels speak about: age in years and phototype, `None` and `unknown` where open."""

    age_y: int | None
    phototype: str


class LabelFit(Struct, frozen=True, kw_only=True):
    """The labelled use that fits best, what lies outside it, and the claims looked at."""

    use: LabelledUse | None
    outside: tuple[str, ...]
    claims: tuple[str, ...]

    @property
    def labelled(self) -> bool:
        """Nothing about this use is outside the label."""
        return self.use is not None and not self.outside


def person(birth_date: date | None, phototype: str, on: date) -> Person:
    """Age in completed years on a day, and the clinician's phototype."""
    age_y = None if birth_date is None else whole_years(birth_date, on)
    return Person(age_y=age_y, phototype=phototype)


def label_fit(
    knowledge: Knowledge, device: str, concern: str, zone: str, who: Person, jurisdiction: str
) -> LabelFit:
    """The labelled use of `device` for a concern in a zone (without side) that fits best."""
    age_y = None if who.age_y is None else min(who.age_y, _eldest(knowledge, device))
    seen = Person(age_y=age_y, phototype=who.phototype)
    return _best(knowledge, device, concern, zone, seen, jurisdiction)


@lru_cache(maxsize=256)
def _eldest(knowledge: Knowledge, device: str) -> int:
    """The age from which no label of this device tells older people apart."""
    keys = {use.age_min for use in knowledge.release.devices[device].uses if use.age_min}
    ages = (knowledge.claims[f"device.{device}.{key}"].number for key in keys)
    return max((ceil(age) for age in ages), default=0)


@lru_cache(maxsize=4096)
def _best(
    knowledge: Knowledge, device: str, concern: str, zone: str, who: Person, jurisdiction: str
) -> LabelFit:
    fits = [
        _fit(knowledge, device, use, concern, zone, who, jurisdiction)
        for use in knowledge.release.devices[device].uses
    ]
    none = LabelFit(use=None, outside=("no labelled use is known",), claims=())
    return min(fits, key=lambda fit: (len(fit.outside), "concern" in fit.outside), default=none)


def _fit(
    knowledge: Knowledge,
    device: str,
    use: LabelledUse,
    concern: str,
    zone: str,
    who: Person,
    jurisdiction: str,
) -> LabelFit:
    age_claim = f"device.{device}.{use.age_min}" if use.age_min else ""
    outside = tuple(_outside(knowledge, use, age_claim, concern, zone, who, jurisdiction))
    return LabelFit(use=use, outside=outside, claims=(age_claim,) if age_claim else ())


def _outside(
    knowledge: Knowledge,
    use: LabelledUse,
    age_claim: str,
    concern: str,
    zone: str,
    who: Person,
    jurisdiction: str,
) -> Iterator[str]:
    if concern not in use.concerns:
        yield "concern"
    if zone not in use.zones:
        yield "zone"
    if who.phototype not in use.phototypes:
        yield "phototype"
    if age_claim and not _is_old_enough(knowledge, age_claim, who.age_y):
        yield "age"
    if not lies_in(jurisdiction, use.jurisdiction):
        yield "jurisdiction"


def _is_old_enough(knowledge: Knowledge, age_claim: str, age_y: int | None) -> bool:
    """An age that nobody gave, or a limit that the clinic rejected, is outside the label."""
    if age_y is None or age_claim in knowledge.rejected:
        return False
    return age_y >= knowledge.claims[age_claim].number
