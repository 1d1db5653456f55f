"""What never happens where: ARCHITECTURE.md, as far as a machine can check it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "needlework"

JUDGING = (
    *sorted((SOURCE / "screening" / "rules").glob("*.py")),
    *sorted((SOURCE / "planning").glob("*.py")),
    *(SOURCE / "screening" / f"{name}.py" for name in ("engine", "inquiry", "labels")),
)
"""Where people are judged and doses are worked out: no clinical number stands here."""

PLAIN = {
    0: "nothing, or the first of a sequence",
    1: "one, or the second of a sequence",
    2: "a half, or the third of a sequence",
    10: "millimetres in a centimetre",
    60: "seconds in a minute, minutes in an hour",
    100: "per cent",
    1e-9: "binary dust",
}
"""Numbers that are arithmetic, not medicine."""

EXCEPTIONS = {
    ("planning/anaesthetic.py", 3): "rank of the worst status",
    ("planning/bounds.py", 0.01): "the law says less than its limit; finer than any dial",
    ("planning/schedule.py", 3): "years ahead that are searched for an open day",
    ("planning/schedule.py", 366): "days in the longest year",
    ("screening/engine.py", 3): "place of product findings in the order shown",
    ("screening/rules/adjuncts.py", 40): "characters of a name that a finding shows",
    ("screening/rules/breastfeeding.py", 50): "characters of a list that a finding shows",
}
"""Other numbers, each where it stands and what it is."""


def numbers(tree: ast.AST) -> Iterator[tuple[float, int]]:
    """Numbers written in a module with their lines, but decimals of `round` and sizes of caches."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    apart = {id(word.value) for call in calls for word in call.keywords if word.arg == "maxsize"}
    apart |= {
        id(call.args[1])
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "round" and len(call.args) == 2
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, int | float)
            and not isinstance(node.value, bool)
            and id(node) not in apart
        ):
            yield node.value, node.lineno


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def shown(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def test_layers_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", JUDGING, ids=shown)
def test_no_clinical_number_stands_in_code(path: Path) -> None:
    found = [
        f"{shown(path)}:{line} holds {number:g}: give it a claim"
        for number, line in numbers(ast.parse(path.read_text()))
        if number not in PLAIN and (shown(path), number) not in EXCEPTIONS
    ]
    assert not found, "\n".join(found)


def test_no_exception_outlives_its_number() -> None:
    written = {
        (shown(path), number)
        for path in JUDGING
        for number, _ in numbers(ast.parse(path.read_text()))
    }
    assert set(EXCEPTIONS) <= written


def test_a_number_in_a_rule_would_be_seen() -> None:
    tree = ast.parse("WAIT_D = 28\nshown = round(1.23456, 6)\nready = True\n")
    assert list(numbers(tree)) == [(28, 1), (1.23456, 2)]


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_nothing_asserts_or_prints(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        assert not isinstance(node, ast.Assert), f"{shown(path)}:{node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print", f"{shown(path)}:{node.lineno}"


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_nothing_reaches_out_to_a_network(path: Path) -> None:
    barred = {"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "asyncio", "requests"}
    # Taking an address apart connects to nothing; serving looks whether a port is free.
    harmless = {"urllib.parse", *({"socket"} if shown(path) == "cli/serve.py" else ())}
    for name in imported(path):
        allowed = name in harmless or name.partition(".")[0] not in barred
        assert allowed, f"{shown(path)} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_only_the_command_line_draws(path: Path) -> None:
    drawn = {name.partition(".")[0] for name in imported(path)} & {"click", "rich"}
    assert not drawn or shown(path).startswith("cli/")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("path", JUDGING, ids=shown)
def test_judging_asks_no_clock_and_no_dice(path: Path) -> None:
    """Today's date is passed in, so that a plan can be shown again as it was judged."""
    assert not {"random", "secrets", "time", "os"} & set(imported(path))
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"today", "now", "utcnow"}, f"{shown(path)}:{node.lineno}"


def test_a_cold_start_loads_nothing_heavy() -> None:
    code = (
        "import sys, needlework.workflow; "
        "print([n for n in ('rapidfuzz', 'rich', 'click', 'numpy') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
