"""`needlework serve`: starts the whole app, says where it is, and leaves nothing running."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from needlework.cli import serve
from needlework.cli.serve import ClientLink, LogIns, free_address, settings, welcome
from needlework.errors import NeedleworkError, UsageError
from tests.ops.serving import (
    COMMAND,
    START_S,
    Serving,
    environment,
    free_port,
    serving,
    wait_until_gone,
)

STOPS_WITHIN_S = 5
"""A few seconds, with all workers."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("demo"), "--demo") as server:
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data that are ready after the first start, so that the next ones are quick."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def run(folder: Path, port: int, **environ: str) -> subprocess.CompletedProcess[str]:
    """A start that is refused."""
    return subprocess.run(
        [str(COMMAND), "serve", "--port", str(port), "--data", str(folder)],
        env=environment(**environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=START_S,
    )


class TestRunning:
    def test_the_first_page_answers_and_says_that_it_is_a_demo(self, demo: Serving) -> None:
        with urllib.request.urlopen(f"{demo.url}/") as answer:  # noqa: S310  it is ours
            assert answer.status == 200
            assert "demo-banner" in answer.read().decode()

    def test_address_and_log_ins_are_printed(self, demo: Serving) -> None:
        log_ins = demo.log_ins()
        assert f"{demo.url}/" in demo.said
        assert log_ins.password in demo.said
        for email, _ in log_ins.staff:
            assert email in demo.said

    def test_workers_and_the_attendant_run(self, demo: Serving) -> None:
        said = list(demo.family().values())
        assert sum("granian" in line for line in said) == 3  # one that starts two that answer
        assert any(" attend " in line for line in said)

    def test_a_second_server_does_not_share_the_port(self, demo: Serving, tmp_path: Path) -> None:
        port = int(demo.url.rpartition(":")[2])
        done = run(tmp_path, port)
        assert done.returncode == 1
        assert f"Port {port} is in use." in done.stderr
        assert "--port" in done.stderr.partition("Next: ")[2]


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_running(folder: Path, sign: signal.Signals) -> None:
    with serving(folder) as server:
        pids = set(server.family())
        assert len(pids) > 3
        started = time.monotonic()
        assert server.stop(sign) == 0
        assert time.monotonic() - started < STOPS_WITHIN_S
        assert not wait_until_gone(pids, 1)


def test_workers_go_too_when_their_parent_was_killed(folder: Path) -> None:
    with serving(folder, "--workers", "1") as server:
        family = server.family()
        parent = min(pid for pid, said in family.items() if "granian" in said)
        os.kill(parent, signal.SIGKILL)
        assert server.process.wait(STOPS_WITHIN_S) == 1
        assert not wait_until_gone(set(family), 1)
    assert "Error: The web server ended by itself" in server.said


def test_a_setting_that_is_not_known_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, free_port(), NEEDLEWORK_DATABSE="postgresql://db/name")
    assert done.returncode == 1
    assert "Error: NEEDLEWORK_DATABSE is no setting of Needlework." in done.stderr
    assert "Next: " in done.stderr
    assert not done.stdout


class TestAddress:
    def test_a_port_in_use_is_refused(self, taken: int) -> None:
        with pytest.raises(UsageError, match=f"Port {taken} is in use") as refused:
            free_address("127.0.0.1", taken)
        assert "--port" in refused.value.hint

    def test_a_free_one_is_given_in_numbers(self) -> None:
        port = free_port()
        assert free_address("localhost", port)[1] == port

    @pytest.mark.parametrize("host", ["203.0.113.7", "no such host"])
    def test_an_address_of_another_machine_is_refused(self, host: str) -> None:
        with pytest.raises(UsageError, match="no address of this machine"):
            free_address(host, free_port())

    def test_the_last_port_is_not_followed_by_one_that_cannot_be(self) -> None:
        with socket.create_server(("127.0.0.1", 65535)), pytest.raises(UsageError) as refused:
            free_address("127.0.0.1", 65535)
        assert "65536" not in refused.value.hint


class TestSettings:
    def test_a_demo_never_fills_the_clinics_own_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("NEEDLEWORK_DATA", str(tmp_path / "clinic"))
        made = settings("127.0.0.1", None, demo=True)
        assert made["NEEDLEWORK_DATA"] == str(tmp_path / "build" / "demo")
        assert made["NEEDLEWORK_DEMO"] == "1"
        assert not (tmp_path / "clinic").exists()

    def test_otherwise_the_environment_says_where(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NEEDLEWORK_DATA", str(tmp_path / "clinic"))
        monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "another.project")
        monkeypatch.delenv("NEEDLEWORK_DEMO", raising=False)
        made = settings("127.0.0.1", None, demo=False)
        assert made["NEEDLEWORK_DATA"] == str(tmp_path / "clinic")
        assert not {"NEEDLEWORK_DEMO", "DJANGO_SETTINGS_MODULE"} & made.keys()
        assert (tmp_path / "clinic").stat().st_mode & 0o077 == 0

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(UsageError, match="cannot be made") as refused:
            settings("127.0.0.1", tmp_path / "file" / "data", demo=False)
        assert "--data" in refused.value.hint

    def test_a_folder_that_cannot_be_written_to_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "access", lambda *_: False)
        with pytest.raises(UsageError, match="cannot be written to"):
            settings("127.0.0.1", tmp_path, demo=False)

    def test_workers_give_memory_back_unless_somebody_says_otherwise(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in serve.MEMORY:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("MALLOC_ARENA_MAX", "8")
        made = settings("127.0.0.1", tmp_path, demo=False)
        told = {name: made[name] for name in serve.MEMORY}
        assert told == {**serve.MEMORY, "MALLOC_ARENA_MAX": "8"}

    def test_the_app_answers_to_the_address_that_it_is_given(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("NEEDLEWORK_HOSTS", raising=False)
        assert "192.0.2.4" in settings("192.0.2.4", tmp_path, demo=False)["NEEDLEWORK_HOSTS"]
        assert "NEEDLEWORK_HOSTS" not in settings("0.0.0.0", tmp_path, demo=False)  # noqa: S104
        monkeypatch.setenv("NEEDLEWORK_HOSTS", "clinic.example")
        made = settings("192.0.2.4", tmp_path, demo=False)
        assert made["NEEDLEWORK_HOSTS"] == "clinic.example"


class TestSaid:
    def test_without_a_demo_nobody_is_told_a_password(self) -> None:
        said = welcome("127.0.0.1", 8000, {"NEEDLEWORK_DATA": "/data"}, None)
        assert "http://127.0.0.1:8000/" in said
        assert "password" not in said

    def test_a_link_leads_to_where_the_app_is(self) -> None:
        log_ins = LogIns("secret", [("a@b.example", "owner")], ClientLink("/l/x/", "1990-01-02"))
        said = welcome("0.0.0.0", 8001, {"NEEDLEWORK_DATA": "/data"}, log_ins)  # noqa: S104
        assert "http://127.0.0.1:8001/l/x/" in said

    @pytest.mark.parametrize(
        ("host", "https", "warned"),
        [
            ("127.0.0.1", "", False),
            ("localhost", "", False),
            ("::1", "", False),
            ("0.0.0.0", "", True),  # noqa: S104
            ("192.0.2.4", "0", True),
            ("0.0.0.0", "1", False),  # noqa: S104
        ],
    )
    def test_an_open_address_without_https_is_warned_of(
        self, host: str, https: str, warned: bool, capsys: pytest.CaptureFixture[str]
    ) -> None:
        serve._warn(host, {"NEEDLEWORK_HTTPS": https})
        assert ("NEEDLEWORK_HTTPS=1" in capsys.readouterr().err) is warned

    def test_a_step_that_fails_is_named_without_its_traceback(self) -> None:
        failed = serve._failed("migrate", 1, b"Traceback:\n  File x\nOperationalError: disk full\n")
        assert isinstance(failed, NeedleworkError)
        assert "migrate failed (OperationalError: disk full)" in failed.message
        assert "Traceback" not in failed.message
