"""New collagen over months, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needlework.cli.text.paper import Paper
from needlework.cli.text.response import (
    between,
    draws_line,
    figure,
    intervals,
    notes,
    percent,
    share,
    told_page,
)
from needlework.cli.text.response_depth import person_line, proxy_line, setting_line
from needlework.cli.text.words import Names
from needlework.evidence import Knowledge

if TYPE_CHECKING:
    from needlework.cli.response.answers.healing import Healed, Stage
    from needlework.response.healing_elastin import ElastinStudy


def healed_page(told: Healed, knowledge: Knowledge, *, with_why: bool) -> bytes:
    """The whole page."""
    names = Names(knowledge)

    def draw(paper: Paper) -> None:
        paper.gap()
        apart = f", {told.interval_days} days apart" if told.sessions > 1 else ""
        sessions = "1 session" if told.sessions == 1 else f"{told.sessions} sessions"
        paper.line(f"{setting_line(told.way, names)}; {sessions}{apart}")
        paper.line((f"{person_line(told.person)} {draws_line(told.draws, told.seed)}", "dim"))
        _dose(paper, told, names)
        _peaks(paper, told)
        _course(paper, told)
        _interval(paper, told)
        _elastin(paper, told)

    return told_page(told, knowledge, "New collagen over months", draw, with_why=with_why)


def _dose(paper: Paper, told: Healed, names: Names) -> None:
    paper.heading("Dose of a session", "100 % is the greatest that the model knows")
    if told.dose is None:
        notes(
            paper,
            ["It cannot be reckoned here: the course below, in shares, does without it."],
            apart=False,
        )
        return
    intervals(paper, [("dose", told.dose)])
    said = []
    if told.no_dose:
        said.append(f"In {percent(told.no_dose)} of draws the needle does not reach the dermis.")
    if told.proxy is not None:
        said.append(proxy_line(told.proxy, names))
    notes(paper, said)


def _peaks(paper: Paper, told: Healed) -> None:
    paper.heading("When new collagen stands highest", "days since the first session")
    peaks = (("type III", told.peak_iii), ("type I", told.peak_i))
    intervals(paper, [(name, peak.day) for name, peak in peaks])
    said = [
        f"In {percent(peak.not_yet)} of draws {name} still grows on day {told.until_day}."
        for name, peak in peaks
        if peak.not_yet
    ]
    if told.sessions > 1:
        many = told.over_one_session
        said.append(
            f"The highest type I comes to {figure(many.median)} times that of one such session "
            f"(80 % of draws: {between(many.low_80, many.high_80)} times)."
        )
    notes(paper, said)


def _course(paper: Paper, told: Healed) -> None:
    paper.heading("Course", "share of its own peak: median and 80 % of draws")
    rows = [
        (
            f"{stage.day}",
            "" if stage.session is None else f"session {stage.session}",
            *_shares(stage),
        )
        for stage in told.course
    ]
    paper.table(("Day", "", "Type III", "80 %", "Type I", "80 %"), rows)
    notes(paper, ["Amounts have no unit: no study lets them be turned into per cent of collagen."])


def _shares(stage: Stage) -> list[str]:
    found = []
    for said in (stage.collagen_iii, stage.collagen_i):
        found += [f"{share(said.median)} %", f"{between(said.low_80, said.high_80, unit='%')} %"]
    return found


def _interval(paper: Paper, told: Healed) -> None:
    paper.heading("Interval between sessions")
    other = told.other_interval
    if other is None:
        notes(paper, ["One session has none."], apart=False)
        return
    ratio = other.ratio
    effect = (
        f"It has almost no effect in this model: with {other.interval_days} days in place of "
        f"{told.interval_days} the highest type I is {ratio.median:.2f} times as high "
        f"(80 % of draws: {ratio.low_80:.2f} to {ratio.high_80:.2f} times)."
    )
    meaning = (
        "That follows from the equations and is no finding: no best interval can be read from "
        "them, and no trial compared intervals directly."
    )
    notes(paper, [effect, meaning], apart=False)


def _elastin(paper: Paper, told: Healed) -> None:
    paper.heading("Elastin", f"direction {told.elastin.direction}; no course is drawn")
    paper.pairs([(study.direction, _study(study)) for study in told.elastin.studies])


def _study(study: ElastinStudy) -> str:
    sessions = "1 session" if study.sessions == 1 else f"{study.sessions} sessions"
    day = study.read_day_after_last
    read = "not told when" if day is None else f"read {day:g} days after the last"
    return f"{study.source}: {study.finding} ({study.people} people, {sessions}, {read})"
