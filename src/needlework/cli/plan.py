"""`needlework plan`: what to do, for one consultation or for a file full of them."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import click

from needlework import workflow
from needlework.cli import streams
from needlework.cli.language import number
from needlework.cli.language import say as _
from needlework.cli.options import judged, judging_options
from needlework.cli.papers import Papers, check_targets, paper_options, write_papers
from needlework.cli.reasons import with_reasons
from needlework.planning import Plan
from needlework.screening import Case


@click.command("plan")
@click.argument(
    "file", type=click.Path(readable=False, path_type=Path, allow_dash=True), required=False
)
@judging_options
@paper_options
@click.option(
    "--batch",
    type=click.Path(readable=False, path_type=Path),
    nargs=2,
    metavar="IN OUT",
    help="Plan every line of IN (NDJSON) into the same line of OUT; a run cut off goes on.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1, max=256),
    metavar="N",
    help="Processes for --batch (default: one a core).",
)
@click.pass_context
def command(
    ctx: click.Context,
    *,
    file: Path | None,
    on: date | None,
    release: Path | None,
    overlay: Path | None,
    as_json: bool,
    with_why: bool,
    batch: tuple[Path, Path] | None,
    workers: int | None,
    papers: Papers,
) -> None:
    """Propose what to do for the person of FILE: zones, depths, course, preparation.

    FILE is a consultation in TOML or JSON; `-` reads it from standard input.

    \b
    Examples:
      needlework plan examples/01-fine-lines-nurse.toml
      needlework plan examples/01-fine-lines-nurse.toml --json --why
      needlework plan examples/01-fine-lines-nurse.toml --pdf plan.pdf --ics dates.ics
      needlework plan --batch consultations.ndjson plans.ndjson --workers 2
    """  # noqa: D301  click reads the mark as one character
    if (file is None) == (batch is None):
        raise click.UsageError(_("Give either FILE or --batch IN OUT."), ctx)
    if batch is not None:
        if with_why or papers.wanted:
            raise click.UsageError(
                _("--why and documents go with one FILE, not with --batch."), ctx
            )
        _plan_many(ctx, batch, on, release, overlay, workers or _cores())
        return
    if workers is not None:
        raise click.UsageError(_("--workers goes with --batch."), ctx)
    if papers.ics is None and (papers.sequence or papers.cancelled):
        raise click.UsageError(_("--sequence and --cancel go with --ics."), ctx)
    check_targets(papers.targets, file, overlay)
    case = judged(file or Path("-"), on, release, overlay)
    plan = workflow.plan_for(case)
    if papers.wanted:
        known = workflow.Known(case.knowledge, case.lexicon)
        write_papers(papers, plan, case, known)
    _show(plan, case, as_json=as_json, with_why=with_why)


def _show(plan: Plan, case: Case, *, as_json: bool, with_why: bool) -> None:
    if as_json:
        streams.emit(with_reasons(plan, case.knowledge, wanted=with_why))
        return
    from needlework.cli.text.plan import plan_page

    streams.emit(plan_page(plan, case.knowledge, with_why=with_why))


def _plan_many(
    ctx: click.Context,
    batch: tuple[Path, Path],
    on: date | None,
    release: Path | None,
    overlay: Path | None,
    workers: int,
) -> None:
    from needlework.batch import run
    from needlework.cli.progress import progress

    source, target = batch
    size = source.stat().st_size if source.is_file() else 0
    try:
        with progress(size) as report:
            outcome = run(
                source,
                target,
                release=release,
                overlay=overlay,
                on=on,
                today=streams.today(),
                workers=workers,
                report=report,
            )
    except KeyboardInterrupt:
        said = _("Stopped. The same command goes on from what {file} holds.")
        streams.remark(said.format(file=target.name))
        raise
    said = _("{n} lines: {file}.")
    if outcome.kept:
        said = _("{n} lines, {kept} of them by an earlier run: {file}.")
    counts = {"n": number(outcome.lines), "kept": number(outcome.kept)}
    streams.remark(said.format(file=target.name, **counts))
    if outcome.failed:
        said = _("{n} of them could not be planned; each has its error in its place.")
        streams.remark(said.format(n=number(outcome.failed)))
        ctx.exit(1)


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))
