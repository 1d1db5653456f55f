"""A scale turned into deficits, of which nought is the best, and what a rating on it can read."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from typing import Final, Literal

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from needlework.errors import UsageError
from needlework.evidence import Knowledge
from needlework.evidence.scales import Direction, Scale
from needlework.response.learning import Measure
from needlework.response.refused import Refused

Floats = NDArray[np.float64]

FARTHEST_SCORE: Final = 1e6
"""On a scale without an end: beyond it a score is a slip, and numbers stop being told apart."""


class Turned(Struct, frozen=True, kw_only=True):
    """A scale turned into deficits, of which nought is the best, and back."""

    unit: str
    better: Literal["lower", "higher"]
    best: float
    worst: float
    start: float | None
    claims: tuple[str, ...]
    reads: tuple[float, ...] = ()
    """Every score that a rating can read, where they are few enough to matter."""

    @classmethod
    def of(
        cls, knowledge: Knowledge, scale: Scale, start: float | None, own: Sequence[Measure]
    ) -> Turned:
        """Of a start, or of somebody's own measures; neither leaves shares of the start."""
        scores = [(each.score, f"Measure {n}") for n, each in enumerate(own, 1)]
        if own and start is not None:
            raise UsageError(
                "A start and measures are both given.", hint="The first measure is the start."
            )
        if start is not None:
            scores.append((start, "The start"))
        if not scores:
            return cls(unit="%", better="lower", best=0.0, worst=100.0, start=None, claims=())
        low, high, ids = _ends(knowledge, scale)
        higher = scale.direction is Direction.HIGHER_BETTER
        best, worst = (high, low) if higher else (low, high)
        for value, what in scores:
            if not max(low, -FARTHEST_SCORE) <= value <= min(high, FARTHEST_SCORE):
                raise Refused(
                    "{what} of {value} lies outside {scale}, {low} to {high}.",
                    hint="Give the score as the scale gives it.",
                    what=what,
                    value=f"{value:g}",
                    scale=scale.name.en,
                    low=f"{low:g}",
                    high=f"{min(high, FARTHEST_SCORE):g}",
                )
        if scores[0][0] == best:
            raise Refused(
                "{what} is the best that {scale} can say: there is nothing to get better.",
                hint="Forecast a concern that the person has, on a scale that shows it.",
                what=scores[0][1],
                scale=scale.name.en,
            )
        better: Literal["lower", "higher"] = "higher" if higher else "lower"
        return cls(
            unit=scale.scoring.unit,
            better=better,
            best=best,
            worst=worst,
            start=scores[0][0],
            claims=ids,
            reads=_reads(scale, low, high),
        )

    def deficit(self, score: float) -> float:
        return abs(score - self.best)

    def score(self, deficit: float) -> float:
        return self.best - deficit if self.better == "higher" else self.best + deficit

    def readable(self, rows: Floats) -> Floats:
        """Ends of intervals where a rating can lie: between two grades nobody is ever rated."""
        if not self.reads:
            return rows
        grades = np.array(self.reads)
        nearest = grades[np.abs(rows[..., None] - grades).argmin(axis=-1)]
        middle = len(rows) // 2
        low = np.minimum(nearest[:middle], rows[middle])
        high = np.maximum(nearest[middle + 1 :], rows[middle])
        read = np.concatenate([low, rows[middle : middle + 1], high])
        read[:, 0] = rows[:, 0]  # the first is as it was rated
        return read

    def measures(self, scale: str, own: Sequence[Measure]) -> tuple[Measure, ...]:
        """The person's own as deficits; a start alone counts as the first."""
        if own:
            return tuple(structs.replace(each, score=self.deficit(each.score)) for each in own)
        start = self.worst if self.start is None else self.deficit(self.start)
        return (Measure(day=0, score=start, scale=scale),)

    def rows(self, levels: Floats, start: float) -> Floats:
        """Quantiles of deficits as quantiles of scores, within the scale; (levels, days)."""
        most = self.deficit(self.worst) if self.start is not None else np.inf
        held = np.clip(levels, 0, most)
        held[:, 0] = start  # the day of the first measure: it reads what it read
        return self.best - held[::-1] if self.better == "higher" else self.best + held


def _ends(knowledge: Knowledge, scale: Scale) -> tuple[float, float, tuple[str, ...]]:
    """Lowest and highest value with their claims; a scale need not end where skin is worst."""
    found, ids = [], []
    for end, without in (("minimum", -inf), ("maximum", inf)):
        claim_id = f"scale.{scale.id}.{end}"
        claim = knowledge.find(claim_id)
        found.append(without if claim is None else claim.number)
        ids += [] if claim is None else [claim_id]
    low, high = found
    if not isfinite(high if scale.direction is Direction.HIGHER_BETTER else low):
        raise Refused(
            "{scale} has no best value to count from.",
            hint="Give a scale that says what unblemished skin is.",
            scale=scale.name.en,
        )
    return low, high, tuple(ids)


def _reads(scale: Scale, low: float, high: float) -> tuple[float, ...]:
    """Scores that a scale of whole steps can come to; none where it has finer ones or no end."""
    if scale.scoring.kind == "grade" and scale.items[0].levels:
        return tuple(sorted(level.value for level in scale.answers(scale.items[0])))
    is_whole = scale.scoring.kind in ("grade", "sum", "total") and all(
        item.weight == 1 and (item.levels or item.step == 1) for item in scale.required
    )
    values = [level.value for item in scale.required for level in scale.answers(item)]
    if not (is_whole and isfinite(high - low) and all(map(float.is_integer, values))):
        return ()
    return tuple(float(each) for each in range(round(low), round(high) + 1))


def is_best(knowledge: Knowledge, scale: Scale, score: float) -> bool:
    """Whether a score leaves nothing to get better.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> known = load_knowledge()
    >>> is_best(known, known.release.scales["lemperle"], 0)
    True
    """
    low, high, _ids = _ends(knowledge, scale)
    return score == (high if scale.direction is Direction.HIGHER_BETTER else low)


def points(knowledge: Knowledge, scale: Scale) -> float:
    """How far apart a scale's ends are; without end for a scale that has none.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> known = load_knowledge()
    >>> points(known, known.release.scales["lemperle"])
    5
    """
    low, high, _ids = _ends(knowledge, scale)
    return high - low
