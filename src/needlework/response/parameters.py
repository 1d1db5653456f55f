"""Parameters of the models: read from claims, drawn from their priors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from needlework.errors import UsageError
from needlework.evidence import Claim, Knowledge
from needlework.evidence.priors import (
    Beta,
    HalfNormal,
    LogitNormal,
    LogNormal,
    Normal,
    Prior,
    Uniform,
)
from needlework.response.inputs import checked_seed, is_whole, named, shown

Draws = Mapping[str, NDArray[np.float64]]
"""Parameter → one value a draw, shape (draws,)."""

MOST_DRAWS: Final = 1_000_000
"""More at a time would only fill memory: a cohort asks again with another seed."""


def parameters(knowledge: Knowledge, model: str) -> dict[str, Claim]:
    """The claims `response.<model>.*` by their keys.

    Parameters
    ----------
    knowledge
        What is known, with the clinic's choices over it.
    model
        Stem of a file in `evidence/data/response/`, such as ``"puncture"``.

    Raises
    ------
    UsageError
        There is no such model.
    NotAccepted
        The clinic rejected one of its parameters; a model does not run on part of them.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> parameters(load_knowledge(), "puncture")["glide-speed"].unit
    'cm/s'
    """
    start = f"response.{model}."
    models = knowledge.release.parameters
    ids = models[named(model, models, "model", hint="docs/model/ lists them.")]
    return {claim_id.removeprefix(start): knowledge.claim(claim_id) for claim_id in ids}


def digest(claims: Mapping[str, Claim]) -> str:
    """SHA-256 over values and priors: two models with the same digest give the same numbers.

    Words about a parameter may be bettered without moving it.
    """
    rows = [(key, claim.value, claim.unit, claim.prior) for key, claim in sorted(claims.items())]
    return hashlib.sha256(msgspec.json.encode(rows, order="deterministic")).hexdigest()


def draw(claims: Mapping[str, Claim], draws: int, seed: int) -> dict[str, NDArray[np.float64]]:
    """Values of every numeric parameter, each from its prior, or its one value where it has none.

    A parameter's stream depends on the seed and its own name alone, so that a new parameter
    moves no other.

    Parameters
    ----------
    claims
        As `parameters` gives them.
    draws
        How many, 1 to 1,000,000.
    seed
        Not negative.

    Returns
    -------
    dict
        Key → float64 array of shape (draws,), in the claim's own unit.

    Raises
    ------
    UsageError
        `draws` or `seed` lies outside its domain.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> claims = parameters(load_knowledge(), "puncture")
    >>> speed = draw(claims, 10_000, seed=1)["glide-speed"]
    >>> bool(abs(np.median(speed) / claims["glide-speed"].number - 1) < 0.02)
    True
    """
    if not (is_whole(draws) and 1 <= draws <= MOST_DRAWS):
        raise UsageError(
            f"{shown(draws)} draws cannot be made.", hint=f"Ask for 1 to {MOST_DRAWS:,} at a time."
        )
    checked_seed(seed)
    return {
        key: _drawn(claim.number, claim.prior, draws, _stream(seed, key))
        for key, claim in claims.items()
        if isinstance(claim.value, int | float) and not isinstance(claim.value, bool)
    }


def _stream(seed: int, key: str) -> np.random.Generator:
    name = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, name])))


def _drawn(
    centre: float, prior: Prior | None, draws: int, stream: np.random.Generator
) -> NDArray[np.float64]:
    match prior:
        case None:
            values = np.full(draws, float(centre))
        case Normal(sd=sd):
            values = stream.normal(centre, sd, draws)
        case LogNormal(sigma=sigma):
            values = centre * np.exp(stream.normal(0.0, sigma, draws))
        case LogitNormal(sigma=sigma):
            odds = centre / (1 - centre) * np.exp(stream.normal(0.0, sigma, draws))
            values = odds / (1 + odds)
        case HalfNormal():
            values = np.abs(stream.normal(0.0, centre, draws))
        case Beta(a=a, b=b):
            values = stream.beta(a, b, draws)
        case Uniform(low=low, high=high):
            values = stream.uniform(low, high, draws)
    return values
