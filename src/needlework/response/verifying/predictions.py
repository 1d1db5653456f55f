"""What the shipped models say of a case, before anybody looks at what was found.

A prediction is draws of the quantity that was printed: of a group's mean where a mean was printed,
with the chance of who was in the group; not with the error of the measuring itself, which no
table gives. Where a direction was printed it is draws of the difference.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from needlework.evidence import Claim, Knowledge
from needlework.response.parameters import draw, parameters
from needlework.response.posterior import Posterior, load_posterior
from needlework.response.verifying.cases import Case

Array = NDArray[np.float64]

DRAWS: Final = 4000
"""As many as the posterior has."""

GROUP: Final = 12
"""People, or animals, taken for a group whose number is not in what was read."""


class Prediction(Struct, frozen=True):
    """Draws of what a case is about, or why there are none."""

    draws: Array | None
    """Shape (draws,); one alone where the model has no spread; of a course, its amounts."""
    why_not: str = ""
    note: str = ""
    """What was assumed."""


class Models:
    """Parameters of all models and draws of them, each read once."""

    def __init__(self, knowledge: Knowledge, seed: int) -> None:
        self.knowledge, self.seed = knowledge, seed
        self._claims: dict[str, dict[str, Claim]] = {}
        self._draws: dict[str, dict[str, Array]] = {}
        self._kept: dict[object, Array] = {}

    def claims(self, model: str) -> dict[str, Claim]:
        if model not in self._claims:
            self._claims[model] = parameters(self.knowledge, model)
        return self._claims[model]

    def draws(self, model: str) -> dict[str, Array]:
        if model not in self._draws:
            self._draws[model] = draw(self.claims(model), DRAWS, self.seed)
        return self._draws[model]

    def once(self, key: object, make: Callable[[], Array]) -> Array:
        """What several cases share, worked out for the first of them."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    @cached_property
    def posterior(self) -> Posterior:
        return load_posterior(self.knowledge)

    def stream(self, case: Case) -> np.random.Generator:
        """Chance of a case's own, so that a new case moves no other."""
        name = int.from_bytes(hashlib.sha256(case.id.encode()).digest()[:8])
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, name])))


Predict = Callable[[Models, Case], Prediction]


def predictors() -> Mapping[str, Predict]:
    """Table → what predicts its cases."""
    from needlework.response.verifying import collagen, outcomes, skin, uptake

    return MappingProxyType(
        {
            **skin.PREDICT,
            **uptake.PREDICT,
            **collagen.PREDICT,
            **outcomes.PREDICT,
        }
    )


def predict(models: Models, case: Case) -> Prediction:
    """What the models say of a case.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.verifying.cases import cases
    >>> said = predict(Models(load_knowledge(), 1), cases("verification")[0])
    >>> 150 < float(np.median(said.draws)) < 300
    True
    """
    return predictors()[case.table](models, case)


def cannot(why: str) -> Prediction:
    """No prediction, with the reason."""
    return Prediction(None, why)
