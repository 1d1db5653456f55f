"""How injured skin answers over months: from damage to new collagen of type III and type I.

A linear chain: damage → inflammation → macrophages → fibroblasts → collagen III → collagen I.
Each session adds a dose to the damage, and the sessions' answers simply add up.

What is not known. The amounts have no unit: the chain gives shapes and ratios, and no study lets
anyone turn them into per cent of collagen. Clinical trials see only the sum of the early times;
those within it come from rat wounds, and the time at which the chain's fibroblasts rest again is
later than the rats'. How fast collagen III matures, how fast it is lost, and how much of it
matures are confounded; here all new collagen begins as type III, which rat wounds contradict
from the first day on. The dose of half effect has no data at all. **The interval between
sessions has almost no effect here, which follows from linearity and is no finding**: an optimum
could come only from a nonlinearity that somebody assumed. Whether elastin rises or falls is
uncertain (`healing_elastin`), and it is not in the chain.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from needlework.errors import UsageError
from needlework.response.healing_matrix import apply, march, powers, product, transition
from needlework.response.inputs import Array, a_row, all_drawn, checked, fitting, one_number
from needlework.response.parameters import Draws

MODEL: Final = "healing"

STATES: Final = (
    "damage",
    "inflammation",
    "macrophages",
    "fibroblasts",
    "collagen-iii",
    "collagen-i",
)
"""The chain in its order: axis 1 of a course's states."""

SHORTEST_DAYS: Final = 1e-3
LONGEST_DAYS: Final = 1e6
"""Domain of the time constants: from a minute and a half to well beyond a life."""

SMALLEST_SHARE: Final = 1e-6
"""Domain of the matured share: with none there is no collagen I to have a course."""

MOST_VALUES: Final = 250_000_000
"""Draws × states × days at a time: 2 GB."""

_ROUNDING: Final = 1e-9
"""Share of a step by which a session may miss a grid day and still count as on it."""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """Time constants of the chain, a value a draw: each field has shape (draws,).

    `maturation_days` is how long collagen III takes to mature, `collagen_iii_days` how long it
    lasts where it does not, and `matured_share` how much of what matures becomes collagen I.
    """

    damage_days: Array
    inflammation_days: Array
    macrophage_days: Array
    fibroblast_days: Array
    maturation_days: Array
    collagen_iii_days: Array
    collagen_i_days: Array
    matured_share: Array

    @property
    def draws(self) -> int:
        return len(self.damage_days)

    @property
    def loss_per_day(self) -> Array:
        """Rate out of each state, shape (6, draws)."""
        early = [self.damage_days, self.inflammation_days, self.macrophage_days]
        immature = 1 / self.maturation_days + 1 / self.collagen_iii_days
        rates = [1 / days for days in [*early, self.fibroblast_days]]
        return np.stack([*rates, immature, 1 / self.collagen_i_days])

    @property
    def flow_per_day(self) -> Array:
        """Rate from each state into the next, shape (5, draws)."""
        return np.vstack([self.loss_per_day[:4], self.matured_share / self.maturation_days])


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """States day by day, in the chain's own units (one unit: a session of full dose).

    `days` has shape (days,), counted from the day from which sessions are; `states` has shape
    (draws, 6, days), in the order of `STATES`. A session's own day is read after it.
    """

    days: Array
    states: Array

    @property
    def collagen_iii(self) -> Array:
        """Shape (draws, days)."""
        return self.states[:, 4]

    @property
    def collagen_i(self) -> Array:
        """Shape (draws, days)."""
        return self.states[:, 5]

    @property
    def new_collagen(self) -> Array:
        """Both types, shape (draws, days)."""
        return self.states[:, 4] + self.states[:, 5]


_KEYS: Final = {
    "damage_days": "damage-time",
    "inflammation_days": "inflammation-time",
    "macrophage_days": "macrophage-time",
    "fibroblast_days": "fibroblast-time",
    "maturation_days": "maturation-time",
    "collagen_iii_days": "collagen-iii-time",
    "collagen_i_days": "collagen-i-time",
    "matured_share": "matured-share",
}


def chain(values: Draws) -> Chain:
    """The chain that drawn parameters make.

    Parameters
    ----------
    values
        Parameter → draws, as `parameters.draw` gives them for the model ``"healing"``.

    Raises
    ------
    UsageError
        A parameter is missing, is NaN, has another number of draws, or lies outside its domain.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.parameters import draw, parameters
    >>> made = chain(draw(parameters(load_knowledge(), "healing"), 1_000, seed=1))
    >>> made.draws, 3.5 < float(np.median(made.fibroblast_days)) < 4.5
    (1000, True)
    """
    all_drawn(values, tuple(_KEYS.values()), MODEL)
    fields = {field: np.asarray(values[key], np.float64) for field, key in _KEYS.items()}
    for field, given in fields.items():
        share = field == "matured_share"
        low, high = (SMALLEST_SHARE, 1.0) if share else (SHORTEST_DAYS, LONGEST_DAYS)
        if given.min() < low or given.max() > high:
            raise UsageError(
                f"Healing parameter {_KEYS[field]} lies outside {low:g} to {high:g}.",
                hint="Look at its claim and prior in evidence/data/response/healing.toml.",
            )
    return Chain(**fields)


def dose(injured_cm3_per_cm2: ArrayLike, half_dose_cm3_per_cm2: ArrayLike) -> Array:
    """Dose of a session from the dermis that it injured: ``V / (V50 + V)``, from 0 to 1.

    Parameters
    ----------
    injured_cm3_per_cm2
        Injured dermal volume for each area of skin, 0 or more; any shape that fits the other.
    half_dose_cm3_per_cm2
        Volume with half the full effect, above 0: the parameter ``half-dose``, which has no
        data; only its order of magnitude is argued.

    Raises
    ------
    UsageError
        A volume is negative, NaN or infinite, or there is none.

    Examples
    --------
    >>> dose(np.array([0.0, 1e-3, 3e-3]), np.array([1e-3]))
    array([0.  , 0.5 , 0.75])
    """
    injured, half = fitting(
        checked(injured_cm3_per_cm2, "Injured volume in cm3/cm2"),
        checked(half_dose_cm3_per_cm2, "Volume of half the effect in cm3/cm2", above=True),
    )
    part: Array = injured / (half + injured)
    return part


def respond(
    made: Chain,
    session_days: tuple[float, ...],
    doses: Array,
    *,
    until_day: float,
    step_days: float = 1.0,
) -> Course:
    """The course of every state after sessions, exact on its grid.

    Parameters
    ----------
    made
        What `chain` gives.
    session_days
        Days of the sessions in their order, 0 or more, at any hour (7.25 is six hours into day
        7); two may share a day.
    doses
        Shape (draws, sessions), 0 or more, as `dose` gives them.
    until_day
        Last day of the grid.
    step_days
        Distance of grid days: 1 daily, 7 weekly.

    Returns
    -------
    Course
        From day 0 on.

    Raises
    ------
    UsageError
        No sessions, one before the last or outside the grid, a dose that is negative or NaN or
        of another shape, a grid without a step, or more values than memory should hold.

    Notes
    -----
    One transition is right to about 2e-14 of each entry (against 60 digits), a course to about
    1e-13; the tests hold it to 1e-8 of the peak against stiff solvers.

    Examples
    --------
    >>> import numpy as np
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.parameters import draw, parameters
    >>> made = chain(draw(parameters(load_knowledge(), "healing"), 50, seed=1))
    >>> course = respond(made, (0, 28, 56), np.full((50, 3), 0.5), until_day=180, step_days=7)
    >>> course.states.shape, bool((course.collagen_i[:, -1] > 0).all())
    ((50, 6, 26), True)
    """
    session_days = _check_sessions(session_days, until_day)
    amounts = checked(doses, "Dose of a session")
    _check_doses(amounts, (made.draws, len(session_days)))
    days = _grid(until_day, step_days, made.draws)
    states = np.empty((len(STATES), len(days), made.draws))
    arrivals = [_arrival(day, step_days) for day in session_days]
    # A session between the last two grid days is felt on neither.
    firsts = sorted({point for point in arrivals if point < len(days)})
    states[:, : firsts[0] if firsts else len(days)] = 0.0
    step = _moved(made, step_days)
    steps = powers(step, len(days))
    for first, last in pairwise([*firsts, len(days)]):
        start = apply(step, states[:, first - 1]) if first else np.zeros(states.shape[::2])
        for day, point, amount in zip(session_days, arrivals, amounts.T, strict=True):
            if point == first:
                start += _fresh(made, point * step_days - day) * amount
        march(steps, start, states[:, first:last])
    return Course(days=days, states=states.transpose(2, 0, 1))


def _moved(made: Chain, span_days: float) -> Array:
    return transition(made.loss_per_day, made.flow_per_day, span_days)


def _fresh(made: Chain, late_days: float) -> Array:
    """States so many days after a session of dose 1, shape (6, draws)."""
    if late_days > 0:
        return _moved(made, late_days)[:, 0]
    state = np.zeros((len(STATES), made.draws))
    state[0] = 1.0
    return state


def _arrival(day: float, step_days: float) -> int:
    """The first grid point that is not before a day."""
    return int(np.ceil(day / step_days - _ROUNDING))


def _grid(until_day: float, step_days: float, draws: int) -> Array:
    one_number(step_days, "Step of the grid in days", high=LONGEST_DAYS, above=True)
    points = int(np.floor(until_day / step_days + _ROUNDING)) + 1
    if points * draws * len(STATES) > MOST_VALUES:
        raise UsageError(
            f"{draws:,} draws on {points:,} days are too many to hold at a time.",
            hint="Ask for fewer draws at a time, or for a wider step.",
        )
    return step_days * np.arange(points, dtype=np.float64)


def _check_sessions(session_days: ArrayLike, until_day: float) -> tuple[float, ...]:
    one_number(until_day, "Last day", high=LONGEST_DAYS)
    for number, day in enumerate(session_days if np.iterable(session_days) else (), start=1):
        one_number(day, f"Day of session {number}", high=LONGEST_DAYS)
    days = tuple(map(float, a_row(session_days, "Days of sessions")))
    for number, (before, day) in enumerate(pairwise(days), start=2):
        if day < before:
            raise UsageError(
                f"Session {number} on day {day:g} comes before the last, on day {before:g}.",
                hint="Give sessions in the order of their days.",
            )
    if until_day < days[-1]:
        raise UsageError(
            f"The last session, on day {days[-1]:g}, lies after day {until_day:g}.",
            hint="Let the course last to the last session at least.",
        )
    return days


def _check_doses(amounts: Array, shape: tuple[int, int]) -> None:
    if amounts.shape != shape:
        raise UsageError(
            f"Doses of shape {amounts.shape} do not fit {shape[0]} draws × {shape[1]} sessions.",
            hint="Give one dose for each draw and session.",
        )


def maturation(
    made: Chain, session_days: tuple[float, ...], *, until_day: float, step_days: float = 1.0
) -> Array:
    """How much of each session's collagen I is there: ``g(t - t_s) = C1 / max C1``, 0 to 1.

    The dose falls out: g is the same for every dose. After its peak it declines again, as
    collagen I is slowly lost.

    Parameters
    ----------
    made, session_days, until_day, step_days
        As for `respond`.

    Returns
    -------
    NDArray
        Shape (draws, sessions, days); 0 before a session.

    Raises
    ------
    UsageError
        As `respond` does.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.parameters import draw, parameters
    >>> made = chain(draw(parameters(load_knowledge(), "healing"), 50, seed=1))
    >>> g = maturation(made, (0, 28), until_day=180, step_days=7)
    >>> g.shape, float(g[:, 1, 4].max()), bool(g.max() <= 1)
    ((50, 2, 26), 0.0, True)
    """
    session_days = _check_sessions(session_days, until_day)
    days = _grid(until_day, step_days, made.draws)
    height = _height(np.stack(msgspec.structs.astuple(made)).tobytes(), made.draws)
    states = np.empty((len(STATES), len(days), made.draws))
    march(powers(_moved(made, step_days), len(days)), _fresh(made, 0.0), states)
    grown = np.zeros((len(session_days), len(days), made.draws))
    for into, day in zip(grown, session_days, strict=True):
        first = _arrival(day, step_days)
        since = states[:, : len(days) - first]
        late = first * step_days - day
        # A session between grid days: its curve is the one on them, moved on by what is left.
        curve = np.einsum("kr,kdr->dr", _moved(made, late)[5], since) if late > 0 else since[5]
        into[first:] = np.minimum(curve / height, 1.0)
    return grown.transpose(2, 0, 1)


_GONE: Final = 1e-290
"""Per day; below it numbers near the least that a double holds have few digits left."""

_FINE: Final = 64
"""Steps into which the fastest time of a chain is cut where a peak is sought."""


@lru_cache(maxsize=4)
def _height(times: bytes, draws: int) -> Array:
    """Of the peak; forecasts ask with the same draws again and again, whoever they are about."""
    rows = np.frombuffer(times).reshape(-1, draws)
    _, height = collagen_i_peak(Chain(**dict(zip(Chain.__struct_fields__, rows, strict=True))))
    height.flags.writeable = False
    return height


def collagen_i_peak(made: Chain) -> tuple[Array, Array]:
    """When collagen I of one session stands highest, and how high for a dose of 1.

    One session's collagen I is a convolution of exponentials and so has one peak; it is bracketed
    by doubling the time and found by halving it, for all draws at once.

    Returns
    -------
    tuple
        Days after the session and height in the chain's units, each of shape (draws,).

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.parameters import draw, parameters
    >>> made = chain(draw(parameters(load_knowledge(), "healing"), 1_000, seed=1))
    >>> day, height = collagen_i_peak(made)
    >>> bool(100 < np.median(day) < 300), bool((height < 1).all())
    (True, True)
    """
    loss, flow = made.loss_per_day, made.flow_per_day
    step_days = 1 / (_FINE * loss.max(axis=0))
    spans = [transition(loss, flow, step_days)]
    while _rising(spans[-1][:, 0], loss, flow).any():
        spans.append(product(spans[-1], spans[-1]))
    day, state = np.zeros(made.draws), _fresh(made, 0.0)
    for power, span in reversed(list(enumerate(spans))):
        later = apply(span, state)
        rising = _rising(later, loss, flow)
        state = np.where(rising, later, state)
        day += np.where(rising, 2.0**power * step_days, 0.0)
    slope = flow[4] * state[4] - loss[5] * state[5]
    bend = flow[4] * (flow[3] * state[3] - loss[4] * state[4]) - loss[5] * slope
    # The peak is less than a step away: a parabola through slope and bend finds it.
    rest = np.clip(np.divide(-slope, bend, out=np.zeros_like(bend), where=bend < 0), 0, step_days)
    return day + rest, state[5] + rest * (slope + rest * bend / 2)


def _rising(state: Array, loss: Array, flow: Array) -> NDArray[np.bool_]:
    """Whether collagen I still grows; what is long gone has lost its digits, and only seems to."""
    lost = loss[5] * state[5]
    growing: NDArray[np.bool_] = (flow[4] * state[4] > lost) & (lost > _GONE)
    return growing
