"""Ingredients as text: a rank with its chance, an interval, and never an amount."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from needlework.cli.text.paper import Paper, page
from needlework.cli.text.response import (
    between,
    draws_line,
    figure,
    missing,
    notes,
    percent,
    told_page,
)
from needlework.cli.text.words import Names
from needlework.evidence import Knowledge

if TYPE_CHECKING:
    from needlework.cli.response.answers.absorption import Gain, Listed, NotRanked, Ranked


def ranked_page(told: Ranked | NotRanked, knowledge: Knowledge, *, with_why: bool) -> bytes:
    """The whole page."""
    from needlework.cli.response.answers.absorption import NotRanked

    names = Names(knowledge)

    def draw(paper: Paper) -> None:
        paper.gap()
        passes = "1 pass" if told.passes == 1 else f"{told.passes} passes"
        if isinstance(told, NotRanked):
            paper.line(f"{names.device(told.device)}, {passes}")
            paper.gap()
            paper.line(("No answer: how many holes it makes is not known.", "bold"))
            missing(paper, told.missing)
            return
        where = "" if told.zone is None else f"{names.zone(told.zone)} with "
        paper.line(
            f"{where}{names.device(told.device)}, set to {figure(told.depth_mm)} mm, {passes}; "
            f"product on at once, for {figure(told.hours)} hours"
        )
        paper.line((draws_line(told.draws, told.seed), "dim"))
        _ranked(paper, told)
        _outside(paper, told)
        paper.heading("To bear in mind")
        notes(paper, _remarks(told, names), apart=False)

    return told_page(told, knowledge, "Gain in uptake by needling", draw, with_why=with_why)


def _ranked(paper: Paper, told: Ranked) -> None:
    note = (
        "" if told.order_chance is None else f"this whole order holds: {percent(told.order_chance)}"
    )
    paper.heading("Ranked, the one that gains most first", note)
    if not told.ranked:
        notes(paper, ["None of these lies within what the model was calibrated on."], apart=False)
        return
    rows = [
        (
            f"{gain.rank}",
            gain.name,
            *_times(gain),
            "" if gain.rank_chance is None else percent(gain.rank_chance),
            "" if gain.more_than_next is None else percent(gain.more_than_next),
            percent(gain.gains_nothing),
        )
        for gain in told.ranked
    ]
    heads = ("Rank", "Ingredient", "Gain", "80 %", "This rank", "Above next", "Gains nothing")
    paper.table(heads, rows)


def _outside(paper: Paper, told: Ranked) -> None:
    if not told.outside:
        return
    paper.heading("Outside the calibration", "no rank; the interval is carried on from elsewhere")
    rows = [(gain.name, *_times(gain), percent(gain.gains_nothing)) for gain in told.outside]
    paper.table(("Ingredient", "Gain", "80 %", "Gains nothing"), rows)


def _times(gain: Gain) -> tuple[str, str]:
    said = gain.times
    return f"{figure(said.median)} ×", f"{between(said.low_80, said.high_80)} ×"


def _remarks(told: Ranked, names: Names) -> list[str]:
    said = [
        (
            "Gain is uptake through needled skin over uptake through intact skin, from the same "
            "product. It is no amount, and much of next to nothing is little."
        ),
        (
            "The order of kinds stands (what is charged or loves water gains, what loves fat does "
            "not); on how large a gain is, experiments lie far apart."
        ),
        "A rank is not advice: only products made and licensed for needled skin go on it.",
    ]
    if told.age_assumed:
        said.append(f"Channels close as at {figure(told.age_years)} years; --age says otherwise.")
    if told.zone is not None and told.through_horny_layer is None:
        said.append("Nobody measured this zone's skin: whether channels pass it is not known.")
    elif told.zone is not None and told.through_horny_layer is not None:
        said.append(
            f"Channels pass the horny layer of {names.zone(told.zone).lower()} in "
            f"{percent(told.through_horny_layer)} of draws; where they do not, nothing gains."
        )
    return said


def listed_page(listed: Sequence[Listed]) -> bytes:
    """What may be asked for."""

    def draw(paper: Paper) -> None:
        rows = [
            (
                one.id,
                one.name,
                f"{figure(one.molar_mass)} g/mol",
                "none" if one.log_p is None else f"{one.log_p:g}",
                "yes" if one.calibrated else "no",
            )
            for one in listed
        ]
        paper.table(("Id", "Name", "Molar mass", "log P", "Ranked"), rows)

    return page(draw)
