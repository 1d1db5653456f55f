"""Asking, answering, overriding: who may, what it needs, and that one of two is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from needlework.evidence import Verdict
from needlework.web.blobs.services import keep_blob
from needlework.web.clearances.models import Clearance, ClearanceRequest
from needlework.web.clearances.selectors import given_for, open_requests
from needlework.web.clearances.services import (
    ClearanceError,
    answer_request,
    ask_clearance,
    override_finding,
)
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.selectors import judged
from needlework.web.knowledge import known_for
from needlework.web.records.services import OvertakenError, retract
from tests.web import people
from tests.web.clearances.asked import consulted, found
from tests.web.records_of import png

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(pat: Client, alice: Membership) -> ConsultationVersion:
    return consulted(pat, alice)


@pytest.fixture
def nurse(harbour: Clinic) -> Membership:
    return people.member(harbour, "practitioner", email="nora@harbour.example", profession="nurse")


def day() -> date:
    """Today, where the clinic is."""
    return today_in(Clinic.objects.get(slug="harbour"), timezone.now())


def _client(version: ConsultationVersion) -> Client:
    assert version.client is not None
    return version.client


def asked(version: ConsultationVersion, by: Membership, **facts: Any) -> ClearanceRequest:
    given = {
        "version": version,
        "finding": found(version),
        "question": "Has an antiviral been considered?",
        "due_on": day() + timedelta(days=7),
        "author": by.user,
        "now": timezone.now(),
        **facts,
    }
    return ask_clearance(**given)


def answered(request: ClearanceRequest, by: Membership, **facts: Any) -> Clearance:
    given = {
        "request": request,
        "outcome": "cleared",
        "member": by,
        "knowledge": known_for(request.clinic).knowledge,
        "now": timezone.now(),
        "reach": "course",
        "valid_until": day() + timedelta(days=100),
        **facts,
    }
    return answer_request(**given)


def overridden(version: ConsultationVersion, by: Membership, **facts: Any) -> Clearance:
    given = {
        "version": version,
        "finding": found(version),
        "member": by,
        "knowledge": known_for(version.clinic).knowledge,
        "reason": "examined",
        "words": "No lesion for ten years; prophylaxis discussed and recorded.",
        "reach": "course",
        "valid_until": day() + timedelta(days=100),
        "now": timezone.now(),
        **facts,
    }
    return override_finding(**given)


def verdict(version: ConsultationVersion) -> set[Verdict]:
    plan = judged(version, known_for(version.clinic)).plan
    return {one.verdict for one in plan.assessment.findings if one.rule == "C9"}


# --- what it does ------------------------------------------------------------------------------


def test_a_question_is_asked_answered_and_counts(
    version: ConsultationVersion, alice: Membership, nurse: Membership
) -> None:
    request = asked(version, nurse, asked=alice)
    assert list(open_requests(version.clinic)) == [request]
    assert verdict(version) == {Verdict.CLEAR}
    given = answered(request, alice, conditions="Only with an antiviral.")
    assert list(open_requests(version.clinic)) == []
    (counted,) = given_for(_client(version), known_for(version.clinic).knowledge)
    assert (counted.rule, counted.outcome, counted.conditions) == (
        "C9",
        "cleared",
        "Only with an antiviral.",
    )
    assert Verdict.CLEAR not in verdict(version)
    assert (given.clinician_name, given.role) == (alice.user.name, "C")


def test_a_refusal_counts_and_outweighs(version: ConsultationVersion, alice: Membership) -> None:
    request = asked(version, alice, asked=alice)
    first = answered(request, alice, outcome="refused", words="Wait for the neurologist.")
    assert first.outcome == "refused"
    assert verdict(version) == {Verdict.CLEAR}
    plan = judged(version, known_for(version.clinic)).plan
    assert any(one.refused for one in plan.assessment.findings if one.rule == "C9")


def test_an_answer_entered_in_error_counts_no_more_and_may_be_given_anew(
    version: ConsultationVersion, alice: Membership
) -> None:
    wrong = overridden(version, alice)
    retract(record=wrong, author=alice.user, reason="wrong-client", now=timezone.now())
    assert given_for(_client(version), known_for(version.clinic).knowledge) == ()
    assert verdict(version) == {Verdict.CLEAR}
    with pytest.raises(OvertakenError):
        overridden(version, alice)
    right = overridden(version, alice, seen=wrong.pk)
    assert right.supersedes == wrong
    assert Verdict.CLEAR not in verdict(version)


def test_it_ends_on_its_last_day(version: ConsultationVersion, alice: Membership) -> None:
    overridden(version, alice, valid_until=day())
    known = known_for(version.clinic)
    assert Verdict.CLEAR not in verdict(version)
    later = judged(version, known, on=day() + timedelta(days=1)).plan
    assert Verdict.CLEAR in {f.verdict for f in later.assessment.findings if f.rule == "C9"}


def test_an_answer_of_a_later_day_does_not_reach_back(pat: Client, alice: Membership) -> None:
    """A consultation is judged on its own day, also after somebody answered on another."""
    earlier = consulted(pat, alice, date=day() - timedelta(days=2))
    known = known_for(pat.clinic)
    then = judged(earlier, known).plan
    finding = next(one for one in then.assessment.findings if one.rule == "C9")
    overridden(earlier, alice, finding=finding)
    assert judged(earlier, known).plan == then
    now = judged(earlier, known, on=day()).plan
    assert Verdict.CLEAR not in {f.verdict for f in now.assessment.findings if f.rule == "C9"}


# --- who and what is refused -------------------------------------------------------------------


@pytest.mark.parametrize("act", [answered, overridden], ids=["answer", "override"])
def test_who_may_not_clear(
    act: Callable[..., Any], version: ConsultationVersion, alice: Membership, nurse: Membership
) -> None:
    target: Any = asked(version, alice, asked=alice) if act is answered else version
    with pytest.raises(ClearanceError, match="role or licence"):
        act(target, nurse)
    alice.licence_until = day() - timedelta(days=1)
    with pytest.raises(ClearanceError, match="role or licence"):
        act(target, alice)
    assert not Clearance.objects.exists()


def test_nobody_of_another_clinic(version: ConsultationVersion, charlie: Membership) -> None:
    with pytest.raises(ClearanceError, match="does not work"):
        overridden(version, charlie)
    with pytest.raises(ClearanceError, match="does not work"):
        asked(version, charlie, asked=charlie)


def test_whoever_has_left(version: ConsultationVersion, alice: Membership) -> None:
    alice.left_at = timezone.now()
    with pytest.raises(ClearanceError, match="does not work"):
        overridden(version, alice)


def test_what_nobody_may_clear(version: ConsultationVersion, alice: Membership) -> None:
    stop = msgspec.structs.replace(found(version), override=None)
    with pytest.raises(ClearanceError, match="Nobody"):
        asked(version, alice, finding=stop, asked=alice)
    with pytest.raises(ClearanceError):
        overridden(version, alice, finding=stop)


@pytest.mark.parametrize(
    "facts",
    [
        {"reason": "because"},
        {"words": "  "},
        {"reach": "for-ever"},
        {"valid_until": date(2020, 1, 1)},
        {"valid_until": date(2099, 1, 1)},
    ],
)
def test_what_an_override_needs(
    facts: dict[str, Any], version: ConsultationVersion, alice: Membership
) -> None:
    with pytest.raises(ClearanceError):
        overridden(version, alice, **facts)
    assert not Clearance.objects.exists()


def test_somebody_outside_answers_by_a_letter(
    version: ConsultationVersion, alice: Membership, harbour: Clinic, pat: Client
) -> None:
    request = asked(version, alice, asked_name="Dr Vale", asked_contact="Elm Practice")
    with pytest.raises(ClearanceError, match="letter"):
        answered(request, alice, outside_name="Dr Vale")
    letter = keep_blob(clinic=harbour, client=pat, author=alice.user, kind="letter", content=png())
    given = answered(request, alice, outside_name="Dr Vale", letter=letter)
    assert (given.clinician_name, given.clinician, given.letter) == ("Dr Vale", alice, letter)


def test_a_letter_about_somebody_else(
    version: ConsultationVersion, alice: Membership, harbour: Clinic
) -> None:
    other = people.person(harbour, "Ana Otra")
    letter = keep_blob(
        clinic=harbour, client=other, author=alice.user, kind="letter", content=png()
    )
    with pytest.raises(ClearanceError, match="somebody else"):
        overridden(version, alice, letter=letter)


def test_nobody_is_asked_or_too_late(version: ConsultationVersion, alice: Membership) -> None:
    with pytest.raises(ClearanceError, match="who is asked"):
        asked(version, alice)
    with pytest.raises(ClearanceError, match="passed"):
        asked(version, alice, asked=alice, due_on=date(2020, 1, 1))


# --- two at once -------------------------------------------------------------------------------


def test_of_two_who_clear_what_both_saw_open_one_is_told(
    version: ConsultationVersion, alice: Membership, harbour: Clinic
) -> None:
    doctor = people.member(harbour, "medical-director", email="dora@harbour.example")
    request = asked(version, alice, asked=alice)
    answered(request, alice, outcome="refused")
    with pytest.raises(OvertakenError):
        answered(request, doctor)
    with pytest.raises(OvertakenError):
        overridden(version, doctor)
    assert [row.outcome for row in Clearance.objects.all()] == ["refused"]
