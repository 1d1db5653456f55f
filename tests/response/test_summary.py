"""Summaries: NumPy's quantiles, in order, along any axis; nothing that is not a number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from msgspec.structs import astuple, replace
from numpy.typing import NDArray

from needlework.errors import UsageError
from needlework.response.summary import summarise

SHARES = {
    "median": 0.5,
    "low_50": 0.25,
    "high_50": 0.75,
    "low_80": 0.1,
    "high_80": 0.9,
    "low_95": 0.025,
    "high_95": 0.975,
}
ARRAYS = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=40),
    elements=st.floats(-1e6, 1e6),
)


@given(ARRAYS, st.data())
def test_bounds_are_the_quantiles(values: NDArray[np.float64], data: st.DataObject) -> None:
    axis = data.draw(st.integers(-values.ndim, values.ndim - 1))
    before = values.copy()
    said = summarise(values, axis)
    for name, share in SHARES.items():
        expected = np.quantile(values, share, axis=axis)
        assert np.allclose(getattr(said, name), expected, rtol=1e-12, atol=1e-9), name
        assert getattr(said, name).shape == expected.shape
    assert np.array_equal(values, before)


@given(ARRAYS)
def test_bounds_stand_in_order(values: NDArray[np.float64]) -> None:
    said = summarise(values)
    rising = [
        said.low_95,
        said.low_80,
        said.low_50,
        said.median,
        said.high_50,
        said.high_80,
        said.high_95,
    ]
    assert (np.diff(np.stack(rising), axis=0) >= 0).all()


@given(ARRAYS, st.randoms(use_true_random=False))
def test_the_order_of_draws_does_not_matter(values: NDArray[np.float64], random: object) -> None:
    mixed = values[
        np.random.Generator(np.random.PCG64(hash(random) % 2**32)).permutation(len(values))
    ]
    for one, other in zip(astuple(summarise(values)), astuple(summarise(mixed)), strict=True):
        assert np.array_equal(one, other)


def test_single_precision_is_summarised_in_double() -> None:
    values = np.arange(10, dtype=np.float32)
    assert summarise(values).median.dtype == np.float64
    assert summarise(values).median == 4.5


def test_many_rows_are_each_their_own() -> None:
    values = np.random.default_rng(0).normal(size=(1_000, 3, 70))
    assert np.allclose(summarise(values).low_80, np.quantile(values, 0.1, axis=0), rtol=1e-12)


def test_a_summary_cannot_be_changed() -> None:
    said = summarise(np.arange(5.0))
    with pytest.raises(AttributeError):
        said.median = np.float64(1.0)  # type: ignore[misc, assignment]
    assert replace(said, median=said.low_50).median == 1.0


@pytest.mark.parametrize(
    ("values", "axis", "says"),
    [
        (np.empty((0, 3)), 0, "no draws"),
        (np.array(1.0), 0, "no axis 0"),
        (np.ones(3), 1, "no axis 1"),
        (np.array([1.0, np.nan, np.inf]), 0, "2 of 3 drawn values"),
        (np.array([[-np.inf, 1.0], [-np.inf, 2.0]]), 0, "2 of 4 drawn values"),
    ],
)
def test_what_cannot_be_summarised(values: NDArray[np.float64], axis: int, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        summarise(values, axis)
