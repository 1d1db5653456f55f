"""How deep a needle goes, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needlework.cli.text.paper import Paper
from needlework.cli.text.response import (
    between,
    draws_line,
    figure,
    intervals,
    notes,
    percent,
    told_page,
)
from needlework.cli.text.words import Names, words
from needlework.evidence import Knowledge

if TYPE_CHECKING:
    from needlework.cli.response.answers.penetration import Depths, NoDepths
    from needlework.response.forecast import Person, Way


def setting_line(way: Way, names: Names) -> str:
    """What is set and where, in a line."""
    needles = "" if way.needles is None else f", {way.needles} needles"
    passes = "1 pass" if way.passes == 1 else f"{way.passes} passes"
    return (
        f"{names.zone(way.zone)} with {names.device(way.device)}{needles}, "
        f"set to {figure(way.depth_mm)} mm, {passes}"
    )


def person_line(person: Person) -> str:
    """Of whom it is told."""
    sex = "either sex" if person.sex is None else person.sex
    age = "" if person.age_years is None else f", {person.age_years:g} years old"
    return f"People of whom no more is known: {sex}{age}."


def proxy_line(proxy: str, names: Names) -> str:
    """That another zone's skin stands in."""
    return (
        f"This zone's dermis was never measured: that of {names.zone(proxy).lower()} stands in, "
        "with a wider interval."
    )


def depths_page(told: Depths | NoDepths, knowledge: Knowledge, *, with_why: bool) -> bytes:
    """The whole page."""
    from needlework.cli.response.answers.penetration import NoDepths

    names = Names(knowledge)

    def draw(paper: Paper) -> None:
        paper.gap()
        paper.line(setting_line(told.way, names))
        if isinstance(told, NoDepths):
            paper.gap()
            paper.line(("No answer: nobody measured this zone's skin, and no zone stands in.",
                        "bold"))  # fmt: skip
            return
        paper.line((f"{person_line(told.person)} {draws_line(told.draws, told.seed)}", "dim"))
        _lengths(paper, told)
        _layers(paper, told)
        notes(paper, _remarks(told, names))

    return told_page(told, knowledge, "Needle, channel and layer", draw, with_why=with_why)


def _lengths(paper: Paper, told: Depths) -> None:
    paper.heading("Three lengths, and the dose")
    intervals(
        paper,
        [
            ("needle travels", told.travel),
            ("channel stays open to", told.channel),
            ("punctures", told.density),
            ("injured dermis", told.injured_volume),
        ],
    )


def _layers(paper: Paper, told: Depths) -> None:
    chance = next(layer.tip for layer in told.layers if layer.name == told.likeliest)
    paper.heading("Layer reached", f"likeliest: {words(told.likeliest)}, {percent(chance)}")
    rows = []
    for layer in told.layers:
        ends = layer.ends
        if not (layer.tip or layer.channel):
            continue
        floor = "" if ends is None else f"{figure(ends.median)} mm"
        spread = "" if ends is None else f"{between(ends.low_80, ends.high_80)} mm"
        rows.append((words(layer.name), percent(layer.tip), percent(layer.channel), floor, spread))
    paper.table(("Layer", "Tip in it", "Channel to it", "Ends at", "80 % of draws"), rows)


def _remarks(told: Depths, names: Names) -> list[str]:
    said = []
    if told.proxy is not None:
        said.append(proxy_line(told.proxy, names))
    if told.density is None:
        said.append("The device's needles or rate are not known: there is no density and no dose.")
    return said
