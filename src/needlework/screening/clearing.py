"""Who may clear a finding, how far, and for how long."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from needlework.evidence import Knowledge, Role
from needlework.screening.consultation import GivenClearance
from needlework.screening.model import Finding
from needlework.units import later

PRESCRIBERS = "course.gates.prescribers"
LONGEST = "course.gates.clearance-longest"


class Clinician(Struct, frozen=True, kw_only=True):
    """Whoever would clear: profession and licence as they stand that day."""

    profession: str
    licence: str
    is_director: bool = False


def role_of(who: Clinician, knowledge: Knowledge) -> Role:
    """The most that somebody may clear as; without a current licence nothing.

    >>> from needlework.evidence import load_knowledge
    >>> role_of(Clinician(profession="aesthetician", licence="current"), load_knowledge())
    <Role.PRACTITIONER: 'P'>
    """
    if who.licence != "current" or not who.profession:
        return Role.NONE
    # Where the clinic rejected who prescribes, the director alone is left.
    rejected = PRESCRIBERS in knowledge.rejected
    prescribers = () if rejected else knowledge.claim(PRESCRIBERS).words
    if who.is_director or who.profession in prescribers:
        return Role.CLINICIAN
    return Role.PRACTITIONER


def may_clear(role: Role, finding: Finding, on: date) -> bool:
    """Whether that role may clear the finding on that day."""
    override = finding.override
    if override is None or finding.cleared is not None:
        return False
    in_time = override.not_before is None or on >= override.not_before
    if override.role is Role.CLINICIAN:
        return in_time and role is Role.CLINICIAN
    return in_time and override.role is Role.PRACTITIONER and role in _LICENSED


_LICENSED = (Role.CLINICIAN, Role.PRACTITIONER)


def ends(knowledge: Knowledge, given: GivenClearance) -> date:
    """The last day that a clearance counts on: its own, or the longest that one may hold.

    A refusal holds as long as it says.
    """
    if given.outcome == "refused":
        return given.until
    return min(given.until, last_day(knowledge, given.on))


def last_day(knowledge: Knowledge, given_on: date) -> date:
    """The last day that a clearance given on a day may name as its end.

    Its own day, where the clinic rejected how long it may hold.
    """
    if LONGEST in knowledge.rejected:
        return given_on
    claim = knowledge.claim(LONGEST)
    return later(given_on, claim.number, claim.unit)
