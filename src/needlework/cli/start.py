"""The command `needlework`: what it was asked for, and what is said when that fails."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import traceback
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

import click

from needlework import __version__
from needlework.cli.language import say as _
from needlework.cli.language import speak
from needlework.cli.lazy import Lazy
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
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NARROW: Final = 52
"""Click wraps help for terminals of so many columns at least; a narrower one broke it again."""
_NARROWEST: Final = 30


class _Help(click.HelpFormatter):
    """Help that fits a narrow terminal too, with more room for what an option does."""

    def __init__(
        self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None
    ) -> None:
        columns = shutil.get_terminal_size().columns
        if width is None and columns < _NARROW:
            width = max(columns, _NARROWEST)
        super().__init__(indent_increment, width, max_width)

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        most = self.width // 4 if self.width < _NARROW else col_max
        super().write_dl(rows, most, col_spacing)


click.Context.formatter_class = _Help


@click.group(
    cls=Lazy,
    package="needlework.cli",
    names=_COMMANDS,
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
    speak()
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
    # What was raised without a language is translated here, where it holds no value.
    say(_("Error: {message}").format(message=_(shown.message)))
    if shown.hint:
        say(_("Next: {hint}").format(hint=_(shown.hint)))
    return 1


def _unforeseen(error: Exception) -> NeedleworkError:
    from needlework.batch import defect
    from needlework.evidence import NotAccepted

    if isinstance(error, NotAccepted):
        return NeedleworkError(
            _("Not enough known: this clinic rejected {claim}.").format(claim=error.claim_id),
            hint=_("See what depends on it with `needlework evidence overlay FILE`."),
        )
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        # Help, and whatever else goes out by itself.
        from needlework.cli.streams import unwritable

        return unwritable(error)
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
