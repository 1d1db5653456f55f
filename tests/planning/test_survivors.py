"""Promises of a plan, each by its own figures and not by a recorded plan."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from needlework.evidence import Cited, Knowledge
from needlework.lexicon import Lexicon
from needlework.planning import Plan
from needlework.planning.anaesthetic import Label, anaesthetics
from needlework.planning.model import (
    Alternative,
    AnaestheticPlan,
    Density,
    Depth,
    Session,
    ZonePlan,
)
from needlework.planning.puncture import density_per_cm2
from needlework.screening import Case
from needlework.screening.consultation import decode
from tests.consultations import KNOWLEDGE, ON, base, merged, planned

CLEARED: dict[str, Any] = {
    "rule": "D1",
    "outcome": "cleared",
    "role": "C",
    "on": "2026-11-20",
    "until": "2027-12-31",
}
D1 = {"clearances": [CLEARED]}
SCARS: dict[str, Any] = {"concerns": [{"concern": "acne-scar-rolling", "zones": ["cheek"]}]}
DEEP_PEN: dict[str, Any] = {"devices": [{"id": "dermapen-4"}]}
"""A pen with no labelled use, in steps of 0.1 mm up to 3.0 mm."""


def wish(concern: str, *zones: str, **more: object) -> dict[str, Any]:
    return {"concerns": [{"concern": concern, "zones": list(zones), **more}]}


def cleared(*rules: str, **more: object) -> dict[str, Any]:
    return {"clearances": [CLEARED, *({**CLEARED, "rule": rule, **more} for rule in rules)]}


def zone(plan: Plan, name: str) -> ZonePlan:
    return next(entry for entry in plan.zones if entry.zone == name)


def depth(plan: Plan, name: str) -> Depth:
    found = zone(plan, name).protocols[0].depth
    assert found is not None
    return found


def bound(made: Depth, name: str) -> float:
    return next(entry.depth.value for entry in made.bounds if entry.name == name)


def bounds(made: Depth) -> set[str]:
    return {entry.name for entry in made.bounds}


def with_claim(claim_id: str, like: str = "", **changes: object) -> Knowledge:
    """The release with one claim changed, or added after the pattern of another."""
    release = KNOWLEDGE.release
    claim = msgspec.structs.replace(release.claims[like or claim_id], **changes)
    return Knowledge(msgspec.structs.replace(release, claims={**release.claims, claim_id: claim}))


# --- depth ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "deepest"), [("2026-11-19", 1.5), ("2026-11-20", 2.0)], ids=["expired", "last day"]
)
def test_a_clearance_that_ended_yesterday_goes_no_deeper(until: str, deepest: float) -> None:
    given = cleared("D2", on="2026-10-01", until=until)
    assert depth(planned(SCARS, DEEP_PEN, given), "cheek-left").maximum.value == deepest


@pytest.mark.parametrize(
    ("given", "deepest"),
    [(cleared("D2"), 2.5), (D1, 2.0), (cleared("D2", role="P"), 2.0)],
    ids=["a clinician", "nobody", "a practitioner"],
)
def test_scars_on_the_abdomen_go_deeper_only_when_a_clinician_cleared_it(
    given: dict[str, Any], deepest: float
) -> None:
    scar = wish("surgical-scar", "abdomen", scar_on="2024-01-01")
    made = depth(planned(scar, DEEP_PEN, given), "abdomen")
    assert made.maximum.value == deepest
    assert bound(made, "zone cap") == deepest


def test_lines_on_the_abdomen_are_not_deepened_by_a_clearance_for_scars() -> None:
    made = depth(planned(wish("texture", "abdomen"), DEEP_PEN, cleared("D2")), "abdomen")
    assert made.maximum.value == 1.5


ROSACEA = {
    "skin": {"rosacea": {"answer": "yes", "kind": "erythematotelangiectatic", "active": "no"}}
}


@pytest.mark.parametrize(
    ("phototype", "middle", "set_to"),
    [("III", 1.25, 1.25), ("IV", 1.125, 1.0)],
    ids=["half from 1.0 to 1.5", "half from 1.0 to 1.25, what darker skin leaves"],
)
def test_rosacea_stays_in_the_lower_half_of_what_is_left(
    phototype: str, middle: float, set_to: float
) -> None:
    made = depth(planned(SCARS, ROSACEA, {"phototype": {"clinician": phototype}}), "cheek-left")
    assert bound(made, "lower half of the range") == pytest.approx(middle)
    assert made.maximum.value == pytest.approx(set_to)
    assert "rule.c19.lower-half" in made.maximum.claims


def test_rosacea_in_a_zone_of_lines_halves_their_range() -> None:
    made = depth(planned(wish("texture", "cheek"), ROSACEA, DEEP_PEN, D1), "cheek-left")
    assert bound(made, "lower half of the range") == pytest.approx(0.75)
    assert made.maximum.value == pytest.approx(0.7)


def test_rosacea_elsewhere_leaves_this_zone_as_it_is() -> None:
    told = {"skin": {"rosacea": {**ROSACEA["skin"]["rosacea"], "zones": ["chin"]}}}
    made = depth(planned(SCARS, told), "cheek-left")
    assert "lower half of the range" not in bounds(made)
    assert made.maximum.value == 1.5


def test_a_label_for_the_neck_says_nothing_about_the_face() -> None:
    """2.5 mm, labelled for lines of the neck, is not among the limits of the cheek."""
    made = depth(planned(wish("wrinkles", "cheek"), D1), "cheek-left")
    assert "device label" not in bounds(made)
    claims = {claim for entry in made.bounds for claim in entry.depth.claims}
    assert not [claim for claim in claims if claim.startswith("device.skinpen-precision.max-")]
    assert made.maximum.value == 1.0


def test_a_label_for_another_concern_says_nothing_about_this_one() -> None:
    devices = {"devices": [{"id": "exceed"}]}
    made = depth(planned(wish("texture", "cheek"), devices, D1), "cheek-left")
    assert "device label" not in bounds(made)


def test_a_label_for_other_phototypes_still_bounds_the_depth() -> None:
    """Off label by the person alone: deeper than the label is no safer for that."""
    devices = {"devices": [{"id": "exceed"}]}
    dark = {"phototype": {"clinician": "V"}}
    plan = planned(SCARS, devices, dark, cleared("D2"))
    made = depth(plan, "cheek-left")
    assert zone(plan, "cheek-left").protocols[0].fit.why == ("phototype",)
    assert bound(made, "device label") == 1.5


def test_a_law_of_the_country_binds_in_each_of_its_parts() -> None:
    claim_id = "jurisdiction.us.nurse-max-depth"
    knowledge = with_claim(
        claim_id,
        "jurisdiction.us-az.aesthetician-max-depth",
        value=0.5,
        scope=msgspec.structs.replace(
            KNOWLEDGE.claims["jurisdiction.us-az.aesthetician-max-depth"].scope,
            operator=("nurse",),
        ),
    )
    nurse = {"jurisdiction": "us-az", "operator": {"profession": "nurse"}}
    made = depth(planned(SCARS, nurse, knowledge=knowledge), "cheek-left")
    assert bound(made, "law of the place") == 0.5
    assert made.maximum.value == 0.5
    assert claim_id in made.maximum.claims
    abroad = {"jurisdiction": "ca", "operator": {"profession": "nurse", "scope_max_depth_mm": 2.0}}
    other = depth(planned(SCARS, abroad, D1, knowledge=knowledge), "cheek-left")
    assert claim_id not in {claim for entry in other.bounds for claim in entry.depth.claims}


# --- punctures --------------------------------------------------------------------------------


def density(device: str, passes: float = 3) -> Density:
    found = density_per_cm2(KNOWLEDGE, device, Cited(passes, "1", ("course.technique.passes-pen",)))
    assert found is not None
    return found


def test_fourteen_needles_at_7000_a_minute_leave_about_3100_holes_a_square_centimetre() -> None:
    """14 needles x 7000/60 strokes a second x 3 passes over 2 cm/s x 0.8 cm."""
    made = density("skinpen-precision")
    assert made.value == pytest.approx(3100, rel=0.03)
    assert made.low == pytest.approx(14 * 6300 / 60 * 3 / (4.0 * 1.0), rel=0.05)
    assert made.high == pytest.approx(14 * 7700 / 60 * 3 / (1.0 * 0.6), rel=0.05)
    assert made.unit == "1/cm2"


@pytest.mark.parametrize(
    ("device", "value", "low", "high"),
    [
        ("exceed", 1406, 450, 4500),  # 6 needles, 100 to 150 strokes a second
        ("exceed-unlimited", 1406, 450, 4500),
        ("dermapen-4", 3150, 1080, 9600),  # 16 needles, 90 to 120
        ("generic-pen", 2250, 450, 9000),  # 12 needles, 50 to 150
    ],
)
def test_strokes_a_second_are_not_taken_for_strokes_a_minute(
    device: str, value: float, low: float, high: float
) -> None:
    made = density(device)
    found = (made.value, made.low, made.high)
    assert found == pytest.approx((value, low, high), rel=0.03)


def test_twice_the_passes_leave_twice_the_holes() -> None:
    assert density("exceed", 6).value == pytest.approx(2 * 1406, rel=0.03)


def test_a_pen_whose_strokes_nobody_published_has_no_density() -> None:
    passes = Cited(3, "1", ())
    assert density_per_cm2(KNOWLEDGE, "pro-pen", passes) is None


# --- anaesthetic ------------------------------------------------------------------------------


def numbed(*patches: dict[str, Any]) -> AnaestheticPlan:
    preparation = planned({"jurisdiction": "gb-eng"}, D1, *patches).preparation
    assert preparation is not None
    (found,) = preparation.anaesthetics
    return found


def lmx(**more: object) -> dict[str, Any]:
    use = {"product": "lmx4", "whole_face": True, **more}
    return {"anaesthetic": {"answer": "yes", "products": [use]}}


def test_a_whole_face_does_not_measure_the_neck() -> None:
    both = wish("wrinkles", "cheek", "neck")
    made = numbed(both, lmx())
    assert made.status == "not-enough-known"
    (reason,) = made.reasons
    assert "neck" in reason.text
    assert "cheek" not in reason.text
    assert made.grams is None
    assert made.area is None


def test_a_neck_that_was_measured_adds_to_the_whole_face() -> None:
    made = numbed(wish("wrinkles", "cheek", "neck"), lmx(area_cm2={"neck": 80.0, "cheek": 60.0}))
    assert made.status == "offered", made.reasons
    assert made.area is not None
    assert made.area.value == 280


@pytest.mark.parametrize("place", ["usx", "u", "gb", "gb-englan"])
def test_a_place_that_only_begins_alike_has_no_labelled_anaesthetic(place: str) -> None:
    data = merged(base(), {"jurisdiction": place, **lmx()})
    case = Case(decode(data), KNOWLEDGE, Lexicon.load(), ON)
    (made,) = anaesthetics(case, (), ("cheek-left", "cheek-right"))
    assert made.status == "refused"
    assert f"Not labelled in {place}." in {reason.text for reason in made.reasons}


@pytest.mark.parametrize(
    ("place", "is_known"), [("us", True), ("us-az", True), ("usx", False), ("usx-az", False)]
)
def test_a_labels_figure_holds_in_its_country_and_its_parts_and_nowhere_else(
    place: str, is_known: bool
) -> None:
    product, key = next(
        (claim_id.split(".")[1], claim_id.split(".")[2])
        for claim_id, claim in sorted(KNOWLEDGE.claims.items())
        if claim_id.startswith("anaesthetic.")
        and claim.scope.jurisdiction == ("us",)
        and not isinstance(claim.value, str | bool | list)
        and not claim_id.endswith("-smpc")
    )
    label = Label(knowledge=KNOWLEDGE, product=product, place=place)
    assert (label.find(key) is not None) is is_known


# --- home -------------------------------------------------------------------------------------

HOME: dict[str, Any] = {
    "setting": "home",
    "devices": [{"id": "roller-home-c8"}],
    "concerns": [{"concern": "fine-lines", "zones": ["forehead"]}],
    **D1,
}


def at_home(*patches: dict[str, Any]) -> Alternative:
    """Where the law would allow it, so that what refuses is the condition alone."""
    knowledge = with_claim("home.limits.jurisdictions", value=["us"])
    plan = planned(HOME, *patches, knowledge=knowledge)
    return next(entry for entry in plan.alternatives if entry.what == "at home")


def needled(**more: object) -> dict[str, Any]:
    return {"procedures": {"answer": "yes", "list": [{"kind": "microneedling", **more}]}}


@pytest.mark.parametrize(
    ("patch", "claims"),
    [
        ({"jurisdiction": "ca"}, ("jurisdictions",)),
        ({"jurisdiction": "us-az"}, ("jurisdictions",)),
        ({"phototype": {"clinician": "IV"}}, ("phototypes",)),
        ({"history": {"keloid": "yes"}}, ("nothing-against",)),
        ({"history": {"cardiac": "unknown"}}, ("nothing-against",)),
        (wish("acne-scar-rolling", "cheek"), ("concerns",)),
        (wish("pih", "cheek"), ("concerns",)),
        (wish("texture", "abdomen"), ("zones",)),
        (wish("striae", "abdomen"), ("concerns", "zones")),
        (needled(on="2026-10-24", zones=["forehead"]), ("after-clinic",)),
        (needled(on="2026-10-24"), ("after-clinic",)),
        (needled(zones=["forehead"]), ("after-clinic",)),
        (
            {"history": {"keloid": "yes"}, "jurisdiction": "ca"},
            ("jurisdictions", "nothing-against"),
        ),
    ],
)
def test_each_condition_of_home_refuses_by_its_own_claim(
    patch: dict[str, Any], claims: tuple[str, ...]
) -> None:
    found = at_home(patch)
    assert found.status == "refused"
    assert found.claims == tuple(f"home.limits.{name}" for name in claims)
    assert found.depth is None


def test_a_clinic_session_elsewhere_leaves_this_zone_open_to_home() -> None:
    found = at_home(needled(on="2026-10-24", zones=["chin"]))
    assert (found.status, found.reasons) == ("limited", ())


@pytest.mark.parametrize(
    ("rule", "verdict", "patch"),
    [
        ("C6", "DEFER", {"skin": {"acne": {"answer": "yes", "severity": "moderate"}}}),
        ("C9", "CLEAR", {"history": {"herpes_simplex": "yes"}}),
        ("C39", "ASK", {"history": {"pih": "unknown"}}),
    ],
)
def test_what_a_clinic_would_wait_or_ask_for_stands_against_home_too(
    rule: str, verdict: str, patch: dict[str, Any]
) -> None:
    found = at_home(patch)
    assert found.status == "refused"
    assert found.reasons == (f"Something stands against it ({verdict}): {rule}.",)
    assert found.claims == ("home.limits.nothing-against",)


# --- course -----------------------------------------------------------------------------------


def sessions(*patches: dict[str, Any]) -> tuple[Session, ...]:
    course = planned(*patches).course
    assert course is not None
    return course.sessions


def test_a_clearance_is_renewed_only_for_sessions_in_its_zones() -> None:
    """Cleared for the forehead until December; the cheeks, free from February, need nobody."""
    concerns = [
        {"concern": "acne-scar-rolling", "zones": ["cheek"]},
        {"concern": "fine-lines", "zones": ["forehead"]},
    ]
    peel = {"kind": "peel-deep", "on": "2026-11-01", "zones": ["cheek"]}
    given = {**CLEARED, "until": "2026-12-01", "zones": ["forehead"]}
    found = sessions(
        {"concerns": concerns, "clearances": [given]},
        {"procedures": {"answer": "yes", "list": [peel]}},
    )
    ended = [s for s in found if s.day.on > date(2026, 12, 1)]
    noted = {s.number for s in ended if any("D1" in note.text for note in s.notes)}
    assert noted == {s.number for s in ended if "forehead" in s.zones}
    assert noted
    without = [s for s in ended if "forehead" not in s.zones]
    assert without
    assert all(not s.notes for s in without)


def test_a_licence_that_ends_during_the_course_is_renewed_before_the_next_session() -> None:
    found = sessions(SCARS, {"operator": {"licence_until": "2026-12-31"}})
    assert [s.day.on for s in found] == [date(2026, 11, 20), date(2026, 12, 18), date(2027, 1, 15)]
    noted = [" ".join(note.text for note in s.notes) for s in found]
    assert noted[:2] == ["", ""]
    assert "licence" in noted[2]
    assert "2026-12-31" in noted[2]


def test_a_licence_that_runs_to_the_last_session_needs_no_note() -> None:
    found = sessions(SCARS, {"operator": {"licence_until": "2027-01-15"}})
    assert not [s.number for s in found if s.notes]
