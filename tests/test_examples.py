"""The worked consultations: complete, varied, and planned exactly as their goldens say.

`NEEDLEWORK_UPDATE_GOLDEN=1 pytest tests/test_examples.py` writes the goldens anew; read what
changed as a clinician would before you keep it.
"""

from __future__ import annotations

import os
import re
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from needlework import cli, workflow
from needlework.cli import streams
from needlework.evidence import Verdict
from needlework.planning import Plan
from needlework.screening import Case
from needlework.screening.consultation import Consultation, History, Skin

ROOT: Final = Path(__file__).parent.parent
GOLDEN: Final = ROOT / "tests" / "golden"
EXAMPLES: Final = sorted((ROOT / "examples").glob("*.toml"))
WORKED: Final = [path for path in EXAMPLES if re.match(r"\d\d-", path.name)]
TODAY: Final = date(2026, 11, 20)
WIDTH: Final = "100"
UPDATE: Final = os.environ.get("NEEDLEWORK_UPDATE_GOLDEN") == "1"

each = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
each_worked = pytest.mark.parametrize("path", WORKED, ids=lambda path: path.stem)


@cache
def case(path: Path) -> Case:
    return workflow.consult(workflow.read_consultation(path), workflow.known(), today=TODAY)


@cache
def plan(name: str) -> Plan:
    (path,) = [path for path in EXAMPLES if path.stem.startswith(name)]
    return workflow.plan_for(case(path))


def statuses(name: str) -> dict[str, str]:
    return {zone.zone: zone.status for zone in plan(name).zones}


# --- goldens ----------------------------------------------------------------------------------


def hold(path: Path, made: bytes) -> None:
    """Compare with a golden, or write it; the release's digest changes with every comma of it."""
    digest = workflow.known().knowledge.release.digest.encode()
    made = made.replace(digest, b"0" * len(digest)).replace(digest[:8], b"0" * 8)
    if UPDATE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made)
    assert path.read_bytes().decode() == made.decode(), f"{path.relative_to(ROOT)} is stale"


@each
def test_a_plan_is_what_its_golden_says(path: Path) -> None:
    made = msgspec.json.format(workflow.encode(workflow.plan_for(case(path))), indent=2)
    hold(GOLDEN / path.stem / "plan.json", made + b"\n")


@each
def test_the_text_of_a_plan_is_what_its_golden_says(
    path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr(streams, "today", lambda: TODAY)
    monkeypatch.setenv("COLUMNS", WIDTH)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    code = cli.main(["plan", str(path)])
    out, err = capfdbinary.readouterr()
    assert (code, err) == (0, b"")
    assert b"\x1b" not in out
    assert max(map(len, out.decode().splitlines())) <= int(WIDTH)
    hold(GOLDEN / path.stem / "plan.txt", out)


def test_every_golden_has_its_example() -> None:
    assert {folder.name for folder in GOLDEN.iterdir()} == {path.stem for path in EXAMPLES}


@each
def test_planning_twice_gives_the_same_bytes(path: Path) -> None:
    first, second = (workflow.encode(workflow.plan_for(fresh(path))) for _ in range(2))
    assert first == second


def fresh(path: Path) -> Case:
    return workflow.consult(workflow.read_consultation(path), workflow.known(), today=TODAY)


# --- the set ----------------------------------------------------------------------------------


def given(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


@each
def test_an_example_says_first_what_it_shows(path: Path) -> None:
    assert re.match(r"(# .{1,98}\n){1,4}format = ", path.read_text())


@each
def test_an_example_leaves_no_question_unanswered(path: Path) -> None:
    data = given(path)
    assert set(data["history"]) == set(History.__struct_fields__)
    assert set(data["skin"]) == set(Skin.__struct_fields__)
    optional = {"calendar", "clearances"}
    assert set(Consultation.__struct_fields__) - optional <= set(data)
    for wish in data["concerns"]:
        assert "scale" in wish
        assert "grade" in wish or "items" in wish
    assert set(data["client"]) == {"reference", "birth_date", "sex"}
    assert {"clinician", "on"} <= set(data["phototype"])


def test_the_examples_are_varied() -> None:
    all_given = [given(path) for path in WORKED]
    assert len(WORKED) == 12
    assert len({data["jurisdiction"] for data in all_given}) >= 8
    assert len({data["operator"]["profession"] for data in all_given}) >= 5
    assert len({device["id"] for data in all_given for device in data["devices"]}) >= 7
    assert {data["phototype"]["clinician"] for data in all_given} >= {"II", "III", "IV", "V"}
    assert sum(len(case(path).zones) >= 6 for path in WORKED) >= 8


# --- what each of them shows ------------------------------------------------------------------


@each_worked
def test_every_question_has_been_answered(path: Path) -> None:
    assert not [f for f in plan(path.stem).assessment.findings if f.verdict is Verdict.ASK]


@pytest.mark.parametrize("name", ["01", "02", "03", "06", "10"])
def test_all_zones_are_planned(name: str) -> None:
    assert set(statuses(name).values()) == {"planned"}


def test_03_each_zone_gets_the_pen_that_is_labelled_for_it() -> None:
    used = {p.zone: (p.device, p.fit.labelled) for z in plan("03").zones for p in z.protocols}
    assert used == {
        "glabella": ("exceed", True),
        "periorbital": ("rejuvapen-nxt", True),
        "cheek": ("exceed", True),
    }


def test_04_one_zone_waits_for_a_clinician_and_the_other_does_not() -> None:
    assert statuses("04") == {"neck": "planned", "decolletage": "needs-clearance"}


def test_05_skin_that_marks_is_needled_less_deep_and_only_to_redness() -> None:
    for zone in plan("05").zones:
        for protocol in zone.protocols:
            assert protocol.depth is not None
            assert protocol.end_point is not None
            assert protocol.end_point.text == "erythema"
            (binding,) = {bound.name for bound in protocol.depth.bounds if bound.binds}
            assert binding == "phototype or PIH history"


def test_06_a_serum_is_refused_and_the_melasma_planned() -> None:
    (refused,) = [f for f in plan("06").assessment.findings if f.verdict is Verdict.STOP]
    assert (refused.rule, refused.scope, refused.products) == (
        "C42",
        "product",
        ("vitamin C serum",),
    )


def test_07_a_roller_gets_the_longest_needle_that_the_licence_allows() -> None:
    for zone in plan("07").zones:
        (protocol,) = zone.protocols
        assert protocol.needle_length is not None
        assert (protocol.device, protocol.needle_length.value) == ("roller-192", 1.5)
    preparation = plan("07").preparation
    assert preparation is not None
    assert "chlorhexidine" not in {choice.antiseptic for choice in preparation.antiseptics}


def test_08_each_zone_has_a_date_of_its_own_and_the_holidays_stay_free() -> None:
    free = {zone.zone: zone.free_from for zone in plan("08").zones}
    assert free == {
        "forehead": date(2026, 11, 26),
        "glabella": date(2026, 11, 26),
        "malar-left": None,
        "malar-right": None,
        "cheek-left": date(2026, 11, 25),
        "cheek-right": date(2026, 11, 25),
        "upper-lip": date(2026, 12, 3),
        "neck": date(2026, 11, 28),
    }
    course = plan("08").course
    assert course is not None
    for session in course.sessions:
        assert session.day.on.strftime("%A") not in {"Sunday", "Monday"}
        assert not date(2026, 12, 19) <= session.day.on <= date(2027, 1, 3)
        for zone in session.zones:
            assert (free[zone] or TODAY) <= session.day.on
    depths = {p.depth.maximum.value for z in plan("08").zones for p in z.protocols if p.depth}
    assert max(depths) <= 0.5


def test_09_one_clearance_is_given_and_one_is_missing() -> None:
    open_rules = {entry.rule for entry in plan("09").assessment.clearable}
    settled = {f.rule for f in plan("09").assessment.findings if f.cleared}
    assert ("C9" in open_rules, settled) == (True, {"C13"})
    assert {zone for zone, status in statuses("09").items() if status == "planned"} == {"neck"}


def test_10_the_anaesthetic_stays_within_its_label() -> None:
    preparation = plan("10").preparation
    assert preparation is not None
    cream, other = preparation.anaesthetics
    assert (cream.product, cream.status) == ("lmx4", "offered")
    assert cream.area is not None
    assert cream.area.value == 192
    assert cream.area_max is not None
    assert cream.area_max.value == 450
    assert cream.grams is not None
    assert [grams.value for grams in cream.grams] == [28.8, 38.4]
    assert cream.minutes is not None
    assert [minutes.value for minutes in cream.minutes] == [30, 30]
    assert (other.product, other.status) == ("pliaglis", "refused")


def test_11_several_grounds_stand_side_by_side() -> None:
    assert plan("11").assessment.verdict is Verdict.STOP
    stops = {f.rule for f in plan("11").assessment.findings if f.verdict is Verdict.STOP}
    assert stops == {"C1", "C4", "C6", "C10"}
    assert set(statuses("11").values()) == {"refused"}
    assert plan("11").course is None


def test_12_home_is_refused_with_every_reason() -> None:
    (home,) = [a for a in plan("12").alternatives if a.what == "at home"]
    assert home.status == "refused"
    assert set(home.claims) == {
        "home.limits.jurisdictions",
        "home.limits.nothing-against",
        "home.limits.phototypes",
        "home.limits.concerns",
        "home.limits.after-clinic",
    }
    assert not any(zone.protocols for zone in plan("12").zones)
