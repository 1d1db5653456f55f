"""Real days for all zones: sessions, photographs, scores, and what if one is missed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct, structs

from needlework.evidence import Cited, CitedDate, CitedText, Knowledge
from needlework.planning.bounds import merge
from needlework.planning.model import Check, Course, Session
from needlework.screening.consultation import Calendar
from needlework.units import later

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HORIZON_DAYS = 3 * 366


class Need(Struct, frozen=True, kw_only=True):
    """What a zone asks of the schedule."""

    zone: str
    concerns: tuple[str, ...]
    sessions: Cited
    interval: Cited
    free_from: CitedDate | None
    needs_clearance: bool = False


class Ending(Struct, frozen=True, kw_only=True):
    """Something that counts today, such as a clearance or a licence, and its last day."""

    what: str
    zones: tuple[str, ...]
    until: date
    claims: tuple[str, ...]


def course(
    knowledge: Knowledge,
    needs: Sequence[Need],
    calendar: Calendar,
    on: date,
    endings: Sequence[Ending] = (),
) -> Course | None:
    """Sessions for all zones on one schedule; None when they do not all find an open day."""
    if not needs:
        return None
    interval = _interval(knowledge, needs, on)
    made = tuple(_sessions(needs, interval, calendar, on))
    if not made or sum(len(session.zones) for session in made) < sum(
        round(n.sessions.value) for n in needs
    ):
        return None
    sessions = tuple(_with_notes(session, endings) for session in made)
    return Course(
        interval=interval,
        sessions=sessions,
        checks=tuple(_checks(knowledge, needs, sessions)),
        rules=tuple(_rules(knowledge)),
    )


def _interval(knowledge: Knowledge, needs: Sequence[Need], on: date) -> Cited:
    """The larger of what the concerns ask and of C44's wait; equals are all cited."""
    every = (knowledge.number("rule.c44.wait"), *(need.interval for need in needs))
    ends = [later(on, cited.value, cited.unit) for cited in every]
    longest = every[ends.index(max(ends))]
    equals = (c.claims for c, end in zip(every, ends, strict=True) if end == max(ends))
    return Cited(longest.value, longest.unit, merge(*equals))


def _sessions(
    needs: Sequence[Need], interval: Cited, calendar: Calendar, on: date
) -> Iterator[Session]:
    left = {need.zone: round(need.sessions.value) for need in needs}
    earliest = _begin(needs, interval, CitedDate(max(on, calendar.not_before or on), ()))
    number = 0
    while any(left.values()):
        waiting = [need for need in needs if left[need.zone]]
        day = _next_day(waiting, earliest, calendar)
        if day is None or (day.on - on).days > HORIZON_DAYS:
            return
        due = [need for need in waiting if _free(need, day.on)]
        number += 1
        for need in due:
            left[need.zone] -= 1
        yield Session(
            number=number,
            day=day,
            zones=tuple(need.zone for need in due),
            if_cleared=tuple(need.zone for need in due if need.needs_clearance),
        )
        next_on = later(day.on, interval.value, interval.unit)
        earliest = CitedDate(next_on, merge(day.claims, interval.claims))


def _begin(needs: Sequence[Need], interval: Cited, earliest: CitedDate) -> CitedDate:
    """The first visit waits for every zone that is free within one interval of the first one.

    A zone that came too late for it would have to wait for the next visit, so this costs less
    time than it saves visits.
    """
    frees = [need.free_from or earliest for need in needs]
    first = max(earliest.on, min(free.on for free in frees))
    last = later(first, interval.value, interval.unit)
    latest = max((free for free in frees if free.on <= last), key=lambda free: free.on)
    if latest.on <= earliest.on:
        return earliest
    return CitedDate(latest.on, merge(latest.claims, interval.claims))


def _with_notes(session: Session, endings: Sequence[Ending]) -> Session:
    """Say what will have ended by the day of a session."""
    ended = [
        ending
        for ending in endings
        if ending.until < session.day.on
        and (not ending.zones or set(ending.zones).intersection(session.zones))
    ]
    notes = tuple(
        CitedText(
            f"{ending.what} ends on {ending.until}: renew it before this session.",
            ending.claims,
        )
        for ending in ended
    )
    return structs.replace(session, notes=notes)


def _next_day(waiting: Sequence[Need], earliest: CitedDate, calendar: Calendar) -> CitedDate | None:
    """The first open day on which at least one waiting zone is free."""
    frees = [need.free_from for need in waiting]
    start = earliest
    if all(free is not None and free.on > earliest.on for free in frees):
        first = min((free for free in frees if free is not None), key=lambda free: free.on)
        start = CitedDate(first.on, merge(earliest.claims, first.claims))
    opened = open_day(start.on, calendar)
    return None if opened is None else CitedDate(opened, start.claims)


def _free(need: Need, day: date) -> bool:
    return need.free_from is None or need.free_from.on <= day


def open_day(day: date, calendar: Calendar) -> date | None:
    """The first day from `day` on that is neither closed nor kept clear."""
    for ahead in range(HORIZON_DAYS):
        candidate = day + timedelta(days=ahead)
        if _WEEKDAYS[candidate.weekday()] in calendar.closed_weekdays:
            continue
        if candidate in calendar.closed_days:
            continue
        if any(period.first <= candidate <= period.last for period in calendar.keep_clear):
            continue
        return candidate
    return None


def _checks(
    knowledge: Knowledge, needs: Sequence[Need], sessions: Sequence[Session]
) -> Iterator[Check]:
    """Photographs and scores before the first session, between, and after the last."""
    concerns = tuple(dict.fromkeys(name for need in needs for name in need.concerns))
    yield Check(what="photographs and baseline score", day=sessions[0].day, concerns=concerns)
    for session in sessions:
        day = _after(knowledge, session.day, "course.schedule.check-in-photo")
        yield Check(what=f"check-in photograph after session {session.number}", day=day)
    last = _last_days(needs, sessions)
    for what, key in _AFTER_LAST.items():
        yield from _merged(what, _due(knowledge, concerns, key, last))


def _due(
    knowledge: Knowledge, concerns: Sequence[str], key: str, last: Mapping[str, CitedDate]
) -> Iterator[tuple[str, CitedDate]]:
    for concern in concerns:
        claim_id = f"concern.{concern}.{key}"
        if claim_id in knowledge.claims:
            yield concern, _after(knowledge, last[concern], claim_id)


def _merged(what: str, due: Iterable[tuple[str, CitedDate]]) -> Iterator[Check]:
    """One check a day, whatever number of concerns it is for."""
    days: dict[date, tuple[list[str], tuple[str, ...]]] = {}
    for concern, day in due:
        names, claims = days.get(day.on, ([], ()))
        days[day.on] = ([*names, concern], merge(claims, day.claims))
    for on, (names, claims) in sorted(days.items()):
        yield Check(what=what, day=CitedDate(on, claims), concerns=tuple(names))


_AFTER_LAST: Mapping[str, str] = {
    "first score": "first-score",
    "score and judge the result": "judge",
    "last score": "second-judge",
}


def _last_days(needs: Sequence[Need], sessions: Sequence[Session]) -> dict[str, CitedDate]:
    last = {
        concern: (session.day, need.sessions.claims)
        for session in sessions
        for need in needs
        if need.zone in session.zones
        for concern in need.concerns
    }
    return {
        concern: CitedDate(day.on, merge(day.claims, claims))
        for concern, (day, claims) in last.items()
    }


def _after(knowledge: Knowledge, day: CitedDate, claim_id: str) -> CitedDate:
    claim = knowledge.claim(claim_id)
    return CitedDate(later(day.on, claim.number, claim.unit), merge(day.claims, (claim_id,)))


def _rules(knowledge: Knowledge) -> Iterator[CitedText]:
    for key in ("missed", "early", "maintenance"):
        for claim_id in (f"course.schedule.{key}", f"course.schedule.{key}-session"):
            if claim_id in knowledge.claims and knowledge.claim(claim_id).quantity == "text":
                yield CitedText(knowledge.claim(claim_id).word, (claim_id,))
