"""Colours can be read, maps name every zone and answer to keys, and nothing weighs too much."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, get_args

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template import engines
from playwright.sync_api import Page, Playwright

from needlework.evidence import Verdict, load_knowledge
from needlework.planning.model import Status
from needlework.screening.case import sides
from needlework.web import shared

HERE: Final = Path(shared.__file__).parent
STATIC: Final = HERE / "static/needlework"
MACROS: Final = ("maps", "charts", "icons", "components")
OURS: Final = ("app.css", "figures.css", "map.js")

TEXT: Final = 4.5
GRAPHIC: Final = 3.0
"""WCAG 2.2, 1.4.3 and 1.4.11: the least contrast of words, and of what is drawn."""

SEVERITIES: Final = ("stop", "defer", "clear", "ask", "limit", "info", "ok")
WORDS_ON: Final = [
    *((word, under) for word in ("ink", "soft") for under in ("ground", "surface", "quiet")),
    *(("accent", under) for under in ("ground", "surface", "quiet", "accent-wash")),
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("accent-deep", "accent-wash"),
    ("surface", "stop"),
    ("ground", "ink"),
    *((tone, f"{tone}-wash") for tone in SEVERITIES),
    *((tone, "surface") for tone in SEVERITIES),
    *(("ink", f"{tone}-wash") for tone in (*SEVERITIES, "accent")),
    *(("soft", f"{tone}-wash") for tone in (*SEVERITIES, "accent")),
    ("stop", "ground"),
    ("ok", "ground"),
]
DRAWN_ON: Final = [
    *(("edge", under) for under in ("surface", "ground", "quiet")),
    *(("accent", under) for under in ("surface", "ground", "skin")),
    ("ink", "surface"),
    ("surface", "accent"),
    *((tone, "skin") for tone in SEVERITIES),
    ("skin-line", "surface"),
    ("skin-line", "skin"),
]


def css(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


@cache
def themes() -> dict[str, dict[str, str]]:
    """Each theme's colours as `app.css` gives them; the dark ones stand in it twice."""
    blocks = re.findall(r"(:root[^{]*)\{([^}]*)\}", css("app.css"))
    colours = [
        (head, dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", body))) for head, body in blocks
    ]
    light = next(found for head, found in colours if head.strip() == ":root")
    system = next(found for head, found in colours if 'not([data-theme="light"])' in head)
    chosen = next(found for head, found in colours if head.strip() == ':root[data-theme="dark"]')
    return {"light": light, "dark": {**light, **system}, "chosen dark": {**light, **chosen}}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def made(source: str, **values: Any) -> str:
    return str(engines["jinja2"].from_string(source).render(values))


def face(arguments: str = "") -> str:
    return made(f'{{% from "shared/maps.html" import face_map %}}{{{{ face_map({arguments}) }}}}')


def body(arguments: str = "") -> str:
    return made(f'{{% from "shared/maps.html" import body_map %}}{{{{ body_map({arguments}) }}}}')


def zones_with(status: str) -> set[str]:
    zones = load_knowledge().release.zones
    found = (sides(stem, zone.sided) for stem, zone in zones.items() if zone.status == status)
    return {side for pair in found for side in pair}


def drawn(page: str, kind: str = "") -> set[str]:
    return set(re.findall(rf'class="zone{kind}"[^>]*data-zone="([a-z-]+)"', page))


# --- colours ----------------------------------------------------------------------------------


def test_contrast_is_reckoned_as_the_guideline_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("pairs", "least"), [(WORDS_ON, TEXT), (DRAWN_ON, GRAPHIC)], ids=["words", "drawn"]
)
def test_every_pair_of_colours_can_be_told_apart(
    theme: str, pairs: list[tuple[str, str]], least: float
) -> None:
    colours = themes()[theme]
    poor = {
        f"{over} on {under}": round(found, 2)
        for over, under in pairs
        if (found := contrast(colours[over], colours[under])) < least
    }
    assert not poor


def test_dark_is_the_same_whether_chosen_or_the_systems() -> None:
    assert themes()["dark"] == themes()["chosen dark"]
    kept = [name for name, colour in themes()["light"].items() if themes()["dark"][name] == colour]
    assert not kept


@pytest.mark.parametrize("name", ["app.css", "figures.css"])
def test_colours_come_from_tokens(name: str) -> None:
    rules = re.sub(r":root[^{]*\{[^}]*\}", "", css(name))
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\brgb\(\d", rules)


@pytest.mark.parametrize("name", ["app.css", "figures.css"])
def test_every_token_used_is_there(name: str) -> None:
    given = set(re.findall(r"(--[a-z0-9-]+):", css("app.css") + css("figures.css")))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", css(name))) <= given


# --- maps -------------------------------------------------------------------------------------


def test_every_zone_that_can_be_needled_is_on_a_map() -> None:
    offered = drawn(face()) | drawn(body())
    assert offered == zones_with("offered")


def test_every_other_zone_is_shown_as_what_it_is() -> None:
    pages = face() + body()
    assert drawn(pages, " zone--blocked") == zones_with("blocked")
    assert drawn(pages, " zone--off") == zones_with("not-offered")


def test_the_persons_left_is_on_the_viewers_right_from_the_front() -> None:
    found = dict(
        re.findall(
            r'data-zone="(cheek-\w+)".*?transform="translate\((\d+)',
            face("states={'cheek-left': 'planned', 'cheek-right': 'planned'}"),
            re.DOTALL,
        )
    )
    assert int(found["cheek-left"]) > 200 > int(found["cheek-right"])
    behind = dict(
        re.findall(
            r'data-zone="(buttock-\w+)".*?transform="translate\((\d+)',
            body("states={'buttock-left': 'planned', 'buttock-right': 'planned'}"),
            re.DOTALL,
        )
    )
    assert int(behind["buttock-left"]) < 260 < int(behind["buttock-right"])


@pytest.mark.parametrize(
    "state", [*get_args(Status), *(verdict.value.lower() for verdict in Verdict)]
)
def test_every_state_has_a_word_and_more_than_a_colour(state: str) -> None:
    page = face(f"states={{'chin': '{state}'}}")
    if state == "info":
        assert "Chin:" not in page
        return
    said = re.search(r'data-zone="chin" data-said="Chin: ([^"]+)"', page)
    assert said
    told = re.search(r"<desc[^>]*>(.*?)</desc>", page, re.DOTALL)
    assert told
    assert f"Chin: {said[1]}" in told[1]
    if state != "blocked":
        assert re.search(r'data-zone="chin".*?zone__mark.*?</g>', page, re.DOTALL)


def test_a_zone_leads_to_where_it_is_told_to() -> None:
    page = face("links={'nose': '#nose'}, states={'nose': 'planned'}")
    assert re.findall(r'<a [^>]*href="#nose"[^>]*aria-label="Nose: planned"', page)
    assert page.count("<a ") == 1
    assert 'role="group"' in page


def test_names_given_replace_our_own() -> None:
    page = face("zones={'chin': 'Mentón'}")
    assert "<title>Mentón</title>" in page
    assert 'zone--off" data-zone="nose"' in page


def test_what_is_given_is_escaped() -> None:
    page = made(
        '{% from "shared/maps.html" import face_map %}'
        '{{ face_map(zones={"chin": name}, title=name) }}',
        name='"><script>',
    )
    assert "<script>" not in page


# --- charts and components --------------------------------------------------------------------

HOURS: Final = [
    SimpleNamespace(start=datetime(2026, 6, 21, hour, tzinfo=UTC), index=index, high=index)
    for hour, index in enumerate([0, 0, 0, 0, 0, 0, 0.4, 1, 2.4, 3, 6.6, 5])
]
UV: Final = '{% from "shared/charts.html" import uv_bars %}{{ uv_bars(hours, limit, "UV") }}'


def test_uv_bars_mark_the_hours_from_the_limit_on_and_say_so_in_a_table() -> None:
    page = made(UV, hours=HOURS, limit=3)
    assert page.count("chart__bar--strong") == page.count("chart__avoid") == 3
    assert page.count('<tr><th scope="row">') == 5
    assert page.count("keep out</td>") == 3
    assert "3 or more in 3 of the hours shown." in page
    assert made(UV, hours=HOURS, limit=6.6).count("chart__bar--strong") == 1


def test_a_day_without_sun_says_so() -> None:
    assert "<svg" not in made(UV, hours=HOURS[:6], limit=3)


def test_a_course_shows_usual_and_longest_in_bars_and_words() -> None:
    page = made(
        '{% from "shared/charts.html" import course_strip %}'
        '{{ course_strip(courses, "Course", 28, today=2) }}',
        courses=[{"label": "Redness", "usual": 7, "longest": 14, "peak": None}],
    )
    assert re.search(r'chart__usual" x="2" y="23" width="95.0"', page)
    assert re.search(r'chart__longest" x="2" y="23" width="190.0"', page)
    assert "Redness: usually 7, at most 14 days." in page
    assert page.count("<td data-number>") == 2


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_icon_and_word(verdict: Verdict) -> None:
    page = made(
        '{% from "shared/components.html" import finding_card %}{{ finding_card(v, "Text") }}',
        v=verdict.value,
    )
    assert 'class="icon"' in page
    assert re.search(r'class="finding__word">\w', page)
    assert f".finding--{verdict.value.lower()}" in css("app.css")


def test_macros_carry_no_inline_script_or_style() -> None:
    for name in MACROS:
        text = (HERE / f"jinja2/shared/{name}.html").read_text(encoding="utf-8")
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", text), name


# --- weight, and where things come from ---------------------------------------------------------


@pytest.mark.parametrize("name", ["app.css", "figures.css"])
def test_css_loads_only_what_lies_beside_it(name: str) -> None:
    assert "@import" not in css(name)
    for address in re.findall(r"url\(\"?([^\")]+)\"?\)", css(name)):
        assert ":" not in address
        assert not address.startswith("/")
        assert (STATIC / address).is_file()


def test_the_script_evaluates_nothing_and_asks_nobody() -> None:
    forbidden = (
        r"\beval\b|new Function|innerHTML|insertAdjacentHTML|fetch\(|XMLHttp|https?:|\.style\b"
    )
    assert not re.search(forbidden, css("map.js"))


def test_the_font_comes_with_its_licence() -> None:
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts/OFL.txt").read_text().upper()
    for file in (STATIC / "fonts").glob("*.woff2"):
        assert file.read_bytes()[:4] == b"wOF2"


def test_budgets_hold() -> None:
    size = {path.name: path.stat().st_size for path in STATIC.rglob("*") if path.is_file()}
    assert size["app.css"] < 30_000
    assert size["figures.css"] < 6_000
    assert size["map.js"] < 6_500
    assert size["atkinson-latin.woff2"] < 24_000
    # What a visitor loads beside the page itself; the whole may weigh 100 kB.
    assert size["app.css"] + size["site.css"] + size["atkinson-latin.woff2"] < 65_000


# --- in the browser -------------------------------------------------------------------------------

FORM: Final = """
{% from "shared/maps.html" import face_map, body_map %}
<!doctype html><html lang="en"><head><title>Map</title></head><body><main><h1>Map</h1><form>
{% for zone in zones %}
<label><input type="checkbox" name="zones" value="{{ zone }}"> {{ zone }}</label>
{% endfor %}
{{ face_map(interactive=True) }}{{ body_map(interactive=True) }}
</form></main></body></html>
"""


PARTS: Final = """
{% from "shared/maps.html" import face_map, body_map %}
{% from "shared/charts.html" import uv_bars, course_strip %}
{% import "shared/components.html" as parts %}
<!doctype html><html lang="en"><head><title>Parts</title></head><body>
<main class="page"><h1>Parts</h1><h2>All</h2>
{% for verdict in verdicts %}
{{ parts.finding_card(verdict, "Text", "Chin", "until then", "Ask") }}{{ parts.badge("", verdict) }}
{% endfor %}
{{ face_map(states={"chin": "planned", "nose": "stop"}, links={"chin": "#chin"}) }}
{{ body_map(states={"back": "deferred"}) }}
{{ uv_bars(hours, 3, "UV") }}
{{ course_strip([{"label": "Redness", "usual": 3, "longest": 7}], "Course", 28, today=2) }}
</main></body></html>
"""


@pytest.fixture(scope="module")
def tab(playwright: Playwright) -> Iterator[Page]:
    found = shutil.which("chromium")
    assert found, "Chromium is missing. `scripts/bootstrap.sh --for-tests` installs it."
    browser = playwright.chromium.launch(
        executable_path=found, args=["--no-sandbox", "--disable-gpu"]
    )
    yield browser.new_page(viewport={"width": 900, "height": 1000})
    browser.close()


@pytest.fixture
def form(tab: Page) -> Page:
    tab.set_content(made(FORM, zones=sorted(zones_with("offered"))))
    for name in ("app.css", "figures.css"):
        tab.add_style_tag(content=re.sub(r"@font-face \{[^}]*\}", "", css(name)))
    return tab


@pytest.fixture
def live(form: Page) -> Page:
    form.add_script_tag(content=css("map.js"))
    return form


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.dataset.zone"))


def test_without_the_script_the_boxes_do_it_all(form: Page) -> None:
    assert form.locator("svg[data-map][aria-hidden=true]").count() == 2
    assert form.locator("svg [tabindex], svg [role=checkbox], svg a").count() == 0
    assert form.get_by_role("checkbox").count() == len(zones_with("offered"))


def test_a_press_on_the_map_ticks_the_box_and_the_box_shows_on_the_map(live: Page) -> None:
    live.locator("[data-zone=forehead]").click()
    assert live.locator("input[value=forehead]").is_checked()
    live.locator("input[value=thigh-left]").check()
    assert live.locator("[data-zone=thigh-left].zone--selected").count() == 2
    live.locator("[data-zone=thigh-left][data-twin]").click()
    assert not live.locator("input[value=thigh-left]").is_checked()
    live.evaluate("document.querySelector('form').reset()")
    live.wait_for_function("!document.querySelector('.zone--selected')")


def test_keys_tick_the_box_and_tab_leaves_the_map(live: Page) -> None:
    live.locator("[data-zone=forehead]").focus()
    for key in ("Enter", "Space", "Enter"):
        live.keyboard.press(key)
    area = live.locator("[data-zone=forehead]")
    assert area.get_attribute("aria-checked") == "true"
    assert live.locator("input[value=forehead]").is_checked()
    live.keyboard.press("End")
    assert focused(live) == "decolletage"
    assert live.locator(".map__focus").first.get_attribute("d")
    live.keyboard.press("Tab")
    assert live.evaluate("document.activeElement.closest('svg').dataset.title").startswith("Body")


@pytest.mark.parametrize("place", [0, 1], ids=["face", "body"])
def test_arrows_reach_every_zone(live: Page, place: int) -> None:
    areas = live.locator("svg[data-map]").nth(place).locator("[role=checkbox]")
    every = set(areas.evaluate_all("all => all.map(one => one.dataset.zone)"))
    known, waiting = set[str](), [str(areas.first.get_attribute("data-zone"))]
    while waiting:
        zone = waiting.pop()
        if zone in known:
            continue
        known.add(zone)
        for key in ("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"):
            live.locator(f"[data-zone={zone}][role=checkbox]").focus()
            live.keyboard.press(key)
            waiting.append(focused(live))
    assert known == every
    assert live.locator(f"svg >> nth={place} >> [tabindex='0']").count() == 1


def test_zones_meet_without_gaps_or_overlap(live: Page) -> None:
    """Each point of the face lies in one zone, on the seam of two, or in a blocked one."""
    found = live.evaluate("""() => {
        const svg = document.querySelector("svg[data-map]");
        const areas = (of) => [...svg.querySelectorAll(`${of} .zone__area`)];
        const zones = areas("[data-live]");
        const blocked = areas(".zone--blocked:not([data-zone^=ear])");
        const point = svg.createSVGPoint();
        const wrong = { gaps: [], overlaps: [], seen: 0 };
        for (let y = 92.4; y < 590; y += 4) {
            const row = [];
            for (let x = 2.4; x < 400; x += 3) {
                Object.assign(point, { x, y });
                const within = zones.filter((path) => path.isPointInFill(point)).length;
                const seam = zones.some((path) => path.isPointInStroke(point));
                if (within > 1 && !seam) wrong.overlaps.push([x, y]);
                const barred = blocked.some((path) => path.isPointInFill(point));
                if (within || seam || barred) row.push(x);
            }
            wrong.seen += row.length;
            for (let i = 1; i < row.length; i++) {
                if (row[i] - row[i - 1] > 3.1) wrong.gaps.push([row[i], y]);
            }
        }
        return wrong;
    }""")
    assert found["seen"] > 5_000
    assert found["overlaps"] == []
    assert found["gaps"] == []


def test_targets_are_large_enough_to_touch(tab: Page) -> None:
    tab.set_content(
        '<button class="button">B</button><a class="button" href="#">A</a>'
        '<label class="choice"><input type="radio"> C</label><input><select></select>'
        '<nav class="tabs"><a href="#">T</a></nav><details><summary>S</summary></details>'
        '<nav class="app-bar__nav"><a href="#">N</a></nav><div class="toc"><a href="#">O</a></div>'
    )
    tab.add_style_tag(content=re.sub(r"@font-face \{[^}]*\}", "", css("app.css")))
    heights = tab.locator("button, a, label, input:not([type]), select, summary").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert len(heights) == 9
    assert min(heights) >= 44


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_maps_charts_and_components(tab: Page, scheme: Any) -> None:
    tab.emulate_media(color_scheme=scheme)
    tab.set_content(
        made(
            PARTS,
            hours=HOURS,
            verdicts=[verdict.value for verdict in Verdict],
        )
    )
    for name in ("app.css", "figures.css"):
        tab.add_style_tag(content=re.sub(r"@font-face \{[^}]*\}", "", css(name)))
    tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()
