"""`needlework response redness`: hours and days of redness, and what is known of swelling."""

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

HOURS: Final = (1.0, 3.0, 6.0, 12.0, 24.0, 48.0, 72.0, 120.0, 168.0)
"""A week: by then every published ceiling has passed."""
_MOST_DRAWS: Final = 20_000
"""The end of each draw's redness is sought by itself."""


@click.command("redness")
@setting_options("depth_mm", optional=("device", "zone", "passes", "needles", "sex", "age_years"))
@click.option(
    "--hours",
    type=float,
    multiple=True,
    metavar="H",
    help="Tell what is left by then, again for each (default: a week).",
)
@run_options(most=_MOST_DRAWS)
def command(*, setting: Setting, hours: tuple[float, ...], run: Run) -> None:
    """Say how long redness lasts, beside the times by which trials had it gone.

    With --device, --zone and --passes also against the redness of a full dose, by which a
    weaker session is over sooner. Swelling has no course: what sources report is told.

    \b
    Examples:
      needlework response redness --depth 0.3
      needlework response redness --depth 1.0 --device exceed --zone cheek --passes 4
    """  # noqa: D301  click reads the mark as one character
    knowledge = run.knowledge()
    depth_mm = needled(setting.depth_mm)
    is_dosed = any((setting.device, setting.zone, setting.passes is not None))
    way = setting.way(knowledge) if is_dosed else None
    from needlework.cli.response.answers.redness import red

    told = red(
        knowledge,
        depth_mm=depth_mm,
        way=way,
        person=setting.person,
        hours=within_a_year(hours) or HOURS,
        draws=run.draws,
        seed=run.seed,
    )
    if emit_json(told, knowledge, run):
        return
    from needlework.cli.text.response_hours import red_page

    streams.emit(red_page(told, knowledge, with_why=run.with_why))
