"""`needlework response verify`: what was predicted beside what was observed, misses first."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from needlework.errors import UsageError
from needlework.evidence import Knowledge
from needlework.response import verification
from needlework.response.verification import Coverage, Row, Verification
from tests.cli.command import Runner


def row(id_: str, verdict: str, **more: Any) -> Row:  # noqa: ANN401
    given: dict[str, Any] = {
        "model": "closure",
        "id": id_,
        "source": f"Source{id_}",
        "mark": "S1",
        "what": f"hours until closed, {id_}",
        "unit": "h",
        "part": "verification",
        "observed_low": 12.0,
        "observed_high": 12.0,
        "median": 20.0,
        "low_50": 18.0,
        "high_50": 22.0,
        "low_80": 16.0,
        "high_80": 24.0,
        "low_95": 13.0,
        "high_95": 31.0,
        "pit": 0.01,
        "verdict": verdict,
        **more,
    }
    return Row(**given)


def coverage(model: str, part: str) -> Coverage:
    return msgspec.convert(
        {
            "model": model,
            "part": part,
            "count": 4,
            "inside_50": 0.5,
            "inside_80": 0.75,
            "inside_95": 1.0,
            "directions": 2,
            "held": 1,
            "not_scored": 1,
        },
        Coverage,
    )


MADE = Verification(
    rows=(
        row("one", "missed", note="of a rat"),
        row(
            "two",
            "direction missed",
            observed_low=24.0,
            observed_high=None,
            pit=None,
            chance=0.3,
        ),
        row("three", "missed", part="building"),
        row("four", "inside 80"),
        row("five", "inside 50", part="building"),
        row(
            "six",
            "cannot be scored",
            median=None,
            low_95=None,
            high_95=None,
            pit=None,
            note="no unit",
        ),
    ),
    coverage=(
        coverage("all", "verification"),
        coverage("closure", "verification"),
        coverage("all", "building"),
    ),
    freeze_date="2026-11-23",
    digest="0123456789abcdef" * 4,
    not_blind="They were not blind.",
)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Verification:
    """A verification of a few rows, in place of the long one."""

    def verify(knowledge: Knowledge, *, seed: int = 1) -> Verification:
        assert knowledge.release.id
        assert seed == 1
        return MADE

    monkeypatch.setattr(verification, "verify", verify)
    return MADE


@pytest.mark.usefixtures("told")
def test_misses_stand_first_and_with_all_that_is_known_of_them(run: Runner) -> None:
    ended = run("response", "verify")
    assert ended.code == 0
    shown = " ".join(ended.text.split())
    assert "Models frozen on 2026-11-23, digest 0123456789abcdef" in shown
    assert "They were not blind." in shown
    assert "2 of the 3 that were scored" in shown
    assert "observed 12 hours (Sourceone, S1)" in shown
    assert "predicted 20 (13 to 31) hours; PIT 0.01" in shown
    assert "note of a rat" in shown
    assert "observed at least 24 hours" in shown
    assert "30 % agree" in shown
    places = [shown.index(word) for word in ("closed, one", "closed, two", "closed, three")]
    assert places == sorted(places)
    assert shown.index("closed, three") < shown.index("Inside their intervals")
    assert "closed, four" not in shown
    assert "3 more rows: --all shows them." in shown


@pytest.mark.usefixtures("told")
def test_all_rows_if_wanted(run: Runner) -> None:
    shown = " ".join(run("response", "verify", "--all").text.split())
    for each in MADE.rows:
        assert each.what.split(", ")[1] in shown
    assert "Cannot be scored, data that set nothing" in shown
    assert "no unit" in shown
    assert "more rows" not in shown


@pytest.mark.parametrize("columns", [40, 80, 120, 400])
@pytest.mark.usefixtures("told")
def test_text_fits_its_width(run: Runner, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for more in ((), ("--all",)):
        lines = run("response", "verify", *more).text.splitlines()
        assert max(map(len, lines)) <= columns
        assert all(line == line.rstrip() for line in lines)


def test_json_is_what_the_library_says(run: Runner, told: Verification) -> None:
    ended = run("response", "verify", "--json")
    assert ended.code == 0
    assert msgspec.json.decode(ended.out, type=Verification) == told
    assert run("response", "verify", "--json", "--all").out == ended.out


def test_coverage_of_each_part(run: Runner, told: Verification) -> None:
    shown = run("response", "verify").text
    parts = shown.split("Inside their intervals, ")[1:]
    assert [part.splitlines()[0].split("  ")[0] for part in parts] == [
        "data that set nothing",
        "data that set the models",
    ]
    assert re.search(r"all +4 +50 % +75 % +100 % +1 of 2 +1", parts[0])
    assert len(told.coverage) == 3


def test_a_model_that_is_not_the_frozen_one_is_refused(
    run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def verify(knowledge: Knowledge, *, seed: int = 1) -> Verification:
        raise UsageError(f"{knowledge.release.id} is not what was frozen.", hint=f"Not {seed}.")

    monkeypatch.setattr(verification, "verify", verify)
    ended = run("response", "verify")
    assert ended.code == 1
    assert "is not what was frozen" in ended.error
    assert ended.hint
    assert not ended.out


def test_the_verification_that_is_shipped_is_told_whole(
    run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    told = run("response", "verify", "--json")
    assert told.code == 0, told.err
    rows = told.json["rows"]
    misses = [each["verdict"] in {"missed", "direction missed"} for each in rows]
    assert misses == sorted(misses, reverse=True)
    assert any(misses)
    shown = run("response", "verify", "--all").text.split()
    for each in rows:
        assert set(each["what"].split()) <= {*shown, *(word.rstrip(",") for word in shown)}
    assert " ".join(told.json["not_blind"].split()) in " ".join(shown)
