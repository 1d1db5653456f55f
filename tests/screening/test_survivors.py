"""Promises of screening: what a missing age, licence or day does, and what a STOP hides."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from needlework.evidence import Verdict
from needlework.lexicon import Lexicon
from needlework.screening import Assessment, Case, assess_case
from needlework.screening.consultation import decode
from needlework.screening.labels import Person, label_fit
from tests.consultations import KNOWLEDGE, ON, base, merged, planned

ADULT = Person(age_y=30, phototype="III")


def assessed(patch: dict[str, Any]) -> Assessment:
    return assess_case(Case(decode(merged(base(), patch)), KNOWLEDGE, Lexicon.load(), ON))


def outside(
    who: Person = ADULT,
    *,
    place: str = "us",
    concern: str = "acne-scar-rolling",
    zone: str = "cheek",
) -> tuple[str, ...]:
    return label_fit(KNOWLEDGE, "skinpen-precision", concern, zone, who, place).outside


# --- labels -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age_y", "expected"),
    [(None, ("age",)), (0, ("age",)), (21, ("age",)), (22, ()), (90, ())],
)
def test_an_age_that_nobody_knows_is_outside_the_label(
    age_y: int | None, expected: tuple[str, ...]
) -> None:
    assert outside(Person(age_y=age_y, phototype="III")) == expected


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("us", ()),
        ("us-az", ()),
        ("usx", ("jurisdiction",)),
        ("usx-az", ("jurisdiction",)),
        ("u", ("jurisdiction",)),
        ("ca", ("jurisdiction",)),
    ],
)
def test_a_place_that_only_begins_alike_is_outside_the_label(
    place: str, expected: tuple[str, ...]
) -> None:
    assert outside(place=place) == expected


def test_a_use_of_the_neck_does_not_label_the_face_nor_its_scars_the_neck() -> None:
    assert outside(concern="wrinkles", zone="neck") == ()
    assert outside(concern="wrinkles", zone="cheek") == ("zone",)
    assert outside(concern="acne-scar-rolling", zone="neck") == ("zone",)


# --- operator ---------------------------------------------------------------------------------


def test_a_licence_without_its_last_day_is_asked_about_and_withholds_the_plan() -> None:
    undated = {"operator": {"licence": "current", "licence_until": None}}
    found = [finding for finding in assessed(undated).findings if finding.rule == "O1"]
    assert [(f.verdict, f.asks) for f in found] == [(Verdict.ASK, "operator.licence_until")]
    assert {zone.status for zone in planned(undated).zones} == {"not-enough-known"}


@pytest.mark.parametrize(
    ("until", "verdicts"),
    [(date(2026, 11, 19), [Verdict.STOP]), (date(2026, 11, 20), [])],
    ids=["ended yesterday", "ends today"],
)
def test_a_licence_counts_on_its_last_day_and_no_longer(
    until: date, verdicts: list[Verdict]
) -> None:
    found = assessed({"operator": {"licence": "current", "licence_until": until}}).findings
    assert [finding.verdict for finding in found if finding.rule == "O1"] == verdicts


# --- verdicts ---------------------------------------------------------------------------------

TOXIN = {
    "procedures": {
        "answer": "yes",
        "list": [{"kind": "botulinum-toxin", "on": date(2026, 11, 18), "zones": ["forehead"]}],
    }
}


def test_a_zone_that_is_stopped_gets_no_day_although_a_wait_in_it_has_one() -> None:
    waiting = assessed(TOXIN)
    stopped = assessed({**TOXIN, "history": {"pregnancy": "yes"}})
    (free,) = [zone for zone in waiting.zones if zone.zone == "forehead"]
    (never,) = [zone for zone in stopped.zones if zone.zone == "forehead"]
    assert (free.verdict, free.free_from) == (Verdict.DEFER, date(2026, 12, 2))
    assert any(f.until == date(2026, 12, 2) for f in stopped.findings)
    assert (never.verdict, never.free_from) == (Verdict.STOP, None)
