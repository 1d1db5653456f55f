"""`needlework screen`: what stands against treatment."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from needlework import workflow
from needlework.cli import streams
from needlework.cli.options import judged, judging_options
from needlework.cli.reasons import with_reasons


@click.command("screen")
@click.argument("file", type=click.Path(readable=False, path_type=Path, allow_dash=True))
@judging_options
def command(
    file: Path,
    *,
    on: date | None,
    release: Path | None,
    overlay: Path | None,
    as_json: bool,
    with_why: bool,
) -> None:
    """Say what stands against treating the person of FILE, zone by zone.

    FILE is a consultation in TOML or JSON; `-` reads it from standard input.

    \b
    Examples:
      needlework screen examples/01-fine-lines-nurse.toml
      needlework screen examples/01-fine-lines-nurse.toml --on 2026-12-01 --json
    """  # noqa: D301  click reads the mark as one character
    case = judged(file, on, release, overlay)
    assessment = workflow.screen(case)
    if as_json:
        streams.emit(with_reasons(assessment, case.knowledge, wanted=with_why))
        return
    from needlework.cli.text.assessment import assessment_page

    streams.emit(assessment_page(assessment, case.knowledge, with_why=with_why))
