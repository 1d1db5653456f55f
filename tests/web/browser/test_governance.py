"""A director approves a batch and chooses a stricter value; a signed plan waits."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ops.serving import Serving, environment, serving
from tests.web.browser.conftest import sign_in
from tests.web.browser.looking import Watch, assert_accessible

CLINIC = "/clinic/harbour-skin"
DIRECTOR = "director@harbour-skin.example"


def manage(server: Serving, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "needlework.web", *words],
        env=environment(NEEDLEWORK_DATA=str(server.folder), NEEDLEWORK_DEMO="1"),
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Serving]:
    """A clinic of its own, whose choices no other test sees."""
    with serving(tmp_path / "year", "--demo", "--workers", "1") as server:
        yield server


@pytest.fixture
def page(browser: Browser, own: Serving) -> Iterator[Page]:
    watch = Watch(own.url)
    context = browser.new_context(base_url=own.url, locale="en-US", reduced_motion="reduce")
    watch.follow(context)
    yield context.new_page()
    context.close()
    assert not watch.problems, "\n".join(watch.problems)


def test_from_a_batch_to_a_plan_that_waits(page: Page, own: Serving) -> None:
    sign_in(page, DIRECTOR, own.log_ins().password)

    # One batch, read and approved.
    page.goto(f"{CLINIC}/knowledge/claims/?topic=zone&show=asking")
    assert_accessible(page)
    ticks = page.locator("input[name=claim]")
    assert ticks.count() > 3
    for place in range(3):
        ticks.nth(place).check(force=True)
    page.get_by_role("button", name="Approve the marked").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_accessible(page)
    page.locator("main input[name=password]").fill(own.log_ins().password)
    page.locator("main").get_by_role("button", name="Approve").click()
    expect(page.locator("main")).to_contain_text("approved")

    # All else is approved, and a year goes by.
    manage(own, "demo", "--year")
    page.goto(f"{CLINIC}/knowledge/claims/zone.cheek.scar-max/")
    treated = page.locator("#recall a[href*='/clients/']").first
    treated.click()
    page.locator("a[href*='/plans/']").first.click()
    expect(page.locator("main")).to_contain_text("This plan is in force.")
    plan = page.url

    # A stricter value makes it wait.
    page.goto(f"{CLINIC}/knowledge/claims/zone.cheek.scar-max/")
    page.locator("summary", has_text="Tighten").click()
    form = page.locator("form", has=page.get_by_role("button", name="Tighten", exact=True))
    form.locator("input[name=value]").fill("0.75")
    form.locator("textarea[name=because]").fill("Our own results ask for it.")
    form.locator("input[name=password]").fill(own.log_ins().password)
    form.get_by_role("button", name="Tighten", exact=True).click()
    page.goto(plan)
    expect(page.locator("main")).to_contain_text("the next session waits")
    manage(own, "attend")
    page.goto(plan)
    expect(page.locator("main")).to_contain_text("What is known has become stricter")
    expect(page.get_by_role("link", name="Read it again and sign")).to_be_visible()
    assert_accessible(page)
    page.goto(f"{CLINIC}/knowledge/releases/")
    assert_accessible(page)
