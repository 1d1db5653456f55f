"""The freeze: which models, and what they said, before anybody scored them.

A freeze is a digest of all that the models read, and of the predictions that they made. It is
written by scripts/freeze.py and committed before the first score. Scoring refuses every other
model, so that nothing can be bettered with the answers at hand without a new freeze, whose reason
stands beside it.
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Annotated, Final

import msgspec
import numpy as np
from msgspec import Meta, Struct

from needlework.errors import KnowledgeError, UsageError
from needlework.evidence import Claim, Knowledge, NotAccepted, Watched
from needlework.response import anatomy, pigment, puncture, redness
from needlework.response.parameters import digest
from needlework.response.posterior import load_posterior
from needlework.response.summary import Summary, summarise
from needlework.response.verifying.cases import DATA, PARTS, TABLES, Case, cases
from needlework.response.verifying.predictions import Models, Prediction, predict

FREEZES: Final = "frozen.toml"
PREDICTIONS: Final = "predictions.csv"
SEED: Final = 1
"""With which frozen predictions are drawn."""

BOUNDS: Final = ("low_95", "low_80", "low_50", "median", "high_50", "high_80", "high_95")

_AS_WRITTEN: Final = 1e-4
"""Of a prediction's size and width: platforms round differently, models do not."""

_Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Freeze(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One freeze; the last in the file counts."""

    date: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
    digest: _Hash
    """Of all that the models read."""
    predictions: _Hash
    """Of the file of predictions."""
    observed: _Hash | None = None
    """Of the tables that predictions are held against; the first freezes did not keep it."""
    why: Annotated[str, Meta(min_length=1)]


class Frozen(Struct, frozen=True):
    """What a prediction was when it was frozen; numbers as they were written."""

    unit: str
    bounds: tuple[float, ...]
    """In the order of `BOUNDS`; none where nothing could be predicted."""


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    freeze: tuple[Freeze, ...]


# --- what the models are ----------------------------------------------------------------------


def models_digest(knowledge: Knowledge) -> str:
    """SHA-256 over parameters that the models read, the posterior, and the building data.

    Raises
    ------
    UsageError
        The posterior was drawn from other parameters.
    NotAccepted
        The clinic rejected a parameter.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> len(models_digest(load_knowledge()))
    64
    """
    rows = {
        "claims": digest(used_claims(knowledge)),
        "posterior": load_posterior(knowledge).made.draws_sha256,
        "ingredients": _sha256(DATA / "ingredients.toml"),
        **{path.name: _sha256(path) for path in sorted((DATA / "building").glob("*.csv"))},
    }
    return hashlib.sha256(msgspec.json.encode(rows, order="deterministic")).hexdigest()


def observed_digest() -> str:
    """SHA-256 over all tables of verification data: a figure bettered after the score is another.

    Examples
    --------
    >>> len(observed_digest())
    64
    """
    rows = {path.name: _sha256(path) for path in sorted((DATA / "verification").glob("*.csv"))}
    return hashlib.sha256(msgspec.json.encode(rows, order="deterministic")).hexdigest()


def used_claims(knowledge: Knowledge) -> Mapping[str, Claim]:
    """Every claim that a prediction reads, by id: of models, of devices and layers, of trials.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> {"response.closure.closed-below", "harm.pih.events-dogra"} <= set(
    ...     used_claims(load_knowledge())
    ... )
    True
    """
    own = {claim_id for ids in knowledge.release.parameters.values() for claim_id in ids}
    watched = Watched(knowledge)
    for device in _devices(knowledge):
        puncture.pattern(watched, device, 1, draws=1)
    redness.ceilings(watched)
    redness.swelling(watched)
    for group in pigment.Group:
        pigment.trials(watched, group)
    read = own | watched.read | set(anatomy.used_claims(knowledge))
    return {claim_id: knowledge.claim(claim_id) for claim_id in sorted(read)}


def _devices(knowledge: Knowledge) -> list[str]:
    """Devices that predictions are about; a new one that no study used voids no freeze."""
    named = {case.given.get("device", "") for part in PARTS for case in cases(part)}
    named.add(knowledge.claim("response.forecast.reference-device").word)
    return sorted(named & set(knowledge.release.devices))


def _sha256(path: Path) -> str:
    # Line ends are those of the repository wherever it was checked out.
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


# --- what they said ---------------------------------------------------------------------------


def predicted(knowledge: Knowledge) -> dict[str, Frozen]:
    """Predictions of every verification row, made without what was observed."""
    models = Models(knowledge, SEED)
    return as_frozen((case, predict(models, case)) for case in cases("verification"))


def as_frozen(told: Iterable[tuple[Case, Prediction]]) -> dict[str, Frozen]:
    """Predictions by the ids that they are frozen under."""
    made: dict[str, Frozen] = {}
    for case, said in told:
        made.update(_rows(case, said))
    return made


def _rows(case: Case, said: Prediction) -> Iterator[tuple[str, Frozen]]:
    table = TABLES[case.table]
    if said.draws is None:
        yield case.id, Frozen(case.unit, ())
    elif table.kind == "course":
        for column, value in zip(table.hidden, said.draws, strict=True):
            yield f"{case.id}/{column}", Frozen(case.unit, (float(value),) * len(BOUNDS))
    else:
        yield case.id, Frozen(case.unit, bounds_of(summarise(said.draws)))


def bounds_of(said: Summary) -> tuple[float, ...]:
    """A summary in the order of `BOUNDS`."""
    return tuple(float(getattr(said, name)) for name in BOUNDS)


def written(made: Mapping[str, Frozen]) -> str:
    """Predictions as their file holds them."""
    text = StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("id", "unit", *BOUNDS))
    for id_, one in made.items():
        figures = [f"{value:.7g}" for value in one.bounds] or [""] * len(BOUNDS)
        lines.writerow((id_, one.unit, *figures))
    return text.getvalue()


def otherwise(made: Mapping[str, Frozen], frozen: Mapping[str, Frozen]) -> tuple[str, ...]:
    """Ids of predictions that are not what was frozen, or that only one side has."""
    return tuple(
        id_
        for id_ in dict.fromkeys((*frozen, *made))
        if id_ not in made or id_ not in frozen or not _alike(made[id_], frozen[id_])
    )


def _alike(one: Frozen, other: Frozen) -> bool:
    if one.unit != other.unit or len(one.bounds) != len(other.bounds):
        return False
    if not one.bounds:
        return True
    ours, theirs = np.array(one.bounds), np.array(other.bounds)
    room = _AS_WRITTEN * (np.abs(theirs) + theirs[-1] - theirs[0])
    return bool(np.all(np.abs(ours - theirs) <= room))


# --- the files --------------------------------------------------------------------------------


def freezes(folder: Path = DATA) -> tuple[Freeze, ...]:
    """Every freeze, the first one first.

    Raises
    ------
    UsageError
        The file is missing or holds none, or is not what it should be.

    Examples
    --------
    >>> freezes()[0].why != ""
    True
    """
    return _freezes(folder / FREEZES)


@lru_cache(maxsize=4)
def _freezes(path: Path) -> tuple[Freeze, ...]:
    where = f"{path.parent.name}/{path.name}"
    try:
        held = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    except OSError:
        raise UsageError(
            f"No freeze of the models can be read: {where}.",
            hint="Install Needlework again, or run scripts/freeze.py.",
        ) from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UsageError(f"{where}: {error}.", hint="Run scripts/freeze.py.") from None
    if not held.freeze:
        raise UsageError(f"{where} holds no freeze.", hint="Run scripts/freeze.py.")
    return held.freeze


def frozen_predictions(folder: Path = DATA) -> dict[str, Frozen]:
    """What the last freeze predicted, if its file is whole.

    Raises
    ------
    UsageError
        The file is missing, or is not the one that the freeze names.
    """
    path = folder / PREDICTIONS
    where = f"{folder.name}/{PREDICTIONS}"
    try:
        text = path.read_text(encoding="utf-8")
        found = _sha256(path)
    except OSError:
        raise UsageError(
            f"No frozen prediction can be read: {where}.",
            hint="Install Needlework again, or run scripts/freeze.py.",
        ) from None
    if found != freezes(folder)[-1].predictions:
        raise UsageError(
            f"{where} is not the file that {FREEZES} names: it was changed after the freeze.",
            hint="Take it back from the release, or run scripts/freeze.py and say why.",
        )
    return {
        row["id"]: Frozen(row["unit"], tuple(float(row[name]) for name in BOUNDS if row[name]))
        for row in csv.DictReader(text.splitlines())
    }


def check(knowledge: Knowledge, folder: Path = DATA) -> Freeze:
    """The freeze that counts, where these are the models that it froze.

    Raises
    ------
    UsageError
        They are others: another release, a clinic's own parameters, another posterior. Or what
        was observed is not what it was when they were frozen.
    """
    last = freezes(folder)[-1]
    if moved := _moved(knowledge):
        raise UsageError(
            f"This clinic's overlay has its own {moved[0]}: what was verified are the release's "
            "models, not these.",
            hint="Verify without the overlay; the clinic's models have no verification.",
        )
    try:
        found = models_digest(knowledge)
    except NotAccepted as error:  # of a release whose own claims are rejected
        raise UsageError(
            f"{error.claim_id} is rejected, so that there is no model to verify.",
            hint="Verify without the overlay.",
        ) from None
    if found != last.digest:
        raise UsageError(
            f"The models of release {knowledge.release.id} are not those that were frozen on "
            f"{last.date}: a parameter, the posterior or building data changed.",
            hint="Go back to them, or freeze anew with scripts/freeze.py and say why.",
        )
    if last.observed is not None and observed_digest() != last.observed:
        raise UsageError(
            f"What was observed is not what it was on {last.date}, when the models were frozen: "
            "a table of verification data changed.",
            hint="Take it back from the release, or run scripts/freeze.py and say why.",
        )
    return last


def _moved(knowledge: Knowledge) -> list[str]:
    """Parameters that a clinic changed or rejected."""
    release = Knowledge(knowledge.release)
    return [
        claim_id
        for claim_id, claim in used_claims(release).items()
        if claim_id in knowledge.rejected or knowledge.claims[claim_id] != claim
    ]


def freeze(knowledge: Knowledge, *, why: str, date: str, folder: Path = DATA) -> Freeze:
    """Write predictions and, after the freezes so far, a new one.

    Raises
    ------
    UsageError
        No reason is given.
    KnowledgeError
        A table of published figures cannot be predicted.
    """
    if not why.strip():
        raise UsageError("A freeze needs its reason.", hint="Say what changed and why.")
    try:
        made = predicted(knowledge)
    except LookupError as error:
        raise KnowledgeError(
            f"A table of published figures asks for {error}, which the models do not know.",
            hint="Mend the row in response/data/.",
        ) from error
    (folder / PREDICTIONS).write_text(written(made), encoding="utf-8", newline="\n")
    new = Freeze(
        date=date,
        digest=models_digest(knowledge),
        predictions=_sha256(folder / PREDICTIONS),
        observed=observed_digest(),
        why=" ".join(why.split()),
    )
    path = folder / FREEZES
    before: Sequence[Freeze] = _freezes(path) if path.exists() else ()
    _freezes.cache_clear()
    path.write_text(_toml((*before, new)), encoding="utf-8", newline="\n")
    return new


_ABOUT: Final = """\
# Freezes of the models of skin; the last one counts, and verification refuses every other model.
# scripts/freeze.py writes them. `digest` is over all parameters that the models read, the
# posterior and the building data; `predictions` is over predictions.csv, which was made without
# the columns that say what was observed; `observed` is over the tables that hold those.
"""


def _toml(held: Sequence[Freeze]) -> str:
    parts = [
        f'[[freeze]]\ndate = "{one.date}"\ndigest = "{one.digest}"\n'
        f'predictions = "{one.predictions}"\n'
        f"{_observed_line(one)}why = {msgspec.json.encode(one.why).decode()}\n"
        for one in held
    ]
    return "\n".join((_ABOUT, *parts))


def _observed_line(one: Freeze) -> str:
    return "" if one.observed is None else f'observed = "{one.observed}"\n'
