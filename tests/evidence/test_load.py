"""The loader refuses whatever is unsound, naming the file and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from needlework.errors import KnowledgeError
from needlework.evidence import Basis, load_knowledge
from needlework.evidence.load import DATA, build
from needlework.evidence.model import Review

SOUND = """
[claims.wait]
statement = "Wait after it."
quantity = "duration"
value = 7
unit = "d"
range = [3, 14]
stricter = "higher"
basis = "P"
certainty = "very-low"
because = "Clinic pages only."
chosen = "The middle."
supports = [{ source = "Example2099" }]
contradicts = [{ source = "Example2098", says = "three days" }]
review = "proposed"
"""

SOURCES = """
[Example2099]
kind = "clinic"
title = "A page"

[Example2098]
kind = "clinic"
title = "Another page"
"""


def folder(tmp_path: Path, rule: str = SOUND, sources: str = SOURCES) -> Path:
    (tmp_path / "sources").mkdir()
    (tmp_path / "rule").mkdir()
    (tmp_path / "sources" / "all.toml").write_text(sources)
    (tmp_path / "rule" / "x1.toml").write_text('title = "Example"\n' + rule)
    (tmp_path / "release.toml").write_text('id = "2099.1"\npublished = 2099-01-01\n')
    return tmp_path


def test_a_sound_folder_becomes_a_release(tmp_path: Path) -> None:
    release = build(folder(tmp_path))
    assert release.id == "2099.1"
    assert release.claims["rule.x1.wait"].number == 7


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("value = 7", "value = 7\nvalou = 8", "valou"),
        ("Example2099", "Example2000", "source Example2000 is not defined"),
        ('unit = "d"', 'unit = "mm"', "unit mm does not fit a duration"),
        ('unit = "d"', "", "unit (none) does not fit a duration"),
        ("range = [3, 14]", "range = [8, 14]", "range 8 to 14 does not hold the value 7"),
        ("range = [3, 14]", "range = [3]", "[claims.wait]"),
        ("value = 7", 'value = "7"', "value of a duration must be a number"),
        ("value = 7", "value = true", "value of a duration must be a number"),
        ('basis = "P"', 'basis = "S3"', "[claims.wait]"),
        ('review = "proposed"', 'review = "sourced"', "must be proposed"),
        ('chosen = "The middle."', "", "chosen"),
        (', says = "three days"', "", "says"),
        ('quantity = "duration"', 'quantity = "hope"', "quantity hope is not known"),
        ('supports = [{ source = "Example2099" }]', "", "supports is empty"),
        ('stricter = "higher"', 'stricter = "sideways"', "[claims.wait]"),
        (
            'review = "proposed"',
            'review = "proposed"\nscope = { zone = ["moon"] }',
            "scope.zone: moon is not defined",
        ),
    ],
)
def test_what_is_unsound_is_refused_by_file_and_key(
    tmp_path: Path, old: str, new: str, fault: str
) -> None:
    assert old in SOUND
    with pytest.raises(KnowledgeError) as error:
        build(folder(tmp_path, SOUND.replace(old, new)))
    assert "rule/x1.toml" in error.value.message
    assert "[claims.wait]" in error.value.message
    assert fault in error.value.message
    assert error.value.hint


def test_an_entry_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    place = folder(tmp_path)
    (place / "rule" / "x1.toml").write_text('titel = "Example"\n' + SOUND)
    with pytest.raises(KnowledgeError, match=r"rule/x1\.toml.*titel"):
        build(place)


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    place = folder(tmp_path, "[claims.wait\n")
    with pytest.raises(KnowledgeError, match=r"rule/x1\.toml is not TOML: .*line 2"):
        build(place)


def test_an_unknown_kind_of_knowledge_is_refused(tmp_path: Path) -> None:
    place = folder(tmp_path)
    (place / "spell").mkdir()
    (place / "spell" / "abra.toml").write_text('title = "x"\n')
    with pytest.raises(KnowledgeError, match=r"spell/abra\.toml: no such kind"):
        build(place)


def test_a_source_defined_twice_is_refused(tmp_path: Path) -> None:
    place = folder(tmp_path)
    (place / "sources" / "more.toml").write_text(SOURCES)
    with pytest.raises(KnowledgeError, match="already defined"):
        build(place)


def test_the_digest_follows_every_byte(tmp_path: Path) -> None:
    place = folder(tmp_path)
    before = build(place).digest
    path = place / "rule" / "x1.toml"
    path.write_text(path.read_text() + "# a remark\n")
    assert build(place).digest != before


def test_the_shipped_release_is_sound_and_its_snapshot_equals_it() -> None:
    assert load_knowledge().release == build(DATA)


def test_a_recalled_or_proposed_claim_is_never_shown_as_sourced() -> None:
    knowledge = load_knowledge()
    for claim_id, claim in knowledge.claims.items():
        if claim.basis in (Basis.RECALLED, Basis.PROPOSED):
            assert claim.review is Review.PROPOSED
            assert claim_id in knowledge.proposed


def test_every_source_is_cited_or_said_to_be_unread() -> None:
    release = load_knowledge().release
    cited = {
        reference.source
        for claim in release.claims.values()
        for reference in (*claim.supports, *claim.contradicts)
    }
    assert cited <= release.sources.keys()
