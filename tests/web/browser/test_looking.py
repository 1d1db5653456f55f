"""The watch over the browser, and axe, see what they are there to see."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.web.browser.looking import (
    View,
    Watch,
    assert_accessible,
    assert_fits,
    assert_focus_shows,
    assert_reads,
    assert_touchable,
    axe_findings,
    views,
)

ELSEWHERE = "https://elsewhere.example"


def test_a_request_to_another_origin_is_seen_and_stopped(page: Page, watch: Watch) -> None:
    page.goto("/")
    page.evaluate(f"fetch('{ELSEWHERE}/x').catch(() => 0)")
    page.evaluate(f"new Image().src = '{ELSEWHERE}/y.png'")
    page.wait_for_timeout(200)
    assert any("elsewhere.example" in problem for problem in watch.forget())


def test_an_inline_script_is_refused_and_seen(page: Page, watch: Watch) -> None:
    page.goto("/")
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.head.append(script);
    }""")
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in problem for problem in watch.forget())


def test_an_inline_style_is_refused_and_seen(page: Page, watch: Watch) -> None:
    page.goto("/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')")
    assert any("Content Security Policy" in problem for problem in watch.forget())


def test_an_answer_that_is_missing_is_seen(page: Page, watch: Watch) -> None:
    page.goto("/static/there-is-no-such-file.css")
    assert any(problem.startswith("404 for ") for problem in watch.forget())


def test_an_error_in_a_script_is_seen(page: Page, watch: Watch) -> None:
    page.goto("/")
    page.evaluate("setTimeout(() => { throw new Error('out of thread') })")
    page.wait_for_timeout(100)
    assert any("out of thread" in problem for problem in watch.forget())


def test_axe_sees_what_is_wrong(page: Page) -> None:
    page.goto("/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\"><input>')")
    found = " ".join(axe_findings(page))
    assert "image-alt" in found
    assert "label" in found


def test_each_view_is_what_it_says(page: Page) -> None:
    page.goto("/")
    for view in views(page, View(360, "dark"), View(820, "light", on_paper=True)):
        assert page.evaluate("window.innerWidth") == view.width_px
        assert page.evaluate("matchMedia('print').matches") is view.on_paper
        dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        assert dark is (view.scheme == "dark")


def put(page: Page, markup: str, style: str = "") -> None:
    """A piece of page of our own; its style goes past the policy, as a file's would."""
    page.goto("/")
    page.evaluate("(markup) => { document.querySelector('main').innerHTML = markup; }", markup)
    page.evaluate(
        """(style) => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(style);
            document.adoptedStyleSheets = [sheet];
        }""",
        style,
    )


def test_text_that_is_cut_off_is_seen(page: Page) -> None:
    put(page, "<p class='cut'>Words that have no room</p>", ".cut { width: 60px; }")
    assert_reads(page)
    cut = ".cut { width: 60px; white-space: nowrap; overflow: hidden; }"
    put(page, "<p class='cut'>Words that have no room</p>", cut)
    with pytest.raises(AssertionError, match="Words that have no room"):
        assert_reads(page)
    put(page, "<p class='cut'>Words</p>", ".cut { position: absolute; left: -20px; }")
    with pytest.raises(AssertionError, match="edge of the page"):
        assert_reads(page)


def test_what_is_too_small_to_press_is_seen(page: Page) -> None:
    put(page, "<button class='small-one'>Go</button>", ".small-one { font-size: 9px; padding: 0; }")
    with pytest.raises(AssertionError, match="not 44"):
        assert_touchable(page)
    lone = "<p><a class='lone' href='#x'>i</a></p>"
    put(page, lone, ".lone { font-size: 9px; }")
    with pytest.raises(AssertionError, match="not 24"):
        assert_touchable(page)


def test_a_focus_that_does_not_show_is_seen(page: Page) -> None:
    page.goto("/")
    assert_focus_shows(page)
    bare = ".skip-link, .skip-link:focus { outline: none; box-shadow: none; top: 1rem; }"
    put(page, "<p>Words</p>", f"* {{ transition: none !important }} {bare}")
    with pytest.raises(AssertionError, match="does not show its focus"):
        assert_focus_shows(page)


def test_a_page_that_is_too_wide_is_seen(page: Page) -> None:
    put(page, "<p class='wide'>Words</p>", ".wide { width: 3000px; }")
    with pytest.raises(AssertionError, match="too wide"):
        assert_fits(page)


def test_the_first_page_is_accessible(page: Page) -> None:
    page.goto("/")
    assert_accessible(page)
