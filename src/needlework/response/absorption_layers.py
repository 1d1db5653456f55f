r"""Diffusion through layers with a shortcut that closes: many draws at a time, implicit in time.

A column of skin is cut into cells, finer where profiles are steep. What a cell holds is its
storage times `u`, the concentration in water that would stand in balance with it, which does not
jump where layers meet. Neighbours exchange by the series resistance of their halves, so that at
rest the whole column has exactly the series resistance of its layers. The donor on top loses to
the first cell and, through open channels, to the top of the last layer, from which blood clears.

Time steps are two implicit stages (SDIRK2). On these linear equations they move what TR-BDF2
moves, to the same rational function of the step: second order, and stiff parts die out in one
step. A stage is one symmetric tridiagonal solve over all draws end to end; the channel, which
closes the chain to a ring, is a change of rank one (Sherman and Morrison). Whatever leaves one
cell enters another in the same stage, so that mass is kept to rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from needlework.errors import UsageError
from needlework.response.inputs import Array, checked, one_a_draw, one_number, whole

Channel = Callable[[Array], ArrayLike] | ArrayLike
"""Open share left of the channels: a function of hours (times,) or values on `time_grid`.

Either gives the shape (times,) or (draws, times), between 0 and 1.
"""

CELLS: Final = (30, 34, 56)
"""Cells in stratum corneum, viable epidermis and dermis: 120."""
STEPS: Final = 32
"""Time steps: enhancements within a thousandth of those of a much finer grid."""

_GRADING: Final = 3.0
"""Power by which the time grid is drawn towards its start, where the donor meets empty skin."""
_STRETCH: Final = 40.0
"""Deepest cell of the last layer over its shallowest."""
_STAGE: Final = 1 - 1 / sqrt(2)
"""Share of a step that its first stage moves; the one that makes two stages L-stable."""
_AHEAD: Final = (1 - _STAGE) / _STAGE
_GENTLE: Final = 4
"""First steps that are one stage each (backward Euler), which never overshoots. Two stages would
overdraw a film that empties within a step by a fifth. On the graded grid these steps are so
short that the order stays."""
_AT_ONCE: Final = 64
"""Draws marched together: what a stage reads stays in the processor's cache."""
_MOST_STEPS: Final = 100_000
_MOST_HOURS: Final = 1e15
"""Far beyond all rest; times beyond it would overflow."""


@dataclass(frozen=True, slots=True)
class Column:
    """Layers of skin from the surface down, one column a draw."""

    thickness_cm: tuple[float, ...]
    """Of each layer, above 0."""
    cells: tuple[int, ...]
    """Into which each layer is cut, at least 2."""
    conductivity: Array
    """Diffusivity times storage, cm²/h, shape (draws, layers), above 0."""
    storage: Array
    """What a cm³ of layer holds over what a cm³ of water does in balance, (draws, layers), > 0."""
    clearance_per_h: Array
    """Of the last layer by blood, in volumes of water a volume of tissue, (draws,), 0 or more."""
    open_base: bool = False
    """Whether a sink lies under the last layer, as in a diffusion cell; otherwise it is closed."""


@dataclass(frozen=True, slots=True)
class Donor:
    """What lies on the skin, in units of its own first concentration; each of shape (draws,)."""

    depth_cm: Array
    """Volume over area, above 0; infinite where the donor never runs down."""
    dissolves: Array
    """Highest concentration that is in solution; above 0, infinite where all is dissolved."""


@dataclass(frozen=True, slots=True)
class Course:
    """Where the substance is at each time, as concentration × cm of donor; (draws, times)."""

    hours: Array
    """Shape (times,), from 0."""
    taken: Array
    """Gone from the donor."""
    held: Array
    """In each layer, shape (draws, layers, times)."""
    cleared: Array
    """By blood."""
    passed: Array
    """Through the open base."""

    @property
    def imbalance(self) -> Array:
        """What the donor lost less what skin, blood and base hold, over the former's peak."""
        found = self.held.sum(axis=1) + self.cleared + self.passed
        return np.asarray((self.taken - found) / self.taken[:, -1:], dtype=np.float64)

    @property
    def beyond_surface(self) -> Array:
        """What got past the first layer: into deeper layers, blood or through the base."""
        return np.asarray(
            self.held[:, 1:].sum(axis=1) + self.cleared + self.passed, dtype=np.float64
        )


def time_grid(hours: float, steps: int = STEPS) -> Array:
    """Times from 0 to `hours`, closer together at the start.

    Parameters
    ----------
    hours
        Span, above 0.
    steps
        1 to 100,000.

    Returns
    -------
    NDArray
        Shape (steps + 1,).

    Raises
    ------
    UsageError
        The span or the count lies outside its domain.

    Examples
    --------
    >>> time_grid(24, 4).tolist()
    [0.0, 0.375, 3.0, 10.125, 24.0]
    """
    one_number(hours, "Hours to follow", high=_MOST_HOURS, above=True)
    whole(steps, "Time steps", high=_MOST_STEPS)
    return np.asarray(hours * (np.arange(steps + 1) / steps) ** _GRADING, dtype=np.float64)


def resting_flux(column: Column, share: ArrayLike = 0.0, hole_cm_h: ArrayLike = 0.0) -> Array:
    """Flux at rest from a donor held at 1 into a base held at 0, by series resistance.

    Parameters
    ----------
    column
        With an open base and no clearance, of two layers or more; those above the last are in
        parallel with what is open, and the last lies under both.
    share
        Area share that is open, 0 to 1, one or (draws,).
    hole_cm_h
        Its permeability in cm/h, 0 or more, one or (draws,).

    Returns
    -------
    NDArray
        Permeability in cm/h, shape (draws,).

    Raises
    ------
    UsageError
        A share, a permeability or a property of skin lies outside its domain, or counts do not
        agree.

    Examples
    --------
    >>> two = Column((0.001, 0.2), (4, 4), np.array([[1e-6, 1e-2]]), np.ones((1, 2)), np.zeros(1))
    >>> bool(np.isclose(resting_flux(two)[0], 1 / (0.001 / 1e-6 + 0.2 / 1e-2)))
    True
    """
    draws = _checked_column(column)
    if len(column.cells) == 1:
        raise UsageError("A single layer has nothing beside it.", hint="Give two layers or more.")
    opened = one_a_draw(share, "Open area share", draws, high=1.0)
    hole = one_a_draw(hole_cm_h, "Permeability of a channel in cm/h", draws)
    resistance = np.asarray(column.thickness_cm) / column.conductivity
    upper = (1 - opened) / resistance[:, :-1].sum(axis=1) + opened * hole
    return np.asarray(1 / (1 / upper + resistance[:, -1]), dtype=np.float64)


def follow(
    column: Column,
    donor: Donor,
    *,
    hours: float,
    channel: Channel = 0.0,
    share: ArrayLike = 0.0,
    always: ArrayLike = 0.0,
    hole_cm_h: ArrayLike = 0.0,
    steps: int = STEPS,
) -> Course:
    """The substance on its way from the donor through skin.

    Parameters
    ----------
    column, donor
        One column and donor a draw; all of them begin with empty skin.
    hours
        Span, above 0.
    channel
        What is left of the channels' openness at each time, 0 to 1. Values on a grid are those
        of ``time_grid(hours, steps)``; between its points they run straight.
    share
        Area share that channels open at the start, 0 to 1, one or (draws,).
    always
        Area share that is open without them and stays so, 0 to 1, one or (draws,).
    hole_cm_h
        Permeability of an open channel, in cm/h, 0 or more, one or (draws,).
    steps
        Of the time grid.

    Returns
    -------
    Course
        On ``time_grid(hours, steps)``.

    Raises
    ------
    UsageError
        A share, a permeability, the openness or a property of skin or donor lies outside its
        domain, or counts do not agree.

    Notes
    -----
    With ``a = always + (1 - always) × share × channel(t)``, the layers above the last conduct by
    ``1 - a`` of their area and what is open by ``a × hole_cm_h`` into the top of the last.

    Examples
    --------
    A slab in contact with a solution on one side fills up:

    >>> slab = Column((0.1,), (40,), np.array([[0.01]]), np.ones((1, 1)), np.zeros(1))
    >>> ample = Donor(np.array([np.inf]), np.array([np.inf]))
    >>> bool(abs(follow(slab, ample, hours=20).taken[0, -1] - 0.1) < 1e-6)
    True
    """
    draws = _checked(column, donor)
    grid = time_grid(hours, steps)
    area = one_a_draw(share, "Open area share", draws, high=1.0)
    kept = one_a_draw(always, "Area share that is always open", draws, high=1.0)
    if len(column.cells) == 1 and (area.any() or kept.any()):
        raise UsageError("A single layer has no channels.", hint="Give it no open area.")
    hole = one_a_draw(hole_cm_h, "Permeability of a channel in cm/h", draws)
    left = _openness(channel, grid, draws)
    cells = cut(column)
    parts = [
        _march(
            _made(column, cells, here),
            Donor(donor.depth_cm[here], donor.dissolves[here]),
            grid,
            [
                kept[here, None] + (1 - kept[here, None]) * area[here, None] * values[here]
                for values in left
            ],
            hole[here],
        )
        for here in (slice(at, at + _AT_ONCE) for at in range(0, draws, _AT_ONCE))
    ]
    taken, held, cleared, passed = (
        np.concatenate([part[kind] for part in parts]) for kind in range(4)
    )
    return Course(grid, taken, held, cleared, passed)


@dataclass(frozen=True, slots=True)
class Cut:
    """How a column is cut; the same for all draws."""

    size_cm: Array
    """Of each cell from the surface down; a point of size 0 lies above the last of the layers."""
    layer: NDArray[np.int_]
    """Of which each is a part."""
    starts: NDArray[np.int_]
    """First cell of each layer; of the last, the point where channels end."""


def cut(column: Column) -> Cut:
    """Cells of a column: even in the layers above, wider with depth in the last of several.

    Examples
    --------
    >>> two = Column((0.1, 0.2), (2, 3), np.ones((1, 2)), np.ones((1, 2)), np.zeros(1))
    >>> cut(two).size_cm[:3].tolist(), cut(two).starts.tolist()
    ([0.05, 0.05, 0.0], [0, 2])
    """
    sizes = []
    for number, (thickness, count) in enumerate(
        zip(column.thickness_cm, column.cells, strict=True)
    ):
        last = number > 0 and number == len(column.cells) - 1
        relative = np.exp(np.linspace(0, np.log(_STRETCH), count)) if last else np.ones(count)
        size = thickness * relative / relative.sum()
        sizes.append(np.concatenate([[0.0], size]) if last else size)
    counts = [len(size) for size in sizes]
    return Cut(
        size_cm=np.concatenate(sizes),
        layer=np.repeat(np.arange(len(sizes)), counts),
        starts=np.concatenate([[0], np.cumsum(counts)[:-1]]),
    )


def _made(column: Column, cells: Cut, here: slice) -> _Made:
    """Conductances and capacities of some draws."""
    resistance = cells.size_cm / column.conductivity[here][:, cells.layer] / 2
    links = np.empty((len(resistance), len(cells.size_cm) + 1))
    links[:, 0] = 1 / resistance[:, 0]
    links[:, 1:-1] = 1 / (resistance[:, :-1] + resistance[:, 1:])
    links[:, -1] = 1 / resistance[:, -1] if column.open_base else 0.0
    top = int(cells.starts[-1])
    clearing = np.zeros_like(resistance)
    clearing[:, top:] = column.clearance_per_h[here, None] * cells.size_cm[top:]
    return _Made(
        links=links,
        capacity=cells.size_cm * column.storage[here][:, cells.layer],
        clearing=clearing,
        top=top,
        starts=cells.starts,
    )


@dataclass(frozen=True, slots=True)
class _Made:
    links: Array
    """From the cell above, (draws, cells + 1); the first from the donor, the last to the base."""
    capacity: Array
    clearing: Array
    top: int
    """The point above the last layer, where channels end."""
    starts: NDArray[np.int_]


def _march(
    made: _Made, donor: Donor, grid: Array, shares: Sequence[Array], hole: Array
) -> tuple[Array, Array, Array, Array]:
    """`Course` of some draws; `shares` are open areas at both stages of each step."""
    draws, cells = made.capacity.shape
    state = np.zeros((draws, cells))
    sums = np.zeros((3, draws))
    taken, cleared, passed = (np.zeros((draws, len(grid))) for _ in range(3))
    held = np.zeros((draws, len(made.starts), len(grid)))
    work = _Work(made, donor, hole)
    for number, span in enumerate(np.diff(grid)):
        base, base_sums, part = state, sums, float(span)
        if number >= _GENTLE:
            part *= _STAGE
            mid, mid_sums = work.stage(part, shares[0][:, number], state, sums)
            # The second stage begins from what the first moved, stretched to the rest of the
            # step: so much of the slope at the first stage is part of the whole.
            base = state + _AHEAD * (mid - state)
            base_sums = sums + _AHEAD * (mid_sums - sums)
        state, sums = work.stage(part, shares[1][:, number], base, base_sums)
        taken[:, number + 1], cleared[:, number + 1], passed[:, number + 1] = sums
        held[:, :, number + 1] = np.add.reduceat(made.capacity * state, made.starts, axis=1)
    return taken, held, cleared, passed


class _Work:
    """One implicit stage, with the memory that it uses again and again."""

    def __init__(self, made: _Made, donor: Donor, hole: Array) -> None:
        from scipy.linalg import lapack  # heavy

        self._factor, self._solve = lapack.dpttrf, lapack.dpttrs
        self.made, self.donor, self.hole = made, donor, hole
        draws, cells = made.capacity.shape
        self.draws, self.rows = draws, cells + 1
        self.diagonal = np.empty((draws, self.rows))
        self.beside = np.zeros((draws, self.rows))
        # The second right-hand side is where the channel's two ends stand.
        self.sides = np.empty((2, draws, self.rows))
        self.ampleness = ~np.isfinite(donor.depth_cm)
        self.depth = np.where(self.ampleness, 1.0, donor.depth_cm)

    def stage(self, span: float, share: Array, state: Array, sums: Array) -> tuple[Array, Array]:
        """Where cells and sums are after an implicit step of `span` from what they were."""
        if not self.donor.dissolves.min() < 1 and not self.ampleness.any():
            return self._step(span, share, state, sums, np.zeros(self.draws, dtype=bool))
        # A donor in excess stays saturated while its amount lasts; it never refills, so that one
        # look at the end of the stage tells which of the two it was.
        enough = (1 - sums[0] / self.depth) > self.donor.dissolves
        fixed = self.ampleness | enough
        after, after_sums = self._step(span, share, state, sums, fixed)
        spent = enough & ~self.ampleness
        spent &= (1 - after_sums[0] / self.depth) < self.donor.dissolves
        if spent.any():
            again, again_sums = self._step(span, share, state, sums, fixed & ~spent)
            after = np.where(spent[:, None], again, after)
            after_sums = np.where(spent, again_sums, after_sums)
        return after, after_sums

    def _step(
        self, span: float, share: Array, state: Array, sums: Array, fixed: NDArray[np.bool_]
    ) -> tuple[Array, Array]:
        made, top = self.made, self.made.top
        links = span * made.links
        links[:, : top + 1] *= (1 - share)[:, None]
        channel = span * share * self.hole
        strength = np.minimum(self.donor.dissolves, 1.0)
        diagonal, beside, sides = self.diagonal, self.beside, self.sides
        inner, right = diagonal[:, 1:], sides[0, :, 1:]
        np.add(links[:, :-1], links[:, 1:], out=inner)
        inner += made.capacity
        inner += span * made.clearing
        np.multiply(made.capacity, state, out=right)
        np.negative(links[:, :-1], out=beside[:, :-1])
        sides[1] = 0.0
        sides[1, :, top + 1] = -1.0
        sides[1, :, 0] = np.where(fixed, 0.0, 1.0)
        diagonal[:, 0] = np.where(fixed, 1.0, self.depth + links[:, 0])
        sides[0, :, 0] = np.where(fixed, strength, self.depth - sums[0])
        if fixed.any():
            beside[fixed, 0] = 0.0
            right[:, 0] += np.where(fixed, links[:, 0] * strength, 0.0)
            inner[:, top] += np.where(fixed, channel, 0.0)
            right[:, top] += np.where(fixed, channel * strength, 0.0)
        both = channel.any()
        found = self._solved(2 if both else 1)
        if both:
            ring = np.where(fixed, 0.0, channel)
            jump, stretch = (each[:, 0] - each[:, top + 1] for each in found)
            # The donor's own end falls away where it is held: its row of the second side is 0.
            found[0] -= (ring * jump / (1 + ring * stretch))[:, None] * found[1]
        strengths, after = found[0, :, 0], found[0, :, 1:]
        into_skin = links[:, 0] * (strengths - after[:, 0])
        into_skin += channel * (strengths - after[:, top])
        gone = np.where(fixed, sums[0] + into_skin, self.depth * (1 - strengths))
        blood = sums[1] + span * np.einsum("dc,dc->d", made.clearing, after)
        base = sums[2] + links[:, -1] * after[:, -1]
        return after, np.stack([gone, blood, base])

    def _solved(self, count: int) -> Array:
        pivots, below, wrong = self._factor(self.diagonal.ravel(), self.beside.ravel()[:-1])
        if wrong:
            raise UsageError(
                "The column of skin cannot be solved: its properties lie too far apart.",
                hint="Look at thickness, conductivity and storage of its layers.",
            )
        found, _ = self._solve(pivots, below, self.sides[:count].reshape(count, -1).T)
        return np.ascontiguousarray(found.T).reshape(count, self.draws, self.rows)


def _openness(channel: Channel, grid: Array, draws: int) -> tuple[Array, Array]:
    """What is left of the channels at both stages of each step, shapes (draws, steps)."""
    stages = grid[:-1] + _STAGE * np.diff(grid), grid[1:]
    if callable(channel):
        given = [_share(channel(times)) for times in stages]
    else:
        values = _share(channel)
        if values.ndim == 0:
            values = np.full(len(grid), values)
        if values.shape not in {grid.shape, (draws, len(grid))}:
            raise UsageError(
                f"Openness of channels has the shape {values.shape}.",
                hint=f"Give {len(grid)} values on the time grid, one row or one a draw.",
            )
        first, last = values[..., :-1], values[..., 1:]
        given = [first + _STAGE * (last - first), last]
    found = []
    for values in given:
        if values.shape not in {(len(grid) - 1,), (draws, len(grid) - 1)}:
            raise UsageError(
                f"Openness of channels has the shape {values.shape}.",
                hint="Give a function of times (times,) to (times,) or (draws, times).",
            )
        found.append(np.broadcast_to(values, (draws, len(grid) - 1)))
    return found[0], found[1]


def _share(values: ArrayLike) -> Array:
    return checked(values, "Openness of channels", high=1.0)


def _checked(column: Column, donor: Donor) -> int:
    draws = _checked_column(column)
    if not donor.depth_cm.shape == donor.dissolves.shape == (draws,):
        raise UsageError(
            "Layers, draws and donors do not match.", hint="Give one column and donor a draw."
        )
    if not all(np.all(values > 0) for values in (donor.depth_cm, donor.dissolves)):
        raise UsageError(
            "Depth and solubility of the donor must lie above 0.",
            hint="Give infinity where there is no end.",
        )
    return draws


def _checked_column(column: Column) -> int:
    draws, layers = column.conductivity.shape if column.conductivity.ndim == 2 else (0, 0)
    if not (
        draws
        and layers
        and len(column.thickness_cm) == len(column.cells) == layers
        and column.storage.shape == (draws, layers)
        and column.clearance_per_h.shape == (draws,)
    ):
        raise UsageError(
            "Layers, draws and donors do not match.", hint="Give one column and donor a draw."
        )
    if min(column.cells) < 2:
        raise UsageError("A layer is cut into at least 2 cells.", hint="Give more cells.")
    finite = np.array(column.thickness_cm), column.conductivity, column.storage
    if not all(np.all(np.isfinite(values) & (values > 0)) for values in finite):
        raise UsageError(
            "Thickness, conductivity and storage of layers must be numbers above 0.",
            hint="Look at the draws.",
        )
    if not np.all(np.isfinite(column.clearance_per_h) & (column.clearance_per_h >= 0)):
        raise UsageError("Clearance must be a number, 0 or more.", hint="Look at the draws.")
    return int(draws)
