"""From when what is put on the skin may be used again, by its classes.

Every wait is a claim; after a session none is shorter than what the session's own course says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from needlework.aftercare.model import Timeline
from needlework.evidence import Cited, Knowledge, NotAccepted

CLAIMS: Final = "aftercare.products"
GROUPS: Final = (
    (f"{CLAIMS}.bland-classes", "aftercare.moisturiser.from", "moisturiser"),
    ("aftercare.actives.classes", "aftercare.actives.wait", "actives"),
    (f"{CLAIMS}.active-classes", "aftercare.actives.wait", "actives"),
    (f"{CLAIMS}.benzoyl-classes", "aftercare.benzoyl-peroxide.wait", "benzoyl-peroxide"),
    (f"{CLAIMS}.mineral-filter-classes", "aftercare.sunscreen.wait", "sunscreen"),
    (
        f"{CLAIMS}.chemical-filter-classes",
        "aftercare.sunscreen.chemical-filters-wait",
        "chemical-filters",
    ),
    (f"{CLAIMS}.colour-classes", "aftercare.make-up.wait", "make-up"),
    (f"{CLAIMS}.fragrance-classes", f"{CLAIMS}.fragrance-wait", "actives"),
    (f"{CLAIMS}.phototoxic-classes", f"{CLAIMS}.phototoxic-wait", "actives"),
    (f"{CLAIMS}.alcohol-classes", f"{CLAIMS}.alcohol-wait", "actives"),
    (f"{CLAIMS}.booster-classes", f"{CLAIMS}.booster-wait", "actives"),
    (f"{CLAIMS}.medicine-classes", f"{CLAIMS}.medicine-wait", "actives"),
)
"""Claim with the classes of a group, claim with its wait, and what lengthens with it after a
session: no product is said to be fine before the session's own course says so.
"""

_SUNSCREEN: Final = "aftercare.sunscreen.wait"
_HOURS: Final[Mapping[str, timedelta]] = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "wk": timedelta(weeks=1),
}

CLOCK: Final = frozenset({"s", "min", "h"})


class Waits:
    """The waits of the claims that this clinic accepts, by class."""

    def __init__(
        self, knowledge: Knowledge, *, sunscreen: bool, lengthened: Mapping[str, Cited]
    ) -> None:
        self._groups = [
            (
                frozenset(knowledge.claim(classes).words),
                _later(_cited(knowledge, wait, classes), lengthened.get(first)),
            )
            for classes, wait, first in GROUPS
        ]
        accepted = [wait for _, wait in self._groups if wait is not None]
        if not accepted:
            raise NotAccepted(GROUPS[0][1])
        longest = max(accepted, key=span)
        self.longest = Cited(longest.value, longest.unit, longest.claims[1:])
        self.bland = self._groups[0][1]
        self._asked = frozenset(knowledge.claim(f"{CLAIMS}.ask-classes").words)
        self._tint: frozenset[str] = frozenset()
        if sunscreen:
            self._tint = frozenset(knowledge.claim(f"{CLAIMS}.tint-classes").words)
            self._tint_wait = _cited(knowledge, _SUNSCREEN, f"{CLAIMS}.tint-classes")

    def asked(self, classes: Iterable[str]) -> bool:
        """The clinic is asked: by class, or because the clinic rejected a wait."""
        return not self._asked.isdisjoint(classes) or any(
            wait is None for name in classes for wait in self._of(name)
        )

    def of(self, classes: Iterable[str]) -> Cited:
        """The longest wait of the classes; of a class without a wait, the longest of all."""
        waits = [wait for name in classes for wait in self._of(name)]
        found = [wait for wait in waits if wait is not None]
        if len(found) < len(waits) or not found:
            found.append(self.longest)
        return max(found, key=span)

    def _of(self, name: str) -> Iterator[Cited | None]:
        if name in self._tint:
            yield self._tint_wait
            return
        groups = [wait for names, wait in self._groups if name in names]
        yield from groups or [None]


def _cited(knowledge: Knowledge, wait: str, classes: str) -> Cited | None:
    try:
        claim = knowledge.claim(wait)
    except NotAccepted:
        return None
    return Cited(claim.number, claim.unit, (classes, wait))


def _later(wait: Cited | None, lengthened: Cited | None) -> Cited | None:
    """The longer of two waits; a wait that the clinic rejected stays open."""
    if wait is None or lengthened is None or span(lengthened) <= span(wait):
        return wait
    claims = tuple(dict.fromkeys((*wait.claims, *lengthened.claims)))
    return Cited(lengthened.value, lengthened.unit, claims)


def lengthened_by(course: Timeline | None) -> dict[str, Cited]:
    """Waits of a course that a model lengthened, in hours."""
    if course is None:
        return {}
    return {
        first.what: Cited(_hours_between(course.ended, first.at), "h", first.claims)
        for first in course.firsts
        if first.lengthened and first.at is not None
    }


def _hours_between(start: datetime, end: datetime) -> float:
    if start.tzinfo is not None:
        start, end = start.astimezone(UTC), end.astimezone(UTC)
    return (end - start) / timedelta(hours=1)


def span(wait: Cited) -> timedelta:
    return wait.value * _HOURS[wait.unit]
