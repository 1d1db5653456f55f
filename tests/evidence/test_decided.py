"""What a clinic decided holds only as far as it may: it never loosens, and no change slips by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlework.evidence import Claim, Knowledge, NotAccepted, load_knowledge
from needlework.evidence.changes import changes, claims_from, direction
from needlework.evidence.decided import (
    Choice,
    Decided,
    asks,
    can_compare,
    claim_digest,
    claim_digests,
    overlay_digest,
    overlay_of,
    standing,
)
from needlework.evidence.model import Basis, Certainty, Reference, Release, Review, Scope, Value
from needlework.evidence.overlay import approved, tightening_fault
from needlework.evidence.priors import HalfNormal

RELEASE: Final = load_knowledge().release
CLAIMS: Final = RELEASE.claims
IDS: Final = sorted(CLAIMS)
ON: Final = date(2026, 11, 22)
NUMBERS: Final = [c for c, one in CLAIMS.items() if isinstance(one.value, int | float)]
DIGESTS: Final = claim_digests(CLAIMS)
TIGHT: Final = [claim for claim, one in CLAIMS.items() if one.stricter is not None]

ids = st.sampled_from(IDS)
tight_ids = st.sampled_from(TIGHT)


def another(field: str, value: object) -> object:
    """Something else that could stand in this field."""
    given: Mapping[str, object] = {
        "statement": "Another sentence.",
        "quantity": "term" if value != "term" else "text",
        "unit": "um" if value != "um" else "mm",
        "range": (0.0, 1e6) if value != (0.0, 1e6) else None,
        "sd": 0.25 if value != 0.25 else None,
        "prior": HalfNormal() if value is None else None,
        "stricter": None if value is not None else "lower",
        "basis": Basis.PRIMARY if value is not Basis.PRIMARY else Basis.PROPOSED,
        "certainty": Certainty.HIGH if value is not Certainty.HIGH else Certainty.LOW,
        "because": "Another reason.",
        "chosen": "Another choice.",
        "supports": (Reference(source="Dogra2014", says="something else"),),
        "contradicts": (Reference(source="Alam2014", says="something else"),),
        "scope": Scope(zone=("cheek", "nose"), age=("over 90",)),
        "review": Review.SOURCED if value is not Review.SOURCED else Review.PROPOSED,
    }
    return given[field]


def changed(claim: Claim, field: str) -> Claim:
    if field == "value":
        value = claim.value
        other: Value = "another"
        if isinstance(value, bool):
            other = not value
        elif isinstance(value, int | float):
            other = value + 1
        elif isinstance(value, list):
            other = [*value, "another"]
        elif claim.quantity == "verdict":
            other = "ASK" if value != "ASK" else "LIMIT"
        elif claim.quantity == "role":
            other = "C" if value != "C" else "P"
        return msgspec.structs.replace(claim, value=other)
    return msgspec.structs.replace(claim, **{field: another(field, getattr(claim, field))})


FIELDS: Final = tuple(Claim.__struct_fields__)


def decided(claim_id: str, choice: Choice, claim: Claim, value: Value | None = None) -> Decided:
    return Decided(
        claim=claim_id,
        choice=choice,
        digest=claim_digest(claim),
        by="director",
        on=ON,
        value=value,
        because="Our choice.",
        read=claim,
    )


@st.composite
def values(draw: st.DrawFn, claim: Claim) -> Value:
    """Any value of the kind, stricter or not."""
    if isinstance(claim.value, bool):
        return draw(st.booleans())
    if isinstance(claim.value, int | float):
        return draw(st.one_of(st.integers(0, 100), st.floats(0, 100), st.just(claim.value)))
    if claim.quantity == "verdict":
        return draw(st.sampled_from(("STOP", "DEFER", "CLEAR", "ASK", "LIMIT", "INFO")))
    if claim.quantity == "role":
        return draw(st.sampled_from(("C", "P", "NO", "none")))
    if isinstance(claim.value, list):
        some = st.sampled_from([*claim.value, "another"])
        return draw(st.lists(some, max_size=6, unique=True))
    return draw(st.text(max_size=5))


@st.composite
def decisions(draw: st.DrawFn) -> Decided:
    """Decided about a claim that read as in this release, or otherwise."""
    claim_id = draw(st.one_of(ids, tight_ids))
    read = CLAIMS[claim_id]
    if draw(st.booleans()):
        field = draw(st.sampled_from(FIELDS))
        read = changed(read, field)
    choice: Choice = draw(st.sampled_from(get_args(Choice)))
    value = draw(values(CLAIMS[claim_id])) if choice == "tighten" else None
    return decided(claim_id, choice, read, value)


def held(made: list[Decided], release: Release = RELEASE) -> Knowledge:
    other = {
        name: claim_digest(claim)
        for name, claim in release.claims.items()
        if claim is not CLAIMS.get(name)
    }
    overlay = overlay_of("harbour", release, {**DIGESTS, **other}, made)
    return Knowledge(release, overlay, overlay_digest(overlay))


def is_looser(claim: Claim, value: Value) -> bool:
    return claim.value != value and tightening_fault(claim, value) is not None


some_decisions = st.lists(decisions(), max_size=12, unique_by=lambda one: one.claim)


@given(some_decisions)
def test_whatever_was_decided_applies_and_never_loosens(made: list[Decided]) -> None:
    knowledge = held(made)
    assert knowledge.claims.keys() == CLAIMS.keys()
    for one in made:
        assert not is_looser(CLAIMS[one.claim], knowledge.claims[one.claim].value)
        others = msgspec.structs.replace(
            knowledge.claims[one.claim],
            value=CLAIMS[one.claim].value,
            range=CLAIMS[one.claim].range,
        )
        assert others == CLAIMS[one.claim]


@given(some_decisions)
def test_only_what_was_approved_as_it_reads_now_counts_as_approved(made: list[Decided]) -> None:
    knowledge = held(made)
    agreed = {
        one.claim
        for one in made
        if one.choice != "reject" and one.digest == claim_digest(CLAIMS[one.claim])
    }
    assert knowledge.approved <= agreed
    assert {one.claim for one in made if one.choice == "approve"} & agreed <= knowledge.approved


@pytest.mark.parametrize("field", FIELDS)
@given(ids)
def test_an_approval_ends_with_any_change_of_the_claim(field: str, claim_id: str) -> None:
    before = CLAIMS[claim_id]
    after = changed(before, field)
    assert standing(before, DIGESTS[claim_id], decided(claim_id, "approve", before)).state == (
        "approved"
    )
    stand = standing(after, claim_digest(after), decided(claim_id, "approve", before))
    assert (stand.state, stand.since) == (
        "proposed" if after.basis in (Basis.RECALLED, Basis.PROPOSED) else "sourced",
        "changed",
    )


@pytest.mark.parametrize("field", FIELDS)
@given(ids)
def test_a_rejection_goes_on_whatever_changes(field: str, claim_id: str) -> None:
    before = CLAIMS[claim_id]
    after = changed(before, field)
    release = msgspec.structs.replace(RELEASE, claims={**CLAIMS, claim_id: after})
    knowledge = held([decided(claim_id, "reject", before)], release)
    assert knowledge.rejected == {claim_id}
    with pytest.raises(NotAccepted):
        knowledge.claim(claim_id)


@given(tight_ids, st.data())
def test_a_stricter_value_holds_while_it_is_stricter_and_can_be_compared(
    claim_id: str, data: st.DataObject
) -> None:
    before = CLAIMS[claim_id]
    value = data.draw(values(before))
    after = before
    for field in data.draw(st.sets(st.sampled_from(FIELDS), max_size=2)):
        after = changed(after, field)
    stand = standing(after, claim_digest(after), decided(claim_id, "tighten", before, value))
    if not can_compare(before, after):
        assert (stand.state, stand.since) == ("rejected", "not-comparable")
        assert asks(after, stand)
        return
    fits = tightening_fault(after, value)
    if fits is None:
        assert stand.state == "tightened"
        assert stand.is_changed is (after != before)
    elif fits == "looser":
        assert stand.state in {"proposed", "sourced"}
        assert stand.since == "release-stricter"
    else:
        assert stand.state == "rejected"


def test_a_changed_claim_keeps_its_stricter_value_and_asks_again() -> None:
    claim_id = "zone.cheek.scar-max"
    after = changed(CLAIMS[claim_id], "statement")
    release = msgspec.structs.replace(RELEASE, claims={**CLAIMS, claim_id: after})
    knowledge = held([decided(claim_id, "tighten", CLAIMS[claim_id], 1.0)], release)
    assert knowledge.number(claim_id).value == 1.0
    assert claim_id in knowledge.proposed
    unchanged = held([decided(claim_id, "tighten", CLAIMS[claim_id], 1.0)])
    assert claim_id not in unchanged.proposed


def test_a_release_that_became_stricter_counts() -> None:
    claim_id = "zone.cheek.scar-max"
    after = msgspec.structs.replace(CLAIMS[claim_id], value=0.8, range=(0.5, 3.0))
    release = msgspec.structs.replace(RELEASE, claims={**CLAIMS, claim_id: after})
    knowledge = held([decided(claim_id, "tighten", CLAIMS[claim_id], 1.0)], release)
    assert knowledge.number(claim_id).value == 0.8
    assert claim_id in knowledge.proposed


def test_a_value_in_another_unit_is_never_taken_for_a_smaller_one() -> None:
    claim_id = "zone.cheek.scar-max"
    after = msgspec.structs.replace(CLAIMS[claim_id], value=1500, unit="um", range=(1250, 3000))
    release = msgspec.structs.replace(RELEASE, claims={**CLAIMS, claim_id: after})
    knowledge = held([decided(claim_id, "tighten", CLAIMS[claim_id], 1.0)], release)
    assert knowledge.rejected == {claim_id}


def test_a_decision_waits_for_a_claim_that_went() -> None:
    claim_id = "zone.cheek.scar-max"
    without = {name: claim for name, claim in CLAIMS.items() if name != claim_id}
    release = msgspec.structs.replace(RELEASE, claims=without)
    made = [decided(claim_id, "reject", CLAIMS[claim_id])]
    assert held(made, release).rejected == frozenset()
    assert held(made).rejected == {claim_id}


def test_the_digest_is_of_what_an_overlay_comes_to() -> None:
    claim_id, claim = "rule.c44.wait", CLAIMS["rule.c44.wait"]
    first = decided(claim_id, "approve", claim)
    second = msgspec.structs.replace(first, by="another", on=date(2027, 1, 1), batch="b")
    assert held([first]).overlay_digest == held([second]).overlay_digest
    assert held([first]).overlay_digest != held([]).overlay_digest
    rejected = decided(claim_id, "reject", claim)
    assert held([first]).overlay_digest != held([rejected]).overlay_digest


def test_defaults_that_a_later_version_adds_change_no_digest() -> None:
    plain = Claim(
        statement="One.",
        quantity="count",
        value=1,
        unit="1",
        basis=Basis.PROPOSED,
        certainty=Certainty.LOW,
        because="It is.",
        review=Review.PROPOSED,
    )
    spelt = msgspec.structs.replace(plain, scope=Scope(), supports=(), range=None, chosen="")
    assert claim_digest(plain) == claim_digest(spelt)
    assert len(set(claim_digests(CLAIMS).values())) == len(
        {msgspec.json.encode(claim) for claim in CLAIMS.values()}
    )


def test_an_asking_overlay_is_not_an_approving_one() -> None:
    claim_id = "zone.cheek.scar-max"
    made = [decided(claim_id, "tighten", changed(CLAIMS[claim_id], "because"), 1.0)]
    overlay = overlay_of("harbour", RELEASE, DIGESTS, made)
    assert overlay.tighten[0].asks_again
    assert approved(overlay) == frozenset()


# --- from one release to the next -----------------------------------------------------------------


@given(st.sampled_from(NUMBERS), st.floats(0, 50), st.floats(0, 50))
def test_what_is_stricter_one_way_is_looser_the_other(
    claim_id: str, first: float, second: float
) -> None:
    one = msgspec.structs.replace(CLAIMS[claim_id], value=first)
    other = msgspec.structs.replace(CLAIMS[claim_id], value=second)
    turned = {"stricter": "looser", "looser": "stricter", "other": "other"}
    assert direction(one, other) == turned[direction(other, one)]


def test_what_was_kept_reads_back_the_same() -> None:
    stored = msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(CLAIMS)))
    assert changes(CLAIMS, claims_from(stored)) == ()


def test_what_another_version_kept_is_read_as_far_as_it_can_be() -> None:
    said = msgspec.to_builtins(CLAIMS["rule.c44.wait"])
    stored = {
        "a": {**said, "new-field": 1},
        "b": {**said, "basis": "S9"},
        "c": "no claim",
        "d": {"statement": "too little"},
    }
    assert set(claims_from(stored)) == {"a"}
    assert claims_from("nothing") == {}


def test_added_removed_and_changed_are_told_apart() -> None:
    claim_id = "rule.c44.wait"
    longer = msgspec.structs.replace(CLAIMS[claim_id], value=42)
    before = {"gone": longer, claim_id: CLAIMS[claim_id], "same": longer}
    after = {"new": longer, claim_id: longer, "same": longer}
    assert [(one.claim, one.kind, one.direction) for one in changes(before, after)] == [
        ("gone", "removed", "other"),
        ("new", "added", "other"),
        (claim_id, "changed", "stricter"),
    ]
