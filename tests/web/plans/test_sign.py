"""Signing a plan: what must be settled, who may, and that exactly what was seen is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from needlework.planning import Plan, cited_claims
from needlework.web.blobs.services import open_blob
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.services import record_consultation
from needlework.web.knowledge import known_for
from needlework.web.plans import services
from needlework.web.plans.models import PlanClaim, SignedPlan
from needlework.web.plans.selectors import standing_of
from needlework.web.records.services import retract
from tests.web import people
from tests.web.plans.signed import approve_all, consulted, form_of, settle, sign_address, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def director(harbour: Clinic) -> Membership:
    made = people.member(harbour, "medical-director", email="dora@harbour.example")
    approve_all(made)
    return made


@pytest.fixture
def version(pat: Client, alice: Membership) -> ConsultationVersion:
    made = consulted(pat, alice)
    settle(made, alice)
    return made


def detail(plan: SignedPlan) -> str:
    return reverse("plans:detail", args=(plan.clinic.slug, plan.client_id, plan.pk))


# --- what a signature keeps --------------------------------------------------------------------


def test_what_was_read_is_what_is_kept(
    director: Membership, version: ConsultationVersion, alice: Membership
) -> None:
    browser = people.browser(alice)
    plan = signed(version, browser)
    assert services.is_whole(plan)
    assert (plan.number, plan.signer, plan.credential["licence_number"]) == (1, alice, "1")
    kept = msgspec.convert(plan.plan, Plan)
    behind = set(plan.claims.values_list("claim", flat=True))
    assert behind > cited_claims(kept)
    assert "rule.c3.adult-age" in behind - cited_claims(kept), "what let the client pass"
    page = browser.get(detail(plan)).content.decode()
    assert plan.shown in page
    assert plan.content_sha256 in page
    assert open_blob(plan.pdf).startswith(b"%PDF-")


def test_what_was_signed_in_another_language_is_marked_as_that(
    director: Membership, version: ConsultationVersion, alice: Membership
) -> None:
    plan = signed(version, people.browser(alice))
    assert (
        '<div class="signed">' + plan.shown
        in people.browser(alice).get(detail(plan)).content.decode()
    )
    alice.user.language = "es"
    alice.user.save()
    page = people.browser(alice).get(detail(plan)).content.decode()
    assert '<div class="signed" lang="en">' + plan.shown in page


def test_it_is_shown_as_it_was_signed_though_the_knowledge_has_changed(
    director: Membership,
    version: ConsultationVersion,
    alice: Membership,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = people.browser(alice)
    plan = signed(version, browser)

    def never(*_given: Any, **_named: Any) -> Any:
        raise AssertionError("a signed plan was judged anew to be shown")

    monkeypatch.setattr("needlework.web.consultations.selectors.plan_for", never)
    monkeypatch.setattr("needlework.web.plans.services.plan_for", never)
    assert plan.shown in browser.get(detail(plan)).content.decode()


def test_a_later_plan_takes_the_place_of_the_first(
    director: Membership, version: ConsultationVersion, alice: Membership
) -> None:
    browser = people.browser(alice)
    first = signed(version, browser)
    second = signed(version, browser)
    assert (second.number, second.supersedes) == (2, first)
    knowledge = known_for(version.clinic).knowledge
    assert standing_of(first, knowledge).state == "replaced"
    assert standing_of(second, knowledge).holds


def test_a_tampered_plan_is_called_that(
    director: Membership, version: ConsultationVersion, alice: Membership
) -> None:
    plan = signed(version, people.browser(alice))
    plan.shown = plan.shown.replace("mm", "cm")
    assert not services.is_whole(plan)


# --- what stands in the way --------------------------------------------------------------------


def test_a_clinic_that_approved_nothing_can_plan_and_not_sign(
    version: ConsultationVersion, alice: Membership
) -> None:
    browser = people.browser(alice)
    page = browser.get(sign_address(version)).content.decode()
    assert "are not approved in this clinic" in page
    assert 'name="password"' not in page
    answer = browser.post(
        sign_address(version),
        {"digest": "x", "number": "0", "agreed": "on", "password": people.PASSWORD},
    )
    assert answer.status_code == 422
    assert not SignedPlan.objects.exists()


@pytest.mark.parametrize(
    ("example", "says"),
    [
        ("09-needs-clearance", "Ask a clinician to clear it"),
        ("11-refused", "Postpone the treatment"),
        ("12-home-refused", "for treatment at home"),
    ],
)
def test_what_is_not_settled_is_not_signed(
    example: str, says: str, director: Membership, pat: Client, alice: Membership
) -> None:
    found = consulted(pat, alice, example)
    browser = people.browser(alice)
    assert says in browser.get(sign_address(found)).content.decode()
    sent = {"digest": "x", "number": "0", "agreed": "on", "password": people.PASSWORD}
    assert browser.post(sign_address(found), sent).status_code == 422
    assert not SignedPlan.objects.exists()


def test_yesterdays_answers_are_asked_again(
    director: Membership, pat: Client, alice: Membership
) -> None:
    found = consulted(pat, alice, date=today_in(pat.clinic, timezone.now()) - timedelta(days=1))
    page = people.browser(alice).get(sign_address(found)).content.decode()
    assert "Ask, and save the answer in a new version" in page
    assert 'name="password"' not in page


def test_what_the_client_wrote_waits_for_the_practitioner(
    director: Membership, pat: Client, alice: Membership, version: ConsultationVersion
) -> None:
    own = ConsultationVersion(
        clinic=pat.clinic,
        client=pat,
        recorded_at=timezone.now(),
        consultation=version.consultation,
        number=2,
        origin="client",
        data=version.data,
        release_digest=version.release_digest,
        supersedes=version,
    )
    own.save(force_insert=True)
    page = people.browser(alice).get(sign_address(version)).content.decode()
    assert "a practitioner has yet to confirm it" in page
    assert 'name="password"' not in page


@pytest.mark.parametrize(
    "facts",
    [
        {"licence_number": ""},
        {"licence_until": None},
        {"licence_until": "yesterday"},
        {"profession": ""},
    ],
    ids=["no licence", "no end", "expired", "no profession"],
)
def test_nobody_signs_without_a_current_licence(
    facts: dict[str, Any], director: Membership, version: ConsultationVersion, alice: Membership
) -> None:
    browser = people.browser(alice)
    form = form_of(browser.get(sign_address(version)).content.decode())
    day = today_in(version.clinic, timezone.now()) - timedelta(days=1)
    changed = {name: day if value == "yesterday" else value for name, value in facts.items()}
    Membership.objects.filter(pk=alice.pk).update(**changed)
    assert browser.post(sign_address(version), form).status_code == 422
    assert not SignedPlan.objects.exists()


@pytest.mark.parametrize("role", ["owner", "assistant", "reception"])
def test_other_roles_do_not_sign(
    role: str, director: Membership, version: ConsultationVersion, harbour: Clinic
) -> None:
    browser = people.browser(people.member(harbour, role, email=f"{role}@harbour.example"))
    assert browser.get(sign_address(version)).status_code == 403
    assert browser.post(sign_address(version), {}).status_code == 403


@pytest.mark.parametrize(
    "change",
    [{"password": "wrong-password"}, {"password": ""}, {"agreed": ""}],
    ids=["wrong", "none", "not agreed"],
)
def test_a_signature_needs_the_password_and_the_words(
    change: dict[str, str], director: Membership, version: ConsultationVersion, alice: Membership
) -> None:
    browser = people.browser(alice)
    page = browser.get(sign_address(version)).content.decode()
    sent = {name: value for name, value in form_of(page, **change).items() if value}
    answer = browser.post(sign_address(version), sent)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode() or "field__error" in answer.content.decode()
    assert not SignedPlan.objects.exists()


# --- what changes between reading and signing --------------------------------------------------


def test_another_plan_than_was_read_is_not_signed(
    director: Membership, version: ConsultationVersion, alice: Membership
) -> None:
    browser = people.browser(alice)
    page = browser.get(sign_address(version)).content.decode()
    Membership.objects.filter(pk=alice.pk).update(licence_number="another")
    answer = browser.post(sign_address(version), form_of(page))
    assert answer.status_code == 422
    assert "has changed since you looked at it" in answer.content.decode()
    assert not SignedPlan.objects.exists()


def test_of_two_signers_one_wins_and_the_other_is_told(
    director: Membership, version: ConsultationVersion, alice: Membership
) -> None:
    first, second = people.browser(alice), people.browser(director)
    pages = [browser.get(sign_address(version)).content.decode() for browser in (first, second)]
    assert first.post(sign_address(version), form_of(pages[0])).status_code == 302
    late = second.post(sign_address(version), form_of(pages[1]))
    assert late.status_code == 422
    assert "Somebody else has changed this record meanwhile." in late.content.decode()
    assert [plan.signer for plan in SignedPlan.objects.all()] == [alice]


def test_the_consultation_went_on(
    director: Membership, version: ConsultationVersion, alice: Membership
) -> None:
    plan = signed(version, people.browser(alice))
    newer = consulted_again(version, alice)
    assert standing_of(plan, known_for(version.clinic).knowledge).state == "consultation-changed"
    again = signed(newer, people.browser(alice))
    assert (again.version, again.supersedes) == (newer, plan)


def test_a_plan_entered_in_error_does_not_stand(
    director: Membership, version: ConsultationVersion, alice: Membership
) -> None:
    plan = signed(version, people.browser(alice))
    retract(record=plan, author=alice.user, reason="wrong-client", now=timezone.now())
    assert standing_of(plan, known_for(version.clinic).knowledge).state == "retracted"


# --- of whom -----------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [sign_address, detail], ids=["sign", "detail"])
def test_another_clinic_finds_nothing(
    where: Callable[[Any], str],
    director: Membership,
    version: ConsultationVersion,
    alice: Membership,
    charlie: Membership,
) -> None:
    plan = signed(version, people.browser(alice))
    address = where(version if where is sign_address else plan)
    stranger: Browser = people.browser(charlie)
    assert stranger.get(address).status_code == 404
    theirs = address.replace("/harbour/", f"/{charlie.clinic.slug}/")
    assert stranger.get(theirs).status_code == 404
    assert PlanClaim.objects.filter(clinic=charlie.clinic).count() == 0


def consulted_again(version: ConsultationVersion, author: Membership) -> ConsultationVersion:
    assert version.client is not None
    return record_consultation(
        client=version.client,
        author=author.user,
        data=version.data,
        known=known_for(version.clinic),
        now=timezone.now(),
        consultation=version.consultation,
        base=version.number,
    )
