"""Elastin after needling: studies that disagree, and no curve."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from importlib.resources import files
from typing import Literal, cast

import msgspec

from needlework.errors import UsageError
from needlework.evidence import Claim

Direction = Literal["up", "down", "unchanged"]


class ElastinStudy(msgspec.Struct, frozen=True, kw_only=True):
    """What one study saw of total elastin."""

    source: str
    people: int
    sessions: int
    read_day_after_last: float | None
    """Days from the last session to the biopsy; None where the abstract does not say."""
    direction: Direction
    finding: str


class Elastin(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no answer: `direction` is what the claim says, `studies` what it rests on."""

    direction: str
    studies: tuple[ElastinStudy, ...]


def elastin(claims: Mapping[str, Claim]) -> Elastin:
    """Which way elastin goes: that it is uncertain, with the studies on every side.

    Parameters
    ----------
    claims
        Parameters of the model ``"healing"``.

    Raises
    ------
    UsageError
        The claim says something other than the studies do.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.parameters import parameters
    >>> said = elastin(parameters(load_knowledge(), "healing"))
    >>> said.direction, sorted({study.direction for study in said.studies})
    ('uncertain', ['down', 'unchanged', 'up'])
    """
    studies = tuple(_studies())
    ways = {study.direction for study in studies}
    said = claims["elastin-direction"].word
    rests_on = ways.pop() if len(ways) == 1 else "uncertain"
    if said != rests_on:
        raise UsageError(
            f"Elastin is claimed to be {said!r}, where the studies come to {rests_on!r}.",
            hint="Set response.healing.elastin-direction as the studies have it.",
        )
    return Elastin(direction=said, studies=studies)


def _studies() -> list[ElastinStudy]:
    path = files("needlework.response") / "data" / "verification" / "collagen_elastin.csv"
    return [
        ElastinStudy(
            source=row["source"],
            people=int(row["people"]),
            sessions=int(row["sessions"]),
            read_day_after_last=_day(row["read_day_after_last"]),
            direction=cast("Direction", row["direction"]),
            finding=row["finding"],
        )
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    ]


def _day(text: str) -> float | None:
    return float(text) if text else None
