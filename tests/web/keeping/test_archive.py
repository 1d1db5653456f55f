"""Archives: whole or refused, encrypted or not, and never larger in memory than a piece."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest

from needlework.web.keeping import archive, sealing, target
from needlework.web.keeping.archive import Piece, checked, with_sums
from needlework.web.keeping.errors import KeepingError
from needlework.web.keeping.sealing import Lock, Opener
from tests.web.keeping.places import PASSPHRASE, PUBLIC, SECRET

PIECES: list[Piece] = [
    (archive.MANIFEST, b"{}"),
    ("tables/clinics.client/000001.jsonl", b'{"name": "Zo\xc3\xab"}\n'),
    ("files/a.jpg", bytes(range(256)) * 700),
    ("files/empty", b""),
]
BY_KEY = (Lock((PUBLIC,)), Opener(identity=SECRET))
BY_WORDS = (Lock(passphrase=PASSPHRASE), Opener(passphrase=PASSPHRASE))


def sealed(folder: Path, lock: Lock, pieces: list[Piece] | None = None) -> Path:
    file = folder / "archive.age"
    target.write_file(PIECES if pieces is None else pieces, file, lock)
    return file


def opened(file: Path, opener: Opener) -> list[Piece]:
    with target.read_from(file, opener) as pieces:
        return list(checked(pieces))


@pytest.mark.parametrize(("lock", "opener"), [BY_KEY, BY_WORDS], ids=["key", "words"])
def test_what_went_in_comes_out(tmp_path: Path, lock: Lock, opener: Opener) -> None:
    file = sealed(tmp_path, lock)
    assert opened(file, opener) == PIECES
    assert file.stat().st_mode & 0o077 == 0
    assert b"clinics.client" not in file.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["archive.age"]


def test_a_folder_reads_without_us(tmp_path: Path) -> None:
    target.write_folder(PIECES, tmp_path / "x")
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", "--strict", archive.SUMS],
        cwd=tmp_path / "x",
        check=False,
    )
    assert done.returncode == 0
    assert opened(tmp_path / "x", Opener()) == PIECES
    assert (tmp_path / "x").stat().st_mode & 0o077 == 0


def test_age_itself_opens_what_a_passphrase_closed(tmp_path: Path) -> None:
    """A tar of two files: the key, wrapped; and an archive that it opens, which is a tar again."""
    import tarfile

    with tarfile.open(sealed(tmp_path, BY_WORDS[0])) as outer:
        names = outer.getnames()
        wrapped, content = (outer.extractfile(name) for name in names)
        assert wrapped is not None
        assert content is not None
        key = pyrage.passphrase.decrypt(wrapped.read(), PASSPHRASE).decode().strip()
        plain = pyrage.decrypt(content.read(), [pyrage.x25519.Identity.from_str(key)])
    assert names == ["key.age", "archive.age"]
    with tarfile.open(fileobj=io.BytesIO(plain)) as inner:
        assert inner.getnames() == [*(name for name, _ in PIECES), archive.SUMS]


@pytest.mark.parametrize(
    ("opener", "said"),
    [
        (Opener(identity=str(pyrage.x25519.Identity.generate())), "does not open the file"),
        (Opener(), "no key that could open it"),
        (Opener(identity="rubbish"), "no key that could open it"),
    ],
)
def test_another_key_opens_nothing(tmp_path: Path, opener: Opener, said: str) -> None:
    with pytest.raises(KeepingError, match=said):
        opened(sealed(tmp_path, BY_KEY[0]), opener)


def test_another_passphrase_opens_nothing(tmp_path: Path) -> None:
    file = sealed(tmp_path, BY_WORDS[0])
    assert sealing.needs_passphrase(file)
    with pytest.raises(KeepingError, match="not the one of this file"):
        opened(file, Opener(passphrase="five words are not these"))


@pytest.mark.parametrize("at", [0.3, 0.6, 0.99])
def test_a_changed_byte_or_a_missing_end_is_refused(tmp_path: Path, at: float) -> None:
    file = sealed(tmp_path, BY_KEY[0])
    whole = file.read_bytes()
    spot = int(len(whole) * at)
    for content in (
        whole[:spot] + bytes([whole[spot] ^ 1]) + whole[spot + 1 :],
        whole[:spot],
        whole + b"x",
    ):
        file.write_bytes(content)
        with pytest.raises(KeepingError):
            opened(file, BY_KEY[1])


@pytest.mark.parametrize("content", [b"", b"no archive", b"age-encryption.org/v1\n", bytes(2000)])
def test_what_is_no_archive_gets_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    for opener in (BY_KEY[1], BY_WORDS[1]):
        with pytest.raises(KeepingError):
            opened(file, opener)


def tampered() -> Iterator[tuple[str, list[Piece]]]:
    whole = list(with_sums(PIECES))
    yield "cut off", whole[:-1]
    yield "empty", []
    yield "a piece gone", [whole[0], *whole[2:]]
    yield "a piece twice", [*whole[:2], whole[1], *whole[2:]]
    yield "a piece changed", [whole[0], (whole[1][0], b"{}\n"), *whole[2:]]
    yield "a piece added", [*whole[:-1], ("files/b", b"x"), whole[-1]]
    yield "something after the end", [*whole, ("files/b", b"x")]
    yield "a way out", [*whole[:-1], ("../b", b"x"), whole[-1]]
    yield "from the root", [*whole[:-1], ("/etc/passwd", b"x"), whole[-1]]


@pytest.mark.parametrize(("pieces"), [one for _, one in tampered()], ids=[n for n, _ in tampered()])
def test_one_that_was_tampered_with_is_refused(pieces: list[Piece]) -> None:
    with pytest.raises(KeepingError, match="damaged"):
        list(checked(iter(pieces)))
    assert list(checked(with_sums(PIECES))) == PIECES


class TestNothingIsLeft:
    @pytest.mark.parametrize(
        "stop", [KeyboardInterrupt(), OSError("disk full"), KeepingError("no")]
    )
    def test_where_it_was_stopped(self, tmp_path: Path, stop: BaseException) -> None:
        def pieces() -> Iterator[Piece]:
            yield PIECES[0]
            raise stop

        with pytest.raises(type(stop)):
            target.write_file(pieces(), tmp_path / "a.age", BY_KEY[0])
        with pytest.raises(type(stop)):
            target.write_folder(pieces(), tmp_path / "folder")
        assert not list(tmp_path.iterdir())

    def test_where_something_was_already(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_text("mine")
        with pytest.raises(KeepingError, match="is there already"):
            target.write_file(PIECES, tmp_path / "a", BY_KEY[0])
        assert (tmp_path / "a").read_text() == "mine"
        assert len(list(tmp_path.iterdir())) == 1

    def test_where_the_folder_is_missing(self, tmp_path: Path) -> None:
        with pytest.raises(KeepingError, match="missing or cannot be written to"):
            target.refuse_where_taken(tmp_path / "no" / "a.age")


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        (Lock(), "shorter than"),
        (Lock(passphrase="elevenchars"), "shorter than"),
        (Lock(("age1nothing",)), "no public key"),
        (Lock((SECRET,)), "no public key"),
    ],
)
def test_a_lock_that_would_not_hold_is_refused(lock: Lock, said: str) -> None:
    with pytest.raises(KeepingError, match=said):
        sealing.check(lock)


MEMORY = """
import resource, sys
from pathlib import Path
from needlework.web.keeping import target
from needlework.web.keeping.archive import checked
from needlework.web.keeping.sealing import Lock, Opener
file, public, secret, count = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
content = bytes(8 * 1024 * 1024)
target.write_file(((f"files/{n}", content) for n in range(count)), file, Lock((public,)))
with target.read_from(file, Opener(identity=secret)) as pieces:
    assert sum(len(content) for _, content in checked(pieces)) == count * len(content)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_stays_flat_however_much_there_is(tmp_path: Path) -> None:
    peaks = []
    for count in (4, 40):
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, str(tmp_path / f"{count}"), PUBLIC, SECRET, str(count)],
            capture_output=True,
            text=True,
            check=True,
        )
        peaks.append(int(done.stdout))
    assert peaks[1] < peaks[0] + 20_000, "kilobytes, for ten times as much"
