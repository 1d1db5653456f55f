"""Nothing that somebody typed can steer the terminal of whoever reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from needlework.cli import main
from tests.consultations import base, merged

STEER = "\x1b[31mred\x1b]0;title\x07\u202e [red]x[/red]"


@pytest.mark.parametrize("command", ["screen", "plan"])
def test_control_characters_are_marked_in_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    given = {
        "allergies": {"answer": "yes", "list": [{"name": STEER}]},
        "planned_products": [STEER],
    }
    path = tmp_path / "steer.json"
    path.write_text(json.dumps(merged(base(), given), default=str))
    assert main([command, str(path)]) == 0
    shown = capsys.readouterr()
    for steering in ("\x1b", "\x07", "\u202e"):
        assert steering not in shown.out + shown.err
    assert "[red]x" in shown.out
    assert "�" in shown.out


def test_control_characters_are_marked_in_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "steer.json"
    path.write_text(json.dumps({**base(), STEER: 1}, default=str))
    assert main(["plan", str(path)]) == 1
    assert "\x1b" not in capsys.readouterr().err
