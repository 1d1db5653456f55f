"""Where an archive goes: a new encrypted file, or a new folder; whole, or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from needlework.web.keeping import archive, sealing
from needlework.web.keeping.archive import Piece
from needlework.web.keeping.errors import KeepingError
from needlework.web.keeping.sealing import Lock, Opener


def refuse_where_taken(path: Path) -> None:
    """Nothing is written over, and what cannot be written is said before the work."""
    if path.exists() or path.is_symlink():
        raise KeepingError(
            f"{path} is there already.", hint="Name another; nothing is written over."
        )
    parent = path.absolute().parent
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise KeepingError(
            f"The folder {parent} is missing or cannot be written to.",
            hint="Make it, or name another.",
        )


def write_file(pieces: Iterable[Piece], path: Path, lock: Lock) -> None:
    """An encrypted file, under its name once it is whole."""
    part = _part(path)
    try:
        archive.write_new(part, lambda file: sealing.seal(archive.with_sums(pieces), file, lock))
        _publish(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_folder(pieces: Iterable[Piece], path: Path) -> None:
    """A folder that anybody who may open it can read."""
    part = _part(path)
    try:
        part.mkdir(mode=0o700)
        archive.into_folder(archive.with_sums(pieces), part)
        _publish(part, path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def read_from(path: Path, opener: Opener) -> Iterator[Iterator[Piece]]:
    """The pieces of an archive, whichever form it has."""
    if path.is_dir():
        yield archive.from_folder(path)
        return
    with sealing.unsealed(path, opener) as pieces:
        yield pieces


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")


def _publish(part: Path, path: Path) -> None:
    refuse_where_taken(path)
    part.rename(path)
    handle = os.open(path.absolute().parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
