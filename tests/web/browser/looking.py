"""Looking at a page: what the browser complains of, what axe finds, how it shows at every size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response, Route, WebError

HEIGHT_PX: Final = 900
WIDTHS_PX: Final = (360, 820, 1280)
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
TARGET_PX: Final = 24
"""WCAG 2.2 asks for it of all that is pressed."""
BUTTON_PX: Final = 44
INVALID: Final = 422
"""A form that was refused comes back with this; it is an answer like any other."""

_ASKED: Final = Path(__file__).with_suffix(".js").read_text().partition("\n")[2].rstrip()
_FRAMES: Final = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
_LOADED: Final = "Failed to load resource: the server responded"


class Watch:
    """Collects what a browser complains of: other origins, errors, broken answers."""

    def __init__(self, origin: str) -> None:
        self.problems: list[str] = []
        self._origin = f"{origin}/"
        self._expected = {INVALID}

    def expect(self, *statuses: int) -> None:
        """Answers that this test provokes."""
        self._expected.update(statuses)

    def forget(self) -> list[str]:
        """What was collected, which the test has looked at itself; nothing is expected any more."""
        problems, self.problems = self.problems, []
        self._expected = {INVALID}
        return problems

    def follow(self, context: BrowserContext) -> None:
        context.route(self._is_elsewhere, self._refuse)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("response", self._response)

    def _is_elsewhere(self, url: str) -> bool:
        return not url.startswith((self._origin, "data:", "blob:", "about:"))

    def _refuse(self, route: Route) -> None:
        self.problems.append(f"asked another origin: {route.request.url}")
        route.abort()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_LOADED):
            self.problems.append(f"console {message.type}: {message.text}")

    def _error(self, error: WebError) -> None:
        self.problems.append(f"uncaught: {error.error}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self.problems.append(f"{response.status} for {response.url}")


class View(NamedTuple):
    """How a page is shown: a width, and a colour scheme or on paper."""

    width_px: int
    scheme: Literal["light", "dark"]
    on_paper: bool = False

    def __str__(self) -> str:
        return f"{self.width_px}-{'print' if self.on_paper else self.scheme}"


VIEWS: Final = (
    *(View(width, scheme) for width in WIDTHS_PX for scheme in SCHEMES),
    View(820, "light", on_paper=True),
)


def views(page: Page, *chosen: View) -> Iterator[View]:
    """Show the page in each view in turn, and leave it as it was."""
    before = page.viewport_size
    for view in chosen or VIEWS:
        page.set_viewport_size({"width": view.width_px, "height": HEIGHT_PX})
        page.emulate_media(media="print" if view.on_paper else "screen", color_scheme=view.scheme)
        # Reduced motion still means a transition, which is over after a frame.
        page.evaluate(_FRAMES)
        yield view
    page.emulate_media(media="null", color_scheme="null")
    if before is not None:
        page.set_viewport_size(before)


def axe_findings(page: Page) -> list[str]:
    """What axe finds wrong, a line each."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {' '.join(map(str, node['target']))}: "
        f"{' '.join(node['failureSummary'].split())}"
        for rule in found
        for node in rule["nodes"]
    ]


def assert_accessible(page: Page) -> None:
    """Fail with every finding of axe on the page as it is shown now."""
    findings = axe_findings(page)
    assert not findings, "\n".join([f"{page.url}, {page.viewport_size}", *findings])


_TOO_WIDE: Final = """() => [...document.querySelectorAll("main *, header *, footer *")]
  .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 0.5)
  .filter((element) => !element.closest(".table-scroll, .tabs"))
  .slice(-4).map((element) => element.outerHTML.slice(0, 160))"""
"""The innermost elements that stand out at the right, where they do not scroll by themselves."""


def assert_fits(page: Page) -> None:
    """Fail where the page as a whole has to be scrolled sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wide > 0:
        culprits = page.evaluate(_TOO_WIDE)
        raise AssertionError(
            f"{page.url} is {wide} px too wide at {page.viewport_size}: {culprits}"
        )


def assert_reads(page: Page) -> None:
    """Fail where a box or the page's edge cuts off text."""
    _assert_well(page, "clipped")


def assert_touchable(page: Page) -> None:
    """Fail with each thing to press that is too small for a finger."""
    _assert_well(page, "small", [TARGET_PX, BUTTON_PX])


def assert_focus_shows(page: Page) -> None:
    """Fail unless the first stop of the Tab key is in sight and looks focused."""
    page.keyboard.press("Tab")
    _assert_well(page, "focus")


def open_all(page: Page) -> None:
    """Unfold what is folded."""
    page.evaluate(f"{_ASKED}.open()")


def _assert_well(page: Page, what: str, given: object = None) -> None:
    found: list[str] = page.evaluate(f"(given) => {_ASKED}.{what}(given)", given)
    assert not found, "\n".join([f"{page.url}, {page.viewport_size}", *found])


def keep_picture(page: Page, folder: Path | None, name: str, view: View) -> None:
    """A screenshot of the whole page, where there is a folder for it."""
    if folder is not None:
        page.screenshot(path=folder / f"{name.replace(':', '-')}-{view}.png", full_page=True)
