"""`needlework serve`: the web app with all that it needs beside it, until it is stopped.

Nothing of the app is imported here: it is prepared and served by processes of its own.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Final, Self

import click
import msgspec

from needlework.cli import streams
from needlework.errors import NeedleworkError, UsageError

APP: Final = "needlework.web.wsgi:application"
USUAL_DATA: Final = Path("~/.local/share/needlework")
DEMO_DATA: Final = Path("build/demo")
STOPPED_BY: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

ATTEND_EVERY_S: Final = 60
LOOK_EVERY_S: Final = 0.2
START_S: Final = 60
WORKERS_STOP_S: Final = 3
STOP_S: Final = 5
AGAIN_AFTER_S: Final = 10

Environment = Mapping[str, str]
Address = tuple[str, int]

THREADS: Final = 4
"""A worker answers so many at once: a visitor on a slow line keeps one of them, not all."""

MEMORY: Final = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "65536",
}
"""For glibc: a worker's threads share their heaps, and a model's arrays are given back at once.
Without it a worker that drew one outlook keeps some 15 MB more."""


class ClientLink(msgspec.Struct, frozen=True):
    """Where the demo's client comes in."""

    path: str
    birth_date: str


class LogIns(msgspec.Struct, frozen=True):
    """What `demo --json` of the app prints."""

    password: str
    staff: list[tuple[str, str]]
    client_link: ClientLink


class Stopped(BaseException):
    """Somebody asked for the end: Ctrl-C, a service manager, or a terminal that went away."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port."
)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    metavar="N",
    help="Processes that answer.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help=f"Where database, files and keys lie (default: NEEDLEWORK_DATA, else {USUAL_DATA}).",
)
@click.option("--demo", is_flag=True, help=f"With invented people, in {DEMO_DATA} unless --data.")
@click.option("--year", is_flag=True, help="With --demo: forty more clients, made meanwhile.")
def command(
    *, host: str, port: int, workers: int, data: Path | None, demo: bool, year: bool
) -> None:
    """Serve the web app until Ctrl-C; seal its audit and tell of unseen reports meanwhile.

    \b
    Examples:
      needlework serve --demo
      needlework serve --data /srv/needlework --port 8080
    """  # noqa: D301  click reads the mark as one character
    if year and not demo:
        raise click.UsageError("--year goes with --demo.", click.get_current_context())
    address = free_address(host, port)
    environment = settings(host, data, demo=demo)
    with stopping_on_signals(), suppress(Stopped):
        log_ins = prepare(environment, demo=demo)
        with Server(address, workers, environment) as server:
            server.start()
            server.await_answer()
            streams.emit(welcome(host, port, environment, log_ins).encode())
            _warn(host, environment)
            if demo and year:
                server.add_year()
            server.watch()
    streams.remark("Stopped.")


# --- before it starts -------------------------------------------------------------------------


def free_address(host: str, port: int) -> Address:
    """The address in numbers, once nobody else listens there."""
    try:
        family, kind, protocol, _, found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[
            0
        ]
    except OSError:
        raise UsageError(
            f"{host} is no address of this machine.", hint="Try --host 127.0.0.1."
        ) from None
    # Workers share their port, so that a second server would start and take half of the requests.
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(found)
        except OSError as wrong:
            raise _not_free(host, port, wrong) from None
    return str(found[0]), port


def _not_free(host: str, port: int, wrong: OSError) -> UsageError:
    if wrong.errno == errno.EADDRINUSE:
        return UsageError(
            f"Port {port} is in use.",
            hint=f"Stop what listens there, or choose another: --port {port % 65535 + 1}.",
        )
    if wrong.errno == errno.EACCES:
        return UsageError(
            f"Port {port} is kept for the system.", hint="Choose one above 1023: --port 8000."
        )
    return UsageError(f"{host} is no address of this machine.", hint="Try --host 127.0.0.1.")


def settings(host: str, data: Path | None, *, demo: bool) -> dict[str, str]:
    """What the processes are told, with a folder that can be written to."""
    # Another project's settings in the same shell are not meant for this app.
    made = {name: v for name, v in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    if data is None:
        # Never the clinic's own folder: a demo fills it with invented people.
        usual = Path(made.get("NEEDLEWORK_DATA") or USUAL_DATA)
        data = DEMO_DATA if demo else usual
    for name, value in MEMORY.items():
        made.setdefault(name, value)
    made["NEEDLEWORK_DATA"] = str(_writable(data.expanduser().absolute()))
    if demo:
        made["NEEDLEWORK_DEMO"] = "1"
    if not made.get("NEEDLEWORK_HOSTS") and not _is_everywhere(host):
        made["NEEDLEWORK_HOSTS"] = ",".join(
            dict.fromkeys([_in_url(host), "localhost", "127.0.0.1"])
        )
    return made


def _writable(folder: Path) -> Path:
    hint = "Name another folder with --data."
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as wrong:
        why = os.strerror(wrong.errno or errno.EIO)
        raise UsageError(f"The folder {folder} cannot be made: {why}.", hint=hint) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"The folder {folder} cannot be written to.", hint=hint)
    return folder


def prepare(environment: Environment, *, demo: bool) -> LogIns | None:
    """Bring database and static files up to date; give the demo's log-ins."""
    copy = _manage("collectstatic", "--no-input", "-v0")
    with subprocess.Popen(  # noqa: S603  our own command
        copy, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as copying:
        try:
            _manage_now(environment, "migrate", "--no-input", "-v0")
            _manage_now(environment, "createcachetable")
            said = _manage_now(environment, "demo", "--json") if demo else b"null"
            log_ins = msgspec.json.decode(said, type=LogIns | None)
            _, wrong = copying.communicate()
        except BaseException:
            copying.kill()
            raise
    if copying.returncode:
        raise _failed("collectstatic", copying.returncode, wrong)
    return log_ins


def _manage(*words: str) -> list[str]:
    return [sys.executable, "-m", "needlework.web", *words]


def _manage_now(environment: Environment, name: str, *words: str) -> bytes:
    done = subprocess.run(  # noqa: S603  our own command
        _manage(name, *words),
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise _failed(name, done.returncode, done.stderr)
    return done.stdout


def _failed(name: str, code: int, said: bytes) -> NeedleworkError:
    """What a step said last: a sentence of the app's own, or the end of a traceback."""
    lines = said.decode(errors="replace").strip().splitlines() or [f"it ended with {code}"]
    setting = lines[-1].removeprefix("needlework: ")
    if setting != lines[-1]:
        return UsageError(setting, hint="Set it right, and start again.")
    return NeedleworkError(
        f"The app could not be made ready: {name} failed ({lines[-1]}).",
        hint=f"See all of it with `python -m needlework.web {name}`.",
    )


# --- while it runs ----------------------------------------------------------------------------


class Server:
    """The web server, and what must be done every minute beside it; none outlives the block."""

    def __init__(self, address: Address, workers: int, environment: Environment) -> None:
        self._address = address
        self._environment = environment
        self._serving = _serving(address, workers)
        self._attending = _manage("attend", "--every", str(ATTEND_EVERY_S))
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _ignore_signals()
        for child in self._children.values():
            child.terminate()
        deadline = time.monotonic() + STOP_S
        for child in self._children.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
            # The whole group: workers stay behind when their parent was killed.
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def start(self) -> None:
        self._children["web"] = self._child(self._serving)
        self._children["attendant"] = self._child(self._attending)

    def add_year(self) -> None:
        """Clients of a year, made while the first pages are looked at; it ends by itself."""
        self._children["year"] = self._child(_manage("demo", "--year"))

    def _child(self, argv: Sequence[str]) -> subprocess.Popen[bytes]:
        """A process in a group of its own, which Ctrl-C reaches only through us."""
        return subprocess.Popen(  # noqa: S603  our own command
            argv, env=self._environment, stdin=subprocess.DEVNULL, process_group=0
        )

    def await_answer(self) -> None:
        """Wait until a worker takes connections."""
        host, port = self._address
        if _is_everywhere(host):
            host = "::1" if ":" in host else "127.0.0.1"
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            self._check_web()
            with suppress(OSError), socket.create_connection((host, port), LOOK_EVERY_S):
                return
            time.sleep(LOOK_EVERY_S / 4)
        raise NeedleworkError(
            f"The app did not answer within {START_S} seconds.", hint="Start it again."
        )

    def watch(self) -> None:
        """Until somebody stops us; an attendant that ended is started again."""
        again_at = 0.0
        while True:
            time.sleep(LOOK_EVERY_S)
            self._check_web()
            code = self._children["attendant"].poll()
            if code is None:
                continue
            if not again_at:
                streams.remark(
                    "What seals the audit and tells of unseen reports "
                    f"ended with {code}; "
                    f"it starts again in {AGAIN_AFTER_S} seconds."
                )
                again_at = time.monotonic() + AGAIN_AFTER_S
            elif time.monotonic() >= again_at:
                self._children["attendant"] = self._child(self._attending)
                again_at = 0.0

    def _check_web(self) -> None:
        if (code := self._children["web"].poll()) is not None:
            raise NeedleworkError(
                f"The web server ended by itself, with {code}.",
                hint="What it said stands above; start it again.",
            )


def _serving(address: Address, workers: int) -> list[str]:
    host, port = address
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": str(port),
        "--workers": str(workers),
        "--blocking-threads": str(THREADS),
        "--workers-kill-timeout": str(WORKERS_STOP_S),
        "--log-level": "error",
    }
    words = [word for pair in options.items() for word in pair]
    return [sys.executable, "-m", "granian", *words, "--no-ws", "--respawn-failed-workers", APP]


@contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Raise `Stopped` once for whichever signal comes; put back what was there."""
    before = {sign: signal.signal(sign, _stop) for sign in STOPPED_BY}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _stop(_number: int, _frame: FrameType | None) -> None:
    _ignore_signals()
    raise Stopped


def _ignore_signals() -> None:
    """Nothing interrupts the tidying."""
    for sign in STOPPED_BY:
        signal.signal(sign, signal.SIG_IGN)


# --- what is said -----------------------------------------------------------------------------


def welcome(host: str, port: int, environment: Environment, log_ins: LogIns | None) -> str:
    """Where the app is, what it is filled with, and how to leave."""
    shown = "127.0.0.1" if _is_everywhere(host) else _in_url(host)
    root = f"http://{shown}:{port}"
    lines = [f"Needlework is at {root}/", f"Its data lie in {environment['NEEDLEWORK_DATA']}"]
    if log_ins:
        width = max(len(email) for email, _ in log_ins.staff)
        link = log_ins.client_link
        lines += [
            "",
            f"Demo data: everybody in it is invented. The password is {log_ins.password} for",
            *(f"  {email:<{width}}  {roles}" for email, roles in log_ins.staff),
            f"A client comes in by {root}{link.path} with the birth date {link.birth_date}.",
        ]
    return "\n".join([*lines, "", "Ctrl-C stops it.", ""])


def _warn(host: str, environment: Environment) -> None:
    if not _is_loopback(host) and environment.get("NEEDLEWORK_HTTPS") in {None, "", "0"}:
        streams.remark(
            "Other machines can reach this address, and nothing is encrypted on the way. Put a "
            "server with HTTPS in front, and set NEEDLEWORK_HTTPS=1 and NEEDLEWORK_HOSTS."
        )


def _is_everywhere(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_unspecified
    return False


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
