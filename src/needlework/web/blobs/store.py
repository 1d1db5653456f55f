"""Files encrypted at rest: one a blob, named by the blob's random id, written once.

The key lies in a file of its own, apart from the database and from the files, so that a copy of
either, or of both, reads as nothing.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import UUID

import pyrage
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pyrage import x25519

from needlework.web.blobs.errors import StoreError
from needlework.web.records.spoken import spoken

SUFFIX: Final = ".age"
_UNFINISHED: Final = ".part"


def path_of(code: UUID) -> Path:
    """Where a blob's file lies. A folder for each first byte keeps listings short."""
    name = code.hex
    return _folder() / name[:2] / f"{name}{SUFFIX}"


def put(code: UUID, content: bytes) -> None:
    """Encrypt and write; when this returns, file and name are on the disk."""
    path = path_of(code)
    sealed = pyrage.encrypt(content, [_identity().to_public()])
    try:
        _make_folder(path.parent)
        _write(path, sealed, os.rename)
    except OSError as wrong:
        _ = spoken()
        raise StoreError(
            _("The file could not be stored: {reason}.").format(reason=wrong.strerror),
            hint=_("Nothing was saved. Tell the person who runs this installation."),
        ) from wrong


def get(code: UUID) -> bytes:
    """The plain content; an error where the file is missing or does not open with the key."""
    _ = spoken()
    hint = _("Tell the person who runs this installation: a backup may still have it.")
    try:
        return bytes(pyrage.decrypt(path_of(code).read_bytes(), [_identity()]))
    except FileNotFoundError as missing:
        raise StoreError(_("This file is missing from the store."), hint=hint) from missing
    except OSError as wrong:
        raise StoreError(_("This file cannot be read from the store."), hint=hint) from wrong
    except pyrage.DecryptError as wrong:
        raise StoreError(
            _("This file was altered, or was encrypted with another key."), hint=hint
        ) from wrong


def seal(content: bytes) -> bytes:
    """Encrypted with the key of the files, for what is small and lies in the database."""
    return bytes(pyrage.encrypt(content, [_identity().to_public()]))


def unseal(sealed: bytes) -> bytes:
    try:
        return bytes(pyrage.decrypt(sealed, [_identity()]))
    except pyrage.DecryptError as wrong:
        _ = spoken()
        raise StoreError(
            _("What is kept here was encrypted with another key."),
            hint=_("Tell the person who runs this installation: the key must be restored."),
        ) from wrong


def stored() -> Iterator[tuple[UUID | None, Path]]:
    """Every file in the store, with its blob's id; none where the name is not one of ours."""
    folder = _folder()
    if not folder.exists():
        return
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield _code(path), path


def _code(path: Path) -> UUID | None:
    with suppress(ValueError):
        code = UUID(hex=path.name.removesuffix(SUFFIX))
        return code if path == path_of(code) else None
    return None


def _folder() -> Path:
    return Path(settings.BLOBS)


def _make_folder(folder: Path) -> None:
    """The folder with its parents, for their owner alone, and on the disk."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _write(path: Path, content: bytes, publish: Callable[[Path, Path], None]) -> None:
    """All of it under its name, or nothing: a part never bears the name."""
    part = path.with_name(f"{secrets.token_hex(16)}{_UNFINISHED}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        publish(part, path)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# --- the key ----------------------------------------------------------------------------------


def _identity() -> x25519.Identity:
    path = Path(settings.BLOB_KEY_FILE).absolute()
    _refuse_beside_data(path)
    try:
        text = path.read_text().strip()
    except FileNotFoundError:
        text = _make_key(path)
    except OSError as wrong:
        raise ImproperlyConfigured(
            f"The key file of the blobs cannot be read ({wrong.strerror})."
        ) from wrong
    try:
        return x25519.Identity.from_str(text)
    except pyrage.IdentityError as wrong:
        raise ImproperlyConfigured(
            "The key file of the blobs does not hold a key. Restore it from its backup."
        ) from wrong


def _make_key(path: Path) -> str:
    """A fresh key on first use; never where files are that another key belongs to."""
    if any(code for code, _path in stored()) and not path.exists():
        raise ImproperlyConfigured(
            "There are encrypted files, but the key file that NEEDLEWORK_BLOB_KEY_FILE names is "
            "missing. Restore the key from its backup: a new one could not open them."
        )
    try:
        _make_folder(path.parent)
        # A link fails where the name is taken, so that of two that start at once one key stays.
        _write(path, str(x25519.Identity.generate()).encode(), os.link)
    except FileExistsError:
        pass
    except OSError as wrong:
        raise ImproperlyConfigured(
            f"The key file of the blobs cannot be made ({wrong.strerror})."
        ) from wrong
    return path.read_text().strip()


def _refuse_beside_data(path: Path) -> None:
    """Whoever copies the database's folder or the files must not get the key with them."""
    where = path.resolve()
    folder = _folder().resolve()
    database = settings.DATABASES["default"]
    beside = (
        database["ENGINE"].endswith("sqlite3")
        and where.parent == Path(database["NAME"]).resolve().parent
    )
    if beside or where.is_relative_to(folder):
        raise ImproperlyConfigured(
            "The key of the blobs must not lie beside the database or among the files that it "
            "opens. Set NEEDLEWORK_BLOB_KEY_FILE to a file in another folder."
        )
