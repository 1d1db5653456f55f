"""Putting an archive into an empty installation: all of it, or nothing."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pyrage
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from msgspec import Struct
from pyrage import x25519

from needlework.web.audit import seal
from needlework.web.blobs import store
from needlework.web.blobs.models import Blob
from needlework.web.clinics.models import Clinic
from needlework.web.keeping import archive, audited
from needlework.web.keeping.archive import Piece
from needlework.web.keeping.errors import KeepingError
from needlework.web.keeping.rows import READ_AT_ONCE, digest_of, insert
from needlework.web.keeping.ways import Table, Way, carried, every, way_of
from needlework.web.keeping.writing import FORMAT, VERSION, Progress, migrations
from needlework.web.records import triggers

_EMPTY: Final = "Name an empty folder with --data, or an empty database in NEEDLEWORK_DATABASE."


class Restored(Struct):
    """What was put in, and what was already wrong in it."""

    rows: int
    files: int
    damaged: tuple[str, ...]
    faults: tuple[str, ...]
    """Of the audit's chain, as it was when the archive was made."""


def restore(
    pieces: Iterable[Piece], *, blob_key: str, now: datetime, progress: Progress
) -> Restored:
    """Nobody sees a row before everything has been compared with its checksums.

    `blob_key` is the key of a back-up's files. Of an export the files are plain.
    """
    with _staging() as folder:
        files = _Files(folder, blob_key)
        try:
            with transaction.atomic():
                _lock()
                refuse_unless_empty()
                _clear_shared()
                restoring = _Restoring(files, progress)
                for name, content in archive.checked(pieces):
                    restoring.take(name, content)
                made = restoring.finish()
                audited.write("clinic.restore", now=now)
                files.publish()
        except (KeyError, TypeError) as wrong:
            files.withdraw()
            raise _not_ours() from wrong
        except BaseException:
            files.withdraw()
            raise
    return made


def refuse_unless_empty() -> None:
    """Restoring adds to nothing: what is there could clash, or be mistaken for what was."""
    for model in carried():
        if way_of(model) is not Way.SHARED and every(model).exists():
            raise KeepingError(
                f"This installation is not empty: {model._meta.label_lower} has rows.", hint=_EMPTY
            )
    if any(True for _ in store.stored()):
        raise KeepingError(f"{settings.BLOBS} holds files of another installation.", hint=_EMPTY)


def _clear_shared() -> None:
    """What an installation notes by itself as it is made; the archive says it anew."""
    noted = [model for model in carried() if way_of(model) is Way.SHARED and every(model).exists()]
    if noted:
        with triggers.lifted():
            for model in noted:
                every(model).delete()


def _lock() -> None:
    """Two that restore at once: the second waits, and finds it not empty. SQLite locks anyway."""
    if connection.vendor == "postgresql":
        table = connection.ops.quote_name(Clinic._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")


class _Restoring:
    def __init__(self, files: _Files, progress: Progress) -> None:
        self.files = files
        self._progress = progress
        self._tables: dict[str, Table] = {}
        self._rows: dict[str, int] = {}
        self._contents: Mapping[str, Any] | None = None
        self._is_told = False

    def take(self, name: str, content: bytes) -> None:
        folder, _, rest = name.partition("/")
        if not self._is_told:
            if name != archive.MANIFEST:
                raise _not_ours()
            self._read_manifest(archive.from_json(content))
        elif folder == "tables":
            self._insert(rest.partition("/")[0], content)
        elif folder == "files":
            self.files.take(rest, content)
            self._progress(f"{self.files.taken} files")
        elif name == archive.CONTENTS:
            self._contents = archive.from_json(content)

    def _read_manifest(self, told: Mapping[str, Any]) -> None:
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise _not_ours()
        if told.get("version") != VERSION:
            raise KeepingError(
                f"This archive has the format {told.get('version')}, and this is {VERSION}.",
                hint=f"Restore it with {told.get('made_by')}, which wrote it.",
            )
        if told["kind"] == "client":
            raise KeepingError(
                "This is what one client took along, and no clinic can be made of it.",
                hint="Restore a back-up, or the export of a whole clinic.",
            )
        _check_shape(told)
        known = {model._meta.label_lower: model for model in carried()}
        self._tables = {label: known[label] for label in told["tables"]}
        self.files.is_sealed = told["files"] == "encrypted"
        self._is_told = True

    def _insert(self, label: str, content: bytes) -> None:
        model = self._tables.get(label)
        if model is None:
            raise KeepingError(f"The archive holds a table that nobody knows: {label}.")
        rows = [archive.from_json(line) for line in content.splitlines()]
        try:
            for start in range(0, len(rows), READ_AT_ONCE):
                insert(model, rows[start : start + READ_AT_ONCE], "default")
        except (DatabaseError, ValidationError, KeyError, ValueError) as wrong:
            raise KeepingError(
                f"Rows of {label} do not fit this database ({type(wrong).__name__}).",
                hint="Nothing was restored.",
            ) from wrong
        self._rows[label] = self._rows.get(label, 0) + len(rows)
        self._progress(f"{label}: {self._rows[label]} rows")

    def finish(self) -> Restored:
        """Compare what the database holds with what the archive says, while nobody sees it."""
        if self._contents is None:
            raise _not_ours()
        self._check_keys()
        for label, model in self._tables.items():
            self._progress(f"{label}: comparing")
            if digest_of(every(model)) != self._contents["tables"][label]:
                raise KeepingError(
                    f"The rows of {label} are not the same after restoring.",
                    hint="Nothing was restored. Tell the makers of Needlework.",
                )
        damaged = set(self._contents["damaged"])
        self.files.check_whole(damaged)
        _reset_sequences(list(self._tables.values()))
        if lacking := triggers.missing():
            raise KeepingError(
                f"The table {lacking[0].table} lacks a trigger that keeps its rows.",
                hint="Start with another empty database.",
            )
        return Restored(
            rows=sum(self._rows.values()),
            files=self.files.taken,
            damaged=tuple(sorted(damaged)),
            faults=tuple(seal.verify().faults),
        )

    def _check_keys(self) -> None:
        try:
            connection.check_constraints()
        except DatabaseError as wrong:
            raise KeepingError(
                "Rows of the archive name others that are not in it.", hint="Nothing was restored."
            ) from wrong


def _check_shape(told: Mapping[str, Any]) -> None:
    """Tables are read by the columns that they have now, so both must be of the same shape."""
    if told["migrations"] == migrations("default"):
        return
    raise KeepingError(
        f"This archive was made by {told['made_by']}, whose tables differ from these.",
        hint="Install that version, restore there, and bring it up to date afterwards.",
    )


def _not_ours() -> KeepingError:
    return KeepingError(
        "This is no archive of Needlework.",
        hint="Name a file that `needlework clinic backup` wrote, or a folder of an export.",
    )


def _reset_sequences(tables: list[Table]) -> None:
    """The next row gets a number that none has."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


# --- files ------------------------------------------------------------------------------------


@contextmanager
def _staging() -> Iterator[Path]:
    """A folder beside the store, of which nothing stays. What a killed restore left goes too."""
    place = Path(settings.BLOBS)
    for left in place.parent.glob(f"{place.name}.restoring-*"):
        shutil.rmtree(left)
    folder = place.with_name(f"{place.name}.restoring-{secrets.token_hex(8)}")
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Files:
    """Files that wait beside the store until everything has been compared."""

    def __init__(self, folder: Path, blob_key: str) -> None:
        self.is_sealed = False
        self.taken = 0
        self._folder = folder
        self._identity = _identity(blob_key) if blob_key else None
        self._there: set[UUID] = set()
        self._published: list[Path] = []

    def take(self, name: str, content: bytes) -> None:
        code = _code(name)
        blob = every(Blob).filter(pk=code).first()
        if blob is None:
            raise KeepingError(f"The archive holds a file without its record: {code}.")
        plain = self._open(content, code) if self.is_sealed else content
        if (len(plain), hashlib.sha256(plain).hexdigest()) != (blob.size_bytes, blob.sha256):
            raise KeepingError(f"The file {code} is not the one that was kept.")
        path = self._folder / store.path_of(code).relative_to(settings.BLOBS)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        sealed = content if self.is_sealed else pyrage.encrypt(plain, [self._key().to_public()])
        archive.write_new(path, lambda file: file.write(sealed))
        self._there.add(code)
        self.taken += 1

    def check_whole(self, damaged: set[str]) -> None:
        for code in every(Blob).values_list("pk", flat=True).iterator():
            if code not in self._there and str(code) not in damaged:
                raise KeepingError(f"The archive lacks the file {code}.")

    def publish(self) -> None:
        """The key, then the files. A file without its row does no harm; the rows come last."""
        if not self._there:
            return
        self._keep_key()
        place = Path(settings.BLOBS)
        if place.exists():
            place.rmdir()
        self._folder.rename(place)
        self._published.append(place)
        for folder in (*place.iterdir(), place, place.parent):
            _sync(folder)

    def withdraw(self) -> None:
        """Undo it, where the rows could not be kept after all."""
        for path in self._published:
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _open(self, content: bytes, code: UUID) -> bytes:
        if self._identity is None:
            raise KeepingError(
                "This back-up has files, and their key is not inside.",
                hint="Name the key's file with --key; it was kept apart from the back-up.",
            )
        try:
            return bytes(pyrage.decrypt(content, [self._identity]))
        except pyrage.DecryptError as wrong:
            raise KeepingError(
                f"The key given with --key does not open the file {code}.",
                hint="Name the key that lay in NEEDLEWORK_BLOB_KEY_FILE when it was made.",
            ) from wrong

    def _key(self) -> Any:
        """For files that came without one: a fresh key."""
        if self._identity is None:
            self._identity = x25519.Identity.generate()
        return self._identity

    def _keep_key(self) -> None:
        path = Path(settings.BLOB_KEY_FILE)
        text = str(self._key())
        if path.exists():
            if str(_identity(path.read_text())) != text:
                raise KeepingError(
                    f"{path} holds another key than the files need.",
                    hint="Move it away, or set NEEDLEWORK_BLOB_KEY_FILE to a file that is not yet.",
                )
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        archive.write_new(path, lambda file: file.write(text.encode()))
        self._published.append(path)
        _sync(path.parent)


def _code(name: str) -> UUID:
    try:
        return UUID(name.partition(".")[0])
    except ValueError as wrong:
        raise KeepingError(f"The archive holds a file that bears no id: {name}.") from wrong


def _identity(text: str) -> Any:
    try:
        return x25519.Identity.from_str(text.strip())
    except pyrage.IdentityError as wrong:
        raise KeepingError(
            "The key's file does not hold a key of files.",
            hint="Name the file that NEEDLEWORK_BLOB_KEY_FILE named where the back-up was made.",
        ) from wrong


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
