r"""What needling does to the uptake of an ingredient: a rank and an interval, never an amount.

Three layers, after Dancik's model: the horny layer, whose permeability follows from molar mass
and lipophilicity of the uncharged share; living epidermis; and dermis, which blood clears. In
intact skin a small polar path runs beside the horny layer's lipids. Needling opens a share of
the area, ``a(t) = yield × area share × A(t)``, whose channels lead through water to the dermis
while closing; the rest stays as it was. The uptake with channels over that without, from the
same product on the same skin, is the enhancement.

The published form is ``(1 - area share) × intact + yield × area share × A(t) × hole``; here the
share that closes or is plugged counts as intact skin again, since otherwise a plugged puncture
would let less of a fat-loving ingredient in than no puncture.

What is not known: how much of a puncture conducts (two experiments, a tenfold apart); density,
pH and donor of nearly every experiment. Yield, density, ionisation and intact permeability
cannot be told apart from enhancements alone. So the direction stands (what is charged or loves
water gains, what loves fat does not), and the size does not. Binding in tissue, breakdown,
evaporation, vehicles other than water and destruction of the barrier by peels are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from needlework.errors import UsageError
from needlework.evidence import Claim
from needlework.response.absorption_ingredients import MOST_PH, Ingredient, uncharged
from needlework.response.absorption_layers import (
    CELLS,
    STEPS,
    Channel,
    Column,
    Donor,
    follow,
    resting_flux,
)
from needlework.response.inputs import LEAST, Array, all_drawn, one_a_draw, real
from needlework.response.parameters import Draws, draw
from needlework.response.summary import Summary, summarise
from needlework.units import to_mm

MODEL: Final = "absorption"

_SECONDS_AN_HOUR: Final = 3600.0
_HIGHEST_LOG_P: Final = 7.0
"""Above it a higher figure changes nothing: living epidermis alone limits. Bounds the numbers."""
_LOWEST_LOG: Final = -12.0
"""Base-10 logarithm of partition or of speed in cm/h that stands for none: the polar path
conducts far better."""


@dataclass(frozen=True, slots=True)
class Intact:
    """Skin before needling, for one ingredient; every array has the shape (draws,)."""

    column: Column
    hole_cm_h: Array
    """Permeability of what is open: free diffusion over the depth of living epidermis."""
    lipids_cm_h: Array
    """Permeability of the horny layer without the polar path."""
    polar_share: Array
    """Area share of the polar path, open before any needle."""

    @property
    def barrier_cm_h(self) -> Array:
        """Permeability of the horny layer with the polar path beside it."""
        return self.lipids_cm_h + self.polar_share * self.hole_cm_h


@dataclass(frozen=True, slots=True)
class Enhancement:
    """Uptake of an ingredient through needled over intact skin."""

    ingredient: str
    ratio: Array
    """Shape (draws,), 1 or more: 1 where needling adds nothing."""
    said: Summary
    calibrated: bool
    """Whether lipophilicity and molar mass lie among those that the regression rests on."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ingredients from the one that gains most to the one that gains least."""

    enhancements: tuple[Enhancement, ...]
    """Most first, by median."""
    gains_more: Array
    """[i, j]: probability that the i-th gains more than the j-th; ties count half, itself 0.5."""
    rank_probability: Array
    """[i, k]: probability that the i-th is at rank k, from 0; ties share their ranks evenly."""
    order_probability: float
    """That this whole order holds; neighbours that tie count as in order."""


def intact(
    values: Draws, one: Ingredient, *, ph: ArrayLike | None = None, excised: bool = False
) -> Intact:
    """Layers of intact skin as one ingredient meets them.

    Parameters
    ----------
    values
        Draws of the parameters of model ``"absorption"``, each of shape (draws,).
    one
        The ingredient.
    ph
        Of the product, 0 to 14, one or (draws,); drawn where it is not given.
    excised
        Skin in a diffusion cell: thinner dermis over a sink, no blood.

    Returns
    -------
    Intact
        One column a draw.

    Raises
    ------
    UsageError
        The pH lies outside its domain or does not match the draws, or a draw is no number.

    Notes
    -----
    Structure: KnowledgeSynthesis, section (d), with the polar path added. Figures: claims
    `response.absorption.*`.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.absorption_ingredients import ingredient
    >>> from needlework.response.parameters import parameters
    >>> some = draw(parameters(load_knowledge(), "absorption"), 100, seed=1)
    >>> water, fat = (intact(some, ingredient(id_)) for id_ in ("panthenol", "retinol"))
    >>> bool(np.all(water.barrier_cm_h < fat.barrier_cm_h))
    True
    """
    draws = all_drawn(values, _BEHIND, MODEL)
    error = values["permeability-error"]
    acidity = (
        values["vehicle-ph"].clip(0, MOST_PH)
        if ph is None
        else one_a_draw(ph, "pH of the product", draws, high=MOST_PH)
    )
    share = uncharged(one, acidity)
    mass = one.molar_mass.value
    hole = _in_water_cm2_h(values, mass) / _cm(values["living-epidermis-thickness"])
    if one.log_p is None:
        partition = np.full_like(error, -inf)
    else:
        partition = values["permeability-log-p-slope"] * min(one.log_p.value, _HIGHEST_LOG_P)
    speed = values["permeability-intercept"] + values["permeability-mass-slope"] * mass
    # Potts and Guy read their regression as partition times diffusivity over thickness, so that
    # it says what the layer holds as well. Its error is taken for one of partition: then delay
    # goes with molar mass alone.
    held = 10.0 ** np.maximum(partition + error, _LOWEST_LOG) * share
    lipids = held * 10.0 ** np.maximum(speed, _LOWEST_LOG)
    dermis = values["dermis-thickness-excised" if excised else "dermis-thickness"]
    layers = tuple(
        float(_cm(each[0]))
        for each in (values["horny-layer-thickness"], values["living-epidermis-thickness"], dermis)
    )
    water = _in_water_cm2_h(values, mass)
    one_each = np.ones_like(error)
    return Intact(
        Column(
            thickness_cm=layers,
            cells=CELLS,
            conductivity=np.stack([lipids * layers[0], water, water], axis=1),
            storage=np.stack([held, one_each, one_each], axis=1),
            clearance_per_h=np.zeros_like(error) if excised else _clearance_per_h(values, one),
            open_base=excised,
        ),
        hole_cm_h=hole,
        lipids_cm_h=lipids,
        polar_share=values["polar-path"],
    )


def enhancement(
    claims: Mapping[str, Claim],
    one: Ingredient,
    *,
    phi: ArrayLike,
    channel: Channel = 1.0,
    hours: float = 24.0,
    draws: int = 200,
    seed: int = 0,
    ph: ArrayLike | None = None,
    dissolves: float = inf,
    steps: int = STEPS,
) -> Enhancement:
    """How much more of an ingredient needled skin takes up within some hours than intact skin.

    Parameters
    ----------
    claims
        Of model ``"absorption"``, as `parameters` gives them.
    one
        The ingredient.
    phi
        Area share of the punctures, 0 to 1, one or (draws,), as the puncture model gives it.
    channel
        What is left of the channels' openness after each hour since the product went on: a
        function of hours, such as ``partial(closure.channel, skin)``, or values on
        ``time_grid(hours, steps)``; (times,) or (draws, times), 0 to 1.
    hours
        Since the product went on, above 0. Counts with the closing: product at once.
    draws, seed
        As `draw`. The same seed gives every ingredient the same skin and channels.
    ph
        Of the product, 0 to 14, one or (draws,); drawn where it is not given.
    dissolves
        Share of the product's content that is in solution at most, above 0.
    steps
        Of the time grid.

    Returns
    -------
    Enhancement
        Ratios, their intervals, and whether the ingredient lies within the calibration.

    Raises
    ------
    UsageError
        Something lies outside its domain, or counts do not agree.

    Notes
    -----
    Uptake is what got past the horny layer: into living skin or blood.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.absorption_ingredients import ingredient
    >>> from needlework.response.parameters import parameters
    >>> claims = parameters(load_knowledge(), "absorption")
    >>> gain = enhancement(claims, ingredient("ascorbic-acid"), phi=0.01, hours=8, draws=50)
    >>> bool(gain.said.low_95 > 1)
    True
    """
    values = _drawn(claims, one, draws, seed)
    skin = intact(values, one, ph=ph)
    share = open_share(values, phi)
    ends = real(dissolves, "Share that dissolves")
    if ends.ndim or not ends >= LEAST:
        raise UsageError("Share that dissolves: not above 0.", hint="Give infinity for all of it.")
    donor = Donor(_cm(values["vehicle-film"]), np.full(draws, ends))
    taken = [
        follow(
            skin.column,
            donor,
            hours=hours,
            channel=channel,
            share=opened,
            always=skin.polar_share,
            hole_cm_h=skin.hole_cm_h,
            steps=steps,
        ).beyond_surface[:, -1]
        for opened in (share, np.zeros_like(share))
    ]
    return _enhancement(claims, one, taken[0] / taken[1])


def resting_enhancement(
    claims: Mapping[str, Claim],
    one: Ingredient,
    *,
    phi: ArrayLike,
    openness: ArrayLike = 1.0,
    draws: int = 200,
    seed: int = 0,
    ph: ArrayLike | None = None,
) -> Enhancement:
    """Flux through needled over intact skin in a diffusion cell, at rest, from an ample donor.

    Parameters
    ----------
    claims, one, phi, draws, seed, ph
        As `enhancement`.
    openness
        Of the channels, 0 to 1, one or (draws,); excised skin does not close.

    Returns
    -------
    Enhancement
        From series resistances alone.

    Raises
    ------
    UsageError
        As `enhancement`.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.absorption_ingredients import ingredient
    >>> from needlework.response.parameters import parameters
    >>> claims = parameters(load_knowledge(), "absorption")
    >>> gain = resting_enhancement(claims, ingredient("retinol"), phi=0.01)
    >>> bool(gain.said.median < 1.01)
    True
    """
    values = _drawn(claims, one, draws, seed)
    skin = intact(values, one, ph=ph, excised=True)
    left = one_a_draw(openness, "Openness of channels", draws, high=1.0)
    polar = skin.polar_share
    needled = polar + (1 - polar) * open_share(values, phi) * left
    fluxes = [resting_flux(skin.column, share, skin.hole_cm_h) for share in (needled, polar)]
    return _enhancement(claims, one, fluxes[0] / fluxes[1])


def ranking(
    claims: Mapping[str, Claim],
    some: Sequence[Ingredient],
    *,
    phi: ArrayLike,
    channel: Channel = 1.0,
    hours: float = 24.0,
    draws: int = 200,
    seed: int = 0,
    ph: Mapping[str, float] | None = None,
    steps: int = STEPS,
) -> Ranking:
    """Which of several ingredients gain most from needling, and how sure that order is.

    Parameters
    ----------
    claims, phi, channel, hours, draws, seed, steps
        As `enhancement`. All ingredients meet the same skin and channels, draw by draw; how far
        each lies from the regression is its own.
    some
        Ingredients, at least one, none twice.
    ph
        Of the product that holds an ingredient, by its id; drawn where it is not given.

    Returns
    -------
    Ranking
        Most first, with the probability of the order.

    Raises
    ------
    UsageError
        There is no ingredient, one comes twice or a pH names none of them; or as `enhancement`.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.absorption_ingredients import ingredient
    >>> from needlework.response.parameters import parameters
    >>> claims = parameters(load_knowledge(), "absorption")
    >>> two = [ingredient("retinol"), ingredient("panthenol")]
    >>> ranked = ranking(claims, two, phi=0.01, hours=8, draws=50)
    >>> [one.ingredient for one in ranked.enhancements]
    ['panthenol', 'retinol']
    >>> ranked.order_probability > 0.9
    True
    """
    ids = [one.id for one in some]
    if not ids or len(set(ids)) < len(ids):
        raise UsageError(
            "A ranking needs ingredients, each once.", hint="Give one or more different ones."
        )
    acidity = dict(ph or {})
    if unknown := sorted(acidity.keys() - set(ids)):
        raise UsageError(
            f"A pH is given for {unknown[0]!r}, which is not ranked.",
            hint="Give a pH only for ingredients in the list.",
        )
    gains = [
        enhancement(
            claims,
            one,
            phi=phi,
            channel=channel,
            hours=hours,
            draws=draws,
            seed=seed,
            ph=acidity.get(one.id),
            steps=steps,
        )
        for one in some
    ]
    return ranked(gains)


def ranked(gains: Sequence[Enhancement]) -> Ranking:
    """Put enhancements of the same draws in order.

    Parameters
    ----------
    gains
        At least one, each with ratios of shape (draws,), of the same seed.

    Raises
    ------
    UsageError
        There is none, or counts of draws differ.

    Examples
    --------
    >>> one = np.array([1.0, 3.0, 3.0, 3.0])
    >>> two = [Enhancement(id_, r, summarise(r), True) for id_, r in (("a", one), ("b", one * 2))]
    >>> ranked(two).order_probability
    1.0
    """
    if not gains or len({len(gain.ratio) for gain in gains}) > 1:
        raise UsageError(
            "Enhancements to rank need the same draws.", hint="Make them with the same seed."
        )
    order = sorted(gains, key=lambda gain: (-float(gain.said.median), gain.ingredient))
    ratios = np.array([gain.ratio for gain in order])
    more = ratios[:, None] > ratios[None]
    tied = ratios[:, None] == ratios[None]
    number = len(order)
    above = np.swapaxes(more, 0, 1).sum(axis=1)
    level = tied.sum(axis=1)
    places = np.zeros((number, number))
    for rank in range(number):
        here = (above <= rank) & (rank < above + level)
        places[:, rank] = (here / level).mean(axis=1)
    holds = np.all(ratios[:-1] >= ratios[1:], axis=0)
    return Ranking(
        enhancements=tuple(order),
        gains_more=(more + tied / 2).mean(axis=2),
        rank_probability=places,
        order_probability=float(holds.mean()),
    )


def open_share(values: Draws, phi: ArrayLike) -> Array:
    """Share of the area that conducts as open channels at the start, (draws,), at most 1.

    Parameters
    ----------
    values
        Draws of the parameters.
    phi
        Area share of the punctures, 0 to 1, one or (draws,).

    Raises
    ------
    UsageError
        `phi` lies outside its domain or does not match the draws.

    Examples
    --------
    >>> open_share({"channel-yield": np.array([0.02])}, 0.01).tolist()
    [0.0002]
    """
    draws = all_drawn(values, ("channel-yield",), MODEL)
    share = one_a_draw(phi, "Area share of punctures", draws, high=1.0)
    return np.asarray(np.minimum(values["channel-yield"] * share, 1.0), dtype=np.float64)


def calibrated(claims: Mapping[str, Claim], one: Ingredient) -> bool:
    """Whether an ingredient lies among the compounds that the regression rests on.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.absorption_ingredients import ingredient
    >>> from needlework.response.parameters import parameters
    >>> claims = parameters(load_knowledge(), "absorption")
    >>> calibrated(claims, ingredient("caffeine")), calibrated(claims, ingredient("tocopherol"))
    (True, False)
    """
    return (
        one.log_p is not None
        and claims["calibrated-log-p-from"].number <= one.log_p.value
        and one.log_p.value <= claims["calibrated-log-p-to"].number
        and one.molar_mass.value <= claims["calibrated-mass-to"].number
    )


def gains_nothing(claims: Mapping[str, Claim], gain: Enhancement) -> float:
    """Probability that an ingredient gains less than could be told from nothing.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> from needlework.response.parameters import parameters
    >>> ratio = np.array([1.0, 1.01, 1.02, 5.0])
    >>> claims = parameters(load_knowledge(), "absorption")
    >>> gains_nothing(claims, Enhancement("retinol", ratio, summarise(ratio), True))
    0.75
    """
    return float(np.mean(gain.ratio < claims["nothing-gained"].number))


_BEHIND: Final = frozenset(
    {
        "permeability-intercept",
        "permeability-log-p-slope",
        "permeability-mass-slope",
        "permeability-error",
        "polar-path",
        "diffusivity-intercept",
        "diffusivity-mass-slope",
        "horny-layer-thickness",
        "living-epidermis-thickness",
        "dermis-thickness",
        "dermis-thickness-excised",
        "capillary-permeability",
        "capillary-surface",
        "capillary-flow",
        "vehicle-ph",
    }
)
"""Parameters that intact skin is made of."""


def _drawn(claims: Mapping[str, Claim], one: Ingredient, draws: int, seed: int) -> dict[str, Array]:
    """Draws in which only the error of the regression is the ingredient's own."""
    own = f"permeability-error of {one.id}"
    values = draw({**claims, own: claims["permeability-error"]}, draws, seed)
    values["permeability-error"] = values.pop(own)
    return values


def _enhancement(claims: Mapping[str, Claim], one: Ingredient, ratio: Array) -> Enhancement:
    return Enhancement(one.id, ratio, summarise(ratio), calibrated(claims, one))


def _in_water_cm2_h(values: Draws, mass: float) -> Array:
    """Free diffusivity in living tissue."""
    logarithm = values["diffusivity-intercept"] + values["diffusivity-mass-slope"] * np.log10(mass)
    return np.asarray(10.0**logarithm * _SECONDS_AN_HOUR, dtype=np.float64)


def _clearance_per_h(values: Draws, one: Ingredient) -> Array:
    """By capillaries: their wall and their flow in series."""
    partition = -inf if one.log_p is None else min(one.log_p.value, _HIGHEST_LOG_P)
    logarithm = (
        values["permeability-intercept"]
        + values["permeability-log-p-slope"] * partition
        + values["permeability-mass-slope"] * one.molar_mass.value
    )
    wall = (
        values["capillary-permeability"]
        * 10.0 ** np.maximum(logarithm, _LOWEST_LOG)
        * values["capillary-surface"]
    )
    return np.asarray(
        1 / (1 / wall + 1 / (values["capillary-flow"] * _SECONDS_AN_HOUR)), dtype=np.float64
    )


def _cm(thickness_um: ArrayLike) -> Array:
    return np.asarray(np.asarray(thickness_um, dtype=np.float64) * (to_mm(1, "um") / 10))
