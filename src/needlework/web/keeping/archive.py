"""Archives as a row of named pieces, each small enough to hold: in a folder or as a tar.

`manifest.json` comes first, `SHA256SUMS` last; without it an archive was cut off.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from needlework.web.keeping.errors import KeepingError

Piece = tuple[str, bytes]

MANIFEST: Final = "manifest.json"
CONTENTS: Final = "contents.json"
SUMS: Final = "SHA256SUMS"
LARGEST_BYTES: Final = 64 * 1024 * 1024
"""No piece is larger: files are refused long before, and tables come in parts."""

_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*){0,2}", re.ASCII)
_BLOCK: Final = tarfile.BLOCKSIZE


def with_sums(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces, and after them a list of their digests as `sha256sum -c` reads it."""
    lines = []
    for name, content in pieces:
        lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        yield name, content
    yield SUMS, "".join(lines).encode()


def checked(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces but the list; when they end, each was on it and as it says."""
    seen: dict[str, str] = {}
    told: dict[str, str] | None = None
    for name, content in pieces:
        if told is not None or name in seen or not _NAME.fullmatch(name):
            raise _unsound(f"{name!r} stands where nothing should")
        if name == SUMS:
            told = _sums(content)
            continue
        seen[name] = hashlib.sha256(content).hexdigest()
        yield name, content
    if told is None:
        raise _unsound("its end is missing")
    for name in sorted(seen.keys() | told.keys()):
        if seen.get(name) != told.get(name):
            raise _unsound(f"{name} is not as its checksum says")


def _sums(content: bytes) -> dict[str, str]:
    lines = content.decode(errors="replace").splitlines()
    pairs = [line.partition("  ") for line in lines]
    return {name: digest for digest, _, name in pairs}


def _unsound(what: str) -> KeepingError:
    return KeepingError(
        f"This archive is damaged: {what}.", hint="Nothing was restored. Take another copy of it."
    )


def as_json(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"


def from_json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError as wrong:
        raise _unsound("a part of it is no JSON") from wrong


# --- as a tar ---------------------------------------------------------------------------------


def tar(pieces: Iterable[Piece]) -> Iterator[bytes]:
    """The pieces as the bytes of a tar."""
    for name, content in pieces:
        yield tar_head(name, len(content))
        yield content
        yield padding(len(content))
    yield bytes(2 * _BLOCK)


def tar_head(name: str, size: int) -> bytes:
    head = tarfile.TarInfo(name)
    head.size, head.mode = size, 0o600
    return head.tobuf(tarfile.GNU_FORMAT)


def padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)


def untar(file: IO[bytes]) -> Iterator[Piece]:
    try:
        with tarfile.open(fileobj=file, mode="r|") as found:
            for head in found:
                content = found.extractfile(head) if head.isreg() else None
                if content is None or head.size > LARGEST_BYTES:
                    raise _unsound(f"{head.name!r} is no piece of one")
                yield head.name, content.read()
    except tarfile.TarError as wrong:
        raise _unsound("it is no archive, or was cut off") from wrong


class Reader(io.RawIOBase):
    """A file to read from, of chunks that are made on the way."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._left = memoryview(b"")
        self.wrong: BaseException | None = None
        """What stopped the chunks; whoever reads may not hand it on."""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            while not self._left:
                self._left = memoryview(next(self._chunks))
        except StopIteration:
            return b""
        except BaseException as wrong:
            self.wrong = wrong
            raise
        taken = bytes(self._left[:size] if size >= 0 else self._left)
        self._left = self._left[len(taken) :]
        return taken


# --- as a folder ------------------------------------------------------------------------------


def into_folder(pieces: Iterable[Piece], folder: Path) -> None:
    for name, content in pieces:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_new(path, lambda file, content=content: file.write(content))  # type: ignore[misc]


def from_folder(folder: Path) -> Iterator[Piece]:
    """As the list of digests names them, in its order; a file that it does not name is not ours."""
    sums = _read(folder, SUMS)
    for name in _sums(sums):
        if not _NAME.fullmatch(name):
            raise _unsound(f"{name!r} is no piece of one")
        yield name, _read(folder, name)
    yield SUMS, sums


def _read(folder: Path, name: str) -> bytes:
    try:
        if (folder / name).stat().st_size > LARGEST_BYTES:
            raise _unsound(f"{name} is too large to be a piece of one")
        return (folder / name).read_bytes()
    except OSError as wrong:
        raise _unsound(f"{name} cannot be read ({wrong.strerror})") from wrong


def write_new(path: Path, fill: Callable[[IO[bytes]], object]) -> None:
    """A file that was not there, for its owner alone, and on the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        fill(file)
        file.flush()
        os.fsync(file.fileno())
