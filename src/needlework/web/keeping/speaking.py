"""Commands that speak in sentences, ask for secrets on the terminal, and show how far they are."""

from __future__ import annotations

import getpass
import signal
import sys
from pathlib import Path
from typing import Any, Final

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from needlework.errors import NeedleworkError, printable
from needlework.web.keeping.errors import KeepingError

INTERRUPTED: Final = 130
_LONGEST_SECRET: Final = 4096


class SpeakingCommand(BaseCommand):
    """No traceback reaches whoever runs it; a signal ends it tidily."""

    requires_system_checks: Any = ()

    def run_from_argv(self, argv: list[str]) -> None:
        for sign in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, _interrupt)
        try:
            super().run_from_argv(argv)
        except NeedleworkError as wrong:
            self._end(wrong)
        except KeyboardInterrupt:
            self.stderr.write("Stopped; nothing was left behind.")
            sys.exit(INTERRUPTED)
        except Error as wrong:
            said = f"The database could not be used ({type(wrong).__name__})."
            self._end(NeedleworkError(said, hint="See that it runs, and that the disk has room."))
        except OSError as wrong:
            said = f"It could not be written or read: {wrong.strerror}."
            self._end(NeedleworkError(said, hint="Make room, or name another place."))

    def _end(self, wrong: NeedleworkError) -> None:
        self.stderr.write(f"Error: {printable(wrong.message)}")
        if wrong.hint:
            self.stderr.write(f"Next: {printable(wrong.hint)}")
        sys.exit(1)

    def progress(self, said: str) -> None:
        """One line on a terminal, written over by the next."""
        if self.stderr.isatty():
            self.stderr.write(f"\r\x1b[K{said}", str, ending="")

    def progressed(self) -> None:
        if self.stderr.isatty():
            self.stderr.write("\r\x1b[K", str, ending="")

    def ask_secret(self, what: str, *, twice: bool) -> str:
        """On the terminal unseen, else the next line of standard input; never an argument."""
        if not sys.stdin.isatty():
            line = sys.stdin.readline(_LONGEST_SECRET).rstrip("\r\n")
            if not line:
                raise KeepingError(
                    f"No {what} came on standard input.",
                    hint="Send it as one line, or run this on a terminal, which asks for it.",
                )
            return line
        given = getpass.getpass(f"{what.capitalize()}: ")
        if twice and getpass.getpass(f"{what.capitalize()}, again: ") != given:
            raise KeepingError("The two are not the same.", hint="Start again.")
        return given


def read_secret_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")[:_LONGEST_SECRET]
    except (OSError, UnicodeDecodeError) as wrong:
        why = getattr(wrong, "strerror", None) or "it is no text"
        raise KeepingError(f"{path} cannot be read: {why}.") from wrong


def refuse_old_tables() -> None:
    """A database that was never brought up to date has not what the commands read."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise KeepingError(
            "This database is empty, or older than this version of Needlework.",
            hint="Name the right folder with --data; `needlework serve` brings it up to date.",
        )


def make_tables() -> None:
    """As `needlework serve` does before it starts."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
