"""The hazards file keeps its word, and the gate that watches over it works."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from needlework.errors import AnswerError
from needlework.evidence import load_knowledge
from needlework.evidence.load import DATA
from needlework.lexicon import Lexicon
from needlework.planning.anaesthetic import anaesthetics
from needlework.screening import Case, assess_case
from needlework.screening.consultation import decode
from needlework.screening.reading import from_data, validate
from needlework.units import round_down
from needlework.workflow import encode
from tests.consultations import KNOWLEDGE, ON, base, merged, planned
from tests.hazard_gate import faults, hazards, matches, named_tests

ROOT = Path(__file__).resolve().parent.parent
HAZARDS = hazards(ROOT)
SEVERITIES = {"life-threatening", "serious", "moderate", "minor"}


class TestFile:
    def test_each_hazard_is_whole(self) -> None:
        assert len(HAZARDS) >= 30
        assert len({hazard["id"] for hazard in HAZARDS}) == len(HAZARDS)
        for hazard in HAZARDS:
            known = {"id", "title", "harm", "severity", "controls", "planned"}
            assert set(hazard) <= known, hazard["id"]
            assert hazard["severity"] in SEVERITIES, hazard["id"]
            assert hazard["harm"].endswith("."), hazard["id"]

    def test_a_hazard_is_controlled_or_says_that_it_is_open(self) -> None:
        for hazard in HAZARDS:
            assert bool(hazard.get("controls")) is not bool(hazard.get("planned")), hazard["id"]
            for control in hazard.get("controls", ()):
                assert set(control) == {"control", "where", "tests"}, hazard["id"]
                assert control["tests"], hazard["id"]
                assert (ROOT / control["where"]).exists(), control["where"]

    @pytest.mark.parametrize("test", sorted({test for _, test in named_tests(HAZARDS)}))
    def test_each_named_test_exists(self, test: str) -> None:
        file, *names = test.split("::")
        if file.endswith(".toml"):
            cases = tomllib.loads((ROOT / file).read_text())["case"]
            assert not names or names[0] in {case["name"] for case in cases}
        else:
            assert ".".join(names) in defined_in(file)


@cache
def defined_in(file: str) -> frozenset[str]:
    """Names of the tests in a file, those in a class as `Class.test`."""
    found = set()
    for node in ast.parse((ROOT / file).read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found.update(
                f"{node.name}.{f.name}" for f in node.body if isinstance(f, ast.FunctionDef)
            )
    return frozenset(found)


SAMPLE = """\
import pytest

def test_sound():
    pass

@pytest.mark.parametrize("depth", [1, 2])
def test_each(depth):
    assert depth < {below}

@pytest.mark.skipif({skip}, reason="sample")
def test_perhaps():
    pass
"""
CLAIMED = """\
[[hazard]]
id = "X-1"
[[hazard.controls]]
tests = ["tests/test_sample.py::test_each", "tests/test_sample.py::test_perhaps"]
[[hazard]]
id = "X-2"
[[hazard.controls]]
tests = ["tests/test_sample.py::{named}"]
"""


class TestGate:
    def run(
        self,
        folder: Path,
        *options: str,
        below: int = 3,
        skip: bool = False,
        named: str = "test_sound",
    ) -> subprocess.CompletedProcess[str]:
        """A tiny project of its own, run with the gate."""
        for name in ("docs", "tests"):
            (folder / name).mkdir()
        (folder / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
        (folder / "docs" / "hazards.toml").write_text(CLAIMED.format(named=named))
        (folder / "tests" / "test_sample.py").write_text(SAMPLE.format(below=below, skip=skip))
        (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
        code = (
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); import tests.hazard_gate, pytest; "
            "sys.exit(pytest.main(sys.argv[1:]))"
        )
        command = [sys.executable, "-c", code, "-q", "-p", "no:cacheprovider"]
        command += ["--import-mode=importlib", *options]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    def test_with_every_control_shown_the_run_passes(self, tmp_path: Path) -> None:
        done = self.run(tmp_path)
        assert done.returncode == 0, done.stdout

    def test_a_control_whose_test_fails_is_named(self, tmp_path: Path) -> None:
        done = self.run(tmp_path, below=2)
        assert done.returncode == 1
        assert "X-1: tests/test_sample.py::test_each[2] failed" in done.stdout

    def test_a_control_whose_test_was_skipped_fails_the_run(self, tmp_path: Path) -> None:
        done = self.run(tmp_path, skip=True)
        assert done.returncode == 1
        assert "X-1: tests/test_sample.py::test_perhaps skipped" in done.stdout

    def test_a_control_without_a_test_fails_the_run(self, tmp_path: Path) -> None:
        done = self.run(tmp_path, named="test_gone")
        assert done.returncode == 1
        assert "X-2: tests/test_sample.py::test_gone did not run" in done.stdout

    def test_workers_report_to_one_gate(self, tmp_path: Path) -> None:
        done = self.run(tmp_path, "-n", "2", named="test_gone")
        assert done.returncode == 1
        assert done.stdout.count("X-2: tests/test_sample.py::test_gone did not run") == 1

    @pytest.mark.parametrize(
        "options", [("-k", "sound"), ("tests/test_sample.py",), ("--deselect", "tests/x.py")]
    )
    def test_a_part_of_the_tests_is_not_judged(
        self, tmp_path: Path, options: tuple[str, ...]
    ) -> None:
        assert self.run(tmp_path, *options, named="test_gone").returncode == 0

    def test_a_case_is_found_by_file_and_name(self) -> None:
        ran = (
            "tests/screening/test_cases.py::test_a_rule_finds_what_its_case_says[C1: A \\xb5 case]"
        )
        assert matches("tests/cases/c1.toml", ran)
        assert matches("tests/cases/c1.toml::A µ case", ran)
        assert not matches("tests/cases/c10.toml", ran)
        assert not matches("tests/cases/c1.toml::A", ran)

    def test_one_good_parameter_does_not_hide_a_bad_one(self) -> None:
        claimed = [{"id": "X", "controls": [{"tests": ["tests/a.py::test_b"]}]}]
        ran = {"tests/a.py::test_b[1]": "passed", "tests/a.py::test_b[2]": "failed"}
        assert faults(claimed, ran) == ["X: tests/a.py::test_b[2] failed"]


# --- controls that no other file of tests shows -----------------------------------------------


@pytest.mark.parametrize("step", [0.05, 0.1, 0.2, 0.25, 0.5])
def test_a_dial_is_never_rounded_up(step: float) -> None:
    for hundredths in range(301):
        depth = hundredths / 100
        set_to = round_down(depth, step)
        assert set_to <= depth + 1e-9
        assert depth - set_to < step


@pytest.mark.parametrize(
    "patch",
    [
        {"history": {"pregnansy": "no"}},
        {"history": {"pregnancy": "nope"}},
        {"history": {"pregnancy": {"answer": "no", "at": date(2026, 11, 20)}}},
        {"client": {"birth_date": "long ago"}},
        {"concerns": [{"concern": "fine-lines", "zones": ["forhead"]}]},
        {"client": {"birth_date": date(2090, 1, 1)}},
    ],
    ids=["key", "word", "detail", "no date", "zone", "future"],
)
def test_a_mistyped_answer_is_refused_and_not_passed_over(patch: dict[str, Any]) -> None:
    with pytest.raises(AnswerError):
        validate(from_data(merged(base(), patch), "sample"), KNOWLEDGE, ON)


def test_no_text_tells_anybody_to_stop_a_prescribed_medicine() -> None:
    """Isotretinoin and chemotherapy stop the session, and no text stops them."""
    taken = [{"name": name} for name in ("warfarin", "aspirin", "apixaban", "isotretinoin")]
    plan = planned({"medicines": {"answer": "yes", "list": taken}})
    texts = [finding.summary for finding in plan.assessment.findings]
    texts += [claim.word for claim in KNOWLEDGE.claims.values() if claim.quantity == "text"]
    drugs = "anticoagulant|antiplatelet|blood thinner|warfarin|aspirin|apixaban|isotretinoin"
    verbs = "stop|discontinue|pause|interrupt|skip|leave out"
    order = re.compile(
        rf"(?<!not )(?<!never )\b({verbs})( taking)?( the| your)? ({drugs})", re.IGNORECASE
    )
    assert order.search("Before the session, stop taking warfarin.")
    assert not [text for text in texts if order.search(text)]


def test_a_wrap_is_refused_and_intact_skin_is_said() -> None:
    use = {"product": "lmx4", "area_cm2": {"cheek": 50.0}, "grams": 5.0, "minutes": 30.0}
    wrapped = merged(
        base(), {"anaesthetic": {"answer": "yes", "products": [{**use, "wrap": "yes"}]}}
    )
    case = Case(decode(wrapped), KNOWLEDGE, Lexicon.load(), ON)
    (product,) = anaesthetics(case, assess_case(case).findings, ("cheek-left", "cheek-right"))
    assert product.status == "refused"
    assert any(reason.claims == ("course.anaesthetic.wrap",) for reason in product.reasons)
    plan = planned({"concerns": base()["concerns"][:1]})
    assert plan.preparation is not None
    assert any("never on needled skin" in step.text for step in plan.preparation.steps)


def test_a_changed_value_is_never_served_from_a_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEEDLEWORK_CACHE", str(tmp_path / "cache"))
    folder = copytree(DATA, tmp_path / "data")
    file = folder / "rule" / "c32.toml"
    before = load_knowledge(folder).number("rule.c32.wait").value
    file.write_text(file.read_text().replace(f"value = {before:g}", f"value = {before + 1:g}"))
    assert load_knowledge(folder).number("rule.c32.wait").value == before + 1


def test_the_same_input_release_and_day_give_the_same_bytes() -> None:
    first, second = planned(), planned()
    assert encode(first) == encode(second)
    assert first.judged_on == ON
    assert first.release_digest == KNOWLEDGE.release.digest
