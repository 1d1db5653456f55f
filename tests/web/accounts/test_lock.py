"""An idle screen is locked by the server, and unlocking goes on with what was being sent."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from needlework.web.accounts import lock
from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import Client, Membership
from tests.web import people
from tests.web.accounts import acting

pytestmark = pytest.mark.django_db
IDLE_S = 15 * 60
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
PERSON = {
    "name": "Zoë O’Neill <b>\n& co",
    "birth_date": "1990-05-06",
    "sex": "female",
    "email": "",
    "phone_e164": "",
    "language": "en",
}


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


@pytest.fixture
def idle(bea: Membership) -> Browser:
    browser = people.browser(bea)
    acting.aged(browser, seen_s=IDLE_S)
    return browser


def hidden(page: str) -> dict[str, list[str]]:
    """What the unlock page carries in its own form."""
    form = page[: page.index('name="unlock_password"')]
    found: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(form):
        if name != "csrfmiddlewaretoken":
            found.setdefault(unescape(name), []).append(unescape(value))
    return found


def new_client(member: Membership) -> str:
    return f"/clinic/{member.clinic.slug}/clients/new/"


def home(member: Membership) -> str:
    return f"/clinic/{member.clinic.slug}/"


@pytest.mark.parametrize(("seen_s", "status"), [(IDLE_S - 5, 200), (IDLE_S, 423)])
def test_after_fifteen_minutes_a_page_is_in_the_way(
    bea: Membership, seen_s: int, status: int
) -> None:
    browser = people.browser(bea)
    acting.aged(browser, seen_s=seen_s)
    answer = browser.get(home(bea))
    assert answer.status_code == status
    if status == 423:
        assert bea.clinic.name not in answer.content.decode()
        assert "no-store" in answer.headers["Cache-Control"]
        row = AuditEvent.objects.latest("id")
        assert (row.action, row.outcome) == ("accounts.locked", "refused")
        # Looking again is no sign of anybody who knows the password.
        assert browser.get(home(bea)).status_code == 423


@pytest.mark.parametrize("minutes", [2, 60])
def test_how_long_is_a_setting(bea: Membership, settings: Any, minutes: int) -> None:
    settings.IDLE_MINUTES = minutes
    browser = people.browser(bea)
    acting.aged(browser, seen_s=minutes * 60 - 5)
    assert browser.get(home(bea)).status_code == 200
    acting.aged(browser, seen_s=minutes * 60)
    assert browser.get(home(bea)).status_code == 423


def test_the_password_opens_the_page_that_was_asked_for(bea: Membership, idle: Browser) -> None:
    page = idle.get(f"{home(bea)}?after=x%26y").content.decode()
    assert f'action="{home(bea)}?after=x%26y"' in page
    key = idle.session.session_key
    given = {**hidden(page), "unlock_password": people.PASSWORD}
    answer = idle.post(f"{home(bea)}?after=x%26y", given)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{home(bea)}?after=x%26y")
    assert idle.session.session_key != key
    assert idle.get(home(bea)).status_code == 200
    assert AuditEvent.objects.filter(action="accounts.unlock", actor=bea.user).count() == 1


def test_what_was_being_sent_goes_on_after_unlocking(bea: Membership, idle: Browser) -> None:
    page = idle.post(new_client(bea), {**PERSON, "twice": ["1", "2"]})
    assert page.status_code == 423
    assert not Client.objects.exists()
    carried = hidden(page.content.decode())
    assert carried["twice"] == ["1", "2"]
    assert carried["name"] == [PERSON["name"]]
    answer = idle.post(new_client(bea), {**carried, "unlock_password": people.PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    assert "O’Neill" in Client.objects.get().name
    # The act stands in the audit under its own name.
    assert AuditEvent.objects.latest("id").action == "clinics.client_new"


def test_a_form_that_is_wrong_comes_back_as_its_own_page(bea: Membership, idle: Browser) -> None:
    page = idle.post(new_client(bea), {**PERSON, "birth_date": "soon"})
    given = {**hidden(page.content.decode()), "unlock_password": people.PASSWORD}
    answer = idle.post(new_client(bea), given)
    assert answer.status_code == 422
    assert 'value="soon"' in answer.content.decode()


def test_a_wrong_password_keeps_what_was_being_sent(bea: Membership, idle: Browser) -> None:
    page = idle.post(new_client(bea), PERSON).content.decode()
    refused = idle.post(new_client(bea), {**hidden(page), "unlock_password": "not it"})
    assert refused.status_code == 422
    assert "This password is not right." in refused.content.decode()
    assert not Client.objects.exists()
    again = hidden(refused.content.decode())
    assert again == hidden(page)
    given = {**again, "unlock_password": people.PASSWORD}
    assert idle.post(new_client(bea), given).status_code == 302
    assert Client.objects.exists()


def test_tries_are_counted_and_told_to_the_audit(bea: Membership, idle: Browser) -> None:
    given = {"unlock_sent": "GET", "unlock_password": "not it"}
    for _ in range(5):
        assert idle.post(home(bea), given).status_code == 422
    row = AuditEvent.objects.latest("id")
    assert (row.action, row.outcome) == ("accounts.log_in_fail", "refused")
    refused = idle.post(home(bea), {**given, "unlock_password": people.PASSWORD})
    assert refused.status_code == 429
    assert "Too many tries." in refused.content.decode()
    assert idle.get(home(bea)).status_code == 423


def test_the_mark_of_unlocking_alone_opens_nothing(bea: Membership, idle: Browser) -> None:
    for given in ({"unlock_sent": "POST"}, {"unlock_sent": "POST", "unlock_password": ""}):
        assert idle.post(new_client(bea), {**PERSON, **given}).status_code == 422
    assert not Client.objects.exists()


def test_the_password_is_not_handed_on_to_the_page(
    bea: Membership, idle: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from needlework.web.clinics import views
    from needlework.web.clinics.forms import ClientForm

    seen: dict[str, Any] = {}

    def looking(data: Any, *args: Any, **kwargs: Any) -> Any:
        seen.update(data or {})
        return ClientForm(data, *args, **kwargs)

    monkeypatch.setattr(views, "ClientForm", looking)
    given = {**PERSON, "unlock_sent": "POST", "unlock_password": people.PASSWORD}
    assert idle.post(new_client(bea), given).status_code == 302
    assert seen["name"]
    assert not [name for name in seen if name.startswith("unlock_")]


def test_passwords_that_were_typed_are_not_sent_back(idle: Browser) -> None:
    given = {"oldpassword": "old-secret", "password1": "new-secret", "other": "kept"}
    page = idle.post("/accounts/password/change/", given).content.decode()
    assert hidden(page)["other"] == ["kept"]
    assert "secret" not in page


def test_a_file_is_not_kept_and_the_page_says_so(bea: Membership, idle: Browser) -> None:
    file = SimpleUploadedFile("face.jpg", b"a picture of somebody", "image/jpeg")
    page = idle.post(new_client(bea), {**PERSON, "photo": file}).content.decode()
    assert "A chosen file is not: choose it again afterwards." in page
    assert "a picture of somebody" not in page
    refused = idle.post(new_client(bea), {**hidden(page), "unlock_password": "no"})
    assert "A chosen file is not" in refused.content.decode()


def test_a_script_is_told_and_the_page_underneath_stays(bea: Membership, idle: Browser) -> None:
    answer = idle.post(new_client(bea), PERSON, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Trigger"]) == (423, lock.LOCKED_EVENT)
    answer = idle.post(new_client(bea), {"a": 1}, content_type="application/json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        423,
        "text/plain; charset=utf-8",
    )
    assert not Client.objects.exists()


def test_unlocking_needs_the_forms_token(bea: Membership) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(bea.user)
    acting.aged(browser, seen_s=IDLE_S)
    given = {**PERSON, "unlock_sent": "POST", "unlock_password": people.PASSWORD}
    assert browser.post(new_client(bea), given).status_code == 403
    assert browser.post("/accounts/unlock/", given).status_code == 403
    assert not Client.objects.exists()


def test_public_pages_and_signing_out_are_never_in_the_way(bea: Membership, idle: Browser) -> None:
    assert idle.get(f"/en/{bea.clinic.slug}/").status_code == 200
    assert idle.get("/accounts/logout/").status_code == 200
    assert idle.post("/accounts/logout/").status_code == 302


def test_the_second_factor_is_not_asked_again(bea: Membership) -> None:
    acting.app(bea.user)
    browser = people.browser(bea)
    acting.aged(browser, seen_s=IDLE_S)
    given = {"unlock_sent": "GET", "unlock_password": people.PASSWORD}
    assert browser.post(home(bea), given).headers["Location"] == home(bea)
    assert browser.get(home(bea)).status_code == 200


def test_unlocking_makes_no_session_any_longer(bea: Membership) -> None:
    browser = people.browser(bea)
    acting.aged(browser, seen_s=IDLE_S, entered_s=12 * 60 * 60 - 30)
    entered = browser.session["entered_at"]
    browser.post(home(bea), {"unlock_sent": "GET", "unlock_password": people.PASSWORD})
    assert browser.session["entered_at"] == entered


def test_somebody_elses_password_does_not_unlock(bea: Membership, idle: Browser) -> None:
    other = people.member(bea.clinic, "practitioner", email="other@harbour.example")
    other.user.set_password("another-password-than-that")
    other.user.save()
    given = {"unlock_sent": "GET", "unlock_password": "another-password-than-that"}
    assert idle.post(home(bea), given).status_code == 422


# --- what the page itself asks ----------------------------------------------------------------


def test_the_page_is_told_how_long_and_whose(bea: Membership) -> None:
    browser = people.browser(bea)
    acting.aged(browser, seen_s=IDLE_S - 100)
    told = browser.get("/accounts/awake/").json()
    assert told["who"] == str(bea.user.pk)
    assert 95 <= told["left_s"] <= 100
    assert browser.post("/accounts/awake/").json()["left_s"] > IDLE_S - 5
    acting.aged(browser, seen_s=IDLE_S)
    assert browser.post("/accounts/awake/").json()["left_s"] == 0
    assert browser.get(home(bea)).status_code == 423


def test_the_page_unlocks_by_itself(bea: Membership, idle: Browser) -> None:
    refused = idle.post("/accounts/unlock/", {"unlock_password": "not it"})
    assert (refused.status_code, refused.json()) == (422, {"wrong": "This password is not right."})
    told = idle.post("/accounts/unlock/", {"unlock_password": people.PASSWORD}).json()
    assert told["left_s"] > IDLE_S - 5
    assert idle.get(home(bea)).status_code == 200


def test_leaving_the_room_locks_at_once(bea: Membership) -> None:
    browser = people.browser(bea)
    page = browser.get(home(bea)).content.decode()
    assert "Lock this screen" in page
    assert f'data-idle-s="{IDLE_S}"' in page
    answer = browser.post("/accounts/lock/", {"next": home(bea)})
    assert answer.headers["Location"] == home(bea)
    assert browser.get(home(bea)).status_code == 423


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:x"])
def test_nobody_is_led_elsewhere(bea: Membership, elsewhere: str) -> None:
    for path in ("/accounts/lock/", "/accounts/language/"):
        browser = people.browser(bea)
        assert browser.post(path, {"next": elsewhere}).headers["Location"] == "/clinic/"


def test_who_is_not_signed_in_is_led_to_the_sign_in() -> None:
    for path in ("/accounts/awake/", "/accounts/unlock/", "/accounts/lock/", "/accounts/language/"):
        answer = people.browser().post(path)
        assert answer.headers["Location"] == f"/accounts/login/?next={path}"
