"""Options that several commands share, and the case that they lead to."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from needlework import workflow
from needlework.cli import streams
from needlework.cli.language import say as _
from needlework.screening import Case
from needlework.screening.consultation import Consultation
from needlework.screening.reading import parse

_Command = TypeVar("_Command", bound=Callable[..., Any])

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


class Day(click.ParamType[date]):
    """A day as 2026-11-20."""

    name = "date"

    def convert(
        self, value: str | date, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        if isinstance(value, date):
            return value
        try:
            if _ISO.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            self.fail(_("{typed} is not a day of the calendar.").format(typed=value), param, ctx)
        said = _("{typed} is not a day like 2026-11-20.")
        return self.fail(said.format(typed=value[:60]), param, ctx)


def knowledge_options(command: _Command) -> _Command:
    """`--release` and `--overlay`."""
    command = click.option(
        "--overlay",
        type=click.Path(readable=False, path_type=Path),
        metavar="FILE",
        help="A clinic's choices over the release (TOML).",
    )(command)
    return click.option(
        "--release",
        type=click.Path(readable=False, path_type=Path),
        metavar="DIR",
        help="Another knowledge base than the one that is shipped.",
    )(command)


def judging_options(command: _Command) -> _Command:
    """All that `screen` and `plan` share."""
    command = knowledge_options(command)
    command = click.option(
        "--why", "with_why", is_flag=True, help="Add the chain from every number to its sources."
    )(command)
    command = click.option(
        "--json", "as_json", is_flag=True, help="Print JSON, the same bytes for the same input."
    )(command)
    return click.option(
        "--on",
        type=Day(),
        metavar="DATE",
        help="The day to judge (default: the consultation's date).",
    )(command)


def judged(file: Path, on: date | None, release: Path | None, overlay: Path | None) -> Case:
    """The case of a file, with a remark when the day judged is not today."""
    consultation = _read(file)
    known = workflow.known(release, overlay)
    now = streams.today()
    case = workflow.consult(consultation, known, on, today=now)
    if on is None and case.on != now:
        said = _(
            "Judged for {day}, the consultation's day; today is {today}: "
            "give --on to judge another day."
        )
        streams.remark(said.format(day=case.on, today=now))
    return case


def _read(file: Path) -> Consultation:
    if str(file) == "-":
        return parse(streams.standard_input(), _("Standard input"))
    return workflow.read_consultation(file)
