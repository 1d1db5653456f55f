"""The posterior that is shipped: drawn once, offline, and refused where it does not fit.

`make posterior` makes it. Draws without their provenance are worth nothing, so both are read
together, and a file that was changed, or made from other parameters than today's, is refused.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final
from zipfile import BadZipFile

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from needlework.errors import UsageError
from needlework.evidence import Knowledge
from needlework.response.inputs import all_drawn
from needlework.response.parameters import digest, parameters
from needlework.response.refused import Refused

DATA: Final = Path(__file__).parent / "data"
DRAWS_FILE: Final = "posterior.npz"
MADE_FILE: Final = "posterior.json"

_CHAIN: Final = MappingProxyType(
    {
        "injury": "damage-time",
        "inflammation": "inflammation-time",
        "macrophage": "macrophage-time",
        "fibroblast": "fibroblast-time",
        "maturation": "maturation-time",
        "collagen-3": "collagen-iii-time",
        "collagen-1": "collagen-i-time",
    }
)

DRAWN: Final = (
    "gain-centre",
    "study-spread",
    "person-spread",
    "plateau",
    "measurement-error",
    "inflammation",
    "macrophage",
    "fibroblast",
    "maturation",
    "collagen-3",
    "collagen-1",
)
"""What is kept of each draw, beside the effect of each arm of a study (`study.<arm>`)."""


class Made(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the draws were made, and how well the sampler did."""

    seed: int
    chains: int
    warmup: int
    kept: int
    sampler: str
    r_hat_max: float
    n_eff_min: int
    divergences: int
    script_sha256: str
    data_sha256: str
    outcome_digest: str
    healing_digest: str
    draws_sha256: str = ""


class Posterior(Struct, frozen=True):
    """Draws by name, each of shape (draws,), and their provenance."""

    draws: Mapping[str, NDArray[np.float64]]
    made: Made


def chain_claims() -> Mapping[str, str]:
    """Constant of the healing chain → key of its claim."""
    return _CHAIN


def write(folder: Path, draws: Mapping[str, NDArray[np.float64]], made: Made) -> None:
    """Both files, in single precision: a forecast's seventh figure says nothing."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **{k: v.astype(np.float32) for k, v in draws.items()})
    content = buffer.getvalue()
    (folder / DRAWS_FILE).write_bytes(content)
    made = msgspec.structs.replace(made, draws_sha256=hashlib.sha256(content).hexdigest())
    text = msgspec.json.format(msgspec.json.encode(made), indent=2)
    (folder / MADE_FILE).write_bytes(text + b"\n")


def load_posterior(knowledge: Knowledge, folder: Path = DATA) -> Posterior:
    """The shipped draws, if they are whole and were made from these very parameters.

    Parameters
    ----------
    knowledge
        What is known. A clinic that rejected a parameter has no forecast.
    folder
        Where `posterior.npz` and `posterior.json` lie.

    Raises
    ------
    UsageError
        The files are missing or changed, or belong to other parameters: another release.
    NotAccepted
        The clinic rejected one of the parameters.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> posterior = load_posterior(load_knowledge())
    >>> posterior.draws["gain-centre"].shape
    (4000,)
    >>> posterior.made.divergences
    0
    """
    held = _read(folder)
    for model, expected in (
        ("outcome", held.made.outcome_digest),
        ("healing", held.made.healing_digest),
    ):
        if digest(parameters(knowledge, model)) != expected:
            raise Refused(
                "{file} was drawn from other parameters of the model {model} than those of "
                "release {release}.",
                hint="Run `make posterior`, or use the release that the file came with.",
                file=f"{folder.name}/{DRAWS_FILE}",
                model=model,
                release=knowledge.release.id,
            )
    return held


@lru_cache(maxsize=4)
def _read(folder: Path) -> Posterior:
    try:
        content = (folder / DRAWS_FILE).read_bytes()
        made = msgspec.json.decode((folder / MADE_FILE).read_bytes(), type=Made)
    except OSError as error:
        raise Refused(
            "The posterior cannot be read: {file}.",
            hint="Install Needlework again, or run `make posterior`.",
            file=f"{folder.name}/{Path(error.filename or '').name}",
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{folder.name}/{MADE_FILE}: {error}.", hint="Run `make posterior`."
        ) from None
    if hashlib.sha256(content).hexdigest() != made.draws_sha256:
        raise Refused(
            "{file} is not the file that {other} describes.",
            hint="Install Needlework again, or run `make posterior`.",
            file=f"{folder.name}/{DRAWS_FILE}",
            other=MADE_FILE,
        )
    draws = _draws(content, f"{folder.name}/{DRAWS_FILE}")
    for values in draws.values():
        values.flags.writeable = False
    return Posterior(MappingProxyType(draws), made)


def _draws(content: bytes, name: str) -> dict[str, NDArray[np.float64]]:
    """A digest says that two files belong together, not that either holds a posterior."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            draws = {key: arrays[key] for key in arrays.files}
    except (ValueError, OSError, EOFError, TypeError, AttributeError, BadZipFile):
        raise Refused(
            "The posterior cannot be read: {file}.",
            hint="Install Needlework again, or run `make posterior`.",
            file=name,
        ) from None
    try:
        all_drawn(draws, {*DRAWN, *draws}, "forecast")
    except UsageError as error:
        raise UsageError(f"{name}: {error.message}", hint="Run `make posterior`.") from None
    return {key: values.astype(np.float64) for key, values in draws.items()}
