"""Rows of a cohort, a row group at a time: the same numbers wherever and whenever they are made.

Row groups follow each other block by block, and in a block protocol by protocol.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from needlework.errors import UsageError
from needlework.evidence import Knowledge, load_knowledge
from needlework.response import closure, outcome
from needlework.response.cohort.doses import doses
from needlework.response.cohort.people import BLOCK, Block, block
from needlework.response.cohort.study import FORMAT, Study, Who
from needlework.response.posterior import Posterior, load_posterior

Table = NDArray[np.float32]

AHEAD: Final = (
    "female",
    "age_years",
    "session_dose",
    "dose_ratio",
    "session_gain",
    "hours_until_barrier",
    "hours_until_closed",
)
"""Columns before collagen and scores."""


class Job(Struct, frozen=True, kw_only=True):
    """All that a worker needs, and what it must have itself for the same numbers to come out."""

    study: Study
    engine: str
    """Versions of what reckons."""
    release: str
    posterior: str


class _Known(Struct, frozen=True):
    knowledge: Knowledge
    posterior: Posterior


@lru_cache(maxsize=1)
def engine() -> str:
    """Versions on which a number's last bits may depend.

    Raises
    ------
    UsageError
        The extra `cohort` is not installed.
    """
    try:
        return ", ".join(f"{name} {version(name)}" for name in _RECKONING)
    except PackageNotFoundError as error:
        raise not_installed(str(error.name)) from None


_RECKONING: Final = ("needlework", "numba", "numpy", "scipy")


def not_installed(name: str) -> UsageError:
    """What is said where the extra `cohort` is missing."""
    return UsageError(
        f"A cohort needs {name}, which is not installed.",
        hint="Install it with `pip install 'needlework[cohort]'`.",
    )


def make_job(study: Study) -> Job:
    """A study with what it is reckoned by."""
    known = _known()
    return Job(
        study=study,
        engine=engine(),
        release=known.knowledge.release.digest,
        posterior=known.posterior.made.draws_sha256,
    )


@lru_cache(maxsize=1)
def _known() -> _Known:
    knowledge = load_knowledge()
    return _Known(knowledge, load_posterior(knowledge))


@lru_cache(maxsize=2)
def _people(seed: int, person: Who, number: int) -> Block:
    """A block, drawn once for all the protocols that follow each other in it."""
    known = _known()
    asked = Study(format=FORMAT, people=1, protocols=(), seed=seed, person=person)
    return block(known.knowledge, known.posterior, asked, number)


# --- tasks ------------------------------------------------------------------------------------
#
# Block after block, and in each protocol after protocol.


def tasks(study: Study) -> int:
    """How many row groups a cohort has."""
    return -(-study.people // BLOCK) * len(study.protocols)


def size(study: Study, task: int) -> int:
    """Rows of a task: a whole block, but in the last.

    >>> from needlework.response.cohort.study import Protocol
    >>> one = Protocol(name="a", device="", zone="", depth_mm=1.0, passes=1)
    >>> small = Study(format="needlework-cohort-1", people=20_000, protocols=(one,))
    >>> [size(small, task) for task in range(tasks(small))]
    [16384, 3616]
    """
    return min(BLOCK, study.people - task // len(study.protocols) * BLOCK)


def columns(study: Study) -> tuple[str, ...]:
    """Names of the columns of `rows`."""
    last = study.readout_days[-1]
    scores = (f"score_day_{day}" for day in study.readout_days)
    return (*AHEAD, f"collagen_iii_day_{last}", f"collagen_i_day_{last}", *scores)


def rows(job: Job, task: int) -> Table:
    """Everything about the people of a block under a protocol.

    Parameters
    ----------
    job
        As `make_job` gives it, here or elsewhere.
    task
        0 to `tasks` less one.

    Returns
    -------
    NDArray
        Shape (columns, people), in single precision: a readout's eighth figure says nothing.

    Raises
    ------
    UsageError
        This worker would reckon otherwise: it has other versions or another release.
    """
    from needlework.response.cohort.kernel import heal

    study = job.study
    if make_job(study) != job:
        raise UsageError(
            f"A worker would reckon otherwise: it has {engine()}, this command {job.engine}.",
            hint="Install the same versions of everything on every worker.",
        )
    known = _known()
    number, which = divmod(task, len(study.protocols))
    count = size(study, task)
    protocol = study.protocols[which]
    some = _people(study.seed, study.person, number)
    dose, ratio = doses(known.knowledge, some, protocol)
    gain = outcome.gains(some.people, np.log(ratio)[:, None])[:, 0]
    closing = closure.closing(some.closure, needle_mm=protocol.depth_mm, age_years=some.age_years)
    scores, collagen = heal(
        some.chain, some.people, gain, dose, protocol.days, study.readout_days, count
    )
    ahead = (
        some.female,
        some.age_years,
        dose,
        ratio,
        gain,
        closure.hours_until_barrier(closing),
        closure.hours_until_closed(closing),
    )
    table = np.empty((len(columns(study)), count), np.float32)
    for into, values in zip(table, ahead, strict=False):
        into[:] = values[:count]
    table[len(ahead) : len(ahead) + 2] = collagen[:, -1]
    table[len(ahead) + 2 :] = scores
    return table
