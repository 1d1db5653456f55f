"""Darkening: the beta-binomial, its few events, and what later trials counted."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from needlework import response
from needlework.errors import UsageError
from needlework.evidence import load_knowledge
from needlework.evidence.priors import Beta
from needlework.response.parameters import draw, parameters
from needlework.response.pigment import (
    Group,
    Mixture,
    Trial,
    clients_affected,
    counted,
    group_of,
    mixture,
    predictive,
    quantile,
    risk,
    told,
    trials,
)

KNOWN = load_knowledge()
CLAIMS = parameters(KNOWN, "pigment")
DRAWS = draw(CLAIMS, 20_000, seed=4)
DATA = Path(response.__file__).parent / "data"

SHAPES = st.floats(0.3, 200)


def beta(a: float, b: float) -> Mixture:
    return Mixture((1.0,), (a,), (b,))


# --- the distribution -------------------------------------------------------------------------


@given(SHAPES, SHAPES, st.integers(1, 200))
def test_the_next_clients_are_a_beta_binomial(a: float, b: float, clients: int) -> None:
    chance = predictive(beta(a, b), clients)
    assert chance == pytest.approx(
        stats.betabinom(clients, a, b).pmf(np.arange(clients + 1)), rel=1e-7, abs=1e-12
    )
    assert chance.sum() == pytest.approx(1, abs=1e-9)
    assert chance @ np.arange(clients + 1) == pytest.approx(clients * a / (a + b), rel=1e-9)


@given(SHAPES, SHAPES, st.floats(0, 1), st.floats(0.001, 0.999))
@example(0.3, 15.0, 0.0, 0.998046875)
def test_a_quantile_leaves_its_share_below(a: float, b: float, weight: float, level: float) -> None:
    both = Mixture((weight, 1 - weight), (a, b), (b, a))

    def below(at: float) -> float:
        return float(weight * stats.beta(a, b).cdf(at) + (1 - weight) * stats.beta(b, a).cdf(at))

    # Where risk crowds against nought or one, neighbouring numbers lie more than that apart.
    at = quantile(both, level)
    next_lower, next_higher = np.nextafter(at, 0, dtype=float), np.nextafter(at, 1, dtype=float)
    assert below(next_lower) - 1e-9 <= level <= below(next_higher) + 1e-9


def test_one_client_darkens_with_the_mean_risk() -> None:
    both = Mixture((0.5, 0.5), (0.5, 6.5), (32.5, 54.5))
    assert predictive(both, 1)[1] == pytest.approx(both.mean, rel=1e-12)


def test_jeffreys_and_what_was_counted() -> None:
    assert counted([]) == (0.5, 0.5)
    one, two = Trial("A", 5, 30, ("", "")), Trial("B", 1, 30, ("", ""))
    assert counted([one, two]) == counted([two, one]) == (6.5, 54.5)


def test_priors_hold_what_was_counted() -> None:
    for key, group in (("risk-i-iii", Group.LIGHT), ("risk-iv-vi", Group.DARK)):
        prior = CLAIMS[key].prior
        assert isinstance(prior, Beta)
        assert (prior.a, prior.b) == counted(trials(KNOWN, group), prior=CLAIMS["jeffreys"].number)
        assert set(prior.fitted_to) == {trial.source for trial in trials(KNOWN, group)}


# --- groups -----------------------------------------------------------------------------------


def test_an_unknown_phototype_is_wider_and_says_so() -> None:
    light, dark, unknown = (told(CLAIMS, KNOWN, phototype) for phototype in ("II", "V", ""))
    for known in (light, dark):
        assert unknown.high_95 - unknown.low_95 > known.high_95 - known.low_95
    assert light.mean < unknown.mean < dark.mean
    assert any("not known" in note.text for note in unknown.notes)
    assert unknown.trials == light.trials + dark.trials


@pytest.mark.parametrize("phototype", ["I", "II", "III", "IV", "V", "VI"])
def test_every_phototype_has_a_group_whose_events_are_told(phototype: str) -> None:
    known = told(CLAIMS, KNOWN, phototype)
    assert phototype in CLAIMS[f"risk-{known.group.value.lower()}"].scope.phototype
    assert known.trials
    assert 0 < known.low_95 < known.median < known.high_95 < 1


def test_draws_are_as_the_mixture_has_them() -> None:
    for group in Group:
        values = risk(DRAWS, group)
        for level in (0.1, 0.5, 0.9):
            expected = quantile(mixture(CLAIMS, KNOWN, group), level)
            assert np.mean(values <= expected) == pytest.approx(level, abs=0.015)


@pytest.mark.parametrize(("weight", "of"), [(0.0, Group.LIGHT), (1.0, Group.DARK)])
def test_a_weight_at_its_end_is_that_group(weight: float, of: Group) -> None:
    assert np.array_equal(risk(DRAWS, Group.UNKNOWN, dark_weight=weight), risk(DRAWS, of))


@given(st.floats(0, 1), st.integers(1, 500))
def test_draws_of_the_unknown_keep_their_proportion(weight: float, count: int) -> None:
    some = {
        "risk-i-iii": np.zeros(count),
        "risk-iv-vi": np.ones(count),
        "inflammation-power": np.ones(count),
    }
    assert abs(risk(some, Group.UNKNOWN, dark_weight=weight).sum() - weight * count) <= 1


# --- inflammation -----------------------------------------------------------------------------


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_more_inflammation_never_lowers_the_risk(a: float, b: float) -> None:
    low, high = (risk(DRAWS, Group.DARK, relative_inflammation=value) for value in sorted((a, b)))
    assert np.all(low <= high)
    assert np.all((low >= 0) & (high <= 1))


def test_the_trials_own_inflammation_changes_nothing() -> None:
    assert np.array_equal(risk(DRAWS, Group.DARK, relative_inflammation=1.0), DRAWS["risk-iv-vi"])


def test_the_power_lies_between_none_and_proportional() -> None:
    factor = risk(DRAWS, Group.DARK, relative_inflammation=2.0) / DRAWS["risk-iv-vi"]
    assert factor.min() == pytest.approx(1)
    assert factor.max() == pytest.approx(2)
    assert np.median(factor) == pytest.approx(np.sqrt(2), rel=0.02)


def test_counts_drawn_follow_the_beta_binomial() -> None:
    counts = clients_affected(risk(DRAWS, Group.DARK), 20, np.random.default_rng(8))
    chance = predictive(mixture(CLAIMS, KNOWN, Group.DARK), 20)
    seen = np.bincount(counts, minlength=21) / len(counts)
    assert np.abs(seen - chance).max() < 0.012
    assert np.array_equal(
        counts, clients_affected(risk(DRAWS, Group.DARK), 20, np.random.default_rng(8))
    )


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize("phototype", ["0", "VII", "iv", "4"])
def test_no_such_phototype(phototype: str) -> None:
    with pytest.raises(UsageError, match="phototype"):
        group_of(phototype)


@pytest.mark.parametrize("clients", [0, -1, 10**7])
def test_no_such_number_of_clients(clients: int) -> None:
    with pytest.raises(UsageError, match="Clients"):
        predictive(beta(1, 1), clients)
    with pytest.raises(UsageError, match="Clients"):
        clients_affected(np.array([0.1]), clients, np.random.default_rng(0))


@pytest.mark.parametrize("relative", [0.0, -1.0, float("nan"), float("inf")])
def test_senseless_inflammation_is_refused(relative: float) -> None:
    with pytest.raises(UsageError, match="inflammation"):
        risk(DRAWS, Group.DARK, relative_inflammation=relative)


def test_draws_that_are_no_numbers_are_refused() -> None:
    broken = dict(DRAWS) | {"inflammation-power": np.full(20_000, np.nan)}
    with pytest.raises(UsageError, match="finite"):
        risk(broken, Group.DARK)


@pytest.mark.parametrize("risks", [np.array([]), np.array([1.1]), np.array([np.nan])])
def test_senseless_risks_are_refused(risks: np.ndarray) -> None:
    with pytest.raises(UsageError, match="Risk"):
        clients_affected(risks, 10, np.random.default_rng(0))


def test_senseless_shapes_are_refused() -> None:
    for weights, a, b in [((1.0,), (0.0,), (1.0,)), ((0.5,), (1.0,), (1.0,)), ((), (), ())]:
        with pytest.raises(UsageError, match="mixture"):
            Mixture(weights, a, b)
    with pytest.raises(UsageError, match="7 events in 5 people"):
        counted([Trial("A", 7, 5, ("", ""))])
    with pytest.raises(UsageError, match="prior"):
        counted([], prior=0)
    with pytest.raises(UsageError, match="quantile"):
        quantile(beta(1, 1), 1.0)
    with pytest.raises(UsageError, match="Weight"):
        risk(DRAWS, Group.UNKNOWN, dark_weight=1.5)


# --- published --------------------------------------------------------------------------------


def rows(folder: str) -> list[dict[str, str]]:
    with (DATA / folder / "pih.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


BUILDING, VERIFICATION = rows("building"), rows("verification")


def test_what_is_told_is_what_the_table_holds() -> None:
    for row in BUILDING:
        group = Group(row["group"])
        found = {trial.source: trial for trial in trials(KNOWN, group)}[row["source"]]
        assert (found.events, found.people) == (int(row["events"]), int(row["people"]))
    assert not {row["source"] for row in BUILDING} & {row["source"] for row in VERIFICATION}
    for row in (*BUILDING, *VERIFICATION):
        assert row["source"] in KNOWN.release.sources
        assert row["mark"] in {"S1", "S2", "R"}


MISSED_AT_80 = {"AlQarqaz2018"}
"""No darkening in 39 people after one session is less than the model expects; kept, not fitted."""


@pytest.mark.parametrize("row", VERIFICATION, ids=lambda row: str(row["source"]))
def test_what_later_trials_counted(row: dict[str, str]) -> None:
    chance = predictive(mixture(CLAIMS, KNOWN, Group(row["group"])), int(row["people"]))
    at_most = chance[: int(row["events"]) + 1].sum()
    assert at_most > 0.025
    assert (at_most < 0.1) == (row["source"] in MISSED_AT_80)
