"""A signed plan beside the same facts judged by other knowledge."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import pytest

from needlework import workflow
from needlework.evidence import Knowledge
from needlework.evidence.model import Claim, Stricter
from needlework.planning import Plan, cited_claims
from needlework.planning.standing import Change, Direction, changes, standing
from needlework.screening.consultation import Consultation

EXAMPLES: Final = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))
KNOWN: Final = workflow.known()
NUMBERS: Final = (Stricter.LOWER, Stricter.HIGHER)


@cache
def said(path: Path) -> Consultation:
    return workflow.read_consultation(path)


@cache
def signed(path: Path) -> Plan:
    return workflow.plan_for(workflow.consult(said(path), KNOWN))


def judged(path: Path, claims: Mapping[str, Claim]) -> Plan:
    knowledge = Knowledge(KNOWN.knowledge.release)
    knowledge.claims = {**knowledge.claims, **claims}
    known = workflow.Known(knowledge, KNOWN.lexicon)
    return workflow.plan_for(workflow.consult(said(path), known))


def moved(claim: Claim, *, stricter: bool) -> Claim:
    """The claim with a number a quarter further in one direction."""
    up = (claim.stricter is Stricter.HIGHER) is stricter
    value = claim.number * (1.25 if up else 0.75)
    if isinstance(claim.value, int):
        value = round(value) if round(value) != claim.value else claim.value + (1 if up else -1)
    return msgspec.structs.replace(claim, value=value)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_same_knowledge_changes_nothing_also_after_the_database(path: Path) -> None:
    kept = msgspec.convert(msgspec.json.decode(msgspec.json.encode(signed(path))), Plan)
    assert kept == signed(path)
    assert changes(kept, judged(path, {})) == ()


@pytest.mark.parametrize("path", EXAMPLES[:9], ids=lambda path: path.stem)
def test_a_tightened_claim_never_makes_a_plan_looser(path: Path) -> None:
    before = signed(path)
    ordered = [
        (name, KNOWN.knowledge.claims[name])
        for name in sorted(cited_claims(before))
        if KNOWN.knowledge.claims[name].stricter in NUMBERS
        and isinstance(KNOWN.knowledge.claims[name].value, int | float)
        and not isinstance(KNOWN.knowledge.claims[name].value, bool)
    ]
    assert ordered
    wrong = {}
    for name, claim in ordered:
        found = changes(before, judged(path, {name: moved(claim, stricter=True)}))
        if standing(found) == "looser":
            wrong[name] = found
    assert not wrong


def test_a_lower_maximum_is_stricter_and_a_higher_one_looser() -> None:
    path = EXAMPLES[1]
    name = "zone.cheek.scar-max"
    claim = KNOWN.knowledge.claims[name]
    found = changes(signed(path), judged(path, {name: moved(claim, stricter=True)}))
    depths = [change for change in found if change.what == "maximum-depth"]
    assert {change.direction for change in depths} == {"stricter"}
    assert all(change.before != change.after and "mm" in change.before for change in depths)
    assert standing(found) == "stricter"


@pytest.mark.parametrize(
    ("direction", "expected"),
    [("stricter", "stricter"), ("changed", "stricter"), ("looser", "looser")],
)
def test_one_thing_decides(direction: Direction, expected: str) -> None:
    looser = Change(what="interval", direction="looser")
    assert standing([looser, Change(what="passes", direction=direction)]) == expected


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_is_looser_one_way_is_stricter_the_other(path: Path) -> None:
    cited = cited_claims(signed(path))
    for name in [name for name in _numeric() if name in cited][:8]:
        other = judged(path, {name: moved(KNOWN.knowledge.claims[name], stricter=True)})
        there = standing(changes(signed(path), other))
        back = standing(changes(other, signed(path)))
        assert (there == "same") == (back == "same"), name
        assert there != "looser", name
        assert "stricter" in {there, back} or there == "same", name


@cache
def _numeric() -> tuple[str, ...]:
    return tuple(
        name
        for name, claim in KNOWN.knowledge.claims.items()
        if claim.stricter in NUMBERS and isinstance(claim.value, float)
    )
