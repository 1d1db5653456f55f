"""Punctures as text: how many, how they lie, what they miss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needlework.cli.text.paper import Paper
from needlework.cli.text.response import (
    draws_line,
    figure,
    intervals,
    missing,
    notes,
    percent,
    told_page,
)
from needlework.cli.text.words import Names
from needlework.evidence import Knowledge

if TYPE_CHECKING:
    from needlework.cli.response.answers.puncture import Maps, NoPunctures, Punctures


def punctures_page(told: Punctures | NoPunctures, knowledge: Knowledge, *, with_why: bool) -> bytes:
    """The whole page."""
    from needlework.cli.response.answers.puncture import NoPunctures

    names = Names(knowledge)

    def draw(paper: Paper) -> None:
        paper.gap()
        passes = "1 pass" if told.passes == 1 else f"{told.passes} passes"
        paper.line(f"{names.device(told.device)}, {passes}")
        if isinstance(told, NoPunctures):
            paper.gap()
            paper.line(("No answer: the device is not known well enough.", "bold"))
            missing(paper, told.missing)
            if any(claim.endswith(".needles") for claim in told.missing):
                notes(
                    paper, ["Give --needles where the cartridge says how many it has."], apart=False
                )
            return
        paper.line((draws_line(told.draws, told.seed), "dim"))
        _formula(paper, told)
        _distances(paper, told)
        if told.maps is not None:
            _maps(paper, told, told.maps, names)
        notes(paper, _remarks(told, names))
        if told.maps_missing:
            notes(paper, ["No map can be laid:"], apart=False)
            missing(paper, told.maps_missing)

    return told_page(told, knowledge, "Puncture pattern", draw, with_why=with_why)


def _reach(told: Punctures) -> str:
    return f"within {figure(told.reach_mm)} mm"


def _formula(paper: Paper, told: Punctures) -> None:
    paper.heading("By formula", "punctures that lie at random")
    intervals(
        paper,
        [
            ("punctures", told.density),
            ("skin punctured", told.area_fraction),
            (f"missed: none {_reach(told)}", told.missed),
            (f"over-treated: {told.overtreated_from} or more", told.overtreated),
        ],
    )


def _distances(paper: Paper, told: Punctures) -> None:
    paper.heading("Distance to the nearest puncture", "from skin and from a puncture alike")
    rows = [(f"{percent(each.share)} of skin within", each.distance) for each in told.distances]
    intervals(paper, rows)


def _maps(paper: Paper, told: Punctures, maps: Maps, names: Names) -> None:
    place = maps.place if "×" in maps.place else names.zone(maps.place)
    many = "1 map" if maps.maps == 1 else f"{maps.maps} maps"
    paper.heading(f"By map: {place}", f"{figure(maps.area_cm2)} cm², {many}")
    intervals(
        paper,
        [
            ("punctures", maps.density),
            ("skin punctured", maps.area_fraction),
            (f"missed: none {_reach(told)}", maps.missed),
            (f"over-treated: {told.overtreated_from} or more", maps.overtreated),
        ],
    )
    paper.heading("Distances on the map nearest the middle", f"{maps.punctures_drawn:,} punctures")
    paper.table(
        ("Share", "Skin to the nearest puncture", "Puncture to its neighbour"),
        [
            (percent(each.share), f"{figure(each.gap_mm)} mm", f"{figure(each.nearest_mm)} mm")
            for each in maps.distances
        ],
    )


def _remarks(told: Punctures, names: Names) -> list[str]:
    said = [
        (
            f"Reach, {figure(told.reach_mm)} mm, is the circle that holds one puncture at the "
            "density aimed at. Over-treated marks where a pattern is uneven; it is no limit of "
            "safety."
        )
    ]
    if told.kind == "pen":
        said.append(
            "No source gives a pen's glide speed or the width that it sweeps: most of the "
            "interval comes from them."
        )
    if told.diameter_of is not None:
        said.append(
            "How thick this device's needles are is not known: the diameter is that of "
            f"“{names.device(told.diameter_of)}”."
        )
    if told.maps is not None and "×" not in told.maps.place:
        said.append("The outline is a scheme seen from the front; skin that turns away is more.")
    return said
