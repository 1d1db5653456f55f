"""Finding a client: as one types, and without JavaScript; the name never stands in the address."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.web.browser.looking import assert_accessible

CLIENTS = "/clinic/harbour-skin/clients/"


def test_what_is_typed_finds_and_is_announced(signed_in: Callable[..., Page]) -> None:
    page = signed_in("director@harbour-skin.example")
    page.goto(CLIENTS)
    page.get_by_label("Find by part of a name").fill("ashdown")
    expect(page.locator("#found")).to_have_text("1 client shown.")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    page.get_by_label("Find by part of a name").fill("nobody of this name")
    expect(page.locator("#found")).to_contain_text("Nobody is found by that name.")
    assert page.url.endswith(CLIENTS)
    assert_accessible(page)


def test_enter_finds_too(signed_in: Callable[..., Page]) -> None:
    page = signed_in("director@harbour-skin.example")
    page.goto(CLIENTS)
    page.get_by_label("Find by part of a name").fill("ashdown")
    page.get_by_label("Find by part of a name").press("Enter")
    expect(page.get_by_role("link", name="Tom Ashdown")).to_be_visible()
    assert page.url.endswith(CLIENTS)
