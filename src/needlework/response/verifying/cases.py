"""Published figures as cases: what a prediction may know of each, and, apart, what was observed.

A prediction is made from a `Case` alone, which holds none of the columns that say what was
found. Those are read by `observed`, which only scoring calls.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from msgspec import Struct

from needlework.errors import UsageError

Part = Literal["building", "verification"]
Kind = Literal["figure", "direction", "course"]

PARTS: Final[tuple[Part, ...]] = ("verification", "building")
DATA: Final = Path(__file__).parent.parent / "data"

_ALWAYS_HIDDEN: Final = frozenset({"note", "finding"})
"""Remarks say what was found as often as not."""


class Table(Struct, frozen=True, kw_only=True):
    """What a table of published figures holds."""

    model: str
    what: tuple[str, ...]
    """Names a row's quantity from its columns; a piece whose columns are empty is left out."""
    key: tuple[str, ...]
    """Columns that tell its rows apart; none of them says what was found."""
    hidden: tuple[str, ...]
    """Columns that say what was found."""
    unit: str = "1"
    """Where the row has no column of that name; it too may name columns."""
    low: str = ""
    high: str = ""
    """Columns of the figure, the same for both where one was printed; empty for a direction."""
    kind: Kind = "figure"


TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {
        "geometry": Table(
            model="puncture",
            what=("{quantity}", "{device}", "{passes} passes", "{case}"),
            key=("quantity", "device", "case", "passes"),
            hidden=("value", "sd"),
            low="value",
            high="value",
        ),
        "thickness": Table(
            model="anatomy",
            what=("{quantity}", "{layer}", "{zone}", "{site}", "{sex}", "{method}"),
            key=("method", "zone", "site", "sex", "quantity", "layer"),
            hidden=("low", "high", "thickness_mm", "sd_mm"),
            unit="mm",
            low="low thickness_mm",
            high="high thickness_mm",
        ),
        "penetration": Table(
            model="penetration",
            what=("{quantity}", "{device} {set_depth_mm} mm", "{subject}"),
            key=("device", "set_depth_mm", "quantity"),
            hidden=("depth_mm", "sd_mm"),
            unit="mm",
            low="depth_mm",
            high="depth_mm",
        ),
        "penetration_force": Table(
            model="penetration",
            what=("entry force", "tip {tip_um} µm", "speed {speed_mm_s} mm/s", "{subject}"),
            key=("tip_um", "speed_mm_s"),
            hidden=("force_low_mn", "force_high_mn"),
            unit="mN",
            low="force_low_mn",
            high="force_high_mn",
        ),
        "closure": Table(
            model="closure",
            what=("{quantity}", "{time_h} h", "{needle_length_mm} mm", "{subject}"),
            key=("quantity", "needle_length_mm", "occluded", "subject"),
            hidden=("low", "high", "low_h", "high_h", "sd_h"),
            unit="h",
            low="low low_h",
            high="high high_h",
        ),
        "closure_signs": Table(
            model="closure",
            what=("{quantity}", "{second} against {first}", "{subject}"),
            key=("quantity", "first", "second"),
            hidden=("direction",),
            unit="ln ratio",
            kind="direction",
        ),
        "absorption": Table(
            model="absorption",
            what=("{quantity}", "{permeant}", "{subject}"),
            key=("permeant", "quantity"),
            hidden=("value", "low", "high", "sd"),
            low="low value",
            high="high value",
        ),
        "absorption_intact": Table(
            model="absorption",
            what=("{quantity}", "{permeant}", "{subject}"),
            key=("permeant",),
            hidden=("median", "low", "high", "records"),
            low="median",
            high="median",
        ),
        "absorption_permeability": Table(
            model="absorption",
            what=("log10 permeability", "{permeant}", "{subject}"),
            key=("permeant",),
            hidden=("log10_permeability_cm_s",),
            unit="log10(cm/s)",
            low="log10_permeability_cm_s",
            high="log10_permeability_cm_s",
        ),
        "collagen_direction": Table(
            model="healing",
            what=("{quantity} after {sessions} sessions against {compared_with}", "{subject}"),
            key=("subject", "quantity", "compared_with"),
            hidden=("direction",),
            unit="of a full session",
            kind="direction",
        ),
        "collagen_type_iii_share": Table(
            model="healing",
            what=("{quantity} at {time_h} h", "{subject}"),
            key=("time_h",),
            hidden=("relation", "value_percent"),
            unit="%",
            low="value_percent",
            high="value_percent",
        ),
        "collagen_elastin": Table(
            model="healing",
            what=("total elastin", "sessions: {sessions}", "{subject}"),
            key=("subject", "sessions"),
            hidden=("direction",),
            unit="",
            kind="direction",
        ),
        "collagen_lotfi": Table(
            model="healing",
            what=("change of {quantity}", "{subject}"),
            key=("quantity",),
            hidden=("change_percent",),
            unit="%",
            low="change_percent",
            high="change_percent",
        ),
        "healing_rat_synthesis": Table(
            model="healing",
            what=("{quantity} {event}", "{subject}"),
            key=("quantity", "event"),
            hidden=("day",),
            unit="d",
            low="day",
            high="day",
        ),
        "healing_shapes": Table(
            model="healing",
            what=("{variable} on day {day} against its peak",),
            key=("variable", "day"),
            hidden=("normalised_to_peak",),
            unit="1",
            low="normalised_to_peak",
            high="normalised_to_peak",
        ),
        "healing_waugh": Table(
            model="wound",
            what=("{course} course on day {day}",),
            key=("course", "day"),
            hidden=("inflammatory_macrophages", "repair_macrophages", "growth_factor"),
            unit="its own",
            kind="course",
        ),
        "outcome": Table(
            model="outcome",
            what=(
                "{score}",
                "{concern}",
                "{quantity}",
                "{arm}",
                "{fitted_arm}",
                "sessions: {sessions}",
                "{days_after_last} d after",
            ),
            key=("arm", "row"),
            hidden=(
                *("value", "low", "high", "interval_level"),
                *("mean_after", "sd_after", "improvement_percent"),
            ),
            unit="{score}",
            low="value mean_after improvement_percent",
            high="value mean_after improvement_percent",
        ),
        "outcome_depth": Table(
            model="outcome",
            what=("improvement at {deeper_mm} mm less that at {shallower_mm} mm", "{n} people"),
            key=("deeper_mm", "shallower_mm"),
            hidden=("direction",),
            unit="of the start",
            kind="direction",
        ),
        "pih": Table(
            model="pigment",
            what=("people who darkened of {people}", "phototype {group}"),
            key=("group", "people"),
            hidden=("events",),
            unit="people",
            low="events",
            high="events",
        ),
        "redness": Table(
            model="redness",
            what=("hours until redness is gone", "{device}", "{needle_length_mm} mm", "{subject}"),
            key=("device", "needle_length_mm"),
            hidden=("low_h", "high_h"),
            unit="h",
            low="low_h",
            high="high_h",
        ),
    }
)
"""Every table by its file's name, whichever part it stands in."""


class Case(Struct, frozen=True, kw_only=True):
    """A published figure without the figure."""

    id: str
    """Table, source and key: the same from one release to the next."""
    table: str
    part: Part
    source: str
    mark: str
    what: str
    unit: str
    given: Mapping[str, str]
    """Columns of its row, less those that say what was found; an absent one is empty."""

    @property
    def model(self) -> str:
        return TABLES[self.table].model

    def number(self, column: str) -> float | None:
        """A column as a number; None where it is empty or absent."""
        text = self.given.get(column, "")
        return float(text) if text else None


class Observed(Struct, frozen=True, kw_only=True):
    """What was found."""

    low: float | None = None
    """None where it was only said to be no more than `high`."""
    high: float | None = None
    sign: Literal[-1, 0, 1] | None = None
    """Of a direction; 0 where nothing changed, None where none was printed."""
    course: tuple[float, ...] = ()
    note: str = ""


def cases(part: Part) -> tuple[Case, ...]:
    """Every row of a part, in the order of its tables.

    Examples
    --------
    >>> first = cases("verification")[0]
    >>> first.id, "value" in first.given
    ('geometry/Doddaballapur2009/density/roller-mf8/15', False)
    """
    return tuple(case for case, _ in _read(part))


def observed(case: Case) -> Observed:
    """What was found in a case.

    Examples
    --------
    >>> observed(cases("verification")[0]).low
    250.0
    """
    return _observed_by_id(case.part)[case.id]


def table_rows(part: Part, table: str) -> list[dict[str, str]]:
    """Rows of a table as they stand.

    Raises
    ------
    UsageError
        There is no such table.

    Examples
    --------
    >>> table_rows("verification", "geometry")[0]["value"]
    '250'
    """
    path = DATA / part / f"{table}.csv"
    if table not in TABLES or not path.exists():
        raise UsageError(
            f"There is no table {part}/{table}.csv.", hint="response/data holds what there is."
        )
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tables(part: Part) -> tuple[str, ...]:
    """Names of a part's tables in the order of `TABLES`.

    Raises
    ------
    UsageError
        A file has no entry in `TABLES`: nobody would score it.
    """
    held = {path.stem for path in (DATA / part).glob("*.csv")}
    if stray := sorted(held - set(TABLES)):
        raise UsageError(
            f"response/data/{part}/{stray[0]}.csv is scored by nobody.",
            hint="Give it an entry in response/verifying/cases.py.",
        )
    return tuple(name for name in TABLES if name in held)


@cache
def _observed_by_id(part: Part) -> Mapping[str, Observed]:
    return {case.id: found for case, found in _read(part)}


@cache
def _read(part: Part) -> tuple[tuple[Case, Observed], ...]:
    seen: Counter[str] = Counter()
    made = []
    for name in tables(part):
        table = TABLES[name]
        for row in table_rows(part, name):
            words = "/".join(row[column] for column in table.key if row.get(column))
            id_ = f"{name}/{row['source']}/{words}".replace(" ", "-")
            seen[id_] += 1
            if seen[id_] > 1:
                id_ = f"{id_}/{seen[id_]}"
            made.append((_case(id_, name, part, row), _found(table, row)))
    return tuple(made)


def _case(id_: str, name: str, part: Part, row: dict[str, str]) -> Case:
    table = TABLES[name]
    hidden = {*table.hidden, *_ALWAYS_HIDDEN}
    given = {column: text for column, text in row.items() if column not in hidden}
    pieces = [piece for piece in table.what if all(row.get(c) for c in _COLUMN.findall(piece))]
    said = ", ".join(piece.format_map(given) for piece in pieces)
    said = said.replace("_", " ").replace("mean-after", "mean afterwards")
    return Case(
        id=id_,
        table=name,
        part=part,
        source=row["source"],
        mark=row["mark"],
        what=said,
        unit=row.get("unit") or table.unit.format_map(given),
        given=MappingProxyType(given),
    )


_COLUMN: Final = re.compile(r"{(\w+)}")

_SIGNS: Final[Mapping[str, Literal[-1, 0, 1]]] = MappingProxyType(
    {"up": 1, "more": 1, "unchanged": 0, "down": -1, "less": -1}
)


def _found(table: Table, row: dict[str, str]) -> Observed:
    note = "; ".join(row[column] for column in sorted(_ALWAYS_HIDDEN) if row.get(column))
    if table.kind == "direction":
        return Observed(sign=_SIGNS.get(row["direction"]), note=note)
    if table.kind == "course":
        return Observed(course=tuple(float(row[column]) for column in table.hidden), note=note)
    low, high = (_first(row, columns) for columns in (table.low, table.high))
    match row.get("relation"):
        case "above":
            high = None
        case "below":
            low = None
    return Observed(low=low, high=high, note=note)


def _first(row: dict[str, str], columns: str) -> float | None:
    for column in columns.split():
        if row.get(column):
            return float(row[column])
    return None
