"""scripts/postgres.py: a server for one command, of which nothing stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from scripts import postgres
from tests.ops.serving import alive, wait_until_gone

SCRIPT = Path(postgres.__file__)
ASK = """
import os, psycopg
with psycopg.connect(os.environ["NEEDLEWORK_DATABASE"]) as connection:
    for what in ("server_encoding", "listen_addresses", "fsync"):
        print(connection.execute(f"SHOW {what}").fetchone()[0] or "nothing")
print(os.environ["NEEDLEWORK_DATABASE"].partition("host=")[2])
"""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *command], capture_output=True, text=True, check=False
    )


class Running:
    """The script around a command that waits."""

    def __init__(self, told: Path) -> None:
        wait = f"import os, time; open({str(told)!r}, 'w').write(os.environ['NEEDLEWORK_DATABASE']"
        command = [sys.executable, "-c", f"{wait} + ' ' + str(os.getpid())); time.sleep(600)"]
        self.process = subprocess.Popen([sys.executable, str(SCRIPT), *command])
        deadline = time.monotonic() + postgres.START_S
        while not (said := told.read_text() if told.exists() else ""):
            assert time.monotonic() < deadline
            assert self.process.poll() is None
            time.sleep(0.05)
        url, command_pid = said.split()
        self.folder = Path(url.partition("host=")[2])
        server_pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        self.pids = {int(command_pid), server_pid}


def test_a_command_has_a_server_of_its_own() -> None:
    done = run(sys.executable, "-c", ASK)
    assert done.returncode == 0, done.stderr
    *settings, folder = done.stdout.splitlines()
    assert settings == ["UTF8", "nothing", "off"]
    assert not Path(folder).exists()


def test_the_exit_status_is_that_of_the_command() -> None:
    assert run(sys.executable, "-c", "raise SystemExit(7)").returncode == 7


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGHUP])
def test_nothing_stays_when_it_is_stopped(tmp_path: Path, sign: signal.Signals) -> None:
    running = Running(tmp_path / "told")
    assert alive(running.pids) == running.pids
    running.process.send_signal(sign)
    assert running.process.wait(postgres.STOP_S) == 128 + sign
    assert not wait_until_gone(running.pids, 5)
    assert not running.folder.exists()


@pytest.mark.skipif(not postgres.dying_with_us("TERM"), reason="the system has no setpriv")
def test_no_process_stays_when_it_is_killed_outright(tmp_path: Path) -> None:
    running = Running(tmp_path / "told")
    running.process.kill()
    running.process.wait()
    assert not wait_until_gone(running.pids, 10)
    subprocess.run(["rm", "-rf", running.folder], check=True)


def test_a_server_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    make = tempfile.mkdtemp

    def noted(**given: str) -> str:
        made.append(make(**given))
        return made[0]

    monkeypatch.setattr(tempfile, "mkdtemp", noted)
    monkeypatch.setattr(postgres, "SETTINGS", {"shared_buffers": "plenty"})
    with pytest.raises(postgres.Failure, match=r"did not start(?s:.*)plenty"), postgres.server():
        pass
    assert made
    assert not Path(made[0]).exists()


def test_the_wheel_serves_where_debian_has_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "DEBIAN", tmp_path)
    with postgres.server() as url, psycopg.connect(url) as connection:
        (version,) = connection.execute("SHOW server_version_num").fetchone() or (0,)
    assert int(version) >= 180000


def test_root_asks_for_no_user_or_folder_to_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    owner = postgres.unprivileged()
    assert owner.uid
    assert owner.groups == []


def test_without_a_command_it_says_what_it_is_for() -> None:
    done = run()
    assert done.returncode == 2
    assert "name a command" in done.stderr
