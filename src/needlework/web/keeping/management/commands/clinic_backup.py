"""`needlework clinic backup`: everything of this installation, in one encrypted file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from needlework.web.keeping import audited, sealing, target
from needlework.web.keeping.errors import KeepingError
from needlework.web.keeping.sealing import Lock
from needlework.web.keeping.snapshot import snapshot
from needlework.web.keeping.speaking import SpeakingCommand, refuse_old_tables
from needlework.web.keeping.writing import Written, backup_pieces, check_key


class Command(SpeakingCommand):
    help = "Write a back-up, while the app goes on running. It does not hold the key of the files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--recipient", action="append", default=[], dest="recipients")

    def handle(self, *args: Any, **options: Any) -> None:
        file, recipients = options["file"], tuple(options["recipients"])
        target.refuse_where_taken(file)
        refuse_old_tables()
        check_key()
        lock = Lock(recipients)
        if not recipients:
            lock = Lock(passphrase=self.ask_secret("passphrase of the back-up", twice=True))
        sealing.check(lock)
        now, written = timezone.now(), Written()
        # First the row: that somebody took everything is known even where it was cut short.
        audited.write("clinic.backup", now=now)
        with snapshot() as using:
            pieces = backup_pieces(using, now, written, self.progress)
            target.write_file(pieces, file, lock)
        self.progressed()
        self.stdout.write(f"{file}: {written.rows} rows, {written.files} files.")
        if written.files:
            self.stdout.write(
                f"The key of the files is not in it. Keep {settings.BLOB_KEY_FILE} as well, in "
                "another place: without it the files in this back-up cannot be opened."
            )
        if written.damaged:
            raise KeepingError(
                f"The back-up was written, but {len(written.damaged)} files were missing or "
                f"damaged before: {', '.join(written.damaged[:5])}.",
                hint="Take them from an earlier back-up; `python -m needlework.web blobs_check` "
                "names them all.",
            )
