"""`needlework response penetration`: how deep, how open, which layer."""

from __future__ import annotations

import click

from needlework.cli import streams
from needlework.cli.response.options import Run, Setting, emit_json, run_options, setting_options


@click.command("penetration")
@setting_options("device", "zone", "depth_mm", "passes", optional=("needles", "sex", "age_years"))
@run_options()
def command(*, setting: Setting, run: Run) -> None:
    """Say how far a needle goes in a zone, what stays open, and which layer it reaches.

    Set depth, needle travel and open channel are three lengths. A zone that was never measured
    takes a named one's dermis and a wider interval; without such a proxy there is no answer.

    \b
    Examples:
      needlework response penetration --device exceed --zone cheek --depth 1.0 --passes 4
      needlework response penetration --device roller-192 --zone forehead --depth 0.5 \\
        --passes 10 --sex female --age 50 --json
    """  # noqa: D301  click reads the mark as one character
    knowledge = run.knowledge()
    way = setting.way(knowledge)
    from needlework.cli.response.answers.penetration import depths

    told = depths(knowledge, way, setting.person, draws=run.draws, seed=run.seed)
    if emit_json(told, knowledge, run):
        return
    from needlework.cli.text.response_depth import depths_page

    streams.emit(depths_page(told, knowledge, with_why=run.with_why))
