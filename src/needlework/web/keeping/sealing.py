"""Archives as one encrypted file, by age: to a public key, or to a passphrase.

To a key it is what `age` itself writes. To a passphrase it is a tar of two: `archive.age`, and
`key.age`, the passphrase's wrapping of the key that opens it. `age -d -i key.age archive.age`
opens it too.
"""

from __future__ import annotations

import os
import sys
import tarfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import pyrage
from msgspec import Struct
from pyrage import x25519

from needlework.web.keeping import archive
from needlework.web.keeping.archive import Piece, Reader
from needlework.web.keeping.errors import KeepingError

SHORTEST_PASSPHRASE: Final = 12
_AGE: Final = b"age-encryption.org/"
_KEY: Final = "key.age"
_ARCHIVE: Final = "archive.age"
_BLOCK: Final = tarfile.BLOCKSIZE
_PIPE_BYTES: Final = 1024 * 1024
_LONGEST_KEY: Final = 64 * 1024


class Lock(Struct, frozen=True):
    """What a file is encrypted to: public keys, or a passphrase."""

    recipients: tuple[str, ...] = ()
    passphrase: str = ""


class Opener(Struct, frozen=True):
    """What opens it again."""

    identity: str = ""
    passphrase: str = ""


def check(lock: Lock) -> None:
    """Refuse what would not protect, before anything is written."""
    for recipient in lock.recipients:
        _recipient(recipient)
    if not lock.recipients and len(lock.passphrase) < SHORTEST_PASSPHRASE:
        raise KeepingError(
            f"The passphrase is shorter than {SHORTEST_PASSPHRASE} characters.",
            hint="Choose several words, and keep them elsewhere than the file.",
        )


def seal(pieces: Iterable[Piece], file: IO[bytes], lock: Lock) -> None:
    """Write the pieces encrypted; no more of them is in memory than one."""
    if lock.recipients:
        _encrypt(pieces, file, [_recipient(one) for one in lock.recipients])
        return
    fresh = x25519.Identity.generate()
    wrapped = pyrage.passphrase.encrypt(f"{fresh}\n".encode(), lock.passphrase)
    file.write(archive.tar_head(_KEY, len(wrapped)) + wrapped + archive.padding(len(wrapped)))
    head_at = file.tell()
    file.write(bytes(_BLOCK))
    _encrypt(pieces, file, [fresh.to_public()])
    size = file.tell() - head_at - _BLOCK
    file.write(archive.padding(size) + bytes(2 * _BLOCK))
    # How long it is was not known before.
    file.seek(head_at)
    file.write(archive.tar_head(_ARCHIVE, size))


def needs_passphrase(path: Path) -> bool:
    with _opened(path) as file:
        return file.read(len(_AGE)) != _AGE


@contextmanager
def unsealed(path: Path, opener: Opener) -> Iterator[Iterator[Piece]]:
    """The pieces of an encrypted file, decrypted on the way."""
    with _opened(path) as file:
        identity, inside = _identity(file, opener)
        near, far = os.pipe()
        with os.fdopen(near, "rb", _PIPE_BYTES) as plain:
            decrypting = _Decrypting(inside, far, identity)
            decrypting.start()
            try:
                yield _until_whole(archive.untar(plain), plain, decrypting)
            finally:
                # Whoever writes into it finds nobody there, and ends.
                plain.close()
                decrypting.join()


def _until_whole(
    pieces: Iterator[Piece], plain: IO[bytes], decrypting: _Decrypting
) -> Iterator[Piece]:
    """The pieces; where decrypting failed, that is what is said and not what came of it."""
    try:
        yield from pieces
        while plain.read(_PIPE_BYTES):
            pass
    except KeepingError:
        decrypting.join()
        decrypting.complain()
        raise
    decrypting.join()
    decrypting.complain()


class _Decrypting(threading.Thread):
    def __init__(self, file: IO[bytes], far: int, identity: Any) -> None:
        super().__init__(daemon=True)
        self._file, self._far, self._identity = file, far, identity
        self._wrong: Exception | None = None

    def run(self) -> None:
        try:
            with os.fdopen(self._far, "wb", _PIPE_BYTES) as out:
                pyrage.decrypt_io(self._file, out, [self._identity])
        except (OSError, pyrage.DecryptError) as wrong:
            self._wrong = wrong

    def complain(self) -> None:
        if isinstance(self._wrong, pyrage.DecryptError):
            raise KeepingError(
                "This key does not open the file.", hint="Name the key that it was encrypted to."
            ) from self._wrong
        if self._wrong is not None and not isinstance(self._wrong, BrokenPipeError):
            raise KeepingError(
                "This file was altered or cut off: it does not decrypt to its end.",
                hint="Nothing was restored. Take another copy of it.",
            ) from self._wrong


class _Span:
    """A stretch of a file, to read through once."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, size

    def read(self, size: int = -1) -> bytes:
        taken = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(taken)
        return taken


def _encrypt(pieces: Iterable[Piece], file: IO[bytes], recipients: list[Any]) -> None:
    reader = Reader(archive.tar(pieces))
    try:
        pyrage.encrypt_io(reader, file, recipients)
    except (OSError, pyrage.EncryptError) as wrong:
        raise (reader.wrong or wrong) from None


def _recipient(text: str) -> Any:
    try:
        return x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as wrong:
        raise KeepingError(
            "This is no public key of age; one begins with age1.",
            hint="Make a pair with `age-keygen`, and give the line that it calls public key.",
        ) from wrong


def _identity(file: IO[bytes], opener: Opener) -> tuple[Any, Any]:
    """The key that opens the archive, and the archive's stretch of the file."""
    is_plain_age = file.read(len(_AGE)) == _AGE
    file.seek(0)
    if is_plain_age:
        return _key(opener.identity), file
    wrapped = file.read(_size(file, _KEY))
    file.read(-len(wrapped) % _BLOCK)
    size = _size(file, _ARCHIVE)
    try:
        text = pyrage.passphrase.decrypt(wrapped, opener.passphrase)
    except pyrage.DecryptError as wrong:
        raise KeepingError("The passphrase is not the one of this file.") from wrong
    return _key(bytes(text).decode()), _Span(file, size)


def _key(text: str) -> Any:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    try:
        return x25519.Identity.from_str(lines[0].strip() if lines else "")
    except pyrage.IdentityError as wrong:
        raise KeepingError(
            "This file was encrypted to a key, and no key that could open it was given.",
            hint="Name the file of the secret key with --identity.",
        ) from wrong


def _size(file: IO[bytes], name: str) -> int:
    try:
        head = tarfile.TarInfo.frombuf(file.read(_BLOCK), "utf-8", "surrogateescape")
    except tarfile.TarError:
        head = tarfile.TarInfo()
    if head.name != name or not 0 < head.size <= (_LONGEST_KEY if name == _KEY else sys.maxsize):
        raise KeepingError(
            "This is no back-up of Needlework, or it was cut off.",
            hint="Name a file that `needlework clinic backup` wrote, or a folder of an export.",
        )
    return head.size


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as file:
            yield file
    except (FileNotFoundError, IsADirectoryError, PermissionError) as wrong:
        raise KeepingError(f"{path} cannot be read: {wrong.strerror}.") from wrong
