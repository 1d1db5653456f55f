"""`needlework forecast`: what a plan is likely to lead to."""

from __future__ import annotations

from datetime import date
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from needlework import workflow
from needlework.cli import streams
from needlework.cli.language import language_option, number
from needlework.cli.language import say as _
from needlework.cli.options import judged, judging_options
from needlework.cli.papers import check_targets
from needlework.cli.reasons import with_reasons
from needlework.errors import UsageError

if TYPE_CHECKING:
    from needlework.evidence import Knowledge
    from needlework.measured import Measured
    from needlework.outlook import Outlook


@click.command("forecast")
@click.argument("file", type=click.Path(readable=False, path_type=Path, allow_dash=True))
@judging_options
@click.option(
    "--measures",
    "measures_file",
    type=click.Path(readable=False, path_type=Path),
    metavar="FILE",
    help="Sessions held and scores taken so far (TOML); the forecast learns from them.",
)
@click.option("--concern", metavar="NAME", help="This concern alone.")
@click.option("--depth", type=float, metavar="MM", help="Another depth than the plan's start.")
@click.option("--sessions", type=int, metavar="N", help="Another number of sessions.")
@click.option("--interval", type=int, metavar="DAYS", help="Another time between them.")
@click.option(
    "--svg",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw it; with several concerns each goes into a file of its own.",
)
@click.option("--seed", type=click.IntRange(0), default=1, help="Of the draws (default: 1).")
@language_option()
def command(
    *,
    file: Path,
    on: date | None,
    release: Path | None,
    overlay: Path | None,
    as_json: bool,
    with_why: bool,
    measures_file: Path | None,
    concern: str | None,
    depth: float | None,
    sessions: int | None,
    interval: int | None,
    svg: Path | None,
    seed: int,
    language: str,
) -> None:
    """Say how the concerns of FILE are likely to get on under its plan, as intervals.

    FILE is a consultation in TOML or JSON. Depth, sessions and interval stay within what the plan
    allows. It speaks of people like the trials' until --measures holds the person's own.

    \b
    A file of measures; docs/guide/forecast.md names every field:
      format = "needlework-measures-1"
      sessions = [{ on = 2026-11-20, zones = ["temple"] }]
      [[measures]]
      concern = "acne-scar-boxcar"
      scale = "goodman-baron-quantitative"
      on = 2026-11-20
      score = 9

    \b
    Examples:
      needlework forecast examples/02-acne-scars-physician.toml
      needlework forecast examples/02-acne-scars-physician.toml --sessions 5 --svg course.svg
      needlework forecast examples/02-acne-scars-physician.toml --json
    """  # noqa: D301  click reads the mark as one character
    from needlework.measured import read_measured
    from needlework.outlook import Wanted

    if svg is not None:
        check_targets([svg], file, measures_file)
    _check_wanted(depth, sessions, interval)
    case = judged(file, on, release, overlay)
    measured = None if measures_file is None else read_measured(measures_file)
    if measured is not None and concern is not None:
        measured = structs.replace(measured, measures=measured.of(concern))
    made = workflow.forecast(
        case,
        workflow.plan_for(case),
        Wanted(depth_mm=depth, sessions=sessions, interval_days=interval),
        measured=measured,
        language=language,
        seed=seed,
    )
    if concern is not None:
        made = _only(made, concern)
    _say_kept(made, depth, sessions, interval)
    _say_unused(made, measured)
    _say_everywhere(made, measured)
    if svg is not None:
        _draw(made, case.knowledge, svg, language)
    if as_json:
        streams.emit(with_reasons(made, case.knowledge, wanted=with_why))
        return
    from needlework.cli.text.forecast import forecast_page

    streams.emit(forecast_page(made, case.knowledge, language, with_why=with_why))


def _check_wanted(depth: float | None, sessions: int | None, interval: int | None) -> None:
    """Refuse what no course can have; what this plan cannot have is told beside its forecast."""
    if depth is not None and not 0 < depth < inf:
        raise UsageError(
            _("A depth of {depth} mm cannot be needled.").format(depth=number(depth)),
            hint=_("Give --depth in millimetres above 0, such as 1.0."),
        )
    for option, count in (("--sessions", sessions), ("--interval", interval)):
        if count is not None and count < 1:
            raise UsageError(
                _("{option} of {n} is none.").format(option=option, n=count),
                hint=_("Give {option} 1 or more.").format(option=option),
            )


def _say_kept(
    made: Outlook, depth: float | None, sessions: int | None, interval: int | None
) -> None:
    """What was asked for beyond the plan, and what was taken instead."""
    for each in made.concerns:
        least, most, _step = each.reach.depth_mm
        within = depth is not None and least <= depth <= most
        a_depth = _("{concern}: the plan allows no depth of {asked} mm; {got} mm is shown.")
        if within:
            a_depth = _("{concern}: the needle cannot be set to {asked} mm; {got} mm is shown.")
        taken = (
            (a_depth, depth, each.at.depth_mm),
            (
                _("{concern}: the plan does not allow {asked} sessions; {got} are shown."),
                sessions,
                len(each.forecast.session_days),
            ),
            (
                _("{concern}: the plan allows no interval of {asked} days; {got} days are shown."),
                interval,
                each.interval_days,
            ),
        )
        for said, asked, got in taken:
            if asked is not None and asked != got:
                values = {"asked": number(asked), "got": number(got)}
                streams.remark(said.format(concern=each.concern, **values))


def _say_unused(made: Outlook, measured: Measured | None) -> None:
    """Measures of concerns that the plan does not hold."""
    told = {each.concern for each in made.concerns}
    named = dict.fromkeys(each.concern for each in measured.measures) if measured else {}
    for name in (name for name in named if name not in told):
        said = _("{concern}: measured, and not forecast, since the plan does not hold it.")
        streams.remark(said.format(concern=name))


def _say_everywhere(made: Outlook, measured: Measured | None) -> None:
    """Sessions that were given by their day alone, where the plan has several zones."""
    from needlework.measured import Held

    held = (measured.sessions or ()) if measured else ()
    is_bare = any(not isinstance(each, Held) for each in held)
    if is_bare and len({zone for each in made.concerns for zone in each.zones}) > 1:
        streams.remark(
            _(
                "A session without zones counts for every zone of the plan; "
                "`needlework forecast --help` shows how to name them."
            )
        )


def _only(made: Outlook, concern: str) -> Outlook:
    """One concern, with its zones."""
    kept = tuple(each for each in made.concerns if each.concern == concern)
    without = tuple(each for each in made.without if each.about == concern)
    if not kept and not without:
        held = ", ".join(each.concern for each in made.concerns)
        raise UsageError(
            _("The plan holds no concern {concern}.").format(concern=concern[:60]),
            hint=_("It holds: {concerns}.").format(concerns=held or _("none")),
        )
    zones = {zone for each in kept for zone in each.zones}
    return structs.replace(
        made,
        concerns=kept,
        zones=tuple(each for each in made.zones if zones.intersection(each.zones)),
        without=without,
    )


def _draw(made: Outlook, knowledge: Knowledge, path: Path, language: str) -> None:
    from needlework.cli.papers import write_files
    from needlework.documents.outlook_picture import course_svg

    if not made.concerns:
        raise UsageError(_("There is nothing to draw."), hint=_("See why, without --svg."))
    several = len(made.concerns) > 1
    drawn = []
    for each in made.concerns:
        target = path.with_name(f"{path.stem}-{each.concern}{path.suffix}") if several else path
        picture = course_svg(each, knowledge, language, name=each.concern)
        drawn.append((target, picture.encode()))
    write_files(drawn)
