"""From a link to a confirmed consultation, as the client and the practitioner do it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from needlework.cli.serve import LogIns
from needlework.i18n import translator
from needlework.web.intake.parts import PARTS
from needlework.web.intake.parts import UNKNOWN as OWN_UNKNOWN
from tests.web.browser.conftest import sign_in
from tests.web.browser.filling import DEVICE, NUMBING, TREATER, UNKNOWN, Filling
from tests.web.browser.looking import (
    View,
    assert_accessible,
    assert_fits,
    assert_reads,
    assert_touchable,
    views,
)

CLINIC: Final = "harbour-skin"
CLIENT: Final = "Nora Núñez Vale"
BORN: Final = "1988-04-12"
NARROW: Final = {"width": 360, "height": 740}
LOOKS: Final = (View(360, "light"), View(360, "dark"), View(820, "light"), View(1280, "dark"))
FOCUSED: Final = """() => {
  const here = document.activeElement;
  return {
    kind: here.type || here.tagName, name: here.name || "", value: here.value || "",
    checked: Boolean(here.checked), zone: here.dataset ? here.dataset.zone || "" : "",
    ticked: here.getAttribute("aria-checked") === "true",
  };
}"""
PRACTITIONERS: Final = {
    "Fitzpatrick phototype, as you grade it": "III – burns at times, tans evenly"
}

Context = Callable[..., BrowserContext]
SignedIn = Callable[..., Page]


def make_link(desk: Page) -> str:
    """What the desk sends the client: the path of a new link."""
    desk.goto(f"/clinic/{CLINIC}/clients/")
    desk.get_by_role("link", name=CLIENT).first.click()
    desk.get_by_role("button", name="Send the client a consultation link").click()
    look(desk)
    return urlsplit(desk.locator("#address").input_value()).path


def look(page: Page, *looks: View) -> None:
    for _view in views(page, *(looks or LOOKS)):
        assert_accessible(page)
        assert_fits(page)
        assert_reads(page)
        assert_touchable(page)


def enter(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("input[name=birth_date]").fill(BORN)
    page.locator("main button").first.click()
    page.wait_for_url("**/my/consultation/")


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Continue", exact=True).last.click()
    page.wait_for_load_state()


def answer_no(page: Page) -> None:
    for group in page.get_by_role("radiogroup").all():
        if not group.locator(":checked").count():
            group.get_by_role("radio", name="No", exact=True).check()


def say_what_to_change(page: Page, *, on_map: bool) -> None:
    page.locator("select[name='concerns.0.concern']").select_option("acne-scar-rolling")
    for zone in ("cheek-left", "cheek-right"):
        if on_map:
            page.locator(f"[data-zone='{zone}'][data-live]:visible:not([data-twin])").click()
            continue
        box = page.locator(f"input[name='concerns.0.zones'][value='{zone}']")
        if not box.is_visible():
            page.locator("fieldset", has=box).last.locator("details.zones__pick > summary").click()
        box.check()


def confirm(page: Page, *, live: bool = True) -> None:
    """What the client filled in, completed and saved by the practitioner."""
    page.goto(f"/clinic/{CLINIC}/clients/")
    page.get_by_role("link", name=CLIENT).first.click()
    consultations = page.locator("section[aria-labelledby=consultations-head]")
    consultations.get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("to be confirmed")
    look(page, LOOKS[0], LOOKS[3])
    page.get_by_role("link", name="Confirm the answers").click()
    marks = page.get_by_text("The client’s own answer", exact=True)
    expect(marks.first).to_be_visible()
    form = Filling(page, live=live)
    page.get_by_label("Who would treat?", exact=True).select_option(label=TREATER)
    form.answer_all({**PRACTITIONERS, NUMBING: UNKNOWN})
    form.select("devices.0.id", value=DEVICE)
    form.save("Save this version")
    main = page.locator("main")
    expect(main).to_contain_text(re.compile("Confirmed by .+ on "))
    expect(main).to_contain_text("Nothing that the client was asked is answered otherwise.")
    expect(main.get_by_role("heading", name="Assessment")).to_be_visible()
    assert_accessible(page)


@pytest.fixture
def phone(new_context: Context) -> Page:
    return new_context(viewport=NARROW).new_page()


def test_from_a_link_to_a_confirmed_consultation(phone: Page, signed_in: SignedIn) -> None:
    path = make_link(signed_in("reception"))
    phone.goto(path)
    look(phone)
    for personal in ("Nora", "1988", "Harbour"):
        assert personal not in phone.content()
    enter(phone, path)
    look(phone)
    phone.get_by_role("link", name="Begin").click()
    for part in PARTS:
        expect(phone.get_by_role("heading", level=1)).to_have_text(part.title)
        if part.id == "wishes":
            say_what_to_change(phone, on_map=True)
        if part.id == "medicines":
            take_isotretinoin(phone)
        answer_no(phone)
        look(phone, LOOKS[0], LOOKS[3])
        if part.id == "skin":
            phone = come_back(phone, path)
        go_on(phone)
        if part.id == "medicines":
            settle_the_name(phone)
    phone.wait_for_url("**/summary/")
    look(phone)
    phone.get_by_role("button", name="Send to the clinic").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("your answers have arrived")
    look(phone)
    assert not phone.evaluate("localStorage.length + sessionStorage.length")
    phone.reload()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("your answers have arrived")
    confirm(signed_in("nurse@harbour-skin.example"))


def come_back(page: Page, path: str) -> Page:
    """Leave half-way, and go on by the same link where it was left."""
    page.get_by_role("button", name="Go on later").click()
    page.get_by_role("button", name="Leave").click()
    enter(page, path)
    page.get_by_role("link", name="Your skin").click()
    assert page.locator("input[name='skin.fever']:checked").get_attribute("value") == "no"
    return page


def take_isotretinoin(page: Page) -> None:
    page.get_by_role("radiogroup", name="Do you take any medicine").get_by_label("Yes").check()
    page.locator("[name='medicines.list.0.name']").fill("isotretinoine")
    page.locator("[name='medicines.list.0.route']").select_option("oral")


def settle_the_name(page: Page) -> None:
    expect(page.get_by_text("Is this what you meant?")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("radio", name="isotretinoin", exact=True).check()
    go_on(page)


def test_with_the_keyboard_alone(phone: Page, signed_in: SignedIn) -> None:
    path = make_link(signed_in("reception"))
    phone.goto(path)
    press_until(phone, lambda held: held["name"] == "birth_date")
    phone.keyboard.type("04121988")
    press_until(phone, lambda held: held["kind"] == "submit")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/my/consultation/")
    press_until(phone, lambda held: held["kind"] == "A" and is_in_main(phone))
    phone.keyboard.press("Enter")
    for part in PARTS:
        expect(phone.get_by_role("heading", level=1)).to_have_text(part.title)
        press_until(phone, answering(phone))
        phone.keyboard.press("Enter")
    phone.wait_for_url("**/summary/")
    press_until(phone, lambda held: held["kind"] == "submit" and is_in_main(phone), presses=40)
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("your answers have arrived")
    confirm(signed_in("nurse@harbour-skin.example"))


def is_in_main(page: Page) -> bool:
    return bool(page.evaluate("document.activeElement.closest('main') !== null"))


def press_until(page: Page, there: Callable[[dict[str, Any]], bool], presses: int = 200) -> None:
    for _ in range(presses):
        page.keyboard.press("Tab")
        if there(page.evaluate(FOCUSED)):
            return
    raise AssertionError(f"the Tab key did not get there on {page.url}")


def answering(page: Page) -> Callable[[dict[str, Any]], bool]:
    """Answers what is focused, until the button that goes on is."""

    def answered(held: dict[str, Any]) -> bool:
        if held["kind"] == "radio" and not held["checked"]:
            # From yes, where a group begins, to no.
            page.keyboard.press("ArrowRight")
        elif held["name"] == "concerns.0.concern" and not held["value"]:
            page.keyboard.type("Acne scars: sh")
        elif held["zone"] and not held["ticked"]:
            page.keyboard.press("Space")
        return bool(held["kind"] == "submit" and held["value"] == "next")

    return answered


def test_without_javascript(
    new_context: Context, page_without_javascript: Page, signed_in: SignedIn, log_ins: LogIns
) -> None:
    path = make_link(signed_in("reception"))
    page = new_context(viewport=NARROW, java_script_enabled=False).new_page()
    enter(page, path)
    page.get_by_role("link", name="Begin").click()
    for part in PARTS:
        expect(page.get_by_role("heading", level=1)).to_have_text(part.title)
        if part.id == "wishes":
            say_what_to_change(page, on_map=False)
        if part.id == "procedures":
            add_two_treatments(page)
        answer_no(page)
        go_on(page)
    page.wait_for_url("**/summary/")
    expect(page.locator("main")).to_contain_text("Chemical peel")
    page.get_by_role("button", name="Send to the clinic").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("your answers have arrived")
    staff = page_without_javascript
    sign_in(staff, "nurse@harbour-skin.example", log_ins.password)
    confirm_without_a_script(staff)


def add_two_treatments(page: Page) -> None:
    page.get_by_role("radiogroup", name="Did you have any treatment").get_by_label("Yes").check()
    page.locator("[name='procedures.list.0.kind']").select_option(label="Chemical peel")
    page.get_by_role("button", name="Add a procedure").click()
    page.locator("[name='procedures.list.1.kind']").select_option(label="Lifting threads")


def confirm_without_a_script(page: Page) -> None:
    page.goto(f"/clinic/{CLINIC}/clients/")
    page.get_by_role("link", name=CLIENT).first.click()
    page.locator("section[aria-labelledby=consultations-head] a").first.click()
    page.get_by_role("link", name="Confirm the answers").click()
    Filling(page, live=False).answer_all({**PRACTITIONERS, NUMBING: UNKNOWN})
    page.get_by_role("button", name="Save this version", exact=True).click()
    expect(page.locator("main")).to_contain_text(re.compile("Confirmed by .+ on "))


def test_a_spanish_client_reads_spanish(phone: Page, signed_in: SignedIn) -> None:
    enter(phone, make_link(signed_in("reception")))
    phone.get_by_role("button", name="Español").click()
    expect(phone.locator("html")).to_have_attribute("lang", "es")
    phone.goto("/my/consultation/health/")
    unknown = translator("es")(OWN_UNKNOWN)
    expect(phone.get_by_role("radio", name=unknown, exact=True).first).to_be_visible()
    look(phone, LOOKS[0])
