"""`needlework cohort` as a user has it: what it says, going on after any end, and bad files."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
import pytest

from needlework.response.cohort import study as study_module
from tests.cli.command import ROOT, Runner, process

STUDY: Final = """
format = "needlework-cohort-1"
people = 300

[person]
female = 0.8
age_years = { low = 20, high = 70, mean = 40, sd = 12 }

[[protocols]]
name = "monthly"
device = "roller-192"
zone = "cheek"
depth_mm = 1.5
passes = 15
sessions = 4
interval_days = 28

[[protocols]]
name = "pen"
device = "skinpen-precision"
zone = "forehead"
depth_mm = 0.75
passes = 4
session_days = [0, 30, 60]
"""


def test_rows_and_what_is_said(run: Runner, tmp_path: Path) -> None:
    out = tmp_path / "cohort.parquet"
    ended = run("cohort", run.write(STUDY, "study.toml"), out)
    assert (ended.code, ended.out) == (0, b"")
    said = (
        r"600 rows \(300 people × 2 protocols\) in [\d.]+ s \([\d,]+/s\): cohort.parquet, 0.1 MB."
    )
    assert re.fullmatch(said, ended.err.strip())
    assert pq.read_metadata(out).num_rows == 600
    again = run("cohort", tmp_path / "study.toml", out)
    assert again.err == (
        "600 rows (300 people × 2 protocols), 600 of them by an earlier run: "
        "cohort.parquet, 0.1 MB.\n"
    )


def test_options_stand_over_the_file(run: Runner, tmp_path: Path) -> None:
    file, out = run.write(STUDY, "study.toml"), tmp_path / "cohort.parquet"
    ended = run("cohort", file, out, "--people", "50", "--seed", "9", "--workers", "2")
    assert "100 rows (50 people × 2 protocols)" in ended.err
    other = run("cohort", file, out, "--people", "50", "--seed", "8")
    assert other.error == "cohort.parquet was made with another seed."
    assert (
        run("cohort", file, out).error == "cohort.parquet was made with another number of people."
    )
    assert other.hint == "Name another file to write, or remove that one."


def test_a_file_of_the_guide_works(run: Runner, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "guide" / "cohort.md").read_text()
    for number, block in enumerate(re.findall(r"```toml\n(.*?)```", text, re.DOTALL)):
        file = run.write(block, f"guide-{number}.toml")
        ended = run("cohort", file, tmp_path / f"{number}.parquet", "--people", "10")
        assert ended.code == 0, ended.err
    told = set(re.findall(r"^\| `([a-z_*]+)`", text, re.MULTILINE))
    named = pq.read_schema(tmp_path / "0.parquet").names
    assert {re.sub(r"_day_\d+", "_day_*", name) for name in named} == told


def test_the_file_in_the_help_works(run: Runner, tmp_path: Path) -> None:
    text = run("cohort", "--help").text
    block = text.partition("every field and column:\n")[2].partition("Examples:")[0]
    file = run.write("\n".join(line.strip() for line in block.splitlines()), "study.toml")
    ended = run("cohort", file, tmp_path / "out.parquet", "--people", "10")
    assert "10 rows (10 people × 1 protocol)" in ended.err


def test_a_bar_is_drawn_where_somebody_looks(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text(STUDY)
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "needlework", "cohort", str(file), str(tmp_path / "o.parquet")]
    with subprocess.Popen([*command, "--people", "40000"], stderr=follower) as started:
        os.close(follower)
        seen = b""
        while True:
            try:
                part = os.read(leader, 65_536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            seen += part
    os.close(leader)
    assert started.returncode == 0
    assert "100 %" in seen.decode()
    assert b"80,000 rows (40,000 people" in seen


# --- cut off ----------------------------------------------------------------------------------

MANY: Final = ("--people", "400000", "--workers", "2")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("whole")
    (folder / "study.toml").write_text(STUDY)
    done = process("cohort", folder / "study.toml", folder / "whole.parquet", *MANY)
    assert done.returncode == 0, done.stderr
    return (folder / "whole.parquet").read_bytes()


def begun(folder: Path) -> subprocess.Popen[bytes]:
    (folder / "study.toml").write_text(STUDY)
    command = [sys.executable, "-m", "needlework", "cohort", "study.toml", "out.parquet", *MANY]
    started = subprocess.Popen(
        command,
        cwd=folder,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Started in the background, a shell hands down that Ctrl-C is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    part = folder / "out.parquet.part"
    wait_for(lambda: part.exists() and part.stat().st_size > 5_000_000, started)
    return started


def wait_for(is_so: Callable[[], bool], started: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < until
        assert started.poll() is None, "it ended too early"
        time.sleep(0.005)


def test_a_run_goes_on_after_it_was_killed(run: Runner, tmp_path: Path, whole: bytes) -> None:
    with begun(tmp_path) as started:
        started.send_signal(signal.SIGKILL)
    out = tmp_path / "out.parquet"
    assert not out.exists()
    ended = run("cohort", tmp_path / "study.toml", out, *MANY[:2], "--workers", "3")
    assert ended.code == 0
    assert "of them by an earlier run" in ended.err
    assert out.read_bytes() == whole
    assert {path.name for path in tmp_path.iterdir()} == {"study.toml", "out.parquet"}


def test_ctrl_c_stops_kindly_and_the_run_goes_on(run: Runner, tmp_path: Path, whole: bytes) -> None:
    with begun(tmp_path) as started:
        os.killpg(started.pid, signal.SIGINT)
        _, err = started.communicate(timeout=60)
    assert started.returncode == 130
    assert err.decode().strip() == "Stopped. The same command goes on with out.parquet."
    assert {path.name for path in tmp_path.iterdir()} == {"study.toml", "out.parquet.part"}
    ended = run("cohort", tmp_path / "study.toml", tmp_path / "out.parquet", *MANY)
    assert "of them by an earlier run" in ended.err
    assert (tmp_path / "out.parquet").read_bytes() == whole


# --- bad files --------------------------------------------------------------------------------

BAD: Final[list[tuple[str, str, str]]] = [
    ("people = 300", "people = 0", "people: 0 cannot be."),
    ("people = 300", "people = -5", "people: -5 cannot be."),
    ("people = 300", "people = 1.5", "people: expected `int`, got `float`."),
    ("people = 300", "", "object missing required field `people`."),
    ("people = 300", "people = 60_000_000", "60,000,000 people × 2 protocols are too many rows."),
    ("people = 300", "people = 3\nseed = -1", "seed: -1 cannot be."),
    ("people = 300", "people = 3\nagain = 1", "object contains unknown field `again`."),
    ("people = 300", "people = 3\nreadout_days = []", "readout_days: 0 days are given."),
    ("people = 300", "people = 3\nreadout_days = [9, 9]", "readout_days[1]: day 9 does not come"),
    ("people = 300", "people = 3\nreadout_days = [-1]", "readout_days[0]: -1 cannot be."),
    ("cohort-1", "cohort-9", "format: invalid enum value 'needlework-cohort-9'."),
    ("female = 0.8", "female = nan", "person.female: nan cannot be."),
    ("female = 0.8", "female = 1.2", "person.female: 1.2 cannot be."),
    ("low = 20", "low = 3", "person.age_years.low: 3.0 cannot be."),
    ("high = 70", "high = 10", "person.age_years.high: 10.0 cannot be."),
    (", sd = 12", "", "person.age_years: a mean and an sd go together."),
    ("sd = 12", "sd = 0", "person.age_years.sd: 0.0 cannot be."),
    ("mean = 40", "mean = inf", "person.age_years.mean: inf cannot be."),
    ("depth_mm = 0.75", "depth_mm = -0.75", "protocols[1].depth_mm: -0.75 cannot be."),
    ("depth_mm = 0.75", "depth_mm = 0", "protocols[1].depth_mm: 0.0 cannot be."),
    ("depth_mm = 0.75", "depth_mm = nan", "protocols[1].depth_mm: nan cannot be."),
    ("depth_mm = 0.75", 'depth_mm = "deep"', "protocols[1].depth_mm: expected `float`, got `str`."),
    ("passes = 15", "passes = 0", "protocols[0].passes: 0 cannot be."),
    ("passes = 15", "passes = 15\nneedles = 0", "protocols[0].needles: 0 cannot be."),
    ("sessions = 4", "sessions = 0", "protocols[0].sessions: 0 cannot be."),
    ("sessions = 4", "", "protocols[0]: there is no session."),
    ("interval_days = 28", "", "protocols[0]: interval_days is missing."),
    ("interval_days = 28", "interval_days = -7", "protocols[0].interval_days: -7 cannot be."),
    ("[0, 30, 60]", "[0, 60, 30]", "protocols[1].session_days[2]: day 30 does not come after"),
    ("[0, 30, 60]", "[-1]", "protocols[1].session_days[0]: -1 cannot be."),
    ("[0, 30, 60]", "[]", "protocols[1].session_days: 0 days are given."),
    ("[0, 30, 60]", "[0]\nsessions = 2", "protocols[1]: session_days stand beside sessions"),
    ('"pen"', '"monthly"', "protocols[1].name: it is empty or given twice."),
    ("roller-192", "roller-9", "protocols[0]: There is no device 'roller-9'."),
    ('"cheek"', '"elbow"', "protocols[0]: There is no zone 'elbow'."),
    ('"cheek"', '"scalp"', "protocols[0].zone: how thick the skin of 'scalp' is was never"),
    ("[[protocols]]", "[[protocols", "is not TOML:"),
]


@pytest.mark.parametrize(("good", "bad", "says"), BAD, ids=[says for _, _, says in BAD])
def test_a_file_that_cannot_be(run: Runner, tmp_path: Path, good: str, bad: str, says: str) -> None:
    assert good in STUDY
    out = tmp_path / "out.parquet"
    ended = run("cohort", run.write(STUDY.replace(good, bad, 1), "study.toml"), out)
    assert ended.code == 1
    assert ended.error.startswith("study.toml")
    assert says in ended.error
    assert ended.hint
    assert not list(tmp_path.glob("out*"))


def test_files_that_are_none(run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out.parquet"
    none = run("cohort", tmp_path / "none.toml", out)
    assert none.error == "none.toml cannot be read: No such file or directory."
    assert run("cohort", tmp_path, out).error == f"{tmp_path.name} is a folder."
    assert "is not text" in run("cohort", run.write(b"\xff\xfe", "bytes.toml"), out).error
    no_protocol = STUDY.partition("[[protocols]]")[0] + "[[protocols]]\n"
    assert "missing required field" in run("cohort", run.write(no_protocol, "a.toml"), out).error
    empty = STUDY.partition("[person]")[0] + "protocols = []\n"
    assert (
        run("cohort", run.write(empty, "a.toml"), out).error == "a.toml: protocols: there is none."
    )
    monkeypatch.setattr(study_module, "LARGEST_BYTES", 10)
    assert "larger than" in run("cohort", run.write(STUDY, "study.toml"), out).error


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("a",),
        ("a", "b", "--people", "0"),
        ("a", "b", "--seed", "-1"),
        ("a", "b", "--workers", "0"),
        ("a", "b", "--workers", "2", "--cluster", "tcp://x"),
    ],
)
def test_a_command_that_cannot_be_meant_ends_with_2(run: Runner, args: tuple[str, ...]) -> None:
    ended = run("cohort", *args)
    assert ended.code == 2
    assert "Usage:" in ended.err
