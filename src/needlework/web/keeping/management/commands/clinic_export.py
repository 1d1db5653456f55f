"""`needlework clinic export`: one clinic, or one of its clients, to take along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser
from django.utils import timezone

from needlework.web.clinics.models import Client, Clinic
from needlework.web.keeping import audited, sealing, target
from needlework.web.keeping.archive import Piece
from needlework.web.keeping.errors import KeepingError
from needlework.web.keeping.leaving import clinic_pieces
from needlework.web.keeping.sealing import Lock
from needlework.web.keeping.snapshot import snapshot
from needlework.web.keeping.speaking import SpeakingCommand, refuse_old_tables
from needlework.web.keeping.taking import client_pieces
from needlework.web.keeping.writing import Written, check_key


class Command(SpeakingCommand):
    help = "Write a clinic, or one client, into a folder that reads without Needlework."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("clinic")
        parser.add_argument("target", type=Path)
        parser.add_argument("--client", default="")
        parser.add_argument("--encrypt", action="store_true")
        parser.add_argument("--recipient", action="append", default=[], dest="recipients")

    def handle(self, *args: Any, **options: Any) -> None:
        place: Path = options["target"]
        target.refuse_where_taken(place)
        refuse_old_tables()
        clinic = _clinic(options["clinic"])
        client = _client(clinic, options["client"]) if options["client"] else None
        check_key()
        lock = self._lock(tuple(options["recipients"]), encrypt=options["encrypt"])
        now, written = timezone.now(), Written()
        action = "clinic.export_client" if client else "clinic.export"
        # First the row: that somebody took the records is known even where it was cut short.
        audited.write(action, now=now, clinic=clinic, client=client)
        with snapshot() as using:
            pieces = self._pieces(clinic, client, using, now, written)
            if lock is None:
                target.write_folder(pieces, place)
            else:
                target.write_file(pieces, place, lock)
        self.progressed()
        self.stdout.write(f"{place}: {written.rows} rows, {written.files} files.")
        if lock is None:
            self.stdout.write("It is not encrypted, and holds health data: keep it accordingly.")
        if written.damaged:
            raise KeepingError(
                f"The export was written, but {len(written.damaged)} files were missing or "
                f"damaged before: {', '.join(written.damaged[:5])}.",
                hint="Take them from a back-up; `python -m needlework.web blobs_check` names all.",
            )

    def _pieces(
        self, clinic: Clinic, client: Client | None, using: str, now: datetime, written: Written
    ) -> Iterator[Piece]:
        if client is None:
            return clinic_pieces(clinic, using, now, written, self.progress)
        return client_pieces(client, using, now, written, self.progress)

    def _lock(self, recipients: tuple[str, ...], *, encrypt: bool) -> Lock | None:
        if not (recipients or encrypt):
            return None
        lock = Lock(recipients)
        if not recipients:
            lock = Lock(passphrase=self.ask_secret("passphrase of the export", twice=True))
        sealing.check(lock)
        return lock


def _clinic(slug: str) -> Clinic:
    found = Clinic.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Clinic.objects.order_by("slug").values_list("slug", flat=True)[:20])
        raise KeepingError(
            f"There is no clinic at the address {slug}.", hint=f"There are: {known or 'none'}."
        )
    return found


def _client(clinic: Clinic, code: str) -> Client:
    try:
        found = Client.objects.filter(clinic=clinic, pk=UUID(code)).first()
    except ValueError:
        found = None
    if found is None:
        raise KeepingError(
            "No client of this clinic has that id.",
            hint="It stands in the address of the client's page, after /clients/.",
        )
    return found
