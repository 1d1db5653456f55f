"""What passes within hours and days, as text: closing, redness; and the risk of darkening."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needlework.cli.text.paper import Paper
from needlework.cli.text.response import (
    between,
    cited,
    cited_notes,
    draws_line,
    figure,
    hours,
    hours_table,
    intervals,
    notes,
    percent,
    share,
    told_page,
)
from needlework.cli.text.response_depth import setting_line
from needlework.cli.text.words import Names
from needlework.evidence import Knowledge

if TYPE_CHECKING:
    from needlework.cli.response.answers.closure import Closed
    from needlework.cli.response.answers.pigment import Darkening
    from needlework.cli.response.answers.redness import Red


# --- closing ----------------------------------------------------------------------------------


def closed_page(told: Closed, knowledge: Knowledge, *, with_why: bool) -> bytes:
    """The whole page on closing."""

    def draw(paper: Paper) -> None:
        paper.gap()
        cover = "covered airtight" if told.occluded else "uncovered"
        paper.line(
            f"Needled to {figure(told.depth_mm)} mm at {figure(told.age_years)} years, {cover}"
        )
        paper.line((draws_line(told.draws, told.seed), "dim"))
        _calibrated(paper, told)
        paper.heading("Hours since the last pass")
        hours_table(
            paper,
            [
                ("barrier is back (dry)", told.barrier),
                ("water loss has settled", told.water_loss),
                ("channels are closed (wet)", told.channels),
            ],
        )
        _left(paper, told)
        _waits(paper, told)

    return told_page(told, knowledge, "Closing of needled skin", draw, with_why=with_why)


def _calibrated(paper: Paper, told: Closed) -> None:
    low, high = told.calibrated_mm
    lengths = f"{low:g} to {high:g} mm"
    if told.calibrated:
        paper.line(f"Within the needle lengths that closing was calibrated on, {lengths}.")
    else:
        paper.line(
            ("Outside its calibration: ", "bold"),
            f"closing was calibrated on needles of {lengths}. These hours are carried on from "
            "there.",
        )


def _left(paper: Paper, told: Closed) -> None:
    paper.heading("What is left of the first opening", "median (80 % of draws)")
    rows = []
    for each in told.left:
        shares = [
            f"{share(said.median)} ({between(said.low_80, said.high_80, unit='%')}) %"
            for said in (each.barrier, each.channel, each.water_loss)
        ]
        rows.append((hours(each.hours), *shares, percent(each.closed_share)))
    paper.table(("After", "Barrier", "Channels", "Water loss", "People closed"), rows)


def _waits(paper: Paper, told: Closed) -> None:
    closed = percent(told.aftercare_share)
    takes = "would take" if told.occluded else "takes"
    paper.heading("Beside the waits of aftercare", "the longer holds; the model shortens none")
    paper.indented(
        f"Aftercare {takes} {figure(told.aftercare.value)} hours, by which {closed} of people are "
        "closed: from draws of its own, rounded up."
    )
    rows = [
        (
            wait.what,
            cited(wait.published),
            hours(wait.with_model_h) if wait.lengthened else "as published",
        )
        for wait in told.waits
    ]
    paper.table(("Wait before", "Published", "With the model"), rows)


# --- redness ----------------------------------------------------------------------------------


def red_page(told: Red, knowledge: Knowledge, *, with_why: bool) -> bytes:
    """The whole page on redness and swelling."""
    names = Names(knowledge)

    def draw(paper: Paper) -> None:
        paper.gap()
        setting = f"Needled to {figure(told.depth_mm)} mm"
        paper.line(setting if told.way is None else setting_line(told.way, names))
        paper.line((draws_line(told.draws, told.seed), "dim"))
        _resolved(paper, told)
        paper.heading("Redness by the hour", "share of its own peak")
        rows = [
            (
                hours(each.hours),
                f"{share(each.of_peak.median)} %",
                f"{between(each.of_peak.low_80, each.of_peak.high_80, unit='%')} %",
                f"{between(each.of_peak.low_95, each.of_peak.high_95, unit='%')} %",
                percent(each.resolved_share),
            )
            for each in told.course
        ]
        paper.table(("After", "Median", "80 % of draws", "95 % of draws", "People past it"), rows)
        _ceilings(paper, told)
        _swelling(paper, told)

    return told_page(told, knowledge, "Redness and swelling", draw, with_why=with_why)


def _resolved(paper: Paper, told: Red) -> None:
    below = percent(told.resolved_below)
    paper.heading("Hours until redness is over", f"below {below} of a peak")
    rows = [("of its own peak", told.resolved)]
    if told.of_full_dose is not None:
        rows.append(("of a full dose's peak", told.of_full_dose))
    hours_table(paper, rows)
    if told.dose is not None:
        paper.gap()
        intervals(paper, [("dose, of the greatest", told.dose)])
    elif told.way is not None:
        notes(paper, ["The dose of this setting cannot be reckoned: its own peak alone is told."])
    notes(
        paper,
        [
            (
                "No series of redness by the day was found, only times by which it was gone; a "
                "small change of what is assumed moves its end from hours to days."
            )
        ],
    )


def _ceilings(paper: Paper, told: Red) -> None:
    paper.heading("When sources had it gone", "those that speak of this depth")
    rows = [
        (
            hours(each.gone_by.value),
            "any depth" if each.depth_to_mm is None else f"to {figure(each.depth_to_mm)} mm",
            percent(each.share_beyond),
            ", ".join(each.sources),
        )
        for each in told.ceilings
    ]
    paper.table(("Gone by", "Of needles", "Model lasts longer", "Source"), rows)


def _swelling(paper: Paper, told: Red) -> None:
    known = told.swelling
    paper.heading("Swelling", "as sources report it; no course can be drawn")
    paper.pairs(
        [
            ("greatest", f"day {figure(known.peak_day.value)}"),
            ("gone by", f"{hours(known.gone_by.value)} as a rule"),
            ("reported", f"{hours(known.shortest.value)} to {hours(known.longest.value)}"),
        ]
    )
    cited_notes(paper, [known.unknown])


# --- darkening --------------------------------------------------------------------------------


def darkening_page(told: Darkening, knowledge: Knowledge, *, with_why: bool) -> bytes:
    """The whole page on darkening."""

    def draw(paper: Paper) -> None:
        paper.gap()
        unknown = told.group == "unknown"
        paper.line("Phototype not known" if unknown else f"Phototypes {told.group}")
        paper.heading("A person's risk over a course", "a beta distribution; nothing is drawn")
        intervals(paper, [("risk of darkening", told.risk)])
        paper.heading("What it was counted in")
        paper.table(
            ("Source", "Darkened", "People"),
            [(each.source, f"{each.events}", f"{each.people}") for each in told.trials],
        )
        among = told.next_clients
        many = "client" if among.clients == 1 else f"{among.clients} clients"
        paper.heading(f"Among the next {many}", "a beta-binomial")
        paper.pairs(
            [
                ("nobody darkens", percent(among.none)),
                ("median", f"{among.median} of them"),
                ("80 %", f"{among.low_80} to {among.high_80}"),
                ("95 %", f"{among.low_95} to {among.high_95}"),
            ]
        )
        paper.heading("To bear in mind")
        cited_notes(paper, told.notes, apart=False)

    return told_page(told, knowledge, "Risk of darkening (PIH)", draw, with_why=with_why)
