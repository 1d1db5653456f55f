"""Penetration: lengths and volumes with their limits, and published depths beside ours."""

from __future__ import annotations

from collections.abc import Callable
from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlework.errors import UsageError
from needlework.evidence import load_knowledge
from needlework.response import anatomy
from needlework.response.parameters import draw, parameters
from needlework.response.penetration import (
    CLASSES,
    NOT_ENTERED,
    NoPenetration,
    Penetration,
    channel_mm,
    entry_force_mn,
    injured_volume_cm3_per_cm2,
    layer_reached,
    lengths_mm,
    penetration,
    travel_mm,
)
from needlework.response.verifying.cases import Part, table_rows
from tests.response.verified import verified

KNOWN = load_knowledge()
CLAIMS = parameters(KNOWN, "penetration")
VALUES = draw(CLAIMS, 4000, seed=1)

shares = st.floats(0, 1)
depths = st.floats(0, 3)


def answer(
    device: str = "exceed",
    zone: str = "forehead",
    depth: float = 1.0,
    *,
    sex: str | None = None,
    age_years: float | None = None,
    needles: int | None = None,
    draws: int = 1000,
    seed: int = 1,
) -> Penetration:
    made = penetration(
        KNOWN,
        device,
        zone,
        depth,
        4,
        sex=sex,
        age_years=age_years,
        needles=needles,
        draws=draws,
        seed=seed,
    )
    assert isinstance(made, Penetration)
    return made


# --- travel and channel -----------------------------------------------------------------------


@given(depths, shares, st.floats(-0.2, 0.2), st.floats(0, 0.5), depths)
def test_travel_grows_with_what_is_set_and_never_passes_it(
    depth: float, share: float, error: float, dimpling: float, more: float
) -> None:
    travel = travel_mm(depth, share, error, dimpling).item()
    assert 0 <= travel <= max(depth + error, 0)
    if depth > 0:
        assert travel_mm(depth + more, share, error, dimpling).item() >= travel
    assert channel_mm(travel, share).item() <= travel


def test_travel_at_its_limits() -> None:
    assert travel_mm(1.2, 1.0, 0.0, 0.0).item() == 1.2
    assert travel_mm(0.1, 0.5, 0.0, 0.08).item() == 0
    assert travel_mm(0.0, 1.0, 0.3, 0.0).item() == 0
    assert travel_mm([0.5, 1.5], 0.8, 0.05, 0.1).tolist() == pytest.approx([0.34, 1.14])


@pytest.mark.parametrize("kind", CLASSES)
def test_deeper_settings_go_deeper_in_every_draw(kind: str) -> None:
    shallow, deep = (lengths_mm(VALUES, kind, depth) for depth in (0.5, 1.5))
    assert (deep[0] >= shallow[0]).all()
    assert (shallow[1] <= shallow[0]).all()
    assert np.median(shallow[1] / np.maximum(shallow[0], 1e-9)) == pytest.approx(0.31, abs=0.03)


def test_a_motor_goes_deeper_than_a_roller() -> None:
    pen, roller = (lengths_mm(VALUES, kind, 1.0)[0] for kind in ("pen", "roller"))
    assert np.median(pen) > np.median(roller)


# --- injured volume ---------------------------------------------------------------------------


def test_a_millimetre_of_dermis_at_250_holes_is_a_thousandth() -> None:
    volume = injured_volume_cm3_per_cm2(250, 0.0357, 1.1, 0.1, 1.3).item()
    assert volume == pytest.approx(1e-3, rel=0.01)


@given(st.floats(0, 5000), st.floats(0, 0.2), depths, st.floats(0.01, 0.3), st.floats(0.3, 3))
def test_no_more_dermis_is_injured_than_there_is(
    density: float, radius: float, travel: float, epidermis: float, dermis: float
) -> None:
    volume = injured_volume_cm3_per_cm2(density, radius, travel, epidermis, dermis).item()
    assert 0 <= volume <= dermis / 10
    cylinders = density * pi * (radius / 10) ** 2 * min(dermis, max(travel - epidermis, 0)) / 10
    assert volume <= cylinders * (1 + 1e-9)
    deeper = injured_volume_cm3_per_cm2(density, radius, travel + 0.5, epidermis, dermis).item()
    denser = injured_volume_cm3_per_cm2(density * 2, radius, travel, epidermis, dermis).item()
    assert min(deeper, denser) >= volume


def test_injury_at_its_limits() -> None:
    def volume(density: float, travel: float) -> float:
        return injured_volume_cm3_per_cm2(density, 0.05, travel, 0.1, 1.2).item()

    assert volume(500, 0.1) == 0
    assert volume(500, 1.3) == volume(500, 2.5) > volume(500, 1.2)
    assert volume(1e-3, 1.1) == pytest.approx(1e-3 * pi * 0.005**2 * 0.1, rel=1e-6)
    assert volume(1e6, 5.0) == pytest.approx(0.12)


# --- force ------------------------------------------------------------------------------------


def test_entry_force_has_the_measured_ends_and_slope() -> None:
    force = entry_force_mn(CLAIMS, [5.0, 6.0, 37.0])
    assert force.tolist() == pytest.approx([20, 20 + 4.6, 167], abs=0.01)


@given(st.floats(1, 200), st.floats(0.1, 1000))
def test_each_doubling_of_speed_takes_a_quarter_off(tip: float, speed: float) -> None:
    slow, fast = (entry_force_mn(CLAIMS, tip, ratio).item() for ratio in (speed, 2 * speed))
    assert fast == pytest.approx(0.74 * slow)
    assert entry_force_mn(CLAIMS, tip + 1, speed).item() >= slow >= 0


# --- layers -----------------------------------------------------------------------------------


def plain(draws: int = 6) -> anatomy.Layers:
    one = np.ones(draws)
    return anatomy.Layers(
        zone="x",
        epidermis=anatomy.Histology(0.1 * one),
        dermis=anatomy.Histology(1.0 * one),
        corneum_share=0.2 * one,
        papillary_share=0.2 * one,
        proxy=None,
        claims=(),
    )


def test_each_tip_rests_in_its_layer() -> None:
    found = layer_reached([0.0, 0.01, 0.05, 0.25, 0.9, 1.4], plain())
    assert list(found.chances) == [NOT_ENTERED, *anatomy.LAYERS]
    assert list(found.chances.values()) == pytest.approx([1 / 6] * 6)


def test_a_tip_on_a_border_counts_to_the_upper_layer() -> None:
    floors = plain().floors_mm()[:, 0]
    found = layer_reached([*floors, 0.5, 0.5], plain())
    assert found.chances["subcutis"] == 0
    assert found.chances["reticular-dermis"] == pytest.approx(3 / 6)
    assert found.likeliest == "reticular-dermis"


@given(st.lists(st.floats(0, 3), min_size=6, max_size=6), st.floats(0, 2))
def test_chances_add_up_and_sink_with_travel(travel: list[float], more: float) -> None:
    found = layer_reached(travel, plain())
    assert sum(found.chances.values()) == pytest.approx(1)
    deeper = layer_reached([one + more for one in travel], plain())
    upper = list(found.chances)[:4]
    assert (
        sum(deeper.chances[name] for name in upper)
        <= sum(found.chances[name] for name in upper) + 1e-12
    )


# --- a zone under a device --------------------------------------------------------------------


def test_a_millimetre_on_the_cheek_reaches_the_reticular_dermis() -> None:
    made = answer(zone="cheek", draws=4000)
    assert made.proxy == "malar"
    assert made.reached.likeliest == "reticular-dermis"
    assert 0.3 < made.reached.depth_mm.low_80 < made.reached.depth_mm.high_80 < 0.95


def test_the_dose_is_one_a_draw_and_agrees_with_its_parts() -> None:
    made = answer(draws=500)
    dose, density = made.injured_volume_cm3_per_cm2, made.density_per_cm2
    assert dose is not None
    assert density is not None
    assert dose.shape == (500,)
    within = np.clip(made.travel_mm - made.layers.epidermis.mm, 0, made.layers.dermis.mm)
    assert (dose <= within / 10).all()
    assert ((dose > 0) == (within > 0)).all()


def test_a_device_of_unknown_rate_has_depth_and_no_dose() -> None:
    made = answer(device="pro-pen")
    assert made.density_per_cm2 is None
    assert made.injured_volume_cm3_per_cm2 is None
    assert made.reached.depth_mm.median > 0


def test_a_zone_without_thickness_or_proxy_has_a_typed_answer() -> None:
    for zone in ("scalp", "shin", "hand", "breast"):
        assert penetration(KNOWN, "exceed", zone, 1.0, 4) == NoPenetration(zone)


def test_older_skin_and_proxies_are_passed_on() -> None:
    young, old = (answer(age_years=age).layers.dermis.mm for age in (25, 85))
    assert np.median(young) > np.median(old)
    assert {"response.anatomy.proxy-chin", "zone.jaw.dermis-ultrasound-male"} <= set(
        answer(zone="chin").claims
    )


def test_claims_exist_and_name_the_class() -> None:
    made = answer(device="roller-mf8", depth=1.5)
    assert set(made.claims) <= set(KNOWN.claims)
    assert "response.penetration.travel-share-roller" in made.claims
    assert "response.penetration.travel-share-pen" not in made.claims


def test_the_same_seed_gives_the_same() -> None:
    one, again, other = (answer(seed=seed).travel_mm for seed in (3, 3, 4))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


# --- published figures ------------------------------------------------------------------------


def test_what_set_the_priors_lies_within_them() -> None:
    built = [
        row
        for row in verified().rows
        if row.id.startswith("penetration/") and row.part == "building"
    ]
    assert {row.source for row in built} == {"Kalluri2011", "Donnelly2011", "Donnelly2014"}
    assert {row.verdict for row in built} <= {"inside 50", "inside 80"}


def test_the_misses_are_these() -> None:
    missed = {
        (row.source, row.what)
        for row in verified().rows
        if row.is_miss and row.model in {"puncture", "penetration", "anatomy"}
    }
    assert missed == {
        ("Sasaki2019", "travel, pen 0.5 mm, people excised"),
        ("Sasaki2019", "travel, pen 1.5 mm, people excised"),
        ("Ha2005", "skin over eyelid, forehead"),
        ("Ha2005", "skin over eyelid, nose"),
    }


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("building", "geometry"),
        ("building", "penetration"),
        ("building", "penetration_force"),
        ("building", "thickness"),
        ("verification", "geometry"),
        ("verification", "penetration"),
        ("verification", "penetration_force"),
        ("verification", "thickness"),
    ],
)
def test_every_row_names_a_known_source_and_how_it_was_read(part: Part, name: str) -> None:
    for row in table_rows(part, name):
        assert row["source"] in KNOWN.release.sources
        assert row["mark"] in {"S1", "S2", "R"}
        assert None not in row.values()


def test_force_at_the_measured_ends_is_the_tables() -> None:
    for row in table_rows("building", "penetration_force"):
        if row["tip_um"]:
            force = entry_force_mn(CLAIMS, float(row["tip_um"])).item()
            assert force == pytest.approx(float(row["force_low_mn"]))


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda: travel_mm(-0.5, 0.5, 0.0, 0.08),
        lambda: travel_mm(np.nan, 0.5, 0.0, 0.08),
        lambda: travel_mm(500, 0.5, 0.0, 0.08),
        lambda: travel_mm(1.0, 1.5, 0.0, 0.08),
        lambda: travel_mm(1.0, [], 0.0, 0.08),
        lambda: channel_mm(-1.0, 0.3),
        lambda: injured_volume_cm3_per_cm2(-250, 0.035, 1.0, 0.1, 1.2),
        lambda: injured_volume_cm3_per_cm2(250, 0.035, np.array([1.0, np.nan]), 0.1, 1.2),
        lambda: injured_volume_cm3_per_cm2(250, 0.035, 1.0, -0.1, 1.2),
        lambda: entry_force_mn(CLAIMS, 0.0),
        lambda: entry_force_mn(CLAIMS, 5.0, 0.0),
        lambda: layer_reached([0.5], plain()),
        lambda: layer_reached([], plain()),
        lambda: layer_reached([-0.5] * 6, plain()),
        lambda: lengths_mm(VALUES, "laser", 1.0),
        lambda: answer(depth=-1.0),
        lambda: answer(depth=float("nan")),
        lambda: answer(device="no-such-pen"),
        lambda: answer(zone="elbow"),
        lambda: answer(sex="x"),
        lambda: answer(needles=0),
        lambda: penetration(KNOWN, "exceed", "scalp", -1.0, 4),
        lambda: penetration(KNOWN, "exceed", "cheek", 1.0, 0),
    ],
)
def test_senseless_settings_are_refused(ask: Callable[[], object]) -> None:
    with pytest.raises(UsageError) as refused:
        ask()
    assert refused.value.hint
