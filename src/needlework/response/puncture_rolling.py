"""A needle that rolls: how it stands when it meets the skin, and how long a slit it would sweep.

A rolling needle would slit skin that stood still; real holes are round, since skin gives way, so
the slit is an upper bound.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from needlework.errors import UsageError
from needlework.response.inputs import Array, checked, fitting


def roller_entry_angle_deg(
    drum_radius_mm: ArrayLike, needle_length_mm: ArrayLike, depth_mm: ArrayLike
) -> Array:
    """How far from upright a roller's needle stands when its tip meets the skin.

    Parameters
    ----------
    drum_radius_mm, needle_length_mm
        Above 0; they broadcast.
    depth_mm
        How deep the tip goes when upright, 0 to the needle's length.

    Raises
    ------
    UsageError
        A number is out of its domain.

    Examples
    --------
    >>> round(roller_entry_angle_deg(10.0, 1.5, 1.5).item(), 1)
    29.6
    """
    rolling, tip, _ = _rolled(drum_radius_mm, needle_length_mm, depth_mm)
    return np.asarray(np.degrees(np.arccos(rolling / tip)))


def roller_slit_mm(
    drum_radius_mm: ArrayLike,
    needle_length_mm: ArrayLike,
    depth_mm: ArrayLike,
    at_mm: ArrayLike = 0.0,
) -> Array:
    """Length over which a rolling needle sweeps, `at_mm` below skin that stands still.

    The tip runs on a cycloid drawn out beyond the drum. With the rolling radius
    a = R + L - d and the tip's T = R + L, a needle crosses the level z between the angles
    ±arccos((a + z)/T), and sweeps 2 [√(T² - (a + z)²) - a arccos((a + z)/T)]. It is widest at
    the surface and nothing at the tip. Skin gives way, so this is an upper bound.

    Parameters
    ----------
    drum_radius_mm, needle_length_mm
        Above 0; they broadcast.
    depth_mm
        How deep the tip goes when upright, 0 to the needle's length.
    at_mm
        Level below the surface, 0 to `depth_mm`.

    Returns
    -------
    NDArray
        mm.

    Raises
    ------
    UsageError
        A number is out of its domain, or a level lies below the tip.

    Examples
    --------
    >>> roller_slit_mm(10.0, 1.5, [0.15, 1.5]).round(3).tolist()
    [0.032, 1.028]
    """
    rolling, tip, depth, level = fitting(
        *_rolled(drum_radius_mm, needle_length_mm, depth_mm), checked(at_mm, "Level in mm")
    )
    if (level > depth).any():
        raise UsageError("A level lies below the needle's tip.", hint="Give 0 to the depth.")
    height = np.minimum(rolling + level, tip)
    # a arccos(h/T) as an arctangent keeps its digits where the two are close.
    side = np.sqrt((tip - height) * (tip + height))
    return np.asarray(np.maximum(2 * (side - rolling * np.arctan2(side, height)), 0.0))


def _rolled(
    drum_radius_mm: ArrayLike, needle_length_mm: ArrayLike, depth_mm: ArrayLike
) -> tuple[Array, Array, Array]:
    """Rolling radius, the tip's radius, and depth; a drum that is held off rolls on a wider one."""
    drum, length, depth = fitting(
        checked(drum_radius_mm, "Drum radius in mm", above=True),
        checked(needle_length_mm, "Needle length in mm", above=True),
        checked(depth_mm, "Depth in mm"),
    )
    if (depth > length).any():
        raise UsageError(
            "A roller's needle cannot go deeper than it is long.",
            hint="Give a depth from 0 to the needle's length.",
        )
    tip = np.asarray(drum + length)
    return np.asarray(tip - depth), tip, depth
