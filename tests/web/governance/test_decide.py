"""A director decides: what is written down, what is refused, and who is told of a race."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from needlework.evidence.model import Value
from needlework.web.clinics.models import Clinic, Membership
from needlework.web.governance import board, selectors, services
from needlework.web.governance.models import Decision
from needlework.web.knowledge import known_for, shipped, shipped_digests
from needlework.web.records.services import OvertakenError
from tests.web import people
from tests.web.governance import deciding
from tests.web.governance.deciding import MAX, SOURCED, WAIT, decide, item

pytestmark = pytest.mark.django_db
FIXED = next(
    name for name, one in shipped().knowledge.release.claims.items() if one.stricter is None
)
"""For this claim no value is stricter than another."""


@pytest.fixture
def dora(harbour: Clinic) -> Membership:
    return deciding.director(harbour)


def rejecting(harbour: Clinic, dora: Membership, *items: services.Item) -> str:
    with pytest.raises(services.GovernanceError) as told:
        services.decide(clinic=harbour, author=dora, items=items, now=people.NOW)
    assert not Decision.objects.exists()
    assert told.value.hint.endswith(".")
    return told.value.message


def test_nothing_decided_is_the_release_as_it_came(harbour: Clinic) -> None:
    assert known_for(harbour) is shipped()


def test_an_approval_takes_a_claim_off_what_is_proposed(harbour: Clinic, dora: Membership) -> None:
    made = decide(dora, MAX)
    known = known_for(harbour).knowledge
    assert MAX not in known.proposed
    assert MAX in shipped().knowledge.proposed
    assert known.overlay_digest
    assert (made.number, made.topic, made.author, made.subject) == (1, "zone", dora.user, MAX)


def test_a_tightened_value_binds(harbour: Clinic, dora: Membership) -> None:
    decide(dora, MAX, "tighten", 1.0)
    known = known_for(harbour).knowledge
    assert known.number(MAX).value == 1.0
    assert MAX not in known.proposed


def test_a_rejected_claim_is_not_known(harbour: Clinic, dora: Membership) -> None:
    decide(dora, WAIT, "reject")
    assert known_for(harbour).knowledge.rejected == {WAIT}


def test_a_decision_is_taken_back_and_stays_in_the_list(harbour: Clinic, dora: Membership) -> None:
    before = known_for(harbour).knowledge
    decide(dora, WAIT, "reject")
    decide(dora, WAIT, "undecide")
    now = known_for(harbour).knowledge
    assert (now.rejected, now.proposed) == (before.rejected, before.proposed)
    assert [one.choice for one in selectors.history_of(harbour, WAIT)] == ["undecide", "reject"]
    decide(dora, WAIT)
    assert WAIT in known_for(harbour).knowledge.approved


def test_each_decision_follows_the_one_before_it(harbour: Clinic, dora: Membership) -> None:
    first = decide(dora, MAX)
    second = decide(dora, MAX, "reject")
    other = decide(dora, WAIT)
    assert (second.supersedes_id, first.supersedes_id, other.supersedes_id) == (
        first.pk,
        None,
        None,
    )
    assert [first.number, second.number, other.number] == [1, 2, 3]


def test_two_clinics_decide_apart(harbour: Clinic, elsewhere: Clinic, dora: Membership) -> None:
    there = deciding.director(elsewhere)
    decide(dora, MAX)
    assert known_for(elsewhere) is shipped()
    decide(there, MAX, "reject")
    assert MAX in known_for(harbour).knowledge.approved
    assert known_for(elsewhere).knowledge.rejected == {MAX}
    assert board.row(harbour, MAX) != board.row(elsewhere, MAX)


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["owner", "practitioner", "assistant", "reception"])
def test_only_a_director_decides(harbour: Clinic, role: str) -> None:
    message = rejecting(harbour, people.member(harbour, role), item(harbour, MAX))
    assert "medical director" in message


def test_a_director_of_another_clinic_decides_nothing_here(
    harbour: Clinic, elsewhere: Clinic
) -> None:
    rejecting(harbour, deciding.director(elsewhere), item(harbour, MAX))


def test_a_director_who_left_decides_nothing(harbour: Clinic, dora: Membership) -> None:
    dora.left_at = people.NOW
    rejecting(harbour, dora, item(harbour, MAX))


@pytest.mark.parametrize(
    ("claim", "value", "told"),
    [
        (MAX, 2.0, "looser"),
        (MAX, 1.5, "release has"),
        (MAX, -1, "no value"),
        (MAX, "shallow", "no value"),
        (MAX, float("nan"), "no value"),
        (MAX, float("inf"), "no value"),
        (MAX, True, "no value"),
        (MAX, ["cheek"], "no value"),
        (MAX, None, "no value"),
        (WAIT, 14, "looser"),
        ("rule.c1.class", "CLEAR", "looser"),
        ("rule.c1.class", "PERHAPS", "no value"),
        ("home.limits.zones", ["face", "neck", "hand"], "looser"),
        (FIXED, True, "cannot be tightened"),
    ],
)
def test_a_value_that_does_not_tighten_is_refused(
    harbour: Clinic, dora: Membership, claim: str, value: Value | None, told: str
) -> None:
    assert told in rejecting(harbour, dora, item(harbour, claim, "tighten", value))


@pytest.mark.parametrize("choice", ["tighten", "reject"])
def test_a_reason_is_needed(harbour: Clinic, dora: Membership, choice: services.Choice) -> None:
    given = item(harbour, MAX, choice, 1.0, because=" \n")
    assert "reason" in rejecting(harbour, dora, given)
    long = item(harbour, MAX, choice, 1.0, because="x" * 2001)
    assert "kept" in rejecting(harbour, dora, long)


def test_what_is_sourced_needs_no_approval(harbour: Clinic, dora: Membership) -> None:
    assert "needs no approval" in rejecting(harbour, dora, item(harbour, SOURCED))
    decide(dora, SOURCED, "reject")
    assert SOURCED in known_for(harbour).knowledge.rejected


def test_batches_that_make_no_sense_are_refused(harbour: Clinic, dora: Membership) -> None:
    one = item(harbour, MAX)
    assert "marked" in rejecting(harbour, dora)
    assert "twice" in rejecting(harbour, dora, one, one)
    unknown = services.Item(claim="zone.moon.max", choice="approve", seen="")
    assert "no claim" in rejecting(harbour, dora, one, unknown)
    many = [services.Item(claim=f"a.b.{n}", choice="approve", seen="") for n in range(301)]
    assert "at most 300" in rejecting(harbour, dora, *many)
    assert "Nothing is decided" in rejecting(harbour, dora, item(harbour, MAX, "undecide"))


# --- races --------------------------------------------------------------------------------------


def test_of_two_directors_the_second_is_told(harbour: Clinic, dora: Membership) -> None:
    late = deciding.director(harbour, "late@harbour.example")
    seen = item(harbour, MAX, "tighten", 1.0)
    decide(dora, MAX)
    with pytest.raises(OvertakenError):
        services.decide(clinic=harbour, author=late, items=[seen], now=people.NOW)
    assert Decision.objects.count() == 1


def test_of_a_batch_all_or_none(harbour: Clinic, dora: Membership) -> None:
    stale = item(harbour, MAX)
    decide(dora, MAX)
    with pytest.raises(OvertakenError):
        services.decide(
            clinic=harbour, author=dora, items=[item(harbour, WAIT), stale], now=people.NOW
        )
    assert Decision.objects.count() == 1


def test_a_claim_that_changed_under_the_page_is_not_approved(
    harbour: Clinic, dora: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = item(harbour, MAX)
    changed = {**shipped_digests(), MAX: "0" * 64}
    monkeypatch.setattr(services, "shipped_digests", lambda: changed)
    with pytest.raises(OvertakenError):
        services.decide(clinic=harbour, author=dora, items=[seen], now=people.NOW)


def test_the_database_itself_keeps_a_history_from_forking(
    harbour: Clinic, dora: Membership
) -> None:
    made = decide(dora, MAX)
    decide(dora, MAX, "reject")
    facts: dict[str, Any] = {
        "clinic": harbour,
        "recorded_at": people.NOW,
        "batch": made.batch,
        "topic": "zone",
        "choice": "approve",
        "release_digest": "",
    }
    forks: list[dict[str, Any]] = [
        {"subject": MAX, "number": 3},
        {"subject": MAX, "number": 3, "supersedes": made},
        {"subject": WAIT, "number": 2},
        {"subject": WAIT, "number": 3, "choice": "allow"},
        {"subject": WAIT, "number": 3, "choice": "perhaps"},
        {"subject": "product:x", "product": "X", "number": 3},
    ]
    for fork in forks:
        with pytest.raises(DatabaseError), transaction.atomic():
            Decision.objects.create(**{**facts, **fork})
    for change in (Decision.objects.filter(pk=made.pk),):
        with pytest.raises(DatabaseError), transaction.atomic():
            change.update(choice="reject")
        with pytest.raises(DatabaseError), transaction.atomic():
            change.delete()
    assert Decision.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_at_the_same_moment_one_wins_and_the_others_are_told(harbour: Clinic) -> None:
    directors = [deciding.director(harbour, f"d{n}@harbour.example") for n in range(4)]
    seen = item(harbour, MAX)
    start, told, won = threading.Barrier(4), [], []

    def act(who: Membership) -> None:
        try:
            start.wait()
            with transaction.atomic():
                won.extend(
                    services.decide(clinic=harbour, author=who, items=[seen], now=people.NOW)
                )
        except OvertakenError as late:
            told.append(late)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(who,)) for who in directors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(told)) == (1, 3)
    assert Decision.objects.count() == 1


# --- what is kept warm --------------------------------------------------------------------------


def test_a_decision_of_another_process_is_seen_at_once(harbour: Clinic, dora: Membership) -> None:
    decide(dora, MAX)
    kept = known_for(harbour)
    assert known_for(harbour) is kept
    newest = Decision.objects.get()
    # As another process writes it: past our services and whatever this one keeps.
    Decision.objects.create(
        clinic=harbour,
        author=dora.user,
        recorded_at=people.NOW,
        number=2,
        batch=newest.batch,
        topic="zone",
        subject=MAX,
        choice="reject",
        because="No.",
        claim_digest=newest.claim_digest,
        release_digest=newest.release_digest,
        supersedes=newest,
    )
    assert known_for(harbour) is not kept
    assert known_for(harbour).knowledge.rejected == {MAX}


def test_what_was_rolled_back_is_not_remembered(harbour: Clinic, dora: Membership) -> None:
    with transaction.atomic():
        decide(dora, MAX, "reject")
        assert known_for(harbour).knowledge.rejected == {MAX}
        transaction.set_rollback(True)
    decide(dora, WAIT, "reject")
    assert known_for(harbour).knowledge.rejected == {WAIT}


def test_one_question_to_the_database(
    harbour: Clinic, dora: Membership, django_assert_num_queries: Any
) -> None:
    decide(dora, MAX)
    known_for(harbour)
    with django_assert_num_queries(1):
        known_for(harbour)


# --- products -----------------------------------------------------------------------------------


def list_(dora: Membership, product: str, *, allow: bool = True, seen: Any = None) -> Decision:
    return services.list_product(
        clinic=dora.clinic,
        author=dora,
        product=product,
        because="Licensed for it.",
        allow=allow,
        seen=seen,
        now=people.NOW,
    )


def test_a_product_is_listed_and_taken_off(harbour: Clinic, dora: Membership) -> None:
    made = list_(dora, "  Lift   HG ")
    assert known_for(harbour).knowledge.allowed_products == ("Lift HG",)
    with pytest.raises(OvertakenError):
        list_(dora, "lift-hg", allow=False)
    off = list_(dora, "lift-hg", allow=False, seen=made.pk)
    assert known_for(harbour).knowledge.allowed_products == ()
    with pytest.raises(services.GovernanceError, match="not on the list"):
        list_(dora, "Lift HG", allow=False, seen=off.pk)


def test_a_name_that_is_none_is_refused(dora: Membership) -> None:
    for product in ("", " ", "!!!", "x" * 161):
        with pytest.raises(services.GovernanceError, match="name of a product"):
            list_(dora, product)
