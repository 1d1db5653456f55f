"""How unsure a model's parameter is: shapes of distributions, as data.

The claim's value is the centre, so that one number stands in one place: the median of a
log-normal or logit-normal, the mean of a normal or beta, the middle of a uniform, the scale of
a half-normal. Drawing from them is the business of `response`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose

import msgspec


class _Shape(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"
):
    fitted_to: tuple[str, ...] = ()
    """Data sets that moved it; empty for what is assumed or read off a source."""


class Normal(_Shape, frozen=True, kw_only=True, tag="normal"):
    sd: float


class LogNormal(_Shape, frozen=True, kw_only=True, tag="log-normal"):
    sigma: float
    """Standard deviation of the natural logarithm."""


class LogitNormal(_Shape, frozen=True, kw_only=True, tag="logit-normal"):
    sigma: float
    """Standard deviation of the logit."""


class HalfNormal(_Shape, frozen=True, kw_only=True, tag="half-normal"):
    pass


class Beta(_Shape, frozen=True, kw_only=True, tag="beta"):
    a: float
    b: float


class Uniform(_Shape, frozen=True, kw_only=True, tag="uniform"):
    low: float
    high: float


Prior = Normal | LogNormal | LogitNormal | HalfNormal | Beta | Uniform

_CLOSE = 0.01
"""Share by which a written centre may differ from the one that the shape has: a rounding."""


def faults(prior: Prior, value: float) -> Iterator[str]:
    """What is wrong with a shape about `value`.

    >>> list(faults(Beta(a=10, b=10), 0.3))
    ['its value 0.3 is not the mean 0.5 of its beta prior']
    """
    match prior:
        case Normal(sd=spread) | LogNormal(sigma=spread) | LogitNormal(sigma=spread):
            if not spread > 0:
                yield "the spread of its prior is not above 0"
        case Beta(a=a, b=b):
            if not (a > 0 and b > 0):
                yield "its beta prior needs a and b above 0"
            elif not isclose(value, mean := a / (a + b), rel_tol=_CLOSE):
                yield f"its value {value:g} is not the mean {mean:g} of its beta prior"
        case Uniform(low=low, high=high):
            if not low < high:
                yield "its uniform prior has no width"
            elif not isclose(value, middle := (low + high) / 2, rel_tol=_CLOSE):
                yield f"its value {value:g} is not the middle {middle:g} of its uniform prior"
        case HalfNormal():
            pass
    if isinstance(prior, LogNormal | HalfNormal) and not value > 0:
        yield "its prior needs a value above 0"
    if isinstance(prior, LogitNormal) and not 0 < value < 1:
        yield "its logit-normal prior needs a value between 0 and 1"
