"""A cohort, streamed to Parquet: on the cores of this machine, or on a cluster by its address.

Row groups are made in any order and written in theirs, few of them in memory at a time; OUT
appears only when it is whole. A run that was cut off goes on from `journal`.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
from msgspec import Struct

from needlework.errors import NeedleworkError, UsageError
from needlework.response.cohort import journal
from needlework.response.cohort.people import BLOCK
from needlework.response.cohort.study import Study
from needlework.response.cohort.table import (
    Job,
    Table,
    columns,
    make_job,
    not_installed,
    rows,
    size,
    tasks,
)

if TYPE_CHECKING:
    import pyarrow as pa

_AHEAD: Final = 3
"""Row groups in flight for each worker: enough that none waits, few enough for flat memory."""

_PATIENCE_S: Final = 30
"""Seconds in which a cluster must have answered with a worker."""

_KEY: Final = b"needlework"
"""Under which OUT says what it was made from."""


class Outcome(Struct, frozen=True, kw_only=True):
    """Rows of OUT, how many of them an earlier run had made, and bytes."""

    rows: int
    kept: int
    size: int


Report = Callable[[int, int], None]
"""Told how many rows are done, twice: as `batch.Report` tells lines and how far they reach."""


def run(
    study: Study, target: Path, *, workers: int = 1, cluster: str = "", report: Report
) -> Outcome:
    """Write every person under every protocol into `target`, or go on with it.

    Parameters
    ----------
    study
        As `study.parse` gives it.
    target
        The Parquet file. Beside it, until it is whole, lie `.part` and `.new`.
    workers
        Threads of this process; the bytes do not depend on them.
    cluster
        Address of a Dask scheduler, in place of threads.
    report
        Told of progress after each row group.

    Raises
    ------
    UsageError
        The extra `cohort` is missing, no cluster answers, or `target` cannot be written or was
        made from something else.
    """
    for name in ("numba", "pyarrow", *(("distributed",) if cluster else ())):
        _import(name)
    job = make_job(study)
    part = target.with_name(f"{target.name}.part")
    try:
        if _is_whole(target, job):
            part.unlink(missing_ok=True)
            report(study.rows, study.rows)
            return Outcome(rows=study.rows, kept=study.rows, size=target.stat().st_size)
        with journal.opened(part, job) as kept, _workers(workers, cluster) as (executor, ahead):
            earlier = _write(job, target, kept, executor, ahead, report)
        part.unlink(missing_ok=True)
        return Outcome(rows=study.rows, kept=earlier, size=target.stat().st_size)
    except OSError as error:
        raise UsageError(
            f"{target.name} cannot be written: {error.strerror or error}.",
            hint="Name a file in a folder where you may write, with room for it twice.",
        ) from None


def _import(name: str) -> Any:  # noqa: ANN401  modules without types
    try:
        return import_module(name)
    except ImportError:
        raise not_installed(name) from None


# --- workers ----------------------------------------------------------------------------------


@contextmanager
def _workers(workers: int, cluster: str) -> Iterator[tuple[Executor, int]]:
    """An executor, and how many row groups to have under way on it."""
    if cluster:
        with _cluster(cluster) as found:
            yield found
        return
    from needlework.response.cohort.kernel import ready

    ready()  # here, where Ctrl-C ends it at once
    with ThreadPoolExecutor(workers) as pool:
        yield pool, workers * _AHEAD


@contextmanager
def _cluster(address: str) -> Iterator[tuple[Executor, int]]:
    distributed = _import("distributed")
    # It would log a traceback for what is said here in one sentence.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        client = distributed.Client(address, timeout=_PATIENCE_S, set_as_default=False)
    except (OSError, ValueError) as error:  # a timeout is an OSError
        raise UsageError(
            f"No cluster answers at {address} ({type(error).__name__}).",
            hint="Give a scheduler's address, such as tcp://host:8786, or leave --cluster out.",
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE_S)
        except TimeoutError:
            raise UsageError(
                f"The cluster at {address} has no workers.",
                hint=f"Start one with `dask worker {address}`.",
            ) from None
        yield client.get_executor(), sum(client.ncores().values()) * _AHEAD


def _made(job: Job, wanted: Iterable[int], executor: Executor, ahead: int) -> Iterator[Table]:
    """Row groups in their order, with few of them in memory."""
    waiting: deque[Future[Table]] = deque()
    try:
        for task in wanted:
            waiting.append(executor.submit(rows, job, task))
            if len(waiting) >= ahead:
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())
    finally:
        for future in waiting:
            future.cancel()


def _result(future: Future[Table]) -> Table:
    try:
        return future.result()
    except (NeedleworkError, MemoryError):
        raise
    except ImportError as error:
        raise UsageError(
            f"A worker cannot import {error.name}.",
            hint="Install Needlework with its extra `cohort` on every worker.",
        ) from None
    except (OSError, RuntimeError, CancelledError) as error:
        raise NeedleworkError(
            f"A worker or the cluster was lost ({type(error).__name__}).",
            hint="What is made is kept: the same command goes on.",
        ) from None


# --- OUT --------------------------------------------------------------------------------------


def _is_whole(target: Path, job: Job) -> bool:
    """Whether OUT is there, made from this very job; anything else in its place is refused."""
    if target.is_dir():
        raise UsageError(f"{target.name or target} is a folder.", hint="Name a file to write.")
    if not target.exists():
        return False
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = None
    with suppress(pa.ArrowException, OSError):
        found = pq.read_metadata(target).metadata
    journal.check_made((found or {}).get(_KEY, b""), job, target)
    return True


def _write(
    job: Job, target: Path, kept: journal.Journal, executor: Executor, ahead: int, report: Report
) -> int:
    """OUT, whole or not at all; how many of its rows an earlier run had made."""
    import pyarrow.parquet as pq

    schema = _schema(job)
    fresh = target.with_name(f"{target.name}.new")
    task = done = 0
    try:
        with pq.ParquetWriter(
            fresh, schema, compression="zstd", compression_level=1, use_dictionary=list(_WORDS)
        ) as writer:
            for table in kept.kept():
                writer.write_table(_parquet(job, task, table, schema))
                task, done = task + 1, done + table.shape[1]
                report(done, done)
            earlier = done
            for table in _made(job, range(task, tasks(job.study)), executor, ahead):
                kept.keep(task, table)
                writer.write_table(_parquet(job, task, table, schema))
                task, done = task + 1, done + table.shape[1]
                report(done, done)
        with fresh.open("rb") as file:
            os.fsync(file)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    return earlier


_WORDS: Final = ("protocol", "sex")


def _schema(job: Job) -> pa.Schema:
    import pyarrow as pa

    word = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            ("person", pa.int32()),
            *((name, word) for name in _WORDS),
            *((name, pa.float32()) for name in columns(job.study)[1:]),
        ],
        metadata={_KEY: msgspec.json.encode(journal.Made(job=job))},
    )


def _parquet(job: Job, task: int, table: Table, schema: pa.Schema) -> pa.Table:
    """A row group; `table` begins with whether a person is a woman."""
    import pyarrow as pa

    number, which = divmod(task, len(job.study.protocols))
    count = size(job.study, task)
    first = number * BLOCK
    names = [protocol.name for protocol in job.study.protocols]
    made = [
        pa.array(np.arange(first, first + count, dtype=np.int32)),
        pa.DictionaryArray.from_arrays(np.full(count, which, np.int32), names),
        pa.DictionaryArray.from_arrays(table[0].astype(np.int32), ["male", "female"]),
        *(pa.array(column) for column in table[1:]),
    ]
    return pa.Table.from_arrays(made, schema=schema)
