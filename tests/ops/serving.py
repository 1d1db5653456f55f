"""`needlework serve` in a process of its own, as tests start, ask and stop it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from needlework.cli.serve import LogIns

COMMAND: Final = Path(sys.executable).with_name("needlework")
READY: Final = "Ctrl-C stops it."
START_S: Final = 60
STOP_S: Final = 20


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def environment(**more: str) -> dict[str, str]:
    """Ours without any setting of Needlework, and then these."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NEEDLEWORK_", "DJANGO_"))}
    return {**kept, **more}


class Serving:
    """A server that runs."""

    def __init__(self, process: subprocess.Popen[str], port: int, folder: Path) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"
        self.folder = folder
        self.said = ""

    def await_ready(self) -> None:
        """Read what it prints until it says how to stop it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if READY in line:
                return
        raise AssertionError(f"it ended with {self.process.wait()}:\n{self.said}")

    def log_ins(self) -> LogIns:
        """The demo's log-ins, with a fresh link for its client."""
        done = subprocess.run(
            [sys.executable, "-m", "needlework.web", "demo", "--json"],
            env=environment(NEEDLEWORK_DATA=str(self.folder), NEEDLEWORK_DEMO="1"),
            capture_output=True,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=LogIns)

    def family(self) -> dict[int, str]:
        """The server and all that descends from it: process number → command line."""
        found = {self.process.pid: "serve"}
        parents = {pid: (parent, said) for pid, parent, said in _processes()}
        for _ in parents:
            more = {p: said for p, (parent, said) in parents.items() if parent in found}
            if more.keys() <= found.keys():
                break
            found |= more
        return found

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, and give its exit status."""
        self.process.send_signal(sign)
        return self.process.wait(STOP_S)


def _processes() -> Iterator[tuple[int, int, str]]:
    """Number, parent and command line of each process that is no zombie."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            said = (folder / "cmdline").read_text().replace("\0", " ").strip()
            if state != "Z":
                yield int(folder.name), int(parent), said


def alive(pids: Iterator[int] | set[int]) -> set[int]:
    """Those of the processes that still run."""
    return {pid for pid, _, _ in _processes()} & set(pids)


@contextmanager
def serving(folder: Path, *words: str, port: int = 0) -> Iterator[Serving]:
    """`needlework serve` with its data in `folder`, until the block ends."""
    port = port or free_port()
    command = [str(COMMAND), "serve", "--port", str(port), "--data", str(folder), *words]
    process = subprocess.Popen(
        command,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Serving(process, port, folder)
    try:
        server.await_ready()
        yield server
    finally:
        if process.poll() is None:
            server.stop()
        assert process.stdout is not None
        server.said += process.stdout.read()
        process.stdout.close()


def wait_until_gone(pids: set[int], within_s: float) -> set[int]:
    """Those that still run when the time is over."""
    deadline = time.monotonic() + within_s
    while (left := alive(pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left
