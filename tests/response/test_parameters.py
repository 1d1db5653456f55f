"""Parameters: read whole or not at all, and drawn from what the claims say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from needlework.errors import UsageError
from needlework.evidence import Basis, Certainty, Claim, Knowledge, NotAccepted, load_knowledge
from needlework.evidence.model import Review
from needlework.evidence.priors import (
    Beta,
    HalfNormal,
    LogitNormal,
    LogNormal,
    Normal,
    Prior,
    Uniform,
    faults,
)
from needlework.response.parameters import digest, draw, parameters

Cdf = Callable[..., NDArray[np.float64]]

SHAPES: list[tuple[float, Prior, Cdf]] = [
    (3.0, Normal(sd=2.0), stats.norm(3.0, 2.0).cdf),
    (2.0, LogNormal(sigma=0.35), stats.lognorm(0.35, scale=2.0).cdf),
    (0.2, LogitNormal(sigma=1.0), stats.norm(np.log(0.25), 1.0).cdf),
    (1.5, HalfNormal(), stats.halfnorm(scale=1.5).cdf),
    (0.4, Beta(a=4, b=6), stats.beta(4, 6).cdf),
    (8.0, Uniform(low=6, high=10), stats.uniform(6, 4).cdf),
]


def claim(value: float, prior: Prior | None = None) -> Claim:
    return Claim(
        statement="x",
        quantity="ratio",
        value=value,
        unit="1",
        prior=prior,
        basis=Basis.PROPOSED,
        certainty=Certainty.VERY_LOW,
        because="x",
        review=Review.PROPOSED,
    )


@pytest.mark.parametrize(("centre", "prior", "cdf"), SHAPES, ids=lambda x: type(x).__name__)
def test_draws_have_their_priors_shape(centre: float, prior: Prior, cdf: Cdf) -> None:
    values = draw({"x": claim(centre, prior)}, 20_000, seed=3)["x"]
    if isinstance(prior, LogitNormal):
        values = np.log(values / (1 - values))
    assert stats.kstest(cdf(values), "uniform").pvalue > 1e-3


@given(st.integers(0, 2**40), st.integers(1, 50))
def test_another_parameter_moves_none(seed: int, draws: int) -> None:
    one = {"a": claim(2.0, LogNormal(sigma=1.0))}
    two = {"0": claim(1.0, Normal(sd=1.0)), **one, "b": claim(5.0)}
    assert np.array_equal(draw(one, draws, seed)["a"], draw(two, draws, seed)["a"])


def test_what_has_no_prior_does_not_vary() -> None:
    assert set(draw({"a": claim(5.0)}, 100, 0)["a"]) == {5.0}


def test_what_is_rejected_stops_the_model() -> None:
    known = load_knowledge()
    strict = Knowledge(known.release)
    strict.rejected = frozenset({"response.puncture.glide-speed"})
    with pytest.raises(NotAccepted):
        parameters(strict, "puncture")


def test_words_do_not_move_a_digest_and_numbers_do() -> None:
    from msgspec.structs import replace

    before = {"a": claim(2.0, LogNormal(sigma=1.0))}
    assert digest({"a": replace(before["a"], statement="y")}) == digest(before)
    assert digest({"a": replace(before["a"], value=2.1)}) != digest(before)
    assert digest({"a": replace(before["a"], prior=LogNormal(sigma=1.1))}) != digest(before)


@pytest.mark.parametrize(
    ("draws", "seed", "says"),
    [(0, 1, "0 draws"), (-5, 1, "-5 draws"), (10**7, 1, "10000000 draws"), (10, -1, "seed of -1")],
)
def test_senseless_wishes_are_refused(draws: int, seed: int, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        draw({"a": claim(1.0)}, draws, seed)


def test_a_model_that_there_is_not() -> None:
    with pytest.raises(UsageError, match="no model"):
        parameters(load_knowledge(), "levitation")


@pytest.mark.parametrize(
    ("prior", "value", "says"),
    [
        (Normal(sd=0.0), 1.0, "spread"),
        (LogNormal(sigma=-1.0), 1.0, "spread"),
        (LogNormal(sigma=1.0), 0.0, "above 0"),
        (HalfNormal(), -1.0, "above 0"),
        (Beta(a=0, b=1), 0.0, "above 0"),
        (Beta(a=4, b=6), 0.5, "mean"),
        (Uniform(low=2, high=1), 1.5, "width"),
        (Uniform(low=1, high=2), 1.1, "middle"),
        (LogitNormal(sigma=1.0), 1.0, "between 0 and 1"),
        (Normal(sd=float("nan")), 1.0, "spread"),
    ],
)
def test_an_unsound_prior_is_named(prior: Prior, value: float, says: str) -> None:
    assert any(says in fault for fault in faults(prior, value))
