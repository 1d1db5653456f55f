"""Clearances that the planner asks for itself, apart from the rules of screening."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from needlework.evidence import Role
from needlework.screening import Case
from needlework.screening.consultation import GivenClearance

OFF_LABEL: Final = "D1"
DEEPER: Final = "D2"
COMPOUNDED: Final = "A1"
TWO_PRODUCTS: Final = "A2"


def is_cleared(case: Case, rule: str, zone: str = "") -> bool:
    """A clinician cleared this, for the zone if one is named, and nobody refused it today."""
    return not is_refused(case, rule, zone) and any(
        given.outcome == "cleared"
        and Role(given.role) is Role.CLINICIAN
        and (not given.zones or bool(zone and zone in case.expand(given.zones)))
        for given in _today(case, rule)
    )


def is_refused(case: Case, rule: str, zone: str = "") -> bool:
    """Somebody refused this today; without a zone, a refusal for any zone counts."""
    return any(
        given.outcome == "refused"
        and (not given.zones or not zone or zone in case.expand(given.zones))
        for given in _today(case, rule)
    )


def _today(case: Case, rule: str) -> Iterator[GivenClearance]:
    for given in case.consultation.clearances:
        if given.rule == rule and given.on <= case.on <= given.until:
            yield given
