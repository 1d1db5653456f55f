"""What one rule may ask: the case, and the claims of that rule and no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, Literal

from msgspec import Struct

from needlework.evidence import Cited, Claim, NotAccepted, Role, Verdict
from needlework.screening.case import CONDITIONS, Case, Named
from needlework.screening.consultation import Procedure
from needlework.screening.consultation import Told as Answer
from needlework.screening.model import Finding, Limit, Override
from needlework.units import later

Answered = Literal["yes", "no", "unknown"]


class Told(Struct, frozen=True, kw_only=True):
    """An answer as it counts on the day: an old `no` is unknown again, a `yes` stays.

    `listed` says that it stands in the free list of conditions, where nobody said in which zones.
    """

    answer: Answered
    expired: bool
    on: date
    details: object
    listed: bool = False

    @property
    def yes(self) -> bool:
        """It was said, however long ago."""
        return self.answer == "yes"

    @property
    def ask(self) -> bool:
        """Nobody knows today: never answered, answered `unknown`, or answered too long ago."""
        return self.answer == "unknown" or self.expired


class Inquiry:
    """The case through the eyes of one rule."""

    def __init__(self, case: Case, rule: str) -> None:
        self.case = case
        self.rule = rule
        self.on = case.on
        self.zones = case.zones
        self.refused: set[str] = set()
        self._prefix = f"rule.{rule.lower()}."

    # --- claims -------------------------------------------------------------------------------

    def claim(self, key: str) -> Claim:
        """A claim of this rule; one that the clinic rejected is noted and makes the rule ask."""
        claim_id = self._prefix + key
        try:
            return self.case.knowledge.claim(claim_id)
        except NotAccepted:
            self.refused.add(claim_id)
            return self.case.knowledge.claims[claim_id]

    def cited(self, key: str) -> Cited:
        """The number of one of this rule's claims, with its id."""
        claim = self.claim(key)
        return Cited(claim.number, claim.unit, (self._prefix + key,))

    def after(self, day: date, key: str) -> date:
        """The first day when the wait of claim `key`, counted from `day`, is over."""
        claim = self.claim(key)
        return later(day, claim.number, claim.unit)

    # --- answers ------------------------------------------------------------------------------

    def told(self, path: str, validity: str = "validity") -> Told:
        """The answer at `path` as it counts today."""
        said, given, details = self.case.dated(path)
        named = self.case.condition_keys
        listed = bool(named) and not named.isdisjoint(CONDITIONS.get(path, ()))
        valid = self.claim(validity)
        # What was said on the very day judged needs no reckoning, and most answers were.
        expired = given != self.on and self.on > later(given, valid.number, valid.unit)
        answer: Answered = "unknown"
        if said == "yes" or listed or (said == "no" and _contradicts(details)):
            answer = "yes"
        elif said == "no" and not expired and self.case.covers_plan(details):
            answer = "no"
        return Told(answer=answer, expired=expired, on=given, details=details, listed=listed)

    def where(self, told: Told, region: str = "") -> tuple[str, ...]:
        """Planned zones, of one region if named, that a `yes` is about."""
        zones = self.zones if told.listed else self.case.zones_of(told.details)
        return self.within(zones, region)

    def within(self, zones: Iterable[str], region: str = "") -> tuple[str, ...]:
        """Those of `zones` that lie in `region`."""
        return tuple(z for z in zones if not region or self.case.region(z) == region)

    def zones_with(self, *concerns: str) -> tuple[str, ...]:
        """Planned zones in which one of these concerns is wished."""
        wanted = frozenset(concerns)
        return tuple(z for z in self.zones if not wanted.isdisjoint(self.case.concerns(z)))

    def medicines(self, *classes: str, stopped: bool = False) -> tuple[Named, ...]:
        """Medicines of any of these classes taken now, or with `stopped` those ended by today."""
        return tuple(
            named
            for named in self.case.medicines
            if not named.classes.isdisjoint(classes) and self._is_stopped(named) is stopped
        )

    def _is_stopped(self, named: Named) -> bool:
        ended = named.given.stopped_on  # type: ignore[attr-defined]
        return ended is not None and ended <= self.on

    def denied(self, told: Told, treats: str) -> tuple[Named, ...]:
        """Medicines taken now that treat what `told` says no to, unless for something else."""
        if told.answer != "no":
            return ()
        return tuple(
            named
            for named in self.medicines(treats)
            if named.given.taken_for != "other"  # type: ignore[attr-defined]
        )

    def allergies(self, *classes: str) -> tuple[Named, ...]:
        """Allergies to any of these classes or substances."""
        return tuple(n for n in self.case.allergies if not n.classes.isdisjoint(classes))

    def products(self, *classes: str) -> tuple[tuple[Named, tuple[str, ...]], ...]:
        """Products of these classes used lately, each with the planned zones it was put on."""
        return tuple(
            (named, self._touched(named.given.zones))  # type: ignore[attr-defined]
            for named in self.case.products
            if not named.classes.isdisjoint(classes)
        )

    def procedures(self, *kinds: str) -> tuple[tuple[Procedure, tuple[str, ...]], ...]:
        """Procedures of these kinds, each with the planned zones that it touched."""
        listed = self.case.raw("procedures")
        if isinstance(listed, str):
            return ()
        touched = (
            (done, self._touched(done.zones))
            for done in listed.list  # type: ignore[attr-defined]
            if done.kind in kinds
        )
        return tuple((done, zones) for done, zones in touched if zones)

    def _touched(self, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names:
            return self.zones
        there = self.case.expand(names)
        return tuple(zone for zone in self.zones if zone in there)

    def unlisted(self, path: str, validity: str = "validity") -> bool:
        """Nobody knows today what the list at `path` holds; `yes` without an item counts so too."""
        told = self.told(path, validity)
        return told.ask or (told.yes and not getattr(told.details, "list", ()))

    def ask_list(
        self,
        path: str,
        *,
        zones: Iterable[str] | None = None,
        products: Iterable[str] = (),
        validity: str = "validity",
    ) -> Iterator[Finding]:
        """The one question about a list that nobody knows today, the same from every rule."""
        if self.unlisted(path, validity):
            question = LIST_QUESTIONS[path]
            yield self.ask(path, question, zones=zones, products=products, uses=(validity,))

    # --- findings -----------------------------------------------------------------------------

    def find(
        self,
        key: str,
        summary: str,
        *,
        zones: Iterable[str] | None = None,
        products: Iterable[str] = (),
        lesion: bool = False,
        until: date | None = None,
        uses: Iterable[str] = (),
        limit: Limit | None = None,
        override: str = "override",
        override_from: date | None = None,
        becomes: Verdict = Verdict.INFO,
        asks: str = "",
        since: date | None = None,
    ) -> Finding:
        """A finding whose verdict is claim `key`, resting on that claim and on those in `uses`.

        `zones=None` is the whole client. `since` is the day of what happened: no clearance given
        before it reaches it. `override` names the role claim; a STOP can be cleared
        only where `becomes` says what it turns into.
        """
        verdict = Verdict(self.claim(key).word)
        role = Role(self.claim(override).word)
        may = role in (Role.CLINICIAN, Role.PRACTITIONER) and verdict in _CLEARABLE
        if verdict is Verdict.STOP:
            may = may and becomes is not Verdict.INFO
        used = [self._prefix + name for name in dict.fromkeys((key, *uses))]
        return Finding(
            rule=self.rule,
            verdict=verdict,
            summary=summary,
            scope=_scope(zones, products, lesion),
            zones=tuple(zones or ()),
            products=tuple(products),
            claims=tuple([*used, self._prefix + override] if may else used),
            until=until,
            limit=limit,
            override=Override(role=role, not_before=override_from, becomes=becomes, since=since)
            if may
            else None,
            asks=asks,
        )

    def ask(
        self,
        path: str,
        question: str,
        *,
        zones: Iterable[str] | None = None,
        products: Iterable[str] = (),
        key: str = "",
        uses: Iterable[str] = ("validity",),
    ) -> Finding:
        """Not enough known: `question` goes to whoever can answer at `path`.

        A rule that does nothing but ask names its verdict claim as `key`; a clinic may tighten it.
        """
        verdict = Verdict(self.claim(key).word) if key else Verdict.ASK
        uses = (key,) if key else uses
        return Finding(
            rule=self.rule,
            verdict=verdict,
            summary=question,
            scope=_scope(zones, products, lesion=False),
            zones=tuple(zones or ()),
            products=tuple(products),
            claims=tuple(self._prefix + name for name in uses),
            asks=path,
        )


def _contradicts(details: object) -> bool:
    """A `no` beside a day, a kind or a severity is no `no`."""
    if not isinstance(details, Answer):
        return False
    parts = (getattr(details, name) for name in details.__struct_fields__ if name not in _COMMON)
    return any(part not in (None, "unknown", "no", (), "") for part in parts)


LIST_QUESTIONS: Final = {
    "medicines": "Which medicines are or were lately taken, and systemic retinoids in past years?",
    "procedures": "Which procedures were done in the last year, and where?",
    "products": "What was put on the skin of these zones lately?",
    "allergies": "Which allergies are known?",
    "conditions": "Which other conditions are known?",
}
_COMMON = ("answer", "on", "zones", "list")
_CLEARABLE = (Verdict.STOP, Verdict.DEFER, Verdict.CLEAR, Verdict.LIMIT)


def _scope(
    zones: Iterable[str] | None, products: Iterable[str], lesion: bool
) -> Literal["client", "zone", "lesion", "product"]:
    if products:
        return "product"
    if lesion:
        return "lesion"
    return "client" if zones is None else "zone"
