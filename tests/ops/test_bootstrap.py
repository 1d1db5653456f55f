"""scripts/bootstrap.sh: what root has to do is said in one line, before anything is begun."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
NEEDED: Final = ("bash", "env", "dirname", "awk", "mktemp", "rm")


class Machine:
    """A machine of which a test says what it has and who is at it."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.calls = folder / "calls"
        self.calls.touch()
        for name in NEEDED:
            (self.bin / name).symlink_to(shutil.which(name) or name)

    def has(self, name: str, body: str = "exit 0") -> None:
        """A program that notes how it was called."""
        program = self.bin / name
        program.write_text(f'#!/bin/sh\necho {name} "$@" >>{self.calls}\n{body}\n')
        program.chmod(0o755)

    def bootstrap(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / "scripts" / "bootstrap.sh", *words],
            env={"PATH": str(self.bin), "HOME": os.environ.get("HOME", "/")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def called(self) -> list[str]:
        return [line for line in self.calls.read_text().splitlines() if not line.startswith("id")]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.has("id", "echo 1000")
    made.has("apt-get")
    made.has("python3", "case $1 in -c) exit 0;; esac")
    return made


def test_nothing_is_done_when_nothing_is_missing(machine: Machine) -> None:
    machine.has("chromium")
    done = machine.bootstrap("--for-tests")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not [call for call in machine.called if call.startswith("apt-get")]


def test_without_root_and_sudo_the_line_is_printed(machine: Machine) -> None:
    done = machine.bootstrap("--for-tests")
    assert done.returncode == 1
    lines = [line.strip() for line in done.stderr.splitlines() if line.startswith("    ")]
    assert lines == [
        "apt-get update && apt-get install -y --no-install-recommends chromium libatomic1",
    ]
    assert not [call for call in machine.called if call.startswith("apt-get")]


def test_sudo_that_asks_for_a_password_is_none(machine: Machine) -> None:
    machine.has("sudo", "exit 1")
    done = machine.bootstrap("--for-tests")
    assert done.returncode == 1
    assert "apt-get install" in done.stderr
    assert not [call for call in machine.called if call.startswith("apt-get")]


def test_sudo_installs_without_a_question(machine: Machine) -> None:
    machine.has("sudo", 'shift; [ "$1" = true ] || exec "$@"')
    done = machine.bootstrap("--for-tests")
    assert done.returncode == 0, done.stderr
    assert [call for call in machine.called if call.startswith("apt-get")] == [
        "apt-get update -q",
        "apt-get install -y -q --no-install-recommends chromium libatomic1",
    ]


def test_root_installs_by_itself(machine: Machine) -> None:
    machine.has("id", "echo 0")
    done = machine.bootstrap("--for-tests")
    assert done.returncode == 0, done.stderr
    assert machine.called[-1] == "apt-get install -y -q --no-install-recommends chromium libatomic1"


def test_elsewhere_than_on_debian_the_package_is_named(machine: Machine) -> None:
    (machine.bin / "apt-get").unlink()
    done = machine.bootstrap("--for-tests")
    assert done.returncode == 1
    assert "chromium" in done.stderr
