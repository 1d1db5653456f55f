"""`python -m needlework.web attend`: what must be done every minute beside answering."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, close_old_connections, connection
from django.utils import timezone

from needlework.web.alerts.services import attend_reports
from needlework.web.audit.seal import seal_rows
from needlework.web.audit.walk import walk_on
from needlework.web.clearances.reminding import remind_who_was_asked
from needlework.web.consultations.drafts import purge_drafts
from needlework.web.plans.services import judge_waiting


class Command(BaseCommand):
    help = (
        "What must be done every minute beside answering: seal the audit and compare it with its "
        "seals, tell of reports that nobody has seen, remind clinicians of what waits for them, "
        "judge signed plans again where the knowledge has changed, sweep out old drafts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every",
            type=float,
            metavar="SECONDS",
            help="go on at this interval, until SIGTERM or Ctrl-C",
        )

    def handle(self, *args: Any, every: float | None = None, **options: Any) -> None:
        if every is None:
            self._attend()
            return
        if every <= 0:
            raise CommandError("--every needs a number of seconds above 0.")
        ended = threading.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: ended.set())
        while not ended.is_set():
            close_old_connections()
            try:
                self._attend()
            except Error as wrong:
                # The database may be away for a while; all of it waits for the next round.
                self.stderr.write(f"attend: {type(wrong).__name__}; trying again")
                connection.close()
            ended.wait(every)

    def _attend(self) -> None:
        now = timezone.now()
        done = {
            "rows sealed": seal_rows(now),
            "notices": attend_reports(now),
            "clearances reminded of": remind_who_was_asked(now),
            "plans judged again": judge_waiting(now),
            "old drafts": purge_drafts(now),
        }
        walk_on(now)
        if any(done.values()):
            self.stdout.write("; ".join(f"{count} {what}" for what, count in done.items()))
            self.stdout.flush()
