"""`python -m needlework.web records_check`: whether the database refuses to change records."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from needlework.web.records import triggers


class Command(BaseCommand):
    help = "Say whether every append-only table has its triggers; exit with 1 where not."

    def handle(self, *args: Any, **options: Any) -> None:
        lacking = triggers.missing()
        for trigger in lacking:
            self.stderr.write(f"{trigger.table}: {trigger.name} is missing or was changed")
        foreign = triggers.strangers()
        for table, name in foreign:
            self.stderr.write(f"{table}: {name} is no trigger of ours")
        if lacking:
            raise CommandError(
                "Records could be changed unseen. Run `python -m needlework.web migrate`, which "
                "makes the triggers anew, and find out who took them away."
            )
        if foreign:
            raise CommandError(
                "Records could be left out or written otherwise unseen. Find out who made these "
                "triggers and what they did, then drop them."
            )
        self.stdout.write(
            f"{len(triggers.append_only_models())} tables refuse change and deletion."
        )
