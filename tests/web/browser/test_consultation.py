"""From a consultation to a plan and its PDF: by hand, by keyboard, without a script, in Spanish."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, convert
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from needlework.cli.serve import LogIns
from needlework.documents.words import capital
from needlework.evidence import Verdict
from needlework.i18n import translator
from tests.ops.serving import Serving
from tests.web import people
from tests.web.browser.conftest import sign_in, with_role
from tests.web.browser.filling import (
    BOXCAR,
    DEVICE,
    KELOID,
    NO,
    PREGNANT,
    PRODUCT,
    ROLLING,
    SAID,
    WISHES,
    Filling,
    assessed,
    bare,
    depth,
    depths_in_pdf,
    depths_on_page,
    planned,
    saved,
    shown,
)
from tests.web.browser.looking import assert_accessible
from tests.web.browser.stock import CLINIC, SPANISH, SPEAKS_SPANISH, Stock

CLIENT: Final = "Nora Núñez Vale"
YES: Final = "Yes"


def test_from_a_consultation_to_a_plan_and_its_pdf(
    page: Page, log_ins: LogIns, app: Serving
) -> None:
    sign_in(page, with_role(log_ins, "medical-director"), log_ins.password)
    go_all_the_way(open_form(page), app.folder)


def test_all_of_it_without_javascript(
    page_without_javascript: Page, log_ins: LogIns, app: Serving
) -> None:
    page = page_without_javascript
    sign_in(page, with_role(log_ins, "medical-director"), log_ins.password)
    go_all_the_way(open_form(page, live=False), app.folder)


def go_all_the_way(form: Filling, folder: Path) -> None:
    """All is filled in, judged, saved, asked again, planned, and printed."""
    page = form.page
    form.fill_in(on_map=form.live)
    stops, questions = judge(form)
    form.save()
    data = saved(folder, page)
    assert_said(data)
    # What was seen beside the form is what the engine says of what was saved.
    pregnant = {**data, "history": {**data["history"], "pregnancy": "yes"}}
    assert sorted(stops) == sorted(
        one.summary for one in assessed(pregnant).findings if one.verdict is Verdict.STOP
    )
    assert questions == [one.text for one in assessed(data).questions]

    # With a question open there is no depth; its link leads to where it is answered.
    page.get_by_role("link", name="To the plan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Plan")
    assert {zone.status for zone in planned(data).zones} == {"not-enough-known"}
    unknown = capital(form.words.status("not-enough-known"))
    expect(page.locator("main .verdicts li")).to_contain_text([unknown] * len(WISHES))
    expect(page.locator(".dose")).to_have_count(0)
    (asked,) = [one.text for one in assessed(data).questions if one.path == "history.keloid"]
    page.get_by_role("link", name=asked).click()
    assert_in_sight(page, form.question(KELOID))
    form.answer(KELOID, NO)
    form.save("Save this version")
    expect(page.get_by_role("link", name="Version 2", exact=True)).to_have_attribute(
        "aria-current", "page"
    )

    data = saved(folder, page)
    assert data["history"]["keloid"] == "no"
    page.get_by_role("link", name="To the plan").click()
    assert_depths(form, data)
    if form.live:  # axe needs scripts itself
        assert_accessible(page)
    made = download(page, "Plan (PDF)")
    for wish in WISHES:
        expected = bare(depth(planned(data), wish), form.words)
        assert depths_in_pdf(made, form.words, wish) == expected


def assert_in_sight(page: Page, what: Locator) -> None:
    """Not by the browser's observer, which never answers where scripts are off."""
    expect(what).to_be_visible()
    box, window = what.bounding_box(), page.viewport_size
    assert box is not None
    assert window is not None
    assert 0 <= box["y"] <= window["height"] - box["height"]


def download(page: Page, words: str) -> bytes:
    """The file that a link leads to, kept rather than opened in the browser's own viewer."""

    def keep(route: Route) -> None:
        answer = route.fetch()
        assert answer.headers["content-type"] == "application/pdf"
        headers = {**answer.headers, "content-disposition": 'attachment; filename="plan.pdf"'}
        route.fulfill(response=answer, headers=headers)

    page.route("**/*.pdf", keep)
    with page.expect_download(timeout=20_000) as held:
        page.get_by_role("link", name=words).click()
    page.unroute("**/*.pdf")
    return held.value.path().read_bytes()


def judge(form: Filling) -> tuple[list[str], list[str]]:
    """What stops while the person may be pregnant, and what is asked when she is not."""
    stop = form.assessment.locator(".finding--stop")
    if not form.live:
        form.assess()
    expect(form.page.locator("#state")).to_contain_text("Every question is answered.")
    expect(stop).to_have_count(0)
    form.answer(PREGNANT, YES)
    if not form.live:
        form.assess()
    expect(stop).not_to_have_count(0)
    stops = form.stops()
    form.answer(PREGNANT, NO)
    if not form.live:
        form.assess()
    expect(stop).to_have_count(0)
    form.settled()
    return stops, form.assessment.locator(".to-ask a").all_inner_texts()


def assert_said(data: Mapping[str, Any]) -> None:
    """What was saved is what was said, and no to everything else."""
    assert [
        (one["concern"], one["scale"], str(one["grade"]), set(one["zones"]))
        for one in data["concerns"]
    ] == [(wish.concern, wish.scale, wish.grade, set(wish.zones)) for wish in WISHES]
    health = dict(data["history"])
    assert health.pop("smoking") == "yes"
    assert health.pop("keloid") == "unknown"
    assert set(health.values()) == {"no"}
    assert set(data["skin"].values()) == {"no"}
    assert data["phototype"]["clinician"] == "III"
    assert data["anaesthetic"] == {"answer": "unknown"}
    assert data["products"]["answer"] == "yes"
    assert data["products"]["list"] == [{"name": PRODUCT, "last_used": data["date"]}]
    assert data["devices"] == [{"id": DEVICE}]
    assert data["calendar"]["closed_weekdays"] == ["saturday", "sunday"]
    asked = ("medicines", "conditions", "allergies", "procedures", "planned_prp")
    assert {data[name] for name in (*asked, "new_medicines_or_antibiotics")} == {"no"}


def assert_depths(form: Filling, data: Mapping[str, Any]) -> None:
    """Each card holds what the engine plans for its areas and concern."""
    plan = planned(data)
    depths = [shown(depth(plan, wish), form.words) for wish in (ROLLING, BOXCAR)]
    assert depths[0] != depths[1], "two areas that say the same would prove little"
    assert [depths_on_page(form.page, form.words, wish) for wish in WISHES] == depths


def test_to_a_plan_in_spanish(
    new_context: Callable[..., BrowserContext], stock: Stock, app: Serving
) -> None:
    assert SPANISH in stock.arguments
    page = new_context(locale="es-ES").new_page()
    sign_in(page, SPEAKS_SPANISH, people.PASSWORD)
    expect(page.locator("html")).to_have_attribute("lang", SPANISH)
    form = open_form(page, SPANISH)
    form.fill_in({**SAID, KELOID: NO}, on_map=True)
    form.settled()
    form.save()
    page.get_by_role("link", name=form.say("To the plan")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(form.say("Plan"))
    assert_depths(form, saved(app.folder, page))
    assert_accessible(page)


def open_form(page: Page, language: str = "en", *, live: bool = True) -> Filling:
    """From the list of clients to a new consultation."""
    say = translator(language)
    page.goto(f"/clinic/{CLINIC}/clients/")
    page.get_by_label(say("Find by part of a name")).fill("Núñez Vale")
    page.get_by_label(say("Find by part of a name")).press("Enter")
    page.get_by_role("link", name=CLIENT).click()
    page.get_by_role("link", name=say("New consultation")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say("New consultation"))
    return Filling(page, language, live=live)


# --- by keyboard alone --------------------------------------------------------------------------


class Stop(Struct, frozen=True):
    """What has the focus, and the values that it could take."""

    kind: str
    name: str
    value: str
    values: list[str]
    is_open: bool
    redraws: bool


_STOP: Final = """() => {
  const here = document.activeElement;
  const radios = [...document.getElementsByName(here.name)].filter(() => here.type === "radio");
  const choices = here.localName === "select" ? [...here.options] : radios;
  const chosen = here.type === "radio" ? radios.find((one) => one.checked) : here;
  return {
    kind: here.matches("details.zones__pick > summary") ? "areas" : here.type || here.localName,
    name: here.name || "",
    value: here.type === "checkbox" ? (here.checked ? here.value : "") : chosen?.value ?? "",
    values: here.type === "checkbox" ? [here.value] : choices.map((one) => one.value),
    is_open: Boolean(here.closest("details")?.open),
    redraws: here.localName === "select" && here.hasAttribute("hx-post"),
  };
}"""
TYPED: Final[Mapping[str, str]] = {
    "concerns.0.concern": ROLLING.concern,
    "concerns.0.scale": ROLLING.scale,
    "concerns.0.grade": ROLLING.grade,
    "phototype.clinician": "III",
    "history.smoking": "yes",
    "anaesthetic.answer": "unknown",
    "devices.0.id": DEVICE,
}
MOST_STOPS: Final = 500


def test_by_keyboard_alone_and_without_the_map(
    signed_in: Callable[..., Page], app: Serving
) -> None:
    page = signed_in("medical-director")
    form = open_form(page)
    walked = {stop.name for stop in fill_by_keyboard(form)}
    assert walked >= TYPED.keys()
    page.wait_for_url("**/consultations/*-*/")
    data = saved(app.folder, page)
    assert [(one["concern"], set(one["zones"])) for one in data["concerns"]] == [
        (ROLLING.concern, set(ROLLING.zones))
    ]
    assert set(data["skin"].values()) == {"no"}
    press_until(page, "To the plan")
    expect(page.get_by_role("heading", level=1)).to_have_text("Plan")
    expected = shown(depth(planned(data), ROLLING), form.words)
    assert depths_on_page(page, form.words, ROLLING) == expected


def fill_by_keyboard(form: Filling) -> Iterator[Stop]:
    """From one stop of the Tab key to the next, down to the button that saves."""
    keys = form.page.keyboard
    for _ in range(MOST_STOPS):
        keys.press("Tab")
        stop = look(form.page)
        yield stop
        if stop.kind == "submit" and stop.value == "save":
            form.settled()
            keys.press("Enter")
            return
        act(form, stop)
    raise AssertionError(f"no way to save within {MOST_STOPS} stops")


def act(form: Filling, stop: Stop) -> None:
    """What somebody does at a stop; most are passed by."""
    keys = form.page.keyboard
    wanted = TYPED.get(stop.name, "no" if not stop.value else stop.value)
    if stop.kind == "areas" and not stop.is_open:
        keys.press("Enter")
    elif stop.kind == "checkbox" and stop.name == "concerns.0.zones":
        if {stop.values[0]} - {stop.value} <= set(ROLLING.zones):
            keys.press("Space")
    elif stop.kind == "radio" and not stop.value:
        place = stop.values.index(wanted)
        for key in ["ArrowDown"] * place or ["Space"]:
            keys.press(key)
        assert look(form.page).value == wanted
    elif stop.kind == "select-one" and stop.name in TYPED:
        while (here := look(form.page)).value != wanted:
            assert here.name == stop.name, "the focus was lost"
            with_redraw(form, here)
    elif stop.kind == "text" and stop.name in TYPED:
        keys.type(wanted)


def with_redraw(form: Filling, stop: Stop) -> None:
    """One choice further down a list; what hangs on it is drawn anew, and is waited for."""
    if not stop.redraws:
        form.page.keyboard.press("ArrowDown")
        return
    with form.page.expect_response(lambda answer: answer.request.method == "POST"):
        form.page.keyboard.press("ArrowDown")
    form.settled()


def press_until(page: Page, words: str) -> None:
    """Tab to a link, and follow it."""
    link = page.get_by_role("link", name=words)
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if link.evaluate("(one) => one === document.activeElement"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no way to {words!r} within {MOST_STOPS} stops")


def look(page: Page) -> Stop:
    return convert(page.evaluate(_STOP), Stop)
