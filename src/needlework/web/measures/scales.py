"""Scales that a forecast can be made on: those of a concern that grade the skin itself."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from msgspec import Struct

from needlework.evidence import Knowledge, NotAccepted
from needlework.evidence.scales import Direction, Item, Scale
from needlework.i18n import Translate, say_number


class Offered(Struct, frozen=True, kw_only=True):
    """A scale, and the scores that it can come to."""

    id: str
    name: str
    low: float | None
    """None where it has no end on that side."""
    high: float | None
    best: float
    is_whole: bool
    levels: tuple[tuple[float, str], ...] = ()
    """Each score with what it means, where there are no others."""

    def takes(self, score: float) -> bool:
        if self.levels:
            return any(score == value for value, _label in self.levels)
        if not isfinite(score) or (self.is_whole and not score.is_integer()):
            return False
        low = self.low is None or self.low <= score
        return low and (self.high is None or score <= self.high)


def offered(knowledge: Knowledge, concern: str, language: str) -> tuple[Offered, ...]:
    """The scales of a concern on which its course can be told, in the order of the knowledge."""
    release = knowledge.release
    known = release.concerns.get(concern)
    found = (release.scales[name] for name in (known.scales if known else ()))
    return tuple(_offered(knowledge, found, language))


def scale_name(knowledge: Knowledge, scale: str, language: str) -> str:
    """The name of a scale; its id where the release no longer has it."""
    held = knowledge.release.scales.get(scale)
    if held is None:
        return scale
    return held.name.es if language == "es" else held.name.en


def range_words(scale: Offered, _: Translate, language: str) -> str:
    """Which scores there are, for whoever is to give one."""
    if scale.levels:
        values = ", ".join(say_number(value, language) for value, _label in scale.levels)
        return _("One of {values}.").format(values=values)
    low, high = (
        None if end is None else say_number(end, language) for end in (scale.low, scale.high)
    )
    said = {
        (True, True): _("A whole number from {low} to {high}."),
        (True, False): _("A whole number, {low} or more."),
        (False, True): _("A number from {low} to {high}."),
        (False, False): _("A number, {low} or more."),
    }
    return said[scale.is_whole, high is not None].format(low=low, high=high)


def _offered(knowledge: Knowledge, scales: Iterator[Scale], language: str) -> Iterator[Offered]:
    for scale in scales:
        if scale.direction not in (Direction.HIGHER_WORSE, Direction.HIGHER_BETTER):
            continue
        try:
            low, high = (
                None
                if (claim := knowledge.find(f"scale.{scale.id}.{end}")) is None
                else claim.number
                for end in ("minimum", "maximum")
            )
        except NotAccepted:
            continue
        best = high if scale.direction is Direction.HIGHER_BETTER else low
        if best is None:
            continue
        yield Offered(
            id=scale.id,
            name=scale.name.es if language == "es" else scale.name.en,
            low=low,
            high=high,
            best=best,
            is_whole=_is_whole(scale),
            levels=_levels(scale, language),
        )


def _levels(scale: Scale, language: str) -> tuple[tuple[float, str], ...]:
    if scale.scoring.kind != "grade" or not scale.items[0].levels:
        return ()
    return tuple(
        (level.value, level.label.es if language == "es" else level.label.en)
        for level in scale.answers(scale.items[0])
    )


def _is_whole(scale: Scale) -> bool:
    """Whether every score that its items can come to is a whole number."""
    return all(
        item.weight.is_integer() and all(part.is_integer() for part in _parts(scale, item))
        for item in scale.required
    )


def _parts(scale: Scale, item: Item) -> tuple[float, ...]:
    if item.levels:
        return tuple(level.value for level in scale.answers(item))
    return (item.min or 0.0, 0.5 if item.step is None else item.step)
