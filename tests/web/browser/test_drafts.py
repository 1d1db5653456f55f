"""Typed, and the tab was closed: nothing is lost, and what is thrown away can be had back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.web.browser.filling import KELOID, ROLLING, Filling
from tests.web.browser.looking import assert_accessible
from tests.web.browser.test_consultation import open_form

SMOKES = "Smokes?"


def test_nothing_is_lost_with_the_tab_and_undo_brings_back(signed_in: Callable[..., Page]) -> None:
    page = signed_in("practitioner")
    form = open_form(page)
    form.wish(0, ROLLING, on_map=True)
    kept(form, lambda: form.answer(SMOKES, "Yes"))
    kept(form, lambda: form.answer(KELOID, "No"))

    # A row is removed and comes back, by keyboard alone.
    page.get_by_role("button", name="Remove: Concern 1").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Concern 1 was removed.")
    undo = page.get_by_role("button", name="Undo", exact=True)
    expect(undo).to_be_focused()
    expect(concern(page)).to_have_value("")
    page.keyboard.press("Enter")
    expect(concern(page)).to_have_value(ROLLING.concern)
    form.settled()

    address, context = page.url, page.context
    page.close()
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_contain_text("You have unsaved work of")
    assert_accessible(page)
    page.get_by_role("button", name="Throw it away").click()
    thrown = page.get_by_role("status").filter(has_text="was thrown away.")
    expect(thrown).to_be_visible()
    assert_accessible(page)
    thrown.get_by_role("button", name="Undo").click()

    assert_as_typed(page)
    page.goto(address)
    page.get_by_role("link", name="Go on with it").click()
    assert_as_typed(page)
    assert_accessible(page)
    page.goto(address)
    page.get_by_role("button", name="Throw it away").click()


def kept(form: Filling, change: Callable[[], None]) -> None:
    """The form saves itself by the request that brings the assessment."""
    with form.page.expect_response(lambda answer: answer.url.endswith("/assessment/")):
        change()
    form.settled()
    expect(form.page.locator("#state")).to_contain_text("Draft kept at")


def concern(page: Page) -> Locator:
    return page.locator("select[name='concerns.0.concern']")


def assert_as_typed(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("New consultation")
    form = Filling(page)
    for words, said in ((SMOKES, "Yes"), (KELOID, "No")):
        expect(form.question(words).get_by_role("radio", name=said, exact=True)).to_be_checked()
    expect(page.locator("select[name='concerns.0.concern']")).to_have_value(ROLLING.concern)
    for zone in ROLLING.zones:
        expect(page.locator(f"input[name='concerns.0.zones'][value='{zone}']")).to_be_checked()
