"""The documents of a plan, written to the files that were named."""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, TypeVar, cast

import click
from msgspec import Struct

from needlework import workflow
from needlework.cli import streams
from needlework.cli.language import language_option, reason
from needlework.cli.language import say as _
from needlework.errors import UsageError
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
    def targets(self) -> tuple[Path, ...]:
        return tuple(filter(None, (self.pdf, self.consent, self.ics, self.csv)))

    @property
    def wanted(self) -> bool:
        return bool(self.targets)


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
        language_option("Language of the documents (default: en)."),
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
    write_files(made)


def check_targets(targets: Iterable[Path], *sources: Path | None) -> None:
    """Refuse documents that would overwrite each other, or what they are made from."""
    taken = {os.path.realpath(path) for path in sources if path is not None}
    for path in targets:
        place = os.path.realpath(path)
        if place in taken:
            raise UsageError(
                _("{path} is named twice.").format(path=path),
                hint=_("Name another file for each document, and none that is read."),
            )
        taken.add(place)


def write_files(made: Iterable[tuple[Path, bytes]]) -> None:
    """Write all files whole, or none of them, and say which were written."""
    drafts: list[tuple[Path, Path]] = []
    try:
        for path, content in made:
            with _refusal(path):
                draft = _draft(path)
                drafts.append((draft, path))
                draft.write_bytes(content)
                # As any new file of theirs; a temporary one is for its owner alone.
                draft.chmod(0o666 & ~_umask())
        for draft, path in drafts:
            with _refusal(path):
                # A link stays a link, and what it leads to is written.
                draft.replace(os.path.realpath(path))
            streams.remark(_("Written: {path}").format(path=path))
    finally:
        for draft, _path in drafts:
            with suppress(OSError):
                draft.unlink()


def _draft(path: Path) -> Path:
    """A file beside the one that is wanted, which takes its place once it is whole."""
    if str(path) == "-" or (path.exists() and not path.is_file()):
        # Renaming would put a file in the place of a device or a pipe.
        raise UsageError(
            _("{path} is not a file.").format(path=path), hint=_("Name a file to write.")
        )
    target = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}-")
    os.close(handle)
    return Path(name)


@contextmanager
def _refusal(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as wrong:
        raise UsageError(
            _("{path} cannot be written: {why}.").format(path=path, why=reason(wrong)),
            hint=_("Name a file in a folder that exists and that you may write to."),
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
