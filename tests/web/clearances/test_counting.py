"""What an answer still counts for: until when, and as whose."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from msgspec.structs import replace

from needlework.evidence import Knowledge
from needlework.screening.clearing import PRESCRIBERS
from needlework.web.clearances.selectors import given_for
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Membership
from needlework.web.clinics.services import change_member
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.selectors import judged
from needlework.web.knowledge import known_for
from needlework.web.records.services import retract
from needlework.web.treatments.held import Held, ZoneHeld
from needlework.web.treatments.services import record_treatment
from tests.web.clearances.asked import consulted
from tests.web.clearances.test_services import overridden

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(pat: Client, alice: Membership) -> ConsultationVersion:
    return consulted(pat, alice)


def treat(client: Client, by: Membership, at: datetime) -> Any:
    return record_treatment(
        client=client,
        author=by.user,
        performed_by=by,
        ended_at=at,
        held=Held(zones=(ZoneHeld(zone="cheek.left", depth_mm=0.5),)),
        now=at,
    )


def until(client: Client, knowledge: Knowledge | None = None) -> date:
    (counted,) = given_for(client, knowledge or known_for(client.clinic).knowledge)
    return counted.until


def test_one_for_the_next_session_ends_with_it(
    version: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    given = overridden(version, alice, reach="session")
    assert until(pat) == given.valid_until
    soon = timezone.now() + timedelta(days=3)
    held = treat(pat, alice, soon)
    assert until(pat) == today_in(pat.clinic, soon)
    retract(record=held, author=alice.user, reason="wrong-client", now=timezone.now())
    assert until(pat) == given.valid_until, "a session that never was used nothing up"


def test_a_session_before_it_uses_nothing_up(
    version: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    treat(pat, alice, timezone.now() - timedelta(days=1))
    given = overridden(version, alice, reach="session")
    assert until(pat) == given.valid_until


def test_one_for_the_course_outlasts_sessions(
    version: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    given = overridden(version, alice, reach="course")
    treat(pat, alice, timezone.now() + timedelta(days=3))
    assert until(pat) == given.valid_until


def test_a_session_never_prolongs_one(
    version: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    given = overridden(
        version, alice, reach="session", valid_until=today_in(pat.clinic, timezone.now())
    )
    treat(pat, alice, timezone.now() + timedelta(days=30))
    assert until(pat) == given.valid_until


def test_who_may_not_prescribe_any_more_did_not_clear(
    version: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    """A clinic that tightens who may clear does so for answers that it has already."""
    overridden(version, alice)
    known = known_for(pat.clinic)
    (counted,) = given_for(pat, known.knowledge)
    assert counted.role == "C"
    release = known.knowledge.release
    fewer = replace(release.claims[PRESCRIBERS], value=["dentist"])
    stricter = Knowledge(replace(release, claims={**release.claims, PRESCRIBERS: fewer}))
    (counted,) = given_for(pat, stricter)
    assert counted.role == "P"
    before = judged(version, known).plan.assessment.findings
    after = judged(version, replace(known, knowledge=stricter)).plan.assessment.findings
    assert _open(after) - _open(before) == {"C9"}


def test_somebody_who_changed_profession_since_cleared_as_what_they_were(
    version: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    for profession in ("physician", "aesthetician"):
        change_member(
            membership=alice, author=alice.user, now=timezone.now(), profession=profession
        )
        if profession == "physician":
            overridden(version, alice)
    (counted,) = given_for(pat, known_for(pat.clinic).knowledge)
    assert counted.role == "C"


def _open(findings: Any) -> set[str]:
    return {one.rule for one in findings if one.verdict == "CLEAR" and one.override}
