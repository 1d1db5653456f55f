"""Predictions of absorption: enhancement by channels, and permeability of intact skin."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from needlework.evidence.model import Name
from needlework.response.absorption import MODEL, intact, resting_enhancement
from needlework.response.absorption_ingredients import Ingredient, Mass, Property, ingredient
from needlework.response.verifying.cases import Case
from needlework.response.verifying.predictions import DRAWS, Models, Predict, Prediction

_SECONDS_AN_HOUR: Final = 3600.0
_NEUTRAL: Final = 7.0
"""pH at which a compound that carries no charge is read; it makes no difference."""


def enhancement(models: Models, case: Case) -> Prediction:
    """Flux over that of intact skin at rest; of intact skin its permeability.

    A density that was not printed is drawn about the claim for such; a pH as well. Excised skin
    does not close.
    """
    if case.given["quantity"] != "enhancement":
        return permeability(models, case)
    share = np.minimum(models.draws(MODEL)["checked-area-share"], 1.0)
    gain = resting_enhancement(
        models.claims(MODEL),
        _permeant(case),
        phi=share,
        ph=case.number("ph"),
        draws=DRAWS,
        seed=models.seed,
    )
    return Prediction(gain.ratio, note="density of punctures not read: drawn")


def permeability(models: Models, case: Case) -> Prediction:
    """Base-10 logarithm of intact skin's permeability in cm/s."""
    known = case.given.get("ingredient")
    one = ingredient(known) if known else _permeant(case)
    ph = case.number("ph")
    if not known and not (one.acids or one.bases):
        ph = _NEUTRAL
    skin = intact(models.draws(MODEL), one, ph=ph, excised=True)
    return Prediction(np.log10(skin.barrier_cm_h / _SECONDS_AN_HOUR))


def _permeant(case: Case) -> Ingredient:
    """What a table says of a substance that no product carries."""

    def figures(column: str) -> tuple[Property, ...]:
        return tuple(
            Property(value=float(each), source=case.source, mark="R")
            for each in case.given.get(column, "").split()
        )

    name = case.given["permeant"]
    mass = float(case.given["molar_mass_g_mol"])
    return Ingredient(
        id=name,
        name=Name(en=name, es=name),
        lexicon="",
        molar_mass=Mass(value=mass, source=case.source, mark="R"),
        log_p=figures("log_p")[0],
        acids=figures("acid_pka"),
        bases=figures("base_pka"),
    )


PREDICT: Final[Mapping[str, Predict]] = MappingProxyType(
    {
        "absorption": enhancement,
        "absorption_intact": permeability,
        "absorption_permeability": permeability,
    }
)
