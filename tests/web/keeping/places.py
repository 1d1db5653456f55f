"""Installations in folders of their own, as tests fill, ask and destroy them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import psycopg
from msgspec import Struct
from pyrage import x25519

ROOT: Final = Path(__file__).parents[3]
COMMAND: Final = Path(sys.executable).with_name("needlework")
SERVER: Final = os.environ.get("NEEDLEWORK_DATABASE", "")
"""Of PostgreSQL, where the tests run with one."""

ENGINES: Final = ("sqlite", "postgresql") if SERVER else ("sqlite",)
PASSPHRASE: Final = "four words are enough"
_IDENTITY: Final = x25519.Identity.generate()
PUBLIC: Final = str(_IDENTITY.to_public())
SECRET: Final = str(_IDENTITY)
WAITS_S: Final = 120


class Place(Struct, frozen=True):
    """Where one installation keeps everything."""

    folder: Path
    database: str = ""

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("NEEDLEWORK_", "DJANGO_"))}
        return {
            **kept,
            "NEEDLEWORK_DATA": str(self.folder),
            "NEEDLEWORK_DATABASE": self.database,
            "NEEDLEWORK_CACHE": os.environ.get("NEEDLEWORK_CACHE", ""),
        }

    @property
    def blob_key(self) -> Path:
        return self.folder / "keys/blob.key"

    def clinic(self, *words: str | Path, said: str = "") -> subprocess.CompletedProcess[str]:
        """`needlework clinic …`, with what somebody would type."""
        return self._run([str(COMMAND), "clinic", *map(str, words)], said)

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._run([sys.executable, "-m", "needlework.web", *words], "")

    def script(self, name: str, *words: str) -> Any:
        """One of the scripts beside this file; what it prints is JSON."""
        done = self._run([sys.executable, "-m", f"tests.web.keeping.{name}", *words], "")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def start(self, name: str, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", f"tests.web.keeping.{name}", *words],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _run(self, command: list[str], said: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            input=said,
            capture_output=True,
            text=True,
            check=False,
            timeout=WAITS_S,
        )

    def destroy(self) -> None:
        """As a fire would."""
        shutil.rmtree(self.folder)
        if self.database:
            _on_server(f'DROP DATABASE "{_name(self.database)}" WITH (FORCE)')


@contextmanager
def place(folder: Path, engine: str) -> Iterator[Place]:
    """An installation in which nothing is yet."""
    folder.mkdir()
    made = Place(folder)
    if engine == "postgresql":
        name = f"keeping_{uuid4().hex}"
        _on_server(f'CREATE DATABASE "{name}"')
        made = Place(folder, SERVER.replace("/needlework?", f"/{name}?"))
    try:
        yield made
    finally:
        if made.database:
            _on_server(f'DROP DATABASE IF EXISTS "{_name(made.database)}" WITH (FORCE)')


def identity_file(beside: Place) -> Path:
    """The secret key, as `age-keygen` writes it."""
    file = beside.folder.with_name("identity.txt")
    file.write_text(f"# public key: {PUBLIC}\n{SECRET}\n")
    return file


def _name(url: str) -> str:
    return url.rpartition("@/")[2].partition("?")[0]


def _on_server(statement: str) -> None:
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(statement)
