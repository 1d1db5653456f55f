"""The edge of a zone in millimetres: corners given, a rectangle, or the path of a drawing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from needlework.errors import UsageError
from needlework.response.inputs import FARTHEST, Array, checked, one_number

_MM2_PER_CM2: Final = 100
_CURVE_STEPS: Final = 8
_NUMBER: Final = re.compile(r"[MLCVHZ]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|(\S)")
_TAKES: Final = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Z": 0}


@dataclass(frozen=True, slots=True)
class Outline:
    """A zone's edge in mm: closed rings, of which inner ones are holes; y grows downwards."""

    rings: tuple[Array, ...]
    """Each of shape (corners, 2), the first corner not repeated."""

    def __post_init__(self) -> None:
        if not self.rings:
            raise UsageError("An outline has no ring.", hint="Give at least three corners.")
        for ring in self.rings:
            checked(ring, "Corner of an outline in mm", low=-FARTHEST)
            if ring.ndim != 2 or ring.shape[0] < 3 or ring.shape[1] != 2:
                raise UsageError(
                    "A ring of an outline needs three corners or more.",
                    hint="Give corners as rows of x and y in mm.",
                )
        if not self.area_cm2 > 0:
            raise UsageError("An outline holds no area.", hint="Check its corners.")

    @property
    def area_cm2(self) -> float:
        """Area within, holes taken out."""
        areas = sorted((abs(_shoelace_mm2(ring)) for ring in self.rings), reverse=True)
        return (areas[0] - sum(areas[1:])) / _MM2_PER_CM2

    @property
    def bounds_mm(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        corners = np.concatenate(self.rings)
        left, top = corners.min(axis=0)
        right, bottom = corners.max(axis=0)
        return float(left), float(top), float(right), float(bottom)

    def holds(self, points_mm: Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which points, of shape (points, 2), lie within, by crossing number.

        Examples
        --------
        >>> rectangle_mm(10, 20).holds(np.array([[5.0, 5.0], [11.0, 5.0]])).tolist()
        [True, False]
        """
        points_mm = checked(points_mm, "Point of skin in mm", low=-FARTHEST)
        if points_mm.ndim != 2 or points_mm.shape[1] != 2:
            raise UsageError(
                f"Points of the shape {points_mm.shape} lie on no skin.",
                hint="Give points as rows of x and y in mm.",
            )
        order = np.argsort(points_mm[:, 1])
        x, y = points_mm[order, 0], points_mm[order, 1]
        crossed = np.zeros(len(points_mm), dtype=np.bool_)
        for ring in self.rings:
            for (x0, y0), (x1, y1) in pairwise([*ring, ring[0]]):
                # In order of height an edge concerns one stretch of points alone.
                here = slice(*np.searchsorted(y, (min(y0, y1), max(y0, y1))))
                crossed[here] ^= x[here] < (x1 - x0) * (y[here] - y0) / ((y1 - y0) or 1.0) + x0
        inside = np.empty_like(crossed)
        inside[order] = crossed
        return inside


def _shoelace_mm2(ring: Array) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def outline_mm(corners_mm: ArrayLike) -> Outline:
    """An outline from one ring of corners in mm, shape (corners, 2).

    Raises
    ------
    UsageError
        There are fewer than three corners, or they hold no area.

    Examples
    --------
    >>> outline_mm([[0, 0], [30, 0], [0, 20]]).area_cm2
    3.0
    """
    return Outline((checked(corners_mm, "Corner of an outline in mm", low=-FARTHEST),))


def rectangle_mm(width_mm: float, height_mm: float) -> Outline:
    """A rectangle from the origin.

    Raises
    ------
    UsageError
        A side is not above 0.

    Examples
    --------
    >>> rectangle_mm(30, 20).area_cm2
    6.0
    """
    one_number(width_mm, "Width in mm", above=True)
    one_number(height_mm, "Height in mm", above=True)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * [width_mm, height_mm]
    return outline_mm(corners)


def outline_from_path(path: str, mm_per_unit: float) -> Outline:
    """An outline from an SVG path in absolute commands M, L, H, V, C and Z.

    Parameters
    ----------
    path
        The path's `d`: one or more closed rings; curves become short straight lines.
    mm_per_unit
        Scale of the drawing, above 0: claim ``response.puncture.face-map-scale`` for the face.

    Raises
    ------
    UsageError
        The path has other commands, is cut short, or holds no area.

    Examples
    --------
    >>> outline_from_path("M0 0H10V10H0Z", mm_per_unit=2.0).area_cm2
    4.0
    """
    if type(path) is not str:
        raise UsageError("A path is no text.", hint="Give the path of a zone as it is drawn.")
    one_number(mm_per_unit, "Millimetres to a unit", above=True)
    rings = [np.array(ring) * mm_per_unit for ring in _rings(path)]
    return Outline(tuple(rings))


def _rings(path: str) -> list[list[tuple[float, float]]]:
    rings: list[list[tuple[float, float]]] = []
    for command, numbers in _commands(path):
        if command == "Z":
            continue
        if command == "M":
            rings.append([(numbers[0], numbers[1])])
            continue
        if not rings:
            raise UsageError("A path must begin with M.", hint="Give the path of a zone.")
        here = rings[-1][-1]
        match command:
            case "L":
                rings[-1].append((numbers[0], numbers[1]))
            case "H":
                rings[-1].append((numbers[0], here[1]))
            case "V":
                rings[-1].append((here[0], numbers[0]))
            case _:
                rings[-1].extend(_curve(here, numbers))
    # A ring that returns to its start would count that corner twice.
    return [ring[:-1] if ring[0] == ring[-1] else ring for ring in rings]


def _commands(path: str) -> Iterator[tuple[str, list[float]]]:
    command, numbers = "", list[float]()
    for match in _NUMBER.finditer(path.replace(",", " ")):
        word = match.group()
        if match.group(1) or (not command and word not in _TAKES):
            raise UsageError(
                f"A path holds {word!r}.", hint="Give absolute commands M, L, H, V, C and Z only."
            )
        if word in _TAKES:
            if numbers:
                break
            command = word
            if word == "Z":
                yield word, []
            continue
        numbers.append(float(word))
        if len(numbers) == _TAKES[command]:
            yield command, numbers
            # Further pairs after a move are lines.
            command, numbers = ("L" if command == "M" else command), []
    if numbers:
        raise UsageError("A path is cut short.", hint="Give all the numbers of each command.")


def _curve(start: tuple[float, float], numbers: Sequence[float]) -> list[tuple[float, float]]:
    """A cubic curve as short straight lines, its start left out."""
    x, y = (np.array([start[axis], *numbers[axis::2]]) for axis in (0, 1))
    t = np.arange(1, _CURVE_STEPS + 1) / _CURVE_STEPS
    weights = np.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    return list(zip((x @ weights).tolist(), (y @ weights).tolist(), strict=True))
