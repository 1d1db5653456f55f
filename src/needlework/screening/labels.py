"""Whether a use of a device stands on its label, and if not, what is outside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

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
    return nearest(uses_for(knowledge, device, who, jurisdiction), concern, zone)


def uses_for(
    knowledge: Knowledge, device: str, who: Person, jurisdiction: str
) -> tuple[LabelFit, ...]:
    """Each labelled use of a device, with what of this person and place lies outside it."""
    return tuple(
        _use_for(knowledge, device, use, who, jurisdiction)
        for use in knowledge.release.devices[device].uses
    )


def nearest(uses: Iterable[LabelFit], concern: str, zone: str) -> LabelFit:
    """Of the uses for a person the one that fits best for a concern in a zone (without side)."""
    fits = [_here(use, concern, zone) for use in uses]
    return min(fits, key=lambda fit: (len(fit.outside), "concern" in fit.outside), default=_NO_USE)


_NO_USE: Final = LabelFit(use=None, outside=("no labelled use is known",), claims=())


def _use_for(
    knowledge: Knowledge, device: str, use: LabelledUse, who: Person, jurisdiction: str
) -> LabelFit:
    age_claim = f"device.{device}.{use.age_min}" if use.age_min else ""
    outside = tuple(_outside(knowledge, use, age_claim, who, jurisdiction))
    return LabelFit(use=use, outside=outside, claims=(age_claim,) if age_claim else ())


def _outside(
    knowledge: Knowledge, use: LabelledUse, age_claim: str, who: Person, jurisdiction: str
) -> Iterator[str]:
    if who.phototype not in use.phototypes:
        yield "phototype"
    if age_claim and not _is_old_enough(knowledge, age_claim, who.age_y):
        yield "age"
    if not lies_in(jurisdiction, use.jurisdiction):
        yield "jurisdiction"


def _here(fit: LabelFit, concern: str, zone: str) -> LabelFit:
    """The same use, with concern and zone before all else that is outside it."""
    if fit.use is None:
        return fit
    is_named = (("concern", concern in fit.use.concerns), ("zone", zone in fit.use.zones))
    outside = tuple(what for what, named in is_named if not named)
    if not outside:
        return fit
    return LabelFit(use=fit.use, outside=(*outside, *fit.outside), claims=fit.claims)


def _is_old_enough(knowledge: Knowledge, age_claim: str, age_y: int | None) -> bool:
    """An age that nobody gave, or a limit that the clinic rejected, is outside the label."""
    if age_y is None or age_claim in knowledge.rejected:
        return False
    return age_y >= knowledge.claims[age_claim].number
