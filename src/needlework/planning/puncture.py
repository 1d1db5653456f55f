"""Punctures per cm²: what device, passes and hand make of a zone."""

from __future__ import annotations

from functools import lru_cache
from math import pi

from needlework.evidence import Cited, Knowledge
from needlework.planning.bounds import merge
from needlework.planning.model import Density


@lru_cache(maxsize=1024)
def density_per_cm2(knowledge: Knowledge, device: str, passes: Cited) -> Density | None:
    """Density of a pen or a roller after `passes`; None where its needles are not known."""
    if knowledge.release.devices[device].kind == "roller":
        return _roller(knowledge, device, passes)
    return _pen(knowledge, device, passes)


def _pen(knowledge: Knowledge, device: str, passes: Cited) -> Density | None:
    """N = N f P / (v w); glide speed v and swept width w are nowhere published."""
    needles = knowledge.find(f"device.{device}.needles")
    rates = _rates_hz(knowledge, device)
    if needles is None or rates is None:
        return None
    low_hz, high_hz, rate_claims = rates
    speed_id, width_id = "response.puncture.glide-speed", "response.puncture.swept-width"
    speed, width = knowledge.claim(speed_id), knowledge.claim(width_id)
    speeds = speed.range or (speed.number, speed.number)
    widths_cm = tuple(w / 10 for w in (width.range or (width.number, width.number)))
    strokes = needles.number * passes.value
    claims = (f"device.{device}.needles", *rate_claims, speed_id, width_id)
    return Density(
        value=_tidy(strokes * (low_hz + high_hz) / 2 / (speed.number * width.number / 10)),
        low=_tidy(strokes * low_hz / (speeds[1] * widths_cm[1])),
        high=_tidy(strokes * high_hz / (speeds[0] * widths_cm[0])),
        unit="1/cm2",
        claims=merge(claims, passes.claims),
    )


def _roller(knowledge: Knowledge, device: str, passes: Cited) -> Density | None:
    """N = P N / (π D W), geometry alone; its spread is how far it lay from the published count."""
    ids = [f"device.{device}.{key}" for key in ("needles", "drum-diameter", "drum-width")]
    if any(claim_id not in knowledge.claims for claim_id in ids):
        return None
    needles, diameter, width = (knowledge.claim(claim_id).number for claim_id in ids)
    value = passes.value * needles / (pi * diameter / 10 * width / 10)
    spread_id = "course.puncture.roller-model-error"
    spread = abs(knowledge.claim(spread_id).number) / 100
    return Density(
        value=_tidy(value),
        low=_tidy(value * (1 - spread)),
        high=_tidy(value * (1 + spread)),
        unit="1/cm2",
        claims=merge((*ids, spread_id), passes.claims),
    )


def _rates_hz(knowledge: Knowledge, device: str) -> tuple[float, float, tuple[str, ...]] | None:
    """Lowest and highest stroke rate, and the claims that give them."""
    low, high = f"device.{device}.stroke-rate-low", f"device.{device}.stroke-rate-high"
    if low not in knowledge.claims or high not in knowledge.claims:
        low = high = f"device.{device}.stroke-rate"
        if low not in knowledge.claims:
            return None
    values = [
        claim.number / (60 if claim.unit == "rpm" else 1)
        for claim in (knowledge.claim(low), knowledge.claim(high))
    ]
    return values[0], values[1], tuple(dict.fromkeys((low, high)))


def _tidy(value: float) -> float:
    """Two figures are more than anybody knows; more would pretend."""
    return float(f"{value:.2g}")
