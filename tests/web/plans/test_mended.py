"""Ways by which an attack had a plan signed, or left standing, that must not be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from django.urls import reverse
from django.utils import timezone

from needlework.errors import AnswerError
from needlework.planning.standing import changes, standing
from needlework.web.clearances.models import Clearance
from needlework.web.clearances.services import (
    ClearanceError,
    answer_request,
    ask_clearance,
    key_of,
    override_finding,
)
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.clinics.services import change_client
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.selectors import judged
from needlework.web.consultations.services import record_consultation
from needlework.web.knowledge import known_for
from needlework.web.plans import desk, services
from needlework.web.plans.models import Rejudgement, SignedPlan
from needlework.web.plans.selectors import standing_of
from needlework.web.records.services import retract
from tests.web import people
from tests.web.plans.signed import approve_all, consulted, form_of, settle, sign_address, signed
from tests.web.plans.test_standing import decided

pytestmark = pytest.mark.django_db

ASPIRIN = {"name": "aspirin", "route": "oral", "daily": "yes", "taken_for": "other"}
WARFARIN = {"name": "warfarin", "route": "oral", "daily": "yes", "taken_for": "other"}


@pytest.fixture
def director(harbour: Clinic) -> Membership:
    made = people.member(harbour, "medical-director", email="dora@harbour.example")
    approve_all(made)
    return made


@pytest.fixture
def version(pat: Client, alice: Membership, director: Membership) -> ConsultationVersion:
    made = consulted(pat, alice)
    settle(made, alice)
    return made


def taking(*listed: dict[str, Any]) -> dict[str, Any]:
    return {"answer": "yes", "list": list(listed)}


def again(version: ConsultationVersion, alice: Membership, **said: Any) -> ConsultationVersion:
    assert version.client is not None
    return record_consultation(
        client=version.client,
        author=alice.user,
        data={**version.data, **said},
        known=known_for(version.clinic),
        now=timezone.now(),
        consultation=version.consultation,
        base=version.number,
    )


def in_the_way(version: ConsultationVersion, member: Membership) -> list[tuple[str, str]]:
    today = today_in(version.clinic, timezone.now())
    found = services.in_the_way(judged(version, known_for(version.clinic), on=today), member, today)
    return [(one.reason, one.rule) for one in found]


def cleared(version: ConsultationVersion, member: Membership, rule: str, **facts: Any) -> Clearance:
    today = today_in(version.clinic, timezone.now())
    known = known_for(version.clinic)
    plan = judged(version, known, on=today).plan
    finding = next(one for one in plan.assessment.findings if one.rule == rule and one.override)
    given = {
        "version": version,
        "finding": finding,
        "member": member,
        "knowledge": known.knowledge,
        "reason": "examined",
        "words": "Talked through.",
        "reach": "course",
        "valid_until": today + timedelta(days=100),
        "now": timezone.now(),
        **facts,
    }
    return override_finding(**given)


def state(plan: SignedPlan) -> str:
    return standing_of(plan, known_for(plan.clinic).knowledge).state


# --- an answer is to what was asked ------------------------------------------------------------


def test_one_medicine_cleared_is_not_another_cleared(
    pat: Client, alice: Membership, director: Membership
) -> None:
    first = consulted(pat, alice, medicines=taking(ASPIRIN))
    settle(first, alice)
    assert in_the_way(first, alice) == []
    both = again(first, alice, medicines=taking(ASPIRIN, WARFARIN))
    assert ("clearance", "C13") in in_the_way(both, alice)
    other = consulted(pat, alice, medicines=taking(WARFARIN))
    assert ("clearance", "C13") in in_the_way(other, alice)


def test_a_request_about_what_has_changed_is_not_answered(
    pat: Client, alice: Membership, director: Membership
) -> None:
    first = consulted(pat, alice, medicines=taking(ASPIRIN))
    today = today_in(pat.clinic, timezone.now())
    plan = judged(first, known_for(pat.clinic), on=today).plan
    finding = next(one for one in plan.assessment.findings if one.rule == "C13")
    request = ask_clearance(
        version=first,
        finding=finding,
        question="May aspirin go on?",
        due_on=today,
        author=alice.user,
        now=timezone.now(),
        asked=alice,
    )
    changed = again(first, alice, medicines=taking(WARFARIN))
    browser = people.browser(alice)
    address = f"/clinic/harbour/clearances/{request.pk}/"
    assert "has changed since this was asked" in browser.get(address).content.decode()
    sent = {"outcome": "cleared", "reach": "course", "valid_until": today.isoformat()}
    assert browser.post(address, sent).status_code == 422
    assert ("clearance", "C13") in in_the_way(changed, alice)


def test_a_refusal_does_not_lapse(pat: Client, alice: Membership, director: Membership) -> None:
    found = consulted(pat, alice, "09-needs-clearance")
    today = today_in(pat.clinic, timezone.now())
    plan = judged(found, known_for(pat.clinic), on=today).plan
    finding = next(one for one in plan.assessment.findings if one.rule == "C9")
    request = ask_clearance(
        version=found,
        finding=finding,
        question="?",
        due_on=today,
        author=alice.user,
        now=timezone.now(),
        asked=alice,
    )
    answer_request(
        request=request,
        outcome="refused",
        member=alice,
        knowledge=known_for(pat.clinic).knowledge,
        now=timezone.now(),
        reach="session",
        valid_until=today,
    )
    later = judged(found, known_for(pat.clinic), on=today + timedelta(days=30)).plan
    assert any(one.refused for one in later.assessment.findings if one.rule == "C9")


def test_only_a_clinician_answers_otherwise_than_a_clinician(
    pat: Client, alice: Membership, harbour: Clinic, director: Membership
) -> None:
    used = today_in(harbour, timezone.now()) - timedelta(days=3)
    product = {"name": "tretinoin", "last_used": used, "zones": ["face"]}
    found = consulted(pat, alice, products=taking(product))
    first = cleared(found, alice, "C31")
    nurse = people.member(harbour, "practitioner", email="nora@harbour.example", profession="nurse")
    retract(record=first, author=alice.user, reason="wrong-facts", now=timezone.now())
    with pytest.raises(ClearanceError, match="only a clinician"):
        cleared(found, nurse, "C31", seen=first.pk)


# --- nothing is left out in silence ------------------------------------------------------------


def test_a_plan_whose_preparation_is_not_known_is_not_signed(
    version: ConsultationVersion, alice: Membership, director: Membership
) -> None:
    assert in_the_way(version, alice) == []
    decided(director, "course.anaesthetic.cleanse", "reject")
    assert ("question", "") in in_the_way(version, alice)


def test_a_cream_that_is_not_settled_stands_in_the_way(
    pat: Client, alice: Membership, director: Membership
) -> None:
    wish = {"answer": "yes", "products": [{"product": "blt"}]}
    found = consulted(pat, alice, anaesthetic=wish)
    settle(found, alice)
    assert {reason for reason, _rule in in_the_way(found, alice)} & {"clearance", "question"}


# --- while it is signed ------------------------------------------------------------------------


def _refused(version: ConsultationVersion, alice: Membership) -> None:
    row = Clearance.objects.filter(client=version.client).latest("recorded_at")
    retract(record=row, author=alice.user, reason="wrong-facts", now=timezone.now())


def _struck(version: ConsultationVersion, alice: Membership) -> None:
    retract(record=version, author=alice.user, reason="wrong-facts", now=timezone.now())


def _unlicensed(version: ConsultationVersion, alice: Membership) -> None:
    Membership.objects.filter(pk=alice.pk).update(licence_number="")


@pytest.mark.parametrize("act", [_refused, _struck, _unlicensed])
def test_what_changes_while_it_is_printed_is_seen(
    act: Callable[[ConsultationVersion, Membership], None],
    version: ConsultationVersion,
    alice: Membership,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = people.browser(alice)
    form = form_of(browser.get(sign_address(version)).content.decode())
    printed = desk.SigningDesk._pdf

    def meanwhile(self: desk.SigningDesk) -> bytes:
        made = printed(self)
        act(version, alice)
        return made

    monkeypatch.setattr(desk.SigningDesk, "_pdf", meanwhile)
    assert browser.post(sign_address(version), form).status_code == 422
    assert not SignedPlan.objects.exists()


def test_a_plan_of_older_facts_than_another_consultation_tells_is_not_signed(
    version: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    """She said she was pregnant in a second consultation; the first one's page was still open."""
    browser = people.browser(alice)
    form = form_of(browser.get(sign_address(version)).content.decode())
    other = consulted(pat, alice, history={**version.data["history"], "pregnancy": "yes"})
    answer = browser.post(sign_address(version), form)
    assert answer.status_code == 422
    assert "Another consultation of this client is newer" in answer.content.decode()
    assert not SignedPlan.objects.exists()

    retract(record=other.consultation, author=alice.user, reason="wrong-client", now=timezone.now())
    assert signed(version, browser).number == 1


def corrected(client: Client, **facts: Any) -> None:
    change_client(client=client, given=facts, author=None, now=timezone.now())


def test_a_birth_date_that_was_put_right_counts_before_a_signature(
    version: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    """The version took 38 years from the record; then somebody saw that she is 17."""
    browser = people.browser(alice)
    form = form_of(browser.get(sign_address(version)).content.decode())
    corrected(pat, birth_date=today_in(pat.clinic, timezone.now()) - timedelta(days=17 * 365))
    answer = browser.post(sign_address(version), form)
    assert answer.status_code == 422
    assert "birth date or sex on record is another" in answer.content.decode()
    assert not SignedPlan.objects.exists()


def test_a_birth_date_that_was_put_right_makes_a_signed_plan_wait(
    version: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    plan = signed(version, people.browser(alice))
    corrected(pat, birth_date=date(1988, 4, 13), email="pat@home.example")
    plan = SignedPlan.objects.get()
    assert state(plan) == "stands", "the plan is the same for her"
    corrected(pat, birth_date=today_in(pat.clinic, timezone.now()) - timedelta(days=17 * 365))
    plan = SignedPlan.objects.get()
    assert state(plan) == "person-changed"
    page = people.browser(alice).get(
        reverse("plans:detail", args=(plan.clinic.slug, pat.pk, plan.pk))
    )
    assert "no session is held under this plan" in page.content.decode()


# --- after it was signed -----------------------------------------------------------------------


def test_a_clearance_that_is_gone_makes_the_plan_wait(
    version: ConsultationVersion, alice: Membership
) -> None:
    plan = signed(version, people.browser(alice))
    assert state(plan) == "stands"
    _refused(version, alice)
    assert state(plan) == "clearance-changed"


def test_newer_facts_in_another_consultation_make_it_wait(
    version: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    plan = signed(version, people.browser(alice))
    consulted(pat, alice)
    assert state(plan) == "consultation-changed"


def test_what_another_consultation_said_in_error_holds_up_nothing(
    version: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    plan = signed(version, people.browser(alice))
    other = consulted(pat, alice)
    retract(record=other.consultation, author=alice.user, reason="wrong-client", now=timezone.now())
    assert state(plan) == "stands"


def test_what_is_told_while_it_is_signed_makes_it_wait(
    version: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    plan = signed(version, people.browser(alice))
    record_consultation(
        client=pat,
        author=alice.user,
        data=version.data,
        known=known_for(version.clinic),
        now=plan.recorded_at - timedelta(microseconds=1),
    )
    assert state(plan) == "consultation-changed"


def test_an_approval_taken_back_makes_it_wait(
    version: ConsultationVersion, alice: Membership, director: Membership
) -> None:
    plan = signed(version, people.browser(alice))
    claim = plan.claims.filter(claim__startswith="concern.").values_list("claim", flat=True)
    proposed = known_for(plan.clinic).knowledge.approved & set(claim)
    decided(director, min(proposed), "undecide")
    services.judge_waiting(timezone.now())
    assert state(plan) == "stricter"


def test_whatever_else_differs_is_for_somebody_to_read(version: ConsultationVersion) -> None:
    plan = judged(version, known_for(version.clinic)).plan
    assert plan.course is not None
    without = [
        msgspec.structs.replace(plan, preparation=None),
        msgspec.structs.replace(plan, devices=()),
        msgspec.structs.replace(plan, alternatives=()),
        msgspec.structs.replace(plan, course=msgspec.structs.replace(plan.course, rules=())),
        msgspec.structs.replace(plan, course=msgspec.structs.replace(plan.course, checks=())),
    ]
    for other in without:
        assert standing(changes(plan, other)) == "stricter"
    assert standing(changes(plan, plan)) == "same"


def test_a_plan_that_cannot_be_judged_holds_up_no_other(
    version: ConsultationVersion,
    alice: Membership,
    director: Membership,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = signed(version, people.browser(alice))
    decided(director, "zone.cheek.scar-max", "tighten", 1.0)

    def broken(*_given: Any) -> Any:
        raise AnswerError("The device is not known.", hint="Choose another.")

    monkeypatch.setattr(services, "consult", broken)
    assert services.judge_waiting(timezone.now()) == 1
    assert Rejudgement.objects.get().standing == "stricter"
    assert state(plan) == "stricter"


def test_a_plan_of_one_is_no_plan_of_another(
    version: ConsultationVersion, alice: Membership, harbour: Clinic
) -> None:
    plan = signed(version, people.browser(alice))
    assert services.is_whole(plan)
    plan.client = people.person(harbour, "Ana Otra")
    assert not services.is_whole(plan)


def test_rejected_gates_let_nobody_clear_and_break_no_page(
    pat: Client, alice: Membership, director: Membership
) -> None:
    found = consulted(pat, alice, "09-needs-clearance")
    for claim in ("course.gates.prescribers", "course.gates.clearance-longest"):
        decided(director, claim, "reject")
    base = f"/clinic/harbour/clients/{pat.pk}/consultations/{found.consultation_id}/clearances/"
    assert people.browser(alice).get(base).status_code == 200
    with pytest.raises(ClearanceError, match="role or licence"):
        cleared(found, alice, "C9")
    with pytest.raises(ClearanceError, match="at most until"):
        cleared(found, director, "C9")
    today = today_in(pat.clinic, timezone.now())
    given = cleared(found, director, "C9", valid_until=today)
    plan = judged(found, known_for(pat.clinic), on=today).plan
    answered = next(one for one in plan.assessment.findings if one.rule == "C9")
    assert given.finding_key == key_of(answered)
