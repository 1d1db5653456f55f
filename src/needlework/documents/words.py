"""Names, numbers, days and sentences in the language of a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from needlework.evidence import Cited, Knowledge, Role, Verdict
from needlework.evidence.model import Name
from needlework.i18n import Translate, say_date, say_framed, say_number, say_time, translator
from needlework.screening import Limit
from needlework.screening.case import base

Said = dict[str, object]
"""A piece of text for a template: its words, whether they stayed English, its sources."""

_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_MARKS: Final = (", ", " or ")
"""Between several things that a sentence names."""

_UNITS: Final = {"1": "", "1/cm2": "/cm²", "cm2": "cm²", "g/cm2": "g/cm²", "um": "µm"}


class Words:
    """Everything that a document says, in one language."""

    def __init__(self, knowledge: Knowledge, language: str) -> None:
        self.knowledge = knowledge
        self.language = language
        self.say: Translate = translator(language)

    # --- sentences ----------------------------------------------------------------------------

    def said(self, text: str) -> Said:
        """A sentence of the engine or of a claim; one without a translation is marked English."""
        spoken = self.sentence(text)
        return {"text": spoken, "foreign": self.language != "en" and spoken == text}

    def sentence(self, text: str) -> str:
        """A sentence of the engine or of a claim, with the values that it was filled with."""
        spoken = self.say(text)
        if self.language == "en" or spoken != text:
            return spoken
        return say_framed(text, self.language, self._value) or text

    def _value(self, text: str) -> str:
        """A number, a day, a name of the release, several of them, or words of their own."""
        if _NUMBER.fullmatch(text):
            return self.number(float(text))
        if _DAY.fullmatch(text):
            return self.day(date.fromisoformat(text))
        spoken = self._names.get(text) or self.sentence(text)
        if spoken != text:
            return spoken
        for mark in _MARKS:
            first, found, rest = text.partition(mark)
            if found:
                return f"{self._value(first)}{self.say(mark)}{self._value(rest)}"
        spoken = self.term(text)
        # What somebody typed keeps its hyphens.
        return text if spoken == text.replace("-", " ") else spoken

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Names of the release, by themselves, by their ids and as they stand in a sentence."""
        release = self.knowledge.release
        found: dict[str, str] = {}
        for key, name in _named(release.devices, release.jurisdictions):
            found |= dict.fromkeys((key, name.en), name.es)
        for key, name in _named(release.zones, release.concerns):
            found |= dict.fromkeys((key, name.en.lower()), name.es.lower())
            found[name.en] = name.es
        return found

    # --- days and numbers ---------------------------------------------------------------------

    def day(self, on: date) -> str:
        return _unbroken(say_date(on, self.language, width="medium"))

    def weekday(self, on: date) -> str:
        """A day with its weekday and year."""
        return _unbroken(say_date(on, self.language, width="weekday"))

    def visit(self, on: date) -> str:
        """A day with its weekday, short enough for a table."""
        return f"{self.short(on)}{_NO_BREAK}{on.year}"

    def short(self, on: date) -> str:
        """A day of a course whose year stands above."""
        return _unbroken(say_date(on, self.language, width="short"))

    def time(self, at: datetime) -> str:
        return say_time(at, self.language)

    def number(self, value: float) -> str:
        return say_number(value, self.language)

    def span(self, low: float, high: float) -> str:
        """Two numbers as a range, or one where they are the same."""
        if low == high:
            return self.number(low)
        return f"{self.number(low)}–{self.number(high)}"

    def quantity(self, cited: Cited) -> str:
        """A number with its unit; times are spelt out."""
        return self.length(cited.value, cited.unit)

    def length(self, value: float, unit: str) -> str:
        _ = self.say
        spelt = {
            "min": (_("{n} minute"), _("{n} minutes")),
            "h": (_("{n} hour"), _("{n} hours")),
            "d": (_("{n} day"), _("{n} days")),
            "wk": (_("{n} week"), _("{n} weeks")),
            "mo": (_("{n} month"), _("{n} months")),
            "y": (_("{n} year"), _("{n} years")),
        }
        number = self.number(value)
        if unit in spelt:
            one, many = spelt[unit]
            return (one if value == 1 else many).format(n=number)
        return f"{number} {_UNITS.get(unit, unit)}".rstrip()

    # --- names --------------------------------------------------------------------------------

    def zones(self, zones: Iterable[str]) -> str:
        """Zones in a row; the two sides of one are named together."""
        named = tuple(zones)
        return " · ".join(dict.fromkeys(self._zone(zone, named) for zone in named))

    def _zone(self, zone: str, zones: Sequence[str]) -> str:
        _ = self.say
        stem = base(zone)
        held = self.knowledge.release.zones[stem].name
        name = held.es if self.language == "es" else held.en
        side = zone[len(stem) + 1 :]
        if side and {f"{stem}-left", f"{stem}-right"}.issubset(zones):
            return _("{zone}, both sides").format(zone=name)
        if side:
            return (_("{zone}, left") if side == "left" else _("{zone}, right")).format(zone=name)
        return name

    def concern(self, concern: str) -> str:
        return self._name(self.knowledge.release.concerns, concern)

    def device(self, device: str) -> str:
        return self._name(self.knowledge.release.devices, device)

    def anaesthetic(self, product: str) -> str:
        return self._name(self.knowledge.release.anaesthetics, product)

    def antiseptic(self, antiseptic: str) -> str:
        return self._name(self.knowledge.release.antiseptics, antiseptic)

    def topic(self, topic: str) -> str:
        return self._name(self.knowledge.release.topics, topic)

    def jurisdiction(self, place: str) -> str:
        return self._name(self.knowledge.release.jurisdictions, place)

    def _name(self, held: object, key: str) -> str:
        found = held.get(key) if isinstance(held, dict) else None
        name = getattr(found, "name", None)
        if name is None:
            return self.term(key)
        spoken: str = name.es if self.language == "es" else name.en
        return spoken

    def term(self, term: str) -> str:
        """A word of the release, such as `pinpoint-bleeding`, as plain words."""
        _ = self.say
        known = {
            "pinpoint-bleeding": _("pinpoint bleeding"),
            "three-directions": _("three directions"),
            "horizontal-vertical-oblique": _("horizontal vertical oblique"),
            "nurse-prescriber": _("nurse prescriber"),
            "physician-assistant": _("physician assistant"),
            "master-aesthetician": _("master aesthetician"),
        }
        return known.get(term) or self.say(term if " " in term else term.replace("-", " "))

    def means(self, verdict: Verdict) -> str:
        """What a verdict comes to."""
        _ = self.say
        return {
            Verdict.STOP: _("do not treat"),
            Verdict.DEFER: _("postpone"),
            Verdict.CLEAR: _("a clinician must clear first"),
            Verdict.ASK: _("not enough known"),
            Verdict.LIMIT: _("treat with changes"),
            Verdict.INFO: _("nothing against it"),
        }[verdict]

    def changes(self, limit: Limit) -> Iterator[str]:
        """How treatment changes."""
        _ = self.say
        if limit.depth_reduction is not None:
            yield _("{length} less deep").format(length=self.quantity(limit.depth_reduction))
        if limit.lower_half:
            yield _("lower half of the depth range")
        if limit.end_point:
            yield _("end point {name}").format(name=self.term(limit.end_point))
        if limit.avoid_with_margin:
            yield _("avoid it with a margin")
        if limit.anaesthetic_area_factor is not None:
            factor = self.number(limit.anaesthetic_area_factor.value)
            yield _("area of the numbing cream × {factor}").format(factor=factor)
        if limit.sun_plan:
            yield _("sun plan")
        if limit.test_spot:
            yield _("test spot only") if limit.test_spot == "only" else _("test spot offered")

    def who(self, role: Role) -> str:
        """Who may clear a finding."""
        _ = self.say
        return {
            Role.CLINICIAN: _("a clinician"),
            Role.PRACTITIONER: _("any licensed practitioner"),
        }.get(role, _("nobody"))

    def status(self, status: str) -> str:
        """Where the plan of a zone stands."""
        _ = self.say
        return {
            "planned": _("planned"),
            "test-spot": _("test spot only"),
            "needs-clearance": _("waits for a clinician"),
            "deferred": _("postponed"),
            "not-enough-known": _("questions are open"),
            "refused": _("refused"),
            "blocked": _("no needle here"),
            "no-device": _("no device fits"),
        }[status]


def _named(*held: Mapping[str, Any]) -> Iterator[tuple[str, Name]]:
    for things in held:
        for key, thing in things.items():
            yield key, thing.name


def _unbroken(text: str) -> str:
    """A day stays on one line."""
    return text.replace(" ", _NO_BREAK)


def capital(text: str) -> str:
    """The first letter as a sentence begins."""
    return text[:1].upper() + text[1:]
