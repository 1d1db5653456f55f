"""A snapshot saves time and changes nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from needlework import snapshot
from needlework.lexicon.load import DATA, Tables, build, load_tables


class Thing(msgspec.Struct, frozen=True):
    words: tuple[str, ...]
    counts: dict[str, int]


class Builder:
    """Builds a Thing and counts how often."""

    def __init__(self, *words: str) -> None:
        self.thing = Thing(words, {word: len(word) for word in words})
        self.calls = 0

    def __call__(self) -> Thing:
        self.calls += 1
        return self.thing


Load = Callable[[Builder], Thing]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NEEDLEWORK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "a.toml"
    path.parent.mkdir()
    path.write_text("a = 1\n")
    return path


@pytest.fixture
def load(source: Path) -> Load:
    return lambda builder: snapshot.load_or_build("thing", [source], builder, Thing)


def test_it_is_built_once(cache: Path, load: Load) -> None:
    first, second = Builder("x", "yy"), Builder("other")
    assert load(first) == load(second) == first.thing
    assert (first.calls, second.calls) == (1, 0)
    assert len(list(cache.glob("thing-*.snapshot"))) == 1


def test_a_changed_byte_builds_anew(cache: Path, source: Path, load: Load) -> None:
    load(Builder("x"))
    source.write_text("a = 2\n")
    assert load(Builder("y")).words == ("y",)
    assert len(list(cache.iterdir())) == 2


def test_a_moved_file_builds_anew(cache: Path, source: Path) -> None:
    snapshot.load_or_build("thing", [source], Builder("x"), Thing)
    moved = source.parent.with_name("elsewhere") / source.name
    moved.parent.mkdir()
    source.rename(moved)
    builder = Builder("y")
    assert snapshot.load_or_build("thing", [moved], builder, Thing).words == ("y",)
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "foreign", "folder"])
def test_a_corrupt_snapshot_is_rebuilt(cache: Path, load: Load, damage: str) -> None:
    load(Builder("x"))
    (held,) = cache.iterdir()
    content = held.read_bytes()
    match damage:
        case "cut":
            held.write_bytes(content[:-1])
        case "flipped":
            held.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        case "empty":
            held.write_bytes(b"")
        case "foreign":
            held.write_bytes(os.urandom(400))
        case _:
            held.unlink()
            held.mkdir()
    builder = Builder("x")
    assert load(builder) == builder.thing
    assert builder.calls == 1


def test_a_snapshot_of_another_shape_is_rebuilt(cache: Path, source: Path, load: Load) -> None:
    class Other(msgspec.Struct, frozen=True):
        words: int

    load(Builder("x"))
    made = snapshot.load_or_build("thing", [source], lambda: Other(3), Other)
    assert made == Other(3)
    assert cache.is_dir()


def test_a_cache_that_cannot_be_written_is_no_matter(
    cache: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.write_text("a file where the folder should be")
    builder = Builder("x")
    assert load(builder) == builder.thing
    assert load(builder) == builder.thing
    assert builder.calls == 2
    monkeypatch.delenv("NEEDLEWORK_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", _no_home)
    assert snapshot.cache_folder() is None
    assert load(builder) == builder.thing


def _no_home() -> Path:
    raise RuntimeError("no home")


def test_nothing_half_written_is_left(
    cache: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    load(Builder("x"))
    assert not list(cache.iterdir())


def test_old_snapshots_are_removed(cache: Path, source: Path, load: Load) -> None:
    for number in range(20):
        source.write_text(f"a = {number}\n")
        load(Builder("x"))
    assert len(list(cache.iterdir())) <= 9


def test_where_it_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NEEDLEWORK_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert snapshot.cache_folder() == tmp_path / "needlework"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert snapshot.cache_folder() == tmp_path / "me" / ".cache" / "needlework"


def test_the_lexicon_is_the_same_with_and_without(cache: Path) -> None:
    built: Tables = build(DATA)
    assert load_tables() == built
    assert load_tables() == built
    assert list(cache.iterdir())
