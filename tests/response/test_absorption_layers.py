"""Diffusion through layers: exact solutions, order, conservation, laws, and what is refused."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from needlework.errors import UsageError
from needlework.response.absorption_layers import (
    CELLS,
    Column,
    Donor,
    cut,
    follow,
    resting_flux,
    time_grid,
)

Array = NDArray[np.float64]

INF = np.inf
THICKNESS = (1.3e-3, 1e-2, 0.2)


def one(value: float) -> Array:
    return np.array([value])


def slab(cells: int, *, thickness: float = 0.1, conductivity: float = 0.01) -> Column:
    return Column((thickness,), (cells,), np.array([[conductivity]]), np.ones((1, 1)), np.zeros(1))


def skin(
    draws: int = 1,
    *,
    seed: int = 0,
    cells: tuple[int, ...] = CELLS,
    open_base: bool = False,
    clearance: bool = True,
) -> Column:
    """Layers as far apart as those of ingredients are."""
    stream = np.random.default_rng(seed)
    permeability = 10 ** stream.uniform(-7, 0, draws)
    water = 10 ** stream.uniform(-3.5, -2, draws)
    held = 10 ** stream.uniform(-4, 4, draws)
    ones = np.ones(draws)
    return Column(
        THICKNESS,
        cells,
        np.stack([permeability * THICKNESS[0], water, water], axis=1),
        np.stack([held, ones, ones], axis=1),
        10 ** stream.uniform(-2, 0.5, draws) * clearance,
        open_base,
    )


def ample(draws: int = 1) -> Donor:
    return Donor(np.full(draws, INF), np.full(draws, INF))


def film(draws: int = 1, depth: float = 5e-3, dissolves: float = INF) -> Donor:
    return Donor(np.full(draws, depth), np.full(draws, dissolves))


def halving(hours: Array) -> Array:
    return np.exp2(-hours / 5)


# --- exact solutions --------------------------------------------------------------------------


def crank(hours: float, thickness: float = 0.1, diffusivity: float = 0.01) -> float:
    """Uptake by a slab, held at 1 on one side and closed on the other (Crank's series)."""
    odd = 2 * np.arange(2000) + 1
    decay = np.exp(-diffusivity * (odd * np.pi / (2 * thickness)) ** 2 * hours)
    return float(thickness * (1 - np.sum(8 / (odd * np.pi) ** 2 * decay)))


@pytest.mark.parametrize("hours", [0.01, 0.1, 1.0, 5.0])
def test_a_slab_fills_as_cranks_series_says(hours: float) -> None:
    taken = follow(slab(400), ample(), hours=hours, steps=400).taken[0, -1]
    assert taken == pytest.approx(crank(hours), rel=1e-4)


def test_a_stirred_film_empties_as_cranks_other_series_says() -> None:
    """Uptake from a finite, well-stirred volume: roots of tan q = -ratio q."""
    ratio, hours, thickness, diffusivity = 0.5, 0.3, 0.1, 0.01
    roots = [
        brentq(lambda q: np.sin(q) + ratio * q * np.cos(q), (n - 0.5) * np.pi + 1e-9, n * np.pi)
        for n in range(1, 200)
    ]
    q = np.array(roots)
    terms = 2 * ratio * (1 + ratio) / (1 + ratio + (ratio * q) ** 2)
    share = 1 - np.sum(terms * np.exp(-diffusivity * q**2 * hours / thickness**2))
    exact = ratio * thickness / (1 + ratio) * share
    donor = film(depth=ratio * thickness)
    taken = follow(slab(400), donor, hours=hours, steps=400).taken[0, -1]
    assert taken == pytest.approx(exact, rel=2e-5)


@pytest.mark.parametrize("share", [0.0, 1e-4, 0.02, 1.0])
def test_flux_at_rest_is_that_of_series_resistances(share: float) -> None:
    column = skin(20, seed=1, open_base=True, clearance=False)
    course = follow(
        column, ample(20), hours=1e13, channel=1.0, share=share, hole_cm_h=0.8, steps=300
    )
    spans = np.diff(course.hours)[-40:]
    fluxes = np.diff(course.passed, axis=1)[:, -40:] / spans
    rest = resting_flux(column, share, 0.8)
    assert np.allclose(fluxes, rest[:, None], rtol=1e-9)
    into = np.diff(course.taken, axis=1)[:, -40:] / spans
    assert np.allclose(into, rest[:, None], rtol=1e-9)


def test_clearance_at_rest_is_that_of_a_fin() -> None:
    """A dermis held at 1 on top loses sqrt(kD) tanh(h sqrt(k/D)) to blood."""
    column = Column((1e-6, 0.2), (2, 200), np.array([[1e3, 0.008]]), np.ones((1, 2)), one(0.5))
    course = follow(column, ample(), hours=1e6, steps=200)
    flux = np.diff(course.cleared[0])[-1] / np.diff(course.hours)[-1]
    exact = np.sqrt(0.5 * 0.008) * np.tanh(0.2 * np.sqrt(0.5 / 0.008))
    assert flux == pytest.approx(exact, rel=2e-4)


# --- order ------------------------------------------------------------------------------------


def order(errors: list[float]) -> list[float]:
    return [float(np.log2(first / then)) for first, then in pairwise(errors)]


def test_space_is_of_second_order() -> None:
    exact = crank(0.5)
    errors = [
        abs(follow(slab(n), ample(), hours=0.5, steps=4000).taken[0, -1] - exact)
        for n in (10, 20, 40)
    ]
    assert all(1.9 < found < 2.1 for found in order(errors))


def test_space_is_of_second_order_through_layers_of_unlike_cells() -> None:
    def passed(factor: int) -> float:
        column = skin(seed=4, cells=(6 * factor, 7 * factor, 11 * factor))
        course = follow(
            column, film(), hours=24, channel=halving, share=0.01, hole_cm_h=0.8, steps=400
        )
        return float(course.beyond_surface[0, -1])

    exact = passed(64)
    assert all(1.9 < found < 2.3 for found in order([abs(passed(n) - exact) for n in (2, 4, 8)]))


@pytest.mark.parametrize("dissolves", [INF, 5.0])
def test_time_is_of_second_order_while_channels_close(dissolves: float) -> None:
    def taken(steps: int) -> float:
        course = follow(
            skin(seed=4),
            film(dissolves=dissolves),
            hours=24,
            channel=halving,
            share=0.01,
            hole_cm_h=0.8,
            steps=steps,
        )
        return float(course.beyond_surface[0, -1])

    exact = taken(6000)
    found = order([abs(taken(n) - exact) for n in (40, 80, 160, 320)])
    assert all(1.85 < each < 2.15 for each in found)


def test_a_stiff_solver_comes_to_the_same() -> None:
    """SciPy's Radau on the same cells, written out from the equations and not from the solver."""
    column, depth, share, always, hole = skin(seed=4, cells=(8, 8, 12)), 5e-3, 0.02, 1e-4, 0.8
    cells = cut(column)
    half = cells.size_cm / column.conductivity[0, cells.layer] / 2
    links = 1 / np.concatenate([half[:1], half[:-1] + half[1:]])
    capacity = cells.size_cm * column.storage[0, cells.layer]
    top = int(cells.starts[-1])
    blood = np.where(np.arange(len(half)) >= top, column.clearance_per_h[0], 0) * cells.size_cm

    def rates(hour: float, state: Array) -> Array:
        opened = always + (1 - always) * share * float(halving(one(hour))[0])
        here = np.where(np.arange(len(links)) <= top, 1 - opened, 1.0) * links
        chain = np.insert(state[:-1], top + 1, 0.0)
        near = (here[top], here[top + 1], opened * hole)
        chain[top + 1] = np.dot(near, (chain[top], chain[top + 2], chain[0])) / sum(near)
        flow = here * -np.diff(chain)
        change = flow - np.append(flow[1:], 0.0) - blood * chain[1:]
        lost = flow[0] + opened * hole * (chain[0] - chain[top + 1])
        inner = np.delete(change, top) / np.delete(capacity, top)
        return np.concatenate([[-lost / depth], inner, [blood @ chain[1:]]])

    start = np.zeros(len(half) + 1)
    start[0] = 1
    exact = solve_ivp(rates, (0, 24), start, method="Radau", rtol=1e-10, atol=1e-15).y[:, -1]
    course = follow(
        column,
        film(depth=depth),
        hours=24,
        channel=halving,
        share=share,
        always=always,
        hole_cm_h=hole,
        steps=8000,
    )
    assert course.cleared[0, -1] == pytest.approx(exact[-1], rel=1e-7)
    assert course.taken[0, -1] == pytest.approx(depth * (1 - exact[0]), rel=1e-7)


# --- conservation -----------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(0, 1),
    st.floats(1e-5, 1),
    st.floats(1e-3, 10),
    st.floats(0.1, 1000),
    st.booleans(),
)
def test_mass_is_kept_at_every_step(
    seed: int, share: float, depth: float, dissolves: float, hours: float, open_base: bool
) -> None:
    column = skin(6, seed=seed, open_base=open_base)
    course = follow(
        column,
        film(6, depth, dissolves),
        hours=hours,
        channel=halving,
        share=share,
        always=1e-5,
        hole_cm_h=0.8,
    )
    found = course.held.sum(axis=1) + course.cleared + course.passed
    assert np.all(np.abs(course.taken - found) <= 1e-10 * depth)
    assert np.all(np.abs(course.imbalance) <= 1e-10 * np.maximum(1, depth / course.taken[:, -1:]))


def test_mass_from_an_ample_donor_is_kept_relative_to_what_was_taken() -> None:
    course = follow(
        skin(50, seed=3), ample(50), hours=48, channel=halving, share=0.01, hole_cm_h=0.8
    )
    assert np.all(np.abs(course.imbalance) <= 1e-10)


def test_nothing_is_where_nothing_has_come_yet() -> None:
    course = follow(skin(5), film(5), hours=1)
    for amount in (course.taken, course.held, course.cleared, course.passed):
        assert np.all(amount[..., 0] == 0)
    assert np.all(course.passed == 0)


# --- limits -----------------------------------------------------------------------------------


def test_a_donor_that_is_all_dissolved_is_as_one_without_a_limit() -> None:
    free, at_limit = (
        follow(skin(8, seed=5), film(8, dissolves=limit), hours=24, channel=halving, share=0.05)
        for limit in (INF, 1.0)
    )
    assert np.allclose(free.taken, at_limit.taken, rtol=1e-12)


def test_a_saturated_donor_gives_as_much_as_an_ample_one_until_it_is_spent() -> None:
    column = skin(8, seed=5)
    saturated = follow(column, film(8, depth=1e6, dissolves=0.2), hours=24)
    at_one = follow(column, ample(8), hours=24)
    assert np.allclose(saturated.taken[:, 1:], 0.2 * at_one.taken[:, 1:], rtol=1e-9)


def test_a_spent_donor_leaves_nothing_behind() -> None:
    column = Column((0.1,), (40,), np.array([[10.0]]), np.full((1, 1), 1e4), np.zeros(1))
    course = follow(column, film(depth=0.01, dissolves=0.1), hours=1e6)
    assert course.taken[0, -1] == pytest.approx(0.01, rel=1e-3)


def test_a_channel_that_is_closed_is_no_channel() -> None:
    column = skin(4, seed=6)
    closed = follow(column, film(4), hours=24, channel=0.0, share=0.3, hole_cm_h=0.8)
    none = follow(column, film(4), hours=24)
    assert np.array_equal(closed.taken, none.taken)


def test_values_on_the_grid_are_as_their_function() -> None:
    column, grid = skin(3, seed=7), time_grid(24, 400)
    ways = (halving, halving(grid), np.tile(halving(grid), (3, 1)))
    found = [
        follow(column, film(3), hours=24, channel=way, share=0.1, hole_cm_h=0.8, steps=400).taken
        for way in ways
    ]
    assert np.array_equal(found[1], found[2])
    assert np.allclose(found[0], found[1], rtol=1e-5)


def test_draws_do_not_know_each_other() -> None:
    column, opened = skin(130, seed=8), np.linspace(0, 0.2, 130)
    together = follow(column, film(130), hours=24, channel=halving, share=opened, hole_cm_h=0.8)
    for number in (0, 63, 64, 129):
        alone = Column(
            column.thickness_cm,
            column.cells,
            column.conductivity[[number]],
            column.storage[[number]],
            column.clearance_per_h[[number]],
        )
        course = follow(
            alone, film(), hours=24, channel=halving, share=opened[[number]], hole_cm_h=0.8
        )
        assert np.allclose(course.taken[0], together.taken[number], rtol=1e-12, atol=0)


# --- laws -------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.1), st.floats(0, 0.1), st.floats(1, 100))
@example(seed=3054, share=0.05, more=0.1, hours=2.0)
def test_more_open_area_never_lets_noticeably_less_through(
    seed: int, share: float, more: float, hours: float
) -> None:
    """Up to a fifth of the skin, which no number of passes opens.

    A little less may leave a film that is nearly used up: where horny layer is missing, it stores
    nothing. At rest, where nothing is stored any more, the law is strict: see below.
    """
    column = skin(6, seed=seed)
    # A hole is what is left of the way through the epidermis without the horny layer.
    hole = column.conductivity[:, 1] / THICKNESS[1]
    less, greater = (
        follow(
            column, film(6), hours=hours, channel=halving, share=each, hole_cm_h=hole
        ).beyond_surface
        for each in (share, share + more)
    )
    assert np.all(greater[:, -1] >= less[:, -1] * (1 - 5e-3))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.5), st.floats(0, 0.5))
def test_at_rest_more_open_area_never_lets_less_through(
    seed: int, share: float, more: float
) -> None:
    column = skin(6, seed=seed)
    hole = column.conductivity[:, 1] / THICKNESS[1]
    less, greater = (resting_flux(column, np.full(6, each), hole) for each in (share, share + more))
    assert np.all(greater >= less * (1 - 1e-12))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 100))
def test_time_scales_with_every_rate(seed: int, faster: float) -> None:
    column = skin(4, seed=seed)
    quick = Column(
        column.thickness_cm,
        column.cells,
        column.conductivity * faster,
        column.storage,
        column.clearance_per_h * faster,
    )
    slow = follow(column, film(4), hours=24, channel=0.5, share=0.1, hole_cm_h=0.8)
    fast = follow(quick, film(4), hours=24 / faster, channel=0.5, share=0.1, hole_cm_h=0.8 * faster)
    assert np.allclose(fast.taken, slow.taken, rtol=1e-8, atol=1e-14)


def test_skin_takes_what_there_is_and_no_more() -> None:
    """Two implicit stages may overdraw a film by a little while it empties, and give it back."""
    depth = 5e-3
    course = follow(
        skin(200, seed=9), film(200, depth), hours=24, channel=halving, share=0.05, hole_cm_h=0.8
    )
    assert np.all(course.taken <= 1.02 * depth)
    assert np.all(course.taken[:, -1] <= depth * (1 + 1e-9))
    assert np.all(np.diff(course.taken, axis=1) >= -0.02 * depth)
    assert np.all(np.diff(course.cleared, axis=1) >= -1e-9 * depth)
    assert np.all(course.held >= -1e-6 * depth)


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [0, -1, float("nan"), INF])
def test_no_span_is_refused(hours: float) -> None:
    with pytest.raises(UsageError, match="Hours"):
        follow(skin(), film(), hours=hours)


@pytest.mark.parametrize("steps", [0, -3, 1_000_000])
def test_no_steps_are_refused(steps: int) -> None:
    with pytest.raises(UsageError, match="Time steps"):
        time_grid(24, steps)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"share": -0.1}, "Open area share"),
        ({"share": 1.1}, "Open area share"),
        ({"share": np.nan}, "Open area share"),
        ({"share": [0.1, 0.2]}, "does not match"),
        ({"always": -1e-5}, "always open"),
        ({"hole_cm_h": -1}, "Permeability"),
        ({"hole_cm_h": INF}, "Permeability"),
        ({"channel": 1.5}, "Openness"),
        ({"channel": lambda hours: -hours}, "Openness"),
        ({"channel": lambda hours: hours[:3]}, "shape"),
        ({"channel": [1.0, 0.5]}, "shape"),
        ({"channel": []}, "no value"),
        ({"channel": np.full(33, np.nan)}, "Openness"),
    ],
)
def test_senseless_channels_are_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        follow(skin(3), film(3), **({"hours": 24.0, "share": 0.1, "hole_cm_h": 0.8} | wrong))


@pytest.mark.parametrize(
    "column",
    [
        Column((0.1,), (40,), np.array([[0.0]]), np.ones((1, 1)), np.zeros(1)),
        Column((0.1,), (40,), np.array([[np.nan]]), np.ones((1, 1)), np.zeros(1)),
        Column((-0.1,), (40,), np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)),
        Column((0.1,), (1,), np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)),
        Column((0.1,), (40,), np.ones((1, 1)), np.ones((1, 1)), one(-1)),
        Column((0.1,), (40,), np.ones((1, 2)), np.ones((1, 2)), np.zeros(1)),
        Column((0.1,), (40,), np.ones((0, 1)), np.ones((0, 1)), np.zeros(0)),
    ],
)
def test_senseless_skin_is_refused(column: Column) -> None:
    with pytest.raises(UsageError):
        follow(column, ample(), hours=1)


@pytest.mark.parametrize("donor", [film(depth=0), film(depth=-1), film(dissolves=0), film(2)])
def test_senseless_donors_are_refused(donor: Donor) -> None:
    with pytest.raises(UsageError):
        follow(slab(4), donor, hours=1)


def test_a_slab_has_no_channels() -> None:
    with pytest.raises(UsageError, match="single layer"):
        follow(slab(4), ample(), hours=1, share=0.1)
