"""Outcome scales as data, and the arithmetic that turns rated items into a score."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal

import msgspec

from needlework.errors import AnswerError

_DIGITS: Final = 6
"""Decimals kept of a score, so that weights such as three tenths leave no binary dust."""


class Direction(StrEnum):
    """Which way a score goes when the skin gets better or worse."""

    HIGHER_WORSE = "higher-worse"
    HIGHER_BETTER = "higher-better"
    LOWER_BETTER = "lower-better"


class Licence(StrEnum):
    """What must be had before a scale is used."""

    FREE = "free"
    PHOTOS_COPYRIGHTED = "photos-copyrighted"
    REGISTRATION = "registration"
    LICENCE_REQUIRED = "licence-required"


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same words in each language."""

    en: str
    es: str


class Level(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer that a rater may choose, and the points that it stands for."""

    value: float
    label: Words


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to rate: on named levels, or as a number between `min` and `max`.

    An item that is not `counted` is kept with the score but is no part of it.
    """

    id: str
    name: Words
    levels: str = ""
    min: float | None = None
    max: float | None = None
    step: float | None = None
    weight: float = 1.0
    region: str = ""
    part: Literal["", "area", "severity"] = ""
    counted: bool = True


class Band(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stretch of scores with a name; `phototypes` are those that it may mean."""

    id: str
    label: Words
    min: float
    max: float
    phototypes: tuple[str, ...] = ()


class Scoring(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How items become a score.

    `grade` and `total` take the one item as it is, `sum` adds the items, `count-weighted` adds
    each after multiplying by its weight, `area-severity` does so with area times severity.
    """

    kind: Literal["grade", "sum", "count-weighted", "area-severity", "total"]
    unit: Literal["points", "grade", "mm"]


class Scale(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published way to grade skin, as its authors score it."""

    id: str
    name: Words
    short: Words
    direction: Direction
    licence: Licence
    licence_note: Words
    shipped: bool
    scoring: Scoring
    items: tuple[Item, ...]
    levels: dict[str, tuple[Level, ...]] = {}
    bands: tuple[Band, ...] = ()

    def __post_init__(self) -> None:
        """Refuse data that could not be scored."""
        if len({item.id for item in self.items}) != len(self.items):
            raise ValueError("two items have the same id")
        if self.scoring.kind in ("grade", "total") and len(self.items) != 1:
            raise ValueError(f"a {self.scoring.kind} has one item")
        for item in self.items:
            _check_item(self, item)

    @property
    def required(self) -> tuple[Item, ...]:
        """The items without which there is no score."""
        return tuple(item for item in self.items if item.counted)

    def answers(self, item: Item) -> tuple[Level, ...]:
        """The levels that `item` may be rated on; none where it takes a number."""
        return self.levels[item.levels] if item.levels else ()


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A score with what it came from; no value while an item is missing."""

    value: float | None
    unit: str
    scale: str
    items: dict[str, float]
    missing: tuple[str, ...] = ()


def score(scale: Scale, items: Mapping[str, object]) -> Score:
    r"""
    Score of rated items on a scale.

    Grade or total: :math:`s = x`; sum: :math:`s = \sum_i x_i`; count-weighted:
    :math:`s = \sum_i w_i x_i`; area-severity: :math:`s = \sum_r w_r A_r \sum_j S_{rj}`.

    Parameters
    ----------
    scale
        How the items are scored.
    items
        Rating of each item by its id, [points of that item], domain the item's levels or its
        range and step. An absent item, or None, has not been rated.

    Returns
    -------
    Score
        `value` in the scale's unit, [points, grade or mm], range as the scale's claims say;
        None, with `missing` naming the items, while any counted item has not been rated.

    Raises
    ------
    AnswerError
        An item that the scale lacks, or a rating that it does not allow.

    Notes
    -----
    An unrated item is never taken for 0: that would call unseen skin clear.

    Examples
    --------
    >>> size = Item(id="size", name=Words(en="Size", es="Tamaño"), min=0, max=3, step=1, weight=2)
    >>> depth = Item(id="depth", name=Words(en="Depth", es="Profundidad"), min=0, max=4, step=1)
    >>> scale = Scale(
    ...     id="demo",
    ...     name=Words(en="Demo", es="Demo"),
    ...     short=Words(en="Shows the sum", es="Muestra la suma"),
    ...     direction=Direction.HIGHER_WORSE,
    ...     licence=Licence.FREE,
    ...     licence_note=Words(en="Ours", es="Nuestra"),
    ...     shipped=True,
    ...     scoring=Scoring(kind="count-weighted", unit="points"),
    ...     items=(size, depth),
    ... )
    >>> score(scale, {"size": 3, "depth": 1}).value
    7.0
    >>> score(scale, {"size": 3}).missing
    ('depth',)
    """
    _refuse_unknown(scale, items)
    rated = {
        item.id: _rating(scale, item, items[item.id])
        for item in scale.items
        if items.get(item.id) is not None
    }
    missing = tuple(item.id for item in scale.required if item.id not in rated)
    value = None if missing else round(_value(scale, rated), _DIGITS)
    return Score(value=value, unit=scale.scoring.unit, scale=scale.id, items=rated, missing=missing)


def band_of(scale: Scale, total: float) -> Band | None:
    """The named stretch that a score falls into, if the scale has any there."""
    return next((band for band in scale.bands if band.min <= total <= band.max), None)


def phototype_from(scale: Scale, total: float) -> tuple[str, ...]:
    """The phototypes that a questionnaire's total may mean, lightest first.

    More than one where the scheme does not part them; the last is the more careful reading.
    """
    if not any(band.phototypes for band in scale.bands):
        raise AnswerError(
            f"{scale.name.en} does not tell a phototype.",
            hint="Use a phototype questionnaire.",
        )
    band = band_of(scale, total)
    if band is None:
        raise AnswerError(
            f"{scale.name.en}: that is not a total that it can come to.",
            hint=f"Give a whole number from {scale.bands[0].min:g} to {scale.bands[-1].max:g}.",
        )
    return band.phototypes


def _value(scale: Scale, rated: Mapping[str, float]) -> float:
    if scale.scoring.kind == "area-severity":
        return _area_severity(scale, rated)
    return math.fsum(item.weight * rated[item.id] for item in scale.required)


def _area_severity(scale: Scale, rated: Mapping[str, float]) -> float:
    severity: dict[str, float] = {}
    for item in scale.required:
        if item.part == "severity":
            severity[item.region] = severity.get(item.region, 0.0) + rated[item.id]
    return math.fsum(
        item.weight * rated[item.id] * severity[item.region]
        for item in scale.required
        if item.part == "area"
    )


def _refuse_unknown(scale: Scale, items: Mapping[str, object]) -> None:
    known = [item.id for item in scale.items]
    for name in items:
        if name not in known:
            raise AnswerError(
                f"{scale.name.en}: no such item.", hint=f"Its items are {', '.join(known)}."
            )


def _rating(scale: Scale, item: Item, given: object) -> float:
    where = f"{scale.name.en}, item {item.id}"
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise AnswerError(f"{where}: the rating is not a number.", hint=_allowed(scale, item))
    value = float(given)
    if not _is_allowed(scale, item, value):
        raise AnswerError(f"{where}: the rating cannot be chosen.", hint=_allowed(scale, item))
    return value


def _is_allowed(scale: Scale, item: Item, value: float) -> bool:
    if item.levels:
        return any(level.value == value for level in scale.answers(item))
    low, high = _limits(item)
    return low <= value <= high and _is_step(value - low, item.step)


def _is_step(above: float, step: float | None) -> bool:
    return step is None or math.isclose(above / step, round(above / step), abs_tol=1e-9)


def _limits(item: Item) -> tuple[float, float]:
    return (
        -math.inf if item.min is None else item.min,
        math.inf if item.max is None else item.max,
    )


def _allowed(scale: Scale, item: Item) -> str:
    if item.levels:
        values = ", ".join(f"{level.value:g}" for level in scale.answers(item))
        return f"Choose one of {values}."
    low, high = _limits(item)
    upper = "" if high == math.inf else f" to {high:g}"
    steps = "" if item.step is None else f", in steps of {item.step:g}"
    return f"Give a number from {low:g}{upper}{steps}."


def _check_item(scale: Scale, item: Item) -> None:
    if item.levels and item.levels not in scale.levels:
        raise ValueError(f"item {item.id}: levels {item.levels} are not defined")
    if not item.levels and item.min is None:
        raise ValueError(f"item {item.id}: needs levels, or a number's min")
    if item.step is not None and item.step <= 0:
        raise ValueError(f"item {item.id}: step must be above zero")
    if scale.scoring.kind == "area-severity":
        _check_region(scale, item)


def _check_region(scale: Scale, item: Item) -> None:
    parts = [other.part for other in scale.items if other.region == item.region]
    if not item.region or parts.count("area") != 1 or "severity" not in parts:
        raise ValueError(f"item {item.id}: its region needs one area and a severity")
