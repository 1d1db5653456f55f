"""What to stop and until when, how to clean, and the sun."""

from __future__ import annotations

from datetime import date
from typing import Any

from needlework.planning.model import Preparation
from tests.consultations import planned

SCARS: dict[str, Any] = {"concerns": [{"concern": "acne-scar-rolling", "zones": ["cheek"]}]}
LATER = {"calendar": {"not_before": "2027-01-04"}}


def prepared(*patches: dict[str, Any]) -> Preparation:
    found = planned(SCARS, *patches).preparation
    assert found is not None
    return found


def test_each_stop_ends_its_wait_before_the_first_session() -> None:
    stops = {stop.what: stop for stop in prepared(LATER).stops}
    retinoid = stops["topical retinoid"]
    assert retinoid.last_day.on == date(2026, 12, 28)
    assert retinoid.wait.value == 7
    assert "rule.c31.wait-retinoid" in retinoid.last_day.claims
    assert stops["filler in these zones"].last_day.on == date(2026, 12, 7)


def test_the_antiseptic_that_leaves_least_growth_where_it_may_be_used() -> None:
    eyes: dict[str, Any] = {
        "concerns": [{"concern": "wrinkles", "zones": ["periorbital", "cheek"]}],
        "clearances": [
            {
                "rule": "D1",
                "outcome": "cleared",
                "role": "C",
                "on": "2026-11-20",
                "until": "2027-01-01",
            }
        ],
    }
    found = planned(eyes).preparation
    assert found is not None
    choices = {zone: c.antiseptic for c in found.antiseptics for zone in c.zones}
    assert choices["cheek-left"] == "chlorhexidine"
    assert choices["periorbital-left"] != "chlorhexidine"


def test_an_allergy_takes_an_antiseptic_off_the_table() -> None:
    allergies = {"allergies": {"answer": "yes", "list": [{"name": "chlorhexidine"}]}}
    assert all(c.antiseptic != "chlorhexidine" for c in prepared(allergies).antiseptics)


def test_skin_that_marks_gets_a_sun_plan_and_pale_skin_without_reason_none() -> None:
    dark = prepared({"phototype": {"clinician": "V"}})
    assert any("Sun plan" in s.text and "iron oxide" in s.text for s in dark.steps)
    assert not any("Sun plan" in step.text for step in prepared().steps)


def test_a_cleared_keloid_gets_a_test_spot_and_no_course() -> None:
    given = {"rule": "C10", "outcome": "cleared", "role": "C"}
    plan = planned(
        SCARS,
        {"history": {"keloid": "yes"}},
        {"clearances": [{**given, "on": "2026-11-20", "until": "2026-12-20"}]},
    )
    cheek = plan.zones[0]
    assert cheek.status == "test-spot"
    depth = cheek.protocols[0].depth
    assert depth is not None
    assert depth.maximum.value == depth.start.value
    assert plan.course is None
    assert plan.preparation is not None
    assert plan.preparation.antiseptics


def test_breastfeeding_leaves_only_a_device_whose_label_does_not_bar_it() -> None:
    plan = planned(
        SCARS,
        {
            "history": {"breastfeeding": "yes"},
            "devices": [{"id": "skinpen-precision"}],
            "clearances": [
                {
                    "rule": "C2",
                    "outcome": "cleared",
                    "role": "C",
                    "on": "2026-11-20",
                    "until": "2026-12-20",
                }
            ],
        },
    )
    assert {zone.status for zone in plan.zones} == {"refused"}
