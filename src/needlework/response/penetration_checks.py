"""Published figures beside what puncture, penetration and thickness predict for them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from needlework.errors import UsageError
from needlework.evidence import Knowledge
from needlework.response import anatomy, penetration, puncture
from needlework.response.parameters import draw, parameters
from needlework.response.puncture_inputs import Array

Part = Literal["building", "verification"]

DATA: Final = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Check:
    """One published figure and the model's draws for it."""

    model: str
    part: Part
    source: str
    mark: str
    case: str
    unit: str
    low: float
    high: float
    """Equal to `low` where one figure was printed."""
    predicted: Array
    """Shape (draws,); without the spread of measuring."""

    @property
    def pit(self) -> float:
        """Share of draws below the figure (the middle of a range); ties count half."""
        middle = (self.low + self.high) / 2
        return float(np.mean(self.predicted < middle) + np.mean(self.predicted == middle) / 2)

    def is_within(self, share: float) -> bool:
        """Whether the central interval with that share of draws meets the figure or range."""
        low, high = np.quantile(self.predicted, [(1 - share) / 2, (1 + share) / 2])
        return bool(low <= self.high and high >= self.low)


def checks(knowledge: Knowledge, *, draws: int = 4000, seed: int = 1) -> list[Check]:
    """Every figure of these three models, building data first.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> first = checks(load_knowledge(), draws=100)[0]
    >>> first.source, first.part
    ('Kalluri2011', 'building')
    """
    values = draw(parameters(knowledge, penetration.MODEL), draws, seed)
    parts: tuple[Part, ...] = ("building", "verification")
    made = [check for part in parts for check in _depths(values, part)]
    made += _densities(knowledge, draws, seed)
    made += _thicknesses(knowledge, draws, seed)
    return made


def rows(part: Part, name: str) -> list[dict[str, str]]:
    """Rows of a table of published figures."""
    with (DATA / part / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _depths(values: dict[str, Array], part: Part) -> Iterator[Check]:
    for row in rows(part, "penetration"):
        moved, stays = penetration.lengths_mm(values, row["device"], float(row["set_depth_mm"]))
        yield Check(
            model=penetration.MODEL,
            part=part,
            source=row["source"],
            mark=row["mark"],
            case=f"{row['quantity']}, {row['device']} {row['set_depth_mm']} mm, {row['subject']}",
            unit="mm",
            low=float(row["depth_mm"]),
            high=float(row["depth_mm"]),
            predicted={"travel": moved, "channel": stays}[row["quantity"]],
        )


def _densities(knowledge: Knowledge, draws: int, seed: int) -> Iterator[Check]:
    for row in rows("verification", "geometry"):
        made = puncture.pattern(
            knowledge, row["device"], int(row["passes"]), draws=draws, seed=seed
        )
        if isinstance(made, puncture.NoPattern):
            raise _unknown(row["device"])
        yield Check(
            model=puncture.MODEL,
            part="verification",
            source=row["source"],
            mark=row["mark"],
            case=f"{row['quantity']}, {row['device']}, {row['passes']} passes",
            unit=row["unit"],
            low=float(row["value"]),
            high=float(row["value"]),
            predicted=made.density_per_cm2,
        )


def _thicknesses(knowledge: Knowledge, draws: int, seed: int) -> Iterator[Check]:
    def mean_of(zone: str, sex: str) -> anatomy.Layers:
        made = anatomy.layers(
            knowledge, zone, sex=sex or None, of_one=False, draws=draws, seed=seed
        )
        if isinstance(made, anatomy.NoLayers):
            raise _unknown(zone)
        return made

    for row in rows("verification", "thickness"):
        here = mean_of(row["zone"], row["sex"])
        if row["quantity"].startswith("skin over "):
            there = mean_of(row["quantity"].removeprefix("skin over "), row["sex"])
            predicted = here.floors_mm()[-1] / there.floors_mm()[-1]
        else:
            predicted = {"dermis": here.dermis, "epidermis": here.epidermis}[row["quantity"]].mm
        yield Check(
            model=anatomy.MODEL,
            part="verification",
            source=row["source"],
            mark=row["mark"],
            case=f"{row['quantity']}, {row['zone']}",
            unit=row["unit"],
            low=float(row["low"]),
            high=float(row["high"]),
            predicted=predicted,
        )


def _unknown(what: str) -> UsageError:
    return UsageError(
        f"A published figure is about {what}, of which not enough is known to predict it.",
        hint="Add its claims, or take the row out of response/data/.",
    )
