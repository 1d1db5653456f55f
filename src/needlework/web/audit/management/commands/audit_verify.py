"""`python -m needlework.web audit_verify`: whether all that was sealed is there."""

from __future__ import annotations

import re
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from needlework.web.audit.seal import Report, verify

_NOTED: Final = re.compile(r"([0-9]+):([0-9a-f]{64})")
_TELLS_EVERY: Final = 1000


class Command(BaseCommand):
    help = "Verify the audit's chain of seals. Exits with 1 where something does not fit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect",
            metavar="NUMBER:DIGEST",
            help="a seal that `audit_seal` printed earlier, and that must still be in the chain",
        )

    def handle(self, *args: Any, expect: str | None = None, **options: Any) -> None:
        noted = _NOTED.fullmatch(expect or "")
        if expect and not noted:
            raise CommandError("--expect needs a seal as audit_seal prints it: NUMBER:DIGEST.")
        report = verify(
            expect=(int(noted[1]), noted[2]) if noted else None, progress=self._progress
        )
        self.stdout.write(_said(report))
        if report.faults:
            for fault in report.faults:
                self.stderr.write(f"{fault}.")
            raise CommandError(
                "The audit does not fit its seals. Keep a copy of the database as it is, and "
                "compare it with a backup."
            )

    def _progress(self, number: int) -> None:
        if number % _TELLS_EVERY == 0 and self.stderr.isatty():
            self.stderr.write(f"{number} seals", ending="\r")


def _said(report: Report) -> str:
    state = "whole" if not report.faults else "broken"
    until = f" up to {report.sealed_at:%Y-%m-%d %H:%M:%S} UTC" if report.sealed_at else ""
    since = (
        f", the oldest of {report.tail_since:%Y-%m-%d %H:%M:%S} UTC" if report.tail_since else ""
    )
    return (
        f"Chain {state}{until}: {report.seals} seals over {report.rows} rows; "
        f"{report.tail} rows not sealed yet{since}.\n"
        f"Last seal {report.seals}:{report.head}"
    )
