"""On the disk: encrypted, whole or not at all, under a key that lies apart."""

from __future__ import annotations

import os
import stat
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyrage
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import transaction

from needlework.web.blobs import store
from needlework.web.blobs.errors import StoreError
from needlework.web.blobs.models import Blob
from needlework.web.blobs.services import keep_blob, open_blob
from needlework.web.clinics.models import Client, Clinic, Membership
from tests.web.blobs.content import SECRET, pdf, picture

CONTENT = b"plain words " * 1000


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.BLOBS = tmp_path / "blobs"
    settings.BLOB_KEY_FILE = tmp_path / "keys/blob.key"
    return tmp_path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# --- files ------------------------------------------------------------------------------------


def test_what_was_put_comes_back() -> None:
    for content in (CONTENT, b"", os.urandom(300_000)):
        code = uuid4()
        store.put(code, content)
        assert store.get(code) == content


def test_on_the_disk_nothing_can_be_read(folder: Path) -> None:
    code = uuid4()
    store.put(code, CONTENT)
    path = store.path_of(code)
    assert path.read_bytes().startswith(b"age-encryption.org")
    assert b"plain words" not in path.read_bytes()
    assert (mode(path), mode(path.parent), mode(folder / "blobs")) == (0o600, 0o700, 0o700)


def test_the_same_content_twice_looks_different() -> None:
    one, other = uuid4(), uuid4()
    store.put(one, CONTENT)
    store.put(other, CONTENT)
    assert store.path_of(one).read_bytes() != store.path_of(other).read_bytes()


def test_a_write_that_fails_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    store.put(uuid4(), b"")
    code = uuid4()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        store.put(code, CONTENT)
    monkeypatch.undo()
    assert not store.path_of(code).exists()
    assert not list(folder.rglob("*.part"))


def test_file_and_folder_are_on_the_disk_before_the_name_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Content, then the name, then the folder that holds the name."""
    store.put(uuid4(), b"")
    steps: list[str] = []
    sync, rename = os.fsync, os.rename

    def synced(handle: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        sync(handle)

    def renamed(part: Path, path: Path) -> None:
        steps.append("name")
        rename(part, path)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", renamed)
    store.put(uuid4(), CONTENT)
    assert steps[-3:] == ["file", "name", "folder"]
    assert set(steps[:-3]) <= {"folder"}


@pytest.mark.parametrize("harm", ["missing", "altered", "exchanged", "folder"])
def test_a_file_that_is_not_there_or_not_itself_is_told(harm: str) -> None:
    code = uuid4()
    store.put(code, CONTENT)
    path = store.path_of(code)
    if harm == "altered":
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    elif harm == "exchanged":
        stranger = pyrage.x25519.Identity.generate().to_public()
        path.write_bytes(pyrage.encrypt(CONTENT, [stranger]))
    else:
        path.unlink()
        if harm == "folder":
            path.mkdir()
    with pytest.raises(StoreError) as told:
        store.get(code)
    assert told.value.message.endswith(".")
    assert "backup" in told.value.hint


# --- the key ----------------------------------------------------------------------------------


def test_the_key_is_made_once_for_its_owner_alone(folder: Path) -> None:
    store.put(uuid4(), CONTENT)
    key = folder / "keys/blob.key"
    assert (mode(key), mode(key.parent)) == (0o600, 0o700)
    text = key.read_text()
    assert text.startswith("AGE-SECRET-KEY-")
    store.put(uuid4(), CONTENT)
    assert key.read_text() == text


@pytest.mark.parametrize("place", ["blobs/blob.key", "blobs/aa/blob.key", "blobs/../blobs/k"])
def test_a_key_among_the_files_is_refused(folder: Path, settings: Any, place: str) -> None:
    settings.BLOB_KEY_FILE = folder / place
    with pytest.raises(ImproperlyConfigured, match="NEEDLEWORK_BLOB_KEY_FILE"):
        store.put(uuid4(), CONTENT)
    assert not list(folder.rglob("*.age"))


def test_a_key_that_is_a_link_into_the_files_is_refused(folder: Path, settings: Any) -> None:
    (folder / "blobs").mkdir()
    (folder / "link").symlink_to(folder / "blobs/blob.key")
    settings.BLOB_KEY_FILE = folder / "link"
    with pytest.raises(ImproperlyConfigured, match="another folder"):
        store.put(uuid4(), CONTENT)


def test_a_key_beside_the_database_is_refused(folder: Path, settings: Any) -> None:
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "db.sqlite3"}
    settings.BLOB_KEY_FILE = folder / "blob.key"
    known = dict(settings.DATABASES["default"])
    try:
        settings.DATABASES["default"].update(database)
        with pytest.raises(ImproperlyConfigured, match="beside the database"):
            store.put(uuid4(), CONTENT)
    finally:
        settings.DATABASES["default"].update(known)


def test_a_lost_key_is_not_replaced_while_files_need_it(folder: Path) -> None:
    store.put(uuid4(), CONTENT)
    (folder / "keys/blob.key").unlink()
    with pytest.raises(ImproperlyConfigured, match="Restore the key"):
        store.put(uuid4(), CONTENT)
    assert not (folder / "keys/blob.key").exists()


def test_a_key_that_is_none_is_told(folder: Path) -> None:
    (folder / "keys").mkdir()
    (folder / "keys/blob.key").write_text("AGE-SECRET-KEY-NOTHING")
    with pytest.raises(ImproperlyConfigured, match="does not hold a key") as told:
        store.put(uuid4(), CONTENT)
    assert "NOTHING" not in str(told.value)


def test_of_two_that_make_the_key_at_once_one_wins(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def overtaken(part: Path, path: Path) -> None:
        path.write_text(str(first))
        link(part, path)

    first = pyrage.x25519.Identity.generate()
    monkeypatch.setattr(os, "link", overtaken)
    code = uuid4()
    store.put(code, CONTENT)
    assert (folder / "keys/blob.key").read_text() == str(first)
    assert pyrage.decrypt(store.path_of(code).read_bytes(), [first]) == CONTENT


# --- with its row -----------------------------------------------------------------------------


@pytest.fixture
def kept(pat: Client, alice: Membership) -> Blob:
    return keep_blob(
        clinic=pat.clinic, client=pat, author=alice.user, kind="photo", content=picture()
    )


def test_a_row_says_what_was_kept(kept: Blob) -> None:
    kept.refresh_from_db()
    content = open_blob(kept)
    assert (kept.media_type, kept.size_bytes) == ("image/jpeg", len(content))
    assert (kept.width_px, kept.height_px, len(kept.sha256)) == (60, 40, 64)


def test_two_files_exchanged_on_the_disk_are_told(kept: Blob, pat: Client) -> None:
    other = keep_blob(clinic=pat.clinic, client=pat, kind="pdf", content=pdf())
    store.path_of(kept.pk).write_bytes(store.path_of(other.pk).read_bytes())
    with pytest.raises(StoreError, match="not the one that was kept"):
        open_blob(kept)


@pytest.mark.django_db
def test_what_is_refused_leaves_neither_row_nor_file(pat: Client, folder: Path) -> None:
    from needlework.web.blobs.errors import FileRefusedError

    with pytest.raises(FileRefusedError):
        keep_blob(clinic=pat.clinic, client=pat, kind="photo", content=b"<svg/>" + SECRET)
    assert not Blob.objects.exists()
    assert not list(folder.rglob("*.age"))


def test_a_client_of_another_clinic_gets_no_file(elsewhere: Clinic, pat: Client) -> None:
    with pytest.raises(StoreError, match="another clinic"):
        keep_blob(clinic=elsewhere, client=pat, kind="photo", content=picture())


def check(**options: object) -> str:
    out = StringIO()
    call_command("blobs_check", stdout=out, stderr=out, **options)
    return out.getvalue()


def failing(**options: object) -> str:
    out = StringIO()
    with pytest.raises(CommandError, match="backup"):
        call_command("blobs_check", stdout=out, stderr=out, **options)
    return out.getvalue()


def test_the_check_finds_nothing_wrong(kept: Blob) -> None:
    assert "1 files, 0 missing or altered, 0 orphans" in check()


def test_the_check_names_what_is_missing_altered_or_an_orphan(kept: Blob, pat: Client) -> None:
    altered, exchanged = (
        keep_blob(clinic=pat.clinic, client=pat, kind="pdf", content=pdf()) for _ in range(2)
    )
    store.put(exchanged.pk, b"something else")
    path = store.path_of(altered.pk)
    path.write_bytes(path.read_bytes()[:-1])
    store.path_of(kept.pk).unlink()
    said = failing()
    for fault, blob in (("missing", kept), ("altered", altered), ("altered", exchanged)):
        assert f"{fault}: {blob.pk}" in said
    assert "3 files, 3 missing or altered, 0 orphans" in said
    assert "3 files, 1 missing or altered" in failing(quick=True)


def test_an_orphan_is_told_and_does_no_harm(pat: Client, folder: Path) -> None:
    """A file whose row was rolled back, and one that somebody laid there."""
    with transaction.atomic():
        lost = keep_blob(clinic=pat.clinic, client=pat, kind="pdf", content=pdf())
        transaction.set_rollback(True)
    (folder / "blobs/stray.txt").write_text("x")
    said = check()
    assert f"without a record: {lost.pk.hex}.age" in said
    assert "without a record: stray.txt" in said
    assert "0 files, 0 missing or altered, 2 orphans" in said


@pytest.mark.django_db
def test_the_check_of_an_empty_store_is_content() -> None:
    assert "0 files" in check()
