"""A topical anaesthetic within its label, place, area, grams and minutes; else not, and why."""

from __future__ import annotations

from typing import Any

import pytest

from needlework.errors import AnswerError
from needlework.planning.model import AnaestheticPlan
from tests.consultations import planned

FACE: dict[str, Any] = {
    "jurisdiction": "gb-eng",
    "concerns": [{"concern": "acne-scar-rolling", "zones": ["cheek"]}],
    "clearances": [
        {"rule": "D1", "outcome": "cleared", "role": "C", "on": "2026-11-20", "until": "2027-01-01"}
    ],
}


def used(*products: dict[str, Any]) -> dict[str, Any]:
    return {"anaesthetic": {"answer": "yes", "products": list(products)}}


def lmx(**more: object) -> dict[str, Any]:
    return {"product": "lmx4", "area_cm2": {"cheek": 60.0}, **more}


def checked(*patches: dict[str, Any]) -> tuple[AnaestheticPlan, ...]:
    preparation = planned(FACE, *patches).preparation
    assert preparation is not None
    return preparation.anaesthetics


def only(*patches: dict[str, Any]) -> AnaestheticPlan:
    (found,) = checked(*patches)
    return found


def test_within_its_label_it_is_offered_with_grams_area_and_minutes() -> None:
    made = only(used(lmx(grams=10.0, minutes=45.0)))
    assert made.status == "offered", made.reasons
    assert made.area is not None
    assert made.area.value == 60
    assert made.grams is not None
    assert (made.grams[0].value, made.grams[1].value) == (9, 12)
    assert made.minutes is not None
    assert (made.minutes[0].value, made.minutes[1].value) == (30, 60)
    assert made.area_max is not None
    assert made.area_max.value == 900


@pytest.mark.parametrize(
    ("use", "status", "reason"),
    [
        (lmx(grams=12.0), "offered", ""),
        (lmx(grams=12.1), "refused", "more than the 12 g"),
        (lmx(minutes=60.0), "offered", ""),
        (lmx(minutes=61.0), "refused", "longer than the 60 min"),
        (lmx(area_cm2={"cheek": 900.0}), "offered", ""),
        (lmx(area_cm2={"cheek": 901.0}), "refused", "more than the 900 cm²"),
        (lmx(area_cm2={}), "not-enough-known", "Measure the area"),
        (lmx(area_cm2={"cheek-left": 30.0}), "not-enough-known", "cheek-right"),
        (lmx(area_cm2={"cheek-left": 30.0}, zones=("cheek-left",)), "offered", ""),
        (lmx(wrap="yes"), "refused", "No wrap"),
        (lmx(wrap="unknown"), "refused", "No wrap"),
        ({"product": "pliaglis", "area_cm2": {"cheek": 60.0}}, "refused", "Not labelled in"),
        ({"product": "blt", "area_cm2": {"cheek": 60.0}}, "not-enough-known", "maximum in grams"),
        (
            {"product": "blt", "area_cm2": {"cheek": 60.0}, "compounded_max_grams": 10.0},
            "needs-clearance",
            "Compounded",
        ),
        (
            {
                "product": "blt",
                "area_cm2": {"cheek": 60.0},
                "compounded_max_grams": 10.0,
                "grams": 11.0,
            },
            "refused",
            "more than the 10 g",
        ),
    ],
)
def test_each_limit_at_its_boundary(use: dict[str, Any], status: str, reason: str) -> None:
    made = only(used(use))
    assert made.status == status, made.reasons
    assert reason in " ".join(r.text for r in made.reasons)
    if status in ("refused", "not-enough-known"):
        assert made.grams is None
        assert made.minutes is None


def test_the_whole_face_takes_the_labels_figure() -> None:
    made = only(used({"product": "lmx4", "whole_face": True}))
    assert made.status == "offered"
    assert made.area is not None
    assert made.area.value == 200
    assert made.area.claims == ("course.anaesthetic.face-area",)


def test_a_label_without_figures_for_the_place_is_not_enough_known() -> None:
    made = only({"jurisdiction": "us"}, used(lmx()))
    assert made.status == "not-enough-known"


@pytest.mark.parametrize("atopy", ["yes", "unknown"])
def test_atopic_or_unknown_skin_gets_the_shorter_time(atopy: str) -> None:
    made = only(used(lmx()), {"history": {"atopy": atopy}})
    assert made.minutes is not None
    assert made.minutes[1].value == 30


def test_two_products_only_by_a_clinician_and_within_one_maximum_together() -> None:
    emla = {"product": "emla", "area_cm2": {"cheek": 60.0}}
    low = checked(used(lmx(grams=5.0), {**emla, "grams": 4.0}))
    assert {made.status for made in low} == {"needs-clearance"}
    high = checked(used(lmx(grams=10.0), {**emla, "grams": 8.0}))
    assert {made.status for made in high} == {"refused"}
    open_ = checked(used(lmx(), emla))
    assert {made.status for made in open_} == {"not-enough-known"}


@pytest.mark.parametrize(
    ("patch", "product", "status"),
    [
        ({"history": {"methaemoglobinaemia_or_g6pd": "yes"}}, "emla", "refused"),
        ({"history": {"methaemoglobinaemia_or_g6pd": "yes"}}, "lmx4", "offered"),
        ({"history": {"methaemoglobinaemia_or_g6pd": "unknown"}}, "emla", "not-enough-known"),
        ({"allergies": {"answer": "yes", "list": [{"name": "lidocaine"}]}}, "lmx4", "refused"),
        (
            {
                "medicines": {
                    "answer": "yes",
                    "list": [{"name": "dapsone", "route": "oral", "taken_for": "other"}],
                }
            },
            "emla",
            "refused",
        ),
        (
            {"medicines": {"answer": "yes", "list": [{"name": "flecainide"}]}},
            "lmx4",
            "needs-clearance",
        ),
    ],
)
def test_what_stands_against_an_agent_reaches_the_product(
    patch: dict[str, Any], product: str, status: str
) -> None:
    made = only(used({"product": product, "area_cm2": {"cheek": 60.0}}), patch)
    assert made.status == status, made.reasons


def test_a_cyp_inhibitor_halves_the_area_and_asks_a_clinician() -> None:
    medicines = {
        "answer": "yes",
        "list": [{"name": "itraconazole", "route": "oral", "taken_for": "other"}],
    }
    made = only(used(lmx()), {"medicines": medicines})
    assert made.status == "needs-clearance", made.reasons
    assert made.area_max is not None
    assert made.area_max.value == 450
    refused = only(used(lmx(area_cm2={"cheek": 451.0})), {"medicines": medicines})
    assert refused.status == "refused"


def test_a_maximum_typed_for_a_formula_never_lifts_a_label() -> None:
    with pytest.raises(AnswerError, match="compounded"):
        only(used(lmx(compounded_max_grams=500.0)))


@pytest.mark.parametrize(
    "atopic",
    [
        {"history": {"atopy": "yes"}},
        {"history": {"atopy": {"answer": "no", "on": "2024-01-01"}}},
        {"conditions": {"answer": "yes", "list": [{"name": "atopy"}]}},
    ],
)
def test_a_wish_beyond_the_shorter_time_of_atopic_skin_is_refused(atopic: dict[str, Any]) -> None:
    assert only(used(lmx(minutes=31.0)), atopic).status == "refused"
    assert only(used(lmx(minutes=30.0)), atopic).status == "offered"


def test_the_larger_of_the_whole_face_and_what_was_measured_counts() -> None:
    made = only(used(lmx(whole_face=True, area_cm2={"cheek": 850.0})))
    assert made.area is not None
    assert made.area.value == 850


def test_a_severe_liver_disease_halves_the_maximum_of_a_formula_too() -> None:
    blt = {"product": "blt", "area_cm2": {"cheek": 60.0}, "compounded_max_grams": 10.0}
    liver = {"history": {"severe_liver_disease": "yes"}}
    assert only(used({**blt, "grams": 5.0}), liver).status == "needs-clearance"
    assert only(used({**blt, "grams": 5.1}), liver).status == "refused"


def test_a_clinician_may_clear_a_formula_and_two_products() -> None:
    blt = {"product": "blt", "area_cm2": {"cheek": 60.0}, "compounded_max_grams": 10.0}
    both = {"clearances": [*FACE["clearances"], {**FACE["clearances"][0], "rule": "A1"}]}
    assert only(used(blt), both).status == "offered"
    turned_down = {**FACE["clearances"][0], "rule": "A1", "outcome": "refused", "zones": ["cheek"]}
    both["clearances"].append(turned_down)
    assert only(used(blt), both).status == "needs-clearance"
    emla = {"product": "emla", "area_cm2": {"cheek": 60.0}, "grams": 4.0}
    two = {"clearances": [*FACE["clearances"], {**FACE["clearances"][0], "rule": "A2"}]}
    assert {made.status for made in checked(used(lmx(grams=5.0), emla), two)} == {"offered"}


def test_younger_than_the_label_is_refused_or_asked() -> None:
    teen = {"client": {"birth_date": "2011-01-01"}}
    assert planned(FACE, used(lmx()), teen).preparation is None
