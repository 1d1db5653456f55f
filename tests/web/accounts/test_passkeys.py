"""Passkeys, with Chromium's own virtual authenticator: enrolled, used as second step, and alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from needlework.cli.serve import LogIns
from tests.web.browser.conftest import sign_in, with_role

Made = tuple[Page, CDPSession, str]


@pytest.fixture
def at_machine(new_context: Callable[..., BrowserContext], log_ins: LogIns) -> Callable[..., Made]:
    """Somebody signed in at a machine that recognises its user by a finger."""

    def made(email: str) -> Made:
        page = new_context().new_page()
        device = page.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        place: Any = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        sign_in(page, email, log_ins.password)
        return page, device, str(place["authenticatorId"])

    return made


def _prove(page: Page, password: str) -> None:
    if "/reauthenticate/" in page.url:
        page.locator("input[name=password]").fill(password)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/reauthenticate/" not in url)


def _add(page: Page, password: str, *, alone: bool) -> None:
    page.goto("/accounts/2fa/webauthn/add/")
    _prove(page, password)
    page.locator("input[name=name]").fill("This machine")
    page.locator("input[name=passwordless]").set_checked(alone, force=True)
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")


def _leave(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign Out").click()
    page.wait_for_url(lambda url: "/logout/" not in url)


def test_a_passkey_is_enrolled_and_is_the_second_step(
    at_machine: Callable[..., Made], log_ins: LogIns
) -> None:
    owner = with_role(log_ins, "owner")
    page, device, place = at_machine(owner)
    page.goto("/accounts/2fa/")
    expect(page.get_by_text("In this demo a second step is offered.")).to_be_visible()
    _add(page, log_ins.password, alone=False)
    codes = page.locator("#recovery_codes").input_value().split()
    assert len(set(codes)) == 10
    kept: Any = device.send("WebAuthn.getCredentials", {"authenticatorId": place})
    assert [one["rpId"] for one in kept["credentials"]] == ["localhost"]
    _leave(page)
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(owner)
    page.locator("input[name=password]").fill(log_ins.password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/accounts/2fa/authenticate/")
    page.goto("/clinic/")
    assert "/accounts/2fa/authenticate/" in page.url
    page.locator("#mfa_webauthn_authenticate").click()
    page.wait_for_url("**/clinic/**")
    # Used: the key's own count has gone on.
    used: Any = device.send("WebAuthn.getCredentials", {"authenticatorId": place})
    assert used["credentials"][0]["signCount"] > kept["credentials"][0]["signCount"]


def test_a_passkey_alone_signs_in_and_not_without_its_user(
    at_machine: Callable[..., Made], log_ins: LogIns
) -> None:
    page, device, place = at_machine(with_role(log_ins, "medical-director"))
    _add(page, log_ins.password, alone=True)
    _leave(page)
    # A stranger's finger: the machine refuses, and nobody is signed in.
    device.send("WebAuthn.setUserVerified", {"authenticatorId": place, "isUserVerified": False})
    page.goto("/accounts/login/")
    page.evaluate(
        """document.addEventListener("allauth.error", (event) => {
             event.preventDefault();
             document.title = "refused";
           })"""
    )
    page.locator("#passkey_login").click()
    expect(page).to_have_title("refused")
    assert "/accounts/login/" in page.url
    device.send("WebAuthn.setUserVerified", {"authenticatorId": place, "isUserVerified": True})
    page.locator("#passkey_login").click()
    page.wait_for_url("**/clinic/**")
    expect(page.locator(".app-bar")).to_be_visible()
