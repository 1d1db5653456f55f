"""Filling in a consultation as a person does: by the words on the page, in either language."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from needlework.documents.words import Words
from needlework.evidence import Cited
from needlework.i18n import translator
from needlework.planning import Plan
from needlework.planning.model import Depth
from needlework.screening import Assessment
from needlework.screening.consultation import decode
from needlework.workflow import consult, known, plan_for, screen

KNOWN: Final = known()
NO: Final = "No"
UNKNOWN: Final = "Don’t know"
PREGNANT: Final = "Pregnant, or possibly so?"
KELOID: Final = "Ever a keloid, anywhere on the body?"
NUMBING: Final = "Does the person wish a topical anaesthetic?"
SAID: Final[Mapping[str, str]] = {
    "Fitzpatrick phototype, as you grade it": "III – burns at times, tans evenly",
    "Smokes?": "Yes",
    "Anything on the skin of these areas lately?": "Yes",
    KELOID: UNKNOWN,
    NUMBING: UNKNOWN,
}
"""What is answered otherwise than with a no."""
TREATER: Final = "Dr Dario Vance"
"""Trained on the device below."""
DEVICE: Final = "skinpen-precision"
PRODUCT: Final = "moisturiser"


class Wish(NamedTuple):
    """A concern with a scale to measure it, and where it is."""

    concern: str
    scale: str
    grade: str
    zones: tuple[str, ...]


ROLLING: Final = Wish(
    "acne-scar-rolling", "goodman-baron-qualitative", "3", ("cheek-left", "cheek-right")
)
BOXCAR: Final = Wish(
    "acne-scar-boxcar", "goodman-baron-qualitative", "2", ("temple-left", "temple-right")
)
WISHES: Final = (ROLLING, BOXCAR)


class Filling:
    """Somebody at the form of a new consultation; `live` where its script runs."""

    def __init__(self, page: Page, language: str = "en", *, live: bool = True) -> None:
        self.page = page
        self.live = live
        self.say = translator(language)
        self.words = Words(KNOWN.knowledge, language)
        self.assessment = page.locator("#assessment")

    # --- questions ------------------------------------------------------------------------------

    def question(self, words: str) -> Locator:
        return self.page.get_by_role("radiogroup", name=self.say(words), exact=True)

    def answer(self, words: str, said: str) -> None:
        self.question(words).get_by_role("radio", name=self.say(said), exact=True).check()

    def answer_all(self, said: Mapping[str, str]) -> None:
        """What is said, and no to every other question that is in sight and open."""
        for words, answer in said.items():
            self.answer(words, answer)
        for group in self.page.get_by_role("radiogroup").all():
            if not group.locator(":checked").count():
                group.get_by_role("radio", name=self.say(NO), exact=True).check()

    def wish(self, row: int, wish: Wish, *, on_map: bool) -> None:
        """A concern, its scale and grade, and its areas on the map or in the list."""
        self.select(f"concerns.{row}.concern", self.words.concern(wish.concern))
        if not self.live:
            # The scales that suit a concern come with the next page.
            self.assess()
        self.select(f"concerns.{row}.scale", value=wish.scale)
        self.page.locator(f"[name='concerns.{row}.grade']").fill(wish.grade)
        pick = self.on_map if on_map else self.in_list
        for zone in wish.zones:
            pick(row, zone)

    def select(self, name: str, label: str | None = None, *, value: str | None = None) -> None:
        """Choose from a list; what hangs on it is drawn anew, and is waited for."""
        field = self.page.locator(f"select[name='{name}']")
        redrawn = field.get_attribute("hx-post") if self.live else None
        if redrawn is None:
            field.select_option(label=label, value=value)
            return
        with self.page.expect_response(lambda answer: answer.url.endswith(redrawn)):
            field.select_option(label=label, value=value)
        self.settled()

    def on_map(self, row: int, zone: str) -> None:
        """A press on the area itself, as it is drawn."""
        map_ = self.page.locator(f"[data-map='concerns.{row}.zones']:visible")
        area = map_.locator(f"[data-zone='{zone}'][data-live]:not([data-twin])")
        area.click()
        expect(area).to_have_attribute("aria-checked", "true")

    def in_list(self, row: int, zone: str) -> None:
        box = self.page.locator(f"input[name='concerns.{row}.zones'][value='{zone}']")
        if not box.is_visible():
            around = self.page.locator("fieldset", has=box).last
            around.locator("details.zones__pick > summary").click()
        box.check()

    def add(self, words: str) -> None:
        """A further row."""
        button = self.page.get_by_role("button", name=self.say(words), exact=True)
        rows = self.page.locator(".rows", has=button).last.locator(".row")
        before = rows.count()
        button.click()
        expect(rows).to_have_count(before + 1)
        self.settled()

    # --- the assessment beside it ---------------------------------------------------------------

    def assess(self) -> None:
        """Ask for the assessment; where the script runs it comes by itself."""
        self.page.get_by_role("button", name=self.say("Assess"), exact=True).last.click()

    def settled(self) -> None:
        """Nothing is being exchanged any more."""
        if self.live:
            expect(
                self.page.locator(".htmx-request, .htmx-swapping, .htmx-settling")
            ).to_have_count(0)

    def stops(self) -> list[str]:
        return self.assessment.locator(".finding--stop .finding__text").all_inner_texts()

    def save(self, words: str = "Save") -> None:
        self.page.get_by_role("button", name=self.say(words), exact=True).click()
        self.page.wait_for_url(_DETAIL)

    def fill_in(self, said: Mapping[str, str] = SAID, *, on_map: bool) -> None:
        """The whole form, from the first question to the last."""
        who = self.page.get_by_label(self.say("Who would treat?"), exact=True)
        who.select_option(label=TREATER)
        self.wish(0, ROLLING, on_map=on_map)
        self.add("Add a concern")
        self.wish(1, BOXCAR, on_map=on_map)
        self.answer_all(said)
        self.page.locator("[name='products.list.0.name']").fill(PRODUCT)
        self.page.locator("[name='products.list.0.last_used']").fill(self.day())
        self.select("devices.0.id", value=DEVICE)
        for weekday in ("Saturday", "Sunday"):
            self.page.get_by_role("checkbox", name=self.say(weekday), exact=True).check()

    def day(self) -> str:
        return self.page.locator("input[name=date]").input_value()


_DETAIL: Final = re.compile(r"/consultations/[0-9a-f-]{36}/$")


# --- what the engine says of what was saved -----------------------------------------------------


def saved(folder: Path, page: Page) -> dict[str, Any]:
    """The consultation as the newest version of it holds it, read past the app."""
    code = UUID(page.url.partition("/consultations/")[2].partition("/")[0])
    address = f"file:{folder / 'db.sqlite3'}?mode=ro"
    with sqlite3.connect(address, uri=True) as database:
        (data,) = database.execute(
            "SELECT data FROM consultations_consultationversion"
            " WHERE consultation_id = ? ORDER BY number DESC LIMIT 1",
            (code.hex,),
        ).fetchone()
    found: dict[str, Any] = json.loads(data)
    return found


def planned(data: Mapping[str, Any]) -> Plan:
    return plan_for(consult(decode(dict(data)), KNOWN))


def assessed(data: Mapping[str, Any]) -> Assessment:
    return screen(consult(decode(dict(data)), KNOWN))


def depth(plan: Plan, wish: Wish) -> Depth:
    """The depth that the engine plans for a wish, the same in each of its zones."""
    found = {
        made.depth.maximum.value: made.depth
        for zone in plan.zones
        if zone.zone in wish.zones
        for made in zone.protocols
        if made.concern == wish.concern and made.depth is not None
    }
    (held,) = found.values()
    return held


# --- what is shown ------------------------------------------------------------------------------


def depths_on_page(page: Page, words: Words, wish: Wish) -> tuple[str, ...]:
    """Start, step and maximum from the card of the area, where it speaks of the concern."""
    card = page.get_by_role("article", name=words.zones(wish.zones), exact=True)
    heading = page.get_by_role("heading", level=4, name=words.concern(wish.concern))
    dose = card.locator(".protocol__use").filter(has=heading).locator(".dose > div")
    say = translator(words.language)
    parts = [dose.filter(has=_term(page, say(word))) for word in ("Start", "Step", "Maximum")]
    return tuple(part.locator(".number").inner_text() for part in parts)


def _term(page: Page, words: str) -> Locator:
    return page.get_by_role("term").filter(has_text=re.compile(f"^{re.escape(words)}$"))


def depths_in_pdf(made: bytes, words: Words, wish: Wish) -> tuple[str, ...]:
    """The same three from the text of a plan's PDF: the last numbers of a row before its notes."""
    assert made.startswith(b"%PDF-")
    held = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    text = re.sub(r"[\s\u200b\u2060]+", " ", held)
    start = f"{words.zones(wish.zones)} {words.concern(wish.concern)} "
    assert text.count(start) == 1
    return tuple(text.partition(start)[2].partition("[")[0].split()[-3:])


def shown(depth: Depth, words: Words) -> tuple[str, ...]:
    """Start, step and maximum as the page says them."""
    return tuple(words.quantity(one) for one in _parts(depth))


def bare(depth: Depth, words: Words) -> tuple[str, ...]:
    """The same as the PDF says it, where the unit stands above."""
    return tuple(words.number(one.value) for one in _parts(depth))


def _parts(depth: Depth) -> tuple[Cited, Cited, Cited]:
    assert depth.step is not None
    return depth.start, depth.step, depth.maximum
