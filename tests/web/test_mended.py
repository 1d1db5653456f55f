"""Defects that an attack found, and that stay mended."""

from __future__ import annotations

import io
import logging
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.test import Client as Browser
from django.test import RequestFactory
from django.utils import timezone

from needlework.web import env
from needlework.web.audit.middleware import AuditMiddleware
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consultations.services import record_consultation
from needlework.web.errors import LARGEST_FORM, WithoutTokens
from needlework.web.knowledge import known_for
from needlework.web.portal import links
from needlework.web.wsgi import application
from tests.web import people
from tests.web.records_of import EXAMPLE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def test_a_body_is_read_before_the_database_is_locked() -> None:
    """A visitor on a slow line would otherwise hold up every page of the clinic."""
    was_read: list[bool] = []

    def view(request: HttpRequest) -> HttpResponse:
        was_read.append(hasattr(request, "_post"))
        return HttpResponse()

    AuditMiddleware(view)(RequestFactory().post("/x/", {"a": "b"}))
    assert was_read == [True]


@pytest.mark.parametrize("name", ["plan.pdf", "consent.pdf", "schedule.ics", "schedule.csv"])
def test_no_document_is_made_of_a_version_that_was_replaced(
    alice: Membership, pat: Client, name: str
) -> None:
    data = tomllib.loads(EXAMPLE.read_text())
    facts: dict[str, Any] = {"client": pat, "author": alice.user, "known": known_for(pat.clinic)}
    first = record_consultation(data=data, now=timezone.now(), **facts)
    record_consultation(
        data=data,
        now=timezone.now(),
        consultation=first.consultation,
        base=first.number,
        **facts,
    )
    base = f"/clinic/{pat.clinic.slug}/clients/{pat.pk}/consultations/{first.consultation_id}"
    browser = people.browser(alice)
    assert browser.get(f"{base}/{name}").status_code == 200
    old = browser.get(f"{base}/{name}?version=1")
    assert old.status_code == 422
    assert "replaced by a later one" in old.content.decode()


def test_staff_pages_are_kept_by_no_cache(alice: Membership, harbour: Clinic) -> None:
    for path in ("", "clients/", "clients/new/"):
        answer = people.browser(alice).get(f"/clinic/{harbour.slug}/{path}")
        assert "no-store" in answer.headers["Cache-Control"]


def test_what_is_larger_than_any_form_is_refused_unread() -> None:
    answer = Browser().post(
        "/accounts/login/", b"x" * (LARGEST_FORM + 1), content_type="text/plain"
    )
    assert answer.status_code == 413


def test_a_log_never_holds_a_links_token() -> None:
    record = logging.LogRecord("x", 40, "x", 1, "Error: %s", ("/l/very-secret/",), None)
    WithoutTokens().filter(record)
    assert record.getMessage() == "Error: /l/…/"


def test_a_link_ends_after_too_many_wrong_dates(pat: Client) -> None:
    link, token = links.make_link(client=pat, by=None, now=timezone.now())
    for _ in range(links.MOST_FAILURES):
        links.refuse(link)
    right = people.browser().post(links.address(token), {"birth_date": "1988-04-12"})
    assert right.status_code == 422


def test_a_new_link_ends_the_one_before(pat: Client) -> None:
    _, old = links.make_link(client=pat, by=None, now=timezone.now())
    links.make_link(client=pat, by=None, now=timezone.now())
    assert links.find_link(old, timezone.now()) is None


def test_coming_by_a_link_signs_out_whoever_was_in(
    alice: Membership, pat: Client, harbour: Clinic
) -> None:
    """The tablet may be the clinic's, handed to the client."""
    browser = people.browser(alice)
    _, token = links.make_link(client=pat, by=None, now=timezone.now())
    browser.post(links.address(token), {"birth_date": "1988-04-12"})
    assert browser.get("/my/").status_code == 200
    assert browser.get(f"/clinic/{harbour.slug}/clients/").status_code == 302


@pytest.mark.parametrize("typed", ["\x00", "a%00"])
def test_a_search_that_no_engine_takes_finds_nobody(
    alice: Membership, harbour: Clinic, typed: str
) -> None:
    path = f"/clinic/{harbour.slug}/clients/"
    sent = {"q": typed, "after": f"{typed}|x"}
    assert people.browser(alice).post(path, sent).status_code == 200


def test_a_name_of_letters_that_fold_into_many_is_kept(harbour: Clinic) -> None:
    assert people.person(harbour, "\ufdfa" * 150).search_name


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "charset", ["rot13", "hex", "base64", "undefined", "no-such", "utf-16", "utf-8; x*=no''%41"]
)
def test_letters_that_nobody_uses_are_refused(charset: str, method: str) -> None:
    """Through what the server calls: Django itself reads them before any middleware."""
    status, words = served(method, f"application/x-www-form-urlencoded; charset={charset}")
    assert status.startswith("415 ")
    assert b"UTF-8" in words


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded; charset=utf-8",
        'multipart/form-data; boundary=x; charset="UTF-8"',
        ";;;=",
    ],
)
def test_the_usual_letters_are_taken(kind: str) -> None:
    assert served("get", kind)[0].startswith("200 ")


def served(method: str, kind: str) -> tuple[str, bytes]:
    """Status and body, from the application that a server loads."""
    told: list[str] = []
    environ: dict[str, Any] = {
        "HTTP_HOST": "localhost",
        "PATH_INFO": "/accounts/login/",
        "QUERY_STRING": "next=%C3%A9",
        "CONTENT_TYPE": kind,
    }
    setup_testing_defaults(environ)
    environ["REQUEST_METHOD"] = method.upper()

    def start(status: str, *_: object) -> Callable[[bytes], object]:
        told.append(status)
        return bytes

    # Of a test's database the connection must outlive the request.
    with without_closing():
        parts = application(environ, start)
        return told[0], b"".join(parts)


@contextmanager
def without_closing() -> Iterator[None]:
    request_finished.disconnect(close_old_connections)
    request_started.disconnect(close_old_connections)
    try:
        yield
    finally:
        request_finished.connect(close_old_connections)
        request_started.connect(close_old_connections)


def test_a_host_that_is_not_ours_leaves_a_line_and_no_traceback() -> None:
    """Through the handler that the app's own settings describe."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(WithoutTokens())
    logger = logging.getLogger("django.security.DisallowedHost")
    logger.addHandler(handler)
    try:
        answer = Browser().get("/accounts/login/", headers={"Host": "elsewhere.example"})
    finally:
        logger.removeHandler(handler)
    assert answer.status_code == 400
    assert "elsewhere.example" in written.getvalue()
    assert len(written.getvalue().splitlines()) == 1


def test_other_errors_keep_their_traceback() -> None:
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        record = logging.LogRecord("django.request", 40, "x", 1, "Error", (), sys.exc_info())
    WithoutTokens().filter(record)
    assert record.exc_info is not None


@pytest.mark.parametrize(
    ("https", "proxy", "is_behind"),
    [("", "", False), ("", "1", True), ("1", "1", True), ("1", "0", False), ("1", "", None)],
)
def test_with_https_it_must_be_said_whether_a_proxy_stands_in_front(
    monkeypatch: pytest.MonkeyPatch, https: str, proxy: str, is_behind: bool | None
) -> None:
    monkeypatch.setenv("NEEDLEWORK_HTTPS", https)
    monkeypatch.setenv("NEEDLEWORK_PROXY", proxy)
    if is_behind is None:
        with pytest.raises(ImproperlyConfigured, match="NEEDLEWORK_PROXY=1 where"):
            env.behind_proxy(is_https=env.flag("NEEDLEWORK_HTTPS"))
    else:
        assert env.behind_proxy(is_https=env.flag("NEEDLEWORK_HTTPS")) is is_behind
