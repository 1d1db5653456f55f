"""Signing on the clinic's tablet: what the server refuses, what it keeps, and what stays locked."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from needlework.web.audit.models import AuditEvent
from needlework.web.blobs.services import open_blob
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consents import drawing as drawings
from needlework.web.consents import handover, selectors
from needlework.web.consents.errors import ConsentError
from needlework.web.consents.forming import is_whole, points_to_read
from needlework.web.consents.models import TREATMENT, USES, Consent, ConsentOffer, ConsentSignature
from needlework.web.consents.names import names_match
from needlework.web.plans.models import SignedPlan
from needlework.web.records.services import retract
from tests.documents.reading import text
from tests.web import people
from tests.web.consents.given import (
    HASTE,
    as_sent,
    consented,
    drawing,
    form_of,
    given,
    handed_over,
    offered,
    picture,
    plan_of,
)
from tests.web.plans.signed import approve_all, signed

pytestmark = pytest.mark.django_db

SIGN, DONE = "/sign/", "/sign/done/"


@pytest.fixture
def tablet(offer: ConsentOffer, alice: Membership) -> Browser:
    return handed_over(offer, alice)


# --- signed ------------------------------------------------------------------------------------


def test_typed_and_kept(offer: ConsentOffer, alice: Membership, tablet: Browser) -> None:
    answer = tablet.post(SIGN, form_of(offer, **{"photo-teaching": "yes"}))
    assert (answer.status_code, answer.headers["Location"]) == (302, DONE)
    kept = ConsentSignature.objects.get()
    assert (kept.offer, kept.taken_by, kept.way, kept.signed_name) == (
        offer,
        alice,
        "typed",
        "Pat Núñez",
    )
    assert (kept.drawing, kept.haste, kept.is_name_confirmed) == (None, HASTE, False)
    assert set(kept.read) == set(points_to_read(offer.points))
    assert set(kept.consents.values_list("use", flat=True)) == {TREATMENT, "photo-teaching"}
    assert selectors.valid_consent(offer.plan) is not None
    assert is_whole(offer)
    assert b"Thank you" in tablet.get(DONE).content


def test_it_is_whole_by_whatever_clock_it_was_signed(
    offer: ConsentOffer, alice: Membership
) -> None:
    """The clock's offset is no part of what was signed: the database keeps none."""
    now = timezone.now().astimezone(ZoneInfo("Asia/Kathmandu"))
    consented(offer, alice, now=now)
    assert is_whole(ConsentOffer.objects.get(pk=offer.pk))


def test_what_is_missing_is_told_by_its_own_heading(offer: ConsentOffer, tablet: Browser) -> None:
    answer = tablet.post(SIGN, {})
    assert answer.status_code == 422
    page = answer.content.decode()
    summary = page[: page.index("<section")]
    for part in offer.points["parts"]:
        if part["term"] in points_to_read(offer.points):
            assert f"{part['title']}</a>: Tick it once it is clear." in summary
    assert "Write your name in letters." in summary
    assert "This field is required" not in page


def test_drawn_and_printed(offer: ConsentOffer, tablet: Browser) -> None:
    sent = form_of(offer, way="drawn", drawn=as_sent(picture()), is_typed="")
    assert tablet.post(SIGN, sent).status_code == 302
    kept = ConsentSignature.objects.get()
    assert kept.drawing is not None
    assert (kept.drawing.kind, kept.drawing.media_type) == ("signature", "image/png")
    made = open_blob(kept.pdf)
    assert any(page.images for page in PdfReader(io.BytesIO(made)).pages)
    said = text(made)
    for words in (
        "Signed",
        "Pat Núñez",
        "Each point above was ticked as read and understood.",
        HASTE,
        kept.content_sha256,
        "For marketing of the clinic: No",
    ):
        assert words in said
    copy = tablet.get("/sign/copy.pdf")
    assert copy.content == made
    assert copy.headers["Content-Type"] == "application/pdf"


def test_after_the_time_to_think_nothing_is_said_about_waiting(
    plan: SignedPlan, alice: Membership
) -> None:
    made = offered(plan, alice, now=timezone.now() - timedelta(hours=25))
    tablet = handed_over(made, alice)
    assert b"is_hasty" not in tablet.get(SIGN).content
    sent = form_of(made, is_hasty="", haste="")
    assert tablet.post(SIGN, sent).status_code == 302
    kept = ConsentSignature.objects.get()
    assert (kept.haste, kept.had_since) == ("", made.recorded_at)


def test_treatment_does_not_hang_on_photographs(offer: ConsentOffer, tablet: Browser) -> None:
    assert tablet.post(SIGN, form_of(offer)).status_code == 302
    assert list(Consent.objects.values_list("use", flat=True)) == [TREATMENT]


def test_no_use_is_preselected(tablet: Browser) -> None:
    page = tablet.get(SIGN).content.decode()
    assert page.count('name="photo-') == 6
    assert "checked" not in page


def test_a_changed_signature_is_noticed(offer: ConsentOffer, alice: Membership) -> None:
    consented(offer, alice)
    assert is_whole(offer)
    from needlework.web.records import triggers

    with triggers.lifted():
        ConsentSignature.objects.filter(offer=offer).update(signed_name="Somebody Else")
    assert not is_whole(offer)


def test_the_tablets_page_is_in_the_clients_language(plan: SignedPlan, alice: Membership) -> None:
    tablet = handed_over(offered(plan, alice, "es"), alice)
    page = tablet.get(SIGN).content.decode()
    assert '<html lang="es">' in page


# --- refused -----------------------------------------------------------------------------------

BLANK = dict.fromkeys(("name", "way", "is_typed", "is_hasty", "haste", TREATMENT), "")
REFUSED = {
    "nothing at all": BLANK | dict.fromkeys(USES, ""),
    "no name": {"name": ""},
    "a name of dots": {"name": "..."},
    "not signed": {"is_typed": ""},
    "not agreed": {TREATMENT: ""},
    "a point not ticked": {"read-risks": ""},
    "a photo use not answered": {"photo-marketing": ""},
    "a photo use answered oddly": {"photo-marketing": "perhaps"},
    "no word on waiting": {"haste": ""},
    "waiting not declined": {"is_hasty": ""},
    "nothing drawn": {"way": "drawn"},
    "a blank drawing": {"way": "drawn", "drawn": as_sent(picture(blank=True))},
    "a black field": {"way": "drawn", "drawn": as_sent(picture(full=True))},
    "a dot": {"way": "drawn", "drawn": as_sent(picture(dot=True))},
    "no picture": {"way": "drawn", "drawn": as_sent(b"\x89PNG\r\n\x1a\n not one")},
    "an svg": {"way": "drawn", "drawn": as_sent(b"<svg onload='x()'/>")},
    "half a picture": {"way": "drawn", "drawn": as_sent(picture()[:400])},
    "not base64": {"way": "drawn", "drawn": drawings.PREFIX + "*"},
    "another kind of data": {"way": "drawn", "drawn": "data:text/html;base64,PGI+"},
    "too much": {"way": "drawn", "drawn": drawings.PREFIX + "A" * 600_000},
    "markup for a name": {"name": "<script>alert(1)</script>"},
    "somebody else": {"name": "Rosa Vidal"},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
def test_the_server_refuses(changes: dict[str, str], offer: ConsentOffer, tablet: Browser) -> None:
    answer = tablet.post(SIGN, form_of(offer, **changes))
    assert answer.status_code == 422
    assert not ConsentSignature.objects.exists()
    assert not Consent.objects.exists()
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert "<script>alert" not in page


def test_what_was_typed_and_drawn_is_kept_for_the_next_try(
    offer: ConsentOffer, tablet: Browser
) -> None:
    sent = form_of(offer, **{"read-risks": "", "way": "drawn", "drawn": as_sent(picture())})
    page = tablet.post(SIGN, sent).content.decode()
    assert HASTE in page
    assert as_sent(picture()) in page
    assert 'value="drawn" checked' in page


@pytest.mark.parametrize(
    "changes",
    [
        {"name": " "},
        {"read": ()},
        {"read": ("risks",)},
        {"answers": {}},
        {"answers": dict.fromkeys(USES, "no")},
        {"answers": {TREATMENT: "yes"}},
        {"haste": "  "},
        {"name": "Rosa Vidal"},
    ],
    ids=str,
)
def test_the_service_refuses_by_itself(
    changes: dict[str, Any], offer: ConsentOffer, alice: Membership
) -> None:
    with pytest.raises(ConsentError):
        consented(offer, alice, **changes)
    assert not ConsentSignature.objects.exists()


@pytest.mark.parametrize(
    "facts", [{"signed_name": ""}, {"way": "drawn"}, {"way": "nodded"}], ids=str
)
def test_the_database_refuses_by_itself(
    facts: dict[str, str], offer: ConsentOffer, alice: Membership
) -> None:
    made = consented(offer, alice)
    wrong = ConsentSignature(
        clinic=made.clinic,
        client=made.client,
        recorded_at=made.recorded_at,
        offer=offered(offer.plan, alice, "es"),
        way="typed",
        signed_name="Pat Núñez",
        pdf=made.pdf,
        had_since=made.had_since,
        read=[],
        answers={},
        taken_by=alice,
        content_sha256="",
    )
    for name, value in facts.items():
        setattr(wrong, name, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong.save(force_insert=True)


# --- whose name --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "known", "is_same"),
    [
        ("Pat Núñez", "Pat Núñez", True),
        ("  pat   NUNEZ ", "Pat Núñez", True),
        ("Núñez, Pat", "Pat Núñez", True),
        ("Pat Núñez Ortega", "Pat Núñez", True),
        ("Ana Ruiz", "Ana María Ruiz Soler", True),
        ("Pat", "Pat Núñez", False),
        ("Pat Vidal", "Pat Núñez", False),
        ("", "Pat Núñez", False),
        ("Cher", "Cher", True),
        ("Siobhan O Brien", "Siobhán O’Brien", True),
        ("siobhan obrien", "Siobhán O'Brien", True),
        ("Lukasz Zolc", "Łukasz Żółć", True),
        ("李 明", "李 明", True),
        ("<b>", "Pat Núñez", False),
    ],
)
def test_names_match_loosely(typed: str, known: str, is_same: bool) -> None:
    assert names_match(typed, known) is is_same


def test_another_name_is_confirmed_by_the_staffs_password(
    offer: ConsentOffer, tablet: Browser
) -> None:
    married = form_of(offer, name="Pat Vidal")
    page = tablet.post(SIGN, married).content.decode()
    assert "This is not the name that the clinic knows." in page
    wrong = tablet.post(SIGN, {**married, "staff_password": "not-the-password"})
    assert wrong.status_code == 422
    assert "not the password of the member of staff" in wrong.content.decode()
    assert "not-the-password" not in wrong.content.decode()
    assert not ConsentSignature.objects.exists()
    assert tablet.post(SIGN, {**married, "staff_password": people.PASSWORD}).status_code == 302
    kept = ConsentSignature.objects.get()
    assert (kept.signed_name, kept.is_name_confirmed) == ("Pat Vidal", True)
    assert "The name differs from the one on record" in text(open_blob(kept.pdf))


# --- the tablet --------------------------------------------------------------------------------


def test_everything_else_on_the_tablet_is_locked(
    offer: ConsentOffer, tablet: Browser, alice: Membership
) -> None:
    slug, client = offer.clinic.slug, offer.client_id
    for path in (
        f"/clinic/{slug}/",
        f"/clinic/{slug}/clients/",
        f"/clinic/{slug}/clients/{client}/",
        f"/clinic/{slug}/consents/{offer.pk}/",
        f"/clinic/{slug}/files/{offer.pdf_id}/",
        "/accounts/password/change/",
    ):
        answer = tablet.get(path)
        assert answer.status_code in {404, 423}, path
        assert "Núñez" not in answer.content.decode()
    page = tablet.get(SIGN).content.decode()
    assert f"/clinic/{slug}/" not in page.replace(f"/clinic/{slug}/consents/{offer.pk}/", "")
    detail = reverse("consents:detail", args=(slug, offer.pk))
    back = tablet.post(detail, {"unlock_password": people.PASSWORD, "unlock_sent": "GET"})
    assert back.status_code == 302
    assert tablet.get(detail).status_code == 200
    # Whoever has the tablet back has ended the handover.
    assert b"nothing to sign" in tablet.get(SIGN).content


def test_without_a_handover_there_is_nothing(offer: ConsentOffer, alice: Membership) -> None:
    for browser in (people.browser(), people.browser(alice)):
        assert b"nothing to sign" in browser.get(SIGN).content
        assert browser.post(SIGN, form_of(offer)).status_code == 422
        for path in (DONE, "/sign/later/", "/sign/copy.pdf"):
            assert browser.get(path).headers["Location"] == SIGN
    assert not ConsentSignature.objects.exists()


def test_a_handover_ends(
    offer: ConsentOffer, tablet: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "LASTS_S", 0)
    assert b"nothing to sign" in tablet.get(SIGN).content
    assert tablet.post(SIGN, form_of(offer)).status_code == 422


def test_who_has_left_the_clinic_takes_no_signature(
    offer: ConsentOffer, tablet: Browser, alice: Membership
) -> None:
    Membership.objects.filter(pk=alice.pk).update(left_at=timezone.now())
    assert tablet.post(SIGN, form_of(offer)).status_code == 422
    assert not ConsentSignature.objects.exists()


def test_handing_over_needs_the_staffs_word_that_the_client_can_decide(
    offer: ConsentOffer, alice: Membership
) -> None:
    browser = people.browser(alice)
    address = reverse("consents:hand_over", args=(offer.clinic.slug, offer.pk))
    assert browser.post(address, {}).status_code == 422
    assert b"nothing to sign" in browser.get(SIGN).content


def test_an_offer_that_is_none_is_not_handed_over(alice: Membership, plan: SignedPlan) -> None:
    address = reverse("consents:hand_over", args=(plan.clinic.slug, uuid4()))
    assert people.browser(alice).post(address, {"is_able": "on"}).status_code == 404


def test_a_client_may_leave_it(tablet: Browser) -> None:
    assert b"Nothing was signed." in tablet.get("/sign/later/").content
    assert not ConsentSignature.objects.exists()


def test_the_audit_names_who_was_there_and_whose_consent_it_was(
    offer: ConsentOffer, tablet: Browser, alice: Membership
) -> None:
    tablet.post(SIGN, form_of(offer))
    row = AuditEvent.objects.filter(action="consents.sign", method="POST").latest("at")
    assert (row.actor_id, row.client_id, row.clinic_id) == (
        alice.user_id,
        offer.client_id,
        offer.clinic_id,
    )


# --- what has changed meanwhile ----------------------------------------------------------------


def _replaced(offer: ConsentOffer, alice: Membership) -> None:
    offered(offer.plan, alice, "es")


def _taken_back(offer: ConsentOffer, alice: Membership) -> None:
    retract(record=offer, author=alice.user, reason="wrong-client", now=timezone.now())


def _plan_replaced(offer: ConsentOffer, alice: Membership) -> None:
    signed(offer.plan.version, people.browser(alice))


@pytest.mark.parametrize("change", [_replaced, _taken_back, _plan_replaced])
def test_what_no_longer_holds_is_not_signed(
    change: Callable[[ConsentOffer, Membership], None],
    offer: ConsentOffer,
    alice: Membership,
    tablet: Browser,
) -> None:
    change(offer, alice)
    assert b"can no longer be signed" in tablet.get(SIGN).content
    assert tablet.post(SIGN, form_of(offer)).status_code == 422
    with pytest.raises(ConsentError):
        consented(offer, alice)
    hand_over = reverse("consents:hand_over", args=(offer.clinic.slug, offer.pk))
    again = people.browser(alice).post(hand_over, {"is_able": "on"})
    assert again.status_code in {302, 422}
    assert not ConsentSignature.objects.exists()


def test_sent_twice_it_is_one_consent(offer: ConsentOffer, tablet: Browser) -> None:
    for _ in range(2):
        answer = tablet.post(SIGN, form_of(offer))
        assert answer.headers["Location"] == DONE
    assert ConsentSignature.objects.count() == 1
    assert Consent.objects.count() == 1


def test_a_second_device_is_told(
    offer: ConsentOffer, tablet: Browser, director: Membership
) -> None:
    other = handed_over(offer, director)
    assert tablet.post(SIGN, form_of(offer)).status_code == 302
    assert other.post(SIGN, form_of(offer, name="Pat Núñez")).headers["Location"] == DONE
    with pytest.raises(ConsentError, match="signed already"):
        consented(offer, director)
    assert ConsentSignature.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_devices_at_once_one_wins_and_the_other_is_told() -> None:
    harbour = people.clinic()
    approve_all(people.member(harbour, "medical-director", email="dora@harbour.example"))
    alice = people.member(harbour, "practitioner", email="alice@harbour.example")
    offer = offered(plan_of(people.person(harbour), alice), alice)
    both = threading.Barrier(2, timeout=30)
    ends: list[str] = []

    def sign() -> None:
        try:
            mine = ConsentOffer.objects.select_related("client", "clinic", "plan").get(pk=offer.pk)
            facts = given(mine)
            both.wait()
            consented(mine, alice, name=facts.name)
            ends.append("signed")
        except ConsentError as told:
            ends.append(told.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=sign) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(ends) == [
        "This consent has been signed already, perhaps on another device.",
        "signed",
    ]
    assert ConsentSignature.objects.count() == 1
    assert Consent.objects.count() == 1


def test_anothers_offer_is_not_signed_by_its_id(
    offer: ConsentOffer, tablet: Browser, harbour: Clinic, alice: Membership
) -> None:
    """What is signed is what was handed over; nothing that is sent names another."""
    other = offered(plan_of(people.person(harbour, "Rosa Vidal"), alice), alice)
    sent = {**form_of(offer), "offer": str(other.pk), "client": str(other.client_id)}
    assert tablet.post(SIGN, sent).status_code == 302
    assert ConsentSignature.objects.get().offer == offer


# --- ink ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_strokes_are_seen_in_any_kind_of_picture(mode: str) -> None:
    out = io.BytesIO()
    Image.open(io.BytesIO(picture())).convert(mode).save(out, "PNG")
    assert drawings.has_ink(out.getvalue())


def test_ink_on_nothing_counts_and_nothing_alone_does_not() -> None:
    clear = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    out = io.BytesIO()
    clear.save(out, "PNG")
    assert not drawings.has_ink(out.getvalue())
    clear.paste((0, 0, 0, 255), (100, 90, 400, 96))
    out = io.BytesIO()
    clear.save(out, "PNG")
    assert drawings.has_ink(out.getvalue())


def test_a_picture_larger_than_any_field_is_refused() -> None:
    out = io.BytesIO()
    Image.new("1", (5000, 20), 1).save(out, "PNG")
    with pytest.raises(ConsentError):
        drawings.drawn(drawings.PREFIX + base64.b64encode(out.getvalue()).decode())


def test_a_drawn_signature_is_kept_without_what_came_with_it(
    offer: ConsentOffer, alice: Membership
) -> None:
    made = consented(offer, alice, drawing=drawing())
    assert made.drawing is not None
    assert open_blob(made.drawing).startswith(b"\x89PNG")
    assert made.way == "drawn"


def test_clients_are_apart(offer: ConsentOffer, alice: Membership, pat: Client) -> None:
    other = people.person(pat.clinic, "Rosa Vidal")
    consented(offer, alice)
    assert selectors.standing_consents(pat).count() == 1
    assert selectors.standing_consents(other).count() == 0
