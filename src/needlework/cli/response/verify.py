"""`needlework response verify`: predicted against observed, the misses first."""

from __future__ import annotations

import click

from needlework.cli import streams
from needlework.cli.response.options import Run, busy, emit_json, run_options


@click.command("verify")
@click.option("--all", "every", is_flag=True, help="Show every row, not the misses alone.")
@run_options(draws=None)
def command(*, every: bool, run: Run) -> None:
    """Hold what the models predict against what studies observed, the misses first.

    Model and priors were frozen before the first score; whatever differs from what was frozen
    is not scored. A miss is information and no failure: the exit code is 0.

    \b
    Examples:
      needlework response verify
      needlework response verify --all --json
    """  # noqa: D301  click reads the mark as one character
    knowledge = run.knowledge()
    from needlework.response.verification import verify

    with busy("Scoring every published figure"):
        told = verify(knowledge, seed=run.seed)
    if emit_json(told, knowledge, run):
        return
    from needlework.cli.text.response_verify import verification_page

    streams.emit(verification_page(told, knowledge, every=every, with_why=run.with_why))
