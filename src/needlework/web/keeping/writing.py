"""What a back-up and a clinic's export hold, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from msgspec import Struct, field

import needlework
from needlework.web.audit.models import AuditSeal
from needlework.web.blobs import store
from needlework.web.blobs.errors import StoreError
from needlework.web.blobs.models import Blob
from needlework.web.blobs.services import is_whole
from needlework.web.keeping import archive
from needlework.web.keeping.archive import Piece
from needlework.web.keeping.errors import KeepingError
from needlework.web.keeping.rows import Digest, Row, line, read
from needlework.web.keeping.ways import Table, carried, every

FORMAT: Final = "needlework-archive"
VERSION: Final = 1
_ENDINGS: Final = {"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}
PART_BYTES: Final = 4 * 1024 * 1024

Progress = Callable[[str], None]


class Written(Struct):
    """What went in, for the archive's last page and for whoever asked."""

    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: int = 0
    damaged: list[str] = field(default_factory=list)
    """Files that were missing or altered already when the archive was made."""

    @property
    def rows(self) -> int:
        return sum(int(told["rows"]) for told in self.tables.values())


def backup_pieces(
    using: str, now: datetime, written: Written, progress: Progress
) -> Iterator[Piece]:
    """Everything, with files as they lie: encrypted with a key that is not inside."""
    tables = carried()
    yield manifest_piece("backup", tables, using, now, files="encrypted")
    for model in tables:
        rows = read(every(model, using))
        yield from table_pieces(model, rows, written, progress)
    blobs = every(Blob, using).order_by("pk").iterator(chunk_size=500)
    yield from file_pieces(blobs, written, progress, sealed=True)
    yield contents_piece(written, using)


def manifest_piece(
    kind: str, tables: Iterable[Table], using: str, now: datetime, *, files: str, **more: Any
) -> Piece:
    told = {
        "format": FORMAT,
        "version": VERSION,
        "kind": kind,
        "made_at": now.isoformat(),
        "made_by": f"needlework {needlework.__version__}",
        "engine": connections[using].vendor,
        "files": files,
        "migrations": migrations(using),
        "tables": [model._meta.label_lower for model in tables],
        **more,
    }
    return archive.MANIFEST, archive.as_json(told)


def contents_piece(written: Written, using: str) -> Piece:
    last = every(AuditSeal, using).order_by("-number").first()
    told = {
        "tables": written.tables,
        "files": written.files,
        "damaged": written.damaged,
        "audit_head": f"{last.number}:{last.digest}" if last else "",
    }
    return archive.CONTENTS, archive.as_json(told)


def migrations(using: str) -> dict[str, list[str]]:
    """How the carried tables are shaped: the migrations that made them, by app."""
    apps = {model._meta.app_label for model in carried()}
    made: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connections[using]).applied_migrations()):
        if app in apps:
            made.setdefault(app, []).append(name)
    return made


def table_pieces(
    model: Table, rows: Iterable[Row], written: Written, progress: Progress
) -> Iterator[Piece]:
    """A table as JSON Lines, in parts of a few megabytes."""
    label = model._meta.label_lower
    digest, part, number = Digest(), bytearray(), 1
    for row in rows:
        digest.add(row)
        part += line(row)
        if len(part) >= PART_BYTES:
            yield table_name(label, number), bytes(part)
            progress(f"{label}: {digest.rows} rows")
            part, number = bytearray(), number + 1
    if part:
        yield table_name(label, number), bytes(part)
    written.tables[label] = digest.told
    progress(f"{label}: {digest.rows} rows")


def table_name(label: str, number: int) -> str:
    return f"tables/{label}/{number:06d}.jsonl"


def file_pieces(
    blobs: Iterable[Blob], written: Written, progress: Progress, *, sealed: bool
) -> Iterator[Piece]:
    """The files of blobs, as stored or opened. One that is not whole is named and left out."""
    for blob in blobs:
        content = _content(blob, sealed=sealed)
        if content is None:
            written.damaged.append(str(blob.pk))
            continue
        written.files += 1
        yield file_name(blob, sealed=sealed), content
        if written.files % 50 == 0:
            progress(f"{written.files} files")


def file_name(blob: Blob, *, sealed: bool) -> str:
    return f"files/{blob.pk}{store.SUFFIX if sealed else _ENDINGS.get(blob.media_type, '')}"


def _content(blob: Blob, *, sealed: bool) -> bytes | None:
    try:
        opened = store.get(blob.pk)
        if not is_whole(blob, opened):
            return None
        return store.path_of(blob.pk).read_bytes() if sealed else opened
    except (StoreError, OSError):
        return None


def check_key() -> None:
    """Files that no key opens would be called damaged, one by one."""
    if not Blob.objects.exists() or settings.BLOB_KEY_FILE.exists():
        return
    raise KeepingError(
        "There are files, and the key that opens them is missing.",
        hint="Set NEEDLEWORK_BLOB_KEY_FILE to the key's file, so that each file can be checked.",
    )
