"""Redness: the closed form of inflammation, when redness ends, and what sources say of it."""

from __future__ import annotations

import csv
from decimal import Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad, solve_ivp

from needlework import response
from needlework.errors import UsageError
from needlework.evidence import load_knowledge
from needlework.response.healing import STATES, chain, respond
from needlework.response.parameters import draw, parameters
from needlework.response.redness import (
    Course,
    ceilings,
    course,
    hours_until_resolved,
    inflammation,
    inflammation_area,
    inflammation_peak_hours,
    peak_redness,
    redness,
    share_beyond,
    swelling,
)

KNOWN = load_knowledge()
CLAIMS = parameters(KNOWN, "redness")
DATA = Path(response.__file__).parent / "data"
COUNT = 5000
DRAWS = draw(CLAIMS, COUNT, seed=9)
HEALING = draw(parameters(KNOWN, "healing"), COUNT, seed=9)

LIVES = st.floats(0.1, 1000)
LATE = st.floats(0, 20)
SHARE = st.floats(0.01, 0.9)


def one(
    early: ArrayLike = 1.5,
    late: ArrayLike = 0.3,
    damage: ArrayLike = 14.4,
    inflamed: ArrayLike = 38.4,
    dose: ArrayLike = 1.0,
) -> Course:
    given_values = (dose, early, late, damage, inflamed)
    values = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, float)) for v in given_values))
    return Course(*values)


def exact(time: float, damage: float, inflamed: float) -> float:
    """The textbook difference, with digits enough to bear its cancellation."""
    with localcontext() as context:
        context.prec = 120
        t, a, b = Decimal(time), 1 / Decimal(damage), 1 / Decimal(inflamed)
        if a == b:
            return float(a * t * (-a * t).exp())
        return float(a * ((-b * t).exp() - (-a * t).exp()) / (a - b))


# --- inflammation -----------------------------------------------------------------------------


@given(st.floats(0, 500), LIVES, LIVES)
def test_inflammation_is_the_textbook_difference(t: float, damage: float, inflamed: float) -> None:
    value = inflammation([t], damage_h=damage, inflammation_h=inflamed)[0, 0]
    assert value == pytest.approx(exact(t, damage, inflamed), rel=1e-11, abs=1e-60)


@pytest.mark.parametrize("apart", [0.0, 1e-16, 1e-14, 1e-12, 1e-9, 1e-6, 1e-3])
@pytest.mark.parametrize("t", [1e-6, 1.0, 24.0, 400.0])
def test_nothing_cancels_where_rates_meet(apart: float, t: float) -> None:
    damage, inflamed = 24.0, 24.0 * (1 + apart)
    value = inflammation([t], damage_h=damage, inflammation_h=inflamed)[0, 0]
    assert value == pytest.approx(exact(t, damage, inflamed), rel=1e-13)


@pytest.mark.parametrize(("damage", "inflamed"), [(14.4, 38.4), (38.4, 14.4), (20.0, 20.0)])
def test_inflammation_solves_its_equations(damage: float, inflamed: float) -> None:
    times = np.linspace(0, 300, 61)
    solved = solve_ivp(
        lambda _, y: [-y[0] / damage, y[0] / damage - y[1] / inflamed],
        (0, 300),
        [1.0, 0.0],
        method="Radau",
        t_eval=times,
        rtol=1e-11,
        atol=1e-13,
    )
    ours = inflammation(times, damage_h=damage, inflammation_h=inflamed)[0]
    assert np.abs(ours - solved.y[1]).max() < 1e-8


@pytest.mark.parametrize(("damage", "inflamed"), [(14.4, 38.4), (38.4, 14.4), (20.0, 20.0)])
def test_its_area_and_peak_are_its_own(damage: float, inflamed: float) -> None:
    def at(t: float) -> float:
        return float(inflammation([t], damage_h=damage, inflammation_h=inflamed, dose=0.4)[0, 0])

    area = quad(at, 0, 3000, limit=400)[0]
    assert area == pytest.approx(inflammation_area(inflammation_h=inflamed, dose=0.4)[0], rel=1e-7)
    peak = inflammation_peak_hours(damage_h=damage, inflammation_h=inflamed)[0]
    assert at(peak) > max(at(peak * 0.999), at(peak * 1.001))


@given(LIVES, LIVES)
def test_the_peak_comes_at_one_time_whichever_stage_is_slow(one_h: float, other_h: float) -> None:
    there, back = (
        inflammation_peak_hours(damage_h=first, inflammation_h=second)[0]
        for first, second in ((one_h, other_h), (other_h, one_h))
    )
    assert there == back
    assert min(one_h, other_h) * (1 - 1e-12) <= there <= max(one_h, other_h) * (1 + 1e-12)


@given(LIVES, LIVES, st.floats(0.01, 1), st.floats(0.1, 10), st.floats(0, 500))
def test_inflammation_scales(
    damage: float, inflamed: float, dose: float, slower: float, t: float
) -> None:
    plain = inflammation([t], damage_h=damage, inflammation_h=inflamed)
    dosed = inflammation([t], damage_h=damage, inflammation_h=inflamed, dose=dose)
    slow = inflammation([t * slower], damage_h=damage * slower, inflammation_h=inflamed * slower)
    assert dosed == pytest.approx(plain * dose, rel=1e-12)
    assert slow == pytest.approx(plain, rel=1e-9, abs=1e-200)


def test_shapes_are_draws_by_times() -> None:
    values = inflammation([1, 2, 3], damage_h=[10, 20], inflammation_h=30)
    assert values.shape == (2, 3)
    assert redness(one(early=[1, 2, 3, 4]), [0.0, 5.0]).shape == (4, 2)


def test_it_is_the_healing_chains_own_second_stage() -> None:
    made = chain(HEALING)
    days = respond(made, (0.0,), np.ones((COUNT, 1)), until_day=30)
    ours = inflammation(
        days.days * 24, damage_h=made.damage_days * 24, inflammation_h=made.inflammation_days * 24
    )
    assert np.abs(ours - days.states[:, STATES.index("inflammation")]).max() < 1e-10


# --- when redness ends ------------------------------------------------------------------------


@given(st.floats(0, 200), st.floats(0.05, 1), LATE)
def test_redness_is_its_two_parts(t: float, dose: float, late: float) -> None:
    flush = np.exp(-t / 1.5)
    inflamed = exact(t, 14.4, 38.4)
    value = redness(one(late=late, dose=dose), [t])[0, 0]
    assert value == pytest.approx(dose * (flush + late * inflamed), rel=1e-9)


def test_a_flush_alone_ends_after_its_logarithm() -> None:
    hours = hours_until_resolved(one(early=[0.5, 1.5, 6.0], late=0))
    assert hours == pytest.approx(np.array([0.5, 1.5, 6.0]) * np.log(10), rel=1e-12)


@given(st.floats(0.1, 12), LATE, st.floats(1, 100), st.floats(1, 400), SHARE)
def test_after_its_end_redness_stays_low(
    early: float, late: float, damage: float, inflamed: float, below: float
) -> None:
    skin = one(early, late, damage, inflamed)
    end = float(hours_until_resolved(skin, below=below)[0])
    threshold = below * peak_redness(skin)[0]
    assert redness(skin, [end])[0, 0] == pytest.approx(threshold, rel=1e-9)
    after = np.linspace(end * (1 + 1e-9), end + 20 * max(damage, inflamed, early), 4000)
    assert redness(skin, after).max() <= threshold * (1 + 1e-3)


@given(st.floats(0.1, 12), LATE, st.floats(1, 100), st.floats(1, 400))
@example(0.125, 2.0, 1.0, 2.0)
def test_the_peak_is_the_greatest(
    early: float, late: float, damage: float, inflamed: float
) -> None:
    skin = one(early, late, damage, inflamed)
    fine = redness(skin, np.linspace(0, 8 * max(damage, inflamed), 20_001)).max()
    peak = peak_redness(skin)[0]
    assert fine * (1 - 1e-12) <= peak <= fine * (1 + 1e-4)


@given(st.floats(0.01, 1), LATE)
def test_against_its_own_peak_no_dose_matters(dose: float, late: float) -> None:
    full, less = (hours_until_resolved(one(late=late, dose=amount)) for amount in (1.0, dose))
    assert less == pytest.approx(full, rel=1e-9)


@given(st.floats(0.05, 1), st.floats(0.05, 1), LATE)
def test_against_one_peak_a_smaller_dose_ends_sooner(a: float, b: float, late: float) -> None:
    low, high = sorted((a, b))
    less, more = (hours_until_resolved(one(late=late, dose=x), of=1.0)[0] for x in (low, high))
    assert less <= more * (1 + 1e-12)


@given(st.floats(0.1, 10), LATE)
def test_slower_skin_is_red_in_proportion(slower: float, late: float) -> None:
    # A late part that only just returns to the threshold may be seen at one scale alone.
    assume(abs(late * 0.555 - 0.1) > 1e-3)
    plain = hours_until_resolved(one(late=late))
    slow = hours_until_resolved(one(1.5 * slower, late, 14.4 * slower, 38.4 * slower))
    assert slow == pytest.approx(plain * slower, rel=1e-9)


def test_what_never_is_that_red_has_ended_at_once() -> None:
    assert hours_until_resolved(one(dose=0.05), of=1.0).tolist() == [0.0]


def test_without_a_dose_there_is_nothing_to_end() -> None:
    none = one(dose=[0.0, 0.5])
    assert redness(none, [1.0])[0, 0] == 0
    for of in (None, 1.0):
        ends = hours_until_resolved(none, of=of)
        assert ends[0] == 0 < ends[1]


def test_a_little_more_late_redness_turns_hours_into_days() -> None:
    """Why sources disagree: the end jumps where the late part just reaches a tenth of the peak."""
    hours = hours_until_resolved(one(late=[0.1, 0.17, 0.19, 0.3]))
    assert np.all(hours[:2] < 6)
    assert np.all(hours[2:] > 20)


def test_extremes_end_within_the_grid() -> None:
    skin = one(
        early=[0.01, 100, 1.5, 1.5],
        late=[1e6, 0, 1e-6, 50],
        damage=[1, 1, 1e4, 14.4],
        inflamed=[1e4, 1, 1, 14.4],
    )
    end = hours_until_resolved(skin, below=0.001)
    late = redness(skin, end * 1.01)
    assert np.all(np.diag(late) < 0.001 * peak_redness(skin))


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [[], [-1.0], [float("nan")], [[1.0]], [float("inf")]])
def test_senseless_times_are_refused(hours: list[float]) -> None:
    with pytest.raises(UsageError, match="Hours since the last pass"):
        redness(one(), hours)
    with pytest.raises(UsageError, match="Hours since the last pass"):
        inflammation(hours, damage_h=1, inflammation_h=2)


@pytest.mark.parametrize("life", [0.0, -1.0, float("nan"), float("inf"), []])
def test_senseless_lifetimes_are_refused(life: ArrayLike) -> None:
    with pytest.raises(UsageError, match="Lifetime"):
        inflammation([1.0], damage_h=life, inflammation_h=2)
    with pytest.raises(UsageError, match="Lifetime"):
        inflammation_area(inflammation_h=life)


@pytest.mark.parametrize("dose", [-0.1, 1.1, float("nan"), []])
def test_senseless_doses_are_refused(dose: ArrayLike) -> None:
    with pytest.raises(UsageError, match="Dose"):
        course(DRAWS, HEALING, dose=dose)


def test_draws_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError, match="numbers of draws"):
        course(DRAWS, draw(parameters(KNOWN, "healing"), COUNT - 1, seed=9))
    with pytest.raises(UsageError, match="does not match the 5000 draws"):
        course(DRAWS, HEALING, dose=[0.5, 0.6])
    broken = dict(DRAWS) | {"late-ratio": np.full(COUNT, np.nan)}
    with pytest.raises(UsageError, match="late-ratio"):
        course(broken, HEALING)
    with pytest.raises(UsageError, match="damage-time"):
        course(DRAWS, dict(HEALING) | {"damage-time": np.full(COUNT, np.nan)})


@pytest.mark.parametrize("below", [0.0, 1.0, -1.0, float("nan")])
def test_senseless_shares_are_refused(below: float) -> None:
    with pytest.raises(UsageError, match="Share of the peak"):
        hours_until_resolved(one(), below=below)


@pytest.mark.parametrize("of", [0.0, -1.0, float("nan")])
def test_senseless_peaks_are_refused(of: float) -> None:
    with pytest.raises(UsageError, match="Redness to compare with"):
        hours_until_resolved(one(), of=of)


@pytest.mark.parametrize("depth", [0.0, -1.0, float("nan")])
def test_senseless_depths_are_refused(depth: float) -> None:
    with pytest.raises(UsageError, match="depth"):
        ceilings(KNOWN, depth)


def test_no_draws_lie_beyond_nothing() -> None:
    with pytest.raises(UsageError, match="no value"):
        share_beyond(np.array([]), ceilings(KNOWN)[0])


# --- published --------------------------------------------------------------------------------

BELOW = CLAIMS["resolved-below"].number
ENDS: NDArray[np.float64] = hours_until_resolved(course(DRAWS, HEALING), below=BELOW)


def rows(folder: str) -> list[dict[str, str]]:
    with (DATA / folder / "redness.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


BUILDING, VERIFICATION = rows("building"), rows("verification")


def test_what_it_was_built_on_lies_within_its_interval() -> None:
    low, high = np.quantile(ENDS, (0.025, 0.975))
    for row in BUILDING:
        assert not row["low_h"] or float(row["low_h"]) <= high
        assert float(row["high_h"]) >= low


@pytest.mark.parametrize("row", VERIFICATION, ids=lambda row: str(row["source"]))
def test_most_are_over_when_sources_say_that_all_are(row: dict[str, str]) -> None:
    assert np.mean(float(row["high_h"]) >= ENDS) > 0.5


def test_short_needles_end_within_bals_hours_only_against_a_full_peak() -> None:
    """A known miss: against its own peak no dose matters, so short needles stay red too long."""
    limit = CLAIMS["ceiling-bal"].number
    shallow = course(DRAWS, HEALING, dose=0.2)
    assert np.mean(hours_until_resolved(shallow, below=BELOW) <= limit) < 0.1
    assert np.mean(hours_until_resolved(shallow, below=BELOW, of=1.0) <= limit) > 0.5


def test_data_and_ceilings_agree() -> None:
    hours = {
        source: ceiling.gone_by_h.value for ceiling in ceilings(KNOWN) for source in ceiling.sources
    }
    for row in (*BUILDING, *VERIFICATION):
        assert row["source"] in KNOWN.release.sources
        assert row["mark"] in {"S1", "S2", "R"}
        if row["source"] in hours:
            assert float(row["high_h"]) == hours[row["source"]]
    assert {row["source"] for row in (*BUILDING, *VERIFICATION)} >= {
        *("Bal2008", "HongKong2018", "Donnelly2014", "Han2012", "Chu2021")
    }
    assert not {row["source"] for row in BUILDING} & {row["source"] for row in VERIFICATION}


@pytest.mark.parametrize(
    ("depth", "hours"),
    [(0.2, [2, 6, 48, 72, 168]), (0.3, [2, 6, 48, 168]), (0.4, [2, 6, 168]), (1.5, [6, 168])],
)
def test_a_ceiling_speaks_of_its_own_depth_alone(depth: float, hours: list[float]) -> None:
    assert [ceiling.gone_by_h.value for ceiling in ceilings(KNOWN, depth)] == hours


def test_swelling_is_told_and_not_drawn() -> None:
    said = swelling(KNOWN)
    assert said.shortest_h.value <= said.gone_by_h.value <= said.longest_h.value
    assert (said.shortest_h.value, said.gone_by_h.value, said.longest_h.value) == (3, 72, 168)
    assert "No study measured" in said.unknown.text
    cited = (said.peak_day, said.gone_by_h, said.shortest_h, said.longest_h, said.unknown)
    assert {claim for each in cited for claim in each.claims} <= set(KNOWN.claims)
