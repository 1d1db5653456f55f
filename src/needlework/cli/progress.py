"""A bar on stderr, where a person is looking."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from needlework.batch import Report


@contextmanager
def progress(size: int, what: str = "lines") -> Iterator[Report]:
    """A report that draws how much is done; silent where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False)
    columns = (
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TextColumn(f"{{task.fields[lines]:,}} {what}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=size or None, lines=0)

        def report(lines: int, end: int) -> None:
            bar.update(task, completed=end, lines=lines)

        yield report


def _silent(lines: int, end: int) -> None:
    """Nobody is looking."""
