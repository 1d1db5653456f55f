"""A clearance is asked for with a letter, answered by another, and the plan signed or not."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfWriter

from needlework.cli.serve import LogIns
from tests.ops.serving import Serving, environment, serving
from tests.web.browser.conftest import sign_in
from tests.web.browser.looking import Watch, assert_accessible
from tests.web.clearances.prepared import CLINIC, DIRECTOR, NURSE, Prepared

HOME: Final = f"/clinic/{CLINIC}/"
QUESTION: Final = "Has prophylaxis been considered? The last cold sore was ten years ago."
CONDITIONS: Final = "An antiviral from the day before until the fifth day after."
WHY_NOT: Final = "Three outbreaks this year: first settle those."


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A clinic of its own, whose director has approved what is proposed."""
    folder = tmp_path_factory.mktemp("clearance") / "data"
    with serving(folder, "--demo", "--workers", "1") as server:
        yield server


@pytest.fixture(scope="module")
def people_of(own: Serving) -> LogIns:
    return own.log_ins()


@pytest.fixture
def prepared(own: Serving) -> Callable[[str], Prepared]:
    """A new client of that name, whose consultation the nurse has taken today."""

    def made(name: str) -> Prepared:
        told = environment(
            NEEDLEWORK_DATA=str(own.folder),
            NEEDLEWORK_DEMO="1",
            DJANGO_SETTINGS_MODULE="needlework.web.settings",
        )
        done = subprocess.run(
            [sys.executable, "-m", "tests.web.clearances.prepared", name],
            env=told,
            cwd=Path(__file__).parents[3],
            stdout=subprocess.PIPE,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=Prepared)

    return made


@pytest.fixture
def at_work(browser: Browser, own: Serving, people_of: LogIns) -> Iterator[Callable[[str], Page]]:
    """Somebody's own browser, signed in."""
    watch = Watch(own.url)
    contexts = []

    def made(email: str) -> Page:
        context = browser.new_context(base_url=own.url, locale="en-US", reduced_motion="reduce")
        contexts.append(context)
        watch.follow(context)
        page = context.new_page()
        sign_in(page, email, people_of.password)
        return page

    yield made
    for context in contexts:
        context.close()
    assert not watch.problems, "\n".join(watch.problems)


def letter() -> bytes:
    made, held = io.BytesIO(), PdfWriter()
    held.add_blank_page(200, 200)
    held.write(made)
    return made.getvalue()


def consultation(found: Prepared) -> str:
    return f"{HOME}clients/{found.client}/consultations/{found.consultation}/"


def day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def ask(page: Page, found: Prepared) -> None:
    """From the consultation's card to the question, with a letter."""
    page.goto(consultation(found))
    page.get_by_role("region", name="Clearances").get_by_role("link", name="Ask or answer").click()
    assert_accessible(page)
    page.get_by_role("link", name="Ask a clinician").click()
    assert_accessible(page)
    page.get_by_role("radio", name="Dr Dario Vance").check()
    page.get_by_label("The question").fill(QUESTION)
    page.get_by_label("Answer needed by").fill(day(7))
    attached = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": letter()}
    page.get_by_label("Letter or report").set_input_files(attached)  # type: ignore[arg-type]
    page.get_by_role("button", name="Put the question").click()
    expect(page.get_by_role("link", name="Asked of Dr Dario Vance")).to_be_visible()


def open_from_today(page: Page, found: Prepared) -> None:
    """The director sees it on Today, with the question and the letter."""
    page.goto(HOME)
    waiting = page.get_by_role("region", name="Clearances asked for")
    waiting.get_by_role("link", name=found.name).click()
    expect(page.locator("main")).to_contain_text(QUESTION)
    expect(page.locator("main")).to_contain_text("Asked by Priya Lund")
    with page.expect_download() as held:
        page.get_by_role("link", name="Open the letter").click()
    assert held.value.path().read_bytes().startswith(b"%PDF-")
    assert_accessible(page)


def sign(page: Page, found: Prepared) -> Page:
    page.goto(consultation(found))
    page.get_by_role("link", name="To the plan").click()
    page.get_by_role("link", name="Read and sign").click()
    return page


def test_from_the_question_to_the_signed_plan(
    prepared: Callable[[str], Prepared], at_work: Callable[[str], Page], people_of: LogIns
) -> None:
    found = prepared("Ines Prado Vale")
    nurse, director = at_work(NURSE), at_work(DIRECTOR)

    # Before anybody answered, nobody signs.
    sign(nurse, found)
    expect(nurse.locator("main")).to_contain_text("Ask a clinician to clear it")
    expect(nurse.locator("main input[name=password]")).to_have_count(0)
    ask(nurse, found)

    open_from_today(director, found)
    director.get_by_role("radio", name="Cleared").check()
    director.get_by_label("Conditions").fill(CONDITIONS)
    director.get_by_role("radio", name="For the course").check()
    director.get_by_label("Holds until").fill(day(180))
    director.get_by_role("button", name="Record the answer").click()
    answers = director.get_by_role("region", name="Answers that stand for this client")
    expect(answers).to_contain_text(CONDITIONS)
    director.goto(HOME)
    expect(director.get_by_role("region", name="Clearances asked for")).not_to_contain_text(
        found.name
    )

    nurse.goto(f"{consultation(found)}clearances/")
    answers = nurse.get_by_role("region", name="Answers that stand for this client")
    expect(answers).to_contain_text("Dr Dario Vance")
    expect(answers).to_contain_text(CONDITIONS)
    sign(nurse, found)
    assert_accessible(nurse)
    nurse.locator("input[name=agreed]").check()
    nurse.locator("main input[name=password]").fill(people_of.password)
    nurse.get_by_role("button", name="Sign this plan").click()
    nurse.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}/$"))
    expect(nurse.locator("main")).to_contain_text("This plan is in force.")
    expect(nurse.locator("main")).to_contain_text("Signed by Priya Lund")
    rests_on = nurse.get_by_role("region", name="Clearances that this plan rests on")
    expect(rests_on).to_contain_text("Cleared by Dr Dario Vance")
    expect(rests_on).to_contain_text(CONDITIONS)
    assert_accessible(nurse)


def test_what_is_refused_is_not_signed_and_the_page_says_why(
    prepared: Callable[[str], Prepared], at_work: Callable[[str], Page]
) -> None:
    found = prepared("Marta Rey Sol")
    nurse, director = at_work(NURSE), at_work(DIRECTOR)
    ask(nurse, found)
    open_from_today(director, found)
    director.get_by_role("radio", name="Refused").check()
    director.get_by_label("Why").fill(WHY_NOT)
    director.get_by_role("radio", name="For the course").check()
    director.get_by_label("Holds until").fill(day(30))
    director.get_by_role("button", name="Record the answer").click()

    nurse.goto(f"{consultation(found)}clearances/")
    expect(nurse.locator("main")).to_contain_text("Refused by Dr Dario Vance")
    expect(nurse.locator("main")).to_contain_text(WHY_NOT)
    sign(nurse, found)
    way = nurse.get_by_role("region", name=re.compile("in the way"))
    expect(way).to_contain_text("No area is planned")
    expect(way).to_contain_text("A clinician refused to clear it")
    expect(nurse.locator("main input[name=password]")).to_have_count(0)
    assert_accessible(nurse)
