"""Depth is the least of all limits, on the dial's steps; devices fit their label or say not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needlework.planning import Plan
from needlework.planning.model import Depth, Protocol, ZonePlan
from needlework.units import round_down
from tests.consultations import KNOWLEDGE, planned

OFFERED = sorted(z for z, zone in KNOWLEDGE.release.zones.items() if zone.status == "offered")
BLOCKED = sorted(z for z, zone in KNOWLEDGE.release.zones.items() if zone.status != "offered")
CONCERNS = sorted(KNOWLEDGE.release.concerns)
DEVICES = sorted(KNOWLEDGE.release.devices)
CLEARED = [
    {"rule": "D1", "outcome": "cleared", "role": "C", "on": "2026-11-20", "until": "2027-12-31"}
]


def wish(concern: str, *zones: str, **more: object) -> dict[str, Any]:
    return {"concerns": [{"concern": concern, "zones": list(zones), **more}]}


def zone(plan: Plan, name: str) -> ZonePlan:
    return next(entry for entry in plan.zones if entry.zone == name)


def first(plan: Plan, name: str) -> Protocol:
    return zone(plan, name).protocols[0]


def depth(plan: Plan, name: str) -> Depth:
    found = first(plan, name).depth
    assert found is not None
    return found


def test_on_label_acne_scars_start_step_and_maximum() -> None:
    plan = planned(wish("acne-scar-rolling", "cheek"))
    made = depth(plan, "cheek-left")
    assert (made.start.value, made.maximum.value) == (1.0, 1.5)
    assert made.step is not None
    assert made.step.value == 0.25
    assert "device.skinpen-precision.max-depth-acne-scar" in {
        claim for bound in made.bounds if bound.binds for claim in bound.depth.claims
    }
    assert first(plan, "cheek-left").fit.labelled
    assert zone(plan, "cheek-left").status == "planned"


@pytest.mark.parametrize("phototype", ["IV", "V", "VI"])
def test_dark_skin_goes_a_quarter_millimetre_less_and_only_to_erythema(phototype: str) -> None:
    plan = planned(wish("acne-scar-rolling", "cheek"), {"phototype": {"clinician": phototype}})
    assert depth(plan, "cheek-left").maximum.value == 1.25
    end_point = first(plan, "cheek-left").end_point
    assert end_point is not None
    assert end_point.text == "erythema"
    assert "rule.c39.depth-reduction" in depth(plan, "cheek-left").maximum.claims


def test_a_clinician_may_allow_pinpoint_bleeding_for_scars_but_not_the_depth() -> None:
    given_ = {**CLEARED[0], "rule": "C39"}
    plan = planned(
        wish("acne-scar-rolling", "cheek"),
        {"phototype": {"clinician": "V"}, "clearances": [given_]},
    )
    end_point = first(plan, "cheek-left").end_point
    assert end_point is not None
    assert end_point.text == "pinpoint-bleeding"
    assert depth(plan, "cheek-left").maximum.value == 1.25


@pytest.mark.parametrize("pigment", ["melasma", "pih", "uneven-tone"])
def test_skin_with_a_pigment_concern_is_not_brought_to_bleed_for_another(pigment: str) -> None:
    marks = wish(pigment, "cheek", topical_treatment="yes")
    both = [*wish("acne-scar-rolling", "cheek")["concerns"], *marks["concerns"]]
    dark = {"rule": "C39", **{key: value for key, value in CLEARED[0].items() if key != "rule"}}
    plan = planned({"concerns": both, "clearances": [*CLEARED, dark]})
    points = {made.end_point for made in zone(plan, "cheek-left").protocols}
    assert {point.text for point in points if point} == {"erythema"}
    assert {point.claims for point in points if point} == {(f"concern.{pigment}.end-point",)}


def test_a_clearance_to_go_deeper_holds_for_twelve_months_at_most() -> None:
    pen = {"devices": [{"id": "dermapen-4"}], **wish("acne-scar-rolling", "cheek")}
    given_ = {**CLEARED[0], "rule": "D2", "until": "2099-01-01"}
    old, newer = ({**given_, "on": day} for day in ("2025-11-19", "2025-11-20"))
    shallow, deep = (planned({**pen, "clearances": [*CLEARED, one]}) for one in (old, newer))
    assert depth(shallow, "cheek-left").maximum.value == 1.5
    assert depth(deep, "cheek-left").maximum.value == 2.0
    assert deep.course is not None
    assert "ends on 2026-11-20" in deep.course.sessions[1].notes[0].text


@pytest.mark.parametrize("concern", ["melasma", "pih", "uneven-tone"])
def test_pigment_on_the_face_never_goes_past_half_a_millimetre(concern: str) -> None:
    plan = planned(
        wish(concern, "cheek", "forehead", topical_treatment="yes"), {"clearances": CLEARED}
    )
    for entry in plan.zones:
        assert all(p.depth is None or p.depth.maximum.value <= 0.5 for p in entry.protocols)


def test_pigment_in_the_same_zone_binds_the_scars_too() -> None:
    concerns = [
        {"concern": "acne-scar-rolling", "zones": ["cheek"]},
        {"concern": "pih", "zones": ["cheek-left"]},
    ]
    plan = planned({"concerns": concerns, "clearances": CLEARED})
    assert depth(plan, "cheek-left").maximum.value <= 0.5
    assert depth(plan, "cheek-right").maximum.value == 1.5


def test_the_cap_rises_only_with_a_clinicians_clearance() -> None:
    device = {"devices": [{"id": "dermapen-4"}]}
    given_ = {**CLEARED[0], "rule": "D2", "zones": ["cheek-left"]}
    plan = planned(wish("acne-scar-rolling", "cheek"), device, {"clearances": [*CLEARED, given_]})
    assert depth(plan, "cheek-left").maximum.value == 2.0
    assert depth(plan, "cheek-right").maximum.value == 1.5


def test_the_neck_goes_deeper_only_with_a_pen_labelled_for_it() -> None:
    given_ = {**CLEARED[0], "rule": "D2"}
    both = {"clearances": [*CLEARED, given_]}
    labelled = planned(wish("wrinkles", "neck"), both)
    assert depth(labelled, "neck").maximum.value == 1.5
    other = planned(wish("wrinkles", "neck"), {"devices": [{"id": "dermapen-4"}]}, both)
    assert depth(other, "neck").maximum.value == 0.7


def test_a_practitioners_word_does_not_raise_the_cap() -> None:
    device = {"devices": [{"id": "dermapen-4"}]}
    given_ = {**CLEARED[0], "rule": "D2", "role": "P"}
    plan = planned(wish("acne-scar-rolling", "cheek"), device, {"clearances": [*CLEARED, given_]})
    assert depth(plan, "cheek-left").maximum.value == 1.5


@pytest.mark.parametrize(
    ("stocked", "chosen"),
    [((0.5, 1.0, 1.5), 1.5), ((0.5, 1.0), 1.0), ((0.5,), 0.5), ((2.0,), None), ((), None)],
)
def test_a_roller_takes_the_longest_stocked_needle_that_is_allowed(
    stocked: tuple[float, ...], chosen: float | None
) -> None:
    device = {"devices": [{"id": "roller-192", "needle_lengths_mm": list(stocked)}]}
    plan = planned(wish("acne-scar-rolling", "cheek"), device, {"clearances": CLEARED})
    made = first(plan, "cheek-left")
    if chosen is None:
        assert made.depth is None
        assert made.refused
        assert zone(plan, "cheek-left").status in ("no-device", "not-enough-known")
    else:
        assert made.depth is not None
        assert made.depth.maximum.value == chosen
        assert made.needle_length is not None
        assert made.needle_length.value == chosen


def test_a_roller_that_is_too_long_for_the_zone_does_not_fit() -> None:
    device = {"devices": [{"id": "roller-mf8"}]}
    plan = planned(wish("fine-lines", "forehead"), device, {"clearances": CLEARED})
    assert first(plan, "forehead").refusal == "no-fit"
    assert zone(plan, "forehead").status == "no-device"


def test_a_device_on_label_comes_before_one_off_label() -> None:
    devices = {"devices": [{"id": "dermapen-4"}, {"id": "skinpen-precision"}]}
    plan = planned(wish("acne-scar-rolling", "cheek"), devices)
    assert first(plan, "cheek-left").device == "skinpen-precision"
    assert {p.device for p in zone(plan, "cheek-left").other_devices} == {"dermapen-4"}
    assert zone(plan, "cheek-left").status == "planned"


def test_when_the_labelled_device_does_not_fit_the_other_one_needs_clearance() -> None:
    devices = {"devices": [{"id": "skinpen-precision"}, {"id": "dermapen-4"}]}
    nursing = {
        "history": {"breastfeeding": "yes"},
        "clearances": [{**CLEARED[0], "rule": "C2"}],
    }
    scars = wish("acne-scar-rolling", "cheek")
    entry = zone(planned(scars, devices, nursing), "cheek-left")
    assert entry.protocols[0].device == "dermapen-4"
    assert entry.status == "needs-clearance"
    both = {**nursing, "clearances": [*nursing["clearances"], *CLEARED]}
    assert zone(planned(scars, devices, both), "cheek-left").status == "planned"


def test_off_label_needs_clearance_and_says_what_is_outside() -> None:
    plan = planned(wish("fine-lines", "forehead"))
    entry = zone(plan, "forehead")
    assert entry.status == "needs-clearance"
    assert not first(plan, "forehead").fit.labelled
    assert "zone" in first(plan, "forehead").fit.why


@pytest.mark.parametrize("blocked", BLOCKED)
def test_no_depth_is_ever_given_for_a_zone_that_is_blocked_or_not_offered(blocked: str) -> None:
    plan = planned(wish("fine-lines", blocked), {"clearances": CLEARED})
    assert all(entry.status in ("blocked", "refused") for entry in plan.zones)
    assert all(not entry.protocols for entry in plan.zones)
    assert plan.course is None


def test_a_test_spot_takes_no_needle_longer_than_the_start() -> None:
    device = {"devices": [{"id": "roller-192", "needle_lengths_mm": [0.5, 1.0, 1.5]}]}
    spot = {
        "history": {"keloid": "yes"},
        "clearances": [*CLEARED, {**CLEARED[0], "rule": "C10"}],
    }
    assert (
        depth(planned(wish("acne-scar-rolling", "cheek"), device, spot), "cheek-left").maximum.value
        == 1.0
    )


@pytest.mark.parametrize(("place", "most_mm"), [("us-az", 0.5), ("us-nc", 1.0)])
def test_nobody_outside_health_goes_deeper_than_the_profession_that_the_law_names(
    place: str, most_mm: float
) -> None:
    operator = {"profession": "other", "scope_max_depth_mm": 3.0}
    plan = planned(
        wish("acne-scar-rolling", "cheek"), {"operator": operator, "jurisdiction": place}
    )
    assert depth(plan, "cheek-left").maximum.value <= most_mm


def test_a_device_off_label_is_said_whatever_else_the_zone_waits_for() -> None:
    devices = {"devices": [{"id": "skinpen-precision"}, {"id": "dermapen-4"}]}
    nursing = {"history": {"breastfeeding": "yes"}, "clearances": [{**CLEARED[0], "rule": "C2"}]}
    toxin = {"kind": "botulinum-toxin", "on": "2026-11-18", "zones": ["cheek"]}
    scars = wish("acne-scar-rolling", "cheek")
    waits = planned(scars, devices, nursing, {"procedures": {"answer": "yes", "list": [toxin]}})
    assert waits.course is not None
    assert set(waits.course.sessions[0].if_cleared) == {"cheek-left", "cheek-right"}
    no = {**CLEARED[0], "outcome": "refused"}
    refused = planned(scars, devices, {**nursing, "clearances": [*nursing["clearances"], no]})
    assert zone(refused, "cheek-left").status == "refused"


def test_what_a_clinician_refused_is_refused() -> None:
    plan = planned(
        wish("fine-lines", "forehead"), {"clearances": [{**CLEARED[0], "outcome": "refused"}]}
    )
    assert zone(plan, "forehead").status == "refused"
    assert not zone(plan, "forehead").protocols


def test_a_limit_that_was_cleared_is_not_listed_any_more() -> None:
    plan = planned(
        wish("acne-scar-rolling", "cheek"),
        {"phototype": {"clinician": "V"}, "clearances": [{**CLEARED[0], "rule": "C39"}]},
    )
    assert not any("without bleeding" in limit for limit in zone(plan, "cheek-left").limits)


def test_the_law_of_the_place_binds_the_operator() -> None:
    operator = {"operator": {"profession": "aesthetician"}, "jurisdiction": "us-az"}
    plan = planned(wish("acne-scar-rolling", "cheek"), operator)
    assert depth(plan, "cheek-left").maximum.value == 0.5


def test_in_scotland_less_than_the_specified_depth_for_others_than_health_professionals() -> None:
    operator = {
        "operator": {"profession": "aesthetician", "scope_max_depth_mm": 2.0},
        "jurisdiction": "gb-sct",
        "clearances": CLEARED,
    }
    plan = planned(wish("acne-scar-rolling", "cheek"), operator)
    assert depth(plan, "cheek-left").maximum.value == 1.25


def test_a_question_that_is_open_withholds_the_depth() -> None:
    plan = planned(wish("acne-scar-rolling", "cheek"), {"history": {"keloid": "unknown"}})
    assert {entry.status for entry in plan.zones} == {"not-enough-known"}
    assert plan.course is None
    assert plan.preparation is None


def test_density_comes_with_its_uncertainty() -> None:
    pen = first(planned(wish("acne-scar-rolling", "cheek")), "cheek-left").passes
    assert pen is not None
    assert pen.density is not None
    assert pen.density.low < pen.density.value < pen.density.high
    assert pen.density.high / pen.density.low > 4
    roller = {"devices": [{"id": "roller-mf8"}], "clearances": CLEARED}
    rolled = first(planned(wish("acne-scar-rolling", "cheek"), roller), "cheek-left").passes
    assert rolled is not None
    assert rolled.density is not None
    assert rolled.count.value == 30
    assert rolled.density.value == pytest.approx(458, rel=0.03)


@settings(max_examples=150, deadline=None)
@given(
    concern=st.sampled_from(CONCERNS),
    place=st.sampled_from(OFFERED),
    devices=st.lists(st.sampled_from(DEVICES), min_size=1, max_size=4, unique=True),
    phototype=st.sampled_from(["I", "II", "III", "IV", "V", "VI"]),
    profession=st.sampled_from(["physician", "nurse", "aesthetician"]),
    licence_mm=st.floats(0.1, 3.0),
    lengths=st.lists(st.sampled_from([0.2, 0.25, 0.5, 1.0, 1.5, 2.0]), max_size=4, unique=True),
)
def test_no_setting_ever_passes_any_of_its_limits(
    concern: str,
    place: str,
    devices: list[str],
    phototype: str,
    profession: str,
    licence_mm: float,
    lengths: list[float],
) -> None:
    plan = planned(
        wish(concern, place, topical_treatment="yes", scar_on="2024-01-01"),
        {
            "devices": [{"id": d, "needle_lengths_mm": lengths} for d in devices],
            "phototype": {"clinician": phototype},
            "operator": {"profession": profession, "scope_max_depth_mm": licence_mm},
            "clearances": [{**CLEARED[0], "rule": r} for r in ("D1", "D2", "C11", "C39")],
        },
    )
    for entry in plan.zones:
        for made in (*entry.protocols, *entry.other_devices):
            if made.depth is None:
                assert made.refused
                continue
            top = made.depth.maximum.value
            assert 0 < made.depth.start.value <= top
            assert all(top <= bound.depth.value + 1e-9 for bound in made.depth.bounds)
            assert top <= licence_mm + 1e-9
            assert made.depth.step is not None or made.needle_length is not None
            if made.depth.step is not None and "course.depth.step" not in made.depth.step.claims:
                assert round_down(top, made.depth.step.value) == pytest.approx(top)
            if made.needle_length is not None:
                assert made.needle_length.value in lengths or len(lengths) == 0
