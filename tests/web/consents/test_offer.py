"""Offering a consent: filled in from this plan, kept as it is, with time to think."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from needlework.evidence import Knowledge
from needlework.web.blobs.services import open_blob
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consents import selectors, services
from needlework.web.consents.errors import ConsentError
from needlework.web.consents.forming import is_whole
from needlework.web.consents.models import ConsentOffer, ConsentText
from needlework.web.knowledge import known_for
from needlework.web.plans.models import SignedPlan
from needlework.web.records.services import OvertakenError, retract
from tests.documents.reading import text
from tests.web import people
from tests.web.consents.given import consented, offered, plan_of
from tests.web.plans.signed import signed

pytestmark = pytest.mark.django_db


def address(plan: SignedPlan) -> str:
    return reverse("consents:offer", args=(plan.clinic.slug, plan.client_id, plan.pk))


def terms(offer: ConsentOffer) -> list[str]:
    return [part["term"] for part in offer.points["parts"]]


# --- what it says ------------------------------------------------------------------------------


def test_every_part_that_a_consent_must_show_is_there_and_on_paper(offer: ConsentOffer) -> None:
    must = set(known_for(offer.clinic).knowledge.claim("consent.content.must-show").words)
    assert set(terms(offer)) >= must - {"signature"} | {"phototype", "numbers"}
    said = text(open_blob(offer.pdf))
    for part in offer.points["parts"]:
        assert part["title"] in said
    assert "Not signed" in said
    assert is_whole(offer)


def test_each_risk_has_a_rate_or_says_that_none_is_known(offer: ConsentOffer) -> None:
    (risks,) = [part["risks"] for part in offer.points["parts"] if part["term"] == "risks"]
    assert len(risks) > 10
    by_name = {risk["name"]: " ".join(one["text"] for one in risk["known"]) for risk in risks}
    assert "13.3 %" in by_name["Acne flare"]
    assert by_name["Bruise"].endswith("No rate is known.")
    assert "No rate is known." not in by_name["Acne flare"]


def test_it_says_what_is_proposed_and_who_approved_it(
    offer: ConsentOffer, director: Membership
) -> None:
    (numbers,) = [part for part in offer.points["parts"] if part["term"] == "numbers"]
    assert numbers["listed"][0]["about"].startswith(f"{director.user.name}, ")
    assert "marked A" in numbers["listed"][0]["said"][0]
    assert not any("nobody" in str(one["about"]) for one in numbers["listed"])


def test_a_client_reads_it_in_spanish(plan: SignedPlan, alice: Membership) -> None:
    made = offered(plan, alice, "es")
    assert made.points["language"] == "es"
    assert made.points["title"] != "Consent to microneedling"


def test_another_phototype_is_told_other_rates(director: Membership, pat: Client) -> None:
    signer = people.member(pat.clinic, "practitioner", email="second@harbour.example")
    made = offered(plan_of(pat, signer, "05-acne-scars-phototype-v"), signer)
    skin = next(part for part in made.points["parts"] if part["term"] == "phototype")
    assert any("less deep" in str(piece) for piece in skin["said"])


# --- the clinic's own words ---------------------------------------------------------------------


def test_the_directors_words_stand_in_offers_made_after_them(
    plan: SignedPlan, alice: Membership, director: Membership
) -> None:
    page = reverse("consents:texts", args=(plan.clinic.slug,))
    browser = people.browser(director)
    sent = {"text_language": "en", "number": "0", "words": "Call us on Sundays too.\n<b>Bold</b>"}
    before = offered(plan, alice)
    assert browser.post(page, sent).status_code == 302
    after = offered(plan, alice)
    assert "own-words" not in terms(before)
    (own,) = [part for part in after.points["parts"] if part["term"] == "own-words"]
    assert own["said"] == ["Call us on Sundays too.", "<b>Bold</b>"]
    assert after.text is not None
    assert "<b>Bold</b>" in text(open_blob(after.pdf))
    shown = browser.get(reverse("consents:detail", args=(plan.clinic.slug, after.pk)))
    assert "&lt;b&gt;Bold" in shown.content.decode()


def test_of_two_directors_at_once_one_is_told(director: Membership, harbour: Clinic) -> None:
    for number in (0, 1):
        services.write_text(
            clinic=harbour,
            language="es",
            words=f"Versión {number}",
            seen_number=number,
            author=director.user,
            now=timezone.now(),
        )
    with pytest.raises(OvertakenError):
        services.write_text(
            clinic=harbour,
            language="es",
            words="Otra",
            seen_number=1,
            author=director.user,
            now=timezone.now(),
        )
    assert [one.number for one in selectors.texts_of(harbour, "es")] == [2, 1]
    assert ConsentText.objects.count() == 2


def test_a_version_of_the_words_is_numbered_once(director: Membership, harbour: Clinic) -> None:
    facts = {"clinic": harbour, "author": director.user, "language": "en", "number": 1}
    ConsentText.objects.create(**facts, recorded_at=timezone.now(), words="One")
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsentText.objects.create(**facts, recorded_at=timezone.now(), words="Two")


# --- who may, and for which plan ----------------------------------------------------------------


@pytest.mark.parametrize("role", ["assistant", "practitioner", "medical-director"])
def test_staff_offer_it(role: str, plan: SignedPlan, harbour: Clinic) -> None:
    browser = people.browser(people.member(harbour, role, email=f"{role}@harbour.example"))
    assert "What may go wrong" in browser.get(address(plan)).content.decode()
    answer = browser.post(address(plan), {"language_read": "es"})
    assert answer.status_code == 302
    made = ConsentOffer.objects.get()
    assert (made.plan, made.language) == (plan, "es")
    page = browser.get(answer.headers["Location"])
    assert page.status_code == 200


@pytest.mark.parametrize("role", ["owner", "reception"])
def test_others_do_not(role: str, plan: SignedPlan, harbour: Clinic) -> None:
    browser = people.browser(people.member(harbour, role, email=f"{role}@harbour.example"))
    assert browser.post(address(plan), {"language_read": "en"}).status_code == 403
    assert not ConsentOffer.objects.exists()


def test_another_clinic_finds_neither_plan_nor_offer(
    offer: ConsentOffer, charlie: Membership
) -> None:
    browser = people.browser(charlie)
    plan = offer.plan
    assert browser.get(address(plan)).status_code == 404
    theirs = reverse("consents:offer", args=(charlie.clinic.slug, plan.client_id, plan.pk))
    assert browser.post(theirs, {"language_read": "en"}).status_code == 404
    there = reverse("consents:detail", args=(charlie.clinic.slug, offer.pk))
    assert browser.get(there).status_code == 404
    hand_over = reverse("consents:hand_over", args=(charlie.clinic.slug, offer.pk))
    assert browser.post(hand_over, {"is_able": "on"}).status_code == 404


def test_another_clients_address_does_not_find_the_plan(
    plan: SignedPlan, alice: Membership
) -> None:
    other = people.person(plan.clinic, "Rosa Vidal")
    wrong = reverse("consents:offer", args=(plan.clinic.slug, other.pk, plan.pk))
    assert people.browser(alice).post(wrong, {"language_read": "en"}).status_code == 404


def test_a_plan_that_does_not_stand_gets_none(plan: SignedPlan, alice: Membership) -> None:
    signed(plan.version, people.browser(alice))
    browser = people.browser(alice)
    assert "This plan is not in force." in browser.get(address(plan)).content.decode()
    assert browser.post(address(plan), {"language_read": "en"}).status_code == 422
    with pytest.raises(ConsentError):
        offered(plan, alice)
    assert not ConsentOffer.objects.exists()


def test_a_plan_of_a_consultation_entered_in_error_gets_none(
    plan: SignedPlan, alice: Membership
) -> None:
    retract(record=plan.consultation, author=alice.user, reason="duplicate", now=timezone.now())
    with pytest.raises(ConsentError):
        offered(plan, alice)


def test_no_other_language_is_offered(plan: SignedPlan, alice: Membership) -> None:
    answer = people.browser(alice).post(address(plan), {"language_read": "fr"})
    assert answer.status_code == 422
    with pytest.raises(ConsentError):
        offered(plan, alice, "fr")


# --- kept, and replaced -------------------------------------------------------------------------


def test_a_changed_point_is_noticed(offer: ConsentOffer, alice: Membership) -> None:
    offer.points["parts"][0]["title"] = "Nothing much"
    assert not is_whole(offer)


def test_a_later_offer_takes_the_place_of_the_first(
    offer: ConsentOffer, plan: SignedPlan, alice: Membership
) -> None:
    later = offered(plan, alice, "es")
    assert later.supersedes == offer
    assert not selectors.is_open(offer)
    assert selectors.is_open(later)
    assert selectors.open_offer(plan) == later


def test_the_same_words_offered_again_keep_the_time_to_think(
    plan: SignedPlan, alice: Membership
) -> None:
    yesterday = timezone.now() - timedelta(hours=25)
    first = offered(plan, alice, now=yesterday)
    same, other = offered(plan, alice), offered(plan, alice, "es")
    assert selectors.had_since(same) == first.recorded_at
    assert selectors.had_since(other) == other.recorded_at


def test_time_to_think_is_the_claims(offer: ConsentOffer) -> None:
    knowledge = known_for(offer.clinic).knowledge
    hours = timedelta(hours=knowledge.claim(selectors.TIME_TO_THINK).number)
    until = offer.recorded_at + hours
    assert selectors.thinking_until(offer, knowledge) == until
    assert selectors.is_early(offer, knowledge, until - timedelta(seconds=1))
    assert not selectors.is_early(offer, knowledge, until)


def test_a_clinic_that_rejects_the_time_still_asks_whether_to_wait(offer: ConsentOffer) -> None:
    knowledge = Knowledge(known_for(offer.clinic).knowledge.release)
    knowledge.rejected = frozenset({selectors.TIME_TO_THINK})
    assert selectors.thinking_until(offer, knowledge) is None
    assert selectors.is_early(offer, knowledge, timezone.now() + timedelta(days=300))


def test_a_signed_offer_is_shown_with_its_signature(offer: ConsentOffer, alice: Membership) -> None:
    consented(offer, alice)
    page = people.browser(alice).get(reverse("consents:detail", args=(offer.clinic.slug, offer.pk)))
    assert "The name was typed as the signature." in page.content.decode()
    assert "hand-over" not in page.content.decode()
