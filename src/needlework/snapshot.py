"""Parsed knowledge kept in the user's cache, so that a command starts in a blink.

A snapshot is named by a digest of the files it was made from and of the code that made it:
when either changes, it is built anew. It saves time and nothing else: where it cannot be
written or read, the work is done again.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, TypeVar

import msgspec

_T = TypeVar("_T")

_KEPT: Final = 8
"""Snapshots of one name that are kept; older ones are removed when a new one is written."""

_SEAL: Final = hashlib.sha256().digest_size


def load_or_build(
    name: str, files: Sequence[Traversable | Path], build: Callable[[], _T], kind: type[_T]
) -> _T:
    """What `build` makes of `files`, from its snapshot when neither files nor code have changed.

    `kind` must be a type that msgspec can write as MessagePack and read back.
    """
    folder = cache_folder()
    if folder is None:
        return build()
    path = folder / f"{name}-{_digest(files, build, kind)}.snapshot"
    with suppress(OSError, ValueError, RecursionError):
        return _read(path, kind)
    made = build()
    with suppress(OSError):
        _write(path, made)
        _prune(folder, name)
    return made


def cache_folder() -> Path | None:
    """Where snapshots lie: $NEEDLEWORK_CACHE, else the user's cache; None without a home."""
    if given := os.environ.get("NEEDLEWORK_CACHE"):
        return Path(given)
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given) / "needlework"
    try:
        return Path.home() / ".cache" / "needlework"
    except RuntimeError:
        return None


def _digest(
    files: Sequence[Traversable | Path], build: Callable[[], object], kind: type[object]
) -> str:
    digest = hashlib.sha256(msgspec.__version__.encode())
    paths = [Path(str(file)) for file in files]
    above = Path(os.path.commonpath([path.parent for path in paths])).parent if paths else Path()
    for path, file in zip(paths, files, strict=True):
        _add(digest, path.relative_to(above).as_posix(), file.read_bytes())
    for source in _code(build.__module__, kind.__module__):
        with suppress(OSError):
            _add(digest, source.name, source.read_bytes())
    return digest.hexdigest()


def _add(digest: hashlib._Hash, name: str, content: bytes) -> None:
    for part in (name.encode(), content):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)


def _code(*modules: str) -> Iterable[Path]:
    """Every module that lies beside those named: a snapshot depends on all of them."""
    found: set[Path] = set()
    for module in modules:
        if place := getattr(sys.modules.get(module), "__file__", None):
            found.update(Path(place).parent.glob("*.py"))
    return sorted(found)


def _read(path: Path, kind: type[_T]) -> _T:
    content = path.read_bytes()
    seal, payload = content[:_SEAL], content[_SEAL:]
    if hashlib.sha256(payload).digest() != seal:
        raise ValueError(path.name)
    return msgspec.msgpack.decode(payload, type=kind)


def _write(path: Path, made: object) -> None:
    payload = msgspec.msgpack.encode(made)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(payload).digest() + payload)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _prune(folder: Path, name: str) -> None:
    held = sorted(
        folder.glob(f"{name}-*.snapshot"), key=lambda path: path.stat().st_mtime, reverse=True
    )
    for old in held[_KEPT:]:
        old.unlink(missing_ok=True)
