"""Every page, at every size, in both schemes and on paper: accessible, legible, in its frame."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from django.urls import resolve, reverse
from playwright.sync_api import Browser, Page

from needlework.web.clinics.models import ROLES
from tests.web.browser.looking import (
    HEIGHT_PX,
    WIDTHS_PX,
    View,
    Watch,
    assert_accessible,
    assert_fits,
    assert_focus_shows,
    assert_reads,
    assert_touchable,
    keep_picture,
    open_all,
    views,
)
from tests.web.browser.pages import NO_PAGES, PAGES, SCENES, Line
from tests.web.browser.stock import ENGLISH, SPANISH, Stock
from tests.web.test_every_address import addresses

NARROW, MIDDLE, WIDE = WIDTHS_PX
LOCALES: Final = {ENGLISH: "en-US", SPANISH: "es-ES"}
SHOWN: Final = [(name, who) for name, line in PAGES.items() for who in line.who]
NAMED: Final = {one[0]: one for one in addresses()}
WITH_AXE: Final = (View(WIDE, "light"), View(NARROW, "dark"), View(MIDDLE, "light", on_paper=True))
LOOKS: Final = (*WITH_AXE[:1], View(MIDDLE, "light"), View(NARROW, "light"), *WITH_AXE[1:])
"""In this order: at the narrowest what is folded is unfolded, and so it is on paper."""

FOR_PHONES: Final = ("site:", "portal:", "intake:link", "enquiries:ask")


# --- the table --------------------------------------------------------------------------------


def test_every_address_is_a_page_or_said_to_be_none() -> None:
    said = [*PAGES, *NO_PAGES]
    assert len(said) == len(set(said)), "an address is in both lists"
    assert sorted(NAMED.keys() - set(said)) == [], "addresses without a line in pages.py"
    assert not set(said) - NAMED.keys(), "lines in pages.py for addresses that there are not"


def test_every_scene_starts_at_a_page() -> None:
    starts = {scene.start for scene in SCENES.values() if not scene.start.startswith("/")}
    assert starts <= PAGES.keys()


# --- who looks --------------------------------------------------------------------------------


class Visitors:
    """One window for each visitor, kept from page to page."""

    def __init__(self, browser: Browser, base_url: str, stock: Stock) -> None:
        self._browser = browser
        self._base_url = base_url
        self._stock = stock
        self._pages: dict[tuple[str, str], Page] = {}
        self.watch = Watch(base_url)

    def page(self, who: str, language: str = ENGLISH) -> Page:
        # In Spanish one person has every role.
        if language != ENGLISH and who in {*ROLES, "two-clinics"}:
            who = "everything"
        if (who, language) not in self._pages:
            self._pages[who, language] = self._come(who, language)
        page = self._pages[who, language]
        # A check that failed leaves a page as it was shown last.
        page.emulate_media(media="null", color_scheme="light")
        page.set_viewport_size({"width": WIDE, "height": HEIGHT_PX})
        return page

    def _come(self, who: str, language: str) -> Page:
        context = self._browser.new_context(
            base_url=self._base_url,
            locale=LOCALES[language],
            reduced_motion="reduce",
            viewport={"width": WIDE, "height": HEIGHT_PX},
        )
        self.watch.follow(context)
        if session := self._stock.sessions.get(who):
            context.add_cookies([{"name": "sessionid", "value": session, "url": self._base_url}])
        page = context.new_page()
        if who == "client":
            path, birth_date = self._stock.links[language]
            page.goto(path)
            page.locator("input[name=birth_date]").fill(birth_date)
            page.locator("main button").click()
            page.wait_for_url("**/my/")
        if who == "half-way":
            email, password = self._stock.half_way
            page.goto("/accounts/login/")
            page.locator("input[name=login]").fill(email)
            page.locator("input[name=password]").fill(password)
            page.locator("input[name=password]").press("Enter")
            page.wait_for_url("**/authenticate/**")
        return page

    def close(self) -> None:
        for page in self._pages.values():
            page.context.close()


@pytest.fixture(scope="module")
def visitors(browser: Browser, base_url: str, stock: Stock) -> Iterator[Visitors]:
    made = Visitors(browser, base_url, stock)
    yield made
    made.close()


@pytest.fixture
def watched(visitors: Visitors) -> Iterator[Visitors]:
    """The visitors, and nothing that their browser complains of."""
    yield visitors
    problems = visitors.watch.forget()
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """Where screenshots go: SCREENS names a folder, or is 1 for one that is made."""
    wish = os.environ.get("SCREENS", "")
    if not wish:
        return None
    folder = tmp_path_factory.mktemp("screens") if wish == "1" else Path(wish)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


# --- what they see ----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "who"), SHOWN, ids=[f"{n} by {w}" for n, w in SHOWN])
def test_a_page_is_sound(
    name: str, who: str, watched: Visitors, stock: Stock, pictures: Path | None
) -> None:
    page = watched.page(who)
    arrive(page, path(name, PAGES[name], stock, ENGLISH), name)
    assert_sound(page, f"{name}-{who}", pictures)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_in_spanish(name: str, watched: Visitors, stock: Stock) -> None:
    """Its words are longer: they too have their place, also on the narrowest screen."""
    page = watched.page(PAGES[name].who[0], SPANISH)
    arrive(page, path(name, PAGES[name], stock, SPANISH), name)
    for _ in views(page, View(NARROW, "light")):
        open_all(page)
        assert_fits(page)
        assert_reads(page)


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith(FOR_PHONES)])
def test_a_page_of_visitors_and_clients_fits_with_twice_the_text(
    name: str, watched: Visitors, stock: Stock
) -> None:
    page = watched.page(PAGES[name].who[0])
    arrive(page, path(name, PAGES[name], stock, ENGLISH), name)
    for _ in views(page, View(NARROW, "light")):
        open_all(page)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert_fits(page)


@pytest.mark.parametrize("name", SCENES)
def test_what_comes_of_it_is_sound(
    name: str, watched: Visitors, stock: Stock, pictures: Path | None
) -> None:
    """After the pages: some scenes end a visit, or the link by which it began."""
    scene = SCENES[name]
    watched.watch.expect(*scene.statuses)
    page = watched.page(scene.who)
    there = scene.start
    if there in PAGES:
        there = path(there, PAGES[there], stock, ENGLISH)
    page.goto(there)
    scene.act(page)
    page.wait_for_load_state()
    assert_sound(page, name, pictures)


def path(name: str, line: Line, stock: Stock, language: str) -> str:
    """The address: each of its arguments is of the stock, by its own name or the line's."""
    held = stock.arguments[language]
    missing = {line.where.get(one, one) for one in asked(name)} - held.keys()
    assert not missing, f"nothing in tests/web/records_of.py for {missing}"
    return reverse(name, kwargs={one: held[line.where.get(one, one)] for one in asked(name)})


def asked(name: str) -> set[str]:
    """The arguments of an address."""
    _, pattern, converters = NAMED[name]
    return {*converters, *pattern.pattern.regex.groupindex}


def arrive(page: Page, path: str, name: str) -> None:
    """Go to a page, and be there: not sent to sign in, nor elsewhere."""
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200
    assert resolve(urlsplit(page.url).path).view_name == name


def assert_sound(page: Page, name: str, pictures: Path | None) -> None:
    """Each check at the sizes where it can tell something; axe on both schemes and on paper."""
    assert_focus_shows(page)
    for view in views(page, *LOOKS):
        if view.width_px == NARROW:
            open_all(page)
            assert_touchable(page)
        assert_fits(page)
        assert_reads(page)
        if view in WITH_AXE:
            assert_accessible(page)
        keep_picture(page, pictures, name, view)
