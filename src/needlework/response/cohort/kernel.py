"""Healing chains and scores of many people, compiled: what `healing` and `outcome` say, faster.

The same exact transitions as `healing_matrix`, person by person: a chain's exponential over a
step so short that Taylor's series of it ends after seven terms, then squared again and again.
With the steps' powers at hand, a span of whole days is a product of few of them. People lie side
by side in rows of `LANES`, so that the processor works on several at a time; no number of one
ever meets a number of another, and each comes out the same whoever the neighbours are.

Imports numba, which only the extra `cohort` brings: import this module inside functions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from tempfile import TemporaryFile
from typing import Final, TypeVar, cast

import numpy as np
from numba import config, njit
from numpy.typing import NDArray

from needlework.response.healing import Chain
from needlework.response.outcome import People
from needlework.snapshot import cache_folder

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

LANES: Final = 64
"""People at a time: what one pass holds stays in the processor's second cache."""

VESSELS: Final = 6
ENTRIES: Final = 21
"""Of a lower triangle, row by row: entry (i, j) stands at i (i + 1) / 2 + j."""

FINE: Final = 64
"""Parts into which the first step cuts the fastest time of a chain; its peak is found in one."""
TERMS: Final = 7
"""(1/64)⁸ / 8! is far below the rounding of a double."""
LEAST: Final = 1e-290
"""Collagen I below it is long gone: numbers so small have lost their digits, and seem to grow."""
MOST_POWERS: Final = 64
"""From a 64th of `healing.SHORTEST_DAYS` past `healing.LONGEST_DAYS` takes 38 doublings."""

_F = TypeVar("_F", bound=Callable[..., object])


def _kept_in() -> str:
    """A folder for what was compiled, once it is known that it can be written; else nothing."""
    folder = cache_folder()
    if folder is None:
        return ""
    try:
        (folder / "numba").mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryFile(dir=folder / "numba"):
            return str(folder / "numba")
    except OSError:
        return ""


_KEPT_IN: Final = _kept_in()


def _compiled(function: _F) -> _F:
    """Compiled when it is first called, and kept in Needlework's cache where there is one.

    Beside the source it would litter, or fail where the package may not be written.
    """
    settings = vars(config)  # numba gives its settings no types
    before = settings["CACHE_DIR"]
    settings["CACHE_DIR"] = before or _KEPT_IN
    try:
        return cast("_F", njit(nogil=True, cache=bool(settings["CACHE_DIR"]))(function))
    finally:
        settings["CACHE_DIR"] = before


@_compiled
def _at(i: int, j: int) -> int:
    return i * (i + 1) // 2 + j


@_compiled
def _begin(loss: Floats, flow: Floats, span: Floats, halvings: Whole, into: Floats) -> None:
    """Each chain's first step: how often a day is halved for it, and its transition over that."""
    fastest = np.zeros(LANES)
    term = np.zeros((VESSELS, LANES))
    for lane in range(LANES):
        for i in range(VESSELS):
            fastest[lane] = max(fastest[lane], loss[i, lane])
        span[lane] = 1.0
        halvings[lane] = 0
        while fastest[lane] * span[lane] * FINE > 1.0:
            span[lane] *= 0.5
            halvings[lane] += 1
    into[:] = 0.0
    for j in range(VESSELS):
        # Column j: shifted by the largest loss, the series adds positive numbers only.
        term[:] = 0.0
        term[j] = 1.0
        into[_at(j, j)] = 1.0
        for n in range(1, TERMS + 1):
            for i in range(VESSELS - 1, j - 1, -1):
                entry = into[_at(i, j)]
                for lane in range(LANES):
                    keep = (fastest[lane] - loss[i, lane]) * span[lane] / n
                    value = term[i, lane] * keep
                    if i > j:
                        value += term[i - 1, lane] * flow[i - 1, lane] * span[lane] / n
                    term[i, lane] = value
                    entry[lane] += value
    for lane in range(LANES):
        shrunk = np.exp(-fastest[lane] * span[lane])
        for entry in range(ENTRIES):
            into[entry, lane] *= shrunk
    _set_diagonal(loss, span, into)


@_compiled
def _set_diagonal(loss: Floats, span: Floats, into: Floats) -> None:
    """Exact, where squaring would double the rounding of a slow vessel each time."""
    for i in range(VESSELS):
        for lane in range(LANES):
            into[_at(i, i), lane] = np.exp(-loss[i, lane] * span[lane])


@_compiled
def _square(of: Floats, due: NDArray[np.bool_], into: Floats) -> None:
    """Twice the span for the chains that are due; the others' transitions stay."""
    for i in range(VESSELS):
        for j in range(i + 1):
            total = into[_at(i, j)]
            left, right = of[_at(i, j)], of[_at(j, j)]
            for lane in range(LANES):
                total[lane] = left[lane] * right[lane]
            for k in range(j + 1, i + 1):
                left, right = of[_at(i, k)], of[_at(k, j)]
                for lane in range(LANES):
                    total[lane] += left[lane] * right[lane]
            left = of[_at(i, j)]
            for lane in range(LANES):
                total[lane] = total[lane] if due[lane] else left[lane]


@_compiled
def _apply(moved: Floats, state: Floats, into: Floats) -> None:
    for i in range(VESSELS):
        total = into[i]
        row, held = moved[_at(i, 0)], state[0]
        for lane in range(LANES):
            total[lane] = row[lane] * held[lane]
        for k in range(1, i + 1):
            row, held = moved[_at(i, k)], state[k]
            for lane in range(LANES):
                total[lane] += row[lane] * held[lane]


@_compiled
def _powers(loss: Floats, flow: Floats, days: int, span: Floats, powers: Floats) -> tuple[int, int]:
    """Transitions over doubling spans; where a day's stands, and how many there are.

    They reach over `days`, and past the peak of every chain's collagen I.
    """
    halvings = np.zeros(LANES, np.int64)
    due = np.zeros(LANES, np.bool_)
    longer = np.zeros(LANES)
    _begin(loss, flow, span, halvings, powers[0])
    day = 0
    for lane in range(LANES):
        day = max(day, halvings[lane])
        longer[lane] = span[lane]
    made = 1
    while made < MOST_POWERS:
        enough = made > day and (1 << (made - day)) > days
        if enough:
            last = powers[made - 1]
            for lane in range(LANES):
                held = last[_at(5, 0), lane]
                if flow[4, lane] * last[_at(4, 0), lane] > loss[5, lane] * held > LEAST:
                    enough = False
            if enough:
                break
        for lane in range(LANES):
            # A chain with a longer first step waits, so that a day stands at one place for all.
            due[lane] = made > day - halvings[lane]
            longer[lane] *= 2.0 if due[lane] else 1.0
        _square(powers[made - 1], due, powers[made])
        if made >= day and (made - day) % 4 == 0:
            _set_diagonal(loss, longer, powers[made])
        made += 1
    return day, made


@_compiled
def _height(loss: Floats, flow: Floats, span: Floats, powers: Floats, made: int) -> Floats:
    """How high collagen I of one session of dose 1 stands at its peak."""
    state = np.zeros((VESSELS, LANES))
    later = np.zeros((VESSELS, LANES))
    height = np.zeros(LANES)
    state[0] = 1.0
    for power in range(made - 1, -1, -1):
        _apply(powers[power], state, later)
        for lane in range(LANES):
            rising = flow[4, lane] * later[4, lane] > loss[5, lane] * later[5, lane] > LEAST
            for i in range(VESSELS):
                state[i, lane] = later[i, lane] if rising else state[i, lane]
    for lane in range(LANES):
        # The peak is less than the first step away: a parabola through slope and bend finds it.
        slope = flow[4, lane] * state[4, lane] - loss[5, lane] * state[5, lane]
        drained = flow[3, lane] * state[3, lane] - loss[4, lane] * state[4, lane]
        bend = flow[4, lane] * drained - loss[5, lane] * slope
        rest = 0.0
        if bend < 0.0:
            rest = min(max(-slope / bend, 0.0), span[lane])
        height[lane] = state[5, lane] + rest * (slope + rest * bend / 2)
    return height


@_compiled
def _follow(powers: Floats, day: int, lags: Whole, collagen: Floats) -> None:
    """Collagen III and I of one session of dose 1, so many whole days after it."""
    state = np.zeros((VESSELS, LANES))
    later = np.zeros((VESSELS, LANES))
    state[0] = 1.0
    at = 0
    for number in range(len(lags)):
        left, power = lags[number] - at, day
        while left > 0:
            if left & 1:
                _apply(powers[power], state, later)
                state, later = later, state
            left >>= 1
            power += 1
        at = lags[number]
        collagen[0, number] = state[4]
        collagen[1, number] = state[5]


@_compiled
def _tell(
    gain: Floats,
    plateau: Floats,
    drift: Floats,
    grown: Floats,
    lag_of: Whole,
    days: Whole,
    score: Floats,
) -> None:
    """Scores on the days of reading: `outcome.score`."""
    left = np.ones(LANES)
    for place in range(len(days)):
        left[:] = 1.0
        for session in range(lag_of.shape[0]):
            number = lag_of[session, place]
            if number >= 0:
                matured = grown[number]
                for lane in range(LANES):
                    left[lane] *= 1.0 - gain[lane] * matured[lane]
        for lane in range(LANES):
            share = plateau[lane] + (1.0 - plateau[lane]) * left[lane]
            score[place, lane] = max(share + drift[lane] * days[place], 0.0)


@_compiled
def _heal(
    chains: Floats,
    people: Floats,
    lags: Whole,
    lag_of: Whole,
    days: Whole,
    scores: Floats,
    collagen: Floats,
) -> None:
    count = people.shape[1]
    readouts, most = len(days), len(lags)
    loss = np.ones((VESSELS, LANES))
    flow = np.ones((VESSELS - 1, LANES))
    some = np.zeros((4, LANES))
    span = np.ones(LANES)
    powers = np.zeros((MOST_POWERS, ENTRIES, LANES))
    made_of = np.zeros((2, most, LANES))
    grown = np.zeros((most, LANES))
    score = np.zeros((readouts, LANES))
    total = np.zeros(LANES)
    longest = lags[most - 1] if most else 0
    for first in range(0, count, LANES):
        width = min(LANES, count - first)
        # Lanes that are left over hold the last row's people once more, and are not read.
        loss[:, :width] = chains[:VESSELS, first : first + width]
        flow[:, :width] = chains[VESSELS:, first : first + width]
        some[:, :width] = people[:, first : first + width]
        day, made = _powers(loss, flow, longest, span, powers)
        height = _height(loss, flow, span, powers, made)
        _follow(powers, day, lags, made_of)
        for number in range(most):
            for lane in range(LANES):
                grown[number, lane] = min(made_of[1, number, lane] / height[lane], 1.0)
        _tell(some[0], some[2], some[3], grown, lag_of, days, score)
        scores[:, first : first + width] = score[:, :width]
        for kind in range(2):
            for place in range(readouts):
                total[:] = 0.0
                for session in range(lag_of.shape[0]):
                    number = lag_of[session, place]
                    if number >= 0:
                        for lane in range(LANES):
                            total[lane] += made_of[kind, number, lane]
                for lane in range(width):
                    collagen[kind, place, first + lane] = some[1, lane] * total[lane]


def heal(
    chains: Chain,
    people: People,
    gain: Floats,
    dose: Floats,
    session_days: Sequence[int],
    days: Sequence[int],
    count: int | None = None,
) -> tuple[Floats, Floats]:
    """Scores and collagen of people after equal sessions.

    Parameters
    ----------
    chains, people
        A chain and a way to respond for each person, as `healing.chain` and `outcome.people`
        give them.
    gain, dose
        Of each session, shape (people,): as `outcome.gains` and `healing.dose` give them.
    session_days, days
        Whole days, in order: of the sessions, and of reading.
    count
        How many of the people are asked about; all unless given.

    Returns
    -------
    tuple
        Scores as `outcome.score`, (days, people), and collagen III and I in the units of
        `healing.Course`, (2, days, people).

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.healing import chain
    >>> from needlework.response.parameters import draw, parameters
    >>> made = chain(draw(parameters(load_knowledge(), "healing"), 3, seed=1))
    >>> one = People(*(np.full(3, x) for x in (0.0, 0.0, 0.2, 0.0, 0.1)))
    >>> score, collagen = heal(made, one, np.full(3, 0.1), np.full(3, 0.5), (0, 28), (0, 90, 180))
    >>> score.shape, score[0].tolist(), collagen.shape
    ((3, 3), [1.0, 1.0, 1.0], (2, 3, 3))
    """
    since = np.subtract.outer(np.asarray(days, np.int64), np.asarray(session_days, np.int64)).T
    lags = np.unique(since[since > 0])
    lag_of = np.where(since > 0, np.searchsorted(lags, since), -1)
    count = people.size if count is None else count
    scores = np.empty((len(days), count))
    collagen = np.empty((2, len(days), count))
    _heal(
        np.concatenate([chains.loss_per_day[:, :count], chains.flow_per_day[:, :count]]),
        np.stack([each[:count] for each in (gain, dose, people.plateau, people.drift_per_day)]),
        lags,
        lag_of,
        np.asarray(days, np.int64),
        scores,
        collagen,
    )
    return scores, collagen


def ready() -> None:
    """Compile, or read what was compiled before; the first call of `heal` does it otherwise."""
    none = People(*(np.zeros(0) for _ in People.__struct_fields__))
    chains = Chain(**dict.fromkeys(Chain.__struct_fields__, np.zeros(0)))
    heal(chains, none, np.zeros(0), np.zeros(0), (0,), (1,))
