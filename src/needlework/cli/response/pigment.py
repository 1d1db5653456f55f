"""`needlework response pigment`: the risk of darkening, and in how few it was counted."""

from __future__ import annotations

from typing import Final

import click

from needlework.cli import streams
from needlework.cli.response.options import Run, emit_json, run_options

_GROUPS: Final = {"I-III": "I", "IV-VI": "IV", "unknown": ""}
_PHOTOTYPES: Final = ("I", "II", "III", "IV", "V", "VI")


@click.command("pigment")
@click.option(
    "--group",
    type=click.Choice((*_GROUPS, *_PHOTOTYPES), case_sensitive=False),
    default="unknown",
    help="Fitzpatrick's phototype, or the group it is in (default: unknown).",
)
@click.option(
    "--clients",
    type=int,
    default=20,
    metavar="N",
    help="Tell how many of the next N clients darken (default: 20).",
)
@run_options(draws=None, seed=False)
def command(*, group: str, clients: int, run: Run) -> None:
    """Say how likely darkening (PIH) is after a course, by phototype group.

    A beta-binomial from the few people that trials counted, who are shown. Nothing is drawn.

    \b
    Examples:
      needlework response pigment --group IV-VI
      needlework response pigment --group II --clients 50 --json
    """  # noqa: D301  click reads the mark as one character
    knowledge = run.knowledge()
    from needlework.cli.response.answers.pigment import darkening

    told = darkening(knowledge, _GROUPS.get(group, group), clients=clients)
    if emit_json(told, knowledge, run):
        return
    from needlework.cli.text.response_hours import darkening_page

    streams.emit(darkening_page(told, knowledge, with_why=run.with_why))
