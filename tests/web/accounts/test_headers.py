"""What every answer tells the browser, and how its cookies are named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client as Browser

from needlework.web.clinics.models import Membership
from tests.web import people

pytestmark = pytest.mark.django_db
STATIC = "/static/needlework/app.css"
Answers = dict[str, HttpResponseBase]
YEAR_S = 365 * 24 * 60 * 60


@pytest.fixture
def answers(alice: Membership) -> Iterator[Answers]:
    """One of each kind: public, private, refused, missing, broken off, static."""
    slug = alice.clinic.slug
    browser = people.browser(alice)
    made: dict[str, HttpResponseBase] = {
        "public": people.browser().get(f"/en/{slug}/"),
        "sign-in": people.browser().get("/accounts/login/"),
        "private": browser.get(f"/clinic/{slug}/"),
        "led on": people.browser().get("/clinic/"),
        "missing": browser.get("/nothing/"),
        "too large": people.browser().generic("POST", "/accounts/login/", CONTENT_LENGTH="9" * 9),
        "static": people.browser().get(STATIC),
    }
    yield made
    for answer in made.values():
        answer.close()


def policy(answer: HttpResponseBase) -> dict[str, str]:
    parts = answer.headers["Content-Security-Policy"].split(";")
    return dict(part.strip().partition(" ")[::2] for part in parts)


def test_nosniff_everywhere(answers: Answers) -> None:
    assert {one.headers.get("X-Content-Type-Options") for one in answers.values()} == {"nosniff"}


def test_no_other_site_may_frame_or_embed_us(answers: Answers) -> None:
    for name, answer in answers.items():
        assert policy(answer)["frame-ancestors"] == "'none'", name
        assert policy(answer)["object-src"] == "'none'", name
        assert policy(answer)["base-uri"] == "'none'", name
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", name
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert "Access-Control-Allow-Origin" not in answer.headers, name


def test_pages_load_from_here_alone(answers: Answers) -> None:
    for name in ("public", "sign-in", "private", "missing"):
        said = policy(answers[name])
        assert said["default-src"] == "'none'"
        assert said["script-src"] == said["style-src"] == "'self'"
        assert said["form-action"] == "'self'"
        assert not [one for one in said.values() if "unsafe" in one or "*" in one or "http" in one]


def test_what_a_device_can_do_is_not_asked_of_it(answers: Answers) -> None:
    for name, answer in answers.items():
        said = answer.headers["Permissions-Policy"]
        for one in ("camera=()", "microphone=()", "geolocation=()", "payment=()"):
            assert one in said, name
        assert "publickey-credentials-get=(self)" in said


def test_addresses_are_not_told_to_other_sites(answers: Answers) -> None:
    assert {one.headers.get("Referrer-Policy") for one in answers.values()} == {"same-origin"}


@pytest.mark.parametrize("path", ["/clinic/harbour/", "/clinic/", "/accounts/2fa/", "/clinic/no/"])
def test_private_pages_are_not_stored(alice: Membership, path: str) -> None:
    assert "no-store" in people.browser(alice).get(path).headers["Cache-Control"]
    assert "no-store" in people.browser().get(path).headers["Cache-Control"]


def test_the_sign_in_page_is_not_stored() -> None:
    assert "no-store" in people.browser().get("/accounts/login/").headers["Cache-Control"]


def test_trace_says_nothing_back() -> None:
    answer = people.browser().trace("/accounts/login/", headers={"X-Secret": "told-back"})
    assert b"told-back" not in answer.content


def test_hsts_for_a_year_where_it_is_https(alice: Membership, settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = YEAR_S
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    for path in ("/accounts/login/", "/clinic/", STATIC):
        answer = Browser().get(path, secure=True)
        said = answer.headers["Strict-Transport-Security"]
        assert said == f"max-age={YEAR_S}; includeSubDomains"
        answer.close()


def made(**environ: str) -> dict[str, Any]:
    """The settings that an environment makes."""
    names = [
        "SECURE_HSTS_SECONDS",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SECURE_SSL_REDIRECT",
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "LANGUAGE_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "LANGUAGE_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "CSRF_COOKIE_HTTPONLY",
        "SESSION_COOKIE_SAMESITE",
        "CSRF_COOKIE_SAMESITE",
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL",
        "MESSAGE_STORAGE",
        "SECOND_FACTOR_REQUIRED",
        "IDLE_MINUTES",
        "MAIL_IS_SET_UP",
        "DEFAULT_FROM_EMAIL",
        "EMAIL_BACKEND",
        "EMAIL_HOST",
        "EMAIL_PORT",
        "EMAIL_HOST_USER",
        "EMAIL_USE_TLS",
        "EMAIL_USE_SSL",
        "DEBUG",
        "PASSWORD_HASHERS",
    ]
    done = start(f"print(json.dumps({{n: getattr(s, n, None) for n in {names}}}))", environ)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def start(does: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NEEDLEWORK_", "DJANGO_"))}
    folder = os.environ["NEEDLEWORK_DATA"]
    return subprocess.run(
        [sys.executable, "-c", f"import json\nfrom needlework.web import settings as s\n{does}"],
        env={**kept, "NEEDLEWORK_DATA": folder, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_with_https_cookies_stay_with_this_host() -> None:
    told = made(NEEDLEWORK_HTTPS="1", NEEDLEWORK_PROXY="0")
    assert told["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert told["CSRF_COOKIE_NAME"] == "__Host-csrftoken"
    assert told["LANGUAGE_COOKIE_NAME"] == "__Host-needlework_language"
    assert told["SESSION_COOKIE_SECURE"] is told["CSRF_COOKIE_SECURE"] is True
    assert told["LANGUAGE_COOKIE_SECURE"] is told["SECURE_SSL_REDIRECT"] is True
    assert told["SECURE_HSTS_SECONDS"] == YEAR_S
    assert told["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
    assert told["ACCOUNT_DEFAULT_HTTP_PROTOCOL"] == "https"


def test_cookies_are_no_business_of_scripts_or_other_sites(alice: Membership) -> None:
    browser = Browser()
    page = browser.get("/accounts/login/")
    given = {"login": alice.user.email, "password": people.PASSWORD}
    entered = browser.post("/accounts/login/", given)
    cookies = {**page.cookies, **entered.cookies}
    assert set(cookies) == {"csrftoken", "sessionid"}
    for cookie in cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert (cookie["path"], cookie["domain"]) == ("/", "")


def test_without_settings_it_is_strict() -> None:
    told = made()
    assert told["SECOND_FACTOR_REQUIRED"] is True
    assert told["IDLE_MINUTES"] == 15
    assert told["DEBUG"] is told["MAIL_IS_SET_UP"] is False
    assert told["PASSWORD_HASHERS"] == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert told["EMAIL_BACKEND"].endswith("filebased.EmailBackend")


def test_a_demo_requires_no_second_factor() -> None:
    assert made(NEEDLEWORK_DEMO="1")["SECOND_FACTOR_REQUIRED"] is False


def test_mail_by_smtp() -> None:
    told = made(
        NEEDLEWORK_MAIL="smtps://me%40x:p%2Fw@mail.example:465", NEEDLEWORK_MAIL_FROM="us@x.example"
    )
    assert told["MAIL_IS_SET_UP"] is True
    assert (told["EMAIL_HOST"], told["EMAIL_PORT"]) == ("mail.example", 465)
    assert (told["EMAIL_USE_SSL"], told["EMAIL_USE_TLS"]) == (True, False)
    assert (told["EMAIL_HOST_USER"], told["DEFAULT_FROM_EMAIL"]) == ("me@x", "us@x.example")
    told = made(NEEDLEWORK_MAIL="smtp://mail.example", NEEDLEWORK_MAIL_FROM="us@x.example")
    assert (told["EMAIL_PORT"], told["EMAIL_USE_TLS"]) == (587, True)


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"NEEDLEWORK_MAIL": "mail.example:25"}, "NEEDLEWORK_MAIL must read smtp://"),
        ({"NEEDLEWORK_MAIL": "smtp://mail.example:many"}, "NEEDLEWORK_MAIL must read smtp://"),
        ({"NEEDLEWORK_MAIL": "smtp://mail.example"}, "NEEDLEWORK_MAIL_FROM must be an e-mail"),
        ({"NEEDLEWORK_MAIL_FROM": "us"}, "NEEDLEWORK_MAIL_FROM must be an e-mail"),
        ({"NEEDLEWORK_IDLE_MINUTES": "1"}, "must be a whole number from 2 to 60."),
        ({"NEEDLEWORK_IDLE_MINUTES": "61"}, "must be a whole number from 2 to 60."),
        ({"NEEDLEWORK_IDLE_MINUTES": "²"}, "must be a whole number from 2 to 60."),
        ({"NEEDLEWORK_IDLE_MINUTES": "-5"}, "must be a whole number from 2 to 60."),
        ({"NEEDLEWORK_EMAIL": "smtp://x"}, "NEEDLEWORK_EMAIL is no setting of Needlework."),
    ],
)
def test_a_setting_that_does_not_fit_stops_with_a_sentence(
    environ: dict[str, str], says: str
) -> None:
    done = start("", environ)
    assert done.returncode != 0
    assert says in done.stderr.splitlines()[-1]
