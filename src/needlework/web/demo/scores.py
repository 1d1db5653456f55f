"""Scores of the demo's clients: as the library's own forecast has people rated, and no better."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from needlework.outlook import ConcernOutlook
from needlework.web.clinics.models import Client, Membership
from needlework.web.knowledge import known_for
from needlework.web.measures.forecasting import signed_outlook
from needlework.web.measures.scales import Offered, offered
from needlework.web.measures.selectors import (
    JUDGED_BY,
    Basis,
    Scores,
    basis_of,
    scores_of,
    sessions_until,
)
from needlework.web.measures.services import record_measure

_LEVELS: Final = (
    (0.025, "low_95"),
    (0.10, "low_80"),
    (0.25, "low_50"),
    (0.50, "median"),
    (0.75, "high_50"),
    (0.90, "high_80"),
    (0.975, "high_95"),
)
"""Shares of people below each bound of a forecast."""


def score_course(client: Client, rater: Membership, today: date, seed: str) -> None:
    """A first score, one before each later session, and one when the plan asks for it.

    Somebody stays as good a responder as they are; the same seed gives the same scores.
    """
    known = known_for(client.clinic)
    basis = basis_of(client, known)
    if basis is None or basis.signed is None:
        return
    for scores in scores_of(client, basis, known):
        told = signed_outlook(basis.signed, scores.concern)
        scale = told and next(
            (
                one
                for one in offered(known.knowledge, scores.concern, "en")
                if one.id == told.forecast.scale
            ),
            None,
        )
        # A share of the start is no score: nobody graded this concern.
        if told is None or not scale or told.forecast.unit == "%" or not scores.sessions:
            continue
        place = random.Random(f"{seed}/{scores.concern}").uniform(  # noqa: S311  no secret
            _LEVELS[0][0], _LEVELS[-1][0]
        )
        for on in _days(basis, scores, today):
            _record(client, rater, scores, scale, on, _score(told, scale, on, place))


def _days(basis: Basis, scores: Scores, today: date) -> Iterator[date]:
    course = basis.plan.course
    asked = {
        check.day.on
        for check in (course.checks if course else ())
        if check.what in JUDGED_BY and scores.concern in check.concerns and check.day.on < today
    }
    first = min(one.on for one in scores.sessions)
    return iter(sorted({first, *(one.on for one in scores.sessions), *asked}))


def _score(told: ConcernOutlook, scale: Offered, on: date, place: float) -> float:
    """What somebody at this place among all would be rated on a day, in the scale's own steps."""
    forecast = told.forecast
    day = 0 if told.first is None else (on - told.first).days
    if day <= 0:
        return forecast.start
    at = min(bisect_right(forecast.days, day), len(forecast.days) - 1)
    after = min(bisect_right([share for share, _name in _LEVELS], place), len(_LEVELS) - 1)
    (low, below), (high, above) = _LEVELS[after - 1], _LEVELS[after]
    ends = [getattr(forecast.band, name)[at] for name in (below, above)]
    score = ends[0] + (ends[1] - ends[0]) * (place - low) / (high - low)
    if scale.levels:
        return min((value for value, _label in scale.levels), key=lambda one: abs(one - score))
    return float(round(score)) if scale.is_whole else round(score, 1)


def _record(
    client: Client, rater: Membership, scores: Scores, scale: Offered, on: date, score: float
) -> None:
    zone = ZoneInfo(client.clinic.time_zone)
    taken: datetime = datetime.combine(on, time(12), zone) + timedelta(minutes=90)
    record_measure(
        client=client,
        facts={
            "concern": scores.concern,
            "scale": scale.id,
            "score": score,
            "on": on,
            "rater": rater,
            "error": None,
            "sessions": sessions_until(scores.sessions, on),
        },
        author=rater.user,
        now=taken,
    )
