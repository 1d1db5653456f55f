"""docs/asvs.toml is whole: every requirement of the levels we aim at, once, with tests that are."""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
LIST: Final[dict[str, Any]] = tomllib.loads((ROOT / "docs/asvs.toml").read_text("utf-8"))
ENTRIES: Final[list[dict[str, Any]]] = [*LIST["requirement"], *LIST["peer"]]
WHOLLY_OUT: Final = ("V10", "V17")
PEERS: Final = 20

# How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has; they come first in it.
SECTIONS: Final[dict[str, int]] = {
    name: many
    for chapter in (
        {"V1.1": 2, "V1.2": 9, "V1.3": 11, "V1.4": 3, "V1.5": 2},
        {"V2.1": 3, "V2.2": 3, "V2.3": 4, "V2.4": 1},
        {"V3.2": 2, "V3.3": 4, "V3.4": 6, "V3.5": 5, "V3.7": 2},
        {"V4.1": 3, "V4.2": 1, "V4.3": 2, "V4.4": 4},
        {"V5.1": 1, "V5.2": 3, "V5.3": 2, "V5.4": 3},
        {"V6.1": 3, "V6.2": 12, "V6.3": 4, "V6.4": 4, "V6.5": 5, "V6.6": 3, "V6.8": 4},
        {"V7.1": 3, "V7.2": 4, "V7.3": 2, "V7.4": 5, "V7.5": 2, "V7.6": 2},
        {"V8.1": 2, "V8.2": 3, "V8.3": 1, "V8.4": 1},
        {"V9.1": 3, "V9.2": 4},
        {"V11.1": 2, "V11.2": 3, "V11.3": 3, "V11.4": 4, "V11.5": 1, "V11.6": 1},
        {"V12.1": 3, "V12.2": 2, "V12.3": 4},
        {"V13.1": 1, "V13.2": 5, "V13.3": 2, "V13.4": 5},
        {"V14.1": 2, "V14.2": 4, "V14.3": 3},
        {"V15.1": 3, "V15.2": 3, "V15.3": 7},
        {"V16.1": 1, "V16.2": 5, "V16.3": 4, "V16.4": 3, "V16.5": 3},
    )
    for name, many in chapter.items()
}


def test_every_requirement_has_one_entry() -> None:
    wanted = {f"{name}.{n}" for name, many in SECTIONS.items() for n in range(1, many + 1)}
    told = Counter(one["id"] for one in LIST["requirement"])
    assert set(told) == wanted
    assert set(told.values()) == {1}
    assert [one["id"] for one in LIST["chapter"]] == list(WHOLLY_OUT)
    assert all(one["not_applicable"] for one in LIST["chapter"])


def test_every_fault_seen_elsewhere_has_one_entry() -> None:
    assert [one["id"] for one in LIST["peer"]] == [f"S{n}" for n in range(1, PEERS + 1)]


@pytest.mark.parametrize("entry", LIST["requirement"], ids=lambda one: str(one["id"]))
def test_an_entry_is_met_or_out_or_waits(entry: dict[str, Any]) -> None:
    ways = entry.keys() & {"tests", "not_applicable", "waits"}
    assert len(ways) == 1
    assert entry["what"]
    assert all(entry[way] for way in ways)
    if "tests" in ways:
        assert entry["how"]
    assert entry.keys() <= {"id", "what", "how", *ways}


@pytest.mark.parametrize("entry", LIST["peer"], ids=lambda one: str(one["id"]))
def test_a_fault_has_tests_or_waits(entry: dict[str, Any]) -> None:
    assert entry.get("tests") or entry.get("waits")
    assert entry.keys() <= {"id", "what", "tests", "waits"}


def named() -> Iterator[str]:
    for entry in ENTRIES:
        yield from entry.get("tests", [])


@cache
def known_in(file: str) -> frozenset[str]:
    """What pytest calls the tests of a file."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            found.add(node.name)
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            inner = [one for one in node.body if isinstance(one, ast.FunctionDef)]
            found |= {f"{node.name}::{one.name}" for one in inner if one.name.startswith("test_")}
    return frozenset(found)


def test_every_test_that_is_named_exists() -> None:
    missing = []
    for node in named():
        file, _, name = node.partition("::")
        if name not in known_in(file):
            missing.append(node)
    assert not missing


def test_nothing_is_named_twice_in_an_entry() -> None:
    for entry in ENTRIES:
        tests = entry.get("tests", [])
        assert len(tests) == len(set(tests)), entry["id"]


def test_pages_that_are_named_exist() -> None:
    text = (ROOT / "docs/asvs.toml").read_text("utf-8")
    words = {word.rstrip(".,:;") for word in text.replace('"', " ").split()}
    pages = {word for word in words if word.startswith(("docs/", "src/")) and "." in word}
    assert pages
    assert not [page for page in pages if not (ROOT / page).exists()]
