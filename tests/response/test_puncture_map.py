"""Maps: what is laid has the density and the gaps of its formulae, and the picture says so."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlework.errors import UsageError
from needlework.evidence import load_knowledge
from needlework.response.inputs import Array
from needlework.response.puncture import (
    NoPattern,
    area_fraction,
    hole_area_mm2,
    pattern,
    random_gap_mean_mm,
)
from needlework.response.puncture_lattice import (
    Lattice,
    passes_area_fraction,
    passes_gap_cdf,
    roller_lattice,
)
from needlework.response.puncture_map import (
    FRINGE_MM,
    Coverage,
    PenPass,
    PunctureMap,
    RollerPass,
    Spread,
    coverage,
    crossed_deg,
    puncture_map,
    spread,
)
from needlework.response.puncture_outline import (
    Outline,
    outline_from_path,
    outline_mm,
    rectangle_mm,
)
from needlework.response.puncture_picture import MapWords, draw_map_svg

KNOWN = load_knowledge()
MF8 = roller_lattice(192, 8, 20.0, 20.0, stagger=0.5)
SQUARE = rectangle_mm(30, 30)
CHEEK = "M310 262C309 274 308 286 306 298C302 306 298 314 293 322L243 376C245 371 248 367 249 362Z"
SVG = "{http://www.w3.org/2000/svg}"


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def measured(made: PunctureMap, radius_mm: float = 0.035, seed: int = 2) -> Coverage:
    return coverage(
        made,
        hole_radius_mm=radius_mm,
        reach_mm=0.36,
        overtreated_from=4,
        points=20_000,
        rng=rng(seed),
    )


def near(values: Array, expected: float) -> bool:
    """Whether the mean of independent maps lies within four of its standard errors."""
    return bool(abs(values.mean() - expected) < 4 * values.std(ddof=1) / sqrt(len(values)))


# --- what is laid -----------------------------------------------------------------------------


def test_holes_at_random_cover_what_the_formula_says() -> None:
    chance = rng()
    seen = []
    for number in range(25):
        laid = chance.random((chance.poisson(1000 * 34**2 / 100), 2)) * 34 - 2
        inside = SQUARE.holds(laid)
        seen.append(measured(PunctureMap(SQUARE, laid[inside], laid[~inside]), seed=number))
    assert near(np.array([one.density_per_cm2 for one in seen]), 1000.0)
    shares = np.array([one.area_fraction for one in seen])
    assert near(shares, area_fraction(1000.0, hole_area_mm2(0.035)).item())
    nearest = np.array([one.nearest_mm.mean() for one in seen])
    assert near(nearest, random_gap_mean_mm(1000.0).item())


def test_a_roller_laid_fifteen_times_covers_what_the_formulae_say() -> None:
    passes = [RollerPass(MF8, angle) for angle in np.arange(15) * 24.0]
    seen = [measured(puncture_map(SQUARE, passes, 0.2, rng(seed))) for seed in range(25)]
    assert near(np.array([one.density_per_cm2 for one in seen]), 15 * MF8.density_per_cm2)
    shares = np.array([one.area_fraction for one in seen])
    assert near(shares, passes_area_fraction(MF8, 15, 0.035).item())
    assert near(shares, area_fraction(15 * MF8.density_per_cm2, hole_area_mm2(0.035)).item())


def test_gaps_of_passes_laid_at_random_are_exact() -> None:
    lattice = Lattice(1.0, 1.3, 0.3)
    passes = [RollerPass(lattice, angle) for angle in (0.0, 40.0, 90.0)]
    seen = [measured(puncture_map(SQUARE, passes, 0.0, rng(seed))) for seed in range(30)]
    for distance in (0.15, 0.3, 0.45):
        shares = np.array([np.mean(one.gap_mm <= distance) for one in seen])
        assert near(shares, passes_gap_cdf(lattice, 3, distance).item())


@pytest.mark.parametrize(
    "lattice", [Lattice(1.0, 1.0), Lattice(1.0, sqrt(3) / 2, 0.5), Lattice(0.8, 1.5, 0.25)]
)
def test_one_pass_without_jitter_is_its_lattice(lattice: Lattice) -> None:
    made = puncture_map(SQUARE, [RollerPass(lattice, 17.0)], 0.0, rng())
    seen = measured(made)
    assert seen.nearest_mm.min() == pytest.approx(lattice.nearest_mm)
    assert seen.nearest_mm.max() == pytest.approx(lattice.nearest_mm)
    assert lattice.gap_mm * 0.97 < seen.gap_mm.max() <= lattice.gap_mm + 1e-9


@given(
    st.integers(1, 24), st.floats(0.1, 0.5), st.floats(4, 10), st.floats(-180, 180), st.integers(0)
)
def test_a_pen_lays_its_density_whichever_way_it_turns(
    needles: int, step: float, width: float, turn: float, seed: int
) -> None:
    one = PenPass(needles, step, width, turn)
    made = puncture_map(SQUARE, [one], 0.1, rng(seed))
    # Strokes and strikes begin at random: at worst the zone gains or loses a stroke's edge.
    assert made.density_per_cm2 == pytest.approx(one.density_per_cm2, rel=2 * width / 30)


def test_a_pens_needles_draw_lines_along_the_stroke() -> None:
    one = PenPass(6, 0.2, 8.0, direction_deg=0.0)
    made = puncture_map(SQUARE, [one], 0.0, rng())
    levels = np.unique(made.punctures_mm[:, 1].round(6))
    assert len(levels) <= 6 * 6
    row = np.sort(made.punctures_mm[made.punctures_mm[:, 1].round(6) == levels[0], 0])
    assert np.diff(row) == pytest.approx(0.2)


def test_jitter_moves_punctures_and_not_their_density() -> None:
    passes = [RollerPass(MF8, 0.0)] * 15
    maps = [puncture_map(SQUARE, passes, 2.0, rng(seed)) for seed in range(30)]
    assert near(np.array([one.density_per_cm2 for one in maps]), 15 * MF8.density_per_cm2)


def test_punctures_lie_within_and_their_neighbours_without() -> None:
    zone = outline_from_path(CHEEK, 0.6)
    made = puncture_map(zone, [RollerPass(Lattice(0.5, 0.5), 30.0)], 0.2, rng())
    assert zone.holds(made.punctures_mm).all()
    assert not zone.holds(made.fringe_mm).any()
    left, top, right, bottom = zone.bounds_mm
    assert made.fringe_mm.min(axis=0) == pytest.approx([left - FRINGE_MM, top - FRINGE_MM], abs=0.6)
    assert made.fringe_mm.max(axis=0) == pytest.approx(
        [right + FRINGE_MM, bottom + FRINGE_MM], abs=0.6
    )


def test_the_same_chance_gives_the_same_map() -> None:
    passes: list[RollerPass | PenPass] = [RollerPass(MF8, 0.0), PenPass(12, 0.2, 8.0, 90.0)]
    one, again, other = (puncture_map(SQUARE, passes, 0.2, rng(seed)) for seed in (4, 4, 5))
    assert np.array_equal(one.punctures_mm, again.punctures_mm)
    assert len(one.punctures_mm) != len(other.punctures_mm) or not np.array_equal(
        one.punctures_mm, other.punctures_mm
    )


def test_missed_and_over_treated_shares_are_counted_with_their_errors() -> None:
    made = puncture_map(SQUARE, [RollerPass(MF8, angle) for angle in range(15)], 0.2, rng())
    seen = measured(made)
    assert seen.missed_share == np.mean(seen.gap_mm > 0.36)
    assert seen.overtreated_share == np.mean(seen.within_reach >= 4)
    assert seen.missed_share_se == pytest.approx(
        sqrt(seen.missed_share * (1 - seen.missed_share) / 20_000)
    )
    assert 0.2 < seen.missed_share < 0.6


# --- outlines ---------------------------------------------------------------------------------


def test_areas_of_outlines() -> None:
    assert outline_mm([[0, 0], [10, 0], [10, 10], [0, 10]]).area_cm2 == 1
    holed = outline_from_path("M0 0H40V40H0ZM10 10V30H30V10Z", 1.0)
    assert holed.area_cm2 == pytest.approx(12)
    assert holed.holds(np.array([[5.0, 5.0], [20.0, 20.0]])).tolist() == [True, False]


def test_curves_are_followed_closely() -> None:
    k = 0.5522847498
    circle = f"M1 0C1 {k} {k} 1 0 1C-{k} 1 -1 {k} -1 0C-1 -{k} -{k} -1 0 -1C{k} -1 1 -{k} 1 0Z"
    assert outline_from_path(circle, 10.0).area_cm2 == pytest.approx(pi, rel=0.01)


def test_a_path_may_run_its_numbers_on() -> None:
    assert outline_from_path("M0,0 10,0 10,10 0,10Z", 1.0).area_cm2 == 1
    assert outline_from_path("M0 0L10-.0L1e1 10L0 10", 1.0).area_cm2 == 1


@given(st.floats(0.1, 10))
def test_area_grows_with_the_square_of_the_scale(scale: float) -> None:
    one, scaled = outline_from_path(CHEEK, 1.0), outline_from_path(CHEEK, scale)
    assert scaled.area_cm2 == pytest.approx(one.area_cm2 * scale**2)


# --- devices ----------------------------------------------------------------------------------


def spread_over(device: str, passes: int, maps: int = 12) -> Spread:
    made = spread(KNOWN, device, rectangle_mm(20, 20), passes, maps=maps, points=3_000)
    assert isinstance(made, Spread)
    return made


def test_maps_of_a_device_have_its_densities() -> None:
    for device, passes in (("exceed", 2), ("roller-mf8", 15)):
        made = spread_over(device, passes)
        drawn = pattern(KNOWN, device, passes, draws=12)
        assert not isinstance(drawn, NoPattern)
        assert made.density_per_cm2 == pytest.approx(drawn.density_per_cm2, rel=0.35)
        ratio = made.density_per_cm2 / drawn.density_per_cm2
        assert near(ratio, 1.0)
        assert len(made.example.punctures_mm) == round(4 * np.sort(made.density_per_cm2)[6])


def test_maps_do_not_depend_on_when_they_are_made() -> None:
    one, again = spread_over("exceed", 2, maps=3), spread_over("exceed", 2, maps=3)
    assert np.array_equal(one.missed_share, again.missed_share)
    assert np.array_equal(one.example.punctures_mm, again.example.punctures_mm)


def test_a_device_that_is_not_known_well_enough_has_no_map() -> None:
    assert isinstance(spread(KNOWN, "pro-pen", SQUARE, 4, maps=2), NoPattern)


def test_passes_cross_by_turns() -> None:
    assert crossed_deg(4) == [0, 90, 0, 90]


# --- the picture ------------------------------------------------------------------------------

WORDS = MapWords(
    title="Punctures & gaps",
    description="Cheek <left>.",
    scale="10 mm",
    detail="detail",
    missed="missed",
    overtreated="over",
    thinned="one in {n} drawn",
)


def picture(passes: int = 15, name: str = "punctures") -> tuple[Coverage, ET.Element]:
    made = puncture_map(SQUARE, [RollerPass(MF8, 24.0 * n) for n in range(passes)], 0.2, rng())
    seen = measured(made)
    drawn = draw_map_svg(made, seen, WORDS, hole_radius_mm=0.06, overtreated_from=4, name=name)
    return seen, ET.fromstring(drawn)  # noqa: S314 - our own


def test_the_picture_tells_its_title_and_what_it_shows() -> None:
    _, root = picture()
    assert root.get("role") == "img"
    named = {part.get("id"): part.text for part in root if part.get("id")}
    said = [named[one] for one in (root.get("aria-labelledby") or "").split()]
    assert said == [WORDS.title, WORDS.description]
    texts = [part.text for part in root.iter(f"{SVG}text")]
    assert texts == [WORDS.scale, WORDS.detail, WORDS.missed, WORDS.overtreated]


def test_the_picture_rests_on_shapes_and_greys_alone() -> None:
    _, root = picture()
    inks = {part.get(key) for part in root.iter() for key in ("fill", "stroke")} - {None, "none"}
    assert inks == {"#111", "#555", "#fff"}
    marks = [path.get("d") or "" for path in root.findall(f"{SVG}path")]
    assert any("m-3.5-3.5l7 7" in mark for mark in marks)
    assert any("a4.5 4.5" in mark for mark in marks)


def test_every_puncture_is_drawn_until_there_are_too_many() -> None:
    seen, few = picture()
    dots = [path.get("d") or "" for path in few.findall(f"{SVG}path")][1]
    assert dots.count("h0") == len(seen.nearest_mm)
    assert not [part for part in few.iter(f"{SVG}text") if "drawn" in (part.text or "")]
    seen, many = picture(passes=120)
    dots = [path.get("d") or "" for path in many.findall(f"{SVG}path")][1]
    assert dots.count("h0") == -(-len(seen.nearest_mm) // 3)
    assert [part.text for part in many.iter(f"{SVG}text")][-1] == "one in 3 drawn"


def test_two_pictures_on_a_page_share_no_id() -> None:
    ids = [
        {part.get("id") for part in picture(name=name)[1].iter()} - {None} for name in ("a", "b")
    ]
    assert ids[0]
    assert not ids[0] & ids[1]


# --- bad input --------------------------------------------------------------------------------

ONE = RollerPass(MF8, 0.0)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: outline_mm([[0, 0], [1, 1]]),
        lambda: outline_mm([[0, 0], [1, 1], [2, 2]]),
        lambda: outline_mm(np.array([[0, 0], [1, 1], [np.nan, 2]])),
        lambda: Outline(()),
        lambda: rectangle_mm(0, 3),
        lambda: outline_from_path("M0 0H10V10H0Z", 0),
        lambda: outline_from_path("m0 0h10v10z", 1),
        lambda: outline_from_path("M0 0L10", 1),
        lambda: outline_from_path("M0 0L10 L5 5Z", 1),
        lambda: outline_from_path("L10 0L10 10Z", 1),
        lambda: outline_from_path("10 0 5 5", 1),
        lambda: outline_from_path("M0 0Q1 1 2 2Z", 1),
        lambda: outline_from_path("", 1),
        lambda: puncture_map(SQUARE, [], 0.2, rng()),
        lambda: puncture_map(SQUARE, [ONE], -0.1, rng()),
        lambda: puncture_map(SQUARE, [RollerPass(MF8, np.nan)], 0.1, rng()),
        lambda: puncture_map(SQUARE, [PenPass(0, 0.2, 8.0, 0.0)], 0.1, rng()),
        lambda: puncture_map(SQUARE, [PenPass(6, 0.2, -8.0, 0.0)], 0.1, rng()),
        lambda: puncture_map(rectangle_mm(9000, 9000), [ONE], 0.1, rng()),
        lambda: measured(PunctureMap(SQUARE, np.empty((0, 2)), np.empty((0, 2)))),
        lambda: coverage(
            puncture_map(SQUARE, [ONE], 0.0, rng()),
            hole_radius_mm=0.1,
            reach_mm=FRINGE_MM + 1,
            overtreated_from=4,
            rng=rng(),
        ),
        lambda: spread(KNOWN, "exceed", SQUARE, 4, maps=0),
        lambda: spread(KNOWN, "exceed", SQUARE, 4, directions_deg=[0.0]),
        lambda: spread(KNOWN, "no-such-pen", SQUARE, 4),
        lambda: crossed_deg(0),
    ],
)
def test_senseless_maps_are_refused(ask: Callable[[], object]) -> None:
    with pytest.raises(UsageError) as refused:
        ask()
    assert refused.value.hint
