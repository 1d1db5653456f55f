"""What goes wrong is said in the language of `--lang`, whoever says it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

from needlework.cli import language
from needlework.i18n import Translate, translator
from tests.cli.command import ROOT, Runner

PLAN = str(ROOT / "examples/02-acne-scars-physician.toml")
REFUSED = str(ROOT / "examples/11-refused.toml")
CLI = ROOT / "src/needlework/cli"
SPEAKING = [path for path in sorted(CLI.glob("*.py")) if "cli.language import" in path.read_text()]

COURSE = ("aftercare", "--ended", "2026-11-20", "--zone", "cheek")
LIST = ("product", "--session", "2026-11-20")
SIGN = ("symptom", "--sign")

SENTENCES: Final = (
    ((*COURSE, "--zone", "nowhere-at-all"), 1),
    ((*COURSE, "--zone", "chin-left"), 1),
    ((*COURSE, "--portal", "https://x.y"), 1),
    ((*COURSE, "--today", "2026-11-01"), 1),
    ((*COURSE, "--numbing", "none", "--numbing", "emla"), 1),
    ((*COURSE, "--depth", "-1"), 1),
    ((*COURSE, "--depth", "1500"), 1),
    ((*COURSE, "--pdf", "no-such-folder/x.pdf"), 1),
    ((*LIST, "no-such-file"), 1),
    ((*LIST, str(ROOT)), 1),
    (LIST, 1),
    ((*LIST, "--depth", "1"), 1),
    ((*SIGN, "rednes"), 1),
    ((*SIGN, "redness@cheek:mild:better:more"), 1),
    (("sun", "--at", "99,0", "--zone", "UTC"), 1),
    (("plan", PLAN, "--csv", "-"), 1),
    (("plan", PLAN, "--csv", PLAN), 1),
    (("forecast", PLAN, "--depth", "0"), 1),
    (("forecast", PLAN, "--sessions", "0"), 1),
    (("forecast", PLAN, "--concern", "boredom"), 1),
    (("forecast", REFUSED, "--svg", "x.svg"), 1),
)
USAGE: Final = (
    ("plan",),
    ("plan", PLAN, "--workers", "2"),
    ("plan", "--batch", "a", "b", "--why"),
    ("symptom",),
    ("symptom", "--choices", "--sign", "redness"),
    ("plan", PLAN, "--on", "tomorrow"),
    ("plan", PLAN, "--on", "2026-02-30"),
    ("aftercare", "--zone", "cheek", "--ended", "2026-11-20Tnoon"),
    ("aftercare", "--zone", "cheek", "--ended", "1200-01-01"),
    ("sun", "--zone", "UTC", "--at", "1"),
    ("sun", "--zone", "UTC", "--at", "a,b"),
)


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Spanish in which each message that was translated stands between marks."""

    def mark(spoken: str) -> Translate:
        return (lambda message: f"¡{message}!") if spoken == "es" else translator(spoken)

    monkeypatch.setattr(language, "translator", mark)


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(("args", "code"), SENTENCES, ids=[args[0] for args, _ in SENTENCES])
def test_an_error_and_its_hint(run: Runner, args: tuple[str, ...], code: int) -> None:
    ended = run(*args, "--lang", "es")
    assert ended.code == code
    said = [line for line in ended.err.splitlines() if line.startswith("¡Error: ¡")]
    assert len(said) == 1, ended.err
    assert ended.err.splitlines()[-1].startswith("¡Next: ¡")


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("args", USAGE, ids=" ".join)
def test_a_wrong_option_wherever_the_language_stands(run: Runner, args: tuple[str, ...]) -> None:
    name, *rest = args
    for asked in ((*args, "--lang", "es"), (name, "--lang", "es", *rest)):
        ended = run(*asked)
        assert ended.code == 2
        assert "¡" in ended.err.splitlines()[-1], ended.err


@pytest.mark.usefixtures("marked")
def test_remarks(run: Runner, tmp_path: Path) -> None:
    told = run("forecast", PLAN, "--depth", "3", "--svg", tmp_path / "x.svg", "--lang", "es")
    assert told.code == 0
    assert all(line.startswith("¡") for line in told.err.splitlines()), told.err
    lines = tmp_path / "in", tmp_path / "out"
    lines[0].write_bytes(b"{}\n")
    told = run("plan", "--batch", *lines, "--lang", "es")
    assert [line[0] for line in told.err.splitlines()] == ["¡", "¡"]


@pytest.mark.usefixtures("marked")
def test_the_next_command_begins_in_english(run: Runner) -> None:
    assert run(*LIST, "no-such-file", "--lang", "es").err.startswith("¡")
    assert run("screen", "no-such-file").err.startswith("Error: no-such-file")


def test_numbers_are_written_as_the_language_does(run: Runner) -> None:
    ended = run("forecast", PLAN, "--depth", "3", "--concern", "acne-scar-rolling", "--lang", "es")
    assert "1,5 mm" in ended.err


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.stem)
def test_a_command_with_a_language_says_nothing_without_it(path: Path) -> None:
    saying = {"UsageError", "AnswerError", "NeedleworkError", "remark", "fail"}
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        if name in saying:
            said = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "hint")]
            bare = [one for one in said if isinstance(one, ast.Constant | ast.JoinedStr)]
            assert not bare, f"{path.name}:{node.lineno}"
