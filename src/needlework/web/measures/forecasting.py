"""What a plan is likely to lead to once somebody's own scores have their say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from markupsafe import Markup
from msgspec import Struct, structs

from needlework.documents.words import Words
from needlework.errors import AnswerError, NeedleworkError, UsageError
from needlework.evidence import Knowledge
from needlework.i18n import translator
from needlework.outlook import (
    ConcernOutlook,
    Mark,
    Outlook,
    Reach,
    Wanted,
    Without,
    concern_outlook,
)
from needlework.web.consultations.assessing import Then
from needlework.web.measures.models import Measure
from needlework.web.measures.selectors import Basis, Scores, Session, earlier, measured
from needlework.web.plans.expecting import Course, Expected, course, expected
from needlework.web.plans.models import SignedPlan
from needlework.workflow import Known, consult

_SHORT = 12
"""As many signs of a digest as a version's page tells."""


class Beside(Struct, frozen=True, kw_only=True):
    """One concern: its course by the person's own scores, and without them."""

    concern: str
    name: str
    zones: str
    own: Course | None
    learns: bool
    """Whether the forecast follows this person; a first score alone is only its start."""
    used: int
    held: int
    wrong: str
    """Why there is no course by the scores, where there are some."""
    before: Course | None
    """As signed, or as planned without any score."""


class OwnForecast(Struct, frozen=True, kw_only=True):
    """All concerns, with what they rest on."""

    concerns: tuple[Beside, ...]
    told: Expected
    then: Then | None
    """By which knowledge the plan was signed, where today's is another."""


def own_forecast(
    basis: Basis, scores: Sequence[Scores], known: Known, language: str, today: date
) -> OwnForecast:
    """Each concern's course from today's models, beside the one that was signed."""
    knowledge = known.knowledge
    made = [_beside(basis, one, known, language, today) for one in scores]
    outlook = Outlook(
        concerns=tuple(found for _shown, found in made if found is not None), zones=(), without=()
    )
    return OwnForecast(
        concerns=tuple(shown for shown, _found in made),
        told=expected(outlook, knowledge, language),
        then=_then(basis.signed, knowledge) if basis.signed else None,
    )


def refusal(
    basis: Basis,
    readings: Sequence[Measure],
    sessions: Sequence[Session],
    known: Known,
    language: str,
    today: date,
) -> str:
    """Why the models could not follow these scores; empty where they can."""
    try:
        _own(basis, readings, sessions, known, language, today)
    except NeedleworkError as error:
        return _said(error, language)
    return ""


def _beside(
    basis: Basis, scores: Scores, known: Known, language: str, today: date
) -> tuple[Beside, ConcernOutlook | None]:
    words = Words(known.knowledge, language)
    own: ConcernOutlook | Without | None = None
    wrong = ""
    used = scores.readings[: scores.used]
    if scores.is_late:
        wrong = late_words(language)
    elif used:
        try:
            own = _own(basis, used, scores.sessions, known, language, today)
        except NeedleworkError as error:
            wrong = _said(error, language)
    if isinstance(own, Without):
        wrong, own = own.why, None
    return (
        Beside(
            concern=scores.concern,
            name=words.concern(scores.concern),
            zones=words.zones(scores.zones),
            own=None if own is None else _drawn(own, "own", used, known, language),
            learns=own is not None and own.forecast.about == "this person",
            used=len(used),
            held=len(scores.sessions),
            wrong=wrong,
            before=_before(basis, scores.concern, known, language),
        ),
        own,
    )


def late_words(language: str) -> str:
    """Why nothing is learned from scores that began after a session."""
    _ = translator(language)
    return _(
        "The first score was taken after a session, so there is no start to count from, and "
        "nothing can be learned from the scores."
    )


def _own(
    basis: Basis,
    readings: Sequence[Measure],
    sessions: Sequence[Session],
    known: Known,
    language: str,
    today: date,
) -> ConcernOutlook | Without:
    """From the plan as it was signed; what was not held lies ahead of today."""
    case = consult(basis.said, known, max(today, basis.plan.judged_on))
    concern = readings[0].concern
    return concern_outlook(
        case,
        basis.plan,
        concern,
        _wanted(basis, concern, sessions, today),
        measured=measured(readings, sessions),
        language=language,
    )


def _wanted(basis: Basis, concern: str, sessions: Sequence[Session], today: date) -> Wanted:
    """The plan's own sessions, after those of an earlier one.

    Where its first day has gone by without a session, there are as many from today on.
    """
    zones = basis.zones_of(concern)
    course = basis.plan.course
    days = [
        one.day.on for one in (course.sessions if course else ()) if set(zones) & set(one.zones)
    ]
    before = earlier(sessions, basis)
    is_over = bool(days) and len(sessions) == before and days[0] < today
    return Wanted(sessions=len(days) if is_over else None, earlier=before)


def _before(basis: Basis, concern: str, known: Known, language: str) -> Course | None:
    """The course without any score: the one that was signed, or the plan's own."""
    if basis.signed is not None:
        found = signed_outlook(basis.signed, concern)
        return None if found is None else _drawn(found, "signed", (), known, language)
    try:
        case = consult(basis.said, known, basis.plan.judged_on)
        made = concern_outlook(case, basis.plan, concern, language=language)
    except NeedleworkError:
        return None
    return None if isinstance(made, Without) else _drawn(made, "planned", (), known, language)


def signed_outlook(plan: SignedPlan, concern: str) -> ConcernOutlook | None:
    """What was expected of a concern when a plan was signed; None where none was kept.

    One that was kept by other models, whose parts are not today's, is not read otherwise.
    """
    from needlework.response.forecast import Forecast, Way

    kept: Mapping[str, Any] = plan.outlook or {}
    for one in kept.get("concerns", ()):
        if one.get("concern") != concern:
            continue
        try:
            return ConcernOutlook(
                concern=concern,
                zones=tuple(one["zones"]),
                at=msgspec.convert(one["at"], Way),
                interval_days=one["interval_days"],
                first=None if one["first"] is None else date.fromisoformat(one["first"]),
                judged=msgspec.convert(one["judged"], tuple[Mark, ...]),
                reach=msgspec.convert(one["reach"], Reach),
                forecast=msgspec.convert(one["forecast"], Forecast),
                states=msgspec.convert(one.get("states", []), tuple[tuple[str, str], ...]),
            )
        except (KeyError, TypeError, ValueError):
            return None
    return None


def _drawn(
    found: ConcernOutlook, kind: str, used: Sequence[Measure], known: Known, language: str
) -> Course:
    """A course with its measured dots, under a name of its own on the page."""
    from needlework.documents.outlook_picture import course_svg

    knowledge = known.knowledge
    drawn = course_svg(
        found,
        knowledge,
        language,
        name=f"{kind}-{found.concern}",
        errors=tuple(one.error for one in used),
    )
    made = course(found, knowledge, language)
    return structs.replace(made, picture=Markup(drawn), sliders=())  # noqa: S704  drawn by us


def _then(plan: SignedPlan, knowledge: Knowledge) -> Then | None:
    digests = (knowledge.release.digest, knowledge.overlay_digest)
    if digests == (plan.release_digest, plan.overlay_digest):
        return None
    return Then(
        release=plan.release_digest[:_SHORT],
        release_now=digests[0][:_SHORT],
        overlay=plan.overlay_digest[:_SHORT],
        overlay_now=digests[1][:_SHORT],
    )


def _said(error: NeedleworkError, language: str) -> str:
    from needlework.response.refused import told

    _ = translator(language)
    if isinstance(error, UsageError):
        return told(error, _)
    if isinstance(error, AnswerError):
        return _("Today’s knowledge cannot judge what was said in this plan’s consultation.")
    return _(error.message)
