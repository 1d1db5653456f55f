"""`needlework cohort`: many invented people through protocols, as a table to reckon with."""

from __future__ import annotations

import os
from pathlib import Path
from time import perf_counter

import click

from needlework.cli import streams


@click.command("cohort")
@click.argument("file", type=click.Path(readable=False, path_type=Path))
@click.argument("out", type=click.Path(readable=False, path_type=Path))
@click.option(
    "--people",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many people, in place of FILE's number.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), metavar="S", help="Other people, in place of FILE's seed."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1, max=256),
    metavar="N",
    help="Threads (default: one a core). The bytes of OUT do not depend on it.",
)
@click.option(
    "--cluster", metavar="ADDRESS", help="A Dask scheduler to work on, such as tcp://host:8786."
)
@click.pass_context
def command(
    ctx: click.Context,
    *,
    file: Path,
    out: Path,
    people: int | None,
    seed: int | None,
    workers: int | None,
    cluster: str | None,
) -> None:
    """Draw people and follow each through every protocol of FILE, into OUT (Parquet).

    They are invented: OUT says what the models do not know of one person, and nothing of the
    clients of a clinic. OUT appears when it is whole; the same command goes on with a run cut
    off. It needs `pip install 'needlework[cohort]'`.

    \b
    FILE in its shortest form; docs/guide/cohort.md names every field and column:
      format = "needlework-cohort-1"
      people = 100_000
      [[protocols]]
      name = "monthly"
      device = "roller-192"
      zone = "cheek"
      depth_mm = 1.5
      passes = 15
      sessions = 4
      interval_days = 28

    \b
    Examples:
      needlework cohort study.toml cohort.parquet
      needlework cohort study.toml million.parquet --people 1000000 --seed 7 --workers 2
      needlework cohort study.toml cohort.parquet --cluster tcp://127.0.0.1:8786
    """  # noqa: D301  click reads the mark as one character
    if cluster is not None and workers is not None:
        raise click.UsageError(
            "--workers goes without --cluster, which has workers of its own.", ctx
        )
    from needlework.cli.progress import progress
    from needlework.cli.text.cohort import closing
    from needlework.evidence import load_knowledge
    from needlework.response.cohort.run import run
    from needlework.response.cohort.study import read

    study = read(file, load_knowledge(), people=people, seed=seed)
    begun = perf_counter()
    try:
        with progress(study.rows, "rows") as report:
            outcome = run(
                study,
                out,
                workers=workers or len(os.sched_getaffinity(0)),
                cluster=cluster or "",
                report=report,
            )
    except KeyboardInterrupt:
        streams.remark(f"Stopped. The same command goes on with {out.name}.")
        raise
    streams.remark(closing(study, outcome, out.name, perf_counter() - begun))
