"""`needlework response healing`: new collagen over months."""

from __future__ import annotations

from typing import Final

import click

from needlework.cli import streams
from needlework.cli.response.options import Run, Setting, emit_json, run_options, setting_options
from needlework.errors import UsageError

_YEAR: Final = 365
_MOST_SESSIONS: Final = 24
_MOST_DRAWS: Final = 20_000
"""Each draw's course is held day by day."""
_LATEST_DAY: Final = 3650
"""Ten years; a course that runs further is a slip of the hand."""


@click.command("healing")
@setting_options("device", "zone", "depth_mm", "passes", optional=("needles", "sex", "age_years"))
@click.option("--sessions", type=int, required=True, metavar="N", help="How many, all alike.")
@click.option(
    "--interval", "interval_days", type=int, metavar="DAYS", help="Between sessions, if several."
)
@click.option(
    "--until",
    "until_day",
    type=int,
    metavar="DAY",
    help="Last day, since the first session (default: a year after the last).",
)
@run_options(most=_MOST_DRAWS)
def command(
    *,
    setting: Setting,
    sessions: int,
    interval_days: int | None,
    until_day: int | None,
    run: Run,
) -> None:
    """Say how new collagen comes and goes over months, and when it peaks.

    Amounts have no unit: shares of their own peak are told. The interval between sessions
    is compared with one twice as long. Elastin has no course: its studies disagree.

    \b
    Examples:
      needlework response healing --device exceed --zone cheek --depth 1.0 --passes 4 \\
        --sessions 4 --interval 28
      needlework response healing --device roller-192 --zone cheek --depth 1.5 --passes 15 \\
        --sessions 1 --until 730 --json
    """  # noqa: D301  click reads the mark as one character
    knowledge = run.knowledge()
    way = setting.way(knowledge)
    between, until = _days(sessions, interval_days, until_day)
    from needlework.cli.response.answers.healing import healed

    told = healed(
        knowledge,
        way,
        setting.person,
        sessions=sessions,
        interval_days=between,
        until_day=until,
        draws=run.draws,
        seed=run.seed,
    )
    if emit_json(told, knowledge, run):
        return
    from needlework.cli.text.response_healing import healed_page

    streams.emit(healed_page(told, knowledge, with_why=run.with_why))


def _days(sessions: int, interval_days: int | None, until_day: int | None) -> tuple[int, int]:
    """The interval and the last day, each within what a course can have."""
    if not 1 <= sessions <= _MOST_SESSIONS:
        raise UsageError(
            f"A course of {sessions} sessions cannot be told.",
            hint=f"Give --sessions 1 to {_MOST_SESSIONS}.",
        )
    if sessions > 1 and interval_days is None:
        raise UsageError(
            f"{sessions} sessions need an interval.", hint="Give --interval in days, such as 28."
        )
    between = 0 if sessions == 1 or interval_days is None else interval_days
    if between < 0 or (sessions > 1 and between == 0):
        raise UsageError(
            f"An interval of {between} days puts a session on the last.",
            hint="Give --interval in days above 0, such as 28.",
        )
    last = (sessions - 1) * between
    until = last + _YEAR if until_day is None else until_day
    if not last < until <= _LATEST_DAY:
        raise UsageError(
            f"A course until day {until:,} does not hold its {sessions} sessions within ten years.",
            hint=f"Give --until a day after {last:,}, to {_LATEST_DAY:,}.",
        )
    return between, until
