"""Closing: two states, their waits, what was published of them, and what aftercare may take."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from needlework import response
from needlework.aftercare.timeline import timeline
from needlework.errors import UsageError
from needlework.evidence import Knowledge, NotAccepted, load_knowledge
from needlework.response.closure import (
    Closing,
    aftercare_hours,
    barrier,
    calibrated,
    channel,
    closing,
    hours_until_barrier,
    hours_until_closed,
    hours_until_water_loss_settles,
    lengthened,
    waits,
    water_loss_excess,
)
from needlework.response.parameters import draw, parameters

Array = NDArray[np.float64]

KNOWN = load_knowledge()
CLAIMS = parameters(KNOWN, "closure")
DRAWS = draw(CLAIMS, 20_000, seed=5)
DATA = Path(response.__file__).parent / "data"
TYPICAL = {key: np.array([claim.number]) for key, claim in CLAIMS.items()}
"""One draw at the centre of every prior."""

HOURS = st.floats(0, 1e6)
LIVES = st.floats(1e-3, 1e4)


def skin(
    barrier_h: ArrayLike, channel_h: ArrayLike, below: ArrayLike = 0.16, share: ArrayLike = 0.8
) -> Closing:
    values = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(v, float)) for v in (barrier_h, channel_h, below, share))
    )
    return Closing(*values)


def rows(folder: str, name: str) -> list[dict[str, str]]:
    with (DATA / folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- exact and limiting -----------------------------------------------------------------------


def test_curves_are_what_halving_gives() -> None:
    hours = [0.0, 2.0, 4.0, 6.0]
    assert np.array_equal(barrier(skin(2, 4), hours), [[1, 0.5, 0.25, 0.125]])
    assert np.allclose(channel(skin(2, 4), hours), [2 ** (-np.array(hours) / 4)], rtol=1e-15)


def test_two_equal_states_lose_water_as_one() -> None:
    hours = np.linspace(0, 50, 11)
    same = skin(3, 3, share=0.3)
    assert np.allclose(water_loss_excess(same, hours), barrier(same, hours), rtol=1e-14)
    assert hours_until_water_loss_settles(same) == pytest.approx(hours_until_barrier(same))


@pytest.mark.parametrize(("share", "of"), [(1.0, hours_until_barrier), (0.0, hours_until_closed)])
def test_one_state_alone_settles_as_it_closes(share: float, of: object) -> None:
    alone = skin(2, 40, share=share)
    assert callable(of)
    assert hours_until_water_loss_settles(alone) == pytest.approx(of(alone), rel=1e-13)


@given(LIVES, LIVES, st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_water_loss_settles_where_its_curve_says(
    barrier_h: float, channel_h: float, below: float, share: float
) -> None:
    one = skin(barrier_h, channel_h, below, share)
    when = hours_until_water_loss_settles(one)
    assert water_loss_excess(one, when)[0, 0] == pytest.approx(below, rel=1e-9)
    ends = sorted((float(hours_until_barrier(one)[0]), float(hours_until_closed(one)[0])))
    assert ends[0] * (1 - 1e-9) <= when[0] <= ends[1] * (1 + 1e-9)


# --- laws -------------------------------------------------------------------------------------


@given(LIVES, LIVES, st.lists(HOURS, min_size=2, max_size=9))
def test_curves_fall_and_stay_shares(
    barrier_h: float, channel_h: float, hours: list[float]
) -> None:
    one, times = skin(barrier_h, channel_h), sorted(hours)
    low, high = sorted((barrier_h, channel_h))
    for curve in (barrier, channel, water_loss_excess):
        values = curve(one, times)[0]
        assert np.all(np.diff(values) <= 0)
        assert np.all((values >= 0) & (values <= 1))
    between = water_loss_excess(one, times)
    assert np.all(between >= barrier(skin(low, low), times) * (1 - 1e-12))
    assert np.all(between <= barrier(skin(high, high), times) * (1 + 1e-12))


@given(LIVES, LIVES, st.floats(0.01, 100))
def test_slower_skin_waits_in_proportion(barrier_h: float, channel_h: float, slower: float) -> None:
    one, other = skin(barrier_h, channel_h), skin(barrier_h * slower, channel_h * slower)
    for wait in (hours_until_barrier, hours_until_closed, hours_until_water_loss_settles):
        assert wait(other) == pytest.approx(wait(one) * slower, rel=1e-9)


@given(st.floats(0.05, 2), st.floats(1.01, 5))
def test_longer_needles_close_later_in_every_draw(length: float, times: float) -> None:
    short = closing(DRAWS, needle_mm=length, age_years=40)
    longer = closing(DRAWS, needle_mm=length * times, age_years=40)
    assert np.all(hours_until_closed(longer) > hours_until_closed(short))
    assert np.array_equal(hours_until_barrier(longer), hours_until_barrier(short))


def test_a_length_scales_by_its_power() -> None:
    one, two = (closing(TYPICAL, needle_mm=mm, age_years=25) for mm in (0.37, 0.77))
    ratio = hours_until_closed(two) / hours_until_closed(one)
    assert ratio == pytest.approx((0.77 / 0.37) ** CLAIMS["length-exponent"].number)


def test_age_and_cover_multiply_as_their_claims_say() -> None:
    def typical(**skin_now: float) -> Closing:
        return closing(TYPICAL, **({"needle_mm": 0.5, "age_years": 25.0} | skin_now))

    plain, old, covered = typical(), typical(age_years=75), typical(occluded=True)
    assert plain.channel_half_life_h[0] == pytest.approx(CLAIMS["channel-half-life"].number)
    for other, key in ((old, "age-effect"), (covered, "occlusion-effect")):
        ratio = other.channel_half_life_h / plain.channel_half_life_h
        assert ratio == pytest.approx(np.exp(CLAIMS[key].number))
    assert np.array_equal(old.barrier_half_life_h, plain.barrier_half_life_h)
    slower = covered.barrier_half_life_h / plain.barrier_half_life_h
    assert slower == pytest.approx(CLAIMS["barrier-occlusion-factor"].number)


def test_people_differ_beside_what_is_not_known() -> None:
    at_reference = closing(DRAWS, needle_mm=0.5, age_years=25)
    spread = np.var(np.log(at_reference.channel_half_life_h))
    parts = (np.log(DRAWS["channel-half-life"]), DRAWS["person-effect"])
    assert spread == pytest.approx(sum(np.var(part) for part in parts), rel=0.05)


def test_a_person_per_draw_is_that_person_alone() -> None:
    few = {key: values[:3] for key, values in DRAWS.items()}
    together = closing(
        few, needle_mm=[0.5, 1.0, 1.5], age_years=[20, 40, 60], occluded=[False, True, False]
    )
    for row, (mm, age, covered) in enumerate(((0.5, 20, False), (1.0, 40, True), (1.5, 60, False))):
        own = {key: values[row : row + 1] for key, values in DRAWS.items()}
        alone = closing(own, needle_mm=mm, age_years=age, occluded=covered)
        assert hours_until_closed(together)[row] == hours_until_closed(alone)[0]
        assert hours_until_barrier(together)[row] == hours_until_barrier(alone)[0]


def test_waits_are_quantiles_over_draws_in_any_order() -> None:
    hours = hours_until_closed(closing(DRAWS, needle_mm=0.5, age_years=40))
    told = waits(hours)
    assert told == waits(hours[::-1])
    for share, wait in ((0.5, told.half_h), (0.9, told.most_h), (0.975, told.nearly_all_h)):
        assert np.mean(hours <= wait) == pytest.approx(share, abs=1e-4)


# --- a model may lengthen, never shorten ------------------------------------------------------


@given(HOURS, HOURS)
def test_a_wait_is_never_shortened(published: float, modelled: float) -> None:
    given_back = lengthened(published, modelled)
    assert given_back >= published
    assert given_back in {published, modelled}
    assert lengthened(given_back, modelled) == given_back


@given(HOURS, HOURS, HOURS)
def test_a_longer_closing_never_shortens(published: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert lengthened(published, low) <= lengthened(published, high)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -1.0])
def test_a_wait_that_is_none_is_refused(wrong: float) -> None:
    with pytest.raises(UsageError, match="Wait in h"):
        lengthened(24, wrong)
    with pytest.raises(UsageError, match="Wait in h"):
        lengthened(wrong, 24)


def test_aftercare_takes_the_value_as_it_stands() -> None:
    from datetime import datetime

    ended = datetime(2026, 5, 4, 12, 0)  # noqa: DTZ001  # wall clock, as aftercare takes it
    closure = aftercare_hours(KNOWN, needle_mm=1.5, age_years=50)
    plain, with_model = (
        timeline(KNOWN, ended=ended, depth_mm=1.5, zones=["cheek-left"], closure=value)
        for value in (None, closure)
    )
    later = [first for first in with_model.firsts if first.lengthened]
    assert later
    assert all("response.closure.channel-half-life" in first.claims for first in later)
    for before, after in zip(plain.firsts, with_model.firsts, strict=True):
        if before.on is not None and after.on is not None:
            assert after.on >= before.on


def test_aftercare_gets_whole_hours_with_the_claims_behind_them() -> None:
    wait = aftercare_hours(KNOWN, needle_mm=0.5, age_years=40, seed=3)
    skin_now = closing(draw(CLAIMS, 4000, 3), needle_mm=0.5, age_years=40)
    exact = np.quantile(hours_until_closed(skin_now), CLAIMS["aftercare-share"].number)
    assert exact <= wait.value < exact + 1
    assert wait.value == int(wait.value)
    assert set(wait.claims) <= set(KNOWN.claims)


def test_a_rejected_parameter_leaves_aftercare_without_the_model() -> None:
    strict = Knowledge(KNOWN.release)
    strict.rejected = frozenset({"response.closure.age-effect"})
    with pytest.raises(NotAccepted):
        aftercare_hours(strict, needle_mm=0.5, age_years=40)


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"needle_mm": 0}, "Needle length"),
        ({"needle_mm": -0.5}, "Needle length"),
        ({"needle_mm": 500.0}, "Needle length"),
        ({"needle_mm": float("nan")}, "Needle length"),
        ({"needle_mm": float("inf")}, "Needle length"),
        ({"needle_mm": [0.5, 1.0]}, "does not match"),
        ({"age_years": -1}, "Age"),
        ({"age_years": 121}, "Age"),
        ({"age_years": float("nan")}, "Age"),
        ({"occluded": 0.5}, "occluded"),
    ],
)
def test_senseless_skin_is_refused(wrong: dict[str, ArrayLike], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        closing(DRAWS, **({"needle_mm": 0.5, "age_years": 40} | wrong))


def test_draws_that_are_no_numbers_are_refused() -> None:
    for key in ("channel-half-life", "closed-below", "barrier-share"):
        broken = dict(DRAWS) | {key: np.full(20_000, np.nan)}
        with pytest.raises(UsageError, match="finite"):
            closing(broken, needle_mm=0.5, age_years=40)


@pytest.mark.parametrize("hours", [[], [-1.0], [float("nan")], [[1.0, 2.0]], [float("inf")]])
def test_senseless_times_are_refused(hours: list[float]) -> None:
    for curve in (barrier, channel, water_loss_excess):
        with pytest.raises(UsageError, match="Hours since the last pass"):
            curve(skin(1, 2), hours)


@pytest.mark.parametrize("hours", [np.array([]), np.array([1.0, np.nan])])
def test_no_draws_give_no_wait(hours: Array) -> None:
    with pytest.raises(UsageError, match="Hours of waiting"):
        waits(hours)


def test_what_was_not_studied_is_said() -> None:
    assert [calibrated(CLAIMS, mm) for mm in (0.25, 0.37, 0.77, 1.5)] == [False, True, True, False]


# --- published --------------------------------------------------------------------------------

LENGTH_NOT_READABLE = 0.5
"""Taken where a study's needle length could not be read: the model's reference."""


def predicted(row: dict[str, str]) -> Array:
    covered = row["occluded"] == "yes"
    length = float(row["needle_length_mm"] or LENGTH_NOT_READABLE)
    one = closing(DRAWS, needle_mm=length, age_years=25, occluded=covered)
    match row["quantity"]:
        case "hours_until_barrier":
            return hours_until_barrier(one)
        case "hours_until_water_loss_settles":
            return hours_until_water_loss_settles(one)
        case "hours_until_closed":
            return hours_until_closed(one)
        case "channel_half_life":
            return one.channel_half_life_h
        case "water_loss_excess":
            return water_loss_excess(one, [float(row["time_h"])])[:, 0]
    raise AssertionError(row["quantity"])


def names(table: list[dict[str, str]]) -> list[str]:
    return [f"{row['source']} {row['quantity']} {row['needle_length_mm']}" for row in table]


BUILDING = rows("building", "closure")
VERIFICATION = rows("verification", "closure")


@pytest.mark.parametrize("row", BUILDING, ids=names(BUILDING))
def test_what_it_was_built_on_lies_near_its_middle(row: dict[str, str]) -> None:
    low, high = (float(row[key]) if row[key] else None for key in ("low_h", "high_h"))
    inner = np.quantile(predicted(row), (0.25, 0.75))
    assert low is None or low <= inner[1]
    assert high is None or high >= inner[0]


def test_the_rats_channels_are_met_at_both_lengths() -> None:
    for mm, seen in ((0.37, 12), (0.77, 18)):
        typical = hours_until_closed(closing(TYPICAL, needle_mm=mm, age_years=25))[0]
        assert typical == pytest.approx(seen, rel=0.04)


def test_no_row_is_used_twice() -> None:
    def key(row: dict[str, str]) -> tuple[str, str, str]:
        return row["source"], row["quantity"], row["needle_length_mm"]

    assert not {key(row) for row in BUILDING} & {key(row) for row in VERIFICATION}
    assert not {row["source"] for row in BUILDING} & {row["source"] for row in VERIFICATION}


def test_every_row_names_a_source_and_a_mark() -> None:
    for row in (*BUILDING, *VERIFICATION, *rows("verification", "closure_signs")):
        assert row["source"] in KNOWN.release.sources
        assert row["mark"] in {"S1", "S2", "R"}


@pytest.mark.parametrize("row", VERIFICATION, ids=names(VERIFICATION))
def test_what_was_seen_lies_within_its_interval(row: dict[str, str]) -> None:
    low, high = (float(row[key]) if row[key] else None for key in ("low", "high"))
    bounds = np.quantile(predicted(row), (0.025, 0.975))
    assert low is None or low <= bounds[1]
    assert high is None or high >= bounds[0]


@pytest.mark.parametrize("mm", [0.5, 1.5])
def test_the_barrier_alone_fails_what_sasaki_saw(mm: float) -> None:
    """Water loss stood above its baseline for two days; the dry barrier is back in hours."""
    one = closing(DRAWS, needle_mm=mm, age_years=45)
    seen_from = CLAIMS["residual-seen-from"].number
    alone = barrier(one, [48.0])[:, 0]
    both = water_loss_excess(one, [48.0])[:, 0]
    assert np.quantile(alone, 0.975) < seen_from / 1000
    assert np.quantile(both, 0.975) > seen_from
    assert np.mean(both > seen_from) > 0.1 > np.mean(alone > seen_from)


def test_donnelly_saw_channels_where_water_loss_was_settled() -> None:
    one = closing(DRAWS, needle_mm=0.6, age_years=25)
    both = (hours_until_water_loss_settles(one) <= 24) & (hours_until_closed(one) > 24)
    assert np.mean(both) > 0.2


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({"age_years": 25.6}, {"age_years": 77.3}),
        ({"needle_mm": 0.5}, {"needle_mm": 0.75}),
        ({"occluded": False}, {"occluded": True}),
    ],
)
def test_signs_are_as_kelchen_found(less: dict[str, float], more: dict[str, float]) -> None:
    def typical(change: dict[str, float]) -> float:
        one = closing(DRAWS, **({"needle_mm": 0.5, "age_years": 40.0} | change))
        return waits(hours_until_closed(one)).half_h

    assert typical(more) > typical(less)


def test_the_sign_of_age_can_fail() -> None:
    old, young = (
        hours_until_closed(closing(DRAWS, needle_mm=0.5, age_years=age)) for age in (77.3, 25.6)
    )
    assert 0.5 < np.mean(old > young) < 0.99


def claims_with_priors() -> Iterator[str]:
    yield from (key for key, claim in CLAIMS.items() if claim.prior is not None)


def test_every_fitted_parameter_names_what_moved_it() -> None:
    built = {row["source"] for row in BUILDING}
    for key in claims_with_priors():
        prior = CLAIMS[key].prior
        assert prior is not None
        assert set(prior.fitted_to) <= built


def test_draws_of_another_number_are_refused() -> None:
    some = draw(parameters(load_knowledge(), "closure"), 10, seed=1)
    for key in ("age-effect", "closed-below", "channel-half-life"):
        with pytest.raises(UsageError, match="not all as many"):
            closing({**some, key: some[key][:9]}, needle_mm=1, age_years=40)
