"""What comes next for a client: one step, the most pressing one. Nothing here asks a database."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

from needlework.evidence import Verdict

Kind = Literal[
    "see-report",
    "consult",
    "correct",
    "confirm",
    "refused",
    "deferred",
    "answer",
    "ask-clearance",
    "await-clearance",
    "plan-again",
    "sign-plan",
    "wait-for-day",
    "offer-consent",
    "think",
    "sign-consent",
    "withdrawn",
    "finished",
    "look",
    "ready",
]


class Situation(Struct, frozen=True, kw_only=True):
    """How things stand with a client on a day; each part is unknown until it has been looked at."""

    reports_unseen: int | None = None
    written: Literal["", "nothing", "error", "client", "staff"] = ""
    """The newest consultation: none, an error, by the client and not confirmed, or by staff."""
    verdict: Verdict | None = None
    """What the whole client comes to, judged today."""
    until: date | None = None
    """The last day of a deferral, where one is known."""
    questions: int | None = None
    """Open ones, those whose answers expired among them."""
    clearances: Literal["", "none", "to-ask", "asked", "refused"] = ""
    plannable: bool | None = None
    """Whether anything at all could be done today."""
    plan: Literal["", "none", "waits", "stands"] = ""
    consent: Literal["", "none", "thinking", "unsigned", "withdrawn", "holds"] = ""
    think_until: date | None = None
    """The day on which whoever was offered the consent has had time to think."""
    session_on: date | None = None
    """The planned day of the next session that has not been held."""
    sessions_left: int | None = None
    review_on: date | None = None
    """The next look at the result, after the last session."""


class Step(Struct, frozen=True, kw_only=True):
    """One thing to do, or to wait for until a day."""

    kind: Kind
    on: date | None = None


def next_step(now: Situation, today: date) -> Step:
    """The one step that comes before all others; `ready` only where every part says so.

    >>> next_step(Situation(reports_unseen=0, written="nothing"), date(2026, 11, 23)).kind
    'consult'
    """
    steps = (
        _of_safety(now),
        _of_facts(now),
        _of_course(now),
        _of_judgement(now),
        _of_plan(now),
        _of_consent(now),
        _of_day(now, today),
    )
    for step in steps:
        if step is not None:
            return step
    return Step(kind="ready") if _is_ready(now, today) else Step(kind="look")


def _of_safety(now: Situation) -> Step | None:
    if now.reports_unseen:
        return Step(kind="see-report")
    return None


def _of_facts(now: Situation) -> Step | None:
    """Until somebody has said and confirmed how things are, nothing else can be told."""
    steps: dict[str, Kind] = {"nothing": "consult", "error": "correct", "client": "confirm"}
    return Step(kind=steps[now.written]) if now.written in steps else None


def _of_course(now: Situation) -> Step | None:
    """Once nothing more is planned, nothing is asked anew: only the result is looked at."""
    if now.plan == "stands" and now.sessions_left == 0:
        return Step(kind="finished", on=now.review_on)
    return None


def _of_judgement(now: Situation) -> Step | None:
    if now.verdict is Verdict.STOP:
        return Step(kind="refused")
    if now.verdict is Verdict.DEFER:
        return Step(kind="deferred", on=now.until)
    if now.questions:
        return Step(kind="answer")
    if now.clearances in ("to-ask", "asked"):
        return Step(kind="ask-clearance" if now.clearances == "to-ask" else "await-clearance")
    return None


def _of_plan(now: Situation) -> Step | None:
    if now.plan == "none":
        if now.plannable is None:
            return None
        return Step(kind="sign-plan" if now.plannable else "refused")
    if now.plan == "waits":
        return Step(kind="plan-again")
    return None


def _of_consent(now: Situation) -> Step | None:
    steps: dict[str, Kind] = {
        "none": "offer-consent",
        "thinking": "think",
        "unsigned": "sign-consent",
        "withdrawn": "withdrawn",
    }
    if now.consent not in steps:
        return None
    on = now.think_until if now.consent == "thinking" else None
    return Step(kind=steps[now.consent], on=on)


def _of_day(now: Situation, today: date) -> Step | None:
    """A session planned for later; what a consent needs is done in the meantime, so it is first."""
    if now.plan == "stands" and now.session_on is not None and now.session_on > today:
        return Step(kind="wait-for-day", on=now.session_on)
    return None


def _is_ready(now: Situation, today: date) -> bool:
    """Every single part is known and lets a session be held."""
    return (
        now.reports_unseen == 0
        and now.written == "staff"
        and now.verdict in (Verdict.LIMIT, Verdict.INFO)
        and now.questions == 0
        and now.clearances in ("none", "refused")
        and now.plannable is True
        and now.plan == "stands"
        and now.consent == "holds"
        and bool(now.sessions_left)
        and now.session_on is not None
        and now.session_on <= today
    )
