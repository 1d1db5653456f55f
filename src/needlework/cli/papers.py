"""The documents of a plan, written to the files that were named."""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, TypeVar, cast

import click
from msgspec import Struct

from needlework import workflow
from needlework.cli import streams
from needlework.errors import UsageError
from needlework.i18n import LANGUAGES
from needlework.planning import Plan
from needlework.screening import Case

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Papers(Struct, frozen=True, kw_only=True):
    """Which documents are wanted, and where."""

    pdf: Path | None = None
    consent: Path | None = None
    ics: Path | None = None
    csv: Path | None = None
    language: str = "en"
    sequence: int = 0
    cancelled: bool = False

    @property
    def wanted(self) -> bool:
        return any((self.pdf, self.consent, self.ics, self.csv))


def paper_options(command: _Command) -> _Command:
    """`--pdf`, `--consent`, `--ics`, `--csv`, which the command receives as `papers`."""

    def file(name: str, what: str) -> Callable[[Any], Any]:
        kind = click.Path(dir_okay=False, writable=True, path_type=Path)
        return click.option(name, type=kind, metavar="FILE", help=what)

    @functools.wraps(command)
    def gathered(*args: Any, **given: Any) -> Any:  # noqa: ANN401 - click's own signature
        papers = Papers(**{name: given.pop(name) for name in Papers.__struct_fields__})
        return command(*args, papers=papers, **given)

    made: Any = gathered
    for option in (
        click.option("--cancel", "cancelled", is_flag=True, help="The calendar takes dates back."),
        click.option(
            "--sequence",
            type=click.IntRange(0, 10_000),
            default=0,
            metavar="N",
            help="Which edition of the calendar; a higher one moves its dates.",
        ),
        click.option(
            "--lang",
            "language",
            type=click.Choice(LANGUAGES),
            default="en",
            help="Language of the documents (default: en).",
        ),
        file("--csv", "Write the dates as a table."),
        file("--ics", "Write the dates as a calendar, with neutral titles."),
        file("--consent", "Write a draft of the consent as PDF."),
        file("--pdf", "Write the plan as PDF, with its sources and a line to sign."),
    ):
        made = option(made)
    return cast("_Command", made)


def write_papers(papers: Papers, plan: Plan, case: Case, known: workflow.Known) -> None:
    """Make all that is wanted, and only then write: a document that fails leaves no file."""
    from needlework import documents

    made: list[tuple[Path, bytes]] = []
    language = papers.language
    if papers.pdf:
        content = documents.plan_pdf(plan, case.consultation, known, language=language)
        made.append((papers.pdf, content))
    if papers.consent:
        content = documents.consent_pdf(plan, case.consultation, known, language=language)
        made.append((papers.consent, content))
    if papers.ics:
        content = documents.schedule_ics(
            plan,
            uid_base=_uid_base(case),
            # The plan's own day, so that the same plan gives the same bytes.
            stamp=datetime.combine(plan.judged_on, time(), tzinfo=UTC),
            sequence=papers.sequence,
            cancelled=papers.cancelled,
            language=language,
        )
        made.append((papers.ics, content))
    if papers.csv:
        content = documents.schedule_csv(plan, known.knowledge, language=language)
        made.append((papers.csv, content))
    for path, content in made:
        write_file(path, content)
        streams.remark(f"Written: {path}")


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            # As any new file of theirs; a temporary one is for its owner alone.
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as wrong:
        raise UsageError(
            f"{path} cannot be written: {wrong.strerror}.",
            hint="Name a file in a folder that exists and that you may write to.",
        ) from wrong


def _umask() -> int:
    held = os.umask(0)
    os.umask(held)
    return held


def _uid_base(case: Case) -> str:
    """What stays the same when a plan is made anew: the client's reference and the day."""
    said = case.consultation
    named = f"{said.client.reference}/{said.date}"
    if not said.client.reference:
        named = workflow.encode(said).decode()
    return hashlib.sha256(named.encode()).hexdigest()
