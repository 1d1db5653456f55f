"""A clinic may leave a clearance to fewer, never to more."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from needlework.errors import KnowledgeError
from needlework.evidence import Knowledge
from needlework.evidence.model import Stricter
from needlework.evidence.overlay import load_overlay
from tests.consultations import KNOWLEDGE

CLAIM = "rule.c32.override"


def tightened(tmp_path: Path, was: str, becomes: str) -> str:
    """Who may clear after an overlay, in a release that says `was`."""
    release = KNOWLEDGE.release
    claim = msgspec.structs.replace(release.claims[CLAIM], value=was)
    assert claim.stricter is Stricter.WORSE
    release = msgspec.structs.replace(release, claims={**release.claims, CLAIM: claim})
    path = tmp_path / "overlay.toml"
    path.write_text(
        f'clinic = "example"\nrelease = "{release.id}"\n[[tighten]]\nclaim = "{CLAIM}"\n'
        f'value = "{becomes}"\nbecause = "Our choice."\nby = "director"\non = 2026-11-01\n'
    )
    return Knowledge(release, *load_overlay(path)).claim(CLAIM).word


@pytest.mark.parametrize(
    ("was", "becomes"),
    [("C", "P"), ("C", "none"), ("NO", "C"), ("NO", "P"), ("NO", "none"), ("P", "none")],
)
def test_an_overlay_never_lets_more_people_clear(tmp_path: Path, was: str, becomes: str) -> None:
    with pytest.raises(KnowledgeError, match="looser") as error:
        tightened(tmp_path, was, becomes)
    assert CLAIM in error.value.message


@pytest.mark.parametrize(
    ("was", "becomes"), [("C", "NO"), ("P", "C"), ("P", "NO"), ("none", "P"), ("C", "C")]
)
def test_an_overlay_may_leave_a_clearance_to_fewer(tmp_path: Path, was: str, becomes: str) -> None:
    assert tightened(tmp_path, was, becomes) == becomes


def test_a_role_that_is_closed_for_good_cannot_be_opened() -> None:
    """What nobody may clear carries no way of tightening at all, so an overlay cannot touch it."""
    closed = [
        claim_id
        for claim_id, claim in KNOWLEDGE.claims.items()
        if claim.quantity == "role" and claim.value == "NO"
    ]
    assert closed
    assert not [claim_id for claim_id in closed if KNOWLEDGE.claims[claim_id].stricter]
