"""A picture of a puncture map, readable without colour and without sight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final
from xml.sax.saxutils import escape

import numpy as np

from needlework.errors import UsageError
from needlework.response.inputs import Array, one_number, whole
from needlework.response.puncture_map import FRINGE_MM, Coverage, PunctureMap


@dataclass(frozen=True, slots=True)
class MapWords:
    """Words on the picture, in the reader's language."""

    title: str
    description: str
    """What the picture shows, in a sentence or two, for who cannot see it."""
    scale: str
    """Below the scale bar, such as "10 mm"."""
    detail: str
    """Above the magnified square, such as "detail, 5 mm wide"."""
    missed: str
    overtreated: str
    thinned: str
    """Where not every puncture is drawn; `{n}` becomes how many stand for one."""


_WIDTH: Final = 720
_MARGIN: Final = 16
_MAP_WIDTH: Final = 440
_DETAIL: Final = 216
_DETAIL_MM: Final = 5.0
_BAR_MM: Final = 10.0
_MOST_DRAWN: Final = 8_000
_MOST_MARKS: Final = 120
_CROSS: Final = "m-3.5-3.5l7 7m0-7l-7 7"
_RING: Final = "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0"


def draw_map_svg(
    made: PunctureMap,
    seen: Coverage,
    words: MapWords,
    *,
    hole_radius_mm: float,
    overtreated_from: int,
    name: str = "punctures",
) -> str:
    """A picture of a map: the zone with its punctures, and a magnified square at true size.

    Nothing rests on colour: missed points of skin are crosses, over-treated ones rings.

    Parameters
    ----------
    made, seen
        A map and what it covers; only points that `seen` sampled are marked.
    words
        What is written on it.
    hole_radius_mm, overtreated_from
        As `seen` was measured with.
    name
        Begins the ids within the picture; two on one page need two names.

    Returns
    -------
    str
        An SVG document with title and description for screen readers.

    Raises
    ------
    UsageError
        A number is out of its domain.

    Examples
    --------
    >>> from needlework.response.puncture_outline import rectangle_mm
    >>> from needlework.response.puncture_lattice import Lattice
    >>> from needlework.response.puncture_map import RollerPass, coverage, puncture_map
    >>> rng = np.random.default_rng(1)
    >>> made = puncture_map(rectangle_mm(40, 40), [RollerPass(Lattice(1.0, 1.0), 0)], 0.0, rng)
    >>> seen = coverage(made, hole_radius_mm=0.1, reach_mm=0.4, overtreated_from=4, rng=rng)
    >>> words = MapWords("A map", "Punctures.", "10 mm", "detail", "missed", "over", "1 of {n}")
    >>> picture = draw_map_svg(made, seen, words, hole_radius_mm=0.1, overtreated_from=4)
    >>> picture.startswith("<svg "), "<title" in picture
    (True, True)
    """
    one_number(hole_radius_mm, "Hole radius in mm", high=FRINGE_MM)
    whole(overtreated_from, "Least punctures that over-treat")
    if not len(made.punctures_mm):
        raise UsageError("A map has no puncture to draw.", hint="Give more passes or area.")
    left, top, right, bottom = made.outline.bounds_mm
    unit = _MAP_WIDTH / max(right - left, bottom - top)
    height = max(round((bottom - top) * unit) + 44, _DETAIL + 110) + 2 * _MARGIN

    def place(points_mm: Array) -> Array:
        return np.asarray((points_mm - [left, top]) * unit + _MARGIN)

    every = max(ceil(len(made.punctures_mm) / _MOST_DRAWN), 1)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="{name}-title {name}-description" font-family="sans-serif" '
        'font-size="13" fill="#111" stroke-linecap="round">'
    )
    parts = [
        opening,
        f'<title id="{name}-title">{escape(words.title)}</title>',
        f'<desc id="{name}-description">{escape(words.description)}</desc>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        _edge([place(ring) for ring in made.outline.rings]),
        _dots(place(_thinned(made.punctures_mm, every))),
        _marks(place(seen.points_mm[seen.within_reach == 0]), _CROSS),
        _marks(place(seen.points_mm[seen.within_reach >= overtreated_from]), _RING),
        _bar(unit, height - _MARGIN - 20, words.scale),
        *_magnified(made, hole_radius_mm, words.detail, name),
        *_legend(words, every),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


def _thinned(points: Array, every: int) -> Array:
    # Shuffled, since every so-manieth of a regular pattern would be another pattern.
    order = np.random.default_rng(0).permutation(len(points))
    return np.asarray(points[order[::every]])


def _edge(rings: Sequence[Array]) -> str:
    drawn = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings)
    return f'<path d="{drawn}" fill="none" stroke="#111" stroke-width="1.5"/>'


def _dots(points: Array) -> str:
    drawn = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in points)
    return f'<path d="{drawn}" stroke="#555" stroke-width="1.3"/>'


def _marks(points: Array, shape: str) -> str:
    if not len(points):
        return ""
    few = points[:: ceil(len(points) / _MOST_MARKS)]
    return _mark("".join(f"M{x:.1f} {y:.1f}{shape}" for x, y in few))


def _mark(drawn: str) -> str:
    # Twice: a white edge parts a mark from the punctures about it.
    return "".join(
        f'<path d="{drawn}" fill="none" stroke="{ink}" stroke-width="{width}"/>'
        for ink, width in (("#fff", 4.5), ("#111", 1.6))
    )


def _bar(unit: float, y: float, words: str) -> str:
    long = _BAR_MM * unit
    return (
        f'<path d="M{_MARGIN} {y - 4}v8m0-4h{long:.1f}m0-4v8" fill="none" stroke="#111" '
        f'stroke-width="1.5"/><text x="{_MARGIN}" y="{y + 18}">{escape(words)}</text>'
    )


_DETAIL_LEFT: Final = _WIDTH - _MARGIN - _DETAIL
_DETAIL_TOP: Final = _MARGIN + 20


def _magnified(made: PunctureMap, hole_radius_mm: float, words: str, name: str) -> Iterator[str]:
    """A square about the puncture nearest the middle, its holes at their true size."""
    left, top, right, bottom = made.outline.bounds_mm
    away = made.punctures_mm - [(left + right) / 2, (top + bottom) / 2]
    corner = made.punctures_mm[np.argmin((away**2).sum(axis=1))] - _DETAIL_MM / 2
    unit = _DETAIL / _DETAIL_MM
    holes = (np.concatenate([made.punctures_mm, made.fringe_mm]) - corner) * unit
    radius = max(hole_radius_mm * unit, 0.8)
    shown = holes[((holes > -radius) & (holes < _DETAIL + radius)).all(axis=1)]
    yield f'<text x="{_DETAIL_LEFT}" y="{_MARGIN + 12}">{escape(words)}</text>'
    yield f'<clipPath id="{name}-square"><rect width="{_DETAIL}" height="{_DETAIL}"/></clipPath>'
    circles = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in shown)
    yield (
        f'<g transform="translate({_DETAIL_LEFT} {_DETAIL_TOP})">'
        f'<path clip-path="url(#{name}-square)" d="{circles}" stroke="#111" stroke-opacity="0.75" '
        f'stroke-width="{2 * radius:.1f}"/>'
        f'<rect width="{_DETAIL}" height="{_DETAIL}" fill="none" stroke="#111"/></g>'
    )


def _legend(words: MapWords, every: int) -> Iterator[str]:
    y = _DETAIL_TOP + _DETAIL + 28
    for shape, said in ((_CROSS, words.missed), (_RING, words.overtreated)):
        yield _mark(f"M{_DETAIL_LEFT + 6} {y - 4}{shape}")
        yield f'<text x="{_DETAIL_LEFT + 20}" y="{y}">{escape(said)}</text>'
        y += 24
    if every > 1:
        said = words.thinned.replace("{n}", str(every))
        yield f'<text x="{_DETAIL_LEFT}" y="{y}">{escape(said)}</text>'
