"""Closing of needled skin: a dry barrier that is back in hours, a wet channel that lasts longer.

Two states explain why water loss and dry impedance call skin closed after hours while dyes,
optical sections and impedance under gel still see channels after a day or more. The barrier
falls to a share of its first opening exponentially; so does the channel, with a half-life that
grows with needle length, under occlusion and with age, and differs between people.

What is not known: no study measured both states together on a needled face; the length exponent
rests on two lengths in rats; occlusion of the barrier is assumed; the sign of age was published,
its size was not readable. Only the sites, lengths and ages studied are calibrated: `calibrated`
says so of a length.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from needlework.errors import UsageError
from needlework.evidence import Cited, Claim, Knowledge
from needlework.response.inputs import Array, a_row, all_drawn, as_given, one_a_draw, one_number
from needlework.response.parameters import Draws, draw, parameters
from needlework.units import to_mm

MODEL: Final = "closure"
OLDEST: Final = 120
"""Years; more is a slip of the hand."""
LONGEST_MM: Final = 10.0
"""A longer needle is no microneedle, or is in another unit."""

_SETTLED: Final = 1e-12
"""Relative step at which Newton's iteration has nothing left to find in double precision."""
_MOST_STEPS: Final = 100


@dataclass(frozen=True, slots=True)
class Closing:
    """How skin closes in each draw; every array has the shape (draws,)."""

    barrier_half_life_h: Array
    channel_half_life_h: Array
    closed_below: Array
    """Share of the first opening under which a method no longer sees it."""
    barrier_share: Array
    """Share of the first extra water loss that is the barrier's; the rest is the channels'."""

    def __post_init__(self) -> None:
        draws = a_row(self.barrier_half_life_h, "Half-life of the barrier in h", above=True).size
        one_a_draw(self.channel_half_life_h, "Half-life of channels in h", draws, above=True)
        one_a_draw(self.closed_below, "Share that counts as closed", draws, high=1.0, above=True)
        one_a_draw(self.barrier_share, "Share of the barrier in water loss", draws, high=1.0)


@dataclass(frozen=True, slots=True)
class Waits:
    """Hours by which half, 90 % and 97.5 % of people have closed."""

    half_h: float
    most_h: float
    nearly_all_h: float


def closing(
    draws: Draws, *, needle_mm: ArrayLike, age_years: ArrayLike, occluded: ArrayLike = False
) -> Closing:
    """Half-lives of barrier and channel after needling, one a draw.

    Parameters
    ----------
    draws
        Of the parameters of model ``"closure"``, each of shape (draws,).
    needle_mm
        Nominal needle length or set depth in mm, above 0: one, or one a draw.
    age_years
        0 to 120: one, or one a draw.
    occluded
        Whether the skin stays covered airtight from the session on: one, or one a draw.

    Returns
    -------
    Closing
        Half-lives in hours and the two shares, each of shape (draws,).

    Raises
    ------
    UsageError
        A length, an age or a draw lies outside its domain or is not a number, or counts do
        not agree.

    Notes
    -----
    Structure: KnowledgeSynthesis, section (c). Figures: claims `response.closure.*`.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> some = draw(parameters(load_knowledge(), "closure"), 4000, seed=1)
    >>> dry = closing(some, needle_mm=0.5, age_years=40)
    >>> bool(np.median(dry.channel_half_life_h) > np.median(dry.barrier_half_life_h))
    True
    """
    count = all_drawn(draws, _BEHIND, MODEL)
    length = one_a_draw(needle_mm, "Needle length in mm", count, high=LONGEST_MM, above=True)
    age = one_a_draw(age_years, "Age in years", count, high=OLDEST)
    covered = _covered(occluded, count)
    logarithm = (
        np.log(draws["channel-half-life"])
        + draws["length-exponent"] * np.log(length / draws["reference-length"])
        + draws["occlusion-effect"] * covered
        + draws["age-effect"] * (age - draws["age-reference"]) / draws["age-span"]
        + draws["person-effect"]
    )
    return Closing(
        barrier_half_life_h=draws["barrier-half-life"]
        * np.where(covered == 1, draws["barrier-occlusion-factor"], 1.0),
        channel_half_life_h=np.exp(logarithm),
        closed_below=draws["closed-below"],
        barrier_share=draws["barrier-share"],
    )


def barrier(skin: Closing, hours: ArrayLike) -> Array:
    """Share of the barrier's opening that is left.

    Parameters
    ----------
    skin
        As `closing` gives it, (draws,).
    hours
        Since the last pass, 0 or more, shape (times,).

    Returns
    -------
    Array
        Shape (draws, times); 1 at the start, falling to 0.

    Raises
    ------
    UsageError
        No time is given, or one is below 0 or not a number.

    Examples
    --------
    >>> one = np.ones(1)
    >>> skin = Closing(one * 0.75, one * 5.4, one * 0.16, one * 0.8)
    >>> barrier(skin, [0, 0.75, 1.5]).tolist()
    [[1.0, 0.5, 0.25]]
    """
    return _left(skin.barrier_half_life_h, hours)


def channel(skin: Closing, hours: ArrayLike) -> Array:
    """Share of the channels' permeable area that is left; as `barrier` in all else.

    Examples
    --------
    >>> one = np.ones(1)
    >>> channel(Closing(one, one * 6, one * 0.16, one * 0.8), [0, 6, 12]).tolist()
    [[1.0, 0.5, 0.25]]
    """
    return _left(skin.channel_half_life_h, hours)


def water_loss_excess(skin: Closing, hours: ArrayLike) -> Array:
    """Transepidermal water loss above its baseline, as a share of what it was at the start.

    Parameters
    ----------
    skin
        As `closing` gives it, (draws,).
    hours
        Since the last pass, 0 or more, shape (times,).

    Returns
    -------
    Array
        Shape (draws, times), between the barrier's and the channels' curves.

    Raises
    ------
    UsageError
        As `barrier`.

    Examples
    --------
    >>> one = np.ones(1)
    >>> water_loss_excess(Closing(one, one * 6, one * 0.16, one * 0.8), [0, 6]).round(4).tolist()
    [[1.0, 0.1125]]
    """
    share = skin.barrier_share[:, None]
    return share * barrier(skin, hours) + (1 - share) * channel(skin, hours)


def hours_until_barrier(skin: Closing) -> Array:
    """Hours until the dry barrier is back, shape (draws,): its curve meets `closed_below`.

    Examples
    --------
    >>> one = np.ones(1)
    >>> hours_until_barrier(Closing(one, one * 6, one / 8, one * 0.8)).tolist()
    [3.0]
    """
    return skin.barrier_half_life_h * -np.log2(skin.closed_below)


def hours_until_closed(skin: Closing) -> Array:
    """Hours until the channels are closed, shape (draws,): their curve meets `closed_below`.

    Examples
    --------
    >>> one = np.ones(1)
    >>> hours_until_closed(Closing(one, one * 6, one / 8, one * 0.8)).tolist()
    [18.0]
    """
    return skin.channel_half_life_h * -np.log2(skin.closed_below)


def hours_until_water_loss_settles(skin: Closing) -> Array:
    """Hours until water loss is back as a meter sees it, shape (draws,).

    The logarithm of a sum of two falling exponentials is convex, so Newton's iteration on it
    climbs from 0 to the root without passing it, also where the rates lie far apart.

    Examples
    --------
    >>> one = np.ones(1)
    >>> skin = Closing(one, one * 6, one * 0.16, one * 0.8)
    >>> when = hours_until_water_loss_settles(skin)
    >>> water_loss_excess(skin, when).round(12).tolist()
    [[0.16]]
    """
    fast, slow = np.log(2) / skin.barrier_half_life_h, np.log(2) / skin.channel_half_life_h
    with np.errstate(divide="ignore"):
        first, second = np.log(skin.barrier_share), np.log1p(-skin.barrier_share)
    target = np.log(skin.closed_below)
    hours = np.zeros_like(target)
    for _ in range(_MOST_STEPS):
        barrier_part, channel_part = first - fast * hours, second - slow * hours
        total = np.logaddexp(barrier_part, channel_part)
        falling = fast * np.exp(barrier_part - total) + slow * np.exp(channel_part - total)
        step = (total - target) / falling
        hours = hours + step
        if np.all(np.abs(step) <= _SETTLED * (1 + hours)):
            break
    return hours


def waits(hours: Array) -> Waits:
    """The three times that are told, from one time a draw.

    Parameters
    ----------
    hours
        As a `hours_until_…` gives them, shape (draws,).

    Returns
    -------
    Waits
        The 50, 90 and 97.5 % quantiles.

    Raises
    ------
    UsageError
        There is none, or one is not a number.

    Examples
    --------
    >>> waits(np.linspace(0, 40, 41))
    Waits(half_h=20.0, most_h=36.0, nearly_all_h=39.0)
    """
    half, most, nearly_all = np.quantile(a_row(hours, "Hours of waiting"), (0.5, 0.9, 0.975))
    return Waits(float(half), float(most), float(nearly_all))


def calibrated(claims: Mapping[str, Claim], needle_mm: float) -> bool:
    """Whether needles of this length were among those that the model was calibrated on.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> known = parameters(load_knowledge(), "closure")
    >>> calibrated(known, 0.5), calibrated(known, 1.5)
    (True, False)
    """
    one_number(needle_mm, "Needle length in mm")
    low, high = claims["calibrated-from"], claims["calibrated-to"]
    return to_mm(low.number, low.unit) <= needle_mm <= to_mm(high.number, high.unit)


def lengthened(published_hours: float, modelled_hours: float) -> float:
    """A published wait beside a modelled one: a model may lengthen care, never shorten it.

    Parameters
    ----------
    published_hours
        The wait that aftercare gives, in hours, 0 or more.
    modelled_hours
        What a model would have, in hours, 0 or more.

    Returns
    -------
    float
        Hours; never below `published_hours`.

    Raises
    ------
    UsageError
        One of them is below 0, endless or not a number.

    Notes
    -----
    Claims `aftercare.schedule.models-may-lengthen` and `…may-shorten` say the same.

    Examples
    --------
    >>> lengthened(24, 37), lengthened(24, 3)
    (37.0, 24.0)
    """
    return max(one_number(wait, "Wait in h") for wait in (published_hours, modelled_hours))


def aftercare_hours(
    knowledge: Knowledge,
    *,
    needle_mm: float,
    age_years: float,
    occluded: bool = False,
    draws: int = 4000,
    seed: int = 0,
) -> Cited:
    """Hours until the channels are closed, as the one value that aftercare takes.

    Parameters
    ----------
    knowledge
        What is known, with the clinic's choices over it.
    needle_mm, age_years, occluded
        As `closing`.
    draws, seed
        As `draw`.

    Returns
    -------
    Cited
        Whole hours, rounded up, by which the share of people named by
        `response.closure.aftercare-share` has closed; with the claims behind it.

    Raises
    ------
    UsageError
        As `closing` and `draw`.
    NotAccepted
        The clinic rejected a parameter: aftercare then goes without the model.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> wait = aftercare_hours(load_knowledge(), needle_mm=1.0, age_years=40)
    >>> wait.unit, wait.value > 24
    ('h', True)
    """
    claims = parameters(knowledge, MODEL)
    skin = closing(
        draw(claims, draws, seed), needle_mm=needle_mm, age_years=age_years, occluded=occluded
    )
    level = claims["aftercare-share"].number
    hours = float(np.quantile(hours_until_closed(skin), level))
    used = (_BEHIND_CLOSED if occluded else _BEHIND_CLOSED - {"occlusion-effect"}) & claims.keys()
    behind = tuple(f"response.{MODEL}.{key}" for key in sorted(used))
    return Cited(float(math.ceil(hours)), "h", behind)


_BEHIND_CLOSED: Final = frozenset(
    {
        "channel-half-life",
        "reference-length",
        "length-exponent",
        "occlusion-effect",
        "age-effect",
        "age-reference",
        "age-span",
        "person-effect",
        "closed-below",
        "aftercare-share",
    }
)
"""Claims on which the time until the channels are closed rests."""

_BEHIND: Final = (_BEHIND_CLOSED - {"aftercare-share"}) | {
    "barrier-half-life",
    "barrier-occlusion-factor",
    "barrier-share",
}
"""Parameters that skin closes by."""


def _left(half_life_h: Array, hours: ArrayLike) -> Array:
    times = a_row(hours, "Hours since the last pass")
    return np.asarray(np.exp2(-times[None, :] / half_life_h[:, None]), dtype=np.float64)


def _covered(occluded: ArrayLike, draws: int) -> Array:
    given = as_given(occluded, "Occlusion", kinds="biuf").astype(np.float64)
    covered = one_a_draw(given, "Occlusion", draws, high=1.0)
    if not ((covered == 0) | (covered == 1)).all():
        raise UsageError("Skin is either occluded or not.", hint="Give true or false.")
    return covered
