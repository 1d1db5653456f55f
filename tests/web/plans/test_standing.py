"""Knowledge changes after a signature: the plan is judged again, and waits where it is stricter."""

from __future__ import annotations

import msgspec
import pytest
from django.urls import reverse
from django.utils import timezone

from needlework.evidence import Knowledge
from needlework.web import knowledge
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.governance.models import Decision
from needlework.web.governance.selectors import mark
from needlework.web.governance.services import Item, decide
from needlework.web.knowledge import known_for, shipped, shipped_digests
from needlework.web.plans.models import Rejudgement, SignedPlan
from needlework.web.plans.selectors import plans_waiting, standing_of
from needlework.web.plans.services import judge_waiting
from needlework.web.records.services import retract
from needlework.web.treatments.held import Held, ZoneHeld
from needlework.web.treatments.services import record_treatment
from needlework.workflow import Known
from tests.web import people
from tests.web.plans.signed import approve_all, consulted, settle, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def director(harbour: Clinic) -> Membership:
    made = people.member(harbour, "medical-director", email="dora@harbour.example")
    approve_all(made)
    return made


@pytest.fixture
def plan(director: Membership, pat: Client, alice: Membership) -> SignedPlan:
    version = consulted(pat, alice, "02-acne-scars-physician")
    settle(version, alice)
    return signed(version, people.browser(alice))


def decided(director: Membership, claim: str, choice: str, value: float | None = None) -> None:
    rows = Decision.objects.filter(clinic=director.clinic, subject=claim)
    last = rows.filter(superseded_by__isnull=True).first()
    item = Item(
        claim=claim,
        choice=choice,  # type: ignore[arg-type]
        seen=mark(shipped_digests()[claim], last.pk if last else None),
        value=value,
        because="Our own results ask for it.",
    )
    decide(clinic=director.clinic, author=director, items=[item], now=timezone.now())


def state(plan: SignedPlan) -> str:
    return standing_of(plan, known_for(plan.clinic).knowledge).state


def test_a_tightened_depth_makes_the_plan_wait_for_a_new_signature(
    plan: SignedPlan, director: Membership, alice: Membership
) -> None:
    assert state(plan) == "stands"
    decided(director, "zone.cheek.scar-max", "tighten", 1.0)
    assert state(plan) == "not-judged"
    assert judge_waiting(timezone.now()) == 1
    found = standing_of(plan, known_for(plan.clinic).knowledge)
    assert (found.state, found.holds) == ("stricter", False)
    assert any("depth" in change.what for change in found.changes)
    assert list(plans_waiting(plan.clinic, known_for(plan.clinic).knowledge)) == [plan]
    page = people.browser(alice).get(
        reverse("plans:detail", args=(plan.clinic.slug, plan.client_id, plan.pk))
    )
    assert "Read it again and sign" in page.content.decode()
    again = signed(plan.version, people.browser(alice))
    assert state(again) == "stands"
    assert state(plan) == "replaced"
    assert not plans_waiting(plan.clinic, known_for(plan.clinic).knowledge)


def test_a_course_that_is_over_waits_for_no_signature(
    plan: SignedPlan, director: Membership, alice: Membership
) -> None:
    """Home asks for a new signature where a session waits for it, and nowhere else."""
    decided(director, "zone.cheek.scar-max", "tighten", 1.0)
    judge_waiting(timezone.now())
    count = plan.days.filter(kind="session").count()
    assert count > 1
    for left in reversed(range(count)):
        assert plan in plans_waiting(plan.clinic, known_for(plan.clinic).knowledge)
        made = record_treatment(
            client=plan.client,  # type: ignore[arg-type]
            author=alice.user,
            performed_by=alice,
            plan=plan,
            ended_at=timezone.now(),
            held=Held(zones=(ZoneHeld(zone="cheek-left", depth_mm=0.5),)),
            now=timezone.now(),
        )
        assert (left == 0) == (
            not plans_waiting(plan.clinic, known_for(plan.clinic).knowledge).exists()
        )
    retract(record=made, author=alice.user, reason="wrong-facts", now=timezone.now())
    assert plan in plans_waiting(plan.clinic, known_for(plan.clinic).knowledge)


def test_what_does_not_touch_the_plan_leaves_it_in_force(
    plan: SignedPlan, director: Membership
) -> None:
    claim = next(
        name
        for name, one in sorted(shipped().knowledge.claims.items())
        if name.startswith("zone.buttock.") and one.stricter == "lower"
    )
    decided(director, claim, "tighten", shipped().knowledge.claims[claim].number / 2)
    assert judge_waiting(timezone.now()) == 1
    assert state(plan) == "stands"


def test_a_rejected_claim_makes_it_wait(plan: SignedPlan, director: Membership) -> None:
    decided(director, "zone.cheek.scar-max", "reject")
    judge_waiting(timezone.now())
    assert state(plan) == "stricter"


def test_each_plan_is_judged_once_a_knowledge(plan: SignedPlan, director: Membership) -> None:
    decided(director, "zone.cheek.scar-max", "tighten", 1.0)
    assert [judge_waiting(timezone.now()) for _ in range(3)] == [1, 0, 0]
    assert Rejudgement.objects.count() == 1


def test_a_clinics_choice_touches_no_plan_of_another(plan: SignedPlan, elsewhere: Clinic) -> None:
    other = people.member(elsewhere, "medical-director", email="dan@elsewhere.example")
    decided(other, "zone.cheek.scar-max", "tighten", 1.0)
    assert judge_waiting(timezone.now()) == 0
    assert state(plan) == "stands"


def test_a_stricter_release_arrives(
    plan: SignedPlan, alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade: the release at hand is another, and the approvals are the same."""
    old = shipped()
    name = "zone.cheek.scar-max"
    lower = msgspec.structs.replace(old.knowledge.claims[name], value=1.0)
    release = msgspec.structs.replace(
        old.knowledge.release,
        id="2027.01",
        digest="b" * 64,
        claims={**old.knowledge.release.claims, name: lower},
    )
    newer = Known(Knowledge(release), old.lexicon)
    for cached in (knowledge._decided, knowledge.shipped, knowledge.shipped_digests):
        cached.cache_clear()
    monkeypatch.setattr(knowledge, "known", lambda: newer)
    try:
        assert state(plan) == "not-judged"
        assert judge_waiting(timezone.now()) == 1
        assert state(plan) == "stricter"
        page = people.browser(alice).get(
            reverse("plans:detail", args=(plan.clinic.slug, plan.client_id, plan.pk))
        )
        assert plan.shown in page.content.decode()
        # The changed claim asks the director again before anybody may sign anew.
        assert name in known_for(plan.clinic).knowledge.proposed
    finally:
        for cached in (knowledge._decided, knowledge.shipped, knowledge.shipped_digests):
            cached.cache_clear()
