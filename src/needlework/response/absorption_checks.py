"""Published figures beside what absorption predicts for them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from needlework.evidence import Knowledge
from needlework.evidence.model import Name
from needlework.response.absorption import MODEL, intact, resting_enhancement
from needlework.response.absorption_ingredients import (
    Ingredient,
    Mass,
    Property,
    ingredient,
)
from needlework.response.parameters import draw, parameters

Array = NDArray[np.float64]
Part = Literal["building", "verification"]

DATA: Final = Path(__file__).parent / "data"
_SECONDS_AN_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Check:
    """One published figure and the model's draws for it."""

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
    """Every figure, building data first.

    A density that was not printed is drawn about the claim for such; a pH as well. Excised skin
    does not close. Of intact skin the median over records is compared.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> first = checks(load_knowledge(), draws=100)[0]
    >>> first.source, first.part, first.unit
    ('You2010', 'building', '1')
    """
    parts: tuple[Part, ...] = ("building", "verification")
    made = [
        _of(knowledge, row, part, _permeant(row), draws, seed)
        for part in parts
        for row in rows(part, "absorption")
    ]
    for row in rows("verification", "absorption_intact"):
        one = ingredient(row["ingredient"])
        made.append(_of(knowledge, row, "verification", one, draws, seed))
    return made


def rows(part: Part, name: str) -> list[dict[str, str]]:
    """Rows of a table of published figures."""
    with (DATA / part / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _of(
    knowledge: Knowledge,
    row: dict[str, str],
    part: Part,
    one: Ingredient,
    draws: int,
    seed: int,
) -> Check:
    claims = parameters(knowledge, MODEL)
    ph = float(row["ph"]) if row.get("ph") else None
    values = draw(claims, draws, seed)
    if row["quantity"] == "enhancement":
        share = np.minimum(values["checked-area-share"], 1.0)
        gain = resting_enhancement(claims, one, phi=share, ph=ph, draws=draws, seed=seed)
        predicted = gain.ratio
    else:
        barrier = intact(values, one, ph=ph, excised=True).barrier_cm_h
        predicted = np.log10(barrier / _SECONDS_AN_HOUR)
    printed = row.get("value") or row.get("median") or ""
    return Check(
        part=part,
        source=row["source"],
        mark=row["mark"],
        case=f"{row['quantity'].replace('_', ' ')}, {row['permeant']}, {row['subject']}",
        unit=row["unit"],
        low=float(printed or row["low"]),
        high=float(printed or row["high"]),
        predicted=predicted,
    )


def _permeant(row: dict[str, str]) -> Ingredient:
    """What a table says of a substance that no product carries."""

    def figures(text: str) -> tuple[Property, ...]:
        return tuple(
            Property(value=float(each), source=row["source"], mark="R") for each in text.split()
        )

    return Ingredient(
        id=row["permeant"],
        name=Name(en=row["permeant"], es=row["permeant"]),
        lexicon="",
        molar_mass=Mass(value=float(row["molar_mass_g_mol"]), source=row["source"], mark="R"),
        log_p=figures(row["log_p"])[0],
        acids=figures(row["acid_pka"]),
        bases=figures(row["base_pka"]),
    )
