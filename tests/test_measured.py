"""Files of what was measured: read, or refused with the place and the next step."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from needlework.errors import AnswerError
from needlework.measured import Held, read_measured

WHOLE = """
format = "needlework-measures-1"
sessions = [2026-11-20, 2026-12-18]

[[measures]]
concern = "wrinkles"
scale = "lemperle"
on = 2026-11-20
score = 3
rater = "ab"

[[measures]]
concern = "wrinkles"
scale = "lemperle"
on = 2027-01-20
score = 2.5
error = 0.4
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "measures.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_file(tmp_path: Path) -> None:
    made = read_measured(written(tmp_path, WHOLE))
    assert made.sessions == (date(2026, 11, 20), date(2026, 12, 18))
    assert [(each.on.month, each.score, each.rater, each.error) for each in made.measures] == [
        (11, 3.0, "ab", None),
        (1, 2.5, "", 0.4),
    ]
    assert made.of("melasma") == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("measures-1", "measures-2", "format"),
        ("2026-12-18]", "2026-11-20]", "session 2"),
        ("2026-12-18]", "2026-11-01]", "session 2"),
        ("2027-01-20", "2026-10-20", "measure 2"),
        ("score = 3", "score = nan", "measure 1"),
        ("score = 3", "score = inf", "measure 1"),
        ("score = 3", 'score = "three"', "measures[0].score"),
        ("error = 0.4", "error = 0", "measure 2"),
        ("error = 0.4", "errors = 0.4", "errors"),
        ('concern = "wrinkles"\n', "", "concern"),
        ("score = 3", "score = ", "measures.toml"),
        ("error = 0.4", "error = inf", "measure 2"),
        ("score = 3", "score = 1e300", "measure 1"),
        ("2026-12-18]", "9999-12-31]", "session 2"),
        ("2026-12-18]", "{ on = 9999-12-31, zones = ['chin'] }]", "session 2"),
        ("2026-12-18]", "{ on = 2026-01-01, zones = ['chin'] }]", "session 2"),
        ("2026-12-18]", "{ on = 2026-12-18, zones = [] }]", "sessions[1].zones"),
        ("2026-12-18]", "{ on = 2026-12-18 }]", "sessions[1]"),
        ("2026-12-18]", "{ on = 2026-12-18, zone = 'chin' }]", "sessions[1]"),
        ("2026-11-20, 2026", "0001-01-01, 2026", "session 1"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    with pytest.raises(AnswerError) as error:
        read_measured(written(tmp_path, WHOLE.replace(old, new, 1)))
    assert says in error.value.message
    assert error.value.message.startswith("measures.toml")
    assert error.value.hint


def test_what_is_no_text_no_file_or_too_large_is_refused(tmp_path: Path) -> None:
    binary = tmp_path / "measures.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AnswerError, match="not text"):
        read_measured(binary)
    with pytest.raises(AnswerError, match="cannot be read"):
        read_measured(tmp_path / "none.toml")
    binary.write_bytes(b"#" * 1_000_002)
    with pytest.raises(AnswerError, match="larger"):
        read_measured(binary)


def test_files_that_would_fill_memory_are_refused(tmp_path: Path) -> None:
    days = ", ".join(str(date.fromordinal(date(2020, 1, 1).toordinal() + n)) for n in range(51))
    with pytest.raises(AnswerError, match="more than 50 sessions"):
        read_measured(written(tmp_path, f"sessions = [{days}]"))
    with pytest.raises(AnswerError, match="nested too deeply"):
        read_measured(written(tmp_path, "sessions = " + "[" * 5000))


def test_a_session_may_name_its_zones(tmp_path: Path) -> None:
    text = "sessions = [2026-11-20, { on = 2026-12-18, zones = ['chin', 'cheek-left'] }]"
    made = read_measured(written(tmp_path, text))
    held = Held(on=date(2026, 12, 18), zones=("chin", "cheek-left"))
    assert made.sessions == (date(2026, 11, 20), held)
