"""What a client took back by themselves: told to staff until seen; and photographs that wait."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from needlework.web.alerts.models import WithdrawalSeen
from needlework.web.alerts.selectors import withdrawals_unseen
from needlework.web.alerts.services import see_withdrawal
from needlework.web.audit.models import AuditEvent
from needlework.web.blobs.services import keep_blob, open_blob
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consents.models import ConsentOffer, Withdrawal
from needlework.web.consents.services import withdraw_consent
from tests.web import people
from tests.web.blobs.content import picture
from tests.web.consents.given import consented, offered
from tests.web.consents.test_withdraw import ALL, by_link, consent_of

pytestmark = pytest.mark.django_db
BAR = "data-withdrawals-waiting"


@pytest.fixture
def taken_back(offer: ConsentOffer, alice: Membership, pat: Client) -> Withdrawal:
    """The client has taken back what they agreed to, on their own page."""
    consented(offer, alice, answers=ALL)
    browser = by_link(pat)
    assert browser.post(f"/my/consents/{consent_of().pk}/withdraw/").status_code == 302
    return Withdrawal.objects.get()


def address(made: Withdrawal, clinic: str = "harbour") -> str:
    return reverse("alerts:withdrawal_seen", args=(clinic, made.pk))


def pages(who: Membership) -> list[str]:
    browser = people.browser(who)
    slug = who.clinic.slug
    paths = (f"/clinic/{slug}/", f"/clinic/{slug}/clients/")
    return [browser.get(path).content.decode() for path in paths]


@pytest.mark.parametrize("role", ["owner", "medical-director", "practitioner", "assistant"])
def test_every_page_of_the_staff_says_so_until_it_is_seen(
    role: str, taken_back: Withdrawal, alice: Membership, harbour: Clinic
) -> None:
    member = people.member(harbour, role, email=f"{role}-2@harbour.example")
    assert all(BAR in page for page in pages(member))
    listed = people.browser(member).get("/clinic/harbour/withdrawals/").content.decode()
    assert "Pat Núñez" in listed
    assert "Treatment" in listed
    assert ("I have seen it" in listed) is (role != "owner")
    assert people.browser(alice).post(address(taken_back)).status_code == 302
    assert not any(BAR in page for page in pages(member))
    assert (
        "Nothing waits."
        in people.browser(member).get("/clinic/harbour/withdrawals/").content.decode()
    )


def test_in_spanish(taken_back: Withdrawal, alice: Membership) -> None:
    alice.user.language = "es"
    alice.user.save(update_fields=["language"])
    page = people.browser(alice).get("/clinic/harbour/withdrawals/").content.decode()
    assert '<html lang="es"' in page
    assert "Pat Núñez" in page


def test_who_is_not_told(
    taken_back: Withdrawal, bea: Membership, charlie: Membership, harbour: Clinic
) -> None:
    for member in (bea, charlie):
        assert not any(BAR in page for page in pages(member))
    assert people.browser(bea).get("/clinic/harbour/withdrawals/").status_code == 403
    assert people.browser(bea).post(address(taken_back)).status_code == 403
    owner = people.member(harbour, "owner")
    assert people.browser(owner).post(address(taken_back)).status_code == 403
    assert people.browser(charlie).post(address(taken_back)).status_code == 404
    assert people.browser(charlie).post(address(taken_back, "elsewhere")).status_code == 404
    assert AuditEvent.objects.order_by("-pk")[0].outcome == "refused"
    assert not WithdrawalSeen.objects.exists()


def test_what_staff_wrote_down_themselves_tells_nobody(
    offer: ConsentOffer, alice: Membership
) -> None:
    consented(offer, alice)
    withdraw_consent(consent=consent_of(), author=alice.user, now=timezone.now())
    assert not withdrawals_unseen(alice.clinic).exists()
    assert not any(BAR in page for page in pages(alice))


def test_seen_twice_is_once(
    taken_back: Withdrawal, alice: Membership, director: Membership
) -> None:
    for member in (alice, director):
        see_withdrawal(withdrawal=taken_back, author=member.user, now=timezone.now())
    assert WithdrawalSeen.objects.get().author == alice.user
    with pytest.raises(IntegrityError):
        WithdrawalSeen.objects.filter(withdrawal=taken_back).update(author=director.user)


def test_by_whom_and_when_is_kept(taken_back: Withdrawal, alice: Membership) -> None:
    people.browser(alice).post(address(taken_back))
    seen = WithdrawalSeen.objects.get()
    assert (seen.author, seen.client, seen.withdrawal) == (
        alice.user,
        taken_back.client,
        taken_back,
    )


# --- photographs ------------------------------------------------------------------------------


def test_a_clinical_photo_is_shown_as_long_as_the_client_agrees(
    offer: ConsentOffer, alice: Membership, pat: Client
) -> None:
    photo = keep_blob(clinic=pat.clinic, client=pat, kind="photo", content=picture())
    staff, client = people.browser(alice), by_link(pat)
    ours = reverse("blobs:blob", args=("harbour", photo.pk))
    theirs = f"/my/files/{photo.pk}/"

    def shown() -> tuple[int, int]:
        return staff.get(ours).status_code, client.get(theirs).status_code

    assert shown() == (403, 403), "nobody agreed to anything yet"
    consented(offer, alice, answers={**ALL, "photo-clinical": "no"})
    assert shown() == (403, 403), "teaching and marketing are other uses"
    consented(offered(offer.plan, alice, "es"), alice, answers=ALL)
    assert shown() == (200, 200)
    assert staff.get(ours).content == open_blob(photo)
    taken = client.post(f"/my/consents/{consent_of('photo-clinical').pk}/withdraw/")
    assert taken.status_code == 302
    assert shown() == (403, 403)
    assert "This photo is not shown" in staff.get(ours).content.decode()
    assert AuditEvent.objects.order_by("-pk")[0].outcome == "refused"


def test_a_photo_of_nobody_is_shown_to_nobody(harbour: Clinic, alice: Membership) -> None:
    photo = keep_blob(clinic=harbour, kind="photo", content=picture())
    ours = reverse("blobs:blob", args=("harbour", photo.pk))
    assert people.browser(alice).get(ours).status_code == 403
