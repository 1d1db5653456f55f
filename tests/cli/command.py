"""The command as a user has it: arguments in, exit code, output and messages back."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import Struct

from needlework.cli import main, streams
from tests.consultations import base, merged

ROOT: Final = Path(__file__).parent.parent.parent
EXAMPLES: Final = sorted((ROOT / "examples").glob("*.toml"))
TODAY: Final = date(2026, 11, 22)
DAY: Final = date(2026, 11, 20)


class Ended(Struct, frozen=True):
    """How a command ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> Any:  # noqa: ANN401  whatever the command printed
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The sentence of the error."""
        return self._after("Error: ")

    @property
    def hint(self) -> str:
        """The next step."""
        return self._after("Next: ")

    def _after(self, label: str) -> str:
        lines = [line for line in self.err.splitlines() if line.startswith(label)]
        assert len(lines) == 1, self.err
        return lines[0].removeprefix(label)


class Runner:
    """Runs the command in this process on a fixed day, or in a process of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._patch = monkeypatch
        self.folder = folder
        monkeypatch.setattr(streams, "today", lambda: TODAY)
        monkeypatch.setenv("COLUMNS", "80")
        for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
            monkeypatch.delenv(name, raising=False)

    def __call__(self, *args: str | Path, stdin: bytes = b"") -> Ended:
        out, err = _Stream(), _Stream()
        with self._patch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            code = main([str(arg) for arg in args])
        return Ended(code, out.content(), err.content().decode())

    def write(self, content: bytes | str, name: str = "client.toml") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def consultation(self, patch: dict[str, Any] | None = None) -> Path:
        return self.write(encoded(patch), "client.json")

    def batch(self, lines: Sequence[bytes]) -> Path:
        return self.write(b"".join(line + b"\n" for line in lines), "in.ndjson")


class _Stream(io.TextIOWrapper):
    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        super().__init__(self._bytes, encoding="utf-8", write_through=True)

    def content(self) -> bytes:
        self.flush()
        return self._bytes.getvalue()


def encoded(patch: dict[str, Any] | None = None) -> bytes:
    """The base consultation with a patch, as one line of JSON."""
    return json.dumps(merged(base(), patch or {}), default=str).encode()


def process(*args: str | Path, **settings: Any) -> subprocess.CompletedProcess[bytes]:  # noqa: ANN401
    """The command in a process of its own; `env` adds to the environment."""
    env = {**os.environ, **settings.pop("env", {})}
    command = [sys.executable, "-m", "needlework", *map(str, args)]
    settings.setdefault("capture_output", True)
    return subprocess.run(command, env=env, check=False, **settings)
