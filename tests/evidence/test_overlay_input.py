"""What an overlay may hold and how large: numbers that can be, and a file that ends."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from needlework.errors import KnowledgeError
from needlework.evidence import Knowledge, load_knowledge
from needlework.evidence.check import value_faults
from needlework.evidence.load import DATA, build
from needlework.evidence.overlay import LARGEST_BYTES, load_overlay
from needlework.units import UNITS

RELEASE = load_knowledge().release
NUMBERS = {
    (claim.quantity, claim.unit): claim
    for claim in RELEASE.claims.values()
    if claim.quantity in UNITS
}
"""A claim of each quantity and unit."""

SIGNED = {"logarithm", "percent", "ratio", "score", "temperature"}
HEAD = f'clinic = "a"\nrelease = "{RELEASE.id}"\n'
WAIT, DEPTH, VALIDITY = "rule.c44.wait", "zone.cheek.scar-max", "rule.c44.validity"


def overlay(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "overlay.toml"
    path.write_text(text)
    return path


def tightened(tmp_path: Path, claim: str, value: str) -> Knowledge:
    signed = 'because = "x"\nby = "director"\non = 2026-11-01'
    text = f'{HEAD}[[tighten]]\nclaim = "{claim}"\nvalue = {value}\n{signed}\n'
    return Knowledge(RELEASE, *load_overlay(overlay(tmp_path, text)))


def test_these_claims_may_be_tightened(tmp_path: Path) -> None:
    assert tightened(tmp_path, WAIT, "42").number(WAIT).value == 42
    assert tightened(tmp_path, DEPTH, "0").number(DEPTH).value == 0
    assert tightened(tmp_path, VALIDITY, "1").number(VALIDITY).value == 1


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e308", "1e999", "-1", "-0.1"])
@pytest.mark.parametrize("claim", [WAIT, DEPTH, VALIDITY])
def test_a_number_that_cannot_be(tmp_path: Path, claim: str, value: str) -> None:
    with pytest.raises(KnowledgeError, match=f"tightens {claim}: value of a .* must lie") as caught:
        tightened(tmp_path, claim, value)
    assert caught.value.hint


def test_an_integer_of_400_digits(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError):
        tightened(tmp_path, WAIT, "9" * 400)


def test_no_wait_is_longer_than_200_years(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="must lie between"):
        tightened(tmp_path, WAIT, "200_000")


@pytest.mark.parametrize(("quantity", "unit"), sorted(NUMBERS))
def test_no_number_is_without_end_or_beyond_sense(quantity: str, unit: str) -> None:
    claim = NUMBERS[quantity, unit]
    assert not list(value_faults(claim))
    for value in (float("inf"), float("-inf"), float("nan"), 1e308, -1e308, 10**400):
        assert list(value_faults(msgspec.structs.replace(claim, value=value))), value
    below = msgspec.structs.replace(claim, value=-0.5)
    assert bool(list(value_faults(below))) is (quantity not in SIGNED)


def test_nothing_is_lost_more_than_wholly() -> None:
    claim = NUMBERS["percent", "%"]
    assert not list(value_faults(msgspec.structs.replace(claim, value=-100)))
    assert list(value_faults(msgspec.structs.replace(claim, value=-100.1)))


def test_the_release_that_is_shipped_is_sound() -> None:
    assert build(DATA).id == RELEASE.id


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a." * 50_000 + "a = 1", "it is nested too deeply"),
        ("[[a." + "a." * 50_000 + "a]]", "it is nested too deeply"),
        ("a = " + "[" * 100_000, "it is nested too deeply"),
        ("a = " + "9" * 5_000, "it holds a number of too many digits"),
        ("a = ", r"it is not TOML: Invalid value \(at end of document\)"),
        ("[Zebulon]\n[Zebulon]", r"it is not TOML: a table is given twice \(at line 2, .*\)"),
        (f"{HEAD}Zebulon = 1", "unknown field"),
        (
            f'{HEAD}allow = [{{product="a", because="a", by="a", on=2026-11-01, Zebulon=1}}]',
            r"unknown field - at `\$\.allow\[0\]`",
        ),
    ],
)
def test_a_file_that_is_no_overlay(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load_overlay(overlay(tmp_path, text))
    assert caught.match(rf"is not sound: {why}\.$")
    assert "Zebulon" not in caught.value.message
    assert "tighten" in caught.value.hint


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "overlay.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(KnowledgeError, match="byte 0 is not UTF-8 text"):
        load_overlay(path)


def test_the_largest_file_and_one_byte_more(tmp_path: Path) -> None:
    largest = f"{HEAD}#".ljust(LARGEST_BYTES, "x")
    assert load_overlay(overlay(tmp_path, largest))[0].clinic == "a"
    with pytest.raises(KnowledgeError, match="larger than an overlay can be"):
        load_overlay(overlay(tmp_path, largest + "x"))


def test_a_device_without_end_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="zero is larger than an overlay can be"):
        load_overlay(Path("/dev/zero"))
    for folder in (tmp_path, Path("/")):
        with pytest.raises(KnowledgeError, match="is a folder"):
            load_overlay(folder)


def test_a_byte_order_mark_changes_nothing(tmp_path: Path) -> None:
    plain = load_overlay(overlay(tmp_path, HEAD))[0]
    assert load_overlay(overlay(tmp_path, "\ufeff" + HEAD))[0] == plain
