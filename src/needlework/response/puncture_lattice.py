"""A regular pass of punctures, exactly: nearest neighbours, gaps, and several passes at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from needlework.errors import UsageError
from needlework.response.inputs import MOST_PASSES, Array, checked, one_number, whole

_MM2_PER_CM2: Final = 100


@dataclass(frozen=True, slots=True)
class Lattice:
    """Punctures of one pass: rows `across_mm` apart, holes `along_mm` apart in a row.

    Each row is shifted against the last by `stagger` of `along_mm`. All distances are exact.

    Examples
    --------
    >>> square = Lattice(along_mm=1.0, across_mm=1.0)
    >>> square.density_per_cm2, square.nearest_mm, round(square.gap_mm, 4)
    (100.0, 1.0, 0.7071)
    """

    along_mm: float
    across_mm: float
    stagger: float = 0.0

    def __post_init__(self) -> None:
        one_number(self.along_mm, "Pitch along a row in mm", above=True)
        one_number(self.across_mm, "Pitch across rows in mm", above=True)
        one_number(self.stagger, "Stagger of rows", high=1.0)

    @property
    def density_per_cm2(self) -> float:
        """Punctures of one pass, 1/cm²."""
        return _MM2_PER_CM2 / (self.along_mm * self.across_mm)

    @property
    def nearest_mm(self) -> float:
        """Distance of every puncture from its nearest neighbour."""
        return min(float(np.hypot(*step)) for step in self._steps_mm)

    @property
    def gap_mm(self) -> float:
        """Radius of the largest empty circle: no point of skin is further from a puncture."""
        a, b, c = (float(np.hypot(*step)) for step in self._steps_mm)
        return a * b * c / (2 * self.along_mm * self.across_mm)

    def gap_cdf(self, distance_mm: ArrayLike) -> Array:
        """Share of skin within `distance_mm` of a puncture of the pass.

        Parameters
        ----------
        distance_mm
            0 or more, any shape.

        Raises
        ------
        UsageError
            A distance is not finite or negative.

        Examples
        --------
        >>> round(Lattice(1.0, 1.0).gap_cdf(0.5).item() - np.pi / 4, 12)
        0.0
        """
        distance = checked(distance_mm, "Distance in mm")
        covered = np.zeros_like(distance)
        for height, half_side in self._triangles:
            covered += 2 * _in_triangle(distance, height, half_side)
        return np.asarray(np.minimum(covered / (self.along_mm * self.across_mm), 1.0))

    @property
    def gap_mean_mm(self) -> float:
        """Mean distance of a point of skin from the nearest puncture of the pass."""
        total = 0.0
        for height, half_side in self._triangles:
            corner = float(np.hypot(height, half_side))
            arc = corner * half_side / height**2 + float(np.log((corner + half_side) / height))
            total += 2 / 3 * height**3 * arc
        return total / (self.along_mm * self.across_mm)

    @property
    def _triangles(self) -> list[tuple[float, float]]:
        """The cell of skin nearest to one puncture, cut from its middle to its sides.

        It is a hexagon with its sides halfway to the six nearest neighbours and its corners all
        at the gap's radius: three pairs of triangles, each as height and half a side.
        """
        u, v, w = self._steps_mm
        opposite = ((w, u @ v), (u, v @ (v - u)), (v, u @ (u - v)))
        area = self.along_mm * self.across_mm
        # Half a side is the gap's radius times the cosine of the angle that faces the step; from
        # the dot product it keeps its digits where that angle is nearly right.
        return [
            (float(length) / 2, max(float(dot * length / (2 * area)), 0.0))
            for length, dot in ((np.hypot(*step), dot) for step, dot in opposite)
        ]

    @property
    def _steps_mm(self) -> tuple[Array, Array, Array]:
        """Sides of the acute (or right) triangle that tiles the lattice."""
        u = np.array([self.along_mm, 0.0])
        v = np.array([self.stagger * self.along_mm, self.across_mm])
        # Lagrange's reduction: after it the two shortest steps of the lattice remain.
        while True:
            if u @ u > v @ v:
                u, v = v, u
            whole_steps = np.round((u @ v) / (u @ u))
            if whole_steps == 0:
                break
            v = v - whole_steps * u
        if u @ v < 0:
            v = -v
        return u, v, u - v


def _in_triangle(distance: Array, height: float, half_side: float) -> Array:
    """Area of a disc within the triangle from its centre to a side `height` away."""
    opening = float(np.arctan2(half_side, height))
    corner = float(np.hypot(height, half_side))
    # Between, the disc reaches beyond the side: a triangle, and a sector to either side of it.
    cut = np.maximum(np.minimum(distance, corner), height)
    between = height * np.sqrt(cut**2 - height**2) + cut**2 * (opening - np.arccos(height / cut))
    return np.where(
        distance <= height,
        opening * distance**2,
        np.where(distance >= corner, height * half_side, between),
    )


def roller_lattice(
    needles: int, rows: int, drum_diameter_mm: float, drum_width_mm: float, stagger: float
) -> Lattice:
    """One pass of a roller: the drum's needles rolled out on skin.

    Parameters
    ----------
    needles, rows
        Needles on the drum in `rows` rings; rows must share them evenly.
    drum_diameter_mm, drum_width_mm
        Above 0.
    stagger
        How far each ring is turned against the last, 0 to 1 of its pitch.

    Raises
    ------
    UsageError
        The needles do not fill the rows evenly, or a number is out of its domain.

    Examples
    --------
    >>> mf8 = roller_lattice(192, 8, 20.0, 20.0, stagger=0.5)
    >>> round(mf8.density_per_cm2, 2), round(360 / (192 / 8))
    (15.28, 15)
    """
    whole(needles, "Needles")
    whole(rows, "Rows of needles")
    if needles % rows:
        raise UsageError(
            f"{needles} needles do not fill {rows} rows evenly.",
            hint="Give the needles and rows that the maker states.",
        )
    one_number(drum_diameter_mm, "Drum diameter in mm", above=True)
    one_number(drum_width_mm, "Drum width in mm", above=True)
    pitch = np.pi * drum_diameter_mm / (needles // rows)
    return Lattice(along_mm=float(pitch), across_mm=drum_width_mm / rows, stagger=stagger)


def passes_gap_cdf(lattice: Lattice, passes: int, distance_mm: ArrayLike) -> Array:
    """Share of skin within `distance_mm` of a puncture after `passes`, each laid at random.

    Exact, whatever the directions: with independent random offsets the chance of being missed
    by all is the product of the chances of being missed by each. Many passes tend to
    `random_gap_cdf`.

    Raises
    ------
    UsageError
        Passes or distances are out of their domain.

    Examples
    --------
    >>> mf8 = roller_lattice(192, 8, 20.0, 20.0, stagger=0.5)
    >>> passes_gap_cdf(mf8, 15, [0.3, 0.6]).round(3).tolist()
    [0.484, 0.942]
    """
    whole(passes, "Passes", high=MOST_PASSES)
    return np.asarray(1 - (1 - lattice.gap_cdf(distance_mm)) ** passes)


def passes_area_fraction(lattice: Lattice, passes: int, hole_radius_mm: ArrayLike) -> Array:
    """Punctured share after `passes` of a lattice: `passes_gap_cdf` at the hole's radius.

    Raises
    ------
    UsageError
        Passes or radii are out of their domain.

    Examples
    --------
    >>> mf8 = roller_lattice(192, 8, 20.0, 20.0, stagger=0.5)
    >>> round(passes_area_fraction(mf8, 15, 0.035).item(), 5)
    0.00878
    """
    return passes_gap_cdf(lattice, passes, hole_radius_mm)
