"""Many consultations, one a line, planned in their order within flat memory.

A run that was cut off goes on where it stopped: beside OUT lies OUT.state, which says what OUT
is made from. The bytes do not depend on the number of workers.
"""

from __future__ import annotations

import fcntl
import gc
import hashlib
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from typing import BinaryIO, Final, Literal

import msgspec
from msgspec import Struct

from needlework import __version__, workflow
from needlework.errors import NeedleworkError, UsageError
from needlework.screening.reading import LARGEST_BYTES, parse

CHUNK_LINES: Final = 32
CHUNK_BYTES: Final = 2_000_000
_AHEAD: Final = 3
"""Chunks in flight for each worker: enough that none waits, few enough that memory stays flat."""

_GARBAGE: Final = 100_000
"""Objects between collections in a worker: plans hold no cycles, so looking often finds nothing."""

_ERROR_MARK: Final = b'{"line":'
_BLOCK: Final = 1 << 20


class State(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that decides the bytes of OUT."""

    format: Literal["needlework-batch-1"] = "needlework-batch-1"
    version: str
    release: str
    lexicon: str
    overlay: str
    on: date | None
    today: date
    input: str


class Job(Struct, frozen=True, kw_only=True):
    """What a worker needs: where the knowledge lies, and what it must turn out to be."""

    release: Path | None
    overlay: Path | None
    state: State


class Chunk(Struct, frozen=True, kw_only=True):
    """Some lines, the number of the first, and how far into IN they reach."""

    first: int
    lines: tuple[bytes, ...]
    end: int


class Done(Struct, frozen=True, kw_only=True):
    """What became of a chunk."""

    content: bytes
    lines: int
    failed: int
    end: int


class Outcome(Struct, frozen=True, kw_only=True):
    """Lines of OUT, how many of them an earlier run had written, how many hold an error."""

    lines: int
    kept: int
    failed: int


class _Kept(Struct, frozen=True, kw_only=True):
    """The part of OUT that stays: whole lines, their bytes, and the errors among them."""

    lines: int = 0
    size: int = 0
    failed: int = 0


Report = Callable[[int, int], None]
"""Told how many lines are done, and how far into IN they reach."""


def run(
    source: Path,
    target: Path,
    *,
    release: Path | None,
    overlay: Path | None,
    on: date | None,
    today: date,
    workers: int,
    report: Report,
) -> Outcome:
    """Plan every line of `source` into the same line of `target`, or go on with it."""
    _check_places(source, target)
    known = workflow.known(release, overlay)
    state = State(
        version=__version__,
        release=known.knowledge.release.digest,
        lexicon=known.lexicon.digest,
        overlay=known.knowledge.overlay_digest,
        on=on,
        today=today,
        input=_digest(source),
    )
    with _opened(target) as out, source.open("rb") as lines:
        state, kept = _resumed(state, target, out)
        out.truncate(kept.size)
        out.seek(kept.size)
        job = Job(release=release, overlay=overlay, state=state)
        return _write(_chunks(lines, kept.lines), job, out, kept, workers, report)


def _write(
    chunks: Iterable[Chunk], job: Job, out: BinaryIO, kept: _Kept, workers: int, report: Report
) -> Outcome:
    lines, failed = kept.lines, kept.failed
    for done in planned(chunks, job, workers):
        out.write(done.content)
        out.flush()
        lines += done.lines
        failed += done.failed
        report(lines, done.end)
    return Outcome(lines=lines, kept=kept.lines, failed=failed)


def defect(error: Exception) -> NeedleworkError:
    """An exception that nobody foresaw, without anything that a person has answered."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    at = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return NeedleworkError(
        f"Needlework met a defect of its own ({type(error).__name__}{at}).",
        hint="Run `needlework --debug …` to see where, and report it without the consultation.",
    )


# --- a line -----------------------------------------------------------------------------------


def plan_chunk(chunk: Chunk, job: Job) -> Done:
    """Every line of a chunk, as a plan or as an error in its place."""
    known = _known(job)
    made = bytearray()
    failed = 0
    for number, line in enumerate(chunk.lines, chunk.first):
        try:
            made += _plan(line, number, known, job.state)
        except NeedleworkError as error:
            made += _failure(number, error)
            failed += 1
        except Exception as error:  # noqa: BLE001  one line must not lose all the others
            made += _failure(number, defect(error))
            failed += 1
        made += b"\n"
    return Done(content=bytes(made), lines=len(chunk.lines), failed=failed, end=chunk.end)


def _plan(line: bytes, number: int, known: workflow.Known, state: State) -> bytes:
    text = line.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        raise UsageError(f"Line {number} is empty.", hint="Give one consultation a line.")
    if not text.startswith(b"{"):
        raise UsageError(
            f"Line {number} is not a JSON object.",
            hint="Give one consultation a line, as JSON; `needlework schema` prints the format.",
        )
    consultation = parse(line, f"Line {number}")
    case = workflow.consult(consultation, known, state.on, today=state.today)
    return workflow.encode(workflow.plan_for(case))


def _failure(number: int, error: NeedleworkError) -> bytes:
    return workflow.encode({"line": number, "error": error.message, "hint": error.hint})


@lru_cache(maxsize=1)
def _known(job: Job) -> workflow.Known:
    """The knowledge of this process, which must be the one that the run began with."""
    known = workflow.known(job.release, job.overlay)
    seen = (
        known.knowledge.release.digest,
        known.lexicon.digest,
        known.knowledge.overlay_digest,
    )
    if seen != (job.state.release, job.state.lexicon, job.state.overlay):
        raise UsageError(
            "The knowledge changed while the batch was running.",
            hint="Let the files rest, remove OUT and OUT.state, and begin anew.",
        )
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    return known


# --- workers ----------------------------------------------------------------------------------


def planned(chunks: Iterable[Chunk], job: Job, workers: int) -> Iterator[Done]:
    """What becomes of the chunks, in their order, with few of them in memory."""
    if workers == 1:
        for chunk in chunks:
            yield plan_chunk(chunk, job)
        return
    try:
        yield from _in_processes(chunks, job, workers)
    except BrokenProcessPool:
        raise NeedleworkError(
            "A worker was ended from outside, perhaps for want of memory.",
            hint="What is written is kept: the same command goes on; try fewer `--workers`.",
        ) from None


def _in_processes(chunks: Iterable[Chunk], job: Job, workers: int) -> Iterator[Done]:
    waiting: deque[Future[Done]] = deque()
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin)
    with pool:
        try:
            for chunk in chunks:
                with _interrupts_held():
                    waiting.append(pool.submit(plan_chunk, chunk, job))
                if len(waiting) >= workers * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _begin() -> None:
    """A worker ends with its parent, even when that was killed."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := parent_process():
        connection.wait([parent.sentinel])
        os._exit(1)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Workers started in here never see Ctrl-C; the parent sees it at the end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


# --- IN ---------------------------------------------------------------------------------------


def _check_places(source: Path, target: Path) -> None:
    if not source.exists():
        raise UsageError(f"{source.name} does not exist.", hint="Name the NDJSON file to read.")
    if not source.is_file():
        raise UsageError(
            f"{source.name or source} is not a file.",
            hint="Name an NDJSON file that can be reread.",
        )
    if target.is_dir():
        raise UsageError(f"{target.name or target} is a folder.", hint="Name a file to write.")
    if target.exists() and not target.is_file():
        raise UsageError(f"{target.name} is not a file.", hint="Name a file to write.")
    if target.exists() and target.samefile(source):
        raise UsageError("IN and OUT are the same file.", hint="Name another file to write.")


def _digest(source: Path) -> str:
    try:
        with source.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(
            f"{source.name} cannot be read: {error.strerror}.", hint="Name a readable NDJSON file."
        ) from None


def _chunks(file: BinaryIO, skip: int) -> Iterator[Chunk]:
    lines = _lines(file)
    next(islice(lines, skip, skip), None)
    held: list[bytes] = []
    first, size = skip + 1, 0
    for line in lines:
        held.append(line)
        size += len(line)
        if len(held) >= CHUNK_LINES or size >= CHUNK_BYTES:
            yield Chunk(first=first, lines=tuple(held), end=file.tell())
            first, size, held = first + len(held), 0, []
    if held:
        yield Chunk(first=first, lines=tuple(held), end=file.tell())


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines without their ends; of one too long for a consultation only the beginning."""
    while line := file.readline(LARGEST_BYTES + 2):
        part = line
        while part and not part.endswith(b"\n"):
            part = file.readline(_BLOCK)
        yield line.rstrip(b"\r\n")


# --- OUT --------------------------------------------------------------------------------------


@contextmanager
def _opened(target: Path) -> Iterator[BinaryIO]:
    """OUT, readable by its owner alone when it is made here, and held by one run at a time."""
    try:
        number = os.open(target, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UsageError(
            f"{target.name} cannot be written: {error.strerror}.",
            hint="Name a file in a folder where you may write.",
        ) from None
    with os.fdopen(number, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(
                f"{target.name} is being written by another run.",
                hint="Wait for that run, or name another file.",
            ) from None
        yield file


def _resumed(state: State, target: Path, out: BinaryIO) -> tuple[State, _Kept]:
    """How far an earlier run came; a new run begins where OUT holds nothing."""
    beside = target.with_name(f"{target.name}.state")
    if out.seek(0, os.SEEK_END) == 0:
        _write_state(beside, state)
        return state, _Kept()
    earlier = _read_state(beside, target)
    state = msgspec.structs.replace(state, today=earlier.today)
    for name in state.__struct_fields__:
        if getattr(state, name) != getattr(earlier, name):
            raise UsageError(
                f"{target.name} was made from {_DIFFERS[name]}.",
                hint="Name another file to write, or remove that one and its .state file.",
            )
    return state, _whole_lines(out)


_DIFFERS: Final = {
    "format": "another format of batch",
    "version": "another version of Needlework",
    "release": "another release of the knowledge",
    "lexicon": "another lexicon",
    "overlay": "another overlay",
    "on": "judgements for another day",
    "input": "another input file",
}


def _read_state(beside: Path, target: Path) -> State:
    try:
        return msgspec.json.decode(beside.read_bytes(), type=State)
    except (OSError, msgspec.MsgspecError):
        raise UsageError(
            f"{target.name} holds something, and {beside.name} does not say what it was made from.",
            hint="Name another file to write, or remove that one.",
        ) from None


def _write_state(beside: Path, state: State) -> None:
    temporary = beside.with_name(f"{beside.name}.new")
    try:
        temporary.write_bytes(msgspec.json.encode(state) + b"\n")
        temporary.replace(beside)
    except OSError as error:
        raise UsageError(
            f"{beside.name} cannot be written: {error.strerror}.",
            hint="Name a file in a folder where you may write.",
        ) from None


def _whole_lines(out: BinaryIO) -> _Kept:
    """Whole lines from the start of OUT; the first that is cut or spoilt ends them."""
    out.seek(0)
    lines = size = failed = 0
    for line in out:
        if not (line.startswith(b"{") and line.endswith(b"}\n")):
            break
        lines += 1
        size += len(line)
        failed += line.startswith(_ERROR_MARK)
    return _Kept(lines=lines, size=size, failed=failed)
