"""Puncture pattern: how many holes a roller or a pen makes, how they lie, and what they miss.

Density is geometry; within one pass punctures lie regularly, and passes fall on each other at
random. So the area fraction, the distance to the nearest puncture and the missed and over-treated
shares have exact forms: a lattice for one pass, a power of it for several, Poisson in the limit.

What is not known: no published figure was found for the glide speed of a pen or the width it
sweeps, so a pen's density is uncertain two- to threefold; nor for the offset of a roller's rows,
nor for how far a puncture strays from its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from needlework.errors import UsageError
from needlework.evidence import Claim, Knowledge
from needlework.response.inputs import (
    MOST_PASSES,
    Array,
    checked,
    fitting,
    named,
    whole,
)
from needlework.response.parameters import draw, parameters
from needlework.units import to_mm

MODEL: Final = "puncture"

_RPM: Final = 60
_MM2_PER_CM2: Final = 100


# --- density ----------------------------------------------------------------------------------


def pen_density_per_cm2(
    needles: ArrayLike,
    stroke_rate_hz: ArrayLike,
    passes: ArrayLike,
    glide_speed_cm_s: ArrayLike,
    swept_width_cm: ArrayLike,
) -> Array:
    """Punctures per cm² after `passes` of a pen: N f P / (v w).

    Parameters
    ----------
    needles, stroke_rate_hz, passes, glide_speed_cm_s, swept_width_cm
        Each one number or one a draw; all above 0.

    Returns
    -------
    NDArray
        1/cm², of the shape to which the arguments broadcast.

    Raises
    ------
    UsageError
        An argument is empty, not finite or not above 0.

    Notes
    -----
    Source: response notes, section 1 (KnowledgeSynthesis).

    Examples
    --------
    >>> round(pen_density_per_cm2(14, 7000 / 60, 1, 2.0, 0.9).item())
    907
    """
    count, rate, number, speed, width = fitting(
        checked(needles, "Needles", above=True),
        checked(stroke_rate_hz, "Stroke rate in Hz", above=True),
        checked(passes, "Passes", above=True, high=MOST_PASSES),
        checked(glide_speed_cm_s, "Glide speed in cm/s", above=True),
        checked(swept_width_cm, "Swept width in cm", above=True),
    )
    return np.asarray(count * rate * number / (speed * width))


def roller_density_per_cm2(
    needles: ArrayLike, passes: ArrayLike, drum_diameter_cm: ArrayLike, drum_width_cm: ArrayLike
) -> Array:
    """Punctures per cm² after `passes` of a roller: N P / (π D W), the drum rolled out.

    Parameters
    ----------
    needles, passes, drum_diameter_cm, drum_width_cm
        Each one number or one a draw; all above 0. The drum is taken to roll on the skin; were
        its needles not to sink in wholly it would roll on a larger circle, and the true density
        would be lower by as much.

    Returns
    -------
    NDArray
        1/cm², of the shape to which the arguments broadcast.

    Raises
    ------
    UsageError
        An argument is empty, not finite or not above 0.

    Notes
    -----
    Drum: Schwarz2011. Published after 15 passes: about 250 (Doddaballapur2009).

    Examples
    --------
    >>> round(roller_density_per_cm2(192, 15, 2.0, 2.0).item(), 1)
    229.2
    """
    count, number, diameter, width = fitting(
        checked(needles, "Needles", above=True),
        checked(passes, "Passes", above=True, high=MOST_PASSES),
        checked(drum_diameter_cm, "Drum diameter in cm", above=True),
        checked(drum_width_cm, "Drum width in cm", above=True),
    )
    return np.asarray(count * number / (np.pi * diameter * width))


# --- area -------------------------------------------------------------------------------------


def hole_area_mm2(hole_radius_mm: ArrayLike, slit_mm: ArrayLike = 0.0) -> Array:
    """Area of a hole drawn out by a slit: π r² + 2 r s.

    Parameters
    ----------
    hole_radius_mm, slit_mm
        0 or more, mm; they broadcast.

    Raises
    ------
    UsageError
        An argument is empty, not finite or negative.

    Examples
    --------
    >>> round(hole_area_mm2(0.035).item(), 5)
    0.00385
    """
    radius, slit = fitting(
        checked(hole_radius_mm, "Hole radius in mm"), checked(slit_mm, "Slit in mm")
    )
    return np.asarray(np.pi * radius**2 + 2 * radius * slit)


def area_fraction(density_per_cm2: ArrayLike, area_mm2: ArrayLike) -> Array:
    """Share of the surface that is punctured when holes overlap at random: 1 - exp(-n A).

    It holds for holes of any one shape, and bounds regular patterns from below.

    Parameters
    ----------
    density_per_cm2
        Punctures, 1/cm², 0 or more.
    area_mm2
        Of one hole, mm², 0 or more: `hole_area_mm2`. They broadcast.

    Returns
    -------
    NDArray
        0 to 1.

    Raises
    ------
    UsageError
        An argument is empty, not finite or negative.

    Notes
    -----
    Source: response notes, section 1 (KnowledgeSynthesis).

    Examples
    --------
    >>> area_fraction([250.0, 1000.0, 4000.0], hole_area_mm2(0.035)).round(3).tolist()
    [0.01, 0.038, 0.143]
    """
    density, area = fitting(
        checked(density_per_cm2, "Density per cm2"), checked(area_mm2, "Area of a hole in mm2")
    )
    return np.asarray(-np.expm1(-density * area / _MM2_PER_CM2))


# --- distances in a random pattern ------------------------------------------------------------


def random_gap_cdf(density_per_cm2: ArrayLike, distance_mm: ArrayLike) -> Array:
    """Chance that a random pattern has a puncture within `distance_mm`: 1 - exp(-n π x²).

    The same from a point of skin (the gap) and from a puncture (its nearest neighbour), since in
    a Poisson pattern punctures do not know of each other.

    Parameters
    ----------
    density_per_cm2, distance_mm
        0 or more; they broadcast.

    Raises
    ------
    UsageError
        An argument is empty, not finite or negative.

    Examples
    --------
    >>> round(random_gap_cdf(250.0, 0.357).item(), 2)
    0.63
    """
    density, distance = fitting(
        checked(density_per_cm2, "Density per cm2") / _MM2_PER_CM2,
        checked(distance_mm, "Distance in mm"),
    )
    return np.asarray(-np.expm1(-density * np.pi * distance**2))


def random_gap_quantile_mm(density_per_cm2: ArrayLike, share: ArrayLike) -> Array:
    """Distance within which a `share` of points (or punctures) of a random pattern has one.

    Parameters
    ----------
    density_per_cm2
        Above 0.
    share
        0 to below 1; they broadcast.

    Raises
    ------
    UsageError
        An argument is empty, not finite or out of its domain.

    Examples
    --------
    >>> random_gap_quantile_mm(250.0, [0.5, 0.95]).round(3).tolist()
    [0.297, 0.618]
    """
    density, asked = fitting(
        checked(density_per_cm2, "Density per cm2", above=True) / _MM2_PER_CM2,
        checked(share, "Share", high=np.nextafter(1, 0)),
    )
    return np.asarray(np.sqrt(-np.log1p(-asked) / (np.pi * density)))


def random_gap_mean_mm(density_per_cm2: ArrayLike) -> Array:
    """Mean of that distance: 1 / (2 √n).

    Raises
    ------
    UsageError
        A density is not finite or not above 0.

    Examples
    --------
    >>> round(random_gap_mean_mm(250.0).item(), 4)
    0.3162
    """
    density = checked(density_per_cm2, "Density per cm2", above=True) / _MM2_PER_CM2
    return np.asarray(0.5 / np.sqrt(density))


def reach_mm(density_aimed_at_per_cm2: ArrayLike) -> Array:
    """Radius of the circle that holds one puncture on average at the density aimed at: 1/√(π n).

    What a puncture reaches was measured by nobody; this ties it to the density aimed at, so that
    no other number comes in.

    Raises
    ------
    UsageError
        A density is not finite or not above 0.

    Examples
    --------
    >>> round(reach_mm(250.0).item(), 3)
    0.357
    """
    density = checked(density_aimed_at_per_cm2, "Density per cm2", above=True) / _MM2_PER_CM2
    return np.asarray(1 / np.sqrt(np.pi * density))


def missed_share(density_per_cm2: ArrayLike, distance_mm: ArrayLike) -> Array:
    """Share of skin with no puncture within `distance_mm`, punctures lying at random.

    Raises
    ------
    UsageError
        An argument is empty, not finite or negative.

    Examples
    --------
    >>> round(missed_share(250.0, reach_mm(250.0)).item(), 3)
    0.368
    """
    return np.asarray(1 - random_gap_cdf(density_per_cm2, distance_mm))


def overtreated_share(density_per_cm2: ArrayLike, distance_mm: ArrayLike, least: int) -> Array:
    """Share of skin with `least` or more punctures within `distance_mm`, lying at random.

    Parameters
    ----------
    density_per_cm2, distance_mm
        0 or more; they broadcast.
    least
        1 or more; 1 gives what `missed_share` leaves.

    Raises
    ------
    UsageError
        An argument is empty, not finite or out of its domain.

    Examples
    --------
    >>> round(overtreated_share(250.0, reach_mm(250.0), least=4).item(), 3)
    0.019
    """
    from scipy.special import gammainc

    density, distance = fitting(
        checked(density_per_cm2, "Density per cm2") / _MM2_PER_CM2,
        checked(distance_mm, "Distance in mm"),
    )
    whole(least, "Least punctures that over-treat")
    # The tail of a Poisson count is a regularised incomplete gamma function.
    return np.asarray(gammainc(float(least), density * np.pi * distance**2), dtype=np.float64)


# --- a device ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a device makes in each draw; arrays have the shape (draws,)."""

    device: str
    kind: str
    passes: int
    needles: Array
    density_per_cm2: Array
    hole_radius_mm: Array
    area_fraction: Array
    reach_mm: float
    overtreated_from: int
    claims: tuple[str, ...]
    """Ids of what it rests on."""

    # Worked out where they are asked for: depth and dose do without.

    @property
    def missed_share(self) -> Array:
        return missed_share(self.density_per_cm2, self.reach_mm)

    @property
    def overtreated_share(self) -> Array:
        return overtreated_share(self.density_per_cm2, self.reach_mm, self.overtreated_from)


@dataclass(frozen=True, slots=True)
class NoPattern:
    """The device's needles are not known well enough: there is no pattern."""

    device: str
    missing: tuple[str, ...]
    """Ids of the claims that would be needed."""


def drawn(knowledge: Knowledge, draws: int, seed: int) -> dict[str, Array]:
    """The model's parameters, one value a draw; the same for every device.

    Raises
    ------
    UsageError
        `draws` or `seed` lies outside its domain.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> drawn(load_knowledge(), 500, 1)["swept-width"].shape
    (500,)
    """
    return draw(parameters(knowledge, MODEL), draws, seed)


def pattern(
    knowledge: Knowledge,
    device: str,
    passes: int,
    *,
    draws: int = 1000,
    seed: int = 1,
    needles: int | None = None,
) -> Pattern | NoPattern:
    """Density and coverage of a device, over what is not known of it.

    A number of the device that a claim gives with a range is drawn between its ends, its value
    the likeliest; a stroke rate between its lowest and highest.

    Parameters
    ----------
    knowledge
        What is known, with the clinic's choices over it.
    device
        A device's id, such as ``"skinpen-precision"``.
    passes
        1 to 200.
    draws, seed
        As in `parameters.draw`.
    needles
        Of the cartridge in hand, where it is not the device's usual one.

    Returns
    -------
    Pattern or NoPattern
        `NoPattern` where the device's needles, stroke rate or drum are not known.

    Raises
    ------
    UsageError
        There is no such device, or a number is out of its domain.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> made = pattern(load_knowledge(), "roller-mf8", 15)
    >>> bool(abs(np.median(made.density_per_cm2) - 229) < 2)
    True
    """
    whole(passes, "Passes", high=MOST_PASSES)
    kind = _kind(knowledge, device)
    values = drawn(knowledge, draws, seed)
    source = _Device(knowledge, device, draws, seed)
    if needles is None:
        count = source.number("needles")
    else:
        count = np.full(draws, float(whole(needles, "Needles")))
    if kind == "roller":
        diameter, width = source.length_mm("drum-diameter"), source.length_mm("drum-width")
        if count is None or diameter is None or width is None:
            return NoPattern(device, tuple(source.missing))
        rolled_out = roller_density_per_cm2(count, passes, diameter / 10, width / 10)
        density = np.asarray(rolled_out * values["roller-density-ratio"])
        own: tuple[str, ...] = ("hole-diameter-ratio", "roller-density-ratio")
    else:
        rate = source.rate_hz()
        if count is None or rate is None:
            return NoPattern(device, tuple(source.missing))
        density = pen_density_per_cm2(
            count, rate, passes, values["glide-speed"], values["swept-width"] / 10
        )
        own = ("hole-diameter-ratio", "glide-speed", "swept-width")
    radius, stands_in = _hole_radius_mm(knowledge, source, kind, values["hole-diameter-ratio"])
    aim = knowledge.number("course.puncture.density-target-low")
    least = int(knowledge.claim("response.puncture.overtreated-count").number)
    reach = reach_mm(aim.value).item()
    return Pattern(
        device=device,
        kind=kind,
        passes=passes,
        needles=count,
        density_per_cm2=density,
        hole_radius_mm=radius,
        area_fraction=area_fraction(density, hole_area_mm2(radius)),
        reach_mm=reach,
        overtreated_from=least,
        claims=(
            *source.used,
            *stands_in,
            *(f"response.puncture.{key}" for key in (*own, "overtreated-count")),
            *aim.claims,
        ),
    )


def _kind(knowledge: Knowledge, device: str) -> str:
    devices = knowledge.release.devices
    named(device, devices, "device", hint="docs/evidence/device.md lists them.")
    return devices[device].kind


def hole_radius_mm(
    knowledge: Knowledge, device: str, *, draws: int = 1000, seed: int = 1
) -> tuple[Array, tuple[str, ...]]:
    """Radius of a device's holes at the surface, with the claims that it rests on.

    A device whose needles' diameter is not known takes that of a pen without a known label, or
    of the one roller whose needles a study measured; the claims say so.

    Raises
    ------
    UsageError
        There is no such device, or `draws` or `seed` lies outside its domain.

    Examples
    --------
    >>> from needlework.evidence import load_knowledge
    >>> radius, claims = hole_radius_mm(load_knowledge(), "exceed", draws=2000)
    >>> round(float(radius.mean()), 3), claims[0]
    (0.087, 'device.exceed.needle-diameter')
    """
    kind = _kind(knowledge, device)
    source = _Device(knowledge, device, draws, seed)
    share = drawn(knowledge, draws, seed)["hole-diameter-ratio"]
    radius, stands_in = _hole_radius_mm(knowledge, source, kind, share)
    return radius, (*source.used, *stands_in, "response.puncture.hole-diameter-ratio")


_STANDS_IN: Final = {"pen": "generic-pen", "roller": "roller-mf8"}


def _hole_radius_mm(
    knowledge: Knowledge, source: _Device, kind: str, share: Array
) -> tuple[Array, tuple[str, ...]]:
    diameter = source.length_mm("needle-diameter")
    if diameter is not None:
        return np.asarray(share * diameter / 2), ()
    other = _Device(knowledge, _STANDS_IN[kind], source.draws, source.seed)
    diameter = other.length_mm("needle-diameter")
    if diameter is None:
        raise UsageError(
            f"No needle diameter is known for a {kind}.",
            hint=f"The knowledge base needs device.{_STANDS_IN[kind]}.needle-diameter.",
        )
    return np.asarray(share * diameter / 2), tuple(other.used)


class _Device:
    """Reads a device's claims as draws; notes what it used and what was not there."""

    def __init__(self, knowledge: Knowledge, device: str, draws: int, seed: int) -> None:
        self.knowledge, self.device, self.draws, self.seed = knowledge, device, draws, seed
        self.used: list[str] = []
        self.missing: list[str] = []

    def number(self, key: str) -> Array | None:
        claim = self._find(key)
        return None if claim is None else self._spread(key, claim, *_ends(claim))

    def length_mm(self, key: str) -> Array | None:
        claim = self._find(key)
        if claim is None:
            return None
        return self._spread(key, claim, *_ends(claim)) * to_mm(1.0, claim.unit)

    def rate_hz(self) -> Array | None:
        ids = [f"device.{self.device}.{key}" for key in ("stroke-rate-low", "stroke-rate-high")]
        if not all(claim_id in self.knowledge.claims for claim_id in ids):
            rate = self._find("stroke-rate")
            return (
                None
                if rate is None
                else self._spread("stroke-rate", rate, *_ends(rate)) * _hz(rate)
            )
        self.used.extend(ids)
        low, high = (self.knowledge.claim(claim_id) for claim_id in ids)
        ends = low.number * _hz(low), high.number * _hz(high)
        return np.asarray(self._stream("stroke-rate").uniform(*ends, self.draws))

    def _find(self, key: str) -> Claim | None:
        claim_id = f"device.{self.device}.{key}"
        claim = self.knowledge.find(claim_id)
        (self.missing if claim is None else self.used).append(claim_id)
        return claim

    def _spread(self, key: str, claim: Claim, low: float, high: float) -> Array:
        if low == high:
            return np.full(self.draws, float(claim.number))
        stream = self._stream(key)
        return np.asarray(stream.triangular(low, claim.number, high, self.draws))

    def _stream(self, key: str) -> np.random.Generator:
        # Of the key alone, as in `parameters`: two devices differ by their claims, not by luck.
        name = [ord(letter) for letter in f"device.{key}"]
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, *name])))


def _ends(claim: Claim) -> tuple[float, float]:
    return claim.range or (claim.number, claim.number)


def _hz(claim: Claim) -> float:
    return 1 / _RPM if claim.unit == "rpm" else 1.0
