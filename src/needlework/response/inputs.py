"""What the models are given: real, finite numbers within their domain, or a refusal.

Every model looks at its arguments here, so that the same slip is told in the same words. Truth
values, text, complex and masked numbers are refused where NumPy would make a number of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Mapping
from numbers import Integral
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from needlework.errors import UsageError

Array = NDArray[np.float64]

MOST_PASSES: Final = 200
"""More passes than any protocol comes near; beyond it a number is a slip of the hand."""

FARTHEST: Final = 1e12
"""No quantity of skin goes so far in its unit, and powers of what does would overflow."""
LEAST: Final = 1e-12
"""Of what must lie above nought: what divides by less overflows."""
_SHOWN: Final = 60
"""Characters of an unknown name that a message repeats."""


def numbers(values: ArrayLike, what: str) -> Array:
    """`values` as float64, of any shape; refused where one is no finite real number, or none is.

    Parameters
    ----------
    values
        One number or an array of any shape, not empty.
    what
        What they are, with their unit, for the message.

    Raises
    ------
    UsageError
        There is no value, or one is no finite real number.

    Examples
    --------
    >>> numbers([1, 2], "Days").tolist()
    [1.0, 2.0]
    """
    made = real(values, what)
    if made.size == 0:
        raise UsageError(f"{what}: there is no value.", hint="Give at least one.")
    if not np.isfinite(made).all():
        raise UsageError(f"{what}: not a finite number.", hint="Give a number.")
    return made


def as_given(values: ArrayLike, what: str, *, kinds: str = "iuf") -> NDArray[Any]:
    """`values` as an array of their own precision, refused where they are no real numbers.

    Raises
    ------
    UsageError
        They are of none of the `kinds` of NumPy's types, stand in uneven rows, or some are masked.

    Examples
    --------
    >>> as_given(np.float32([1, 2]), "Days").dtype.name
    'float32'
    """
    try:
        array = np.asarray(values)
    except ValueError:  # rows of different length
        array = np.asarray(None)
    if array.dtype.kind not in kinds or np.ma.is_masked(values):
        raise UsageError(f"{what}: not a number.", hint="Give real numbers alone.")
    return array


def real(values: ArrayLike, what: str) -> Array:
    """`values` as float64, be they finite or not: for large arrays whose results are looked at.

    Raises
    ------
    UsageError
        They are no real numbers.

    Examples
    --------
    >>> real([1, 2], "Days").dtype.name
    'float64'
    """
    return as_given(values, what).astype(np.float64, copy=False)


def checked(
    values: ArrayLike,
    what: str,
    *,
    low: float = 0.0,
    high: float = FARTHEST,
    above: bool = False,
) -> Array:
    """`values` as float64, refused unless each is finite and within `low` to `high`.

    Parameters
    ----------
    values
        One number or an array of any shape, not empty.
    what
        What they are, with their unit, for the message.
    low, high
        The domain, both ends in it; `above` leaves `low` itself out.

    Raises
    ------
    UsageError
        There is no value, or one is not finite or lies outside.

    Examples
    --------
    >>> checked(1.5, "Set depth in mm").item()
    1.5
    """
    array = numbers(values, what)
    least = low + LEAST if above else low
    if array.min() < least or array.max() > high:
        wrong = array.min() if array.min() < least else array.max()
        ends = f"above {low:g}" if above else f"{low:g} or more"
        if high < FARTHEST:
            ends += f", to {high:g}"
        raise UsageError(f"{what}: {wrong:g} is out of domain.", hint=f"Give {ends}.")
    return array


def one_number(
    value: ArrayLike,
    what: str,
    *,
    low: float = 0.0,
    high: float = FARTHEST,
    above: bool = False,
) -> float:
    """As `checked`, of one number alone.

    Raises
    ------
    UsageError
        It is none, or lies outside, or there are several.

    Examples
    --------
    >>> one_number(1.5, "Set depth in mm")
    1.5
    """
    array = checked(value, what, low=low, high=high, above=above)
    if array.ndim:
        raise UsageError(f"{what}: {array.size} values are given.", hint="Give one number.")
    return float(array)


def a_row(
    values: ArrayLike,
    what: str,
    *,
    low: float = 0.0,
    high: float = FARTHEST,
    above: bool = False,
) -> Array:
    """As `checked`, in one row, shape (values,); one number is a row of one.

    Raises
    ------
    UsageError
        There is no value, one is not finite or lies outside, or they stand in a table.

    Examples
    --------
    >>> a_row(24, "Hours after a session").tolist()
    [24.0]
    """
    array = np.atleast_1d(checked(values, what, low=low, high=high, above=above))
    if array.ndim > 1:
        raise UsageError(f"{what}: a table is given, where one row goes.", hint="Give one row.")
    return array


def one_a_draw(
    values: ArrayLike,
    what: str,
    draws: int,
    *,
    low: float = 0.0,
    high: float = FARTHEST,
    above: bool = False,
) -> Array:
    """As `checked`, one for all draws or one for each, as shape (draws,).

    Raises
    ------
    UsageError
        There is no value, one is not finite or lies outside, or there are not as many as draws.

    Examples
    --------
    >>> one_a_draw(0.5, "Dose", 3).tolist()
    [0.5, 0.5, 0.5]
    """
    array = checked(values, what, low=low, high=high, above=above)
    if array.shape not in {(), (1,), (draws,)}:
        raise UsageError(
            f"{what}: shape {array.shape} does not match the {draws} draws.",
            hint="Give one for all, or one for each draw.",
        )
    return np.broadcast_to(array, (draws,))


def fitting(*arrays: Array) -> tuple[Array, ...]:
    """Arrays as they are, refused where they do not broadcast.

    Raises
    ------
    UsageError
        Their shapes do not go together.

    Examples
    --------
    >>> [each.shape for each in fitting(np.ones(3), np.ones((2, 1)))]
    [(3,), (2, 1)]
    """
    shapes = [array.shape for array in arrays]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        said = ", ".join(map(str, shapes))
        raise UsageError(
            f"Arrays of the shapes {said} do not go together.",
            hint="Give one number, or one a draw for each.",
        ) from None
    return arrays


def all_drawn(values: Mapping[str, ArrayLike], keys: Collection[str], model: str) -> int:
    """How many draws there are of a model's parameters, each of shape (draws,).

    Raises
    ------
    UsageError
        A parameter is missing, holds something that is no finite number, or has another number
        of draws than the others.

    Examples
    --------
    >>> all_drawn({"half-dose": np.ones(4)}, ["half-dose"], "healing")
    4
    """
    if missing := sorted(key for key in keys if key not in values):
        raise UsageError(
            f"Draws of the {model} model lack {', '.join(missing)}.",
            hint=f"Draw the parameters of the model {model}, all of them.",
        )
    shapes: dict[str, tuple[int, ...]] = {}
    for key in sorted(keys):
        try:
            shapes[key] = numbers(values[key], key).shape
        except UsageError as error:
            raise UsageError(
                f"Draws of the {model} model are not all finite numbers: {error.message}",
                hint="Draw them again from their claims.",
            ) from None
    usual, _ = Counter(shapes.values()).most_common(1)[0]
    for key, shape in shapes.items():
        if shape != usual or len(shape) != 1:
            other = next(each for each in shapes if shapes[each] == usual)
            raise UsageError(
                f"Draws of the {model} model are not all as many: {key} has the shape {shape}, "
                f"{other} {usual}.",
                hint="Draw them together from their claims: one value a draw.",
            )
    return usual[0]


def whole(value: int, what: str, *, low: int = 1, high: int = 1_000_000) -> int:
    """A count within `low` to `high`.

    Raises
    ------
    UsageError
        It lies outside, or is no whole number.

    Examples
    --------
    >>> whole(4, "Passes")
    4
    """
    if not is_whole(value) or not low <= value <= high:
        raise UsageError(
            f"{what}: {shown(value)} is out of domain.",
            hint=f"Give {low:,} to {high:,}, a whole number.",
        )
    return int(value)


def checked_seed(seed: int) -> int:
    """A seed: a whole number, not negative.

    Raises
    ------
    UsageError
        It is another.

    Examples
    --------
    >>> checked_seed(1)
    1
    """
    if not is_whole(seed):
        raise UsageError(f"A seed of {shown(seed)} is no whole number.", hint="Give 0 or more.")
    if seed < 0:
        raise UsageError(f"A seed of {seed} is below zero.", hint="Give 0 or more.")
    return int(seed)


def named(word: object, names: Container[str], what: str, *, hint: str) -> str:
    """A name that is among those that are known.

    Raises
    ------
    UsageError
        It is not.

    Examples
    --------
    >>> named("pen", ("pen", "roller"), "kind of device", hint="Give pen or roller.")
    'pen'
    """
    if not isinstance(word, str) or word not in names:
        raise UsageError(f"There is no {what} {shown(word)}.", hint=hint)
    return word


def is_whole(value: object) -> bool:
    """Whether something is a whole number, and no truth value."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def shown(value: object) -> str:
    """A value as a message may repeat it: short, and with nothing that steers a terminal."""
    return repr(value[:_SHOWN] if isinstance(value, str) else value)[: 2 * _SHOWN]
