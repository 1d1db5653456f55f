"""At home is refused unless every condition is met."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from needlework.evidence import Knowledge
from needlework.planning.model import Alternative
from tests.consultations import KNOWLEDGE, planned

FINE = {
    "setting": "home",
    "devices": [{"id": "roller-home-c8"}],
    "concerns": [{"concern": "fine-lines", "zones": ["forehead"]}],
    "clearances": [
        {"rule": "D1", "outcome": "cleared", "role": "C", "on": "2026-11-20", "until": "2027-01-01"}
    ],
}


def allowing(*places: str) -> Knowledge:
    """A release in which some jurisdictions are on the allow-list."""
    release, claim_id = KNOWLEDGE.release, "home.limits.jurisdictions"
    claim = msgspec.structs.replace(release.claims[claim_id], value=list(places))
    claims = {**release.claims, claim_id: claim}
    return Knowledge(msgspec.structs.replace(release, claims=claims))


def at_home(*patches: dict[str, Any], knowledge: Knowledge = KNOWLEDGE) -> Alternative:
    plan = planned(FINE, *patches, knowledge=knowledge)
    return next(entry for entry in plan.alternatives if entry.what == "at home")


@pytest.mark.parametrize("place", sorted(KNOWLEDGE.release.jurisdictions))
def test_no_jurisdiction_of_the_release_allows_it(place: str) -> None:
    found = at_home({"jurisdiction": place})
    assert found.status == "refused"
    assert found.depth is None


def test_on_the_allow_list_and_with_nothing_against_it_is_limited() -> None:
    found = at_home(knowledge=allowing("us"))
    assert found.status == "limited", found.reasons
    assert found.depth is not None
    assert found.depth.value == 0.25
    assert found.interval is not None
    assert found.interval.value == 7


@pytest.mark.parametrize(
    "patch",
    [
        {"phototype": {"clinician": "IV"}},
        {"history": {"keloid": "yes"}},
        {"history": {"pregnancy": "unknown"}},
        {"history": {"cardiac": "yes"}},
        {"skin": {"tan": {"answer": "yes", "exposed_on": "2026-11-18"}}},
        {"concerns": [{"concern": "acne-scar-rolling", "zones": ["cheek"]}]},
        {"concerns": [{"concern": "pih", "zones": ["cheek"]}]},
        {"concerns": [{"concern": "texture", "zones": ["abdomen"]}]},
        {"jurisdiction": "ca"},
        {
            "procedures": {
                "answer": "yes",
                "list": [{"kind": "microneedling", "on": "2026-10-24", "zones": ["forehead"]}],
            }
        },
        {
            "procedures": {
                "answer": "yes",
                "list": [{"kind": "microneedling", "zones": ["forehead"]}],
            }
        },
    ],
)
def test_any_one_condition_that_is_not_met_refuses(patch: dict[str, Any]) -> None:
    found = at_home(patch, knowledge=allowing("us"))
    assert found.status == "refused"
    assert found.reasons
    assert found.claims


def test_the_wait_after_a_clinic_session_ends_on_its_day() -> None:
    done = {"kind": "microneedling", "on": "2026-10-23", "zones": ["forehead"]}
    found = at_home({"procedures": {"answer": "yes", "list": [done]}}, knowledge=allowing("us"))
    assert found.status == "limited", found.reasons


@pytest.mark.parametrize("length", [{}, {"needle_length_mm": 1.0}])
def test_long_or_unknown_needles_at_home_count_like_a_clinic_session(
    length: dict[str, float],
) -> None:
    done = {"kind": "microneedling-home", "on": "2026-11-12", "zones": ["forehead"], **length}
    procedures = {"procedures": {"answer": "yes", "list": [done]}}
    assert at_home(procedures, knowledge=allowing("us")).status == "refused"


def test_the_setting_home_never_gets_a_professional_protocol() -> None:
    plan = planned(FINE)
    assert all(entry.status == "refused" and not entry.protocols for entry in plan.zones)
    assert plan.course is None
