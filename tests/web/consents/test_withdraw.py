"""Taking a consent back, at once: by staff on the client's word, and by the client."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consents.models import TREATMENT, USES, Consent, ConsentOffer, Withdrawal
from needlework.web.consents.selectors import (
    Obstacle,
    may_use,
    obstacles_to_session,
    standing_consents,
    valid_consent,
)
from needlework.web.consents.services import withdraw_consent
from needlework.web.knowledge import known_for
from needlework.web.plans.models import SignedPlan
from needlework.web.portal import links
from needlework.web.records.services import retract
from tests.web import people
from tests.web.consents.given import consented, offered, plan_of
from tests.web.plans.signed import signed

pytestmark = pytest.mark.django_db

ALL = dict.fromkeys(USES, "yes")


def consent_of(use: str = TREATMENT) -> Consent:
    return Consent.objects.filter(use=use).latest("recorded_at")


def obstacles(plan: SignedPlan | None, client: Client) -> list[str]:
    knowledge = known_for(client.clinic).knowledge
    return [one.reason for one in obstacles_to_session(client, plan, knowledge)]


def by_link(client: Client) -> Browser:
    """The client's own browser, after the second factor."""
    _, token = links.make_link(client=client, by=None, now=timezone.now())
    browser = people.browser()
    entered = browser.post(links.address(token), {"birth_date": str(client.birth_date)})
    assert entered.status_code == 302
    return browser


# --- at once -----------------------------------------------------------------------------------


def test_staff_write_it_down_and_it_holds_from_then_on(
    offer: ConsentOffer, alice: Membership
) -> None:
    consented(offer, alice)
    assert valid_consent(offer.plan) is not None
    address = reverse("consents:withdraw", args=(offer.clinic.slug, consent_of().pk))
    browser = people.browser(alice)
    assert browser.get(address).status_code == 200
    assert valid_consent(offer.plan) is not None
    assert browser.post(address, {"words": ""}).status_code == 302
    assert valid_consent(offer.plan) is None
    made = Withdrawal.objects.get()
    assert (made.author, made.words) == (alice.user, "")
    assert (
        b"Withdrawn"
        in browser.get(reverse("consents:list", args=(offer.clinic.slug, offer.client_id))).content
    )


def test_each_use_by_itself(offer: ConsentOffer, alice: Membership, pat: Client) -> None:
    consented(offer, alice, answers=ALL)
    assert [use for use in USES if may_use(use, pat)] == list(USES)
    withdraw_consent(consent=consent_of("photo-marketing"), author=alice.user, now=timezone.now())
    assert [use for use in USES if may_use(use, pat)] == list(USES[:-1])
    assert valid_consent(offer.plan) is not None


def test_twice_is_once(offer: ConsentOffer, alice: Membership) -> None:
    consented(offer, alice)
    for _ in range(2):
        withdraw_consent(consent=consent_of(), author=alice.user, now=timezone.now())
    assert Withdrawal.objects.count() == 1
    address = reverse("consents:withdraw", args=(offer.clinic.slug, consent_of().pk))
    assert people.browser(alice).post(address, {}).status_code == 302
    assert Withdrawal.objects.count() == 1


def test_no_other_consent_to_the_same_is_left_over(
    offer: ConsentOffer, plan: SignedPlan, alice: Membership, pat: Client
) -> None:
    consented(offer, alice, answers=ALL)
    consented(offered(plan, alice, "es"), alice, answers=ALL)
    assert standing_consents(pat).count() == 2 * len(USES)
    withdraw_consent(consent=consent_of(), author=alice.user, now=timezone.now())
    withdraw_consent(consent=consent_of("photo-teaching"), author=alice.user, now=timezone.now())
    assert valid_consent(plan) is None
    assert not may_use("photo-teaching", pat)
    assert may_use("photo-clinical", pat)


def test_a_withdrawal_marked_as_an_error_stays_one(offer: ConsentOffer, alice: Membership) -> None:
    """Nobody treats by a consent that was taken back because a click struck the taking back."""
    consented(offer, alice)
    (made,) = withdraw_consent(consent=consent_of(), author=alice.user, now=timezone.now())
    retract(record=made, author=alice.user, reason="duplicate", now=timezone.now())
    assert valid_consent(offer.plan) is None


def test_a_new_consent_may_follow(offer: ConsentOffer, alice: Membership) -> None:
    consented(offer, alice)
    withdraw_consent(consent=consent_of(), author=alice.user, now=timezone.now())
    again = offered(offer.plan, alice)
    consented(again, alice)
    found = valid_consent(offer.plan)
    assert found is not None
    assert found.signature.offer == again


def test_a_no_takes_back_an_earlier_yes_to_photographs(
    offer: ConsentOffer, plan: SignedPlan, alice: Membership, pat: Client
) -> None:
    consented(offer, alice, answers=ALL)
    second = {**ALL, "photo-marketing": "no"}
    consented(offered(plan, alice, "es"), alice, answers=second)
    assert not may_use("photo-marketing", pat)
    assert may_use("photo-teaching", pat)


@pytest.mark.parametrize("what", ["consent", "signature", "offer"])
def test_what_was_entered_in_error_does_not_hold(
    what: str, offer: ConsentOffer, alice: Membership
) -> None:
    signature = consented(offer, alice)
    record = {"consent": consent_of(), "signature": signature, "offer": offer}[what]
    retract(record=record, author=alice.user, reason="wrong-client", now=timezone.now())
    assert valid_consent(offer.plan) is None


# --- who ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["owner", "reception"])
def test_other_roles_do_not_take_back(
    role: str, offer: ConsentOffer, alice: Membership, harbour: Clinic
) -> None:
    consented(offer, alice)
    browser = people.browser(people.member(harbour, role, email=f"{role}@harbour.example"))
    address = reverse("consents:withdraw", args=(harbour.slug, consent_of().pk))
    assert browser.post(address, {}).status_code == 403
    assert valid_consent(offer.plan) is not None


def test_another_clinic_finds_no_consent(
    offer: ConsentOffer, alice: Membership, charlie: Membership
) -> None:
    consented(offer, alice)
    address = reverse("consents:withdraw", args=(charlie.clinic.slug, consent_of().pk))
    assert people.browser(charlie).post(address, {}).status_code == 404
    assert valid_consent(offer.plan) is not None


def test_a_client_takes_back_their_own(offer: ConsentOffer, alice: Membership, pat: Client) -> None:
    consented(offer, alice, answers=ALL)
    browser = by_link(pat)
    page = browser.get("/my/consents/").content.decode()
    assert page.count("Yes, take it back") == len(USES)
    answer = browser.post(f"/my/consents/{consent_of().pk}/withdraw/")
    assert answer.headers["Location"] == "/my/consents/"
    assert valid_consent(offer.plan) is None
    made = Withdrawal.objects.get()
    assert made.author is None
    assert made.portal_link is not None
    after = browser.get("/my/consents/").content.decode()
    assert after.count("Yes, take it back") == len(USES) - 1
    assert "These no longer count" in after
    staff = people.browser(alice).get(
        reverse("consents:list", args=(offer.clinic.slug, offer.client_id))
    )
    assert "by the client on their own page" in staff.content.decode()


def test_a_client_finds_no_consent_of_another(
    offer: ConsentOffer, alice: Membership, pat: Client
) -> None:
    consented(offer, alice)
    other = people.person(pat.clinic, "Rosa Vidal")
    browser = by_link(other)
    assert "Yes, take it back" not in browser.get("/my/consents/").content.decode()
    assert browser.post(f"/my/consents/{consent_of().pk}/withdraw/").status_code == 404
    assert valid_consent(offer.plan) is not None
    assert (
        people.browser(alice).post(f"/my/consents/{consent_of().pk}/withdraw/").status_code == 403
    )


def test_a_client_reads_at_home_what_was_offered(offer: ConsentOffer, pat: Client) -> None:
    browser = by_link(pat)
    assert f"/my/files/{offer.pdf_id}/" in browser.get("/my/consents/").content.decode()
    assert browser.get(f"/my/files/{offer.pdf_id}/").content.startswith(b"%PDF-")


# --- ready for a session ------------------------------------------------------------------------


def test_from_no_plan_to_ready_and_back(
    director: Membership, pat: Client, alice: Membership
) -> None:
    assert obstacles(None, pat) == ["no-plan"]
    plan = plan_of(pat, alice)
    assert obstacles(plan, pat) == ["no-consent"]
    offer = offered(plan, alice)
    assert obstacles(plan, pat) == ["unsigned"]
    consented(offer, alice)
    assert obstacles(plan, pat) == []
    withdraw_consent(consent=consent_of(), author=alice.user, now=timezone.now())
    assert obstacles(plan, pat) == ["withdrawn"]


def test_consent_to_photographs_is_no_consent_to_treatment(
    offer: ConsentOffer, alice: Membership, pat: Client
) -> None:
    consented(offer, alice, answers=ALL)
    withdraw_consent(consent=consent_of(), author=alice.user, now=timezone.now())
    assert obstacles(offer.plan, pat) == ["withdrawn"]
    assert may_use("photo-clinical", pat)


def test_a_later_plan_needs_a_consent_of_its_own(
    offer: ConsentOffer, alice: Membership, pat: Client
) -> None:
    consented(offer, alice)
    later = signed(offer.plan.version, people.browser(alice))
    assert obstacles(later, pat) == ["no-consent"]
    assert obstacles(offer.plan, pat) == ["plan-replaced"]


def test_a_plan_that_waits_is_no_ground_for_a_session(
    offer: ConsentOffer, alice: Membership, pat: Client
) -> None:
    from tests.web.plans.test_sign import consulted_again

    consented(offer, alice)
    consulted_again(offer.plan.version, alice)
    assert obstacles(offer.plan, pat) == ["plan-waits"]


def test_anothers_plan_is_none(offer: ConsentOffer, alice: Membership, pat: Client) -> None:
    consented(offer, alice)
    other = people.person(pat.clinic, "Rosa Vidal")
    knowledge = known_for(pat.clinic).knowledge
    assert obstacles_to_session(other, offer.plan, knowledge) == (Obstacle("no-plan"),)


def test_the_clients_page_says_it(offer: ConsentOffer, alice: Membership, pat: Client) -> None:
    page = reverse("clinics:client", args=(pat.clinic.slug, pat.pk))
    browser = people.browser(alice)
    before = browser.get(page).content.decode()
    assert "Not ready for a session" in before
    assert "The consent for this plan is not signed yet." in before
    consented(offer, alice, now=timezone.now() + timedelta(hours=25))
    assert "Not ready for a session" not in browser.get(page).content.decode()
    desk = people.browser(people.member(pat.clinic, "reception", email="d@harbour.example"))
    assert "Ready for a session?" not in desk.get(page).content.decode()


def test_the_plans_page_leads_there(offer: ConsentOffer, alice: Membership) -> None:
    plan = offer.plan
    page = reverse(
        "consultations:plan", args=(plan.clinic.slug, plan.client_id, plan.consultation_id)
    )
    there = reverse("consents:offer", args=(plan.clinic.slug, plan.client_id, plan.pk))
    assert there in people.browser(alice).get(page).content.decode()
