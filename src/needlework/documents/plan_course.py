"""The days of the plan, and what comes before the first of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from needlework.documents.citations import Citations
from needlework.documents.frame import quoted
from needlework.documents.words import Said, Words
from needlework.evidence import Cited
from needlework.planning import Plan
from needlework.planning.model import AnaestheticPlan, Check, Course, Preparation

_CHECK_IN: Final = "check-in photograph after session "


def course_part(course: Course, words: Words, citations: Citations) -> Said:
    _ = words.say
    apart = _("At least {time} between two sessions in a zone.")
    return {
        "intro": citations.cite(
            apart.format(time=words.quantity(course.interval)), course.interval.claims
        ),
        "sessions": list(_sessions(course, words, citations)),
        "checks": [
            {
                "day": citations.cite(words.day(check.day.on), check.day.claims),
                "what": check_name(check.what, words),
                "concerns": _concerns(check, course, words),
            }
            for check in sorted(course.checks, key=lambda check: check.day.on)
        ],
        "rules": [quoted(citations, rule) for rule in course.rules],
    }


def _sessions(course: Course, words: Words, citations: Citations) -> Iterator[Said]:
    """Each visit; one that repeats the zones of an earlier one refers to it."""
    _ = words.say
    first: dict[object, int] = {}
    for session in course.sessions:
        told = first.setdefault((session.zones, session.if_cleared), session.number)
        sure = [zone for zone in session.zones if zone not in session.if_cleared]
        again = _("as in session {n}").format(n=told) if told != session.number else ""
        yield {
            "number": session.number,
            "day": citations.cite(words.visit(session.day.on), session.day.claims),
            "zones": again or words.zones(sure),
            "if-cleared": "" if again else words.zones(session.if_cleared),
            "notes": [quoted(citations, note) for note in session.notes],
        }


def _concerns(check: Check, course: Course, words: Words) -> str:
    """For what a check is; the first one names all concerns of the course."""
    every = course.checks[0].concerns
    if check is not course.checks[0] and len(every) > 1 and set(every) == set(check.concerns):
        _ = words.say
        return _("every concern")
    return " · ".join(map(words.concern, check.concerns))


def check_name(what: str, words: Words) -> Said:
    """What is looked at on a day; the number of a session stays outside the message."""
    _ = words.say
    session = what.removeprefix(_CHECK_IN)
    if session == what:
        return words.said(what)
    said = _("check-in photograph after session {n}").format(n=session)
    return {"text": said, "foreign": False}


# --- preparation ----------------------------------------------------------------------------------


def preparation_part(made: Preparation, plan: Plan, words: Words, citations: Citations) -> Said:
    ahead = [stop for stop in made.stops if stop.last_day.on >= plan.judged_on]
    return {
        "stops": [
            {
                "what": words.said(stop.what),
                "wait": citations.cite(words.quantity(stop.wait), stop.wait.claims),
                "last-day": words.day(stop.last_day.on),
            }
            for stop in sorted(ahead, key=lambda stop: stop.last_day.on)
        ],
        "steps": [quoted(citations, step) for step in made.steps],
        "antiseptics": [
            {
                "name": words.antiseptic(choice.antiseptic),
                "zones": words.zones(choice.zones),
                "growth": _growth(choice.growth, words, citations),
                "notes": [_clause(quoted(citations, note)) for note in choice.notes],
            }
            for choice in made.antiseptics
        ],
        "anaesthetics": [_anaesthetic(use, words, citations) for use in made.anaesthetics],
    }


def _growth(growth: Cited | None, words: Words, citations: Citations) -> Said | None:
    if growth is None:
        return None
    _ = words.say
    said = _("growth left in one study: {amount}").format(amount=words.quantity(growth))
    return citations.cite(said, growth.claims)


def _clause(said: Said) -> Said:
    """The last full stop is left to the sentence around it."""
    return said | {"text": str(said["text"]).removesuffix(".")}


def _anaesthetic(use: AnaestheticPlan, words: Words, citations: Citations) -> Said:
    _ = words.say
    status = {
        "offered": _("may be used"),
        "needs-clearance": _("a clinician must clear first"),
        "not-enough-known": _("not enough known"),
        "refused": _("refused"),
    }
    return {
        "name": words.anaesthetic(use.product),
        "status": status[use.status],
        "area": _area(use, words, citations),
        "grams": _grams(use, words, citations),
        "minutes": _minutes(use, words, citations),
        "reasons": [quoted(citations, reason) for reason in use.reasons],
    }


def _area(use: AnaestheticPlan, words: Words, citations: Citations) -> Said:
    _ = words.say
    known = [area for area in (use.area, use.area_max) if area is not None]
    parts = [] if use.area is None else [words.quantity(use.area)]
    if use.area_max is not None:
        parts.append(_("at most {amount}").format(amount=words.quantity(use.area_max)))
    return citations.cite(", ".join(parts), [claim for area in known for claim in area.claims])


def _grams(use: AnaestheticPlan, words: Words, citations: Citations) -> Said:
    _ = words.say
    parts, claims = [], []
    if use.grams is not None:
        low, high = use.grams
        parts.append(f"{words.span(low.value, high.value)} {high.unit}")
        claims += [*low.claims, *high.claims]
    if use.grams_max is not None:
        parts.append(_("never above {amount}").format(amount=words.quantity(use.grams_max)))
        claims += use.grams_max.claims
    if use.share_of_maximum is not None:
        share = words.number(use.share_of_maximum.value * 100)
        parts.append(_("{share} % of the maximum").format(share=share))
        claims += use.share_of_maximum.claims
    return citations.cite(", ".join(parts), claims)


def _minutes(use: AnaestheticPlan, words: Words, citations: Citations) -> Said:
    if use.minutes is None:
        return citations.cite("", ())
    low, high = use.minutes
    said = f"{words.span(low.value, high.value)} {high.unit}"
    return citations.cite(said, (*low.claims, *high.claims))
