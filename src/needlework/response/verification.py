"""The models held against every published figure that there is, and the misses first.

Models, priors and predictions were frozen before the first score (`verifying.frozen`); any other
model is refused. Building data set the models and are scored to show that they do fit them;
verification data set nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from msgspec import Struct, structs

from needlework.errors import UsageError
from needlework.evidence import Knowledge
from needlework.response.summary import summarise
from needlework.response.verifying import frozen
from needlework.response.verifying.cases import DATA, PARTS, TABLES, Case, Part, cases, observed
from needlework.response.verifying.predictions import Models, Prediction, predict
from needlework.response.verifying.score import (
    MISSES,
    SAME_COURSE,
    Verdict,
    same_course,
    score,
    shares_inside,
)

NOT_BLIND: Final = (
    "The verification studies were not blind: those who chose the structure and the priors had "
    "read what nearly all of them found. Only the freeze keeps the models from being bettered "
    "after the score."
)

ALL: Final = "all"
"""In place of a model's name, over all of them."""


class Row(Struct, frozen=True, kw_only=True):
    """One published figure beside what the models predict for it, in its unit."""

    model: str
    id: str
    source: str
    mark: str
    """S1 read in the primary text, S2 in a secondary one, R recalled."""
    what: str
    unit: str
    part: Part
    observed_low: float | None
    """None where only a ceiling was found; of a rise it is 0."""
    observed_high: float | None
    """None where only a floor was found; of a fall it is 0."""
    median: float | None = None
    low_50: float | None = None
    high_50: float | None = None
    low_80: float | None = None
    high_80: float | None = None
    low_95: float | None = None
    high_95: float | None = None
    pit: float | None = None
    """Share of draws below what was found."""
    chance: float | None = None
    """Share of draws that agree with a direction, a ceiling or a floor."""
    verdict: Verdict
    note: str = ""

    @property
    def is_miss(self) -> bool:
        return self.verdict in MISSES


class Coverage(Struct, frozen=True, kw_only=True):
    """How many of a model's figures fell where it said; `all` is over the models."""

    model: str
    part: Part
    count: int
    """Figures with an interval."""
    inside_50: float | None
    inside_80: float | None
    inside_95: float | None
    """Shares; None where no figure has an interval."""
    directions: int
    """Directions, ceilings and floors."""
    held: int
    not_scored: int


class Verification(Struct, frozen=True, kw_only=True):
    """Every row, misses first, and what to hold against it."""

    rows: tuple[Row, ...]
    coverage: tuple[Coverage, ...]
    freeze_date: str
    digest: str
    not_blind: str


def verify(knowledge: Knowledge, *, seed: int = 1, folder: Path = DATA) -> Verification:
    """Score the frozen models against what was published.

    Parameters
    ----------
    knowledge
        The release as it was frozen; a clinic's own parameters are refused.
    seed
        Not negative. Frozen predictions are compared at the seed that they were drawn with.
    folder
        Where the freeze and its predictions lie.

    Returns
    -------
    Verification
        Rows with misses first, those of verification data before those of building data.

    Raises
    ------
    UsageError
        The models, their predictions, or what was observed are not those that were frozen.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> made = verify(load_knowledge())
    >>> made.rows[0].is_miss, made.rows[0].part, made.coverage[0].model
    (True, 'verification', 'all')
    """
    freeze = frozen.check(knowledge, folder)
    said_then = frozen.frozen_predictions(folder)
    models = Models(knowledge, seed)
    told = [(case, predict(models, case)) for part in PARTS for case in cases(part)]
    said_now = (
        frozen.as_frozen(pair for pair in told if pair[0].part == "verification")
        if seed == frozen.SEED
        else frozen.predicted(knowledge)
    )
    if moved := frozen.otherwise(said_now, said_then):
        raise UsageError(
            f"{len(moved)} predictions are not what was frozen on {freeze.date}, beginning with "
            f"{moved[0]}: what makes them, or a table of figures, changed.",
            hint="Go back to it, or freeze anew with scripts/freeze.py and say why.",
        )
    rows = tuple(sorted(_rows(told), key=_misses_first))
    return Verification(
        rows=rows,
        coverage=tuple(_coverages(rows)),
        freeze_date=freeze.date,
        digest=freeze.digest,
        not_blind=NOT_BLIND,
    )


# --- rows -------------------------------------------------------------------------------------

_RANKS: Final[Mapping[Verdict, int]] = {"missed": 0, "direction missed": 0, "cannot be scored": 2}


def _misses_first(row: Row) -> tuple[int, int]:
    return _RANKS.get(row.verdict, 1), PARTS.index(row.part)


def _rows(told: Iterable[tuple[Case, Prediction]]) -> Iterator[Row]:
    courses: dict[str, list[tuple[Case, Prediction]]] = {}
    for case, said in told:
        if TABLES[case.table].kind == "course":
            courses.setdefault(case.given["course"], []).append((case, said))
        else:
            yield _row(case, said)
    for name, days in courses.items():
        yield from _course_rows(name, days)


def _row(case: Case, said: Prediction) -> Row:
    found = observed(case)
    low, high = found.low, found.high
    if found.sign is not None:
        low, high = (0.0 if found.sign >= 0 else None), (0.0 if found.sign <= 0 else None)
    row = Row(
        model=case.model,
        id=case.id,
        source=case.source,
        mark=case.mark,
        what=case.what,
        unit=case.unit,
        part=case.part,
        observed_low=low,
        observed_high=high,
        verdict="cannot be scored",
        note="; ".join(words for words in (said.why_not, said.note, found.note) if words),
    )
    if said.draws is None or (low is None and high is None):
        return row
    made, told = score(said.draws, found), summarise(said.draws)
    return structs.replace(
        row,
        **{name: float(getattr(told, name)) for name in frozen.BOUNDS},
        verdict=made.verdict,
        pit=made.pit,
        chance=made.chance,
    )


def _course_rows(name: str, days: Sequence[tuple[Case, Prediction]]) -> Iterator[Row]:
    """One row an amount: day by day they would say the same nineteen times."""
    case = days[0][0]
    ours = np.array([said.draws for _, said in days])
    theirs = np.array([observed(each).course for each, _ in days])
    for place, column in enumerate(TABLES[case.table].hidden):
        is_same = same_course(ours[:, place], theirs[:, place])
        yield Row(
            model=case.model,
            id=f"{case.table}/{case.source}/{name}/{column}",
            source=case.source,
            mark=case.mark,
            what=f"{column.replace('_', ' ')}, {name} course: difference on {len(days)} days",
            unit="of its peak",
            part=case.part,
            observed_low=None,
            observed_high=SAME_COURSE,
            verdict="direction held" if is_same else "direction missed",
            note="another solver of the same equations",
        )


# --- coverage ---------------------------------------------------------------------------------


def _coverages(rows: Sequence[Row]) -> Iterator[Coverage]:
    models = dict.fromkeys(table.model for table in TABLES.values())
    for part in PARTS:
        mine = [row for row in rows if row.part == part]
        yield _coverage(ALL, part, mine)
        for model in models:
            if own := [row for row in mine if row.model == model]:
                yield _coverage(model, part, own)


def _coverage(model: str, part: Part, rows: Sequence[Row]) -> Coverage:
    with_interval = [row.verdict for row in rows if row.pit is not None]
    directions = [row.verdict for row in rows if row.verdict.startswith("direction")]
    shares = shares_inside(with_interval) if with_interval else (None, None, None)
    return Coverage(
        model=model,
        part=part,
        count=len(with_interval),
        inside_50=shares[0],
        inside_80=shares[1],
        inside_95=shares[2],
        directions=len(directions),
        held=directions.count("direction held"),
        not_scored=sum(row.verdict == "cannot be scored" for row in rows),
    )
