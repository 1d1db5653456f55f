"""What the pages of the models share: their head, intervals in columns, figures that are fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import floor, log10
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from needlework.cli.text.client import Words, foot, head
from needlework.cli.text.paper import Paper, page
from needlework.cli.text.words import unit as unit_words
from needlework.evidence import Cited, CitedText, Knowledge

if TYPE_CHECKING:
    from needlework.cli.response.answers.parts import Interval, Times

_LANGUAGE: Final = "en"
_FIGURES: Final = 2
"""As many as the intervals can bear; whole numbers keep all of theirs."""
_UNITS: Final = {"cm3/cm2": "cm³ per cm²", "d": "days", "h": "hours"}
_LEAST_PERCENT: Final = 0.1
_SMALL: Final = 1e-4
_DAYS_FROM: Final = 96
"""From so many hours on a time is told in days beside."""


def told_page(
    told: Struct,
    knowledge: Knowledge,
    title: str,
    draw: Callable[[Paper], None],
    *,
    with_why: bool,
) -> bytes:
    """A page about an answer: what it is, from which knowledge, and how sure that is."""
    words = Words(knowledge, _LANGUAGE)

    def whole(paper: Paper) -> None:
        head(paper, words, title)
        draw(paper)
        foot(paper, words, told, with_why=with_why)

    return page(whole)


# --- figures ----------------------------------------------------------------------------------


def figure(value: float) -> str:
    """A number with two significant figures, or as many as its whole part has.

    >>> figure(0.01234), figure(1.26), figure(4711.4), figure(0.0), figure(4.8e-7)
    ('0.012', '1.3', '4,711', '0', '4.8e-7')
    """
    if value == 0:
        return "0"
    if abs(value) < _SMALL:
        return f"{value:.1e}".replace("e-0", "e-")
    decimals = max(0, _FIGURES - 1 - floor(log10(abs(value))))
    shown = f"{value:,.{decimals}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def share(value: float) -> str:
    """A share in per cent, of which too little to matter is only said to be little.

    >>> share(12.34), share(0.000001), share(0.0)
    ('12', '<0.1', '0')
    """
    return "<0.1" if 0 < value < _LEAST_PERCENT else figure(value)


def between(low: float, high: float, *, unit: str = "") -> str:
    """Two ends, which are one where they look the same.

    >>> between(0.1, 0.25), between(2.0, 2.0), between(0.0001, 4.7, unit="%")
    ('0.1 to 0.25', '2', '<0.1 to 4.7')
    """
    shown = share if unit == "%" else figure
    first, last = shown(low), shown(high)
    return first if first == last else f"{first} to {last}"


def percent(share: float) -> str:
    """A share as whole per cent, never rounded to none or all.

    >>> percent(0.5), percent(0.001), percent(0.9999), percent(1.0)
    ('50 %', 'under 1 %', 'over 99 %', '100 %')
    """
    if 0 < share < 0.01:
        return "under 1 %"
    if 0.99 < share < 1:
        return "over 99 %"
    return f"{share:.0%}".replace("%", " %")


def unit(name: str) -> str:
    """A unit as it is written beside an interval."""
    return _UNITS.get(name) or unit_words(name)


def cited(number: Cited) -> str:
    """A number of a claim with its unit."""
    return f"{figure(number.value)} {unit_words(number.unit, number.value)}"


# --- parts ------------------------------------------------------------------------------------


def intervals(
    paper: Paper, rows: Iterable[tuple[str, Interval | None]], *, first: str = ""
) -> None:
    """Quantities in rows: median, 80 % and 95 %, each with its unit; None is not known."""
    cells = []
    for label, said in rows:
        if said is None:
            cells.append((label, "not known", "", "", ""))
            continue
        cells.append(
            (
                label,
                between(said.median, said.median, unit=said.unit),
                between(said.low_80, said.high_80, unit=said.unit),
                between(said.low_95, said.high_95, unit=said.unit),
                unit(said.unit),
            )
        )
    paper.table((first, "Median", "80 % of draws", "95 % of draws", "Unit"), cells)


def hours_table(paper: Paper, rows: Iterable[tuple[str, Times]], first: str = "") -> None:
    """Times by which people are there, in hours, long ones with their days."""
    paper.table(
        (first, "Half of people", "90 %", "97.5 %"),
        [(label, hours(t.half), hours(t.most), hours(t.nearly_all)) for label, t in rows],
    )


def hours(value: float) -> str:
    """A time in hours; in days too where hours say little.

    >>> hours(6.04), hours(240)
    ('6 h', '240 h (10 d)')
    """
    shown = f"{figure(value)} h"
    return f"{shown} ({figure(value / 24)} d)" if value >= _DAYS_FROM else shown


def notes(paper: Paper, lines: Sequence[str], *, apart: bool = True) -> None:
    """What to bear in mind, line by line; `apart` from what stands above."""
    if not lines:
        return
    if apart:
        paper.gap()
    paper.pairs([("–", line) for line in lines])


def cited_notes(paper: Paper, texts: Iterable[CitedText], *, apart: bool = True) -> None:
    """The same from claims."""
    notes(paper, [text.text for text in texts], apart=apart)


def draws_line(draws: int, seed: int) -> str:
    """How an answer was drawn.

    >>> draws_line(1000, 1)
    '1,000 draws of what is not known, seed 1.'
    """
    return f"{draws:,} draws of what is not known, seed {seed}."


def missing(paper: Paper, claims: Sequence[str]) -> None:
    """Claims that an answer would need and that no source gives."""
    said = [
        f"Not known: {claim.rpartition('.')[2].replace('-', ' ')} ({claim})" for claim in claims
    ]
    notes(paper, said, apart=False)
