"""The lock in the page: it covers the screen, keeps what was typed, and opens by the password."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from needlework.cli.serve import LogIns
from tests.ops.serving import Serving, environment
from tests.web.browser.conftest import sign_in, with_role
from tests.web.browser.looking import Watch

AGE = """
import django
django.setup()
from importlib import import_module
from django.conf import settings
from django.contrib.sessions.models import Session
store = import_module(settings.SESSION_ENGINE).SessionStore
for row in Session.objects.all():
    session = store(row.session_key)
    if session.get("seen_at"):
        session["seen_at"] -= 16 * 60
        session.save()
"""


@pytest.fixture
def entered(new_context: Callable[..., BrowserContext], log_ins: LogIns) -> Callable[..., Page]:
    """Somebody at the desk, in a session of their own: unlocking changes its key."""

    def made(**given: Any) -> Page:
        page = new_context(**given).new_page()
        sign_in(page, with_role(log_ins, "reception"), log_ins.password)
        return page

    return made


def nobody_was_there(app: Serving) -> None:
    """The server's clock cannot be turned, so its sessions grow older."""
    told = environment(
        NEEDLEWORK_DATA=str(app.folder),
        NEEDLEWORK_DEMO="1",
        DJANGO_SETTINGS_MODULE="needlework.web.settings",
    )
    command = [sys.executable, "-c", AGE]
    subprocess.run(command, env=told, cwd=Path(__file__).parents[3], check=True)


def typing(page: Page) -> str:
    """Half of a form that nobody has sent."""
    page.goto("/clinic/")
    page.get_by_role("link", name="Clients", exact=True).first.click()
    page.get_by_role("link", name="New client").first.click()
    page.locator("input[name=name]").fill("Half a name")
    return page.url


def test_it_covers_what_is_typed_and_gives_it_back(
    entered: Callable[..., Page], app: Serving, log_ins: LogIns
) -> None:
    page = entered()
    page.clock.install()
    at = typing(page)
    nobody_was_there(app)
    page.clock.fast_forward("15:30")
    lock = page.locator("#lock")
    expect(lock).to_be_visible()
    expect(page.locator("input[name=name]")).to_be_hidden()
    expect(page).to_have_title("Locked · Needlework")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(lock).to_be_visible()
    lock.locator("input[name=unlock_password]").fill("not the password")
    lock.get_by_role("button", name="Unlock").click()
    expect(lock.get_by_role("alert")).to_have_text("This password is not right.")
    lock.locator("input[name=unlock_password]").fill(log_ins.password)
    lock.get_by_role("button", name="Unlock").click()
    expect(lock).to_be_hidden()
    assert page.url == at
    assert page.locator("input[name=name]").input_value() == "Half a name"
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "Half" not in kept
    assert log_ins.password not in kept


def test_whoever_types_is_not_locked_out(entered: Callable[..., Page], app: Serving) -> None:
    page = entered()
    page.clock.install()
    typing(page)
    for _ in range(4):
        with page.expect_response("**/accounts/awake/"):
            page.locator("input[name=name]").press("a")
            page.clock.fast_forward("05:00")
    expect(page.locator("#lock")).to_be_hidden()


def test_without_javascript_what_is_sent_waits_for_the_password(
    entered: Callable[..., Page], app: Serving, log_ins: LogIns, watch: Watch
) -> None:
    page = entered(java_script_enabled=False)
    typing(page)
    nobody_was_there(app)
    watch.expect(423)
    page.locator("main form button.button").first.click()
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    page.locator("input[name=unlock_password]").fill(log_ins.password)
    page.get_by_role("button", name="Unlock").click()
    expect(page.locator("#lock")).to_be_hidden()
    # It was sent again: the page answers it, and asks for what was left out.
    expect(page.locator("input[name=name]")).to_have_value("Half a name")
    expect(page.get_by_text("This field is required.").first).to_be_visible()


def test_leaving_the_room(entered: Callable[..., Page], log_ins: LogIns) -> None:
    page = entered()
    typing(page)
    page.locator(".menu summary").click()
    with page.expect_response("**/accounts/lock/"):
        page.get_by_role("button", name="Lock this screen").click()
    lock = page.locator("#lock")
    expect(lock).to_be_visible()
    lock.locator("input[name=unlock_password]").fill(log_ins.password)
    lock.get_by_role("button", name="Unlock").click()
    expect(lock).to_be_hidden()
    assert page.locator("input[name=name]").input_value() == "Half a name"
