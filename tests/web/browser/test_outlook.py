"""What a plan is likely to lead to, moved by the keyboard, without a script, and in Spanish."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.web import people
from tests.web.browser.conftest import sign_in
from tests.web.browser.looking import (
    assert_accessible,
    assert_fits,
    assert_reads,
    assert_touchable,
    open_all,
    views,
)
from tests.web.browser.stock import CLINIC, SPEAKS_SPANISH, Stock

CONCERN = "acne-scar-boxcar"


def plan_of(stock: Stock, language: str = "en", name: str = "plan") -> str:
    held = stock.arguments[language]
    client, consultation = held["client"], held["consultation"]
    return f"/clinic/{CLINIC}/clients/{client}/consultations/{consultation}/{name}/"


def depth_of(page: Page) -> Locator:
    return page.locator(f"#try-{CONCERN}-depth_mm")


def drawn(page: Page) -> str:
    """The picture's lines."""
    lines = page.locator(f"#expect-{CONCERN} svg path.outlook-line").all()
    return " ".join(line.get_attribute("d") or "" for line in lines)


def test_a_slider_moves_the_picture_and_the_table_and_not_the_plan(
    signed_in: Callable[..., Page], stock: Stock
) -> None:
    page = signed_in()
    page.goto(plan_of(stock))
    slider = depth_of(page)
    slider.wait_for()
    plan = page.locator(".protocols").inner_text()
    form = page.locator("form[data-sliders]", has=slider)
    before = drawn(page)
    fold = page.locator("details.outlook__table", has=page.locator(f"#expect-{CONCERN}-table"))
    fold.locator("summary").click()
    rows = page.locator(f"#expect-{CONCERN}-table tbody")
    numbers = rows.inner_text()
    shown = form.locator("output").first
    said = shown.inner_text()

    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(shown).not_to_have_text(said)
    expect(page.locator(f"#expect-{CONCERN} [data-beside]")).to_be_visible()
    expect(slider).to_be_focused()
    expect(rows).to_be_visible()
    assert drawn(page) != before
    assert rows.inner_text() != numbers
    assert slider.get_attribute("aria-valuetext") == shown.inner_text()
    expect(page.locator(f"#expect-{CONCERN}-said")).to_contain_text("under the plan")
    assert page.locator(".protocols").inner_text() == plan
    assert_accessible(page)

    form.get_by_role("button", name="As the plan has it").press("Enter")
    expect(shown).to_have_text(said)
    expect(page.locator(f"#expect-{CONCERN} [data-beside]")).to_have_count(0)
    assert drawn(page) == before
    page.reload()
    slider.wait_for()
    assert drawn(page) == before
    assert page.locator(".protocols").inner_text() == plan


def test_it_shows_at_every_size(signed_in: Callable[..., Page], stock: Stock) -> None:
    page = signed_in()
    page.goto(plan_of(stock))
    depth_of(page).wait_for()
    open_all(page)
    for view in views(page):
        assert_fits(page)
        assert_reads(page)
        assert_accessible(page)
        if not view.on_paper:
            assert_touchable(page)


def test_without_javascript_it_is_a_form(signed_in: Callable[..., Page], stock: Stock) -> None:
    page = signed_in(java_script_enabled=False)
    page.goto(plan_of(stock))
    page.get_by_role("link", name="Forecast of this plan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Forecast")
    before = drawn(page)
    form = page.locator("form[data-sliders]", has=depth_of(page))
    depth_of(page).press("End")
    form.get_by_role("button", name="Draw it").click()
    assert "depth_mm=" in page.url
    expect(page.locator(f"#expect-{CONCERN} [data-beside]")).to_contain_text("under the plan")
    assert drawn(page) != before
    page.locator("form[data-sliders]", has=depth_of(page)).get_by_role(
        "link", name="As the plan has it"
    ).click()
    assert drawn(page) == before


def test_in_spanish(page: Page, stock: Stock) -> None:
    sign_in(page, SPEAKS_SPANISH, people.PASSWORD)
    page.goto(plan_of(stock, "es"))
    depth_of(page).wait_for()
    expect(page.locator("#outlook-head")).to_have_text("Qué esperar")
    shown = page.locator("form[data-sliders]", has=depth_of(page)).locator("output").first
    depth_of(page).press("ArrowRight")
    expect(shown).to_have_text("0,75 mm")
    expect(page.locator(f"#expect-{CONCERN} [data-beside]")).to_be_visible()
    assert_accessible(page)
