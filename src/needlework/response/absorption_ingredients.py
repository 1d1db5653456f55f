"""Ingredients that products after needling carry: molar mass, lipophilicity, ionisation."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, Literal

import msgspec
import numpy as np
from msgspec import Meta, Struct
from numpy.typing import ArrayLike

from needlework.errors import KnowledgeError, UsageError
from needlework.evidence.model import Name
from needlework.response.inputs import Array, checked, shown

MOST_PH: Final = 14.0

DATA: Final = Path(__file__).parent / "data" / "ingredients.toml"


class Property(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure, the id of its source, and how it was come by, as `Basis` has it."""

    value: float
    source: str
    mark: Literal["S1", "S2", "R"]


class Mass(Property, frozen=True, kw_only=True):
    """A molar mass in g/mol."""

    value: Annotated[float, Meta(gt=0)]


class _Given(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An ingredient as the file has it."""

    name: Name
    lexicon: str
    formula: str = ""
    molar_mass: Mass
    log_p: Property | None = None
    acids: tuple[Property, ...] = ()
    bases: tuple[Property, ...] = ()
    zwitterion: bool = False
    note: str = ""


class Ingredient(_Given, frozen=True, kw_only=True):
    """What absorption needs to know of one ingredient.

    `molar_mass` is in g/mol; `log_p` is the base-10 logarithm of octanol over water of the
    uncharged form, or of a zwitterion as it is, and absent where nothing passes lipids; `acids`
    and `bases` are pKa in rising order. `lexicon` is the entry of the lexicon that it belongs to,
    `formula` empty for what has no one size.
    """

    id: str

    @property
    def properties(self) -> tuple[Property, ...]:
        """Every figure of the ingredient."""
        partition = () if self.log_p is None else (self.log_p,)
        return (self.molar_mass, *partition, *self.acids, *self.bases)


@cache
def ingredients() -> Mapping[str, Ingredient]:
    """All ingredients by id, in the order of the file.

    Raises
    ------
    KnowledgeError
        The file does not hold what it should.

    Examples
    --------
    >>> ingredients()["niacinamide"].molar_mass.value
    122.12
    """
    try:
        given = msgspec.convert(tomllib.loads(DATA.read_text(encoding="utf-8")), dict[str, _Given])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise KnowledgeError(
            f"response/data/{DATA.name}: {error}.", hint="Compare with a neighbouring entry."
        ) from None
    return MappingProxyType(
        {id_: Ingredient(id=id_, **msgspec.structs.asdict(entry)) for id_, entry in given.items()}
    )


def ingredient(id_: object) -> Ingredient:
    """One ingredient by its id.

    Raises
    ------
    UsageError
        There is none of that id.

    Examples
    --------
    >>> ingredient("retinol").name.es
    'Retinol'
    """
    if not isinstance(id_, str) or id_ not in ingredients():
        raise UsageError(
            f"Nothing is known of how {shown(id_)} passes skin.",
            hint="Ids stand in response/data/ingredients.toml; of others no rank is given.",
        )
    return ingredients()[id_]


def uncharged(one: Ingredient, ph: ArrayLike) -> Array:
    """Share of the molecules that carry no charge.

    Parameters
    ----------
    one
        Its groups lose and gain protons one after another, acids and bases apart.
    ph
        Any shape, 0 to 14.

    Returns
    -------
    NDArray
        Shape of `ph`, above 0, at most 1. For a zwitterion 1, since its lipophilicity is that of
        the zwitterion.

    Raises
    ------
    UsageError
        A pH is not a number from 0 to 14.

    Examples
    --------
    Half, where the pH is the pKa:

    >>> round(float(uncharged(ingredient("lidocaine"), 7.91)), 6)
    0.5
    """
    values = checked(ph, "pH of the product", high=MOST_PH)
    share = np.ones_like(values)
    if one.zwitterion:
        return share
    # Charged forms over the uncharged one: each further proton multiplies.
    for steps in (
        [values - acid.value for acid in one.acids],
        [base.value - values for base in reversed(one.bases)],
    ):
        charged, sofar = np.zeros_like(values), np.zeros_like(values)
        for step in steps:
            sofar = sofar + step
            charged = charged + 10.0**sofar
        share = share / (1 + charged)
    return share
