"""An outlook in words: the same sentences and tables for the terminal, pages and documents."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import ceil
from typing import Final

from msgspec import Struct

from needlework.documents.words import Words
from needlework.evidence import Knowledge
from needlework.outlook import ConcernOutlook, Without, ZoneOutlook
from needlework.response.forecast import Forecast
from needlework.response.skin import Hours

_HOURS_A_DAY: Final = 24
_DAYS_A_WEEK: Final = 7
_FINE: Final = 12
"""Scales up to so wide are told to a tenth."""


class Table(Struct, frozen=True, kw_only=True):
    """What a picture shows, for whoever does not see it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


# --- the course of a concern ------------------------------------------------------------------


def heading(c: ConcernOutlook, knowledge: Knowledge, language: str) -> str:
    """The concern and how its zone would be needled."""
    words = Words(knowledge, language)
    _ = words.say
    count = len(c.forecast.session_days)
    sessions = (_("{n} session") if count == 1 else _("{n} sessions")).format(n=count)
    return _("{concern}: {sessions}, {depth} mm deep").format(
        concern=words.concern(c.concern), sessions=sessions, depth=words.number(c.at.depth_mm)
    )


def summary(c: ConcernOutlook, knowledge: Knowledge, language: str) -> tuple[str, ...]:
    """About whom it speaks, what to expect when it is judged, and whether it is worth it."""
    words = Words(knowledge, language)
    return tuple(_summary(c, words))


def limits(c: ConcernOutlook, knowledge: Knowledge, language: str) -> tuple[str, ...]:
    """Where the forecast leaves what it was fitted to, and what it cannot tell."""
    _ = Words(knowledge, language).say
    found = [each.says for each in c.forecast.outside]
    found.append(
        _(
            "How far apart sessions lie changes almost nothing in this model. That follows from "
            "its form and is no finding: there is no best interval to read from it."
        )
    )
    return tuple(found)


def course_table(c: ConcernOutlook, knowledge: Knowledge, language: str) -> Table:
    """The forecast on the days that matter."""
    words = Words(knowledge, language)
    _ = words.say
    told = c.forecast
    head = (
        _("When"),
        _("Middle"),
        _("50 in 100"),
        _("80 in 100"),
        _("95 in 100"),
    )
    rows = tuple(
        (
            f"{when(c, day, words)}: {what}",
            _score(told, on_day(told, "median", day), words),
            *(
                words.span(
                    rounded(told, on_day(told, f"low_{level}", day)),
                    rounded(told, on_day(told, f"high_{level}", day)),
                )
                for level in (50, 80, 95)
            ),
        )
        for day, what in days_that_matter(c, words)
    )
    caption = _("Expected ratings: {scale}, {better} is better").format(
        scale=scale_name(told, words),
        better=_("lower") if told.better == "lower" else _("higher"),
    )
    return Table(caption=caption, head=head, rows=rows)


def _summary(c: ConcernOutlook, words: Words) -> Iterator[str]:
    _ = words.say
    told = c.forecast
    yield from waits(c, words)
    yield (
        _("This is about people like those of the trials, not about this person.")
        if told.about == "people like the trials'"
        else _("This is about this person: it follows their own measures.")
    )
    day = judged_on(c)
    low, high = (rounded(told, on_day(told, f"{end}_80", day)) for end in ("low", "high"))
    yield _(
        "Expected {when}: {middle}, from {start} at the start; 80 in 100 lie between {low} and "
        "{high}."
    ).format(
        when=when(c, day, words),
        middle=_score(told, on_day(told, "median", day), words),
        start=_score(told, told.start, words),
        low=words.number(low),
        high=words.number(high),
    )
    if told.unrounded:
        yield _(
            "A rating reads one of the scale's grades; a picture shows where it lies before that."
        )
    worth = told.worth
    chance = words.number(round(100 * worth.chance))
    if told.about == "people like the trials'":
        yield _(
            "In {chance} of 100 the whole course changes more than two ratings differ by accident."
        ).format(chance=chance)
    else:
        yield (
            _(
                "Further sessions ({n}) are likely to be worth it: in {chance} of 100 they change "
                "more than two ratings differ by accident."
            )
            if worth.likely
            else _(
                "Further sessions ({n}) are not likely to be worth it: in {chance} of 100 they "
                "change more than two ratings differ by accident."
            )
        ).format(n=words.number(worth.sessions), chance=chance)


def waits(c: ConcernOutlook, words: Words) -> Iterator[str]:
    """What stands between the plan and its first session, by zone."""
    by_status: dict[str, list[str]] = {}
    for zone, status in c.states:
        by_status.setdefault(status, []).append(zone)
    for status, zones in by_status.items():
        yield words.say("Not to be done as it stands. {zones}: {status}.").format(
            zones=words.zones(zones), status=words.status(status)
        )


def days_that_matter(c: ConcernOutlook, words: Words) -> list[tuple[int, str]]:
    """Sessions, measures, days of judgement and the end, each with its name."""
    _ = words.say
    found: dict[int, list[str]] = {}
    for day, score in c.forecast.measures:
        found.setdefault(day, []).append(_("measured {score}").format(score=words.number(score)))
    for number, day in enumerate(c.forecast.session_days, start=1):
        found.setdefault(day, []).append(_("session {n}").format(n=words.number(number)))
    for mark in c.judged:
        found.setdefault(mark.day, []).append(_(mark.what))
    found.setdefault(c.forecast.days[-1], []).append(_("end of the forecast"))
    return [(day, ", ".join(names)) for day, names in sorted(found.items())]


def judged_on(c: ConcernOutlook) -> int:
    """The day on which the plan judges the result, or the last that is told."""
    named = {mark.what: mark.day for mark in c.judged}
    return named.get("score and judge the result", c.forecast.days[-1])


def when(c: ConcernOutlook, day: int, words: Words) -> str:
    """A day of the course: its date where the plan has one, or weeks since the first session."""
    if c.first is not None:
        return words.day(c.first + timedelta(days=day))
    return words.say("week {n}").format(n=words.number(round(day / _DAYS_A_WEEK)))


def on_day(told: Forecast, bound: str, day: int) -> float:
    """A bound on a day, between the days of the grid in a straight line."""
    values: Sequence[float] = getattr(told.band, bound)
    after = min(bisect_right(told.days, day), len(told.days) - 1)
    before = after - 1
    share = (day - told.days[before]) / (told.days[after] - told.days[before])
    return values[before] + min(share, 1.0) * (values[after] - values[before])


def rounded(told: Forecast, score: float) -> float:
    """As finely as the scale is worth."""
    wide = abs((told.start if told.worst is None else told.worst) - told.best)
    fine = told.unit != "%" and wide <= _FINE
    return round(score, 1) if fine else float(round(score))


def scale_name(told: Forecast, words: Words) -> str:
    """The scale, or that shares of the start are told."""
    if told.unit == "%":
        return words.say("share of the start, in per cent")
    held = words.knowledge.release.scales[told.scale].name
    return held.es if words.language == "es" else held.en


def _score(told: Forecast, score: float, words: Words) -> str:
    number = words.number(rounded(told, score))
    return f"{number} %" if told.unit == "%" else number


# --- a session in a zone ----------------------------------------------------------------------


def layer(z: ZoneOutlook, knowledge: Knowledge, language: str) -> str:
    """How deep the tip comes to rest, and how sure that is."""
    words = Words(knowledge, language)
    _ = words.say
    reached = z.skin.reached
    if reached is None:
        return _("This zone's skin was never measured, and nothing may stand in: no layer is told.")
    told = _(
        "{depth} mm set: the tip most likely rests in the {layer} ({chance} in 100), {low} to "
        "{high} mm deep in 80 of 100 people."
    ).format(
        depth=words.number(z.skin.way.depth_mm),
        layer=layer_name(reached.layer, words),
        chance=words.number(round(100 * reached.chance)),
        low=words.number(round(reached.low_80_mm, 2)),
        high=words.number(round(reached.high_80_mm, 2)),
    )
    if reached.proxy is None:
        return told
    instead = _("Its dermis was never measured; that of {zone} stands in, with a wider spread.")
    return f"{told} {instead.format(zone=words.zones((reached.proxy,)))}"


def layer_name(layer_id: str, words: Words) -> str:
    """A layer of skin in plain words."""
    _ = words.say
    return {
        "not-entered": _("air above the skin"),
        "stratum-corneum": _("horny layer"),
        "viable-epidermis": _("living epidermis"),
        "papillary-dermis": _("papillary dermis"),
        "reticular-dermis": _("reticular dermis"),
        "subcutis": _("fat below the skin"),
    }[layer_id]


def zone_limits(z: ZoneOutlook, knowledge: Knowledge, language: str) -> tuple[str, ...]:
    """Where what is told of a session leaves what it was fitted to."""
    _ = Words(knowledge, language).say
    found = []
    if z.skin.closed is None:
        found.append(_("Without an age nothing is told of how the skin closes."))
    elif not z.skin.closure_calibrated:
        found.append(
            _("Closing was measured after needles of other lengths; here it is carried on.")
        )
    if z.skin.closed is not None:
        found.append(
            _(
                "None of these hours is a permission: the waits of aftercare hold, and two studies "
                "saw skin stay open for longer than the model has it."
            )
        )
    found.append(
        _("No trial measured redness by the hour; its course is the model's, its ends are theirs.")
    )
    return tuple(found)


def darkening(z: ZoneOutlook, knowledge: Knowledge, language: str) -> str:
    """The chance of darkening, with the few people that it was counted in."""
    words = Words(knowledge, language)
    dark = z.skin.darkening
    low, middle, high = (
        words.number(round(100 * share)) for share in (dark.low_95, dark.median, dark.high_95)
    )
    return words.say(
        "Darkening afterwards (phototype {group}): {middle} in 100, 95 % interval {low} to "
        "{high}; {events} of {people} people counted in trials."
    ).format(
        group=words.say("not known") if dark.group == "unknown" else dark.group,
        middle=middle,
        low=low,
        high=high,
        events=words.number(dark.events),
        people=words.number(dark.people),
    )


def session_table(z: ZoneOutlook, knowledge: Knowledge, language: str) -> Table:
    """How long skin stays open and red after one session, beside what sources say."""
    words = Words(knowledge, language)
    _ = words.say
    told = z.skin
    gone = tuple(hours(each.value, words) for each in told.red_gone_by)
    rows = [
        (name, *_each(times, words), _("the waits of aftercare hold"))
        for name, times in (
            (_("barrier is back"), told.barrier),
            (_("channels closed"), told.closed),
        )
        if times is not None
    ]
    rows.append((_("redness gone"), *_each(told.red, words), _gone(gone, words)))
    swelling = hours(told.swelling_gone_by.value, words)
    rows.append((_("swelling gone"), "–", "–", "–", _("by {time}").format(time=swelling)))
    return Table(
        caption=_("After one session at {depth} mm").format(depth=words.number(told.way.depth_mm)),
        head=("", _("half of people"), _("9 in 10"), _("nearly all"), _("sources say")),
        rows=tuple(rows),
    )


def hours(value: float, words: Words) -> str:
    """Hours up to two days, then days; rounded up, since it is a wait."""
    if value <= 2 * _HOURS_A_DAY:
        return words.length(float(ceil(value)), "h")
    return words.length(ceil(10 * value / _HOURS_A_DAY) / 10, "d")


def _each(times: Hours, words: Words) -> tuple[str, str, str]:
    return (
        hours(times.half, words),
        hours(times.most, words),
        hours(times.nearly_all, words),
    )


def _gone(times: Sequence[str], words: Words) -> str:
    """The soonest and the latest of what sources say."""
    if not times:
        return ""
    if times[0] == times[-1]:
        return words.say("by {time}").format(time=times[0])
    return words.say("by {first} to {last}").format(first=times[0], last=times[-1])


def without(w: Without, knowledge: Knowledge, language: str) -> str:
    """What nothing is forecast for, and why."""
    words = Words(knowledge, language)
    concerns = knowledge.release.concerns
    name = words.concern(w.about) if w.about in concerns else words.zones(w.about.split(", "))
    return f"{name}: {w.why}"
