"""`needlework clinic restore`: a back-up or a clinic's export, into an empty installation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from needlework.web.keeping import sealing, target
from needlework.web.keeping.restoring import refuse_unless_empty, restore
from needlework.web.keeping.sealing import Opener
from needlework.web.keeping.speaking import SpeakingCommand, make_tables, read_secret_file


class Command(SpeakingCommand):
    help = "Put an archive into an empty installation, once all of it fits its checksums."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", default="")
        parser.add_argument("--identity", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        make_tables()
        refuse_unless_empty()
        opener = self._opener(file, options["identity"])
        with target.read_from(file, opener) as pieces:
            made = restore(
                pieces,
                blob_key=_blob_key(options["key"]),
                now=timezone.now(),
                progress=self.progress,
            )
        self.progressed()
        self.stdout.write(
            f"Restored: {made.rows} rows, {made.files} files; all are as their checksums say."
        )
        for code in made.damaged:
            self.stdout.write(f"Missing or damaged before the archive was made: file {code}.")
        for fault in made.faults:
            self.stdout.write(f"The audit's chain was broken before: {fault}.")
        if not made.faults:
            self.stdout.write("The audit's chain is whole.")
        self.stdout.write("Everybody signs in anew.")

    def _opener(self, file: Path, identity: str) -> Opener:
        if identity:
            return Opener(identity=read_secret_file(identity))
        if file.is_dir() or not sealing.needs_passphrase(file):
            return Opener()
        return Opener(passphrase=self.ask_secret("passphrase of the back-up", twice=False))


def _blob_key(path: str) -> str:
    """As given, or the one that lies where this installation looks for it."""
    if path:
        return read_secret_file(path)
    usual = Path(settings.BLOB_KEY_FILE)
    return read_secret_file(str(usual)) if usual.exists() else ""
