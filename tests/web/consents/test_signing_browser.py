"""Signing in Chromium: by the mouse, by the keyboard alone, without a script; and taking back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from needlework.i18n import translator
from tests.ops.serving import Serving, environment
from tests.web import people
from tests.web.browser.conftest import (
    _sessions,
    app,
    base_url,
    browser_type_launch_args,
    log_ins,
    new_context,
    page_without_javascript,
    sign_in,
    signed_in,
    watch,
)
from tests.web.browser.looking import (
    Watch,
    assert_accessible,
    assert_fits,
    assert_reads,
    assert_touchable,
    keep_picture,
    views,
)
from tests.web.consents.prepared import Prepared

__all__ = [
    "_sessions",
    "app",
    "base_url",
    "browser_type_launch_args",
    "log_ins",
    "new_context",
    "page_without_javascript",
    "signed_in",
    "watch",
]

MOST_STOPS = 300
LOCKED = 423


@pytest.fixture
def prepared(app: Serving) -> Callable[[str], Prepared]:
    """A new client with a consent to sign, in the language."""

    def made(language: str = "en") -> Prepared:
        told = environment(
            NEEDLEWORK_DATA=str(app.folder),
            NEEDLEWORK_HOSTS="testserver",
            NEEDLEWORK_DEMO="1",
            DJANGO_SETTINGS_MODULE="needlework.web.settings",
        )
        done = subprocess.run(
            [sys.executable, "-m", "tests.web.consents.prepared", language],
            env=told,
            cwd=Path(__file__).parents[3],
            stdout=subprocess.PIPE,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=Prepared)

    return made


@pytest.fixture
def pictures() -> Path | None:
    """Where screenshots go, where a folder was named for them."""
    named = os.environ.get("SCREENS", "")
    return Path(named) if named else None


def hand_over(page: Page, found: Prepared) -> None:
    sign_in(page, found.staff, people.PASSWORD)
    page.goto(f"/clinic/{found.clinic}/consents/{found.offer}/")
    page.locator("input[name=is_able]").check()
    page.get_by_role("button", name="Lock, and hand it over").click()
    page.wait_for_url("**/sign/")


def read_all(page: Page, language: str = "en") -> None:
    """Tick every point, decline each use of photographs, and do not wait."""
    say = translator(language)
    for box in page.locator("input[name^=read-]").all():
        box.check()
    for radio in page.locator("input[type=radio][value=no][name^=photo-]").all():
        radio.check()
    page.locator("input[name=is_hasty]").check()
    page.locator("textarea[name=haste]").fill("I leave tomorrow.")
    page.locator("input[name=treatment]").check()
    expect(page.get_by_role("heading", name=say("Photographs"), exact=True)).to_be_visible()


def draw(page: Page) -> None:
    pad = page.locator("#sign-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    points = [(0.1, 0.7), (0.25, 0.2), (0.4, 0.8), (0.6, 0.25), (0.9, 0.6)]
    at = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in points]
    page.mouse.move(*at[0])
    page.mouse.down()
    for place in at[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def test_drawn_by_the_mouse_and_taken_back(
    page: Page,
    prepared: Callable[[str], Prepared],
    new_context: Callable[..., BrowserContext],
    watch: Watch,
    pictures: Path | None,
) -> None:
    found = prepared("en")
    sign_in(page, found.staff, people.PASSWORD)
    here = f"/clinic/{found.clinic}/clients/{found.client}"
    looked_at(page, f"{here}/", pictures, "client")
    expect(page.get_by_text("The consent for this plan is not signed yet.")).to_be_visible()
    looked_at(page, f"{here}/consents/", pictures, "list")
    looked_at(page, f"{here}/plans/{found.plan}/consent/", pictures, "offer")
    looked_at(page, f"/clinic/{found.clinic}/consents/{found.offer}/", pictures, "detail")
    page.locator("input[name=is_able]").check()
    page.get_by_role("button", name="Lock, and hand it over").click()
    page.wait_for_url("**/sign/")

    # Nothing leads anywhere else, and whoever types an address finds a lock.
    expect(page.locator(".app-bar a, .client-header")).to_have_count(0)
    watch.expect(LOCKED)
    page.goto(f"{here}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Locked")
    looked_at(page, "/sign/", pictures, "sign")

    # A form without a signature comes back with all that was entered.
    read_all(page)
    page.locator("input[name=name]").fill(found.name)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The field for the signature is empty.")
    expect(page.locator("textarea[name=haste]")).to_have_value("I leave tomorrow.")
    draw(page)
    drawn = page.locator("input[name=drawn]").input_value()
    assert drawn.startswith("data:image/png;base64,")
    if pictures is not None:
        page.screenshot(path=pictures / "drawn.png", full_page=True)
    page.get_by_role("button", name="Sign", exact=True).click()
    page.wait_for_url("**/sign/done/")
    looked_at(page, "/sign/done/", pictures, "done")

    # The member of staff takes the tablet back.
    page.get_by_role("link", name="For staff: go on").click()
    page.locator("input[name=unlock_password]").fill(people.PASSWORD)
    page.get_by_role("button", name="Unlock").click()
    expect(page.locator("img.consent-drawing")).to_be_visible()
    looked_at(page, page.url, pictures, "signed")
    page.goto(f"{here}/")
    expect(page.get_by_text("Ready for a session", exact=True)).to_be_visible()

    # The client takes it back at home; the clinic sees it at once.
    own = new_context().new_page()
    own.goto(found.link)
    own.locator("input[name=birth_date]").fill(found.born)
    own.locator("input[name=birth_date]").press("Enter")
    own.wait_for_url("**/my/")
    looked_at(own, "/my/consents/", pictures, "own")
    own.get_by_text("I take it back", exact=True).click()
    own.get_by_role("button", name="Yes, take it back").click()
    expect(own.get_by_role("status")).to_contain_text("Withdrawn.")
    page.reload()
    expect(page.get_by_text("The client has withdrawn the consent.")).to_be_visible()


def looked_at(page: Page, address: str, folder: Path | None, name: str) -> None:
    page.goto(address)
    for view in views(page):
        keep_picture(page, folder, name, view)
        if not view.on_paper:
            assert_fits(page)
            assert_reads(page)
            assert_touchable(page)
            assert_accessible(page)


def test_by_the_keyboard_alone(page: Page, prepared: Callable[[str], Prepared]) -> None:
    found = prepared("en")
    hand_over(page, found)
    keys = page.keyboard
    for _ in range(MOST_STOPS):
        keys.press("Tab")
        here: dict[str, Any] = page.evaluate(
            "() => { const e = document.activeElement;"
            " return {name: e.name || '', type: e.type || '', words: e.textContent.trim()} }"
        )
        name, kind = here["name"], here["type"]
        if kind == "checkbox":
            keys.press("Space")
        elif kind == "radio" and name == "way":
            keys.press("ArrowDown")
        elif kind == "radio":
            keys.press("ArrowDown")  # from yes, which is not chosen, to no
        elif name == "haste":
            keys.type("I leave tomorrow.")
        elif name == "name":
            keys.type(found.name)
        elif kind == "submit" and here["words"] == "Sign":
            keys.press("Enter")
            break
    page.wait_for_url("**/sign/done/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. It is signed.")


def test_without_a_script_the_typed_name_is_the_signature(
    page_without_javascript: Page, prepared: Callable[[str], Prepared]
) -> None:
    page, found = page_without_javascript, prepared("en")
    hand_over(page, found)
    expect(page.locator("#sign-pad")).to_be_hidden()
    read_all(page)
    page.locator("input[name=name]").fill(found.name)
    page.locator("input[name=is_typed]").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    page.wait_for_url("**/sign/done/")


def test_in_spanish(page: Page, prepared: Callable[[str], Prepared]) -> None:
    found = prepared("es")
    hand_over(page, found)
    expect(page.locator("html")).to_have_attribute("lang", "es")
    read_all(page, "es")
    page.locator("input[name=name]").fill(found.name)
    draw(page)
    assert_accessible(page)
    page.locator("form[data-sign] button.button--big").click()
    page.wait_for_url("**/sign/done/")


def test_what_is_wiped_away_is_not_sent(page: Page, prepared: Callable[[str], Prepared]) -> None:
    found = prepared("en")
    hand_over(page, found)
    draw(page)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("input[name=drawn]")).to_have_value("")
