"""A control without a passing test fails the build: what docs/hazards.toml claims, held to account.

A control names its tests as pytest does (`tests/x.py::test_y`, with all its parameters), a whole
file of cases (`tests/cases/c1.toml`), or one case of it (`tests/cases/c1.toml::its name`). At the
end of a run of all tests, each of them must have run and passed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

HAZARDS = Path("docs") / "hazards.toml"
CASE_TEST = "tests/screening/test_cases.py::test_a_rule_finds_what_its_case_says"

Hazard = Mapping[str, Any]


def hazards(root: Path) -> list[Hazard]:
    """All hazards of the file, in its order."""
    listed: list[Hazard] = tomllib.loads((root / HAZARDS).read_text())["hazard"]
    return listed


def named_tests(listed: Iterable[Hazard]) -> Iterator[tuple[str, str]]:
    """Each hazard's id with each test that one of its controls names."""
    for hazard in listed:
        for control in hazard.get("controls", ()):
            for test in control["tests"]:
                yield hazard["id"], test


def matches(test: str, nodeid: str) -> bool:
    """True when the test that ran as `nodeid` is meant by `test`.

    >>> matches("tests/x.py::test_y", "tests/x.py::test_y[1-2]")
    True
    >>> matches("tests/cases/c1.toml", f"{CASE_TEST}[C1: Pregnant]")
    True
    """
    if test.startswith("tests/cases/"):
        file, _, case = test.partition("::")
        start = f"{CASE_TEST}[{Path(file).stem.upper()}: {_as_shown(case)}"
        return nodeid == f"{start}]" if case else nodeid.startswith(start)
    return nodeid == test or nodeid.startswith(f"{test}[")


def _as_shown(name: str) -> str:
    """A case's name as pytest writes it into an id."""
    return name.encode("unicode_escape").decode("ascii")


def faults(listed: Iterable[Hazard], outcomes: Mapping[str, str]) -> list[str]:
    """What is claimed and was not shown, a line each."""
    found = []
    for hazard_id, test in named_tests(listed):
        ran = {node: outcome for node, outcome in outcomes.items() if matches(test, node)}
        bad = sorted(node for node, outcome in ran.items() if outcome != "passed")
        if not ran:
            found.append(f"{hazard_id}: {test} did not run")
        found.extend(f"{hazard_id}: {node} {ran[node]}" for node in bad)
    return found


class Gate:
    """Collects outcomes; after a full run fails the session for each control that was not shown."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.outcomes: dict[str, str] = {}
        self.faults: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the worst of set-up, call and tear-down; a skipped test has shown nothing."""
        before = self.outcomes.get(report.nodeid, "passed")
        self.outcomes[report.nodeid] = report.outcome if before == "passed" else before

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Judge a full run; on a worker of xdist there is nothing to judge."""
        if hasattr(self.config, "workerinput") or not is_full(self.config):
            return
        if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            self.faults = faults(hazards(self.config.rootpath), self.outcomes)
            if self.faults:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name hazard and test."""
        if self.faults:
            terminalreporter.section("hazards whose control has no passing test", red=True)
            for fault in self.faults:
                terminalreporter.line(fault, red=True)


def is_full(config: pytest.Config) -> bool:
    """True when nothing was selected or left out: the whole folder of tests ran."""
    narrowed = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "collectonly")
    if any(config.getoption(name, default=None) for name in narrowed):
        return False
    root = config.rootpath
    wanted = {(config.invocation_params.dir / arg).resolve() for arg in config.args}
    return bool(wanted & {root, root / "tests"})
