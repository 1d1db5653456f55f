"""Clearances that the planner asks for itself, apart from the rules of screening."""

from __future__ import annotations

from needlework.evidence import Role
from needlework.screening import Case
from needlework.screening.clearing import ends
from needlework.screening.consultation import GivenClearance


def is_cleared(case: Case, rule: str, zone: str = "") -> bool:
    """A clinician cleared this, for the zone if one is named, and nobody refused it today."""
    answers = _today(case, rule)
    return any(_clears(given, zone, case) for given in answers) and not any(
        _refuses(given, zone, case) for given in answers
    )


def is_refused(case: Case, rule: str, zone: str = "") -> bool:
    """Somebody refused this today; without a zone, a refusal for any zone counts."""
    return any(_refuses(given, zone, case) for given in _today(case, rule))


def _clears(given: GivenClearance, zone: str, case: Case) -> bool:
    if given.outcome != "cleared" or Role(given.role) is not Role.CLINICIAN:
        return False
    return not given.zones or bool(zone and zone in case.expand(given.zones))


def _refuses(given: GivenClearance, zone: str, case: Case) -> bool:
    if given.outcome != "refused":
        return False
    return not given.zones or not zone or zone in case.expand(given.zones)


def _today(case: Case, rule: str) -> list[GivenClearance]:
    return [
        given
        for given in case.consultation.clearances
        if given.rule == rule and given.on <= case.on <= ends(case.knowledge, given)
    ]
