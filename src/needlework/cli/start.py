"""The command `needlework`: what it was asked for, and what is said when that fails."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Final

import click

from needlework import __version__
from needlework.errors import NeedleworkError, printable

_COMMANDS: Final = (
    "screen",
    "plan",
    "forecast",
    "response",
    "aftercare",
    "product",
    "symptom",
    "sun",
    "evidence",
    "schema",
    "serve",
    "clinic",
    "cohort",
)
INTERRUPTED: Final = 130


class _Commands(click.Group):
    """Commands that are imported when they are called, so that each starts in a blink."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        found: click.Command = import_module(f"needlework.cli.{cmd_name}").command
        return found


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Decision support for trained professionals: not a diagnosis, not an emergency "
    "service. A named professional signs.",
)
@click.option("--debug", is_flag=True, help="Show where in the code an error arose.")
@click.version_option(__version__, message="%(prog)s %(version)s")
def root(*, debug: bool) -> None:
    """Needlework: microneedling from a consultation to a plan, with the source of every number.

    \b
    Example:
      needlework plan examples/01-fine-lines-nurse.toml
    """  # noqa: D301  click reads the mark as one character


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line; the number is the exit code."""
    given = list(sys.argv[1:] if args is None else args)
    _open_streams()
    try:
        ended = root.main(given, prog_name="needlework", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  the last door: no traceback reaches a user
        return _fail(error, debug=_debug(given))
    return ended if isinstance(ended, int) else 0


def _debug(given: Sequence[str]) -> bool:
    """`--debug` before the command."""
    for word in given:
        if not word.startswith("-"):
            return False
        if word == "--debug":
            return True
    return False


def _fail(error: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    shown = error if isinstance(error, NeedleworkError) else _unforeseen(error)
    say(f"Error: {shown.message}")
    if shown.hint:
        say(f"Next: {shown.hint}")
    return 1


def _unforeseen(error: Exception) -> NeedleworkError:
    from needlework.batch import defect
    from needlework.evidence import NotAccepted

    if isinstance(error, NotAccepted):
        return NeedleworkError(
            f"Not enough known: this clinic rejected {error.claim_id}.",
            hint="See what depends on it with `needlework evidence overlay FILE`.",
        )
    return defect(error)


def say(line: str) -> None:
    """One line on stderr; nobody listening is no error."""
    with suppress(OSError):
        click.echo(printable(line), err=True)


def _open_streams() -> None:
    """Streams that were closed before the start swallow what is written to them."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
