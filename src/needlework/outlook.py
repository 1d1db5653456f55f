"""What a plan is likely to lead to: for each concern its course, for each zone its session.

A plan says what to do; here the models of skin are asked what comes of it. Nothing here changes a
plan, and nothing may be asked for that the plan does not allow: not deeper, not sooner.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from math import isnan
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from needlework.errors import AnswerError, UsageError
from needlework.evidence import NotAccepted
from needlework.evidence.scales import Direction, Scale, score
from needlework.i18n import say_number, translator
from needlework.measured import Held, Measured, Reading
from needlework.planning.schedule import open_day
from needlework.screening.case import base
from needlework.units import round_down, whole_years

if TYPE_CHECKING:  # the models need NumPy; whoever only reads an outlook does not
    from needlework.planning import Plan
    from needlework.response.forecast import Forecast, Person, Way
    from needlework.response.learning import Measure
    from needlework.response.skin import Skin
    from needlework.screening import Case
    from needlework.screening.consultation import Wish

FORECAST_DAYS: Final = 364
"""As far as a page draws: a year holds every judgement that a plan asks for."""
_YOUNGEST: Final = 16
"""Nobody younger was measured; the models are then asked without an age."""
_OLDEST: Final = 110
"""Beyond it skin is taken for as old; the models know of nobody older."""
_DAYS_A_WEEK: Final = 7
_CAN_BE_JUDGED: Final = ("first score", "score and judge the result", "last score")


class Wanted(Struct, frozen=True, kw_only=True):
    """What somebody would like to see instead of the plan's own; None keeps it."""

    depth_mm: float | None = None
    sessions: int | None = None
    interval_days: int | None = None
    earlier: int = 0
    """Of the sessions that were held, those of an earlier plan: this one's come after them."""


class Reach(Struct, frozen=True, kw_only=True):
    """How far each of those may be moved within the plan: first, last and step."""

    depth_mm: tuple[float, float, float]
    sessions: tuple[int, int, int]
    interval_days: tuple[int, int, int]


class Mark(Struct, frozen=True, kw_only=True):
    """A day on which the plan has a score taken."""

    what: str
    day: int


class Graded(Struct, frozen=True, kw_only=True):
    """A grade that somebody gave a concern at the start; None where the scale was named alone."""

    scale: str
    grade: float | None
    zones: tuple[str, ...]


class ConcernOutlook(Struct, frozen=True, kw_only=True):
    """The expected course of one concern."""

    concern: str
    zones: tuple[str, ...]
    at: Way
    """The zone and depth that it is reckoned for: the one that is needled the least deep."""
    interval_days: int
    first: date | None
    """Day 0: that of the first session or of a measure before it; None where there is none."""
    judged: tuple[Mark, ...]
    reach: Reach
    forecast: Forecast
    states: tuple[tuple[str, str], ...] = ()
    """Zones that the plan does not simply plan, each with its status there."""
    graded_too: tuple[Graded, ...] = ()
    """Other grades of it, on another scale or in other zones, that nothing is forecast from."""


class ZoneOutlook(Struct, frozen=True, kw_only=True):
    """One session in zones that are treated alike, at the greatest depth that is planned."""

    zones: tuple[str, ...]
    skin: Skin


class Without(Struct, frozen=True, kw_only=True):
    """A concern, one of its grades, or a zone that nothing is forecast for, and why."""

    about: str
    why: str
    claims: tuple[str, ...] = ()


class Outlook(Struct, frozen=True, kw_only=True):
    """All that the models say of a plan."""

    concerns: tuple[ConcernOutlook, ...]
    zones: tuple[ZoneOutlook, ...]
    without: tuple[Without, ...]


def outlook(
    case: Case,
    plan: Plan,
    wanted: Wanted = Wanted(),  # noqa: B008  frozen
    *,
    measured: Measured | None = None,
    language: str = "en",
    seed: int = 1,
) -> Outlook:
    """What the models say of each concern and zone of a plan; what they cannot say is named.

    Parameters
    ----------
    case, plan
        As judged and planned.
    wanted
        Other numbers than the plan's, kept within it.
    measured
        Sessions held and scores taken so far; the forecast learns from them.
    language
        Of what is said.
    seed
        Of the models' draws.

    Raises
    ------
    UsageError
        A measure is on another scale than the forecast, or lies after the first session though
        it is the first.
    """
    from needlework.response.skin import skins

    _check_names(case, measured)
    concerns: list[ConcernOutlook] = []
    without: list[Without] = []
    for concern in dict.fromkeys(each.concern for each in _planned(plan)):
        made = concern_outlook(
            case, plan, concern, wanted, measured=measured, language=language, seed=seed
        )
        if isinstance(made, Without):
            without.append(made)
        else:
            concerns.append(made)
            without += _graded_too(made, case, language)
    ways = _deepest(plan)
    try:
        told = skins(
            case.knowledge, tuple(ways), person_of(case), phototype=_phototype(case), seed=seed
        )
    except NotAccepted as error:
        without += [_rejected(", ".join(names), error, language) for names in ways.values()]
        told = ()
    zones = tuple(ZoneOutlook(zones=ways[each.way], skin=each) for each in told)
    without += _unplanned(plan, language)
    return Outlook(concerns=tuple(concerns), zones=zones, without=tuple(without))


def concern_outlook(
    case: Case,
    plan: Plan,
    concern: str,
    wanted: Wanted = Wanted(),  # noqa: B008  frozen
    *,
    measured: Measured | None = None,
    language: str = "en",
    seed: int = 1,
) -> ConcernOutlook | Without:
    """One concern's course, or why there is none; what is wanted is kept within the plan."""
    from needlework.response.forecast import Asked, forecast
    from needlework.response.refused import told as told_why

    _ = translator(language)
    found = [each for each in _planned(plan) if each.concern == concern]
    if not found:
        return Without(about=concern, why=_("Nothing is planned for it."))
    least = min(found, key=lambda each: (each.start_mm, each.zone))
    zones = tuple(each.zone for each in found)
    readings = measured.of(concern) if measured else ()
    graded = _graded(case, concern, least.zone, readings, language)
    if isinstance(graded, Without):
        return graded
    scale, start, others = graded
    schedule = _schedule(case, plan, least, zones, wanted, measured, readings)
    judged = tuple(
        Mark(what=each.what, day=schedule.days[-1] + each.day) for each in schedule.scores
    )
    asked = Asked(
        concern=concern,
        scale=scale.id,
        way=least.at(_stepped(wanted.depth_mm, least.reach.depth_mm, least.start_mm)),
        session_days=schedule.days,
        held=schedule.held,
        person=person_of(case),
        start=None if readings else start,
        measures=_measures(readings, schedule.day_0),
        until_day=max(
            FORECAST_DAYS,
            schedule.days[-1],
            *(each.day for each in judged),
            *((each.on - schedule.day_0).days for each in readings),
        ),
    )
    try:
        told = forecast(case.knowledge, asked, seed=seed, language=language)
    except NotAccepted as error:
        return _rejected(concern, error, language)
    except UsageError as error:
        if readings:  # somebody gave these: they are to be told
            raise
        return Without(about=concern, why=told_why(error, _))
    return ConcernOutlook(
        concern=concern,
        zones=zones,
        at=asked.way,
        interval_days=schedule.interval_days,
        first=schedule.first,
        judged=judged,
        reach=least.reach,
        forecast=told,
        states=tuple(
            (zone.zone, zone.status)
            for zone in plan.zones
            if zone.zone in zones and zone.status != "planned"
        ),
        graded_too=others,
    )


def person_of(case: Case) -> Person:
    """What the models may know of whoever is treated."""
    from needlework.response.forecast import Person

    client, on = case.consultation.client, case.on
    born = client.birth_date
    age = None
    if born is not None:
        age = min(whole_years(born, on), _OLDEST)
    return Person(
        sex=None if client.sex == "unspecified" else client.sex,
        age_years=age if age is not None and age >= _YOUNGEST else None,
    )


# --- what is planned --------------------------------------------------------------------------


class _Planned(Struct, frozen=True, kw_only=True):
    """A protocol that is to be done, with nothing left open."""

    zone: str
    concern: str
    device: str
    start_mm: float
    maximum_mm: float
    step_mm: float
    passes: int
    sessions: tuple[int, int]
    interval_days: int

    def at(self, depth_mm: float) -> Way:
        from needlework.response.forecast import Way

        return Way(device=self.device, zone=base(self.zone), depth_mm=depth_mm, passes=self.passes)

    @property
    def reach(self) -> Reach:
        """From its start to its maximum, its own counts, and never a shorter interval."""
        return Reach(
            depth_mm=(self.start_mm, self.maximum_mm, self.step_mm),
            sessions=(*self.sessions, 1),
            interval_days=(self.interval_days, 2 * self.interval_days, _DAYS_A_WEEK),
        )


def _planned(plan: Plan) -> Iterator[_Planned]:
    between = plan.course.interval.value if plan.course else 0.0
    for zone in plan.zones:
        for made in zone.protocols:
            if made.refused or made.depth is None or made.passes is None:
                continue
            fewest, most = (round(end.value) for end in made.sessions) if made.sessions else (1, 1)
            own = made.interval.value if made.interval else 0.0
            yield _Planned(
                zone=zone.zone,
                concern=made.concern,
                device=made.device,
                start_mm=made.depth.start.value,
                maximum_mm=made.depth.maximum.value,
                step_mm=made.depth.step.value if made.depth.step else 0.0,
                passes=round(made.passes.count.value),
                sessions=(fewest, most),
                interval_days=round(max(own, between, 1.0)),
            )


def _deepest(plan: Plan) -> Mapping[Way, tuple[str, ...]]:
    """Zones by the deepest way in which each is planned: waits follow the longest."""
    deepest: dict[str, _Planned] = {}
    for each in _planned(plan):
        known = deepest.get(each.zone)
        if known is None or each.maximum_mm > known.maximum_mm:
            deepest[each.zone] = each
    found: dict[Way, tuple[str, ...]] = {}
    for zone, each in deepest.items():
        way = each.at(each.maximum_mm)
        found[way] = (*found.get(way, ()), zone)
    return found


class _Schedule(Struct, frozen=True, kw_only=True):
    """Sessions by their days from day 0, and scores by theirs from the last session."""

    days: tuple[int, ...]
    held: int | None
    interval_days: int
    day_0: date
    has_days: bool
    """Whether day 0 is a day of the calendar that was planned or held."""
    scores: tuple[Mark, ...]

    @property
    def first(self) -> date | None:
        return self.day_0 if self.has_days else None


def _schedule(
    case: Case,
    plan: Plan,
    least: _Planned,
    zones: Collection[str],
    wanted: Wanted,
    measured: Measured | None,
    readings: tuple[Reading, ...],
) -> _Schedule:
    """The plan's own days; others, on days that are open, where other numbers are wanted or held.

    What was not held lies ahead: after the last session and the last measure, not before the
    plan's own first day, and never sooner than its interval.
    """
    dates = [
        session.day.on
        for session in (plan.course.sessions if plan.course else ())
        if not set(zones).isdisjoint(session.zones)
    ]
    scores = tuple(
        Mark(what=check.what, day=(check.day.on - dates[-1]).days)
        for check in (plan.course.checks if plan.course and dates else ())
        if least.concern in check.concerns and check.what in _CAN_BE_JUDGED
    )
    if len(readings) > 1 and (measured is None or measured.sessions is None):
        raise UsageError(
            "Measures are given without the sessions that were held.",
            hint="List their days under `sessions`; an empty list says that none was.",
        )
    held = _held_in(zones, measured, case)
    interval = round(_within(wanted.interval_days, least.reach.interval_days, least.interval_days))
    is_planned = wanted.sessions is None and wanted.interval_days is None
    if not (dates and is_planned and not held and len(readings) < 2):
        count = wanted.earlier + round(
            _within(wanted.sessions, least.reach.sessions, len(dates) or least.sessions[0])
        )
        earliest = max(
            dates[0] if dates else plan.judged_on, *(each.on for each in readings[1:]), case.on
        )
        dates = _ahead(held, count, interval, earliest, case)
    gaps = [later - sooner for sooner, later in pairwise(day.toordinal() for day in dates)]
    day_0 = _first(dates[0], readings)
    return _Schedule(
        days=tuple((day - day_0).days for day in dates),
        held=len(held) if len(readings) > 1 else None,
        interval_days=min(gaps, default=interval) if is_planned and not held else interval,
        day_0=day_0,
        has_days=plan.course is not None or bool(held),
        scores=scores,
    )


def _held_in(zones: Collection[str], measured: Measured | None, case: Case) -> list[date]:
    """Days of the sessions that were held in any of these zones."""
    found = []
    for each in (measured.sessions or ()) if measured else ():
        if not isinstance(each, Held):
            found.append(each)
        elif not case.expand(each.zones).isdisjoint(zones):
            found.append(each.on)
    return found


def _ahead(
    held: Sequence[date], count: int, interval: int, earliest: date, case: Case
) -> list[date]:
    """Sessions held, and as many more as make up the count, on open days."""
    dates = list(held)
    while len(dates) < count:
        after = [dates[-1] + timedelta(days=interval)] if dates else []
        opened = open_day(max([earliest, *after]), case.consultation.calendar)
        if opened is None:
            break
        dates.append(opened)
    return dates or [earliest]


def _first(session: date, readings: tuple[Reading, ...]) -> date:
    """Day 0: the first measure is the start, so that it may not come after a session."""
    if not readings:
        return session
    if readings[0].on > session:
        raise UsageError(
            f"The first measure of {readings[0].concern} was taken after the first session.",
            hint="Give the score from before it: without a start nothing can be learned.",
        )
    return readings[0].on


def _measures(readings: tuple[Reading, ...], day_0: date) -> tuple[Measure, ...]:
    from needlework.response.learning import Measure

    return tuple(
        Measure(
            day=(each.on - day_0).days,
            score=each.score,
            scale=each.scale,
            rater=each.rater,
            error=each.error,
        )
        for each in readings
    )


def _within(wanted: float | None, reach: tuple[float, float, float], otherwise: float) -> float:
    if wanted is None or isnan(wanted):
        return otherwise
    return min(max(wanted, reach[0]), reach[1])


def _stepped(wanted: float | None, reach: tuple[float, float, float], otherwise: float) -> float:
    """A depth within reach that can be set: down to a step, as the plan rounds its own."""
    within = _within(wanted, reach, otherwise)
    least, most, step = reach
    if not step or within in {least, most, otherwise}:
        return within
    return round(least + round_down(within - least, step), _DEPTH_DIGITS)


_DEPTH_DIGITS: Final = 6
"""Decimals of a depth in mm, so that steps leave no binary dust."""


# --- what was told ----------------------------------------------------------------------------


def _graded(
    case: Case, concern: str, zone: str, readings: tuple[Reading, ...], language: str
) -> tuple[Scale, float | None, tuple[Graded, ...]] | Without:
    """The scale of a forecast, the grade at its start and others, or why there is no forecast."""
    from needlework.response.forecast_scale import is_best
    from needlework.response.refused import told as told_why

    _ = translator(language)
    if readings:
        return _measured_scale(case, concern, readings[0]), None, ()
    try:
        found = _grades(case, concern, zone)
        scale = case.knowledge.release.scales[found[0].scale] if found else _usual(case, concern)
        if scale is None:
            return Without(about=concern, why=_("It has no scale that grades the skin itself."))
        start = found[0].grade if found else None
        if start is not None and is_best(case.knowledge, scale, start):
            return Without(about=concern, why=_("It is graded as well as its scale can say."))
    except NotAccepted as error:
        return _rejected(concern, error, language)
    except UsageError as error:
        return Without(about=concern, why=told_why(error, _))
    return scale, start, tuple(found[1:])


def _measured_scale(case: Case, concern: str, first: Reading) -> Scale:
    release = case.knowledge.release
    usual = release.concerns[concern].scales
    if first.scale not in release.scales:
        raise UsageError(
            f"There is no scale {first.scale[:60]!r}.",
            hint="`needlework evidence list --kind scale` names them.",
        )
    if first.scale not in usual:
        raise UsageError(
            f"{release.scales[first.scale].name.en} is no scale of the concern {concern}.",
            hint=f"Give measures on one of its scales: {', '.join(usual)}.",
        )
    return release.scales[first.scale]


def _usual(case: Case, concern: str) -> Scale | None:
    release = case.knowledge.release
    scales = (release.scales[name] for name in release.concerns[concern].scales)
    return next((scale for scale in scales if _grades_skin(scale)), None)


def _grades(case: Case, concern: str, zone: str) -> list[Graded]:
    """What somebody graded the concern by; a forecast starts from the first.

    A grade goes before a scale without one, one that can get better before one that cannot, one
    of the zone that is reckoned for before another's, and the finer scale before the coarser:
    the model is of shares, and few steps show few of them.
    """
    from needlework.response.forecast_scale import is_best, points

    knowledge, usual = case.knowledge, case.knowledge.release.concerns[concern].scales
    found: list[tuple[tuple[bool, bool, bool, float, int], Graded]] = []
    for wish in case.consultation.concerns:
        scale = knowledge.release.scales.get(wish.scale)
        if wish.concern != concern or wish.scale not in usual or not scale:
            continue
        if not _grades_skin(scale):
            continue
        grade = _grade(scale, wish)
        order = (
            grade is None,
            grade is not None and is_best(knowledge, scale, grade),
            zone not in case.expand(wish.zones),
            -points(knowledge, scale),
            usual.index(scale.id),
        )
        found.append((order, Graded(scale=scale.id, grade=grade, zones=tuple(wish.zones))))
    return [each for _order, each in sorted(found, key=lambda pair: pair[0])]


def _graded_too(made: ConcernOutlook, case: Case, language: str) -> Iterator[Without]:
    """Grades that are not forecast, beside the one that is."""
    _ = translator(language)
    scales = case.knowledge.release.scales
    for each in made.graded_too:
        if each.grade is None:
            continue
        names = {
            name: scales[name].name.es if language == "es" else scales[name].name.en
            for name in (each.scale, made.forecast.scale)
        }
        if each.scale == made.forecast.scale:
            said = _("Graded {grade} on {scale} as well; the forecast starts from {start}.")
        else:
            said = _("Graded {grade} on {scale} too; the forecast is on {chosen} alone.")
        yield Without(
            about=made.concern,
            why=said.format(
                grade=say_number(each.grade, language),
                scale=names[each.scale],
                chosen=names[made.forecast.scale],
                start=say_number(made.forecast.start, language),
            ),
        )


def _grades_skin(scale: Scale) -> bool:
    return scale.direction in (Direction.HIGHER_WORSE, Direction.HIGHER_BETTER)


def _grade(scale: Scale, wish: Wish) -> float | None:
    if wish.grade is not None:
        return wish.grade
    return score(scale, wish.items).value if wish.items else None


def _phototype(case: Case) -> str:
    graded = case.consultation.phototype.clinician
    return "" if graded == "unknown" else graded


def _check_names(case: Case, measured: Measured | None) -> None:
    if measured is None:
        return
    for number, held in enumerate(measured.sessions or (), start=1):
        try:
            case.expand(held.zones if isinstance(held, Held) else ())
        except AnswerError as error:
            raise UsageError(
                f"Session {number} was held in a zone that there is not.", hint=error.hint
            ) from None
    for each in measured.measures:
        if each.concern not in case.knowledge.release.concerns:
            raise UsageError(
                f"There is no concern {each.concern[:60]!r} to measure.",
                hint="`needlework evidence list --kind concern` names them.",
            )


def _unplanned(plan: Plan, language: str) -> list[Without]:
    """Zones in which nothing is planned, by what stands in the way."""
    _ = translator(language)
    said = {
        "refused": _("It is refused."),
        "deferred": _("It is postponed."),
        "needs-clearance": _("It waits for a clinician."),
        "not-enough-known": _("Questions are open."),
        "no-device": _("No device fits."),
    }
    there = {each.zone for each in _planned(plan)}
    found: dict[str, list[str]] = {}
    for zone in plan.zones:
        if zone.zone not in there:
            found.setdefault(said.get(zone.status, _("Nothing is planned for it.")), []).append(
                zone.zone
            )
    return [Without(about=", ".join(zones), why=why) for why, zones in found.items()]


def _rejected(about: str, error: NotAccepted, language: str) -> Without:
    _ = translator(language)
    return Without(
        about=about,
        why=_("The clinic rejected what the model rests on."),
        claims=(error.claim_id,),
    )
