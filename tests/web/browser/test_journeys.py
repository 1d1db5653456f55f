"""What people come for, done as they do it, in a browser."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from needlework.cli.serve import LogIns
from tests.web.browser.looking import Watch, assert_accessible

CLINIC = "harbour-skin"


def test_a_visitor_finds_whatsapp_and_the_way(page: Page) -> None:
    page.goto(f"/en/{CLINIC}/")
    whatsapp = page.get_by_role("link", name="WhatsApp", exact=False).first
    address = urlsplit(whatsapp.get_attribute("href") or "")
    assert (address.netloc, address.path) == ("wa.me", "/16175550148")
    directions = page.locator("a[href^='https://www.google.com/maps/dir/']").first
    asked = parse_qs(urlsplit(directions.get_attribute("href") or "").query)
    assert asked["api"] == ["1"]
    place = asked["destination"][0]
    geo = page.locator("a[href^='geo:']").first.get_attribute("href") or ""
    assert place.replace(" ", "") in geo
    page.goto(f"/en/{CLINIC}/skin/microneedling/")
    assert_accessible(page)
    assert page.context.cookies() == []


def test_a_visitor_needs_no_javascript(page_without_javascript: Page) -> None:
    page = page_without_javascript
    for path in (f"/es/{CLINIC}/", f"/es/{CLINIC}/skin/", f"/es/{CLINIC}/skin/microneedling/"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200
        expect(page.locator("html")).to_have_attribute("lang", "es")
        expect(page.get_by_role("heading", level=1)).not_to_be_empty()
    # What is folded opens, and the way to the clinic is a link.
    page.goto(f"/es/{CLINIC}/")
    assert page.locator("a[href^='https://wa.me/']").first.is_visible()


def test_the_public_page_is_light(page: Page) -> None:
    """What goes over the wire for a first visit, without images, stays within 100 kB."""
    weights: list[int] = []
    page.on("requestfinished", lambda request: weights.append(request.sizes()["responseBodySize"]))
    page.goto(f"/en/{CLINIC}/skin/microneedling/", wait_until="networkidle")
    assert 0 < sum(weights) <= 100_000


@pytest.fixture
def client_page(new_context: Callable[..., BrowserContext], log_ins: LogIns) -> Page:
    page = new_context(viewport={"width": 360, "height": 740}, locale="en-US").new_page()
    page.goto(log_ins.client_link.path)
    page.locator("input[name=birth_date]").fill(log_ins.client_link.birth_date)
    page.locator("main button").click()
    page.wait_for_url("**/my/")
    return page


def test_a_clients_day_with_an_urgent_symptom(
    client_page: Page, signed_in: Callable[..., Page]
) -> None:
    page = client_page
    assert_accessible(page)
    page.locator("nav a[href='/my/symptoms/']").click()
    assert_accessible(page)
    # The group that holds the sign may be folded.
    for group in page.locator("details:not([open]) > summary").all():
        group.click()
    page.locator("input[value=blisters]").check(force=True)
    page.locator("main form button").first.click()
    page.locator("input[name=place-blisters][value=around-eye]").check(force=True)
    page.locator("input[name=trend-blisters][value=worse]").check(force=True)
    page.locator("main form button").first.click()
    page.wait_for_url("**/my/symptoms/*/")
    assert_accessible(page)
    first = page.locator("a[href^='tel:']").first
    assert first.get_attribute("href") == "tel:911"
    report = page.url.rstrip("/").rpartition("/")[2]
    staff = signed_in("nurse@harbour-skin.example")
    staff.goto(f"/clinic/{CLINIC}/")
    staff.locator(f"a[href*='{report}']").first.click()
    expect(staff.get_by_role("region", name="Client", exact=True)).to_contain_text("Ines Ferreira")
    assert_accessible(staff)
    staff.locator("textarea[name=words]").fill("Called, comes in today.")
    staff.locator("main form button").click()
    page.reload()
    expect(page.locator("main")).to_contain_text("Priya Lund")
    expect(page.locator("main")).not_to_contain_text("Called, comes in today")


def test_what_is_not_there_is_said_accessibly(page: Page, watch: Watch) -> None:
    page.goto("/nowhere/")
    assert_accessible(page)
    problems = watch.forget()
    assert len(problems) == 1
    assert problems[0].startswith("404 for ")
