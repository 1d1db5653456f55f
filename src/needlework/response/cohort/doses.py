"""How strong a session is for each person of a block, and beside a session of the trials'.

What `penetration.penetration` and `forecast.relative_dose` say of people of one sex and age, here
of people who each have their own; every factor is drawn as there, from the block's seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from needlework.errors import UsageError
from needlework.evidence import Knowledge
from needlework.response import anatomy, forecast, healing, penetration, puncture
from needlework.response.anatomy import NoLayers
from needlework.response.cohort.people import BLOCK, Block
from needlework.response.cohort.study import Protocol
from needlework.response.forecast import Way
from needlework.response.parameters import draw, parameters
from needlework.response.puncture import NoPattern

Floats = NDArray[np.float64]

_DECADE_YEARS: Final = 10


def doses(knowledge: Knowledge, some: Block, protocol: Protocol) -> tuple[Floats, Floats]:
    """Dose of each session, and how many times the trials' it is.

    Parameters
    ----------
    knowledge
        What is known.
    some
        People, as `people.block` gives them.
    protocol
        How they are needled.

    Returns
    -------
    tuple
        Shape (`BLOCK`,) each: 0 to 1, as `healing.dose`, and the ratio that `outcome.gains`
        takes the logarithm of, held within the bounds that the forecast goes by.

    Raises
    ------
    UsageError
        Too little is known of the device or the zone.
    """
    claims = parameters(knowledge, forecast.MODEL)
    trials = Way(
        device=claims["reference-device"].word,
        zone=claims["reference-zone"].word,
        depth_mm=claims["reference-depth"].number,
        passes=round(claims["reference-passes"].number),
    )
    way = Way(
        device=protocol.device,
        zone=protocol.zone,
        depth_mm=protocol.depth_mm,
        passes=protocol.passes,
        needles=protocol.needles,
    )
    own = healing.dose(_injured_cm3_per_cm2(knowledge, some, way), some.half_dose)
    theirs = _dose_of_trials(knowledge, some, trials)
    least = claims["dose-ratio-least"].number
    # A trial's needle that misses the dermis in a draw leaves nothing to compare with.
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(theirs > 0, own / theirs, 1.0)
    return own, np.clip(ratio, least, 1 / least)


@lru_cache(maxsize=2)
def _dose_of_trials(knowledge: Knowledge, some: Block, trials: Way) -> Floats:
    """Of the reference session: the same under every protocol."""
    return healing.dose(_injured_cm3_per_cm2(knowledge, some, trials), some.half_dose)


def _injured_cm3_per_cm2(knowledge: Knowledge, some: Block, way: Way) -> Floats:
    seed = some.seed
    pattern = puncture.pattern(
        knowledge, way.device, way.passes, draws=BLOCK, seed=seed, needles=way.needles
    )
    if isinstance(pattern, NoPattern):
        raise UsageError(
            f"The needles of {way.device!r} are not known well enough.",
            hint="There is no dose to reckon: name another device.",
        )
    epidermis, dermis = _layers_mm(knowledge, some, way.zone)
    values = _drawn(knowledge, seed)
    kind = knowledge.release.devices[way.device].kind
    travel, _ = penetration.lengths_mm(values, kind, way.depth_mm)
    return penetration.injured_volume_cm3_per_cm2(
        pattern.density_per_cm2, pattern.hole_radius_mm, travel, epidermis, dermis
    )


@lru_cache(maxsize=2)
def _drawn(knowledge: Knowledge, seed: int) -> Mapping[str, Floats]:
    return draw(parameters(knowledge, penetration.MODEL), BLOCK, seed)


@lru_cache(maxsize=8)
def _layers_mm(knowledge: Knowledge, some: Block, zone: str) -> tuple[Floats, Floats]:
    """Epidermis and dermis by each person's sex, thinned to their age."""
    claims = parameters(knowledge, anatomy.MODEL)
    by_sex = []
    for sex in anatomy.SEXES:
        made = anatomy.layers(knowledge, zone, sex=sex, draws=BLOCK, seed=some.seed)
        if isinstance(made, NoLayers):
            raise UsageError(
                f"How thick the skin of {zone!r} is was never measured.",
                hint="There is no dose to reckon: name another zone.",
            )
        by_sex.append((made.epidermis.mm, made.dermis.mm))
    decades = (some.age_years - claims["reference-age"].number) / _DECADE_YEARS
    losses = draw({key: claims[key] for key in _LOSSES}, BLOCK, some.seed)
    epidermis, dermis = (
        np.where(some.female, female, male) * np.exp(-losses[key] * decades)
        for key, female, male in zip(_LOSSES, *by_sex, strict=True)
    )
    return epidermis, dermis


_LOSSES: Final = ("epidermis-loss-per-decade", "dermis-loss-per-decade")
