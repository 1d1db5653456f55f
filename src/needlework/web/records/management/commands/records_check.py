"""`python -m needlework.web records_check`: whether the database refuses to change records."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from needlework.web.records import triggers


class Command(BaseCommand):
    help = "Say whether every append-only table has its triggers; exit with 1 where one lacks."

    def handle(self, *args: Any, **options: Any) -> None:
        lacking = triggers.missing()
        for trigger in lacking:
            self.stderr.write(f"{trigger.table}: {trigger.name} is missing or was changed")
        if lacking:
            raise CommandError(
                "Records could be changed unseen. Run `python -m needlework.web migrate`, which "
                "makes the triggers anew, and find out who took them away."
            )
        self.stdout.write(
            f"{len(triggers.append_only_models())} tables refuse change and deletion."
        )
