"""Invented people, a block of them at a time.

A block has a seed of its own, made of the study's and its number, and is always drawn whole; a
person is a place in a block. So a person is the same whoever else is in the cohort, however many
they are, on whichever worker, and under every protocol: the same skin, the same way to respond.

Each stands in a study of their own, as in `outcome.people`: how far they differ is what is not
known of one person in a trial to come, not how far the clients of one clinic differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from needlework.evidence import Knowledge
from needlework.response import closure, healing, outcome
from needlework.response.cohort.study import Ages, Study
from needlework.response.parameters import draw, parameters
from needlework.response.posterior import Posterior, chain_claims

Floats = NDArray[np.float64]

BLOCK: Final = 16_384
"""People of a block, and so rows of a row group: changing it changes every file."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """People before any protocol; every array has the shape (`BLOCK`,). Each is only itself."""

    seed: int
    female: NDArray[np.bool_]
    age_years: Floats
    chain: healing.Chain
    people: outcome.People
    closure: dict[str, Floats]
    half_dose: Floats


def block(knowledge: Knowledge, posterior: Posterior, study: Study, number: int) -> Block:
    """The people of a block, whole.

    Parameters
    ----------
    knowledge, posterior
        What is known, and the posterior that belongs to it.
    study
        For its seed, and whom it is drawn from.
    number
        Of the block, from 0.
    """
    seed = int(np.random.SeedSequence([study.seed, number]).generate_state(1, np.uint64)[0])
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 1])))
    female = stream.random(BLOCK) < study.person.female
    age = _ages(study.person.age_years, stream.random(BLOCK))
    draws = len(posterior.draws["gain-centre"])
    of = stream.integers(draws, size=BLOCK)
    held = structs.replace(
        posterior, draws={name: values[of] for name, values in posterior.draws.items()}
    )
    values = draw(parameters(knowledge, "healing"), BLOCK, seed)
    told = {claim: held.draws[name] for name, claim in chain_claims().items() if name in held.draws}
    return Block(
        seed=seed,
        female=female,
        age_years=age,
        chain=healing.chain({**values, **told}),
        people=outcome.people(held, parameters(knowledge, "outcome"), seed=seed),
        closure=draw(parameters(knowledge, closure.MODEL), BLOCK, seed),
        half_dose=values["half-dose"],
    )


def _ages(ages: Ages, chance: Floats) -> Floats:
    """Quantiles of the ages that a study asks for."""
    if ages.mean is None or ages.sd is None:
        return np.asarray(ages.low + chance * (ages.high - ages.low))
    from scipy.special import ndtr, ndtri

    low, high = (ndtr((end - ages.mean) / ages.sd) for end in (ages.low, ages.high))
    years = ages.mean + ages.sd * ndtri(low + chance * (high - low))
    return np.asarray(np.clip(years, ages.low, ages.high), np.float64)
