"""Clearances that the planner asks for itself, apart from the rules of screening."""

from __future__ import annotations

from typing import Final

from needlework.evidence import Role
from needlework.screening import Case

OFF_LABEL: Final = "D1"
DEEPER: Final = "D2"
COMPOUNDED: Final = "A1"
TWO_PRODUCTS: Final = "A2"


def is_cleared(case: Case, rule: str, zone: str = "") -> bool:
    """A clinician cleared this, for the zone if one is named, and nobody refused it today."""
    given = [
        clearance
        for clearance in case.consultation.clearances
        if clearance.rule == rule
        and clearance.on <= case.on <= clearance.until
        and (not clearance.zones or (zone and zone in case.expand(clearance.zones)))
    ]
    refused = any(clearance.outcome == "refused" for clearance in given)
    return not refused and any(Role(clearance.role) is Role.CLINICIAN for clearance in given)
