"""Chromium against a server of its own; whatever it complains of fails the test."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import BrowserContext, Page

from needlework.cli.serve import LogIns
from tests.ops.serving import Serving, environment, serving
from tests.web.browser.looking import Watch
from tests.web.browser.stock import Stock

CHROMIUM = "chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = shutil.which(CHROMIUM)
    if found is None:
        pytest.fail("Chromium is missing. `scripts/bootstrap.sh --for-tests` installs it.")
    return {**browser_type_launch_args, "executable_path": found, "args": list(ARGUMENTS)}


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The app with the demo's data, in processes of its own."""
    with serving(tmp_path_factory.mktemp("demo"), "--demo", "--workers", "1") as server:
        yield server


@pytest.fixture(scope="session")
def base_url(app: Serving) -> str:
    """Where `page.goto("/en/…")` goes."""
    return app.url


@pytest.fixture(scope="session")
def log_ins(app: Serving) -> LogIns:
    return app.log_ins()


@pytest.fixture(scope="session")
def stock(app: Serving) -> Stock:
    """One of everything, put beside the demo's data."""
    told = environment(
        NEEDLEWORK_DATA=str(app.folder),
        NEEDLEWORK_DEMO="1",
        DJANGO_SETTINGS_MODULE="needlework.web.settings",
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.web.browser.stock"],
        env=told,
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Stock)


@pytest.fixture
def watch(base_url: str, browser_context_args: dict[str, Any]) -> Iterator[Watch]:
    """What the browser complained of; a test that means to provoke it says so."""
    # What the plugin keeps for a session may be the address of another file's server. This comes
    # before its own `new_context`, which takes a copy.
    browser_context_args["base_url"] = base_url
    watching = Watch(base_url)
    yield watching
    assert not watching.problems, "\n".join(watching.problems)


@pytest.fixture
def new_context(
    watch: Watch, new_context: Callable[..., BrowserContext]
) -> Callable[..., BrowserContext]:
    def made(**given: Any) -> BrowserContext:
        context = new_context(**{"locale": "en-US", "reduced_motion": "reduce", **given})
        watch.follow(context)
        return context

    return made


@pytest.fixture
def page_without_javascript(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context(java_script_enabled=False).new_page()


@pytest.fixture(scope="session")
def _sessions() -> dict[str, Any]:
    """Cookies of who signed in before."""
    return {}


@pytest.fixture
def signed_in(
    new_context: Callable[..., BrowserContext], log_ins: LogIns, _sessions: dict[str, Any]
) -> Callable[..., Page]:
    """A page for somebody of the demo's staff, by role or e-mail address."""

    def made(who: str = "practitioner", **given: Any) -> Page:
        email = who if "@" in who else with_role(log_ins, who)
        if email not in _sessions:
            page = new_context().new_page()
            sign_in(page, email, log_ins.password)
            _sessions[email] = page.context.storage_state()
            page.context.close()
        return new_context(storage_state=_sessions[email], **given).new_page()

    return made


def with_role(log_ins: LogIns, role: str) -> str:
    """The first of the staff who has it."""
    return next(email for email, roles in log_ins.staff if role in roles.split(", "))


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
