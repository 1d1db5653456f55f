"""Who may clear a finding: by role, licence and day, and never where nobody may."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from needlework import workflow
from needlework.evidence import Role, Verdict
from needlework.evidence.model import Stricter
from needlework.screening import Finding
from needlework.screening.clearing import Clinician, last_day, may_clear, role_of
from needlework.screening.model import ClearedBy, Override

KNOWLEDGE = workflow.known().knowledge
TODAY = date(2026, 11, 22)


def finding(role: Role | None, **facts: object) -> Finding:
    override = None if role is None else Override(role=role)
    return Finding(
        rule="C13",
        verdict=Verdict.CLEAR,
        summary="An anticoagulant is taken.",
        scope="client",
        claims=(),
        override=override,
        **facts,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("profession", "licence", "is_director", "expected"),
    [
        ("physician", "current", False, Role.CLINICIAN),
        ("nurse-prescriber", "current", False, Role.CLINICIAN),
        ("physician-assistant", "current", False, Role.CLINICIAN),
        ("nurse", "current", False, Role.PRACTITIONER),
        ("nurse", "current", True, Role.CLINICIAN),
        ("aesthetician", "current", False, Role.PRACTITIONER),
        ("physician", "expired", False, Role.NONE),
        ("physician", "expired", True, Role.NONE),
        ("physician", "unknown", False, Role.NONE),
        ("physician", "none", True, Role.NONE),
        ("", "current", True, Role.NONE),
    ],
)
def test_the_most_that_somebody_may_clear_as(
    profession: str, licence: str, is_director: bool, expected: Role
) -> None:
    who = Clinician(profession=profession, licence=licence, is_director=is_director)
    assert role_of(who, KNOWLEDGE) is expected


@pytest.mark.parametrize(
    "needed", [Role.CLINICIAN, Role.PRACTITIONER, Role.NOBODY, Role.NONE, None]
)
@pytest.mark.parametrize("held", list(Role))
def test_a_role_clears_what_asks_for_it_or_less(held: Role, needed: Role | None) -> None:
    enough = {
        Role.CLINICIAN: {Role.CLINICIAN},
        Role.PRACTITIONER: {Role.CLINICIAN, Role.PRACTITIONER},
    }.get(needed or Role.NOBODY, set())
    assert may_clear(held, finding(needed), TODAY) is (held in enough)


@pytest.mark.parametrize(("days", "may"), [(-1, False), (0, True), (1, True)])
def test_not_before_the_first_day(days: int, may: bool) -> None:
    found = finding(Role.CLINICIAN)
    early = Override(role=Role.CLINICIAN, not_before=TODAY)
    import msgspec

    found = msgspec.structs.replace(found, override=early)
    assert may_clear(Role.CLINICIAN, found, TODAY + timedelta(days=days)) is may


def test_what_is_cleared_already_is_not_cleared_again() -> None:
    cleared = ClearedBy(role=Role.CLINICIAN, on=TODAY, until=TODAY, was=Verdict.CLEAR)
    assert not may_clear(Role.CLINICIAN, finding(Role.CLINICIAN, cleared=cleared), TODAY)


def test_a_clearance_ends_within_the_claim() -> None:
    assert last_day(KNOWLEDGE, TODAY) == date(2027, 11, 22)
    assert KNOWLEDGE.claim("course.gates.clearance-longest").stricter is Stricter.LOWER
