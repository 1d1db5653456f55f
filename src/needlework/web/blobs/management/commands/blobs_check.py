"""`python -m needlework.web blobs_check`: whether each file is there and as it was kept."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from needlework.web.blobs import store
from needlework.web.blobs.errors import StoreError
from needlework.web.blobs.models import Blob
from needlework.web.blobs.services import is_whole

_TELLS_EVERY: Final = 100


class Command(BaseCommand):
    help = (
        "List files that are missing, altered, or without a record; exit with 1 for the first two."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--quick", action="store_true", help="look for missing files only; open none"
        )

    def handle(self, *args: Any, quick: bool = False, **options: Any) -> None:
        # Files first: one that is kept meanwhile then has its row, and none is called an orphan.
        files = list(store.stored())
        there = {code for code, _ in files if code}
        wrong = seen = 0
        known: set[UUID] = set()
        for blob in Blob.objects.order_by("recorded_at").iterator():
            seen += 1
            known.add(blob.pk)
            if fault := _fault(blob, there, quick=quick):
                wrong += 1
                self.stdout.write(f"{fault}: {blob.pk}")
            if seen % _TELLS_EVERY == 0 and self.stderr.isatty():
                self.stderr.write(f"{seen} files", ending="\r")
        orphans = [path for code, path in files if code not in known]
        for path in orphans:
            self.stdout.write(f"without a record: {path.name}")
        self.stdout.write(f"{seen} files, {wrong} missing or altered, {len(orphans)} orphans")
        if wrong:
            raise CommandError("Restore these files from a backup.")


def _fault(blob: Blob, there: set[UUID], *, quick: bool) -> str:
    if blob.pk not in there and not store.path_of(blob.pk).exists():
        return "missing"
    if quick:
        return ""
    try:
        return "" if is_whole(blob, store.get(blob.pk)) else "altered"
    except StoreError:
        return "altered"
