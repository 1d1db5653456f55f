"""Penetration: how deep a needle goes, what stays open, and how much dermis is injured.

Three lengths are kept apart: the depth that is set, the travel of the needle in skin, and the
channel that stays open once it is withdrawn. Travel is a share of the set depth less what is
lost to dimpling; the channel is a share of the travel. What share depends on the kind of device.

What is not known: no study gave travel by facial zone, sex or speed of a pen; travel and channel
were measured in different skins by different means, and cannot be told apart where only optical
sections were taken. Holes are taken as cylinders; a tapered needle injures less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from needlework.errors import UsageError
from needlework.evidence import Claim, Knowledge
from needlework.response import anatomy, puncture
from needlework.response.anatomy import LAYERS, Layers, NoLayers
from needlework.response.inputs import (
    Array,
    all_drawn,
    checked,
    fitting,
    named,
    one_a_draw,
    one_number,
)
from needlework.response.parameters import Draws, draw, parameters
from needlework.response.puncture import NoPattern, area_fraction, hole_area_mm2
from needlework.response.summary import Summary, summarise

MODEL: Final = "penetration"

CLASSES: Final = ("pen", "roller", "patch")
"""Kinds of device whose travel differs; needles pressed by hand go as a roller's."""

DEEPEST_MM: Final = 10.0
"""A deeper setting is no microneedling, or is in another unit."""

NOT_ENTERED: Final = "not-entered"
"""Where the needle only dimples the skin."""

_MM_PER_CM: Final = 10


# --- lengths ----------------------------------------------------------------------------------


def travel_mm(
    set_depth_mm: ArrayLike, share: ArrayLike, error_mm: ArrayLike, dimpling_mm: ArrayLike
) -> Array:
    """How far a needle moves in skin: max(0, η (L + e) - δ).

    Parameters
    ----------
    set_depth_mm
        L: the setting of a dial or the length of a roller's needles, 0 to 10 mm.
    share
        η: 0 to 1.
    error_mm
        e: true less set length, any sign.
    dimpling_mm
        δ: 0 or more. All broadcast.

    Returns
    -------
    NDArray
        mm, 0 or more; 0 where nothing is set.

    Raises
    ------
    UsageError
        An argument is empty, not finite or out of its domain.

    Notes
    -----
    Source: response notes, recommended model (b) (KnowledgeSynthesis).

    Examples
    --------
    >>> round(travel_mm(1.5, 5 / 7, 0.0, 0.08).item(), 2)
    0.99
    """
    depth, eta, error, delta = fitting(
        checked(set_depth_mm, "Set depth in mm", high=DEEPEST_MM),
        checked(share, "Share of the set depth", high=1.0),
        checked(error_mm, "Error of the set depth in mm", low=-DEEPEST_MM, high=DEEPEST_MM),
        checked(dimpling_mm, "Dimpling in mm"),
    )
    return np.asarray(np.where(depth > 0, np.maximum(eta * (depth + error) - delta, 0.0), 0.0))


def channel_mm(travel: ArrayLike, open_share: ArrayLike) -> Array:
    """How deep the channel stays open once the needle is withdrawn: ρ d.

    Parameters
    ----------
    travel
        mm, 0 or more.
    open_share
        ρ: 0 to 1; they broadcast.

    Raises
    ------
    UsageError
        An argument is empty, not finite or out of its domain.

    Examples
    --------
    >>> round(channel_mm(0.9, 1 / 3).item(), 3)
    0.3
    """
    moved, share = fitting(
        checked(travel, "Travel in mm"), checked(open_share, "Share that stays open", high=1.0)
    )
    return np.asarray(moved * share)


def injured_volume_cm3_per_cm2(
    density_per_cm2: ArrayLike,
    hole_radius_mm: ArrayLike,
    travel: ArrayLike,
    epidermis_mm: ArrayLike,
    dermis_mm: ArrayLike,
) -> Array:
    """Dermis injured beneath a square centimetre of skin: φ min(h_d, max(0, d - h_e)).

    φ = 1 - exp(-n π r²) is the punctured share of the surface, so that holes that fall on each
    other are not counted twice and no more dermis can be injured than there is; at the densities
    of rollers it differs from n π r² by less than a hundredth.

    Parameters
    ----------
    density_per_cm2
        n: punctures, 0 or more.
    hole_radius_mm
        r: 0 or more.
    travel
        d: of the needle, mm, 0 or more.
    epidermis_mm, dermis_mm
        h_e, h_d: thickness by histology, 0 or more. All broadcast, commonly to (draws,).

    Returns
    -------
    NDArray
        cm³/cm², commonly (draws,): the dose that healing takes.

    Raises
    ------
    UsageError
        An argument is empty, not finite or negative.

    Notes
    -----
    Source: response notes, recommended model (b) (KnowledgeSynthesis).

    Examples
    --------
    >>> round(injured_volume_cm3_per_cm2(250, 0.035, 1.06, 0.06, 1.3).item(), 5)
    0.00096
    """
    punctured, moved, epidermis, dermis = fitting(
        area_fraction(density_per_cm2, hole_area_mm2(hole_radius_mm)),
        checked(travel, "Travel in mm"),
        checked(epidermis_mm, "Epidermis in mm"),
        checked(dermis_mm, "Dermis in mm"),
    )
    within = np.minimum(dermis, np.maximum(moved - epidermis, 0.0))
    return np.asarray(punctured * within / _MM_PER_CM)


# --- force ------------------------------------------------------------------------------------


def entry_force_mn(
    claims: Mapping[str, Claim], tip_um: ArrayLike, speed_ratio: ArrayLike = 1.0
) -> Array:
    """Force at which a single needle enters skin: linear in its tip, less at more speed.

    Parameters
    ----------
    claims
        Of model ``"penetration"``.
    tip_um
        Tip diameter, above 0. Measured between 5 and 37 µm; beyond, the line is carried on.
    speed_ratio
        Speed over that of the test, above 0. Measured for one doubling of slow motion; a pen
        is several hundred times quicker, for which nothing was measured.

    Returns
    -------
    NDArray
        mN.

    Raises
    ------
    UsageError
        An argument is empty, not finite or not above 0.

    Notes
    -----
    Sources: Romgens2014, Olatunji2013.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> claims = parameters(load_knowledge(), "penetration")
    >>> entry_force_mn(claims, [5.0, 37.0]).tolist()
    [20.0, 167.0]
    """
    tip, faster = fitting(
        checked(tip_um, "Tip diameter in um", above=True),
        checked(speed_ratio, "Speed over that of the test", above=True),
    )
    sharp, blunt = (claims[f"entry-force-{kind}"].number for kind in ("sharp", "blunt"))
    thin, thick = (claims[f"entry-tip-{kind}"].number for kind in ("sharp", "blunt"))
    at_test_speed = sharp + (blunt - sharp) * (tip - thin) / (thick - thin)
    doubling = claims["entry-force-per-doubling"].number
    # The line meets zero a little below the sharpest tip measured; no force is negative.
    return np.asarray(np.maximum(at_test_speed, 0.0) * doubling ** np.log2(faster))


# --- which layer ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LayerReached:
    """How deep the needle's tip goes, and in which layer it comes to rest."""

    chances: dict[str, float]
    """Layer → share of draws, from the surface down, `NOT_ENTERED` first; they add up to 1."""
    likeliest: str
    depth_mm: Summary
    """Of the travel below the surface."""


def layer_reached(travel: ArrayLike, layers: Layers) -> LayerReached:
    """The layer in which the tip comes to rest, and how sure that is.

    A tip on a border counts to the upper layer.

    Parameters
    ----------
    travel
        mm, 0 or more, shape (draws,) as the layers.
    layers
        Of the zone, the same number of draws.

    Returns
    -------
    LayerReached
        Chances are shares of draws: of people of whom no more is known.

    Raises
    ------
    UsageError
        A travel is not finite or negative, or there are not as many as the layers' draws.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> skin = anatomy.layers(load_knowledge(), "malar")
    >>> layer_reached(np.full(1000, 0.6), skin).likeliest
    'reticular-dermis'
    """
    moved = checked(travel, "Travel in mm")
    floors = checked(layers.floors_mm(), "Depth of a layer in mm")
    if moved.shape != floors.shape[1:]:
        raise UsageError(
            f"{moved.size} draws of travel do not go with {floors.shape[1]} of layers.",
            hint="Draw both with the same number of draws.",
        )
    rests = (moved > floors).sum(axis=0)
    counts = np.bincount(rests[moved > 0], minlength=len(LAYERS)) / moved.size
    chances = {NOT_ENTERED: float(np.mean(moved == 0))}
    chances |= {layer: float(share) for layer, share in zip(LAYERS, counts, strict=True)}
    return LayerReached(
        chances=chances,
        likeliest=max(chances, key=lambda layer: chances[layer]),
        depth_mm=summarise(moved),
    )


# --- a zone under a device --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Penetration:
    """What a setting does in a zone; arrays have the shape (draws,)."""

    zone: str
    device: str
    set_depth_mm: float
    travel_mm: Array
    channel_mm: Array
    layers: Layers
    reached: LayerReached
    density_per_cm2: Array | None
    """Punctures after the passes; None where the device's needles or rate are not known."""
    injured_volume_cm3_per_cm2: Array | None
    """The dose that healing takes; None where there is no density."""
    claims: tuple[str, ...]
    """Ids of what it rests on."""

    @property
    def proxy(self) -> str | None:
        """The zone whose dermis stands in for this one's."""
        return self.layers.proxy


@dataclass(frozen=True, slots=True)
class NoPenetration:
    """No answer: nothing is known of this zone's thickness, nor of any that might stand in."""

    zone: str


def penetration(
    knowledge: Knowledge,
    device: str,
    zone: str,
    set_depth_mm: float,
    passes: int,
    *,
    sex: str | None = None,
    age_years: float | None = None,
    needles: int | None = None,
    draws: int = 1000,
    seed: int = 1,
) -> Penetration | NoPenetration:
    """Travel, channel, layers reached and injured dermis for one setting in one zone.

    Parameters
    ----------
    knowledge
        What is known, with the clinic's choices over it.
    device
        A device's id, such as ``"roller-mf8"``.
    zone
        A zone without its side, such as ``"cheek"``.
    set_depth_mm
        The dial, or the length of a roller's needles, 0 to 10 mm.
    passes
        1 to 200.
    sex, age_years
        As in `anatomy.layers`.
    needles
        Of the cartridge in hand, where it is not the device's usual one.
    draws, seed
        As in `parameters.draw`.

    Returns
    -------
    Penetration or NoPenetration
        `NoPenetration` where the zone's skin was not measured and has no proxy.

    Raises
    ------
    UsageError
        There is no such device, zone or sex, or a number is out of its domain.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> known = load_knowledge()
    >>> made = penetration(known, "exceed", "cheek", 1.0, passes=4, sex="female")
    >>> made.proxy, made.reached.likeliest
    ('malar', 'reticular-dermis')
    >>> penetration(known, "exceed", "scalp", 1.0, passes=4)
    NoPenetration(zone='scalp')
    """
    one_number(set_depth_mm, "Set depth in mm", high=DEEPEST_MM)
    pattern = puncture.pattern(knowledge, device, passes, draws=draws, seed=seed, needles=needles)
    skin = anatomy.layers(knowledge, zone, sex=sex, age_years=age_years, draws=draws, seed=seed)
    if isinstance(skin, NoLayers):
        return NoPenetration(zone)
    kind = knowledge.release.devices[device].kind
    values = draw(parameters(knowledge, MODEL), draws, seed)
    moved, stays = lengths_mm(values, kind, set_depth_mm)
    density = injured = None
    rests_on: tuple[str, ...] = ()
    if not isinstance(pattern, NoPattern):
        density, rests_on = pattern.density_per_cm2, pattern.claims
        injured = injured_volume_cm3_per_cm2(
            density, pattern.hole_radius_mm, moved, skin.epidermis.mm, skin.dermis.mm
        )
    own = (f"travel-share-{kind}", "set-depth-error", "dimpling", "open-share")
    return Penetration(
        zone=zone,
        device=device,
        set_depth_mm=set_depth_mm,
        travel_mm=moved,
        channel_mm=stays,
        layers=skin,
        reached=layer_reached(moved, skin),
        density_per_cm2=density,
        injured_volume_cm3_per_cm2=injured,
        claims=(*(f"response.{MODEL}.{key}" for key in own), *skin.claims, *rests_on),
    )


def lengths_mm(values: Draws, kind: str, set_depth_mm: ArrayLike) -> tuple[Array, Array]:
    """Travel and open channel of a kind of device, one a draw.

    Parameters
    ----------
    values
        Draws of model ``"penetration"``, each of shape (draws,).
    kind
        One of `CLASSES`.
    set_depth_mm
        0 to 10 mm: one, or one a draw.

    Returns
    -------
    tuple
        Travel and channel, mm, each of shape (draws,).

    Raises
    ------
    UsageError
        Travel is not known for that kind, or the depth is out of its domain.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> values = draw(parameters(load_knowledge(), "penetration"), 4000, seed=1)
    >>> moved, stays = lengths_mm(values, "roller", 0.77)
    >>> bool((stays <= moved).all()), round(float(np.median(moved)), 1)
    (True, 0.3)
    """
    named(
        kind, CLASSES, "travel known for the kind of device", hint=f"Known: {', '.join(CLASSES)}."
    )
    share = f"travel-share-{kind}"
    draws = all_drawn(values, (share, "set-depth-error", "dimpling", "open-share"), MODEL)
    depth = one_a_draw(set_depth_mm, "Set depth in mm", draws, high=DEEPEST_MM)
    moved = travel_mm(depth, values[share], values["set-depth-error"], values["dimpling"])
    return moved, channel_mm(moved, values["open-share"])
