"""Many consultations: in order, in the same bytes as one by one, and going on after any cut."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from needlework import batch, workflow
from tests.cli.command import EXAMPLES, TODAY, Runner, encoded
from tests.cli.conftest import run as run  # noqa: PLC0414  the fixture

PHOTOTYPES = ("I", "II", "III", "IV", "V", "VI")
GOOD = [encoded({"phototype": {"clinician": grade}}) for grade in PHOTOTYPES]
BAD = [
    b"",
    b"nonsense",
    b"[1]",
    b'{"format": ',
    b'{"date": "2026-11-20", "date": "2026-11-20"}',
    encoded({"date": "2027-01-01"}),
    encoded({"concerns": [{"concern": "texture", "zones": ["elbow"]}]}),
    b"\xff\xfe\x00",
    b"{" + b"x" * 3_000_000,
]
MIXED = [line for number in range(20) for line in (*GOOD, BAD[number % len(BAD)])]


def plans(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_each_line_equals_the_plan_of_that_consultation(run: Runner, tmp_path: Path) -> None:
    out = tmp_path / "out.ndjson"
    ended = run("plan", "--batch", run.batch(GOOD), out, "--workers", "2")
    assert (ended.code, ended.out) == (0, b"")
    assert ended.err == "6 lines: out.ndjson.\n"
    alone = b"".join(run("plan", "-", "--json", stdin=line).out for line in GOOD)
    assert out.read_bytes() == alone


def test_a_bad_line_is_an_error_in_its_place(run: Runner, tmp_path: Path) -> None:
    out = tmp_path / "out.ndjson"
    lines = [GOOD[0], *BAD, GOOD[1]]
    ended = run("plan", "--batch", run.batch(lines), out, "--workers", "1")
    assert ended.code == 1
    assert f"{len(BAD)} of them could not be planned" in ended.err
    made = plans(out)
    assert len(made) == len(lines)
    assert "intended_use" in made[0]
    assert "intended_use" in made[-1]
    for number, entry in enumerate(made[1:-1], 2):
        assert set(entry) == {"line", "error", "hint"}
        assert entry["line"] == number
        assert entry["hint"]
        assert "defect" not in entry["error"]
    assert made[1]["error"] == "Line 2 is empty."
    assert made[5]["error"] == "date is given twice."
    assert "larger than" in made[-2]["error"]


def test_a_defect_in_one_line_costs_only_that_line(
    run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = workflow.plan_for

    def fail(case: Any) -> Any:  # noqa: ANN401
        if case.consultation.phototype.clinician == "III":
            raise ZeroDivisionError("Zebulon")
        return honest(case)

    monkeypatch.setattr(workflow, "plan_for", fail)
    out = tmp_path / "out.ndjson"
    assert run("plan", "--batch", run.batch(GOOD), out, "--workers", "1").code == 1
    errors = [entry for entry in plans(out) if "error" in entry]
    assert len(errors) == 1
    assert "ZeroDivisionError" in errors[0]["error"]
    assert b"Zebulon" not in out.read_bytes()


def test_the_same_bytes_for_any_number_of_workers(run: Runner, tmp_path: Path) -> None:
    source = run.batch(MIXED)
    made = set()
    for workers in (1, 2, 3):
        out = tmp_path / f"out-{workers}.ndjson"
        assert run("plan", "--batch", source, out, "--workers", str(workers)).code == 1
        made.add(out.read_bytes())
    assert len(made) == 1
    assert len(made.pop().splitlines()) == len(MIXED)


@pytest.mark.parametrize("seed", range(12))
def test_a_run_goes_on_after_a_cut_at_any_byte(run: Runner, tmp_path: Path, seed: int) -> None:
    source, out = run.batch(MIXED[:30]), tmp_path / "out.ndjson"
    run("plan", "--batch", source, out, "--workers", "1")
    whole = out.read_bytes()
    cut = random.Random(seed).randrange(len(whole))  # noqa: S311
    os.truncate(out, cut)
    ended = run("plan", "--batch", source, out, "--workers", "1")
    assert ended.code == 1
    assert out.read_bytes() == whole
    assert f"{sum('error' in entry for entry in plans(out))} of them" in ended.err
    kept = whole[:cut].count(b"\n")
    assert f"{kept} of them by an earlier run" in ended.err if kept else True


def test_a_run_that_was_complete_has_nothing_to_do(run: Runner, tmp_path: Path) -> None:
    source, out = run.batch(GOOD), tmp_path / "out.ndjson"
    run("plan", "--batch", source, out, "--workers", "1")
    before = out.read_bytes()
    ended = run("plan", "--batch", source, out, "--workers", "1")
    assert ended.err == "6 lines, 6 of them by an earlier run: out.ndjson.\n"
    assert out.read_bytes() == before


def test_a_spoilt_line_and_all_after_it_are_made_again(run: Runner, tmp_path: Path) -> None:
    source, out = run.batch(GOOD), tmp_path / "out.ndjson"
    run("plan", "--batch", source, out, "--workers", "1")
    whole = out.read_bytes()
    out.write_bytes(whole[: len(whole) // 2] + b"\0" * (len(whole) - len(whole) // 2))
    run("plan", "--batch", source, out, "--workers", "1")
    assert out.read_bytes() == whole


def test_a_run_goes_on_after_it_was_killed(run: Runner, tmp_path: Path) -> None:
    source, out, whole = run.batch(GOOD * 900), tmp_path / "out.ndjson", tmp_path / "whole.ndjson"
    run("plan", "--batch", source, whole, "--workers", "2")
    command = [sys.executable, "-m", "needlework", "plan", "--batch", str(source), str(out)]
    with subprocess.Popen([*command, "--workers", "2"], stderr=subprocess.PIPE) as started:
        wait_for(lambda: out.exists() and out.stat().st_size > 100_000, started)
        children = family(started.pid)
        started.send_signal(signal.SIGKILL)
    wait_for(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in children))
    assert out.stat().st_size < whole.stat().st_size
    ended = run("plan", "--batch", source, out, "--workers", "2")
    assert ended.code == 0
    assert out.read_bytes() == whole.read_bytes()


def test_ctrl_c_stops_cleanly_and_the_run_goes_on(run: Runner, tmp_path: Path) -> None:
    source, out = run.batch(GOOD * 900), tmp_path / "out.ndjson"
    command = [sys.executable, "-m", "needlework", "plan", "--batch", str(source), str(out)]
    with subprocess.Popen(
        [*command, "--workers", "2"],
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Started in the background, a shell hands down that Ctrl-C is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as started:
        wait_for(lambda: out.exists() and out.stat().st_size > 100_000, started)
        os.killpg(started.pid, signal.SIGINT)
        _, err = started.communicate(timeout=60)
    assert started.returncode == 130
    assert b"Traceback" not in err
    assert b"The same command goes on" in err
    ended = run("plan", "--batch", source, out, "--workers", "1")
    assert (ended.code, len(plans(out))) == (0, 900 * len(GOOD))


def wait_for(is_so: Any, started: subprocess.Popen[bytes] | None = None) -> None:  # noqa: ANN401
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until
        assert started is None or started.poll() is None, "it ended too early"
        time.sleep(0.005)


def family(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]


# --- what is refused --------------------------------------------------------------------------


def test_an_out_made_from_something_else_is_refused(run: Runner, tmp_path: Path) -> None:
    source, out = run.batch(GOOD), tmp_path / "out.ndjson"
    run("plan", "--batch", source, out, "--workers", "1")
    before = out.read_bytes()
    again = run("plan", "--batch", source, out, "--on", "2026-12-01")
    assert again.error == "out.ndjson was made from judgements for another day."
    other = run.write(b"\n".join(GOOD[1:]), "other.ndjson")
    assert (
        run("plan", "--batch", other, out).error == "out.ndjson was made from another input file."
    )
    overlay = run.write('clinic = "A"\nrelease = "2026.11"\n', "clinic.toml")
    ended = run("plan", "--batch", source, out, "--overlay", overlay)
    assert ended.error == "out.ndjson was made from another overlay."
    release = shutil.copytree(
        Path(batch.__file__).parent / "evidence" / "data", tmp_path / "release"
    )
    (release / "release.toml").write_text('id = "2099.1"\npublished = 2099-01-01\n')
    ended = run("plan", "--batch", source, out, "--release", release)
    assert ended.error == "out.ndjson was made from another release of the knowledge."
    assert "remove that one" in ended.hint
    assert out.read_bytes() == before


def test_an_out_that_nothing_is_known_about_is_kept(run: Runner, tmp_path: Path) -> None:
    out = tmp_path / "letters.txt"
    out.write_text("Dear Ann")
    ended = run("plan", "--batch", run.batch(GOOD), out)
    assert ended.code == 1
    assert "letters.txt.state does not say what it was made from" in ended.error
    assert out.read_text() == "Dear Ann"


def test_places_that_cannot_be(run: Runner, tmp_path: Path) -> None:
    source = run.batch(GOOD)
    none, out = tmp_path / "none.ndjson", tmp_path / "out.ndjson"
    assert run("plan", "--batch", none, out).error == "none.ndjson does not exist."
    assert run("plan", "--batch", tmp_path, out).error == f"{tmp_path.name} is not a file."
    assert run("plan", "--batch", "/dev/zero", out).error == "zero is not a file."
    assert run("plan", "--batch", source, tmp_path).error == f"{tmp_path.name} is a folder."
    assert run("plan", "--batch", source, source).error == "IN and OUT are the same file."
    ended = run("plan", "--batch", source, tmp_path / "no" / "out")
    assert ended.error == "out cannot be written: No such file or directory."
    assert not out.exists()


def test_two_runs_do_not_write_the_same_file(run: Runner, tmp_path: Path) -> None:
    out = tmp_path / "out.ndjson"
    with batch._opened(out):
        ended = run("plan", "--batch", run.batch(GOOD), out)
    assert ended.error == "out.ndjson is being written by another run."


def test_plans_are_readable_by_their_owner_alone(run: Runner, tmp_path: Path) -> None:
    out = tmp_path / "out.ndjson"
    run("plan", "--batch", run.batch(GOOD), out, "--workers", "1")
    assert out.stat().st_mode & 0o077 == 0


def test_an_empty_input_makes_an_empty_output(run: Runner, tmp_path: Path) -> None:
    out = tmp_path / "out.ndjson"
    ended = run("plan", "--batch", run.write(b"", "in.ndjson"), out)
    assert (ended.code, out.read_bytes()) == (0, b"")


def test_a_last_line_without_an_end_and_carriage_returns(run: Runner, tmp_path: Path) -> None:
    one, two = tmp_path / "one.ndjson", tmp_path / "two.ndjson"
    run("plan", "--batch", run.write(b"\n".join(GOOD), "a"), one, "--workers", "1")
    run("plan", "--batch", run.write(b"\r\n".join([*GOOD, b""]), "b"), two, "--workers", "1")
    assert one.read_bytes() == two.read_bytes()


def test_a_resumed_run_judges_the_future_as_the_first_did(
    run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = run.batch([encoded({"date": "2026-11-30"})] * 2), tmp_path / "out.ndjson"
    run("plan", "--batch", source, out, "--workers", "1")
    first = out.read_bytes()
    assert b"date lies in the future." in first
    os.truncate(out, len(first) // 2 + 5)
    monkeypatch.setattr("needlework.cli.streams.today", lambda: TODAY.replace(month=12))
    run("plan", "--batch", source, out, "--workers", "1")
    assert out.read_bytes() == first


def test_examples_are_planned_in_a_batch_as_alone(run: Runner, tmp_path: Path) -> None:
    import tomllib

    lines = [json.dumps(tomllib.loads(path.read_text()), default=str).encode() for path in EXAMPLES]
    out = tmp_path / "out.ndjson"
    assert run("plan", "--batch", run.batch(lines), out, "--workers", "1").code == 0
    alone = b"".join(run("plan", path, "--json").out for path in EXAMPLES)
    assert out.read_bytes() == alone
