"""The watch over the browser, and axe, see what they are there to see."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.web.browser.looking import View, Watch, assert_accessible, axe_findings, views

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


def test_the_first_page_is_accessible(page: Page) -> None:
    page.goto("/")
    assert_accessible(page)
