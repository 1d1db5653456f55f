"""Puncture pattern: exact lattices, exact random patterns, and what a rolling needle does."""

from __future__ import annotations

from collections.abc import Callable
from math import factorial, log, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlework.errors import UsageError
from needlework.evidence import Cited, load_knowledge
from needlework.planning.puncture import density_per_cm2
from needlework.response.puncture import (
    NoPattern,
    Pattern,
    area_fraction,
    hole_area_mm2,
    hole_radius_mm,
    missed_share,
    overtreated_share,
    pattern,
    pen_density_per_cm2,
    random_gap_cdf,
    random_gap_mean_mm,
    random_gap_quantile_mm,
    reach_mm,
    roller_density_per_cm2,
)
from needlework.response.puncture_lattice import (
    Lattice,
    passes_area_fraction,
    passes_gap_cdf,
    roller_lattice,
)
from needlework.response.puncture_rolling import roller_entry_angle_deg, roller_slit_mm
from needlework.response.summary import summarise

KNOWN = load_knowledge()
MF8 = roller_lattice(192, 8, 20.0, 20.0, stagger=0.5)

densities = st.floats(0.1, 20_000)
lengths = st.floats(0.05, 5.0)
lattices = st.builds(Lattice, lengths, lengths, st.floats(0, 1))


# --- density ----------------------------------------------------------------------------------


def test_the_mf8_after_fifteen_passes_comes_near_the_published_density() -> None:
    predicted = roller_density_per_cm2(192, 15, 2.0, 2.0).item()
    assert predicted == pytest.approx(229.2, abs=0.05)
    assert predicted / 250 - 1 == pytest.approx(-0.083, abs=0.001)


@pytest.mark.parametrize(
    ("needles", "hertz", "width_cm", "expected"),
    [(14, 7000 / 60, 0.9, 907), (6, 125, 0.35, 1071), (11, 90, 0.9, 550)],
)
def test_pens_at_two_centimetres_a_second(
    needles: int, hertz: float, width_cm: float, expected: int
) -> None:
    assert round(pen_density_per_cm2(needles, hertz, 1, 2.0, width_cm).item()) == expected


@given(st.integers(1, 100), st.floats(0.1, 10))
def test_density_grows_with_passes_and_falls_with_speed(passes: int, faster: float) -> None:
    one = pen_density_per_cm2(12, 100.0, 1, 2.0, 0.8)
    assert pen_density_per_cm2(12, 100.0, passes, 2.0, 0.8) == pytest.approx(passes * one)
    assert pen_density_per_cm2(12, 100.0, 1, 2.0 * faster, 0.8) == pytest.approx(one / faster)


def test_a_roller_rolled_out_is_its_lattice() -> None:
    assert MF8.density_per_cm2 == pytest.approx(roller_density_per_cm2(192, 1, 2.0, 2.0).item())
    assert (MF8.along_mm, MF8.across_mm) == pytest.approx((pi * 20 / 24, 2.5))


# --- area -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("density", "share"), [(250, 0.010), (1000, 0.038), (4000, 0.143)])
def test_share_of_holes_of_35_micrometres(density: float, share: float) -> None:
    assert area_fraction(density, hole_area_mm2(0.035)).item() == pytest.approx(share, abs=5e-4)


@given(densities, st.floats(0, 1), st.floats(1, 3))
def test_area_fraction_grows_and_stays_below_what_holes_add_up_to(
    density: float, radius: float, more: float
) -> None:
    area = hole_area_mm2(radius)
    share = area_fraction(density, area).item()
    assert 0 <= share <= min(1.0, density * area.item() / 100)
    assert area_fraction(density * more, area).item() >= share


def test_a_slit_adds_its_rectangle() -> None:
    assert hole_area_mm2(0.5, 2.0).item() == pytest.approx(pi / 4 + 2)


# --- random patterns --------------------------------------------------------------------------


@given(densities, st.floats(0, 0.999))
def test_quantiles_undo_the_distribution(density: float, share: float) -> None:
    distance = random_gap_quantile_mm(density, share)
    assert random_gap_cdf(density, distance).item() == pytest.approx(share, abs=1e-12)


def test_the_mean_gap_is_the_integral_of_what_is_missed() -> None:
    x = np.linspace(0, 5, 50_001)
    integral = np.trapezoid(1 - random_gap_cdf(250.0, x), x)
    assert random_gap_mean_mm(250.0).item() == pytest.approx(integral, rel=1e-7)


@given(densities, st.floats(0, 3), st.integers(1, 12))
def test_over_treated_is_the_tail_of_a_poisson_count(
    density: float, distance: float, least: int
) -> None:
    mean = density / 100 * pi * distance**2
    below = sum(
        np.exp(-mean + k * log(mean)) / factorial(k) if mean else k == 0 for k in range(least)
    )
    share = overtreated_share(density, distance, least).item()
    assert share == pytest.approx(1 - below, abs=1e-9)
    assert overtreated_share(density, distance, least + 1).item() <= share


def test_one_puncture_within_reach_is_what_is_not_missed() -> None:
    reach = reach_mm(250.0)
    assert missed_share(250.0, reach).item() == pytest.approx(np.exp(-1))
    assert overtreated_share(250.0, reach, 1).item() == pytest.approx(1 - np.exp(-1))


# --- lattices ---------------------------------------------------------------------------------


def test_a_square_lattice_has_its_exact_distances() -> None:
    square = Lattice(2.0, 2.0)
    assert square.density_per_cm2 == 25
    assert square.nearest_mm == 2
    assert square.gap_mm == pytest.approx(sqrt(2))
    assert square.gap_mean_mm == pytest.approx(2 * (sqrt(2) + log(1 + sqrt(2))) / 6)
    # Beyond half the pitch the disc leaves the cell in four caps.
    x, h = 1.2, 1.0
    cap = x**2 * np.arccos(h / x) - h * sqrt(x**2 - h**2)
    assert square.gap_cdf(x).item() == pytest.approx((pi * x**2 - 4 * cap) / 4)


def test_a_hexagonal_lattice_has_its_exact_distances() -> None:
    hexagonal = Lattice(1.0, sqrt(3) / 2, stagger=0.5)
    assert hexagonal.nearest_mm == pytest.approx(1)
    assert hexagonal.gap_mm == pytest.approx(1 / sqrt(3))
    assert hexagonal.gap_mean_mm == pytest.approx((1 / 3 + log(3) / 4) / sqrt(3))
    x, h = 0.55, 0.5
    cap = x**2 * np.arccos(h / x) - h * sqrt(x**2 - h**2)
    assert hexagonal.gap_cdf(x).item() == pytest.approx((pi * x**2 - 6 * cap) / (sqrt(3) / 2))


@pytest.mark.parametrize("stagger", [0.0, 0.2, 0.5, 0.85])
@pytest.mark.parametrize("across", [0.3, 1.0, 2.7])
def test_any_lattice_agrees_with_distances_counted_out(across: float, stagger: float) -> None:
    lattice = Lattice(1.0, across, stagger)
    row, hole = np.meshgrid(np.arange(-14, 15), np.arange(-24, 25))
    spots = np.stack([hole + row * stagger, row * across], axis=-1).reshape(-1, 2)
    side = np.arange(120) / 120
    u, v = np.meshgrid(side, side)
    skin = np.stack([u + v * stagger, v * across], axis=-1).reshape(-1, 2)
    gap = np.sqrt(((skin[:, None] - spots[None]) ** 2).sum(axis=2).min(axis=1))
    others = spots[(spots != 0).any(axis=1)]
    assert lattice.nearest_mm == pytest.approx(np.hypot(*others.T).min())
    assert gap.max() <= lattice.gap_mm + 1e-9
    assert lattice.gap_mm == pytest.approx(gap.max(), rel=0.02)
    assert lattice.gap_mean_mm == pytest.approx(gap.mean(), rel=1e-3)
    for x in np.linspace(0.1, 1.05, 7) * lattice.gap_mm:
        assert lattice.gap_cdf(x).item() == pytest.approx(np.mean(gap <= x), abs=0.01)


@given(lattices)
def test_every_lattice_is_covered_at_its_gap_and_no_sooner(lattice: Lattice) -> None:
    x = np.linspace(0, lattice.gap_mm, 60)
    covered = lattice.gap_cdf(x)
    assert covered[0] == 0
    assert covered[-1] == pytest.approx(1, abs=1e-9)
    assert (np.diff(covered) >= -1e-12).all()
    within = 0.5 * lattice.nearest_mm
    assert lattice.gap_cdf(within).item() == pytest.approx(
        lattice.density_per_cm2 / 100 * pi * within**2
    )
    assert lattice.nearest_mm / 2 <= lattice.gap_mm * (1 + 1e-9)


@given(lattices, st.floats(0.1, 10))
def test_lattices_scale_and_mirror(lattice: Lattice, by: float) -> None:
    larger = Lattice(lattice.along_mm * by, lattice.across_mm * by, lattice.stagger)
    mirrored = Lattice(lattice.along_mm, lattice.across_mm, 1 - lattice.stagger)
    assert larger.gap_mm == pytest.approx(by * lattice.gap_mm, rel=1e-6)
    assert larger.gap_mean_mm == pytest.approx(by * lattice.gap_mean_mm, rel=1e-6)
    assert mirrored.gap_mm == pytest.approx(lattice.gap_mm, rel=1e-6)
    assert mirrored.nearest_mm == pytest.approx(lattice.nearest_mm, rel=1e-6)


def test_an_upright_lattice_does_not_know_which_way_it_runs() -> None:
    one, other = Lattice(2.0, 3.0), Lattice(3.0, 2.0)
    assert one.gap_mm == pytest.approx(other.gap_mm) == pytest.approx(sqrt(13) / 2)
    assert one.gap_cdf(1.3).item() == pytest.approx(other.gap_cdf(1.3).item())


# --- passes -----------------------------------------------------------------------------------


def test_passes_tend_to_a_random_pattern_as_one_over_their_number() -> None:
    x, density = 0.3, 250.0
    random = random_gap_cdf(density, x).item()
    apart = []
    for passes in (50, 100, 200):
        pitch = sqrt(100 * passes / density)
        apart.append(passes_gap_cdf(Lattice(pitch, pitch), passes, x).item() - random)
    assert apart[0] > apart[1] > apart[2] > 0
    assert log(apart[0] / apart[1]) / log(2) == pytest.approx(1, abs=0.01)


def test_regular_passes_cover_no_less_than_random_ones() -> None:
    for passes in (1, 4, 15):
        regular = passes_area_fraction(MF8, passes, 0.035).item()
        random = area_fraction(MF8.density_per_cm2 * passes, hole_area_mm2(0.035)).item()
        assert random < regular < random * 1.01


# --- a rolling needle -------------------------------------------------------------------------


def swept_mm(drum: float, length: float, depth: float, at: float) -> float:
    """Where a needle of a rolling drum crosses a level, followed turn by turn."""
    rolling, tip = drum + length - depth, drum + length
    turn = np.linspace(-1.2, 1.2, 400_001)
    through = tip * np.cos(turn) >= rolling + at
    crosses = rolling * turn - (rolling + at) * np.tan(turn)
    return float(np.ptp(crosses[through]))


@pytest.mark.parametrize(
    ("drum", "length", "depth", "at"),
    [(10, 1.5, 1.5, 0.0), (10, 1.5, 1.5, 0.7), (10, 1.5, 0.4, 0.0), (5, 0.5, 0.5, 0.2)],
)
def test_the_slit_is_what_a_rolling_needle_sweeps(
    drum: float, length: float, depth: float, at: float
) -> None:
    expected = swept_mm(drum, length, depth, at)
    assert roller_slit_mm(drum, length, depth, at).item() == pytest.approx(expected, rel=1e-3)


def test_the_tip_leaves_where_the_slit_ends() -> None:
    drum, length = 10.0, 1.5
    turn = np.radians(roller_entry_angle_deg(drum, length, length).item())
    out_mm = drum * turn - (drum + length) * np.sin(turn)
    assert drum - (drum + length) * np.cos(turn) == pytest.approx(0, abs=1e-12)
    assert roller_slit_mm(drum, length, length).item() == pytest.approx(-2 * out_mm)


def test_a_shallow_slit_goes_as_depth_to_the_three_halves() -> None:
    drum, length = 10.0, 0.5
    depth = np.array([1e-4, 1e-3])
    slit = roller_slit_mm(drum, length, depth)
    expected = 4 * sqrt(2) / 3 * depth**1.5 / sqrt(drum + length)
    assert slit == pytest.approx(expected, rel=1e-3)
    assert np.log10(slit[1] / slit[0]) == pytest.approx(1.5, abs=1e-3)


@given(st.floats(2, 40), st.floats(0.1, 3), st.floats(0.05, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_slit_narrows_to_nothing_at_the_tip(
    drum: float, length: float, depth: float, high: float, low: float
) -> None:
    deep = depth * length
    upper, lower = sorted((high * deep, low * deep))
    at_upper = roller_slit_mm(drum, length, deep, upper).item()
    assert at_upper >= roller_slit_mm(drum, length, deep, lower).item() - 1e-12
    assert roller_slit_mm(drum, length, deep, deep).item() == pytest.approx(0, abs=1e-6)


def test_a_wider_drum_slits_less() -> None:
    slits = roller_slit_mm([5.0, 10.0, 20.0, 1e6], 1.5, 1.5)
    assert (np.diff(slits) < 0).all()
    assert slits[-1] < 0.01


# --- devices ----------------------------------------------------------------------------------


def made(device: str, passes: int = 4, draws: int = 4000, needles: int | None = None) -> Pattern:
    answer = pattern(KNOWN, device, passes, draws=draws, needles=needles)
    assert isinstance(answer, Pattern)
    return answer


def test_a_pen_is_uncertain_about_twofold_and_a_roller_little() -> None:
    pen = summarise(made("exceed").density_per_cm2)
    roller = summarise(made("roller-mf8", 15).density_per_cm2)
    assert 1.8 < pen.high_95 / pen.median < 3
    assert 1.05 < roller.high_95 / roller.median < 1.3
    assert roller.low_95 < 250 < roller.high_95


@pytest.mark.parametrize("device", ["exceed", "skinpen-precision", "generic-pen", "roller-mf8"])
def test_the_plans_estimate_lies_within_the_models(device: str) -> None:
    planned = density_per_cm2(KNOWN, device, Cited(4, "1", ()))
    assert planned is not None
    said = summarise(made(device).density_per_cm2)
    assert said.low_95 < planned.value < said.high_95


def test_shares_belong_to_their_densities() -> None:
    one = made("skinpen-precision")
    assert one.area_fraction == pytest.approx(
        area_fraction(one.density_per_cm2, hole_area_mm2(one.hole_radius_mm))
    )
    assert one.missed_share == pytest.approx(missed_share(one.density_per_cm2, one.reach_mm))
    assert (one.overtreated_share + one.missed_share <= 1).all()


def test_another_cartridge_scales_its_density() -> None:
    six, twelve = made("exceed", needles=6), made("exceed", needles=12)
    assert twelve.density_per_cm2 == pytest.approx(2 * six.density_per_cm2)
    assert "device.exceed.needles" not in six.claims


def test_claims_name_what_stands_in() -> None:
    assert "device.generic-pen.needle-diameter" in made("skinpen-precision").claims
    assert "device.generic-pen.needle-diameter" not in made("exceed").claims
    radius, claims = hole_radius_mm(KNOWN, "roller-ms4")
    assert "device.roller-mf8.needle-diameter" in claims
    assert np.median(radius) == pytest.approx(0.0625, rel=0.05)
    assert set(made("roller-mf8").claims) <= set(KNOWN.claims)


def test_the_same_seed_gives_the_same_and_another_does_not() -> None:
    one = pattern(KNOWN, "exceed", 4, seed=5)
    again, other = (pattern(KNOWN, "exceed", 4, seed=seed) for seed in (5, 6))
    assert isinstance(one, Pattern)
    assert isinstance(again, Pattern)
    assert isinstance(other, Pattern)
    assert np.array_equal(one.density_per_cm2, again.density_per_cm2)
    assert not np.array_equal(one.density_per_cm2, other.density_per_cm2)


@pytest.mark.parametrize("device", ["dr-pen-k230420", "pro-pen", "roller-home-c8"])
def test_a_device_whose_needles_are_not_known_has_no_pattern(device: str) -> None:
    answer = pattern(KNOWN, device, 4)
    assert isinstance(answer, NoPattern)
    assert answer.missing
    assert not set(answer.missing) & set(KNOWN.claims)


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda: pen_density_per_cm2(0, 100, 1, 2.0, 0.8),
        lambda: pen_density_per_cm2(12, 100, 1, 0.0, 0.8),
        lambda: pen_density_per_cm2(12, np.nan, 1, 2.0, 0.8),
        lambda: pen_density_per_cm2(12, 100, 201, 2.0, 0.8),
        lambda: pen_density_per_cm2([], 100, 1, 2.0, 0.8),
        lambda: roller_density_per_cm2(-1, 15, 2.0, 2.0),
        lambda: roller_density_per_cm2(192, 15, 2.0, np.inf),
        lambda: area_fraction(-1.0, 0.1),
        lambda: hole_area_mm2(-0.1),
        lambda: random_gap_cdf(250.0, -0.1),
        lambda: random_gap_quantile_mm(250.0, 1.0),
        lambda: random_gap_quantile_mm(0.0, 0.5),
        lambda: random_gap_mean_mm(0.0),
        lambda: overtreated_share(250.0, 0.3, 0),
        lambda: Lattice(0.0, 1.0),
        lambda: Lattice(1.0, 1.0, 1.5),
        lambda: Lattice(1.0, 1.0).gap_cdf(np.nan),
        lambda: roller_lattice(0, 8, 20.0, 20.0, 0.5),
        lambda: roller_lattice(190, 8, 20.0, 20.0, 0.5),
        lambda: passes_gap_cdf(MF8, 0, 0.3),
        lambda: roller_slit_mm(10.0, 1.5, 1.6),
        lambda: roller_slit_mm(10.0, 1.5, 0.5, 0.6),
        lambda: roller_entry_angle_deg(10.0, 0.0, 0.0),
        lambda: pattern(KNOWN, "exceed", 0),
        lambda: pattern(KNOWN, "exceed", 4, needles=0),
        lambda: pattern(KNOWN, "exceed", 4, draws=0),
        lambda: pattern(KNOWN, "no-such-pen", 4),
        lambda: hole_radius_mm(KNOWN, "no-such-pen"),
    ],
)
def test_senseless_numbers_are_refused(ask: Callable[[], object]) -> None:
    with pytest.raises(UsageError) as refused:
        ask()
    assert refused.value.hint
