"""Results go to stdout whole or not at all; remarks go to stderr."""

from __future__ import annotations

import errno
import os
import sys
from datetime import date, datetime

import click

from needlework.cli.language import reason
from needlework.cli.language import say as _
from needlework.errors import AnswerError, UsageError, printable
from needlework.screening.reading import LARGEST_BYTES


def emit(content: bytes) -> None:
    """Write a result; a reader that went away ends the command quietly."""
    try:
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:
            sys.stdout.write(content.decode())
        else:
            sys.stdout.flush()
            stream.write(content)
        sys.stdout.flush()
    except OSError as error:
        if error.errno == errno.EPIPE:
            _swallow_the_rest()
            raise
        raise unwritable(error) from None


def unwritable(error: OSError) -> UsageError:
    """What to say where a result finds no room."""
    _swallow_the_rest()
    return UsageError(
        _("The result cannot be written: {why}.").format(why=reason(error)),
        hint=_("Send it somewhere else."),
    )


def _swallow_the_rest() -> None:
    """What is still in the buffer would fail again when the process ends."""
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


def standard_input(most: int = LARGEST_BYTES) -> bytes:
    """All of stdin, or a byte more than it may have; a consultation's size unless told."""
    if sys.stdin is None:
        raise AnswerError(
            _("Standard input is closed."), hint=_("Name a file, or send one to `-`.")
        )
    return sys.stdin.buffer.read(most + 1)


def remark(line: str) -> None:
    """One line on stderr beside the result."""
    click.echo(printable(line), err=True)


def today() -> date:
    """The machine's day, where the machine is."""
    return datetime.now().astimezone().date()
