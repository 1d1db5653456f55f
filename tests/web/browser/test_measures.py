"""A first score and two more are recorded, and the forecast learns from them; by the keyboard."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.ops.serving import Serving, environment
from tests.web.browser.looking import (
    assert_accessible,
    assert_fits,
    assert_reads,
    assert_touchable,
    open_all,
    views,
)
from tests.web.measures.prepared import Prepared

CONCERN = "acne-scar-boxcar"
SCALE = "goodman-baron-quantitative"


@pytest.fixture
def prepared(app: Serving) -> Callable[[str], Prepared]:
    """A new client of that name, half-way through a course, without a score."""

    def made(name: str) -> Prepared:
        told = environment(
            NEEDLEWORK_DATA=str(app.folder),
            NEEDLEWORK_DEMO="1",
            DJANGO_SETTINGS_MODULE="needlework.web.settings",
        )
        done = subprocess.run(
            [sys.executable, "-m", "tests.web.measures.prepared", name],
            env=told,
            cwd=Path(__file__).parents[3],
            stdout=subprocess.PIPE,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=Prepared)

    return made


def field(page: Page, name: str) -> Locator:
    return page.locator(f"#measure-{CONCERN}-{name}")


def form_of(page: Page) -> Locator:
    return page.locator("form", has=field(page, "score"))


def record(page: Page, day: date, score: str, *, tick: bool) -> None:
    """Fill in what the form asks, without the mouse."""
    fold = page.locator("details.measures__add", has=field(page, "score"))
    if fold.get_attribute("open") is None:
        fold.locator("> summary").press("Enter")
    field(page, "scale").select_option(SCALE)
    field(page, "score").focus()
    page.keyboard.type(score)
    field(page, "on").fill(day.isoformat())
    if tick:
        field(page, "all_sessions").press("Space")
    form_of(page).get_by_role("button", name="Save the score").press("Enter")


def told(page: Page) -> Locator:
    """What the forecast says with the client's own scores."""
    return page.locator(f"#own-forecast [data-own={CONCERN}]")


def middle(page: Page) -> str:
    """The line in the middle of the forecast."""
    line = told(page).locator("svg path.outlook-line[stroke-width='2.5']").last
    return line.get_attribute("d") or ""


def test_the_forecast_learns_from_scores_that_are_recorded(
    signed_in: Callable[..., Page], prepared: Callable[[str], Prepared]
) -> None:
    course = prepared("Mona Measured")
    page = signed_in()
    page.goto(course.client)
    page.get_by_role("link", name="Measures", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Measures")
    expect(page.locator("#own-forecast-later")).to_have_count(0)

    record(page, course.days[0], "20", tick=False)
    expect(told(page)).to_contain_text("So far it follows the first score alone.")
    expect(told(page)).to_contain_text("people like those of the trials")
    at_first = middle(page)

    record(page, course.days[1], "19", tick=False)
    expect(page.locator("main .notice--warn").first).to_contain_text("nobody has confirmed")
    told(page).wait_for()
    assert middle(page) == at_first, "nothing is learned on a guess"
    page.get_by_role("link", name="Confirm them with the newest score").press("Enter")
    expect(field(page, "score")).to_have_value("19")
    field(page, "all_sessions").press("Space")
    page.get_by_role("button", name="Save in its place").press("Enter")
    expect(told(page)).to_contain_text("It learns from this person’s own scores: 2 scores")
    after_two = middle(page)
    assert after_two != at_first

    record(page, course.days[2], "18", tick=True)
    expect(told(page)).to_contain_text("3 scores and 2 sessions")
    expect(told(page)).to_contain_text("This is about this person")
    expect(told(page).locator("circle.outlook-measure")).to_have_count(4)
    assert middle(page) not in {at_first, after_two}
    expect(page.locator(f"#own-forecast [data-before={CONCERN}]")).to_contain_text(
        "people like those of the trials"
    )


def test_what_is_wrong_is_said_and_what_was_typed_stays(
    signed_in: Callable[..., Page], prepared: Callable[[str], Prepared]
) -> None:
    course = prepared("Rita Refused")
    page = signed_in()
    page.goto(course.plan)
    page.get_by_role("link", name="Measures", exact=True).click()
    record(page, course.days[2], "85", tick=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("Measures")
    expect(page.locator(f"#measure-{CONCERN}-score_error")).to_contain_text("has no such score")
    expect(page.locator(f"#measure-{CONCERN}-on_error")).to_contain_text("before the first session")
    expect(field(page, "score")).to_have_value("85")
    expect(field(page, "on")).to_have_value(course.days[2].isoformat())
    expect(field(page, "all_sessions")).to_be_checked()
    assert_accessible(page)
    for view in views(page):
        assert_fits(page)
        if not view.on_paper:
            assert_touchable(page)


def test_it_shows_at_every_size(
    signed_in: Callable[..., Page], prepared: Callable[[str], Prepared]
) -> None:
    course = prepared("Vera Viewed")
    page = signed_in()
    page.goto(f"{course.client}measures/")
    record(page, course.days[0], "20", tick=False)
    told(page).wait_for()
    record(page, course.days[2], "14", tick=True)
    told(page).wait_for()
    open_all(page)
    for view in views(page):
        assert_fits(page)
        assert_reads(page)
        assert_accessible(page)
        if not view.on_paper:
            assert_touchable(page)


def test_without_javascript_the_forecast_is_a_page(
    signed_in: Callable[..., Page], prepared: Callable[[str], Prepared]
) -> None:
    course = prepared("Nils Noscript")
    page = signed_in(java_script_enabled=False)
    page.goto(f"{course.client}measures/")
    field(page, "scale").select_option(SCALE)
    field(page, "score").fill("20")
    field(page, "on").fill(course.days[0].isoformat())
    form_of(page).get_by_role("button", name="Save the score").click()
    page.get_by_role("link", name="Forecast with these scores").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Forecast with these scores")
    expect(told(page)).to_contain_text("So far it follows the first score alone.")
    page.get_by_role("link", name="Back to the scores").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Measures")
