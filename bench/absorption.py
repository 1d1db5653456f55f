"""Measure absorption: one product over a day, and ten ingredients with their intervals.

    python bench/absorption.py [--quick]

Medians of repeated warm calls on one thread, beside SciPy's BDF and Radau on the very same
semi-discretised equations, with its sparsity given; nothing is asserted. An open port of
Dancik's model, which also has deposition and evaporation, took 14.4 to 15.9 s for 24 h elsewhere.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Literal

import numpy as np
from lines import Line, seconds, show, times_line, took_line
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.sparse import csc_matrix

from needlework.evidence import Claim, load_knowledge
from needlework.response.absorption import intact, open_share, ranking
from needlework.response.absorption_ingredients import ingredient
from needlework.response.absorption_layers import STEPS, Column, Donor, cut, follow
from needlework.response.parameters import draw, parameters

Array = NDArray[np.float64]

HOURS, HALF_LIFE_H, PHI = 24.0, 6.0, 0.01
TEN = (
    "ascorbic-acid",
    "niacinamide",
    "tranexamic-acid",
    "hyaluronic-acid-50k",
    "retinol",
    "caffeine",
    "lidocaine",
    "azelaic-acid",
    "glycolic-acid",
    "panthenol",
)
DRAWS, FINER = 200, 400


def main() -> int:
    """Measure this part alone."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--quick", action="store_true", help="fewer repeats")
    show(list(lines(quick=given.parse_args().quick)))
    return 0


def lines(*, quick: bool) -> Iterator[Line]:
    """One product over a day, other solvers of the same equations, and ten ingredients."""
    runs = 3 if quick else 9
    claims = parameters(load_knowledge(), "absorption")
    centre = {key: np.array([float(value)]) for key, value in _centres(claims).items()}
    skin = intact(centre, ingredient("ascorbic-acid"))
    donor = Donor(np.full(1, 5e-3), np.full(1, np.inf))
    share = open_share(centre, PHI)

    def day(steps: int = STEPS) -> float:
        course = follow(
            skin.column,
            donor,
            hours=HOURS,
            channel=closing,
            share=share,
            always=skin.polar_share,
            hole_cm_h=skin.hole_cm_h,
            steps=steps,
        )
        return float(course.beyond_surface[0, -1])

    exact = day(20_000)
    ours = seconds(day, runs)
    cells = sum(skin.column.cells)
    yield took_line(f"absorption, 24 h, {cells} cells, {STEPS} steps", ours, 10, off(day(), exact))
    finer = seconds(lambda: day(FINER), runs)
    yield took_line(f"the same, {FINER} steps", finer, None, off(day(FINER), exact))
    opened = float(skin.polar_share[0]), float(share[0]), float(skin.hole_cm_h[0])
    methods: tuple[Literal["BDF", "Radau"], ...] = ("BDF", "Radau")
    for method in methods:
        for rtol, mine, steps in ((1e-3, ours, STEPS), (1e-6, finer, FINER)):
            solved = partial(stiff, skin.column, opened, method, rtol)
            yield times_line(
                f"`solve_ivp` {method}, rtol {rtol:g}, beside {steps} steps",
                seconds(solved, 3),
                mine,
                None,
                off(solved(), exact),
            )
    some = [ingredient(id_) for id_ in TEN]
    ten = seconds(
        lambda: ranking(claims, some, phi=PHI, channel=closing, hours=HOURS, draws=DRAWS), runs
    )
    columns = len(TEN) * DRAWS * 2
    yield took_line(
        f"{len(TEN)} ingredients × {DRAWS} draws, ranked",
        ten,
        2_000,
        f"one of {columns:,} columns at a time: {columns * ours.wall / ten.wall:,.0f} × as long",
    )


def off(found: float, exact: float) -> str:
    """How far an uptake is from the one of very many steps."""
    return f"off by {abs(found / exact - 1):.0e}"


def closing(hours: Array) -> Array:
    """Openness of channels that halves."""
    return np.exp2(-hours / HALF_LIFE_H)


def stiff(
    column: Column,
    opened: tuple[float, float, float],
    method: Literal["BDF", "Radau"],
    rtol: float,
) -> float:
    """Uptake past the horny layer by SciPy, for the first draw and a donor 50 um deep.

    The point where channels end holds nothing: it is the mean of its three neighbours.
    """
    always, share, hole = opened
    cells = cut(column)
    half = cells.size_cm / column.conductivity[0, cells.layer] / 2
    links = 1 / np.concatenate([half[:1], half[:-1] + half[1:]])
    capacity = cells.size_cm * column.storage[0, cells.layer]
    top = int(cells.starts[-1])
    clearing = np.where(np.arange(len(half)) >= top, column.clearance_per_h[0], 0) * cells.size_cm
    depth = 5e-3

    def rates(hour: float, state: Array) -> Array:
        part = always + (1 - always) * share * float(np.exp2(-hour / HALF_LIFE_H))
        chain = np.insert(state, top + 1, 0.0)
        here = links.copy()
        here[: top + 1] *= 1 - part
        around = here[top] * chain[top] + here[top + 1] * chain[top + 2] + part * hole * chain[0]
        chain[top + 1] = around / (here[top] + here[top + 1] + part * hole)
        flow = here * (chain[:-1] - chain[1:])
        change = flow - np.append(flow[1:], 0.0) - clearing * chain[1:]
        lost = flow[0] + part * hole * (chain[0] - chain[top + 1])
        return np.concatenate([[-lost / depth], np.delete(change, top) / np.delete(capacity, top)])

    size = len(half)
    pattern = np.eye(size) + np.eye(size, k=1) + np.eye(size, k=-1)
    pattern[[0, 0, top, top, top + 1, top + 1], [top, top + 1, 0, top - 1, 0, top - 1]] = 1
    start = np.zeros(size)
    start[0] = 1.0
    end = solve_ivp(
        rates,
        (0.0, HOURS),
        start,
        method=method,
        jac_sparsity=csc_matrix(pattern),
        rtol=rtol,
        atol=rtol * 1e-4,
    ).y[:, -1]
    in_horny = cells.starts[1]
    return float(depth * (1 - end[0]) - capacity[:in_horny] @ end[1 : in_horny + 1])


def _centres(claims: Mapping[str, Claim]) -> dict[str, float]:
    drawn = draw(claims, 1, seed=0)
    return {key: claims[key].number for key in drawn}


if __name__ == "__main__":
    raise SystemExit(main())
