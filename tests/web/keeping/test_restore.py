"""Restoring is all or nothing: what does not fit is named, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.db import transaction

from needlework.web.audit.models import AuditEvent
from needlework.web.blobs import store
from needlework.web.blobs.models import Blob
from needlework.web.blobs.services import open_blob
from needlework.web.clinics.models import Client, Clinic
from needlework.web.keeping import archive, restoring
from needlework.web.keeping.archive import Piece, from_json, with_sums
from needlework.web.keeping.errors import KeepingError
from needlework.web.keeping.restoring import Restored, restore
from needlework.web.keeping.writing import Written, backup_pieces
from needlework.web.records import triggers
from tests.web import people
from tests.web.keeping import filling

pytestmark = pytest.mark.django_db

Change = Callable[[Any], Any]


class Backup:
    """A back-up of an installation that is gone, and the key that was kept apart."""

    def __init__(self, pieces: list[Piece], key: str, blobs: int) -> None:
        self.pieces = pieces
        self.key = key
        self.blobs = blobs

    def restore(self, key: str | None = None) -> Restored:
        return restore(
            with_sums(self.pieces),
            blob_key=self.key if key is None else key,
            now=people.NOW,
            progress=_silent,
        )

    def change(self, name: str, change: Change) -> None:
        """As somebody would who also makes the checksums anew."""
        self.pieces = [
            (at, archive.as_json(change(from_json(content))) if at == name else content)
            for at, content in self.pieces
        ]


def backup(folder: Path, settings: Any, harm: Callable[[], object] | None = None) -> Backup:
    settings.BLOBS = folder / "before/blobs"
    settings.BLOB_KEY_FILE = folder / "before/keys/blob.key"
    with transaction.atomic():
        filling.fill()
        if harm:
            harm()
        count = Blob.objects.count()
        pieces = list(backup_pieces("default", people.NOW, Written(), _silent))
        transaction.set_rollback(True)
    key = settings.BLOB_KEY_FILE.read_text()
    settings.BLOBS = folder / "after/blobs"
    settings.BLOB_KEY_FILE = folder / "after/keys/blob.key"
    return Backup(pieces, key, count)


@pytest.fixture
def held(tmp_path: Path, settings: Any) -> Backup:
    return backup(tmp_path, settings)


def is_empty(folder: Path) -> bool:
    """Neither rows nor files nor a key."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return not (Clinic.objects.exists() or AuditEvent.objects.exists() or files)


def _silent(said: str) -> None:
    """Nobody is looking."""


def test_everything_is_back(held: Backup, settings: Any) -> None:
    made = held.restore()
    assert made.files == held.blobs == Blob.objects.count() > 0
    assert not made.damaged
    assert not made.faults
    for blob in Blob.objects.all():
        assert open_blob(blob)
    assert settings.BLOB_KEY_FILE.read_text() == held.key
    assert settings.BLOB_KEY_FILE.stat().st_mode & 0o077 == 0
    assert not triggers.missing()
    assert not list(settings.BLOBS.parent.glob("blobs.restoring-*"))


def test_a_file_that_was_damaged_before_is_named(tmp_path: Path, settings: Any) -> None:
    lost: list[str] = []

    def harm() -> None:
        blob = Blob.objects.order_by("pk").first()
        assert blob is not None
        store.path_of(blob.pk).write_bytes(b"rot")
        lost.append(str(blob.pk))

    made = backup(tmp_path, settings, harm).restore()
    assert list(made.damaged) == lost
    assert made.files == Blob.objects.count() - 1


def test_a_chain_that_was_broken_before_is_told_of(tmp_path: Path, settings: Any) -> None:
    def harm() -> None:
        with triggers.lifted():
            AuditEvent.objects.filter(action="clinics.home").update(action="clinics.none")

    made = backup(tmp_path, settings, harm).restore()
    assert any("does not fit its rows" in fault for fault in made.faults)


@pytest.mark.parametrize(
    "key",
    ["", str(pyrage.x25519.Identity.generate()), "rubbish"],
    ids=["none", "another", "rubbish"],
)
def test_without_the_right_key_nothing_is_restored(held: Backup, tmp_path: Path, key: str) -> None:
    with pytest.raises(KeepingError) as refused:
        held.restore(key)
    assert refused.value.hint
    assert is_empty(tmp_path / "after")


def test_another_key_in_its_place_is_not_written_over(
    held: Backup, tmp_path: Path, settings: Any
) -> None:
    other = str(pyrage.x25519.Identity.generate())
    settings.BLOB_KEY_FILE.parent.mkdir(parents=True)
    settings.BLOB_KEY_FILE.write_text(other)
    with pytest.raises(KeepingError, match="holds another key"):
        held.restore()
    assert settings.BLOB_KEY_FILE.read_text() == other
    assert not Clinic.objects.exists()
    assert not settings.BLOBS.exists()


def drop(label: str) -> Callable[[list[Piece]], list[Piece]]:
    return lambda pieces: [one for one in pieces if not one[0].startswith(label)]


def double(pieces: list[Piece]) -> list[Piece]:
    name, content = next(one for one in pieces if one[0].startswith("tables/clinics.client/"))
    return [*pieces[:-1], (name.replace("000001", "000002"), content), pieces[-1]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (drop("tables/clinics.clientversion"), "clinics.clientversion are not the same"),
        (drop("tables/accounts.user"), "name others that are not in it"),
        (drop("files/"), "lacks the file"),
        (drop("contents.json"), "no archive of Needlework"),
        (drop("manifest.json"), "no archive of Needlework"),
        (double, "do not fit this database"),
    ],
)
def test_with_sums_made_anew_it_is_still_compared(
    held: Backup, tmp_path: Path, change: Callable[[list[Piece]], list[Piece]], said: str
) -> None:
    held.pieces = change(held.pieces)
    with pytest.raises(KeepingError, match=said):
        held.restore()
    assert is_empty(tmp_path / "after")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda told: {**told, "format": "other"}, "no archive of Needlework"),
        (lambda told: {**told, "version": 2}, "has the format 2"),
        (lambda told: {**told, "kind": "client"}, "one client took along"),
        (lambda told: {**told, "migrations": {}}, "whose tables differ"),
        (lambda told: [told], "no archive of Needlework"),
        (lambda told: {"format": told["format"], "version": 1}, "no archive of Needlework"),
    ],
)
def test_of_another_shape_it_is_refused(
    held: Backup, tmp_path: Path, change: Change, said: str
) -> None:
    held.change(archive.MANIFEST, change)
    with pytest.raises(KeepingError, match=said):
        held.restore()
    assert is_empty(tmp_path / "after")


def test_where_there_is_a_clinic_nothing_is_added(held: Backup) -> None:
    clinic = people.clinic()
    with pytest.raises(KeepingError, match=r"not empty: clinics\.clinic") as refused:
        held.restore()
    assert "--data" in refused.value.hint
    assert list(Clinic.objects.all()) == [clinic]


def test_where_there_are_files_nothing_is_added(held: Backup, settings: Any) -> None:
    stray = settings.BLOBS / "ab" / "stray"
    stray.parent.mkdir(parents=True)
    stray.write_text("mine")
    with pytest.raises(KeepingError, match="files of another installation"):
        held.restore()
    assert stray.read_text() == "mine"
    assert not Client.objects.exists()


def test_where_the_last_step_fails_nothing_stays(
    held: Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = restoring._sync

    def full(folder: Path) -> None:
        plain(folder)
        if folder.name == "blobs":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(restoring, "_sync", full)
    with pytest.raises(OSError, match="No space"):
        held.restore()
    assert is_empty(tmp_path / "after")
    monkeypatch.undo()
    assert held.restore().files == held.blobs


def test_what_a_killed_restore_left_is_cleared(held: Backup, settings: Any) -> None:
    left = settings.BLOBS.with_name("blobs.restoring-0123456789abcdef")
    left.mkdir(parents=True)
    (left / "x").write_text("x")
    held.restore()
    assert not left.exists()
