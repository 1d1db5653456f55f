"""New collagen over months: its course, its peak, and what the interval between sessions does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from msgspec import Struct

from needlework.cli.response.answers import penetration
from needlework.cli.response.answers.parts import (
    Array,
    Interval,
    interval,
    model_claims,
    rounded,
)
from needlework.evidence import Knowledge
from needlework.response import healing
from needlework.response.forecast import Person, Way
from needlework.response.healing_elastin import Elastin, elastin
from needlework.response.parameters import draw, parameters
from needlework.response.penetration import NoPenetration

MODEL: Final = "healing"
TELLING_DAYS: Final = (7, 14, 28, 56, 84, 112, 140, 182, 273, 364, 540, 730, 1095, 1825, 3650)
"""Since the first session: close together while the skin changes fast."""
_NEAR: Final = 7
"""Days before the last that need not be told beside it."""
_FURTHER: Final = 2
"""The interval is compared with one so many times as long."""


class Stage(Struct, frozen=True, kw_only=True):
    """A state of the chain on a day, as a share of the highest that it comes to by itself."""

    day: int
    session: int | None
    """Which session is held on that day, from 1; it is read after it."""
    collagen_iii: Interval
    collagen_i: Interval
    states: Mapping[str, Interval]
    """Every state in the chain's own units, the dose taken in: one is a session of full dose."""


class Peak(Struct, frozen=True, kw_only=True):
    """When a type of collagen stands highest, in days since the first session."""

    day: Interval
    not_yet: float
    """Share of draws in which it still grows on the last day."""


class OtherInterval(Struct, frozen=True, kw_only=True):
    """The highest type I collagen at another interval over that at the one asked for."""

    interval_days: int
    ratio: Interval


class Healed(Struct, frozen=True, kw_only=True):
    """The course after some sessions."""

    way: Way
    person: Person
    sessions: int
    interval_days: int
    until_day: int
    dose: Interval | None
    """Of one session, in % of the greatest; None where it cannot be reckoned."""
    no_dose: float | None
    """Share of draws in which the needle does not reach the dermis."""
    proxy: str | None
    course: tuple[Stage, ...]
    peak_iii: Peak
    peak_i: Peak
    over_one_session: Interval
    """The highest type I collagen over that of one such session."""
    other_interval: OtherInterval | None
    elastin: Elastin
    draws: int
    seed: int
    claims: tuple[str, ...]


def healed(
    knowledge: Knowledge,
    way: Way,
    person: Person,
    *,
    sessions: int,
    interval_days: int,
    until_day: int,
    draws: int,
    seed: int,
) -> Healed:
    """The course of every state, exact on its days.

    All sessions are alike, so that a dose is a factor: shares of a peak do without it.
    """
    claims = parameters(knowledge, MODEL)
    values = draw(claims, draws, seed)
    chain = healing.chain(values)
    found = penetration.made(knowledge, way, person, draws=draws, seed=seed)
    injured = None if isinstance(found, NoPenetration) else found.injured_volume_cm3_per_cm2
    dose = None if injured is None else healing.dose(injured, values["half-dose"])
    behind = () if isinstance(found, NoPenetration) or dose is None else found.claims
    days = _session_days(sessions, interval_days)
    course = _unit_course(chain, days, until_day)
    other = None
    if sessions > 1:
        further = _session_days(sessions, _FURTHER * interval_days)
        # As long after the last session as the other course runs.
        end = until_day + round(further[-1] - days[-1])
        beside = _unit_course(chain, further, end)
        ratio = beside.collagen_i.max(axis=1) / course.collagen_i.max(axis=1)
        other = OtherInterval(interval_days=_FURTHER * interval_days, ratio=interval(ratio, "1"))
    _, height = healing.collagen_i_peak(chain)
    return Healed(
        way=way,
        person=person,
        sessions=sessions,
        interval_days=interval_days,
        until_day=until_day,
        dose=None if dose is None else interval(100 * dose, "%"),
        no_dose=None if dose is None else rounded(float(np.mean(dose == 0))),
        proxy=None if isinstance(found, NoPenetration) else found.proxy,
        course=tuple(_course(course, days, until_day, dose)),
        peak_iii=_peak(course.collagen_iii, course.days),
        peak_i=_peak(course.collagen_i, course.days),
        over_one_session=interval(course.collagen_i.max(axis=1) / height, "1"),
        other_interval=other,
        elastin=elastin(claims),
        draws=draws,
        seed=seed,
        claims=tuple(dict.fromkeys((*model_claims(knowledge, MODEL), *behind))),
    )


def _session_days(sessions: int, interval_days: int) -> tuple[float, ...]:
    return tuple(float(number * interval_days) for number in range(sessions))


def _unit_course(chain: healing.Chain, days: tuple[float, ...], until_day: int) -> healing.Course:
    return healing.respond(
        chain, days, np.ones((chain.draws, len(days))), until_day=float(until_day)
    )


def _course(
    course: healing.Course, days: tuple[float, ...], until_day: int, dose: Array | None
) -> list[Stage]:
    sessions = {round(day): number for number, day in enumerate(days, start=1)}
    telling = sorted(
        {*sessions, *(day for day in TELLING_DAYS if day + _NEAR <= until_day), until_day}
    )
    amount = np.ones(len(course.states)) if dose is None else dose
    highest = course.states[:, 4:].max(axis=2)
    found = []
    for day in telling:
        now = course.states[:, :, day]
        shares = 100 * now[:, 4:] / highest
        found.append(
            Stage(
                day=day,
                session=sessions.get(day),
                collagen_iii=interval(shares[:, 0], "%"),
                collagen_i=interval(shares[:, 1], "%"),
                states={
                    name: interval(now[:, place] * amount, "1")
                    for place, name in enumerate(healing.STATES)
                },
            )
        )
    return found


def _peak(grown: Array, days: Array) -> Peak:
    at = grown.argmax(axis=1)
    return Peak(day=interval(days[at], "d"), not_yet=rounded(float(np.mean(at == len(days) - 1))))
