"""What a course of sessions is likely to make of a score: an interval, and where it ends.

The parts are those of the other modules: how far a session matures (`healing`), how strong it is
beside those of the trials (`penetration`), what it takes away (`outcome`), and what a person's own
measures say of them (`learning`). Here they are put together for one concern on one scale, in that
scale's own units, and it is said where the answer leaves what it was fitted to.

A band is of what a rating would read, so that a measure may be held against it. It is about people
like the trials' until there are the person's own measures.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, isfinite
from typing import Final, Literal

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from needlework.errors import UsageError
from needlework.evidence import Knowledge
from needlework.evidence.scales import Direction, Scale
from needlework.i18n import Translate, say_number, translator
from needlework.response import healing, outcome
from needlework.response.forecast_scale import Turned
from needlework.response.inputs import checked_seed, is_whole, named, one_number, shown, whole
from needlework.response.learning import (
    Learned,
    Measure,
    learn,
    predicted,
    weighted_quantiles,
    worth_more,
)
from needlework.response.parameters import draw, parameters
from needlework.response.penetration import DEEPEST_MM, NoPenetration, penetration
from needlework.response.posterior import Posterior, chain_claims, load_posterior
from needlework.response.refused import Refused
from needlework.response.summary import LEVELS

Floats = NDArray[np.float64]

MODEL: Final = "forecast"

DRAWS: Final = 1000
"""Ends of a 95 % interval then move by about a twentieth of its width from seed to seed."""
EACH: Final = 5
"""People a draw of the posterior when measures are there to choose among them."""
HORIZON_DAYS: Final = 540
STEP_DAYS: Final = 7
LATEST_DAY: Final = 3650
_FARTHEST_DAY: Final = 1_000_000

Part = Literal["concern", "dose", "no-dose", "sessions", "interval", "measures"]


class Way(Struct, frozen=True, kw_only=True):
    """How a zone is needled in every session."""

    device: str
    zone: str
    depth_mm: float
    passes: int
    needles: int | None = None


class Person(Struct, frozen=True, kw_only=True):
    """What the models ask of somebody; None where it is not known."""

    sex: str | None = None
    age_years: float | None = None


class Asked(Struct, frozen=True, kw_only=True):
    """One concern's course: day 0 is that of the first measure."""

    concern: str
    scale: str
    way: Way
    session_days: tuple[int, ...]
    held: int | None = None
    """How many of the sessions were held; None counts those up to the last measure."""
    person: Person = Person()
    start: float | None = None
    """Score before the first session, in the scale's unit; None forecasts shares of it."""
    measures: tuple[Measure, ...] = ()
    """The person's own, the first on day 0; `start` is then left out."""
    until_day: int | None = None


class Band(Struct, frozen=True, kw_only=True):
    """Central intervals of a rating, a value a day of the grid, in the forecast's unit."""

    median: tuple[float, ...]
    low_50: tuple[float, ...]
    high_50: tuple[float, ...]
    low_80: tuple[float, ...]
    high_80: tuple[float, ...]
    low_95: tuple[float, ...]
    high_95: tuple[float, ...]


class Outside(Struct, frozen=True, kw_only=True):
    """Where a forecast leaves what it was fitted to."""

    part: Part
    says: str
    claims: tuple[str, ...]


class Worth(Struct, frozen=True, kw_only=True):
    """Whether more sessions are likely to bring what two ratings would show."""

    sessions: int
    chance: float
    """That the change is larger than two ratings differ by accident."""
    brings: float
    """Median change for the better, in the forecast's unit."""
    likely: bool


class Forecast(Struct, frozen=True, kw_only=True):
    """A score over time, as an interval, with all that is needed to make it again."""

    concern: str
    scale: str
    unit: str
    """Of the scale; `%` of the start where no score was given."""
    better: Literal["lower", "higher"]
    best: float
    worst: float | None
    """None where the scale has no end."""
    start: float
    about: Literal["people like the trials'", "this person"]
    days: tuple[int, ...]
    band: Band
    session_days: tuple[int, ...]
    measures: tuple[tuple[int, float], ...]
    rated_until_day: int
    """As long after the first session as a trial behind the forecast rated; later days follow the
    model alone."""
    dose_ratio: tuple[float, float, float] | None
    """A session's dose over the trials': 10, 50 and 90 % of draws."""
    outside: tuple[Outside, ...]
    worth: Worth
    release: str
    posterior: str
    seed: int
    claims: tuple[str, ...]
    unrounded: Band | None = None
    """The bands of a scale of few grades before a rating is read off in them: for a picture."""


def forecast(
    knowledge: Knowledge,
    asked: Asked,
    *,
    draws: int = DRAWS,
    seed: int = 1,
    language: str = "en",
    posterior: Posterior | None = None,
) -> Forecast:
    """The expected course of a score under a plan, and what the person's own measures make of it.

    Parameters
    ----------
    knowledge
        What is known, with the clinic's choices over it.
    asked
        The concern, its scale and start, the sessions and how each is done, and measures.
    draws
        For people like the trials', 50 to the posterior's. A person's own measures are held
        against all of the posterior.
    seed
        Not negative; the same gives the same forecast.
    language
        Of what is said of its limits.
    posterior
        As shipped unless given.

    Returns
    -------
    Forecast
        Bands every seventh day from 0 to `until_day`, in the unit of the scale.

    Raises
    ------
    UsageError
        The concern, scale, device or zone is unknown; a score lies outside its scale, or is as
        good as the scale can say; a depth, passes or day lies outside its domain; measures are
        of another scale; the posterior belongs to another release.
    NotAccepted
        The clinic rejected a parameter.

    Notes
    -----
    Structure: KnowledgeSynthesis, section (e). Figures: claims ``response.outcome.*``,
    ``response.healing.*`` and ``response.forecast.*``.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> way = Way(device="roller-192", zone="cheek", depth_mm=1.5, passes=15)
    >>> told = forecast(
    ...     load_knowledge(),
    ...     Asked(
    ...         concern="acne-scar-rolling",
    ...         scale="goodman-baron-quantitative",
    ...         start=20,
    ...         way=way,
    ...         session_days=(0, 28, 56, 84),
    ...     ),
    ... )
    >>> told.about, told.better, told.outside
    ("people like the trials'", 'lower', ())
    >>> told.band.median[0] > told.band.median[20] > 0
    True
    """
    checked_seed(seed)
    _check_days(asked)
    scale = _scale(knowledge, asked)
    turned = Turned.of(knowledge, scale, asked.start, asked.measures)
    until_day = _until(asked)
    held = load_posterior(knowledge) if posterior is None else posterior
    own = len(asked.measures) > 1
    held = held if own else _thinned(held, draws)
    claims = parameters(knowledge, "outcome")
    some = outcome.people(held, claims, seed=seed, each=EACH if own else 1)
    dose = relative_dose(knowledge, asked.way, asked.person, _size(held), seed)
    gain = outcome.gains(some, _repeated(dose.logarithm, some.size)[:, None])
    gain = np.repeat(gain, len(asked.session_days), axis=1)
    chain = _chain(knowledge, held, seed)
    days = np.arange(0, until_day + 1, STEP_DAYS)
    grown = _grown(chain, asked.session_days, until_day, some.size)
    course = outcome.score(some, gain, grown, days)
    measures = turned.measures(asked.scale, asked.measures)
    learned = learn(
        some,
        _on_measures(some, gain, chain, asked.session_days[: _held(asked)], measures),
        measures,
        claims,
        seed=seed,
    )
    read = predicted(some, learned, course, claims, seed=seed, same=True)
    levels = weighted_quantiles(read, learned.weights, LEVELS)
    rows = turned.rows(levels, measures[0].score)
    return Forecast(
        concern=asked.concern,
        scale=scale.id,
        unit=turned.unit,
        better=turned.better,
        best=turned.best,
        worst=turned.worst if isfinite(turned.worst) else None,
        start=turned.score(measures[0].score),
        about="this person" if own else "people like the trials'",
        days=tuple(int(day) for day in days),
        band=_band(turned.readable(rows)),
        session_days=asked.session_days,
        measures=tuple((each.day, each.score) for each in asked.measures),
        rated_until_day=asked.session_days[0]
        + round(parameters(knowledge, MODEL)["calibrated-days"].number),
        dose_ratio=dose.said,
        outside=tuple(_outside(knowledge, asked, dose, learned, translator(language), language)),
        worth=_worth(knowledge, asked, some, learned, gain),
        release=knowledge.release.id,
        posterior=held.made.draws_sha256,
        seed=seed,
        claims=(*_behind(knowledge), *dose.claims, *turned.claims),
        unrounded=_band(rows) if turned.reads else None,
    )


# --- how strong a session is ------------------------------------------------------------------


class RelativeDose(Struct, frozen=True):
    """A session's dose over the trials', one a draw."""

    logarithm: Floats
    """Natural logarithm, held at the least that the forecast goes by: shape (draws,)."""
    said: tuple[float, float, float] | None
    """10, 50 and 90 % of the ratio; None where it cannot be reckoned."""
    claims: tuple[str, ...]


def relative_dose(
    knowledge: Knowledge, way: Way, person: Person, draws: int, seed: int
) -> RelativeDose:
    """How strong a session is beside the reference session, on the same skin in each draw.

    Parameters
    ----------
    knowledge
        What is known.
    way, person
        The session and whose skin.
    draws, seed
        As `parameters.draw`.

    Returns
    -------
    RelativeDose
        Where punctures or skin are not known, drawn from ``response.forecast.dose-unknown``.

    Raises
    ------
    UsageError
        As `penetration.penetration`.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> known = load_knowledge()
    >>> way = Way(device="roller-192", zone="cheek", depth_mm=1.5, passes=15)
    >>> relative_dose(known, way, Person(), 50, 1).said
    (1.0, 1.0, 1.0)
    >>> relative_dose(known, structs.replace(way, zone="scalp"), Person(), 50, 1).said is None
    True
    """
    one_number(way.depth_mm, "Set depth in mm", high=DEEPEST_MM, above=True)
    claims = parameters(knowledge, MODEL)
    half = draw({"half-dose": parameters(knowledge, "healing")["half-dose"]}, draws, seed)[
        "half-dose"
    ]
    like_trials = Way(
        device=claims["reference-device"].word,
        zone=claims["reference-zone"].word,
        depth_mm=claims["reference-depth"].number,
        passes=round(claims["reference-passes"].number),
    )
    amounts: list[Floats] = []
    behind: list[str] = ["response.healing.half-dose"]
    for each in (way, like_trials):
        made = penetration(
            knowledge,
            each.device,
            each.zone,
            each.depth_mm,
            each.passes,
            sex=person.sex,
            age_years=person.age_years,
            needles=each.needles,
            draws=draws,
            seed=seed,
        )
        if isinstance(made, NoPenetration) or made.injured_volume_cm3_per_cm2 is None:
            unknown = draw({"dose-unknown": claims["dose-unknown"]}, draws, seed)
            return RelativeDose(unknown["dose-unknown"], None, (f"response.{MODEL}.dose-unknown",))
        amounts.append(healing.dose(made.injured_volume_cm3_per_cm2, half))
        behind.extend(made.claims)
    least = claims["dose-ratio-least"].number
    # A trial's needle that misses the dermis in a draw leaves nothing to compare with.
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(amounts[1] > 0, amounts[0] / amounts[1], 1.0)
    low, middle, high = (round(float(x), 4) for x in np.quantile(ratio, (0.1, 0.5, 0.9)))
    return RelativeDose(
        np.log(np.clip(ratio, least, 1 / least)), (low, middle, high), tuple(dict.fromkeys(behind))
    )


# --- the course -------------------------------------------------------------------------------


def _chain(knowledge: Knowledge, held: Posterior, seed: int) -> healing.Chain:
    """The healing chain with what the posterior says of its times, the rest from its priors."""
    values = draw(parameters(knowledge, "healing"), _size(held), seed)
    known = {
        claim: held.draws[name] for name, claim in chain_claims().items() if name in held.draws
    }
    return healing.chain({**values, **known})


def _grown(
    chain: healing.Chain, session_days: tuple[int, ...], until_day: int, size: int
) -> Floats:
    """How far each session has matured week by week, (people, sessions, days)."""
    grown = healing.maturation(
        chain, tuple(map(float, session_days)), until_day=until_day, step_days=STEP_DAYS
    )
    return _repeated(grown, size)


def _on_measures(
    some: outcome.People,
    gain: Floats,
    chain: healing.Chain,
    session_days: tuple[int, ...],
    measures: tuple[Measure, ...],
) -> Floats:
    """True courses on the days of measures, (people, measures)."""
    days = [measure.day for measure in measures]
    begun = tuple(day for day in session_days if day <= days[-1])
    if len(days) == 1 or not begun:
        return np.asarray(1 + some.drift_per_day[:, None] * np.asarray(days, dtype=np.float64))
    grown = healing.maturation(chain, (0.0,), until_day=days[-1], step_days=1)
    matured = _repeated(grown[:, 0], some.size)
    return outcome.score_course(some, gain[:, : len(begun)], matured, begun, days)


def _worth(
    knowledge: Knowledge,
    asked: Asked,
    some: outcome.People,
    learned: Learned,
    gain: Floats,
) -> Worth:
    """What the sessions that were not held yet bring; where none is planned, one more."""
    done = _held(asked)
    further = len(asked.session_days) - done or 1
    left = some.plateau + (1 - some.plateau) * np.prod(1 - gain[:, :done], axis=1)
    chance, brings = worth_more(some, learned, np.repeat(gain[:, :1], further, axis=1), left)
    start = float(weighted_quantiles(learned.start, learned.weights, [0.5])[0])
    needed = parameters(knowledge, MODEL)["worth-chance"].number
    return Worth(
        sessions=further,
        chance=round(chance, 4),
        brings=round(brings * start, 4),
        likely=chance >= needed,
    )


def _band(rows: Floats) -> Band:
    low_95, low_80, low_50, median, high_50, high_80, high_95 = (
        tuple(round(float(value), 4) for value in row) for row in rows
    )
    return Band(
        median=median,
        low_50=low_50,
        high_50=high_50,
        low_80=low_80,
        high_80=high_80,
        low_95=low_95,
        high_95=high_95,
    )


def _scale(knowledge: Knowledge, asked: Asked) -> Scale:
    release = knowledge.release
    for word, names, kind in (
        (asked.concern, release.concerns, "concern"),
        (asked.scale, release.scales, "scale"),
    ):
        named(word, names, kind, hint=f"`needlework evidence list --kind {kind}` names them.")
    scale = release.scales[asked.scale]
    if scale.id not in (usual := release.concerns[asked.concern].scales):
        raise UsageError(
            f"{scale.name.en} is no scale of the concern {asked.concern}.",
            hint=f"Give one of its scales: {', '.join(usual)}.",
        )
    if scale.direction not in (Direction.HIGHER_WORSE, Direction.HIGHER_BETTER):
        raise UsageError(
            f"{scale.name.en} rates a change and has no start to forecast from.",
            hint="Give a scale that grades the skin itself.",
        )
    for place, each in enumerate(asked.measures, start=1):
        if each.scale != asked.scale:
            raise UsageError(
                f"Measure {place} is on the scale {each.scale}, the forecast on {asked.scale}.",
                hint="Give the measures of one scale; scales are not converted.",
            )
    return scale


def _held(asked: Asked) -> int:
    if asked.held is not None:
        return asked.held
    last = asked.measures[-1].day if len(asked.measures) > 1 else -1
    return sum(day <= last for day in asked.session_days)


def _check_days(asked: Asked) -> None:
    """Whole days and scores that are numbers; what they mean together is looked at later."""
    if not asked.session_days:
        raise UsageError("There is no session to forecast.", hint="Give the day of one.")
    for n, day in enumerate(asked.session_days, 1):
        whole(day, f"Day of session {n}", low=0, high=_FARTHEST_DAY)
    for n, each in enumerate(asked.measures, 1):
        whole(each.day, f"Day of measure {n}", low=-_FARTHEST_DAY, high=_FARTHEST_DAY)
        one_number(each.score, f"Score of measure {n}", low=-inf, high=inf)
    for value, what in ((asked.held, "Sessions held"), (asked.until_day, "Last day")):
        if value is not None:
            whole(value, what, low=-_FARTHEST_DAY, high=_FARTHEST_DAY)
    if asked.start is not None:
        one_number(asked.start, "The start", low=-inf, high=inf)


def _until(asked: Asked) -> int:
    latest = max(asked.session_days[-1], *(each.day for each in asked.measures), 0)
    if latest > LATEST_DAY:
        raise Refused(
            "Day {day} lies more than ten years after the start.",
            hint="Give the sessions and measures of one course.",
            day=f"{latest:,}",
        )
    if not 0 <= (asked.held or 0) <= len(asked.session_days):
        raise UsageError(
            f"{asked.held} sessions cannot have been held of {len(asked.session_days)}.",
            hint="Count those that were held.",
        )
    until = max(HORIZON_DAYS, latest) if asked.until_day is None else asked.until_day
    if not latest <= until <= LATEST_DAY:
        raise UsageError(
            f"A forecast until day {until} does not hold its sessions and measures within ten "
            "years.",
            hint=f"Give a day from {latest} to {LATEST_DAY:,}.",
        )
    return until


# --- where it ends ----------------------------------------------------------------------------


def _outside(
    knowledge: Knowledge,
    asked: Asked,
    dose: RelativeDose,
    learned: Learned,
    _: Translate,
    language: str,
) -> list[Outside]:
    claims = parameters(knowledge, MODEL)
    found: list[Outside] = []

    def add(part: Part, says: str, *keys: str) -> None:
        found.append(
            Outside(part=part, says=says, claims=tuple(f"response.{MODEL}.{key}" for key in keys))
        )

    if asked.concern not in claims["calibrated-concerns"].words:
        add(
            "concern",
            _("No trial of this concern stands behind the forecast; it borrows from others."),
            "calibrated-concerns",
        )
    if dose.said is None:
        add(
            "no-dose",
            _("How strong a session is cannot be reckoned here; it is taken for the trials'."),
            "dose-unknown",
        )
    elif dose.said[1] < claims["calibrated-dose-from"].number:
        add(
            "dose",
            _("A session is much weaker than the trials' were: it injures less of the dermis."),
            "calibrated-dose-from",
        )
    elif dose.said[1] > claims["calibrated-dose-to"].number:
        add(
            "dose",
            _("A session is much stronger than the trials' were: it injures more of the dermis."),
            "calibrated-dose-to",
        )
    most = round(claims["calibrated-sessions"].number)
    if len(asked.session_days) > most:
        add(
            "sessions",
            _("No trial behind the forecast had more than {n} sessions.").format(
                n=say_number(most, language)
            ),
            "calibrated-sessions",
        )
    gaps = np.diff(asked.session_days)
    low, high = (claims[f"calibrated-interval-{end}"].number for end in ("from", "to"))
    if gaps.size and (gaps.min() < low or gaps.max() > high):
        add(
            "interval",
            _("The trials' sessions were {low} to {high} days apart.").format(
                low=say_number(low, language), high=say_number(high, language)
            ),
            "calibrated-interval-from",
            "calibrated-interval-to",
        )
    if not learned.fits:
        add(
            "measures",
            _("The measures fit few of the courses that the model knows; they count for less."),
        )
    return found


def _behind(knowledge: Knowledge) -> tuple[str, ...]:
    models = ("outcome", "healing", MODEL)
    return tuple(
        f"response.{model}.{key}" for model in models for key in parameters(knowledge, model)
    )


# --- draws ------------------------------------------------------------------------------------


def _size(held: Posterior) -> int:
    return len(held.draws["gain-centre"])


def _thinned(held: Posterior, draws: int) -> Posterior:
    """Every so many-th draw, so that all chains have their say."""
    size = _size(held)
    if not (is_whole(draws) and 50 <= draws <= size):
        raise UsageError(
            f"A forecast cannot be made of {shown(draws)} draws.", hint=f"Ask for 50 to {size:,}."
        )
    at = np.arange(draws) * size // draws
    thin: Mapping[str, Floats] = {name: values[at] for name, values in held.draws.items()}
    return structs.replace(held, draws=thin)


def _repeated(values: Floats, size: int) -> Floats:
    """As `outcome.people` repeats draws."""
    return values if len(values) == size else np.repeat(values, size // len(values), axis=0)
