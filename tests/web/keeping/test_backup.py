"""A back-up while the app is written to, the original destroyed, and all of it back."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from needlework.web.keeping.rows import _canonical
from tests.web.keeping.places import (
    ENGINES,
    PASSPHRASE,
    PUBLIC,
    SECRET,
    Place,
    identity_file,
    place,
)

APART = {"audit.auditevent"}
"""Restoring leaves a row there, that says so."""


@pytest.fixture(scope="module", params=ENGINES)
def original(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("original") / "data"
    with place(folder, request.param) as made:
        made.script("seeded")
        yield made


@pytest.fixture(scope="module")
def backup(original: Place) -> Path:
    file = original.folder.parent / "backup.age"
    done = original.clinic("backup", file, "--recipient", PUBLIC)
    assert done.returncode == 0, done.stderr
    assert str(original.blob_key) in done.stdout
    return file


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with place(tmp_path / "again", request.param) as made:
        yield made


def test_everything_is_the_same_afterwards(original: Place, backup: Path, empty: Place) -> None:
    key = original.blob_key
    before = original.script("looked")
    assert _restored(empty, backup, key)
    after = empty.script("looked")
    assert after["files"] == before["files"] != {}
    assert {n: d for n, d in after["digests"].items() if n not in APART} == {
        n: d for n, d in before["digests"].items() if n not in APART
    }
    assert after["tables"]["audit.auditevent"][:-1] == before["tables"]["audit.auditevent"]
    assert after["tables"]["audit.auditevent"][-1]["action"] == "clinic.restore"
    assert sum(digest["rows"] for digest in after["digests"].values()) > 50
    assert not after["faults"]
    assert after["seals"] == before["seals"] > 0
    assert not after["unguarded"]
    assert after["guarded"] > 10
    _goes_on(empty)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_back_up_of_a_moment_while_others_write(engine: str, tmp_path: Path) -> None:
    file, key = tmp_path / "backup.age", tmp_path / "blob.key"
    with place(tmp_path / "first", engine) as first:
        first.script("seeded")
        key.write_bytes(first.blob_key.read_bytes())
        writer = first.start("busy")
        assert writer.stdout is not None
        earlier = [writer.stdout.readline().strip() for _ in range(5)]
        done = first.clinic("backup", file, "--recipient", PUBLIC)
        writer.send_signal(signal.SIGTERM)
        more = writer.communicate()[0].splitlines()
        assert done.returncode == 0, done.stderr
        assert more, "the writer was held up by the back-up"
        held = first.script("looked")["tables"]
        first.destroy()
    with place(tmp_path / "again", engine) as again:
        assert _restored(again, file, key)
        looked = again.script("looked")
        tables = looked["tables"]
        known = {label: {_canonical(row) for row in rows} for label, rows in held.items()}
        for label, rows in tables.items():
            new = [row for row in rows if _canonical(row) not in known[label]]
            assert not [row for row in new if row.get("action") != "clinic.restore"], label
        clients = {row["id"] for row in tables["clinics.client"]}
        assert set(earlier) <= clients
        assert len(clients) < len(held["clinics.client"]), "the writer wrote nothing meanwhile"
        # Whole requests or none of them: a client, who wrote it down, and the audit's row.
        versions = {row["client_id"] for row in tables["clinics.clientversion"]}
        audited = {row["client_id"] for row in tables["audit.auditevent"]}
        busy = {row["id"] for row in tables["clinics.client"] if row["name"].startswith("Busy")}
        assert busy <= versions & audited
        assert not looked["faults"]
        assert len(looked["files"]) == len(tables["blobs.blob"])


class TestRefused:
    def test_where_something_is_already(self, original: Place, backup: Path) -> None:
        done = original.clinic("restore", backup, said=f"{PASSPHRASE}\n")
        assert done.returncode == 1
        assert "This installation is not empty" in done.stderr
        assert "Next: Name an empty folder with --data" in done.stderr

    def test_nothing_is_written_over(self, original: Place, tmp_path: Path) -> None:
        file = tmp_path / "there"
        file.write_text("mine")
        done = original.clinic("backup", file, said=f"{PASSPHRASE}\n")
        assert done.returncode == 1
        assert "is there already" in done.stderr
        assert file.read_text() == "mine"

    def test_a_weak_passphrase(self, original: Place, tmp_path: Path) -> None:
        done = original.clinic("backup", tmp_path / "x.age", said="short\n")
        assert done.returncode == 1
        assert "shorter than 12 characters" in done.stderr
        assert not list(tmp_path.iterdir())

    def test_no_passphrase(self, original: Place, tmp_path: Path) -> None:
        done = original.clinic("backup", tmp_path / "x.age")
        assert done.returncode == 1
        assert "standard input" in done.stderr

    def test_a_back_up_leaves_its_row(self, original: Place, backup: Path) -> None:
        events = original.script("looked")["tables"]["audit.auditevent"]
        assert [row["outcome"] for row in events if row["action"] == "clinic.backup"]


def test_neither_the_key_nor_a_name_can_be_read_in_it(original: Place, backup: Path) -> None:
    content = backup.read_bytes()
    for secret in (original.blob_key.read_bytes(), b"Pat N", b"AGE-SECRET-KEY", b"clinics.client"):
        assert secret not in content


def test_the_key_is_not_inside_even_once_opened(original: Place, backup: Path) -> None:
    from needlework.web.keeping.sealing import Opener, unsealed

    key = original.blob_key.read_bytes().strip()
    secret = (original.folder / "keys/secret.key").read_bytes().strip()
    with unsealed(backup, Opener(identity=SECRET)) as pieces:
        held = dict(pieces)
    assert any(name.startswith("files/") for name in held)
    for name, content in held.items():
        assert key not in content, name
        assert secret not in content, name
        if name.startswith("files/"):
            assert content.startswith(b"age-encryption.org/"), name


def test_a_passphrase_opens_what_it_closed(original: Place, empty: Place, tmp_path: Path) -> None:
    file, key = tmp_path / "backup.age", original.blob_key
    done = original.clinic("backup", file, said=f"{PASSPHRASE}\n")
    assert done.returncode == 0, done.stderr
    wrong = empty.clinic("restore", file, "--key", key, said="five words are not these\n")
    assert wrong.returncode == 1
    assert "not the one of this file" in wrong.stderr
    done = empty.clinic("restore", file, "--key", key, said=f"{PASSPHRASE}\n")
    assert done.returncode == 0, done.stderr


def _restored(empty: Place, file: Path, key: Path) -> bool:
    done = empty.clinic("restore", file, "--key", key, "--identity", identity_file(empty))
    assert done.returncode == 0, done.stderr
    return "The audit's chain is whole." in done.stdout


def _goes_on(again: Place) -> None:
    """What is written next gets numbers of its own."""
    writer = again.start("busy")
    assert writer.stdout is not None
    written = {writer.stdout.readline().strip() for _ in range(3)}
    writer.kill()
    writer.communicate()
    tables = again.script("looked")["tables"]
    numbers = [row["id"] for row in tables["audit.auditevent"]]
    assert written <= {row["id"] for row in tables["clinics.client"]}
    assert len(numbers) == len(set(numbers))
