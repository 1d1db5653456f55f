"""`needlework response closure`: how long needled skin stays open."""

from __future__ import annotations

from typing import Final

import click

from needlework.cli import streams
from needlework.cli.response.options import (
    Run,
    Setting,
    emit_json,
    needled,
    run_options,
    setting_options,
    within_a_year,
)
from needlework.errors import UsageError

HOURS: Final = (1.0, 4.0, 12.0, 24.0, 48.0, 72.0)
_DRAWS: Final = 4000
"""As many as aftercare draws: the last 2.5 % of people are told too."""


@click.command("closure")
@setting_options("depth_mm", "age_years")
@click.option("--occluded", is_flag=True, help="The skin stays covered airtight from the start.")
@click.option(
    "--hours",
    type=float,
    multiple=True,
    metavar="H",
    help="Tell what is left by then, again for each (default: 1, 4, 12, 24, 48, 72).",
)
@run_options(draws=_DRAWS)
def command(*, setting: Setting, occluded: bool, hours: tuple[float, ...], run: Run) -> None:
    """Say when the skin's barrier is back and when the channels are closed.

    Beside it stand the waits that aftercare gives; the model may lengthen them and never
    shortens one.

    \b
    Examples:
      needlework response closure --depth 1.0 --age 40
      needlework response closure --depth 0.5 --age 65 --occluded --hours 6 --hours 24
    """  # noqa: D301  click reads the mark as one character
    knowledge = run.knowledge()
    depth_mm, hours = needled(setting.depth_mm), within_a_year(hours)
    from needlework.cli.response.answers.closure import closed
    from needlework.response.anatomy import OLDEST, YOUNGEST

    age_years = setting.age_years or 0.0
    if not YOUNGEST <= age_years <= OLDEST:
        raise UsageError(
            f"How skin closes at {age_years:g} years was never measured.",
            hint=f"Give --age {YOUNGEST:g} to {OLDEST:g}.",
        )

    told = closed(
        knowledge,
        depth_mm=depth_mm,
        age_years=age_years,
        occluded=occluded,
        hours=hours or HOURS,
        draws=run.draws,
        seed=run.seed,
    )
    if emit_json(told, knowledge, run):
        return
    from needlework.cli.text.response_hours import closed_page

    streams.emit(closed_page(told, knowledge, with_why=run.with_why))
