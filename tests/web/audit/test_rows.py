"""One row a request: who, what, whose, from where, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from needlework.errors import AnswerError
from needlework.web.audit.models import AuditEvent
from needlework.web.audit.notes import Notes
from needlework.web.clinics import views
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.portal import links
from tests.web import people

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
GIVEN = {"name": "Nora", "birth_date": "1990-01-01", "sex": "female", "language": "en"}


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def page(client: Client, clinic: Clinic) -> str:
    return reverse("clinics:client", kwargs={"clinic": clinic.slug, "client": client.pk})


def new(clinic: Clinic) -> str:
    return reverse("clinics:client_new", kwargs={"clinic": clinic.slug})


def last() -> AuditEvent:
    return AuditEvent.objects.order_by("-pk")[0]


def user(member: Membership) -> list[dict[str, str]]:
    return [{"type": "accounts.user", "id": str(member.user_id)}]


# --- what a row tells -------------------------------------------------------------------------


def test_a_read_is_told(alice: Membership, pat: Client, harbour: Clinic) -> None:
    people.browser(alice).get(page(pat, harbour), headers={"User-Agent": "x" * 500})
    row = last()
    assert (row.actor_id, row.clinic_id, row.client_id) == (alice.user_id, harbour.pk, pat.pk)
    assert (row.action, row.method, row.status, row.outcome) == ("clinics.client", "GET", 200, "ok")
    assert {"type": "clinics.client", "id": str(pat.pk)} in row.objects_seen
    assert (row.address, row.user_agent) == ("127.0.0.1", "x" * 120)
    assert AuditEvent.objects.count() == 1


def test_a_write_is_told_once(alice: Membership, harbour: Clinic) -> None:
    people.browser(alice).post(new(harbour), GIVEN)
    made = Client.objects.get()
    assert AuditEvent.objects.count() == 1
    assert (last().action, last().status, last().client_id) == ("clinics.client_new", 302, made.pk)


def test_what_could_not_be_read_is_told_as_invalid(alice: Membership, harbour: Clinic) -> None:
    people.browser(alice).post(new(harbour), {})
    assert (last().status, last().outcome) == (422, "invalid")


def test_a_wrong_method_is_told_as_invalid(alice: Membership, pat: Client, harbour: Clinic) -> None:
    people.browser(alice).put(page(pat, harbour))
    assert (last().status, last().outcome, last().method) == (405, "invalid", "PUT")


def test_failed_access_names_whose_record_it_was(
    charlie: Membership, pat: Client, harbour: Clinic, elsewhere: Clinic
) -> None:
    for clinic in (harbour, elsewhere):
        answer = people.browser(charlie).get(page(pat, clinic))
        assert answer.status_code == 404
        assert (last().outcome, last().clinic_id) == ("refused", harbour.pk)
    assert last().client_id == pat.pk
    assert last().actor_id == charlie.user_id


def test_a_role_that_may_not_is_told(bea: Membership, pat: Client, harbour: Clinic) -> None:
    path = reverse("consultations:new", kwargs={"clinic": harbour.slug, "client": pat.pk})
    assert people.browser(bea).get(path).status_code == 403
    assert (last().outcome, last().actor_id) == ("refused", bea.user_id)


def test_what_is_nobodys_is_told_as_missing(alice: Membership, harbour: Clinic) -> None:
    path = reverse("clinics:client", kwargs={"clinic": harbour.slug, "client": uuid4()})
    people.browser(alice).get(path)
    assert (last().status, last().outcome) == (404, "missing")
    people.browser(alice).get("/no/such/page/")
    assert (last().action, last().outcome) == ("unknown", "missing")


def test_who_must_sign_in_first_was_refused(pat: Client, harbour: Clinic) -> None:
    assert people.browser().get(page(pat, harbour)).status_code == 302
    row = last()
    assert (row.outcome, row.actor_id, row.status) == ("refused", None, 302)
    # Nobody's records were asked for before it was known who asks.
    assert (row.client_id, row.objects_seen) == (None, [])


def test_a_visitor_leaves_no_row(harbour: Clinic) -> None:
    people.browser().get(f"/en/{harbour.slug}/")
    people.browser().get(LOGIN)
    people.browser().get("/no/such/page/")
    assert not AuditEvent.objects.exists()


def test_a_client_by_link_is_told(pat: Client, harbour: Clinic) -> None:
    link, token = links.make_link(client=pat, by=None, now=timezone.now())
    browser = people.browser()
    path = links.address(token)
    browser.post(path, {"birth_date": "1900-01-01"})
    assert (last().outcome, last().client_id) == ("refused", pat.pk)
    browser.post(path, {"birth_date": "1988-04-12"})
    assert (last().outcome, last().client_id) == ("ok", pat.pk)
    browser.get(reverse("portal:today"))
    row = last()
    assert (row.portal_link, row.client_id, row.actor_id) == (link.pk, pat.pk, None)
    assert token not in str(list(AuditEvent.objects.values()))


def test_a_row_holds_no_word_about_anyone(alice: Membership, pat: Client, harbour: Clinic) -> None:
    path = reverse("clinics:clients", kwargs={"clinic": harbour.slug})
    people.browser(alice).post(path, {"q": "nunez"})
    people.browser(alice).post(f"{path}new/", {"name": "Secret Name", "email": "s@x.example"})
    people.browser().post(LOGIN, {"login": "typed@x.example", "password": "secret-word"})
    told = str(list(AuditEvent.objects.values()))
    for word in ("nunez", "Núñez", "Secret", "s@x", "alice", "q=", "typed", "secret-word"):
        assert word not in told


# --- signing in -------------------------------------------------------------------------------


def test_signing_in_failing_and_out_are_told(alice: Membership) -> None:
    browser = people.browser()
    wrong = {"login": "ALICE@harbour.example", "password": "wrong"}
    browser.post(LOGIN, wrong)
    assert (last().action, last().outcome) == ("accounts.log_in_fail", "refused")
    assert (last().actor_id, last().objects_seen) == (None, user(alice))
    browser.post(LOGIN, {**wrong, "password": people.PASSWORD})
    assert (last().action, last().outcome) == ("accounts.log_in", "ok")
    assert last().actor_id == alice.user_id
    browser.post("/accounts/logout/")
    assert (last().action, last().outcome) == ("accounts.log_out", "ok")
    assert last().actor_id == alice.user_id
    assert AuditEvent.objects.count() == 3


@pytest.mark.parametrize("typed", ["nobody@x.example", "a\x00b@x.example", "x" * 10_000])
def test_who_has_no_account_leaves_a_row_without_a_name(typed: str) -> None:
    assert people.browser().post(LOGIN, {"login": typed, "password": "wrong"}).status_code == 200
    for row in AuditEvent.objects.all():
        assert (row.outcome, row.actor_id, row.objects_seen) == ("refused", None, [])


def test_a_wrong_second_factor_is_told(alice: Membership) -> None:
    totp.TOTP.activate(alice.user, totp.generate_totp_secret())
    RecoveryCodes.activate(alice.user)
    browser = people.browser()
    given = {"login": "alice@harbour.example", "password": people.PASSWORD}
    assert "2fa" in browser.post(LOGIN, given).headers["Location"]
    before = AuditEvent.objects.count()
    browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert AuditEvent.objects.count() == before + 1
    assert (last().action, last().outcome) == ("accounts.second_factor_fail", "refused")
    assert (last().actor_id, last().objects_seen) == (None, user(alice))


def test_a_new_password_is_told(alice: Membership) -> None:
    path = reverse("account_change_password")
    fresh = "another-long-password"
    given = {"oldpassword": people.PASSWORD, "password1": fresh, "password2": fresh}
    people.browser(alice).post(path, given)
    assert (last().action, last().actor_id) == ("accounts.password_change", alice.user_id)


# --- from where -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trusts", "sent", "told"),
    [
        (False, "203.0.113.9", "127.0.0.1"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        (True, "2001:db8::7", "2001:db8::7"),
        (True, "fe80::1%eth0", "fe80::1"),
        (True, "203.0.113.9:4711", None),
        (True, "'; DROP TABLE x", None),
        (True, "", None),
    ],
)
def test_an_address_is_a_proxys_word_only_where_there_is_one(
    alice: Membership, harbour: Clinic, settings: Any, trusts: bool, sent: str, told: str | None
) -> None:
    settings.TRUST_PROXY = trusts
    people.browser(alice).get(new(harbour), headers={"X-Forwarded-For": sent})
    assert last().address == told


def test_a_hostile_user_agent_is_kept_printable(alice: Membership, harbour: Clinic) -> None:
    people.browser(alice).get(new(harbour), headers={"User-Agent": "a\x00b\x1b[31m\u202e"})
    assert last().user_agent == "a�b�[31m�"


# --- kept together or not at all --------------------------------------------------------------


@pytest.fixture
def inside() -> tuple[Browser, Clinic]:
    """A signed-in browser that, as a server does, turns what breaks into a page."""
    harbour = people.clinic()
    browser = Browser(raise_request_exception=False)
    browser.force_login(people.member(harbour, "practitioner").user)
    return browser, harbour


def cannot_write(monkeypatch: pytest.MonkeyPatch, error: type[Exception] = DatabaseError) -> None:
    def fails(**_: object) -> None:
        raise error

    monkeypatch.setattr(AuditEvent.objects, "create", fails)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [DatabaseError, InterfaceError])
def test_nothing_is_written_without_a_row(
    inside: tuple[Browser, Clinic], monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    browser, harbour = inside
    cannot_write(monkeypatch, error)
    answer = browser.post(new(harbour), GIVEN)
    assert answer.status_code == 503
    assert "could not be written" in answer.content.decode()
    assert not Client.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [DatabaseError, InterfaceError])
def test_nobody_reads_without_a_row(
    inside: tuple[Browser, Clinic], monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    browser, harbour = inside
    pat = people.person(harbour)
    cannot_write(monkeypatch, error)
    answer = browser.get(page(pat, harbour))
    assert answer.status_code == 503
    assert pat.name not in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db(transaction=True)
def test_nobody_signs_in_without_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    harbour = people.clinic()
    people.member(harbour, "practitioner", email="alice@harbour.example")
    browser = people.browser()
    cannot_write(monkeypatch)
    given = {"login": "alice@harbour.example", "password": people.PASSWORD}
    assert browser.post(LOGIN, given).status_code == 503
    monkeypatch.undo()
    assert browser.get(new(harbour)).status_code == 302


def breaks(*_: object, **__: object) -> HttpResponse:
    raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_a_view_that_breaks_leaves_a_row_and_no_write(
    inside: tuple[Browser, Clinic], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, harbour = inside
    monkeypatch.setattr(views, "redirect", breaks)
    answer = browser.post(new(harbour), GIVEN)
    assert answer.status_code == 500
    assert not Client.objects.exists()
    assert (last().status, last().outcome, last().clinic_id) == (500, "error", harbour.pk)
    # The client that it was about to add is nobody.
    assert last().client_id is None


@pytest.mark.django_db(transaction=True)
def test_an_error_that_we_raised_undoes_what_came_before_it(
    inside: tuple[Browser, Clinic], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    browser, harbour = inside
    within(settings)

    def refuses(*_: object, **__: object) -> HttpResponse:
        raise AnswerError("Not like this.", hint="Like that.")

    monkeypatch.setattr(views, "redirect", refuses)
    answer = browser.post(new(harbour), GIVEN)
    assert answer.status_code == 422
    assert "Not like this." in answer.content.decode()
    assert not Client.objects.exists()
    assert (last().status, last().outcome) == (422, "invalid")


def within(settings: Any) -> None:
    """The audit stands within the middleware that turns errors into pages."""
    audit = "needlework.web.audit.middleware.AuditMiddleware"
    errors = "needlework.web.errors.ErrorMiddleware"
    chain = [one for one in settings.MIDDLEWARE if one != audit]
    chain.insert(chain.index(errors) + 1, audit)
    settings.MIDDLEWARE = chain


def test_a_stream_leaves_its_row_before_its_first_byte(
    alice: Membership, harbour: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows_at: list[int] = []

    def parts() -> Iterator[bytes]:
        rows_at.append(AuditEvent.objects.count())
        yield b"first"
        yield b"second"

    monkeypatch.setattr(views, "render", lambda *_, **__: StreamingHttpResponse(parts()))
    answer = people.browser(alice).get(new(harbour))
    assert rows_at == []
    assert (last().action, last().status) == ("clinics.client_new", 200)
    streamed: Any = answer
    assert b"".join(streamed.streaming_content) == b"firstsecond"
    assert rows_at == [1]


@pytest.mark.django_db(transaction=True)
def test_a_stream_that_may_not_leave_is_closed(
    inside: tuple[Browser, Clinic], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, harbour = inside
    ended: list[str] = []

    class Parts:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"secret"])

        def close(self) -> None:
            ended.append("closed")

    monkeypatch.setattr(views, "render", lambda *_, **__: StreamingHttpResponse(Parts()))
    cannot_write(monkeypatch)
    answer = browser.get(new(harbour))
    assert (answer.status_code, ended) == (503, ["closed"])
    assert b"secret" not in answer.content


# --- notes ------------------------------------------------------------------------------------


def client() -> Client:
    """A client of a clinic of their own, neither of them saved."""
    return Client(pk=uuid4(), clinic_id=uuid4())


def test_one_client_is_named_and_several_are_listed() -> None:
    notes, one, other = Notes(), client(), client()
    notes.note(one)
    notes.note(one)
    assert (notes.client_id, notes.clinic_id) == (one.pk, one.clinic_id)
    assert len(notes.objects) == 1
    notes.note(other)
    assert (notes.client_id, notes.clinic_id) == (None, None)
    assert [seen["id"] for seen in notes.objects] == [str(one.pk), str(other.pk)]


def test_a_very_long_list_says_that_it_is_cut() -> None:
    notes = Notes()
    for _ in range(1003):
        notes.note(client())
    assert len(notes.objects) == 1001
    assert notes.objects[-1] == {"type": "more", "id": "3"}


def test_notes_that_hold_nothing_are_nothing() -> None:
    notes = Notes()
    assert not notes
    notes.happened("accounts.log_in_fail", is_refused=True)
    assert notes
    notes.happened("accounts.log_in")
    assert notes.is_refused
