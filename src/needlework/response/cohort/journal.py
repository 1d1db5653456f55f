"""What a run that is cut off leaves behind: row groups as numbers, in their order, beside OUT.

A Parquet file without its end cannot be read, so row groups are also kept here until OUT is
whole. The first line says what they were made from; each group ends with a checksum, and the
first that is cut or spoilt ends what is kept.
"""

from __future__ import annotations

import fcntl
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Literal

import msgspec
import numpy as np
from msgspec import Struct

from needlework.errors import UsageError
from needlework.response.cohort.table import Job, Table, columns, size, tasks

_CHECK: Final = 4
"""Bytes of a checksum."""


class Made(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What rows were made from; the same gives the same bytes."""

    format: Literal["needlework-cohort-rows-1"] = "needlework-cohort-rows-1"
    job: Job


class Journal:
    """Row groups that are kept, and where the next one goes."""

    def __init__(self, file: BinaryIO, job: Job) -> None:
        self._file, self._job = file, job

    def kept(self) -> Iterator[Table]:
        """Whole row groups from the first on; what follows them is cut off."""
        height = len(columns(self._job.study))
        end = self._file.tell()
        for task in range(tasks(self._job.study)):
            width = size(self._job.study, task)
            content = self._file.read(height * width * np.float32().itemsize)
            if self._file.read(_CHECK) != _sum(content, task):
                break
            yield np.frombuffer(content, np.float32).reshape(height, width)
            end = self._file.tell()
        self._file.truncate(end)
        self._file.seek(end)

    def keep(self, task: int, table: Table) -> None:
        """One more, after all that are kept."""
        content = table.tobytes()
        self._file.write(content + _sum(content, task))
        self._file.flush()


@contextmanager
def opened(path: Path, job: Job) -> Iterator[Journal]:
    """The journal of a run, made where there is none, and held by one run at a time.

    Raises
    ------
    UsageError
        Another run holds it, it is no journal, or it was made from something else.
    """
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    with os.fdopen(number, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(
                f"{path.stem} is being written by another run.",
                hint="Wait for that run, or name another file.",
            ) from None
        head = msgspec.json.encode(Made(job=job)) + b"\n"
        _begin(file, head, job, path)
        try:
            yield Journal(file, job)
        finally:
            if os.fstat(number).st_size == len(head):
                path.unlink(missing_ok=True)  # it holds nothing to go on from


def _begin(file: BinaryIO, head: bytes, job: Job, path: Path) -> None:
    """To the end of the first line, which is written where there is none."""
    line = file.readline(len(head) + _LONGEST)
    if line == head:
        return
    if line.endswith(b"\n"):
        check_made(line, job, path)
    if not head.startswith(line):  # else its writer was cut off within it
        raise _unknown(path)
    file.seek(0)
    file.truncate()
    file.write(head)
    file.flush()


_LONGEST: Final = 4_000_000
"""Bytes by which the first line of another journal may be longer than ours."""


def check_made(content: bytes, job: Job, path: Path) -> None:
    """Refuse what was made from something else.

    Parameters
    ----------
    content
        A `Made` as JSON, as a journal or a Parquet file holds it.
    job
        What it should have been made from.
    path
        Of the file.

    Raises
    ------
    UsageError
        It was made from something else, or from nobody knows what.
    """
    try:
        earlier = msgspec.json.decode(content, type=Made).job
    except msgspec.MsgspecError:
        raise _unknown(path) from None
    for old, new, differs in (
        (earlier.study, job.study, _STUDIES_DIFFER),
        (earlier, job, _JOBS_DIFFER),
    ):
        for name, what in differs.items():
            if getattr(old, name) != getattr(new, name):
                raise UsageError(
                    f"{path.name} was made {what}.",
                    hint="Name another file to write, or remove that one.",
                )


_STUDIES_DIFFER: Final = {
    "people": "with another number of people",
    "seed": "with another seed",
    "readout_days": "with other readout days",
    "person": "of other people",
    "protocols": "with other protocols",
}
_JOBS_DIFFER: Final = {
    "engine": "by other versions of the software",
    "release": "from another release of the knowledge",
    "posterior": "from another posterior",
    "study": "from another file",
}


def _unknown(path: Path) -> UsageError:
    return UsageError(
        f"{path.name} is there already, and is not a cohort's.",
        hint="Name another file to write, or remove that one.",
    )


def _sum(content: bytes, task: int) -> bytes:
    """Also of the place, so that no row group passes for another."""
    return zlib.crc32(content, task).to_bytes(_CHECK)
