"""Healing: exact against stiff solvers, linear, positive, conserving; and honest about misses."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import factorial
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from numpy.typing import NDArray
from scipy.integrate import simpson, solve_ivp
from scipy.linalg import expm

from needlework.errors import UsageError
from needlework.evidence import Claim, load_knowledge
from needlework.response.healing import (
    LONGEST_DAYS,
    SHORTEST_DAYS,
    Chain,
    chain,
    collagen_i_peak,
    dose,
    maturation,
    respond,
)
from needlework.response.healing_elastin import elastin
from needlework.response.healing_matrix import transition
from needlework.response.parameters import draw, parameters

Array = NDArray[np.float64]

TIMES = (
    "damage-time",
    "inflammation-time",
    "macrophage-time",
    "fibroblast-time",
    "maturation-time",
    "collagen-iii-time",
    "collagen-i-time",
)
DATA = files("needlework.response") / "data"


@cache
def claims() -> dict[str, Claim]:
    return parameters(load_knowledge(), "healing")


def made_of(times: Array, shares: Array) -> Chain:
    """A chain from times of shape (draws, 7) and shares of shape (draws,)."""
    values = dict(zip(TIMES, times.T, strict=True))
    return chain({**values, "matured-share": shares})


@cache
def centre() -> Chain:
    times = np.array([[claims()[key].number for key in TIMES]])
    return made_of(times, np.array([claims()["matured-share"].number]))


@cache
def drawn(draws: int = 40) -> Chain:
    return chain(draw(claims(), draws, seed=7))


def one_dose(made: Chain, sessions: int) -> Array:
    return np.ones((made.draws, sessions))


def stiff(
    made: Chain,
    session_days: list[float],
    doses: list[float],
    until: int,
    method: Literal["Radau", "LSODA"],
) -> Array:
    """The chain's first draw by an adaptive solver, daily; shape (6, days)."""
    loss, flow = made.loss_per_day[:, 0], made.flow_per_day[:, 0]
    matrix = np.diag(-loss) + np.diag(flow, -1)
    states = np.zeros((6, until + 1))
    state = np.zeros(6)
    stops = [*session_days, float(until)]
    for (begin, end), amount in zip(pairwise(stops), doses, strict=True):
        state[0] += amount
        asked = np.arange(np.ceil(begin), np.floor(end) + 1)
        times = np.unique([*asked, end])
        if end > begin:
            found = solve_ivp(
                lambda _day, x: matrix @ x,
                (begin, end),
                state,
                method=method,
                jac=matrix if method == "Radau" else lambda _day, _x: matrix,
                t_eval=times,
                rtol=2e-11,
                atol=1e-14,
            )
            states[:, asked.astype(int)] = found.y[:, np.isin(times, asked)]
            state = found.y[:, -1].copy()
    return states


@pytest.mark.parametrize("method", ["Radau", "LSODA"])
@pytest.mark.parametrize(
    ("times", "share"),
    [
        ([5.0] * 7, 1.0),
        ([5.0] * 5 + [1e6, 5.0], 0.5),
        ([5.0, 5.0 * (1 + 1e-9), 5.0 * (1 + 1e-7), 5.0, 10.0, 10.0, 5.0], 0.7),
        ([0.2, 2000.0, 0.2, 2000.0, 0.4, 0.4, 0.2], 0.9),
        ([0.01, 0.1, 1.0, 10.0, 100.0, 100.0, 100.0], 0.3),
        ([0.6, 1.6, 3.0, 4.0, 60.0, 90.0, 1800.0], 0.6),
    ],
)
def test_stiff_solvers_agree(
    times: list[float], share: float, method: Literal["Radau", "LSODA"]
) -> None:
    made = made_of(np.array([times]), np.array([share]))
    days, doses = [0.0, 7.0, 7.0, 20.3], [0.5, 0.3, 0.4, 0.9]
    ours = respond(made, tuple(days), np.array([doses]), until_day=120).states[0]
    theirs = stiff(made, days, doses, 120, method)
    assert np.all(np.abs(ours - theirs).max(axis=1) <= 1e-8 * ours.max(axis=1))


@pytest.mark.parametrize("seed", range(5))
def test_stiff_solvers_agree_on_whatever_chain(seed: int) -> None:
    """Time constants from 45 minutes to 300 days, sessions at any hour."""
    chance = np.random.default_rng(seed)
    made = made_of(10 ** chance.uniform(-1.5, 2.5, (1, 7)), chance.uniform(0.05, 1, 1))
    days, doses = sorted(chance.uniform(0, 40, 3)), [1.0, 0.5, 0.7]
    ours = respond(made, tuple(days), np.array([doses]), until_day=60).states[0]
    theirs = stiff(made, days, doses, 60, "Radau")
    assert np.all(np.abs(ours - theirs).max(axis=1) <= 1e-8 * ours.max(axis=1))


@pytest.mark.parametrize("span", [0.0, 1e-6, 0.3, 4.0, 60.0])
def test_equal_losses_give_erlang(span: float) -> None:
    moved = transition(np.ones((6, 1)), np.ones((5, 1)), span)[:, 0, 0]
    exact = [span**i * np.exp(-span) / factorial(i) for i in range(6)]
    assert np.allclose(moved, exact, rtol=1e-12, atol=0)


@given(st.lists(st.floats(-4, 1), min_size=6, max_size=6), st.floats(0.01, 3), st.floats(0.01, 3))
def test_transitions_follow_each_other(powers: list[float], one: float, two: float) -> None:
    loss = 10.0 ** np.array(powers)[:, None]
    flow = 0.9 * loss[:-1]
    together = transition(loss, flow, one + two)[..., 0]
    apart = transition(loss, flow, two)[..., 0] @ transition(loss, flow, one)[..., 0]
    assert np.allclose(together, apart, rtol=1e-11, atol=1e-300)
    assert (together >= 0).all()
    assert (together.sum(axis=0) <= 1 + 1e-12).all()


def test_the_farthest_entry_of_slow_vessels_is_right_to_its_last_digits() -> None:
    """It begins with the fifth term of the series: cut too soon, it lost eleven-digit accuracy."""
    loss = 10.0 ** np.array([[0.0], [0.0], [-2.0], [-2.0], [-2.0], [-3.0]])
    flow = 0.9 * loss[:-1]
    whole = transition(loss, flow, 0.5)[..., 0]
    half = transition(loss, flow, 0.25)[..., 0]
    assert np.allclose(whole, half @ half, rtol=2e-14, atol=0)


def test_another_exponential_agrees_where_losses_lie_apart() -> None:
    """SciPy's loses digits where they nearly meet: it divides by their differences."""
    loss = np.array([[2.0], [0.5], [0.3], [0.25], [0.03], [0.001]])
    flow = 0.9 * loss[:-1]
    theirs = expm(7 * (np.diag(-loss[:, 0]) + np.diag(flow[:, 0], -1)))
    assert np.allclose(transition(loss, flow, 7.0)[..., 0], theirs, rtol=1e-11, atol=1e-15)


def test_a_slow_vessel_keeps_its_digits_beside_a_fast_one() -> None:
    loss = np.array([[1 / SHORTEST_DAYS], [1 / LONGEST_DAYS]])
    moved = transition(loss, loss[:1], 7.0)[:, :, 0]
    exact = np.exp(-loss[1] * 7) / (1 - loss[1] / loss[0])
    assert np.isclose(moved[1, 0], exact[0], rtol=1e-9)
    assert moved[1, 1] == np.exp(-7 * loss[1, 0])


def test_a_draw_does_not_depend_on_its_neighbours() -> None:
    many = drawn()
    alone = Chain(**{name: getattr(many, name)[11:12] for name in many.__struct_fields__})
    sessions = (0.0, 12.5, 28.0)
    among = respond(many, sessions, one_dose(many, 3), until_day=90).states[11:12]
    assert np.array_equal(respond(alone, sessions, one_dose(alone, 3), until_day=90).states, among)
    for one, all_of_them in zip(collagen_i_peak(alone), collagen_i_peak(many), strict=True):
        assert one[0] == all_of_them[11]


SESSIONS = st.lists(st.floats(0, 80), min_size=1, max_size=4).map(sorted).map(tuple)


@given(SESSIONS, st.floats(0, 3), st.floats(0, 3))
def test_answers_add_up(days: tuple[float, ...], one: float, two: float) -> None:
    made, ones = drawn(5), one_dose(drawn(5), len(days))

    def course(amount: float) -> Array:
        return respond(made, days, amount * ones, until_day=100).states

    assert np.allclose(course(one) + course(two), course(one + two), rtol=1e-11, atol=1e-13)
    apart = [respond(made, (day,), ones[:, :1], until_day=100).states for day in days]
    assert np.allclose(np.sum(apart, axis=0), course(1.0), rtol=1e-10, atol=1e-13)


@given(SESSIONS, st.integers(1, 30))
def test_a_later_beginning_only_shifts(days: tuple[float, ...], later: int) -> None:
    made = drawn(5)
    now = respond(made, days, one_dose(made, len(days)), until_day=100).states
    shifted = tuple(day + later for day in days)
    then = respond(made, shifted, one_dose(made, len(days)), until_day=100 + later).states
    assert np.allclose(then[:, :, later:], now, rtol=1e-9, atol=1e-12)
    assert (then[:, :, : int(np.ceil(shifted[0] - 1e-9))] == 0).all()


@given(SESSIONS)
def test_a_coarser_grid_reads_the_same_course(days: tuple[float, ...]) -> None:
    made = drawn(5)
    ones = one_dose(made, len(days))
    daily = respond(made, days, ones, until_day=105).states
    weekly = respond(made, days, ones, until_day=105, step_days=7).states
    assert np.allclose(weekly, daily[:, :, ::7], rtol=1e-10, atol=1e-13)


@given(SESSIONS)
def test_nothing_falls_below_zero(days: tuple[float, ...]) -> None:
    made = drawn()
    assert (respond(made, days, one_dose(made, len(days)), until_day=100).states >= 0).all()


def test_what_is_lost_has_left() -> None:
    made = drawn(5)
    course = respond(made, (0, 10), one_dose(made, 2), until_day=60, step_days=0.025)
    loss = made.loss_per_day
    gone = loss[4] * simpson(course.collagen_iii, x=course.days, axis=1)
    held = course.states[:, :5, -1].sum(axis=1)
    assert np.allclose(held + gone, 2.0, rtol=1e-4)
    made_i = made.flow_per_day[4] * simpson(course.collagen_iii, x=course.days, axis=1)
    lost_i = loss[5] * simpson(course.collagen_i, x=course.days, axis=1)
    assert np.allclose(course.collagen_i[:, -1] + lost_i, made_i, rtol=1e-4)


def test_two_sessions_on_a_day_are_one_of_both_doses() -> None:
    made = drawn(5)
    twice = respond(made, (0, 0), np.full((5, 2), 0.5), until_day=50).states
    once = respond(made, (0,), one_dose(made, 1), until_day=50).states
    assert np.allclose(twice, once, rtol=1e-13)
    assert (once[:, 0, 0] == 1).all()
    assert (once[:, 1:, 0] == 0).all()


def test_a_session_is_felt_on_its_own_day_and_not_before() -> None:
    damage = respond(centre(), (2.5, 5.0), one_dose(centre(), 2), until_day=6).states[0, 0]
    tau = centre().damage_days[0]
    assert (damage[:3] == 0).all()
    assert np.isclose(damage[3], np.exp(-0.5 / tau), rtol=1e-13)
    assert np.isclose(damage[5], 1 + np.exp(-2.5 / tau), rtol=1e-13)


def test_a_session_after_the_last_grid_day_is_not_yet_felt() -> None:
    course = respond(centre(), (3.0, 16.0), one_dose(centre(), 2), until_day=17, step_days=7)
    alone = respond(centre(), (3.0,), one_dose(centre(), 1), until_day=17, step_days=7)
    assert np.array_equal(course.states, alone.states)
    late = respond(centre(), (16.0,), one_dose(centre(), 1), until_day=17, step_days=7)
    assert not late.states.any()


def amounts(days: tuple[float, ...], read: float) -> tuple[float, float]:
    """Collagen III and I on a day at the priors' centres, full doses."""
    course = respond(centre(), days, one_dose(centre(), len(days)), until_day=read)
    return course.collagen_iii[0, -1], course.collagen_i[0, -1]


@pytest.mark.parametrize(
    ("gap", "both", "type_i"),
    [(7, 1.60, 1.28), (14, 1.55, 1.29), (28, 1.49, 1.30), (42, 1.46, 1.30)],
)
def test_the_interval_has_almost_no_effect(gap: int, both: float, type_i: float) -> None:
    """Four sessions read 90 days after the last: amounts, in units of one full session."""
    three, one = amounts((0, gap, 2 * gap, 3 * gap), 3 * gap + 90)
    assert abs(three + one - both) < 0.006
    assert abs(one - type_i) < 0.006


def test_three_sessions_at_three_and_six_months() -> None:
    days = (0, 14, 28)
    (three_3, one_3), (three_6, one_6) = amounts(days, 90), amounts(days, 180)
    assert abs(one_6 / one_3 - 1.13) < 0.005
    assert abs((three_6 + one_6) / (three_3 + one_3) - 0.75) < 0.005


@pytest.mark.parametrize(("day", "share"), [(30, 0.78), (90, 0.26), (180, 0.03)])
def test_collagen_iii_gives_way_to_collagen_i(day: int, share: float) -> None:
    three, one = amounts((0,), day)
    assert abs(three / (three + one) - share) < 0.0051


def test_cells_act_when_they_were_meant_to() -> None:
    course = respond(centre(), (0,), one_dose(centre(), 1), until_day=60, step_days=0.1)
    cells = course.states[0, 3]
    assert 5 < course.days[cells.argmax()] < 7
    assert (cells[course.days >= 21] < 0.1 * cells.max()).all()


def rows(folder: str, name: str) -> list[dict[str, str]]:
    path = DATA / folder / name
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_more_sessions_make_more_collagen_as_in_rats_and_people() -> None:
    """Zeitter's four against one; both types up in El-Domyati's two cohorts and Kim's mice."""
    course = respond(drawn(), (0, 28, 56, 84), one_dose(drawn(), 4), until_day=154)
    once = respond(drawn(), (84,), one_dose(drawn(), 1), until_day=154)
    assert (course.new_collagen[:, -1] > once.new_collagen[:, -1]).all()
    for row in rows("verification", "collagen_direction.csv"):
        if row["subject"].startswith("people"):
            assert row["direction"] == "up"


def test_what_the_chain_cannot_do_is_known() -> None:
    """Rats: type III a fifth of new collagen by 24 h, synthesis over by day 11. Not here."""
    share = rows("verification", "collagen_type_iii_share.csv")[-1]
    assert (share["time_h"], share["value_percent"]) == ("24", "20")
    three, one = amounts((0,), 1)
    assert three / (three + one) > 0.9
    over = next(
        row
        for row in rows("building", "healing_rat_synthesis.csv")
        if row["event"] == "normal_again"
    )
    cells = respond(centre(), (0,), one_dose(centre(), 1), until_day=20).states[0, 3]
    assert cells[int(over["day"])] > 0.5 * cells.max()


def test_data_are_sourced_and_kept_apart() -> None:
    known = load_knowledge().release.sources
    seen: dict[str, set[tuple[str, ...]]] = {}
    for folder in ("building", "verification"):
        for path in (DATA / folder).iterdir():
            if path.name.startswith(("healing", "collagen")):
                for row in rows(folder, path.name):
                    assert row["source"] in known, path.name
                    assert row["mark"] in {"S1", "S2", "R"}, path.name
                    seen.setdefault(folder, set()).add(tuple(row.values()))
    assert not seen["building"] & seen["verification"]


@given(st.floats(0, 1), st.floats(0, 1), st.floats(1e-6, 1))
def test_dose_rises_and_saturates(one: float, other: float, half: float) -> None:
    low, high = sorted((one, other))
    doses = dose(np.array([low, high, 0.0, half]), np.array([half]))
    assert doses[0] <= doses[1] < 1
    assert doses[2] == 0
    assert doses[3] == 0.5


@given(st.floats(1e-3, 1e3))
def test_dose_has_no_unit(scale: float) -> None:
    volumes = np.array([1e-4, 3e-3])
    assert np.allclose(
        dose(volumes, np.array([1e-3])), dose(scale * volumes, np.array([scale * 1e-3]))
    )


def test_the_peak_is_the_highest_point() -> None:
    made = drawn()
    day, height = collagen_i_peak(made)
    course = respond(made, (0,), one_dose(made, 1), until_day=2500, step_days=0.5)
    assert (course.collagen_i.max(axis=1) <= height * (1 + 1e-12)).all()
    inside = day < 2400
    assert inside.sum() > 30
    assert np.allclose(course.collagen_i.max(axis=1)[inside], height[inside], rtol=1e-4)
    assert np.allclose(course.days[course.collagen_i.argmax(axis=1)][inside], day[inside], atol=0.6)


@pytest.mark.parametrize(
    "times", [[1.0] * 7, [1e3, 1e-3, 1e3, 1e-3, 1e-3, 1e3, 1e-3], [1e-3] * 6 + [1e6]]
)
def test_the_peak_is_flat_in_odd_chains(times: list[float]) -> None:
    made = made_of(np.array([times]), np.array([0.5]))
    day, height = collagen_i_peak(made)
    loss, flow = made.loss_per_day, made.flow_per_day
    state = transition(loss, flow, day)[:, 0, 0]
    slope = flow[4, 0] * state[4] - loss[5, 0] * state[5]
    assert abs(slope) < 1e-3 * loss[5, 0] * state[5]
    assert np.isclose(height[0], state[5], rtol=1e-7)


@given(SESSIONS, st.floats(0.1, 5))
def test_maturation_is_collagen_i_over_its_peak(days: tuple[float, ...], amount: float) -> None:
    made = drawn(5)
    _, height = collagen_i_peak(made)
    grown = maturation(made, days, until_day=400, step_days=7)
    assert grown.min() >= 0
    assert grown.max() <= 1
    course = respond(made, days, np.full((5, len(days)), amount), until_day=400, step_days=7)
    together = course.collagen_i / height[:, None] / amount
    assert np.allclose(grown.sum(axis=1), together, rtol=1e-8, atol=1e-12)


def test_elastin_is_uncertain_and_has_no_curve() -> None:
    said = elastin(claims())
    assert said.direction == "uncertain"
    assert {study.direction for study in said.studies} == {"up", "down", "unchanged"}
    known = load_knowledge().release.sources
    assert all(study.source in known for study in said.studies)
    assert not hasattr(drawn(), "elastin_days")


def test_elastin_claimed_against_its_studies_is_refused() -> None:
    other = {"elastin-direction": replace(claims()["elastin-direction"], value="up")}
    with pytest.raises(UsageError, match="'up', where the studies come to 'uncertain'"):
        elastin(other)


def test_a_chain_lacks_a_parameter() -> None:
    with pytest.raises(UsageError, match="lack collagen-i-time, matured-share"):
        chain({key: np.ones(3) for key in TIMES[:-1]})


@pytest.mark.parametrize(
    ("key", "given_", "says"),
    [
        ("damage-time", [0.0, 1.0], "damage-time lies outside"),
        ("collagen-i-time", [1.0, 2e6], "collagen-i-time lies outside"),
        ("matured-share", [0.5, 1.1], "matured-share lies outside 1e-06 to 1"),
        ("matured-share", [0.5, 0.0], "matured-share lies outside 1e-06 to 1"),
        ("fibroblast-time", [1.0, np.nan], "fibroblast-time: not a finite"),
        ("macrophage-time", [np.inf, 1.0], "macrophage-time: not a finite"),
        ("maturation-time", [1.0], "maturation-time has the shape"),
        ("collagen-iii-time", [[1.0, 1.0]], "collagen-iii-time has the shape"),
    ],
)
def test_a_chain_of_bad_draws(key: str, given_: list[float], says: str) -> None:
    values = {name: np.full(2, 0.5) for name in (*TIMES, "matured-share")}
    with pytest.raises(UsageError, match=says):
        chain({**values, key: np.array(given_)})


def test_no_draws_make_no_chain() -> None:
    with pytest.raises(UsageError, match="no value"):
        chain({name: np.empty(0) for name in (*TIMES, "matured-share")})


@pytest.mark.parametrize(
    ("days", "until", "step", "says"),
    [
        ((), 10.0, 1.0, "Days of sessions: there is no value"),
        ((0.0, 14.0, 7.0), 90.0, 1.0, "Session 3 on day 7 comes before the last, on day 14"),
        ((-1.0,), 90.0, 1.0, "Day of session 1: -1 is out of domain"),
        ((0.0, np.nan), 90.0, 1.0, "Day of session 2: not a finite"),
        ((0.0, 91.0), 90.0, 1.0, "on day 91, lies after day 90"),
        ((0.0,), np.inf, 1.0, "Last day: not a finite"),
        ((0.0,), 90.0, 0.0, "Step of the grid in days: 0"),
        ((0.0,), 90.0, np.nan, "Step of the grid in days: not a finite"),
        ((0.0,), 90.0, 1e-9, "too many"),
    ],
)
def test_courses_that_cannot_be(
    days: tuple[float, ...], until: float, step: float, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        respond(centre(), days, np.ones((1, len(days))), until_day=until, step_days=step)
    with pytest.raises(UsageError, match=says):
        maturation(centre(), days, until_day=until, step_days=step)


@pytest.mark.parametrize(
    ("doses", "says"),
    [
        ([[1.0]], "do not fit 1 draws × 2 sessions"),
        ([[1.0, np.nan]], "Dose of a session: not a finite"),
        ([[1.0, -0.1]], "Dose of a session: -0.1"),
    ],
)
def test_doses_that_cannot_be(doses: list[list[float]], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        respond(centre(), (0, 7), np.array(doses), until_day=10)


@pytest.mark.parametrize(
    ("injured", "half", "says"),
    [
        ([], [1.0], "Injured volume in cm3/cm2: there is no value"),
        ([-1e-9], [1.0], "Injured volume in cm3/cm2: -1e-09"),
        ([np.nan], [1.0], "Injured volume in cm3/cm2: not a finite"),
        ([1.0], [0.0], "half the effect in cm3/cm2: 0"),
        ([1.0], [np.nan], "half the effect in cm3/cm2: not a finite"),
    ],
)
def test_volumes_that_cannot_be(injured: list[float], half: list[float], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        dose(np.array(injured), np.array(half))
