"""`python -m needlework.web audit_seal`: chain the rows written since the last seal."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, close_old_connections, connection
from django.utils import timezone

from needlework.web.audit.models import AuditSeal
from needlework.web.audit.seal import seal_rows


class Command(BaseCommand):
    help = (
        "Seal the audit's rows, and print the last seal as NUMBER:DIGEST. Note it outside of this "
        "machine: `audit_verify --expect` then finds a chain whose end was cut off."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every",
            type=float,
            metavar="SECONDS",
            help="go on and seal at this interval, until SIGTERM or Ctrl-C",
        )

    def handle(self, *args: Any, every: float | None = None, **options: Any) -> None:
        if every is None:
            self._seal()
            return
        if every <= 0:
            raise CommandError("--every needs a number of seconds above 0.")
        ended = threading.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: ended.set())
        while not ended.is_set():
            close_old_connections()
            try:
                self._seal(quietly=True)
            except Error as wrong:
                # The database may be away for a while; rows wait for the next round.
                self.stderr.write(f"audit_seal: {type(wrong).__name__}; trying again")
                connection.close()
            ended.wait(every)

    def _seal(self, *, quietly: bool = False) -> None:
        sealed = seal_rows(timezone.now())
        if quietly and not sealed:
            return
        last = AuditSeal.objects.order_by("-number").first()
        head = f"{last.number}:{last.digest}" if last else "0:"
        self.stdout.write(f"{sealed} rows sealed; last seal {head}")
        self.stdout.flush()
