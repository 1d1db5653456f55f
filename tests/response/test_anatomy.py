"""Layers of skin: histology for depth, ultrasound for ratios, proxies that say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import exp, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from needlework.errors import UsageError
from needlework.evidence import Claim, Knowledge, load_knowledge
from needlework.evidence.priors import LogNormal
from needlework.response.anatomy import (
    LAYERS,
    Histology,
    Layers,
    NoLayers,
    Ratio,
    Ultrasound,
    histology,
    layers,
    ultrasound,
    used_claims,
)
from needlework.response.verifying.cases import table_rows

KNOWN = load_knowledge()
ONE = np.ones(1)


def skin(
    zone: str,
    known: Knowledge = KNOWN,
    *,
    sex: str | None = None,
    age_years: float | None = None,
    of_one: bool = True,
    draws: int = 1000,
    seed: int = 1,
) -> Layers:
    made = layers(known, zone, sex=sex, age_years=age_years, of_one=of_one, draws=draws, seed=seed)
    assert isinstance(made, Layers)
    return made


def with_numbers(change: Callable[[str, Claim], float]) -> Knowledge:
    """The knowledge with every thickness changed."""
    known = Knowledge(KNOWN.release)
    changed: Mapping[str, Claim] = {
        claim_id: replace(claim, value=change(claim_id, claim), range=None)
        if claim.quantity == "thickness"
        else claim
        for claim_id, claim in KNOWN.claims.items()
    }
    known.claims = changed
    return known


# --- the two never mix ------------------------------------------------------------------------

MEASURED = ("forehead", "malar", "neck", "eyelid", "thigh", "abdomen", "back", "cheek", "flank")


@pytest.mark.parametrize("zone", MEASURED)
def test_a_scale_common_to_all_ultrasound_changes_no_depth(zone: str) -> None:
    thicker = with_numbers(lambda name, claim: claim.number * (3 if "ultrasound" in name else 1))
    assert skin(zone, thicker).floors_mm() == pytest.approx(skin(zone).floors_mm())


@pytest.mark.parametrize("zone", MEASURED)
def test_a_scale_of_histology_scales_every_depth(zone: str) -> None:
    thicker = with_numbers(lambda name, claim: claim.number * (1 if "ultrasound" in name else 2))
    assert skin(zone, thicker).floors_mm() == pytest.approx(2 * skin(zone).floors_mm())


def test_a_zones_ultrasound_moves_its_dermis_by_its_ratio() -> None:
    name = "zone.temple.dermis-ultrasound-female"
    thicker = with_numbers(lambda one, claim: claim.number * (2 if one == name else 1))
    # The temple is one of the six zones that the ratio is taken over.
    expected = 2 * 2 ** (-1 / 6)
    ratio = skin("temple", thicker, sex="female").dermis.mm / skin("temple", sex="female").dermis.mm
    assert ratio == pytest.approx(expected)
    assert skin("temple", thicker, sex="male").dermis.mm == pytest.approx(
        skin("temple", sex="male").dermis.mm
    )


def test_histology_and_ultrasound_cannot_be_put_together() -> None:
    seen: Any = Ultrasound(ONE)
    cut: Any = Histology(ONE)
    mixes: list[Callable[[], object]] = [
        lambda: cut + seen,
        lambda: cut * seen,
        lambda: cut.times(seen),
        lambda: seen.over(cut),
        lambda: seen.times(Ratio(ONE)),
        lambda: seen.mm,
    ]
    for mixed in mixes:
        with pytest.raises((TypeError, AttributeError)):
            mixed()


def test_a_claim_cannot_pass_for_the_other_kind() -> None:
    echo, cut = "zone.malar.dermis-ultrasound-male", "response.anatomy.dermis-back"
    with pytest.raises(UsageError, match="no depth"):
        histology(echo, ONE)
    with pytest.raises(UsageError, match="not ultrasound"):
        ultrasound(cut, KNOWN.claims[cut])


def test_the_table_of_ultrasound_is_what_the_claims_say() -> None:
    for row in table_rows("building", "thickness"):
        if row["source"] == "FacialUltrasound2022":
            claim = KNOWN.claims[f"zone.{row['site']}.dermis-ultrasound-{row['sex']}"]
            assert (claim.number, claim.sd) == (float(row["thickness_mm"]), float(row["sd_mm"]))
        if row["source"] == "Gibney2010":
            claim = KNOWN.claims[f"response.anatomy.skin-ultrasound-{row['site']}"]
            assert claim.number == float(row["thickness_mm"])


# --- values -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sex", ["female", "male"])
def test_the_face_lies_about_the_middle_of_its_histology(sex: str) -> None:
    ends = [
        float(row["thickness_mm"])
        for row in table_rows("building", "thickness")
        if (row["source"], row["sex"], row["layer"]) == ("Oltulu2022", sex, "dermis")
    ]
    zones = ("forehead", "glabella", "temple", "nose", "malar", "jaw")
    logs = [np.log(skin(zone, sex=sex, draws=4000).dermis.mm).mean() for zone in zones]
    assert exp(sum(logs) / len(logs)) == pytest.approx(sqrt(ends[0] * ends[1]), rel=0.03)


def test_the_body_starts_from_the_buttock() -> None:
    middle = {zone: np.median(skin(zone, draws=4000).dermis.mm) for zone in ("thigh", "buttock")}
    assert middle["thigh"] / middle["buttock"] == pytest.approx(1.9 / 2.4, rel=0.03)


@given(st.sampled_from(MEASURED), st.sampled_from(["female", "male", None]), st.integers(0, 99))
def test_layers_lie_on_each_other(zone: str, sex: str | None, seed: int) -> None:
    floors = skin(zone, sex=sex, draws=50, seed=seed).floors_mm()
    assert floors.shape == (len(LAYERS) - 1, 50)
    assert (floors > 0).all()
    assert (np.diff(floors, axis=0) > 0).all()


def test_one_of_either_sex_lies_between_them() -> None:
    def middle(sex: str | None) -> float:
        return float(np.median(skin("forehead", sex=sex, draws=4000).dermis.mm))

    assert middle("female") < middle(None) < middle("male")


def test_a_person_varies_more_than_the_mean_of_people() -> None:
    one = np.log(skin("malar", sex="female", draws=4000).dermis.mm).std()
    mean = np.log(skin("malar", sex="female", draws=4000, of_one=False).dermis.mm).std()
    assert one**2 - mean**2 == pytest.approx(0.25**2, rel=0.15)


def test_age_thins_and_the_reference_age_does_not() -> None:
    at = {age: skin("malar", age_years=age, draws=4000).dermis.mm for age in (25, 55, 85)}
    assert at[55] == pytest.approx(skin("malar", draws=4000).dermis.mm)
    assert np.median(at[25]) > np.median(at[55]) > np.median(at[85])
    # Thinning may be none, or even the other way: its sign is not quite sure.
    assert 0 < np.mean(at[25] < at[85]) < 0.2


def test_the_upper_lips_epidermis_is_the_thickest() -> None:
    lip, cheek = (skin(zone, sex="male").epidermis.mm for zone in ("upper-lip", "cheek"))
    assert lip / cheek == pytest.approx(1.35)


# --- proxies ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "proxy"),
    [
        ("cheek", "malar"),
        ("chin", "jaw"),
        ("upper-lip", "malar"),
        ("periorbital", "eyelid"),
        ("flank", "abdomen"),
    ],
)
def test_a_proxy_is_named_and_widens(zone: str, proxy: str) -> None:
    taken = skin(zone, sex="female", draws=4000)
    own = skin(proxy, sex="female", draws=4000)
    assert (taken.proxy, own.proxy) == (proxy, None)
    assert f"response.anatomy.proxy-{zone}" in taken.claims
    assert np.log(taken.dermis.mm).std() > 1.2 * np.log(own.dermis.mm).std()
    assert np.median(taken.dermis.mm) == pytest.approx(np.median(own.dermis.mm), rel=0.05)


def test_every_zone_that_is_offered_has_layers_and_no_other_guesses() -> None:
    for zone, about in KNOWN.release.zones.items():
        made = layers(KNOWN, zone, draws=2)
        if about.status == "offered":
            assert isinstance(made, Layers), zone
        elif zone != "eyelid":
            assert made == NoLayers(zone)


def test_a_proxy_that_was_not_measured_is_none() -> None:
    known = Knowledge(KNOWN.release)
    known.claims = {
        claim_id: claim
        for claim_id, claim in KNOWN.claims.items()
        if not claim_id.startswith("zone.malar.dermis-ultrasound")
    }
    assert layers(known, "cheek") == NoLayers("cheek")


# --- what it rests on, and bad input ----------------------------------------------------------


def test_claims_are_named_and_exist() -> None:
    used = used_claims(KNOWN)
    own = {name for name in KNOWN.claims if name.startswith("response.anatomy.")}
    assert own <= set(used)
    assert "zone.forehead.dermis-ultrasound-female" in used
    assert not any("epidermis-ultrasound" in name for name in used)


def test_a_proxy_widens_twice_as_much_as_a_ratio() -> None:
    proxy, ratio = (
        KNOWN.claims[f"response.anatomy.{name}"].prior for name in ("proxy-ratio", "zone-ratio")
    )
    assert isinstance(proxy, LogNormal)
    assert isinstance(ratio, LogNormal)
    assert proxy.sigma == 2 * ratio.sigma


@pytest.mark.parametrize(
    ("zone", "asked"),
    [
        ("elbow", {}),
        ("cheek-left", {}),
        ("cheek", {"sex": "f"}),
        ("cheek", {"age_years": 3}),
        ("cheek", {"age_years": float("nan")}),
        ("cheek", {"age_years": 200}),
        ("cheek", {"draws": 0}),
        ("cheek", {"seed": -1}),
    ],
)
def test_senseless_people_are_refused(zone: str, asked: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as refused:
        layers(KNOWN, zone, **asked)
    assert refused.value.hint
