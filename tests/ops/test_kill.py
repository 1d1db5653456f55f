"""kill −9 during any write: what was acknowledged is there and whole, on both engines.

Children write through the app's own middleware and views, and are killed at random moments. On
PostgreSQL the server is killed as well: one of its backends, or all of it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from typing import Any, Final, Self
from urllib.parse import urlencode

import pytest

from scripts import postgres
from tests.ops import serving as served
from tests.ops.serving import environment

ROOT: Final = Path(__file__).parents[2]
ROUNDS: Final = int(os.environ.get("KILL_ROUNDS", "200"))
LONGEST_S: Final = 0.25
"""A round of all four writes lasts about as long."""

SIGNED_ROUNDS: Final = 15
SIGNING_S: Final = 5.0

SERVED_ROUNDS: Final = 3
CHECK_EVERY: Final = 20
BACKEND_EVERY: Final = 10
SERVER_EVERY: Final = 50

DURABLE: Final = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""As a clinic's server has it; the other tests do without."""


class Ward:
    """The process whose children are killed."""

    def __init__(self, folder: Path, *acts: str, **more: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ops.killable", *acts],
            cwd=ROOT,
            env=environment(NEEDLEWORK_DATA=str(folder), **more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == {"ready": True}

    def ask(self, what: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"it ended with {self._process.wait()}"
        told: dict[str, Any] = json.loads(line)
        return told

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@contextmanager
def ward(folder: Path, *acts: str, **more: str) -> Iterator[Ward]:
    made = Ward(folder, *acts, **more)
    try:
        yield made
    finally:
        made.close()


def test_on_sqlite_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    dice = random.Random(9)  # noqa: S311
    amid = 0
    with ward(tmp_path / "data") as killing:
        for number in range(ROUNDS):
            amid += round_of(killing, dice, lambda: None)
            if number % CHECK_EVERY == 0:
                assert not killing.ask("check")["faults"]
        assert_whole(killing.ask("check"), amid, ROUNDS)


def test_on_postgresql_nothing_acknowledged_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "SETTINGS", {**postgres.SETTINGS, **DURABLE})
    dice = random.Random(9)  # noqa: S311
    amid = 0
    with Server() as server, ward(tmp_path / "data", NEEDLEWORK_DATABASE=server.url) as killing:
        for number in range(1, ROUNDS + 1):
            if number % SERVER_EVERY == 0:
                harm = server.kill
            elif number % BACKEND_EVERY == 0:
                harm = server.kill_backend
            else:
                harm = _nothing
            amid += round_of(killing, dice, harm)
            server.revive()
            if number % CHECK_EVERY == 0:
                assert not killing.ask("check")["faults"]
        assert_whole(killing.ask("check"), amid, ROUNDS)
        assert server.kills == {
            "backend": ROUNDS // BACKEND_EVERY - ROUNDS // SERVER_EVERY,
            "server": ROUNDS // SERVER_EVERY,
        }


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_nothing_that_was_signed_is_lost(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Approvals, notes, plans, consents and withdrawals: setting their documents takes longer."""
    monkeypatch.setattr(postgres, "SETTINGS", {**postgres.SETTINGS, **DURABLE})
    dice = random.Random(5)  # noqa: S311
    with ExitStack() as stack:
        more = {}
        if engine == "postgresql":
            more["NEEDLEWORK_DATABASE"] = stack.enter_context(Server()).url
        killing = stack.enter_context(ward(tmp_path / "data", "signing", **more))
        amid = sum(
            round_of(killing, dice, _nothing, longest_s=SIGNING_S) for _ in range(SIGNED_ROUNDS)
        )
        assert_whole(killing.ask("check"), amid, SIGNED_ROUNDS)


def round_of(
    killing: Ward,
    dice: random.Random,
    harm: Callable[[], None],
    longest_s: float = LONGEST_S,
) -> bool:
    """One life of a child; whether a write was under way when it ended."""
    child = killing.ask("go")["pid"]
    time.sleep(dice.uniform(0, longest_s))
    harm()
    os.kill(child, signal.SIGKILL)
    dead = killing.ask("dead")
    assert not dead["wrong"], dead["wrong"]
    return bool(dead["amid"])


def assert_whole(told: Mapping[str, Any], amid: int, rounds: int) -> None:
    assert not told["faults"], told["faults"]
    # Otherwise the kills met nothing, and nothing was shown.
    assert amid > rounds / 2
    assert all(told["told"].values()), told["told"]


def _nothing() -> None:
    """The server lives on."""


class Server:
    """A PostgreSQL that can be killed and started again over the same files."""

    def __init__(self) -> None:
        self.kills = {"backend": 0, "server": 0}

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="needlework-kill-", dir="/tmp"))
        owner = postgres.unprivileged()
        self._cluster = postgres.Cluster(
            self._folder, postgres.programs(self._folder, owner), owner
        )
        if owner.uid is not None and owner.gid is not None:
            os.chown(self._folder, owner.uid, owner.gid)
        words = ("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        self._cluster.do("initdb", "-D", self._folder / "data", "-U", postgres.NAME, *words)
        self._start()
        self._cluster.do("createdb", "-h", self._folder, "-U", postgres.NAME, postgres.NAME)
        self.url = f"postgresql://{postgres.NAME}@/{postgres.NAME}?host={self._folder}"
        return self

    def __exit__(self, *_: object) -> None:
        postgres.stop(self._process)
        rmtree(self._folder, ignore_errors=True)

    def kill_backend(self) -> None:
        """The process that answers the child; the server then throws out everybody."""
        deadline = time.monotonic() + postgres.START_S
        while time.monotonic() < deadline:
            for pid, said in _children(self._process.pid):
                if f"{postgres.NAME} {postgres.NAME}" in said:
                    os.kill(pid, signal.SIGKILL)
                    self.kills["backend"] += 1
                    return
        raise AssertionError("nobody was connected")

    def kill(self) -> None:
        self.kills["server"] += 1
        family = [pid for pid, _ in _children(self._process.pid)]
        for pid in (self._process.pid, *family):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def revive(self) -> None:
        if self._process.poll() is not None:
            self._start()
        postgres.await_answer(self._cluster, self._process)

    def _start(self) -> None:
        self._process = self._cluster.start()
        postgres.await_answer(self._cluster, self._process)


# --- the real server --------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_server_itself_is_killed(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "SETTINGS", {**postgres.SETTINGS, **DURABLE})
    dice = random.Random(4)  # noqa: S311
    folder = tmp_path / "data"
    with ExitStack() as stack:
        if engine == "postgresql":
            url = stack.enter_context(Server()).url
            monkeypatch.setattr(
                served, "environment", lambda **more: environment(NEEDLEWORK_DATABASE=url, **more)
            )
        visitor = json.loads(_script("tests.ops.killable", folder, "sign-in"))
        told: set[str] = set()
        for number in range(SERVED_ROUNDS):
            with served.serving(folder) as server:
                browser = Browser(server.url, visitor, f"Round {number}")
                browser.start()
                browser.await_first()
                time.sleep(dice.uniform(0, 1))
                for pid in server.family():
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                browser.join()
            assert browser.told
            assert not browser.refused
            told |= browser.told
        looked = json.loads(_script("tests.web.keeping.looked", folder))
    tables = looked["tables"]
    clients = {row["id"] for row in tables["clinics.client"] if row["name"].startswith("Round")}
    audited = {
        row["client_id"]
        for row in tables["audit.auditevent"]
        if row["action"] == "clinics.client_new" and row["outcome"] == "ok"
    }
    assert told <= clients
    assert clients <= audited
    assert clients <= {row["client_id"] for row in tables["clinics.clientversion"]}
    assert not looked["unguarded"]
    assert not looked["faults"]


class Browser(threading.Thread):
    """Adds clients until nobody answers, and keeps those that it was told of."""

    def __init__(self, url: str, visitor: Mapping[str, str], name: str) -> None:
        super().__init__(daemon=True)
        self.told: set[str] = set()
        self.refused = ""
        self._url = url + visitor["path"]
        token = "t" * 32
        self._headers = {"Cookie": f"sessionid={visitor['session']}; csrftoken={token}"}
        facts = {"name": name, "birth_date": "1988-04-12", "sex": "female", "language": "en"}
        facts["somebody_else"] = "1"
        self._body = urlencode({**facts, "csrfmiddlewaretoken": token}).encode()
        self._first = threading.Event()

    def run(self) -> None:
        opener = urllib.request.build_opener(_NoRedirect)
        request = urllib.request.Request(self._url, self._body, self._headers)  # noqa: S310
        while True:
            try:
                opener.open(request, timeout=10)
            except urllib.error.HTTPError as answer:
                where = answer.headers.get("Location", "")
                if answer.code != 302 or "/clients/" not in where or "?" in where:
                    self.refused = f"{answer.code} {where}"
                    return
                self.told.add(where.rstrip("/").rpartition("/")[2])
                self._first.set()
            except OSError:
                return

    def await_first(self) -> None:
        assert self._first.wait(30), "nothing was acknowledged"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Where one is sent says what was made."""

    def redirect_request(self, *_: object) -> None:
        return None


def _script(name: str, folder: Path, *words: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", name, *words],
        cwd=ROOT,
        env=served.environment(NEEDLEWORK_DATA=str(folder)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def _children(parent: int) -> list[tuple[int, str]]:
    """Processes that it started, with their command lines."""
    return [(pid, said) for pid, of, said in served._processes() if of == parent]
