"""Adding somebody: how they get in, and what of another clinic nobody learns."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from needlework.web.accounts.models import User
from needlework.web.clinics.models import Clinic, Membership
from needlework.web.clinics.services import change_member
from tests.web import people
from tests.web.accounts import acting as entering
from tests.web.staff.acting import add, at, change, leave, nora, owner

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://testserver(/accounts/password/reset/key/[^\s\"]+)")
NEW = "Quayside-lamp-7-orange"


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


@pytest.fixture
def olga(harbour: Clinic) -> Membership:
    return owner(harbour)


def page_of(answer: Any) -> str:
    return str(answer.content.decode())


def told(page: str) -> str:
    """What a page says to whoever reads it, without tokens, ids and the address typed."""
    inside = page.partition("<main")[2].partition("</main>")[0]
    changing = r"[0-9a-f]{8}-[0-9a-f-]{27}|[\w.-]+@[\w.-]+|(?<=csrfmiddlewaretoken\" value=\")\w+"
    return re.sub(changing, "…", inside)


def choose_password(path: str) -> None:
    browser = people.browser()
    at_form = browser.get(path).headers["Location"]
    assert browser.post(at_form, {"password1": NEW, "password2": NEW}).status_code == 302


# --- an address that nobody had -----------------------------------------------------------------


def test_without_mail_the_only_clinics_owner_hands_the_link_over(olga: Membership) -> None:
    answer = add(olga, profession="nurse", licence_number="RN-2", roles=["practitioner"])
    page = page_of(answer)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    found = LINK.search(page)
    assert found
    assert "hand this link over yourself" in page
    assert not mail.outbox
    newt = User.objects.get(email="newt@harbour.example")
    assert not newt.has_usable_password()
    assert newt.name == "Newt Ames"
    choose_password(found[1])
    inside = entering.signed_in(newt, NEW)
    assert inside.get("/clinic/").headers["Location"] == f"/clinic/{olga.clinic.slug}/"
    # Used, it opens nothing; and it stands on no page that one comes back to.
    assert 'name="password1"' not in page_of(people.browser().get(found[1]))
    again = page_of(people.browser(olga).get(at("list", olga.clinic)))
    assert not LINK.search(again)


def test_with_mail_the_link_goes_to_the_address_and_the_owner_sees_none(
    olga: Membership, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.MAIL_IS_SET_UP = True
    with django_capture_on_commit_callbacks(execute=True):
        page = page_of(add(olga))
    assert not LINK.search(page)
    sent = mail.outbox[0]
    assert sent.to == ["newt@harbour.example"]
    found = LINK.search(str(sent.body))
    assert found
    # Whoever reads it learns nothing of the clinic, the role or who added them.
    for word in (olga.clinic.name, olga.clinic.slug + "/", "assistant", olga.user.name):
        assert word.lower() not in f"{sent.subject} {sent.body}".lower().replace(sent.to[0], "")
    choose_password(found[1])
    assert entering.is_in(entering.signed_in(User.objects.get(email=sent.to[0]), NEW))


def test_mail_that_cannot_be_sent_undoes_nothing_and_logs_no_address(
    olga: Membership,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.MAIL_IS_SET_UP = True
    settings.EMAIL_BACKEND = "tests.web.staff.broken_mail.Backend"
    with caplog.at_level(logging.ERROR), django_capture_on_commit_callbacks(execute=True):
        assert add(olga).status_code == 200
    assert Membership.objects.filter(user__email="newt@harbour.example").exists()
    assert "could not be sent" in caplog.text
    assert "newt@" not in caplog.text


def test_the_link_can_be_made_again_until_they_have_come(olga: Membership) -> None:
    add(olga)
    newt = Membership.objects.get(user__email="newt@harbour.example")
    path = at("way_in", olga.clinic, member=newt.pk)
    browser = people.browser(olga)
    assert browser.post(path, {"password": "not hers"}).status_code == 422
    found = LINK.search(page_of(browser.post(path, {"password": people.PASSWORD})))
    assert found
    choose_password(found[1])
    page = page_of(browser.post(path, {"password": people.PASSWORD}))
    assert not LINK.search(page)
    entering.signed_in(newt.user, NEW).get(f"/clinic/{olga.clinic.slug}/")
    assert browser.get(path).status_code == 302


# --- an address that works elsewhere ------------------------------------------------------------


@pytest.mark.parametrize("has_mail", [False, True])
def test_an_account_from_elsewhere_looks_like_none(
    olga: Membership,
    charlie: Membership,
    settings: Any,
    has_mail: bool,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.MAIL_IS_SET_UP = has_mail
    charlie.user.name = "Charlie Quimby"
    charlie.user.save()
    before = User.objects.values().get(pk=charlie.user_id)
    with django_capture_on_commit_callbacks(execute=True):
        known = add(olga, email="CHARLIE@elsewhere.example", name="Newt Ames")
        fresh = add(olga, email="fresh@elsewhere.example", name="Newt Ames")
    assert known.status_code == fresh.status_code == 200
    assert told(page_of(known)) == told(page_of(fresh))
    assert not LINK.search(page_of(known))
    assert User.objects.values().get(pk=charlie.user_id) == before
    texts = {sent.to[0]: str(sent.body) for sent in mail.outbox}
    assert not LINK.search(texts[charlie.user.email])
    assert LINK.search(texts["fresh@elsewhere.example"])
    place = Membership.objects.get(clinic=olga.clinic, user=charlie.user)
    other = Membership.objects.get(clinic=olga.clinic, user__email="fresh@elsewhere.example")
    shown = [
        told(page_of(people.browser(olga).get(at(name, olga.clinic, member=one.pk))))
        for name in ("member", "change", "way_in", "train")
        for one in (place, other)
    ]
    assert shown[::2] == shown[1::2]
    listed = page_of(people.browser(olga).get(at("list", olga.clinic)))
    for page in (*shown, page_of(known), listed):
        assert "Quimby" not in page
        assert "Elsewhere Skin" not in page
    # Charlie goes on as before, and finds both clinics.
    page = page_of(people.browser(charlie).get("/clinic/"))
    assert "Harbour Skin" in page
    assert "Elsewhere Skin" in page


def test_the_name_is_shown_once_they_have_come_in(olga: Membership, charlie: Membership) -> None:
    charlie.user.name = "Charlie Quimby"
    charlie.user.save()
    add(olga, email=charlie.user.email)
    browser = people.browser(olga)
    assert "Quimby" not in page_of(browser.get(at("list", olga.clinic)))
    # To have been elsewhere is not to have come in here.
    people.browser(charlie).get(f"/clinic/{charlie.clinic.slug}/")
    assert "Quimby" not in page_of(browser.get(at("list", olga.clinic)))
    assert people.browser(charlie).get(f"/clinic/{olga.clinic.slug}/").status_code == 200
    assert "Quimby" in page_of(browser.get(at("list", olga.clinic)))


def test_nobody_is_published_before_they_have_come_in(olga: Membership) -> None:
    add(olga, roles=["practitioner"], profession="nurse", licence_number="RN-2")
    newt = Membership.objects.get(user__email="newt@harbour.example")
    answer = change(olga, newt, roles=["practitioner"], profession="nurse", is_public="on")
    assert answer.status_code == 422
    assert "Nobody is published before" in page_of(answer)


def test_the_owner_of_one_clinic_cannot_make_a_link_to_an_account_of_another(
    olga: Membership, elsewhere: Clinic
) -> None:
    """Both added somebody who has no password yet: neither may take the account."""
    eve = owner(elsewhere, "eve@elsewhere.example")
    for who in (olga, eve):
        assert not LINK.search(page_of(add(who)))
    for who in (olga, eve):
        place = Membership.objects.get(clinic=who.clinic, user__email="newt@harbour.example")
        path = at("way_in", who.clinic, member=place.pk)
        page = page_of(people.browser(who).post(path, {"password": people.PASSWORD}))
        assert not LINK.search(page)


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"email": "no address"}, "Write a whole address"),
        ({"email": "olga@harbour.example"}, "works here already"),
        ({"name": "12"}, "at least one letter"),
        ({"roles": []}, "This needs an answer."),
        ({"roles": ["queen"]}, "Choose one of those offered."),
        ({"profession": "wizard"}, "Choose one of those offered."),
        ({"licence_authority": "A board", "licence_number": ""}, "A licence needs its number."),
        ({"scope_max_depth_mm": "9"}, "at most 3"),
        ({"scope_max_depth_mm": "-1"}, "Give a depth in millimetres"),
        ({"scope_max_depth_mm": "nan"}, "Give a depth in millimetres"),
        ({"scope_max_depth_mm": "deep"}, "Give a depth in millimetres"),
        ({"supervisor": "00000000-0000-0000-0000-000000000000"}, "Choose one of those offered."),
        ({"licence_number": "A\x00B"}, "no letters"),
        ({"password": "not hers"}, "This is not your password"),
        ({"password": ""}, "This needs an answer."),
    ],
)
def test_wrong_input_gets_a_sentence_and_keeps_what_was_typed(
    olga: Membership, given: dict[str, Any], sentence: str
) -> None:
    answer = add(olga, **{"licence_number": "KEPT-7", **given})
    page = page_of(answer)
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="Newt Ames"' in page or "name" in given
    assert "KEPT-7" in page or "licence_number" in given
    assert people.PASSWORD not in page
    assert Membership.objects.filter(clinic=olga.clinic).count() == 1
    assert not User.objects.filter(email="newt@harbour.example").exists()


def test_a_depth_may_be_typed_with_a_comma(olga: Membership) -> None:
    add(olga, roles=["practitioner"], profession="nurse", scope_max_depth_mm="0,5")
    place = Membership.objects.get(user__email="newt@harbour.example")
    assert place.scope_max_depth_mm == 0.5


def test_a_wrong_password_is_counted_in_the_end(olga: Membership) -> None:
    for _ in range(30):
        answer = add(olga, password="not hers")
        if "Too many tries" in page_of(answer):
            break
    else:
        pytest.fail("passwords can be guessed at without end")
    assert answer.status_code == 422
    assert 'value="Newt Ames"' in page_of(answer)


def test_whoever_left_comes_back_under_their_name(olga: Membership) -> None:
    who = nora(olga.clinic)
    today = timezone.now().date().isoformat()
    change_member(membership=who, author=None, now=timezone.now(), left_at=timezone.now())
    answer = add(olga, email=who.user.email, name="Somebody Else")
    assert "They have a password here already" in page_of(answer)
    assert User.objects.get(pk=who.user_id).name == "Nora Vale"
    assert Membership.objects.filter(user=who.user).count() == 2
    assert leave(olga, who, today).status_code == 302
