"""Names, numbers and days as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from needlework.evidence import Cited, Knowledge, Role, Verdict
from needlework.screening.case import base

MEANS: Final = {
    Verdict.STOP: "do not treat",
    Verdict.DEFER: "postpone",
    Verdict.CLEAR: "a clinician must clear first",
    Verdict.ASK: "not enough known",
    Verdict.LIMIT: "treat with changes",
    Verdict.INFO: "nothing against it",
}
WHO: Final = {
    Role.CLINICIAN: "a clinician",
    Role.PRACTITIONER: "any licensed practitioner",
    Role.NOBODY: "nobody",
    Role.NONE: "nobody",
}

_UNITS: Final = {
    "1": "",
    "1/cm2": "per cm²",
    "cm2": "cm²",
    "g/cm2": "g/cm²",
    "um": "µm",
    "ug/mL": "µg/mL",
    "degC": "°C",
}
_TIMES: Final = {
    "s": "second",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "wk": "week",
    "mo": "month",
    "y": "year",
}


class Names:
    """What the things of a release are called."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._release = knowledge.release

    def zone(self, zone: str) -> str:
        """A zone with its side: `Cheek, left`."""
        stem = base(zone)
        side = zone[len(stem) + 1 :]
        name = self._release.zones[stem].name.en
        return f"{name}, {side}" if side else name

    def zones(self, zones: Sequence[str]) -> str:
        """Zones in a row; the two sides of one are named together."""
        return " · ".join(self._merged(zones))

    def _merged(self, zones: Sequence[str]) -> Iterable[str]:
        for zone in zones:
            stem = base(zone)
            left, right = f"{stem}-left", f"{stem}-right"
            if left in zones and right in zones:
                if zone == left:
                    yield f"{self._release.zones[stem].name.en}, both sides"
            else:
                yield self.zone(zone)

    def concern(self, concern: str) -> str:
        return self._release.concerns[concern].name.en

    def device(self, device: str) -> str:
        return self._release.devices[device].name.en

    def anaesthetic(self, product: str) -> str:
        found = self._release.anaesthetics.get(product)
        return words(product) if found is None else found.name.en

    def antiseptic(self, antiseptic: str) -> str:
        return self._release.antiseptics[antiseptic].name.en


def words(identifier: str) -> str:
    """A kebab-case word as plain words; a sentence stays as it is.

    >>> words("pinpoint-bleeding")
    'pinpoint bleeding'
    """
    return identifier if " " in identifier else identifier.replace("-", " ")


def number(value: float) -> str:
    """A number without binary dust or needless zeros.

    >>> number(3100.0), number(0.25), number(2)
    ('3,100', '0.25', '2')
    """
    shown = f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def unit(name: str, value: float = 2) -> str:
    """A unit as it is written; times are spelt out."""
    if name in _TIMES:
        return _TIMES[name] + ("" if value == 1 else "s")
    return _UNITS.get(name, name)


def quantity(cited: Cited) -> str:
    """A number with its unit.

    >>> quantity(Cited(28, "d", ())), quantity(Cited(1.5, "mm", ())), quantity(Cited(3, "1", ()))
    ('28 days', '1.5 mm', '3')
    """
    return f"{number(cited.value)} {unit(cited.unit, cited.value)}".rstrip()


def span(low: float, high: float) -> str:
    """Two numbers as a range, or one where they are the same.

    >>> span(3, 5), span(4, 4)
    ('3–5', '4')
    """
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def day(when: date) -> str:
    """A day that nobody can read the wrong way round.

    >>> day(date(2026, 11, 3))
    '3 Nov 2026'
    """
    return f"{when.day} {when:%b %Y}"


def weekday(when: date) -> str:
    """A day with its weekday."""
    return f"{when:%a} {day(when)}"
