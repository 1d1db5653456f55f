"""A published model of wound inflammation, run as an outside reference and for nothing else.

Waugh and Sherratt (2006): inflammatory and repair macrophages and a growth factor in an open
wound, untreated or treated, with and without diabetes. No forecast uses it. Its equations are
not linear, so the exact steps of `healing` do not apply, and SciPy's LSODA integrates it; the
tests hold that to Radau, and to the trajectories that libRoadRunner made of the encoded model.

Verified in the encoded models (BioModels 679 to 681): all three equations, every parameter, the
first values, the treatment. Recalled and not verified: the share of a wound without diabetes.
The paper itself was read in its abstract alone, and the units of volume and mass in the encoding
are mangled, so that amounts are in the model's own units.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec
import numpy as np

from needlework.errors import UsageError
from needlework.evidence import Claim
from needlework.response.inputs import Array, a_row, named

Course = Literal["diabetic", "treated", "normal"]
Solver = Literal["LSODA", "Radau"]

COURSES: Final = ("diabetic", "treated", "normal")
SOLVERS: Final = ("LSODA", "Radau")
LATEST_DAY: Final = 36_525.0
"""A century: whatever a wound does, it has long done."""
COLUMNS: Final = ("inflammatory macrophages", "repair macrophages", "growth factor")

_RELATIVE: Final = 1e-12
_ABSOLUTE: Final = 1e-12
_NO_TIME_D: Final = 1e-9
"""In so short a time nothing moves by a digit that is kept, and solvers find no step."""


class Wound(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of one course, in days and the model's own units of volume and mass."""

    inflammatory_share: float
    dividing_per_day: float
    crowding: float
    leaving_per_day: float
    growth_factor_making: float
    growth_factor_decay_per_day: float
    influx: tuple[float, float, float, float]
    """Coefficients of the influx of monocytes in the growth factor, from constant to cubic."""
    start: tuple[float, float, float]
    """First values, in the order of `COLUMNS`."""
    change_day: float = np.inf
    changed_share: float = 0.0
    """Inflammatory share from `change_day` on."""


def wound(claims: Mapping[str, Claim], course: Course) -> Wound:
    """Parameters of a course.

    Parameters
    ----------
    claims
        As `parameters` gives them for the model ``"wound"``.
    course
        ``"diabetic"``, the same ``"treated"``, or ``"normal"`` (its share is recalled).

    Raises
    ------
    UsageError
        There is no such course.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.parameters import parameters
    >>> wound(parameters(load_knowledge(), "wound"), "normal").inflammatory_share
    0.5
    """
    named(course, COURSES, "course", hint=f"Ask for {', '.join(COURSES)}.")
    value = {key: claim.number for key, claim in claims.items()}
    first = value["first-macrophages"]
    share = "inflammatory-share-normal" if course == "normal" else "inflammatory-share"
    treated = course == "treated"
    return Wound(
        inflammatory_share=value[share],
        dividing_per_day=value["dividing-share"] * value["division-rate"],
        crowding=value["crowding"],
        leaving_per_day=value["leaving-rate"],
        growth_factor_making=value["growth-factor-making"],
        growth_factor_decay_per_day=value["growth-factor-decay"],
        influx=(
            value["influx-constant"],
            value["influx-linear"],
            value["influx-square"],
            value["influx-cube"],
        ),
        start=(first, first, value["first-growth-factor"]),
        change_day=value["treatment-day"] if treated else np.inf,
        changed_share=value["inflammatory-share-treated"] if treated else 0.0,
    )


def rates(made: Wound, state: Array, share: float) -> Array:
    """Change of each of `COLUMNS` in a day; `state` has shape (3,) or (3, …)."""
    inflammatory, repair, factor = state
    constant, linear, square, cube = made.influx
    influx = constant + factor * (linear + factor * (square + factor * cube))
    room = 1 - made.crowding * (inflammatory + repair)
    growth = made.dividing_per_day * room - made.leaving_per_day
    return np.stack(
        [
            share * influx + growth * inflammatory,
            (1 - share) * influx + growth * repair,
            made.growth_factor_making * inflammatory - made.growth_factor_decay_per_day * factor,
        ]
    )


def simulate(made: Wound, days: Array, *, method: Solver = "LSODA") -> Array:
    """The course on given days.

    Parameters
    ----------
    made
        What `wound` gives.
    days
        Shape (n,), rising, from 0 on.
    method
        Solver of `scipy.integrate.solve_ivp`; Radau is the reference of the tests.

    Returns
    -------
    NDArray
        Shape (n, 3), in the order of `COLUMNS`.

    Raises
    ------
    UsageError
        Days are missing, negative, not finite or not rising; or no course can be found.

    Examples
    --------
    >>> import numpy as np
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.parameters import parameters
    >>> made = wound(parameters(load_knowledge(), "wound"), "diabetic")
    >>> simulate(made, np.array([0.0, 200.0])).round(1).tolist()
    [[200.0, 200.0, 6.0], [905.8, 226.4, 7.0]]
    """
    named(method, SOLVERS, "solver", hint=f"Ask for {', '.join(SOLVERS)}.")
    asked = a_row(days, "Days to read the wound on", high=LATEST_DAY)
    if (np.diff(asked) < 0).any():
        raise UsageError("Days of a wound must rise from 0.", hint="Sort them.")
    # A stiff solver must not step over the change, so each part has its own run.
    before = asked <= made.change_day
    turn = min(made.change_day, float(asked[-1]))
    first, at_turn = _run(
        made, made.inflammatory_share, np.array(made.start), (0.0, turn), asked[before], method
    )
    if before.all():
        return first
    span = (turn, float(asked[-1]))
    second, _ = _run(made, made.changed_share, at_turn, span, asked[~before], method)
    return np.vstack([first, second])


def _run(
    made: Wound,
    share: float,
    start: Array,
    span: tuple[float, float],
    asked: Array,
    method: Solver,
) -> tuple[Array, Array]:
    """States on the days asked for, and the state at the end of the span."""
    from scipy.integrate import solve_ivp

    if span[1] - span[0] <= _NO_TIME_D:
        return np.tile(start, (len(asked), 1)), start
    days = np.unique(np.append(asked, span[1]))

    def change(_day: float, state: Array) -> Array:
        return rates(made, state, share)

    found = solve_ivp(
        change, span, start, method=method, t_eval=days, rtol=_RELATIVE, atol=_ABSOLUTE
    )
    if not found.success:
        raise UsageError(
            f"The wound's course could not be found: {found.message}",
            hint="Look at the parameters; far beyond its course the influx turns negative.",
        )
    states: Array = found.y.T
    return states[np.searchsorted(days, asked)], states[-1]
