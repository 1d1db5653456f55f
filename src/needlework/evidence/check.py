"""What must hold of every release; the first thing that does not is named by file and key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from needlework.errors import KnowledgeError
from needlework.evidence import priors
from needlework.evidence.model import Basis, Claim, Release, Review, Role, Value, Verdict
from needlework.units import UNITS, WORDS

_WORD_TYPES: dict[str, type | tuple[type, ...]] = {
    "verdict": str,
    "role": str,
    "flag": bool,
    "term": str,
    "terms": list,
    "text": str,
}

_YEARS: Final = 200
_SPANS: Final[Mapping[str, float]] = {
    "s": _YEARS * 366 * 86_400,
    "min": _YEARS * 366 * 1_440,
    "h": _YEARS * 366 * 24,
    "d": _YEARS * 366,
    "wk": _YEARS * 53,
    "mo": _YEARS * 12,
    "y": _YEARS,
}
_LENGTHS: Final[Mapping[str, float]] = {"mm": 10_000, "um": 10_000_000}
_HIGHEST: Final[Mapping[str, Mapping[str, float]]] = {
    "depth": {"mm": 100, "um": 100_000},
    "thickness": {"mm": 100, "um": 100_000},
    "length": _LENGTHS,
    "duration": _SPANS,
    "age": {"y": _YEARS},
    "area": {"cm2": 100_000},
    "mass": {"g": 100_000, "mg": 100_000_000},
    "areal-dose": {"g/cm2": 100},
    "dose": {"mg/kg": 10_000, "mg": 1_000_000},
    "frequency": {"Hz": 1_000_000, "rpm": 60_000_000},
    "speed": {"cm/s": 10_000},
    "density": {"1/cm2": 1_000_000},
    "concentration": {"%": 100, "ug/mL": 1_000_000},
}
"""No claim lies above, whatever it is about: more is a slip of the hand or of the unit."""

_ANY_HIGHEST: Final = 1_000_000_000
_LOWEST: Final[Mapping[str, float]] = {
    "temperature": -274,
    "percent": -100,
    "ratio": -_ANY_HIGHEST,
    "logarithm": -_ANY_HIGHEST,
    "score": -_ANY_HIGHEST,
}
"""Nothing else can lie below zero."""


def release(known: Release) -> None:
    """Refuse a release in which any claim or entry is unsound."""
    for claim_id, claim in known.claims.items():
        for fault in _faults(claim, known):
            raise KnowledgeError(
                f"{where(claim_id)}: {fault}.", hint="Mend this key; CONTRIBUTING shows the format."
            )
    for entry, fault in _entry_faults(known):
        raise KnowledgeError(f"{entry}: {fault}.", hint="Mend this key or define what it names.")


def where(claim_id: str) -> str:
    """File and key of a claim.

    >>> where("zone.cheek.scar-max")
    'zone/cheek.toml: [claims.scar-max]'
    """
    kind, stem, key = claim_id.split(".", 2)
    return f"{kind}/{stem}.toml: [claims.{key}]"


def _faults(claim: Claim, known: Release) -> Iterator[str]:
    yield from value_faults(claim)
    yield from _range_faults(claim)
    yield from _prior_faults(claim)
    for reference in (*claim.supports, *claim.contradicts):
        if reference.source not in known.sources:
            yield f"source {reference.source} is not defined under sources/"
    if not claim.supports:
        yield "supports is empty; every claim names a source"
    yield from _standing_faults(claim)
    yield from _scope_faults(claim, known)


def value_faults(claim: Claim) -> Iterator[str]:
    quantity, value, unit = claim.quantity, claim.value, claim.unit
    if quantity in UNITS:
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield f"value of a {quantity} must be a number"
        if unit not in UNITS[quantity]:
            allowed = " or ".join(sorted(UNITS[quantity]))
            yield f"unit {unit or '(none)'} does not fit a {quantity}, which takes {allowed}"
        yield from _size_faults(quantity, value, unit)
    elif quantity in WORDS:
        if unit:
            yield f"a {quantity} has no unit"
        expected = _WORD_TYPES[quantity]
        if not isinstance(value, expected):
            yield f"value of a {quantity} is of the wrong type"
        if quantity == "verdict" and value not in set(Verdict):
            yield "value is not a verdict: STOP, DEFER, CLEAR, ASK, LIMIT, INFO"
        if quantity == "role" and value not in set(Role):
            yield "value is not a role: C, P, NO, none"
    else:
        yield f"quantity {quantity} is not known"


def _size_faults(quantity: str, value: Value, unit: str) -> Iterator[str]:
    """Not finite, below what can be, or beyond all sense."""
    low = _LOWEST.get(quantity, 0)
    high = _HIGHEST.get(quantity, {}).get(unit, _ANY_HIGHEST)
    if isinstance(value, int | float) and not low <= value <= high:
        yield f"value of a {quantity} must lie between {low:,} and {high:,}"


def _range_faults(claim: Claim) -> Iterator[str]:
    if claim.range is None:
        return
    low, high = claim.range
    if claim.quantity not in UNITS:
        yield "only a number has a range"
    elif not low <= claim.number <= high:
        yield f"range {low:g} to {high:g} does not hold the value {claim.number:g}"


def _prior_faults(claim: Claim) -> Iterator[str]:
    if claim.prior is None:
        return
    if claim.quantity not in UNITS:
        yield "only a number has a prior"
    else:
        yield from priors.faults(claim.prior, claim.number)


def _standing_faults(claim: Claim) -> Iterator[str]:
    proposed = claim.basis in (Basis.RECALLED, Basis.PROPOSED)
    if proposed and claim.review is not Review.PROPOSED:
        yield f"review of a claim with basis {claim.basis} must be proposed"
    if claim.contradicts and not claim.chosen:
        yield "sources disagree, so `chosen` must say why this value"
    if claim.basis is Basis.PROPOSED and claim.range is not None and not claim.chosen:
        yield "a choice within a range must say why in `chosen`"
    if any(not against.says for against in claim.contradicts):
        yield "every entry of contradicts must say what the source says"


def _scope_faults(claim: Claim, known: Release) -> Iterator[str]:
    named = (
        ("zone", claim.scope.zone, known.zones),
        ("concern", claim.scope.concern, known.concerns),
        ("device", claim.scope.device, known.devices),
        ("jurisdiction", claim.scope.jurisdiction, known.jurisdictions),
    )
    for key, names, defined in named:
        for name in names:
            if name not in defined:
                yield f"scope.{key}: {name} is not defined"


def _entry_faults(known: Release) -> Iterator[tuple[str, str]]:
    for stem, concern in known.concerns.items():
        for scale in concern.scales:
            if scale not in known.scales:
                yield f"concern/{stem}.toml: scales", f"{scale} is not defined"
    for stem, device in known.devices.items():
        keys = [key for use in device.uses for key in (use.max_depth, use.age_min) if key]
        for key in (*device.lengths, *keys):
            if f"device.{stem}.{key}" not in known.claims:
                yield f"device/{stem}.toml", f"names claim {key}, which the file lacks"
        for use in device.uses:
            for name in use.concerns:
                if name not in known.concerns:
                    yield f"device/{stem}.toml: uses", f"concern {name} is not defined"
            for name in use.zones:
                if name not in known.zones:
                    yield f"device/{stem}.toml: uses", f"zone {name} is not defined"
