"""`needlework response`: what holds for every model, and what each of them says."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import click
import numpy as np
import pytest

from needlework.cli.response import command
from needlework.cli.response.puncture import OUTLINES
from needlework.evidence import load_knowledge
from needlework.response import absorption, closure, healing, pigment, redness
from needlework.response.absorption_ingredients import ingredients
from needlework.response.parameters import draw, parameters
from needlework.response.penetration import Penetration, penetration
from needlework.response.puncture import Pattern, pattern
from needlework.response.puncture_map import Spread, spread
from needlework.response.puncture_outline import rectangle_mm
from tests.cli.command import ROOT, Ended, Runner, process

GUIDE: Final = ROOT / "docs" / "guide" / "models.md"
KNOWN: Final = load_knowledge()
SETTING: Final = ("--device", "exceed", "--zone", "cheek", "--depth", "1.0", "--passes", "4")
QUICK: Final = ("--draws", "100")

EVERY: Final = {
    "puncture": ("puncture", "--device", "roller-192", "--passes", "10", *QUICK),
    "puncture-maps": (
        *("puncture", "--device", "roller-192", "--passes", "4", "--zone", "nose"),
        *("--maps", "3", *QUICK),
    ),
    "puncture-unknown": ("puncture", "--device", "rejuvapen-nxt", "--passes", "4", *QUICK),
    "penetration": ("penetration", *SETTING, "--sex", "female", "--age", "40", *QUICK),
    "penetration-unknown": (
        *("penetration", "--device", "exceed", "--zone", "scalp"),
        *("--depth", "1", "--passes", "2"),
    ),
    "closure": ("closure", "--depth", "1.0", "--age", "40", *QUICK),
    "closure-occluded": ("closure", "--depth", "0.5", "--age", "70", "--occluded", *QUICK),
    "absorption": (
        *("absorption", "niacinamide", "retinol", "tocopherol", *SETTING),
        *("--hours", "8", "--draws", "50"),
    ),
    "healing": ("healing", *SETTING, "--sessions", "4", "--interval", "28", *QUICK),
    "healing-unknown": (
        *("healing", "--device", "rejuvapen-nxt", "--zone", "scalp", "--depth", "1"),
        *("--passes", "2", "--sessions", "1", *QUICK),
    ),
    "redness": ("redness", "--depth", "0.3", *QUICK),
    "redness-dosed": ("redness", *SETTING, *QUICK),
    "pigment": ("pigment", "--group", "IV-VI"),
    "pigment-unknown": ("pigment",),
}
NO_ANSWER: Final = ("puncture-unknown", "penetration-unknown")


def ran(run: Runner, what: str, *more: str) -> Ended:
    ended = run("response", *EVERY[what], *more)
    assert ended.code == 0, ended.err
    return ended


def flat(ended: Ended) -> str:
    return " ".join(ended.text.split())


def cited(part: Any) -> set[str]:  # noqa: ANN401  parsed JSON
    if isinstance(part, dict):
        own = set(part["claims"]) if isinstance(part.get("claims"), list) else set()
        return own.union(*(cited(value) for key, value in part.items() if key != "why"))
    if isinstance(part, list):
        return set().union(*map(cited, part))
    return set()


def intervals(part: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  parsed JSON
    if isinstance(part, dict):
        if "low_95" in part and "unit" in part:
            yield part
        for value in part.values():
            yield from intervals(value)
    elif isinstance(part, list):
        for value in part:
            yield from intervals(value)


def at(said: dict[str, Any], draws: Any, factor: float = 1.0) -> None:  # noqa: ANN401
    """An interval holds the quantiles of the library's own draws."""
    levels = {"low_95": 0.025, "low_80": 0.1, "low_50": 0.25, "median": 0.5, "high_95": 0.975}
    for name, level in levels.items():
        assert said[name] == pytest.approx(factor * np.quantile(draws, level), rel=1e-5, abs=1e-12)


# --- all of them ------------------------------------------------------------------------------


@pytest.mark.parametrize("what", EVERY)
@pytest.mark.parametrize("columns", [40, 80, 120, 400])
def test_text_fits_its_width(
    run: Runner, monkeypatch: pytest.MonkeyPatch, columns: int, what: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    ended = ran(run, what)
    lines = ended.text.splitlines()
    assert max(map(len, lines)) <= columns
    assert all(line == line.rstrip() for line in lines)
    assert "\x1b" not in ended.text
    assert "not a diagnosis" in flat(ended)


@pytest.mark.parametrize("what", EVERY)
def test_json_is_the_same_bytes_and_why_holds_each_claim(run: Runner, what: str) -> None:
    plain = ran(run, what, "--json")
    assert plain.out == ran(run, what, "--json").out
    with_why = ran(run, what, "--json", "--why").json
    chains = with_why.pop("why")
    assert with_why == plain.json
    assert set(chains) == cited(plain.json)
    assert bool(chains) is (what not in NO_ANSWER)


@pytest.mark.parametrize("what", EVERY)
def test_why_in_text_names_every_claim(run: Runner, what: str) -> None:
    shown = re.sub(r"\s+", "", ran(run, what, "--why").text)
    for claim in cited(ran(run, what, "--json").json):
        assert claim in shown


@pytest.mark.parametrize("what", [what for what in EVERY if what not in NO_ANSWER])
def test_every_answer_is_an_interval_with_its_unit(run: Runner, what: str) -> None:
    told = ran(run, what, "--json").json
    found = list(intervals(told))
    if not what.startswith("redness"):
        assert found
    names = ("low_95", "low_80", "low_50", "median", "high_50", "high_80", "high_95")
    for said in found:
        bounds = [said[name] for name in names]
        assert bounds == sorted(bounds)
        assert said["unit"] in {"1", "%", "mm", "1/cm2", "cm3/cm2", "d"}


@pytest.mark.parametrize("what", ["penetration", "absorption", "healing", "redness-dosed"])
def test_another_seed_gives_other_numbers(run: Runner, what: str) -> None:
    assert ran(run, what, "--json").out != ran(run, what, "--json", "--seed", "2").out


@pytest.mark.parametrize("what", ["closure", "healing", "absorption", "puncture-maps"])
def test_the_same_bytes_whatever_the_process(what: str) -> None:
    for more in (("--json", "--why"), ()):
        made = {
            process(
                "response", *EVERY[what], *more, env={"PYTHONHASHSEED": seed, "COLUMNS": "100"}
            ).stdout
            for seed in ("0", "4711")
        }
        assert len(made) == 1
        assert b"" not in made


@pytest.mark.parametrize("what", EVERY)
def test_an_overlay_and_a_release_are_read(run: Runner, what: str) -> None:
    for option in ("--overlay", "--release"):
        ended = run("response", *EVERY[what], option, "nowhere")
        assert ended.code == 1
        assert "nowhere" in ended.error


def test_a_parameter_that_the_clinic_rejected_ends_the_command(run: Runner) -> None:
    overlay = run.write(
        f'clinic = "A"\nrelease = "{KNOWN.release.id}"\n[[reject]]\n'
        'claim = "response.closure.length-exponent"\nbecause = "No."\nby = "Dr A"\n'
        "on = 2026-11-01\n",
        "clinic.toml",
    )
    ended = run("response", *EVERY["closure"], "--overlay", overlay)
    assert ended.code == 1
    assert "rejected response.closure.length-exponent" in ended.error
    assert run("response", *EVERY["pigment"], "--overlay", overlay).code == 0


@pytest.mark.parametrize("words", [(), ("response",), ("response", "healing")], ids=" ".join)
def test_help_imports_nothing_heavy(words: tuple[str, ...]) -> None:
    code = (
        "import sys; from needlework.cli import main; "
        f"main([*{words!r}, '--help']); "
        "print([n for n in ('numpy', 'scipy', 'rich', 'django', 'numba') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_no_command_is_answered_that_is_not_there(run: Runner) -> None:
    ended = run("response", "elasticity")
    assert ended.code == 2
    assert "No such command 'elasticity'" in ended.err


# --- what is told to a reader who types -------------------------------------------------------


def commands(page: str) -> Iterator[str]:
    """Lines that begin with the program, lines that go on included."""
    for line in re.sub(r"\\\n\s*", "", page).splitlines():
        if line.strip().startswith("needlework response "):
            yield line.strip()


def every_example(run: Runner) -> list[str]:
    pages = [run("response", "--help").text]
    pages += [run("response", model, "--help").text for model in MODELS]
    return [line for page in [*pages, *blocks("sh")] for line in commands(page)]


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE.read_text(), re.DOTALL)


DEEP: Final = ("--depth", "1.0", "--passes", "4")
MODELS: Final = command.list_commands(click.Context(command))


def test_examples_of_help_and_of_the_guide_run(
    run: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = every_example(run)
    assert len(lines) > 20
    for line in dict.fromkeys(lines):
        _, *args = shlex.split(line)
        if args[1] == "verify":
            continue  # its own tests run it
        ended = run(*args)
        assert ended.code == 0, f"{line}\n{ended.err}"
    assert (tmp_path / "cheek.svg").exists()


def test_python_of_the_guide_runs() -> None:
    assert blocks("python")
    failed, tried = doctest.testfile(str(GUIDE), module_relative=False)
    assert tried > 15
    assert not failed


def test_the_guide_names_every_model(run: Runner) -> None:
    page = GUIDE.read_text()
    listed = run("response", "--help").text.split("Commands:")[1]
    for name in re.findall(r"^  (\w+)", listed, re.MULTILINE):
        assert f"`needlework response {name}`" in page


# --- puncture ---------------------------------------------------------------------------------


def test_punctures_are_the_librarys(run: Runner) -> None:
    told = run("response", "puncture", "--device", "roller-mf8", "--passes", "15", "--json").json
    made = pattern(KNOWN, "roller-mf8", 15)
    assert isinstance(made, Pattern)
    at(told["density"], made.density_per_cm2)
    at(told["area_fraction"], made.area_fraction, 100)
    at(told["missed"], made.missed_share, 100)
    at(told["overtreated"], made.overtreated_share, 100)
    assert set(told["claims"]) == set(made.claims)
    half = next(each["distance"] for each in told["distances"] if each["share"] == 0.5)
    at(half, np.sqrt(np.log(2) / (np.pi * made.density_per_cm2 / 100)))


def test_maps_are_the_librarys(run: Runner) -> None:
    asked = ("--passes", "6", "--area", "30x20", "--maps", "4", "--seed", "3", "--json")
    told = run("response", "puncture", "--device", "roller-192", *asked).json["maps"]
    made = spread(KNOWN, "roller-192", rectangle_mm(30, 20), 6, maps=4, seed=3)
    assert isinstance(made, Spread)
    at(told["density"], made.density_per_cm2)
    at(told["missed"], made.missed_share, 100)
    assert told["area_cm2"] == 6
    assert told["punctures_drawn"] == len(made.example.punctures_mm)
    middle = next(each for each in told["distances"] if each["share"] == 0.5)
    assert middle["nearest_mm"] == pytest.approx(np.median(made.seen.nearest_mm), rel=1e-5)
    assert middle["gap_mm"] == pytest.approx(np.median(made.seen.gap_mm), rel=1e-5)


def test_the_picture_is_drawn_whole_and_alike(run: Runner, tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}.svg"
        ended = run("response", *EVERY["puncture-maps"], "--svg", path)
        assert ended.code == 0
        assert f"Written: {path}" in ended.err
        made.append(path.read_bytes())
    assert made[0] == made[1]
    drawn = ET.fromstring(made[0])  # noqa: S314  our own
    said = " ".join(drawn.itertext())
    assert "Punctures of Medical roller, 192 needles after 4 passes" in said
    assert "10 mm" in said


@pytest.mark.parametrize(
    "asked",
    [
        ("--device", "roller-192", "--passes", "3"),
        ("--device", "rejuvapen-nxt", "--passes", "3", "--area", "20x20"),
        ("--device", "roller-192", "--passes", "0", "--area", "20x20"),
    ],
)
def test_what_cannot_be_drawn_leaves_no_file(
    run: Runner, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    ended = run("response", "puncture", *asked, "--svg", tmp_path / "x.svg")
    assert ended.code == 1
    assert ended.hint
    assert not ended.out
    assert not list(tmp_path.iterdir())


def test_a_device_that_is_not_known_is_named(run: Runner) -> None:
    told = ran(run, "puncture-unknown", "--json").json
    assert told["known"] is False
    assert told["missing"] == ["device.rejuvapen-nxt.stroke-rate"]
    shown = flat(ran(run, "puncture-unknown"))
    assert "No answer" in shown
    assert "stroke rate (device.rejuvapen-nxt.stroke-rate)" in shown


def test_what_stands_in_for_a_needle_is_said(run: Runner) -> None:
    told = run("response", "puncture", "--device", "roller-ms4", "--passes", "3")
    assert "the diameter is that of “Medical dermaroller MF8”" in flat(told)
    own = run("response", "puncture", "--device", "roller-mf8", "--passes", "3", "--json").json
    assert own["diameter_of"] is None


def test_outlines_are_those_of_the_web_app(run: Runner) -> None:
    held = tomllib.loads(OUTLINES.read_text())
    maps = ROOT / "src/needlework/web/shared/jinja2/shared/maps.html"
    face = maps.read_text().split("FACE_ZONES = [")[1].split("] %}")[0]
    assert held == dict(re.findall(r'\("([\w-]+)", \([^)]*\), "([^"]+)"\)', face))
    sided = ("response", "puncture", "--device", "roller-192", "--passes", "2", "--maps", "1")
    either, left = (
        run(*sided, "--zone", zone, "--json").json["maps"] for zone in ("cheek", "cheek-left")
    )
    assert either["area_cm2"] == left["area_cm2"]


# --- penetration ------------------------------------------------------------------------------


def test_depths_are_the_librarys(run: Runner) -> None:
    told = run("response", "penetration", *SETTING, "--sex", "male", "--age", "50", "--json").json
    made = penetration(KNOWN, "exceed", "cheek", 1.0, 4, sex="male", age_years=50)
    assert isinstance(made, Penetration)
    at(told["travel"], made.travel_mm)
    at(told["channel"], made.channel_mm)
    at(told["injured_volume"], made.injured_volume_cm3_per_cm2)
    assert told["proxy"] == made.proxy == "malar"
    assert told["likeliest"] == made.reached.likeliest
    chances = {layer["name"]: layer["tip"] for layer in told["layers"]}
    assert chances == pytest.approx(made.reached.chances)
    assert sum(layer["channel"] for layer in told["layers"]) == pytest.approx(1)


def test_a_proxy_is_named_and_nothing_is_answered_without_one(run: Runner) -> None:
    assert "that of cheekbone stands in" in flat(ran(run, "penetration"))
    told = ran(run, "penetration-unknown", "--json").json
    assert told["known"] is False
    assert "nobody measured this zone's skin" in flat(ran(run, "penetration-unknown"))


def test_a_zone_where_nothing_is_needled_is_said_to_be_one(run: Runner) -> None:
    for zone in ("eyelid", "eyelid-left"):
        ended = run("response", "penetration", "--device", "exceed", "--zone", zone, *DEEP)
        assert ended.code == 0
        assert "nothing is needled there" in ended.err
        assert "no permission" in ended.err
    ended = run("response", "penetration", "--device", "exceed", "--zone", "cheek", *DEEP)
    assert not ended.err


def test_a_side_is_the_same_skin(run: Runner) -> None:
    named = ["cheek-left" if word == "cheek" else word for word in EVERY["penetration"]]
    assert run("response", *named, "--json").out == ran(run, "penetration", "--json").out


def test_a_cartridge_of_its_own(run: Runner) -> None:
    few, many = (
        run("response", *EVERY["penetration"], "--needles", count, "--json").json
        for count in ("1", "36")
    )
    assert few["density"]["median"] < many["density"]["median"]
    assert few["travel"] == many["travel"]


# --- closure ----------------------------------------------------------------------------------


def test_hours_of_closing_are_the_librarys(run: Runner) -> None:
    told = run("response", "closure", "--depth", "1", "--age", "40", "--json").json
    values = draw(parameters(KNOWN, "closure"), 4000, 1)
    skin = closure.closing(values, needle_mm=1, age_years=40)
    waits = closure.waits(closure.hours_until_closed(skin))
    assert told["channels"]["half"] == pytest.approx(waits.half_h, rel=1e-5)
    assert told["channels"]["nearly_all"] == pytest.approx(waits.nearly_all_h, rel=1e-5)
    barrier = closure.waits(closure.hours_until_barrier(skin))
    assert told["barrier"]["most"] == pytest.approx(barrier.most_h, rel=1e-5)
    day = next(each for each in told["left"] if each["hours"] == 24)
    at(day["channel"], closure.channel(skin, [24])[:, 0], 100)
    wait = closure.aftercare_hours(KNOWN, needle_mm=1, age_years=40)
    assert told["aftercare"]["value"] == wait.value


def test_what_is_not_used_is_not_cited(run: Runner) -> None:
    effect = "response.closure.occlusion-effect"
    assert effect not in ran(run, "closure", "--json").json["claims"]
    assert effect in ran(run, "closure-occluded", "--json").json["claims"]


@pytest.mark.parametrize("depth", ["0.1", "0.5", "3"])
def test_no_wait_is_shortened(run: Runner, depth: str) -> None:
    told = run("response", "closure", "--depth", depth, "--age", "20", *QUICK, "--json").json
    hours = {"h": 1, "d": 24}
    for wait in told["waits"]:
        published = wait["published"]["value"] * hours[wait["published"]["unit"]]
        assert wait["with_model_h"] >= published
        assert wait["lengthened"] is (wait["with_model_h"] > published)
    assert len(told["waits"]) == len(KNOWN.claim("aftercare.closure.lengthens").words)


@pytest.mark.parametrize(("depth", "calibrated"), [("0.5", True), ("1.5", False)])
def test_an_answer_outside_its_calibration_says_so(
    run: Runner, depth: str, *, calibrated: bool
) -> None:
    asked = ("response", "closure", "--depth", depth, "--age", "40", *QUICK)
    assert run(*asked, "--json").json["calibrated"] is calibrated
    assert ("Outside its calibration" in flat(run(*asked))) is not calibrated


def test_hours_asked_for(run: Runner) -> None:
    told = ran(run, "closure", "--hours", "6", "--hours", "0", "--json").json["left"]
    assert [each["hours"] for each in told] == [6, 0]
    assert told[1]["channel"]["median"] == 100


# --- absorption -------------------------------------------------------------------------------


def test_ranks_are_the_librarys(run: Runner) -> None:
    asked = ("niacinamide", "ascorbic-acid", "retinol", "--draws", "60", "--hours", "8")
    told = run("response", "absorption", *asked, *SETTING, "--json").json
    claims = parameters(KNOWN, "absorption")
    holes = pattern(KNOWN, "exceed", 4, draws=60)
    assert isinstance(holes, Pattern)
    age = parameters(KNOWN, "closure")["age-reference"].number
    skin = closure.closing(draw(parameters(KNOWN, "closure"), 60, 1), needle_mm=1.0, age_years=age)
    ranked = absorption.ranking(
        claims,
        [ingredients()[id_] for id_ in asked[:3]],
        phi=holes.area_fraction,
        channel=lambda hours: closure.channel(skin, hours),
        hours=8,
        draws=60,
        seed=1,
    )
    assert [each["ingredient"] for each in told["ranked"]] == [
        each.ingredient for each in ranked.enhancements
    ]
    assert [each["rank"] for each in told["ranked"]] == [1, 2, 3]
    assert told["order_chance"] == pytest.approx(ranked.order_probability, rel=1e-5)
    for place, each in enumerate(told["ranked"]):
        at(each["times"], ranked.enhancements[place].ratio)
        assert each["rank_chance"] == pytest.approx(ranked.rank_probability[place, place], rel=1e-5)
    assert told["age_assumed"] is True


def test_what_lies_outside_the_calibration_has_no_rank(run: Runner) -> None:
    told = ran(run, "absorption", "--json").json
    assert [each["ingredient"] for each in told["outside"]] == ["tocopherol"]
    assert told["outside"][0]["rank"] is None
    assert {each["ingredient"] for each in told["ranked"]} == {"niacinamide", "retinol"}
    shown = ran(run, "absorption").text
    assert shown.index("Ranked,") < shown.index("Retinol") < shown.index("Outside the calibration")
    assert shown.index("Outside the calibration") < shown.index("Vitamin E")


def test_nothing_is_an_amount(run: Runner) -> None:
    shown = ran(run, "absorption").text
    assert not re.search(r"\d\s*(mg|µg|ug|g|ml|mL)\b", shown)
    assert {said["unit"] for said in intervals(ran(run, "absorption", "--json").json)} == {"1", "%"}


def test_one_alone_and_none_within_the_calibration(run: Runner) -> None:
    more = ("--device", "exceed", "--depth", "0.5", "--passes", "2", "--draws", "50")
    alone = run("response", "absorption", "caffeine", *more, "--json").json
    assert (alone["order_chance"], alone["ranked"][0]["more_than_next"]) == (None, None)
    assert alone["through_horny_layer"] is None
    none = run("response", "absorption", "tocopherol", *more)
    assert "None of these lies within" in flat(none)


def test_a_ph_for_all_and_for_one(run: Runner) -> None:
    asked = (*EVERY["absorption"], "--json")
    drawn, same, own = (
        run("response", *asked, *more).json["ranked"]
        for more in ((), ("--ph", "5"), ("--ph", "niacinamide=3", "--ph", "5"))
    )
    gains = [
        {each["ingredient"]: each["times"]["median"] for each in told}
        for told in (drawn, same, own)
    ]
    assert gains[0]["niacinamide"] != gains[1]["niacinamide"] != gains[2]["niacinamide"]
    assert gains[1]["retinol"] == gains[2]["retinol"]


def test_ingredients_are_listed(run: Runner) -> None:
    told = run("response", "absorption", "--list", "--json").json
    assert [each["id"] for each in told] == list(ingredients())
    shown = run("response", "absorption", "--list").text
    assert all(id_ in shown for id_ in ingredients())


# --- healing ----------------------------------------------------------------------------------


def test_the_course_is_the_librarys(run: Runner) -> None:
    asked = ("--sessions", "3", "--interval", "30", "--until", "400", *QUICK)
    told = run("response", "healing", *SETTING, *asked, "--json").json
    values = draw(parameters(KNOWN, "healing"), 100, 1)
    made = penetration(KNOWN, "exceed", "cheek", 1.0, 4, draws=100)
    assert isinstance(made, Penetration)
    assert made.injured_volume_cm3_per_cm2 is not None
    dose = healing.dose(made.injured_volume_cm3_per_cm2, values["half-dose"])
    doses = np.repeat(dose[:, None], 3, axis=1)
    course = healing.respond(healing.chain(values), (0, 30, 60), doses, until_day=400)
    at(told["dose"], dose, 100)
    last = told["course"][-1]
    assert last["day"] == 400
    at(last["states"]["collagen-i"], course.collagen_i[:, 400])
    full = healing.respond(healing.chain(values), (0, 30, 60), np.ones_like(doses), until_day=400)
    at(last["collagen_i"], full.collagen_i[:, 400] / full.collagen_i.max(axis=1), 100)
    at(told["peak_i"]["day"], full.collagen_i.argmax(axis=1))
    assert told["no_dose"] == pytest.approx(np.mean(dose == 0))
    assert [each["session"] for each in told["course"] if each["session"]] == [1, 2, 3]
    assert [each["day"] for each in told["course"] if each["session"]] == [0, 30, 60]


def test_the_interval_has_almost_no_effect_and_that_is_reckoned(run: Runner) -> None:
    told = ran(run, "healing", "--json").json["other_interval"]
    assert told["interval_days"] == 56
    assert 0.9 < told["ratio"]["low_95"] <= told["ratio"]["high_95"] <= 1
    chain = healing.chain(draw(parameters(KNOWN, "healing"), 100, 1))

    def highest(apart: int) -> Any:  # noqa: ANN401
        days = tuple(float(apart * number) for number in range(4))
        return healing.respond(chain, days, np.ones((100, 4)), until_day=days[-1] + 365)

    at(told["ratio"], highest(56).collagen_i.max(axis=1) / highest(28).collagen_i.max(axis=1))
    shown = flat(ran(run, "healing"))
    assert "It has almost no effect in this model: with 56 days in place of 28" in shown
    assert "no best interval can be read from them" in shown
    assert "One session has none." in flat(ran(run, "healing-unknown"))


def test_elastin_is_uncertain_and_its_studies_are_shown(run: Runner) -> None:
    told = ran(run, "healing", "--json").json["elastin"]
    assert told["direction"] == "uncertain"
    assert {study["direction"] for study in told["studies"]} == {"up", "down", "unchanged"}
    shown = flat(ran(run, "healing"))
    assert "Elastin direction uncertain; no course is drawn" in shown
    for study in told["studies"]:
        assert study["source"] in shown


def test_a_course_goes_without_a_dose_that_is_not_known(run: Runner) -> None:
    told = ran(run, "healing-unknown", "--json").json
    assert told["dose"] is None
    assert told["no_dose"] is None
    assert told["course"][-1]["collagen_i"]["median"] > 50
    assert "It cannot be reckoned here" in flat(ran(run, "healing-unknown"))


# --- redness and pigment ----------------------------------------------------------------------


def test_redness_is_the_librarys(run: Runner) -> None:
    told = ran(run, "redness", "--json").json
    values = draw(parameters(KNOWN, "redness"), 100, 1)
    made = redness.course(values, draw(parameters(KNOWN, "healing"), 100, 1))
    until = redness.hours_until_resolved(made, below=values["resolved-below"])
    assert told["resolved"]["half"] == pytest.approx(np.median(until), rel=1e-5)
    first = told["course"][0]
    share = redness.redness(made, [first["hours"]])[:, 0] / redness.peak_redness(made)
    at(first["of_peak"], share, 100)
    ceilings = redness.ceilings(KNOWN, 0.3)
    assert [each["gone_by"]["value"] for each in told["ceilings"]] == [
        each.gone_by_h.value for each in ceilings
    ]
    for each, ceiling in zip(told["ceilings"], ceilings, strict=True):
        assert each["share_beyond"] == pytest.approx(redness.share_beyond(until, ceiling))
    assert told["of_full_dose"] is None


def test_a_weaker_session_is_over_sooner_against_a_full_one(run: Runner) -> None:
    told = ran(run, "redness-dosed", "--json").json
    assert told["of_full_dose"]["half"] < told["resolved"]["half"]
    assert told["dose"]["unit"] == "%"
    assert "of a full dose's peak" in flat(ran(run, "redness-dosed"))


def test_deeper_needles_have_fewer_ceilings(run: Runner) -> None:
    shallow, deep = (
        run("response", "redness", "--depth", depth, *QUICK, "--json").json["ceilings"]
        for depth in ("0.2", "1.5")
    )
    assert len(deep) < len(shallow)


def test_swelling_has_no_course(run: Runner) -> None:
    told = ran(run, "redness", "--json").json["swelling"]
    assert set(told) == {"peak_day", "shortest", "gone_by", "longest", "unknown"}
    assert "no course can be drawn" in flat(ran(run, "redness"))


@pytest.mark.parametrize(
    ("group", "name"), [("IV-VI", "IV-VI"), ("vi", "IV-VI"), ("II", "I-III"), (None, "unknown")]
)
def test_the_risk_of_darkening_with_its_few_events(
    run: Runner, group: str | None, name: str
) -> None:
    asked = ("response", "pigment", *(("--group", group) if group else ()))
    told = run(*asked, "--json").json
    phototype = {"IV-VI": "V", "I-III": "I", "unknown": ""}[name]
    risk = pigment.told(parameters(KNOWN, "pigment"), KNOWN, phototype)
    assert told["group"] == name
    assert told["risk"]["median"] == pytest.approx(100 * risk.median, rel=1e-5)
    assert told["risk"]["high_95"] == pytest.approx(100 * risk.high_95, rel=1e-5)
    assert [(each["source"], each["events"], each["people"]) for each in told["trials"]] == [
        (trial.source, trial.events, trial.people) for trial in risk.trials
    ]
    of = pigment.mixture(parameters(KNOWN, "pigment"), KNOWN, risk.group)
    assert told["next_clients"]["none"] == pytest.approx(pigment.predictive(of, 20)[0], rel=1e-5)
    shown = flat(run(*asked))
    for note in risk.notes:
        assert " ".join(note.text.split()) in shown


# --- bad input --------------------------------------------------------------------------------

PEN: Final = ("--device", "exceed", "--zone", "cheek", "--passes", "4")
RUB: Final = ("absorption", "retinol", "--device", "exceed", "--passes", "2")

WRONG: Final[list[tuple[tuple[str, ...], int, str, str]]] = [
    (("penetration", *PEN, "--depth", "-1"), 1, "A depth of -1 mm", "above 0"),
    (("penetration", *PEN, "--depth", "0"), 1, "A depth of 0 mm", "above 0"),
    (("penetration", *PEN, "--depth", "nan"), 1, "A depth of nan mm", "above 0"),
    (("penetration", *PEN, "--depth", "inf"), 1, "no microneedling", "to 10"),
    (("penetration", *PEN, "--depth", "1500"), 1, "no microneedling", "µm"),
    (("penetration", *PEN, "--depth", "1,5"), 2, "not a valid float", ""),
    (("penetration", *PEN), 2, "Missing option '--depth'", ""),
    (("penetration", *SETTING, "--age", "nan"), 1, "Age in years", "Give a number"),
    (("penetration", *SETTING, "--age", "3"), 1, "Age in years: 3", "16 or more"),
    (("penetration", *SETTING, "--sex", "other"), 2, "'other' is not one of", ""),
    (("penetration", *SETTING, "--needles", "0"), 1, "Needles: 0", "Give 1"),
    *(
        ((*asked, "--draws", str(draws)), 1, f"from {draws:,} draws", f"50 to {most:,}.")
        for asked, most in (
            (("penetration", *SETTING), 100_000),
            (("puncture", "--device", "exceed", "--passes", "2"), 100_000),
            (("closure", "--depth", "1", "--age", "40"), 100_000),
            (("healing", *SETTING, "--sessions", "1"), 20_000),
            (("redness", "--depth", "1"), 20_000),
            ((*RUB, "--depth", "1"), 2000),
        )
        for draws in (-1, 0, 1, 49, most + 1, 10**30)
    ),
    (("penetration", *SETTING, "--seed", "-1"), 1, "seed of -1", "0 or more"),
    (("penetration", *SETTING[:-1], "0"), 1, "Passes: 0", "1 to 200"),
    (("penetration", *SETTING[:-1], "201"), 1, "Passes: 201", "1 to 200"),
    (("penetration", *SETTING, "--device", "exeed"), 1, "No such device: exeed.", "exceed"),
    (("penetration", *SETTING, "--zone", "chek"), 1, "No such zone: chek.", "cheek"),
    (("penetration", *SETTING, "--zone", "nose-left"), 1, "nose has no sides", "nose"),
    (("penetration", *SETTING, "--zone", "\x1b[31m"), 1, "No such zone", "schema --zones"),
    (("puncture", "--device", "zz", "--passes", "2"), 1, "No such device: zz.", "--devices"),
    (("puncture", "--device", "exceed", "--passes", "0"), 1, "Passes: 0", "1 to 200"),
    (
        ("puncture", "--device", "exceed", "--passes", "2", "--area", "20x20", "--maps", "0"),
        1,
        "Maps: 0",
        "Give 1",
    ),
    (
        ("puncture", "--device", "exceed", "--passes", "2", "--area", "20"),
        2,
        "not a width and a height in mm, like 40x30",
        "",
    ),
    *(
        (
            ("puncture", "--device", "exceed", "--passes", "2", "--area", area),
            2,
            "a side that is no length",
            "",
        )
        for area in ("0x20", "nanx20", "20x-3", "infx4")
    ),
    (
        ("puncture", "--device", "exceed", "--passes", "2", "--area", "2x2", "--zone", "nose"),
        1,
        "either --zone or --area",
        "Keep",
    ),
    (
        ("puncture", "--device", "exceed", "--passes", "2", "--zone", "back"),
        1,
        "No outline with a scale is drawn for back.",
        "--area",
    ),
    (
        ("puncture", "--device", "exceed", "--passes", "200", "--area", "900x900"),
        1,
        "too large",
        "smaller outline",
    ),
    (("closure", "--depth", "1"), 2, "Missing option '--age'", ""),
    (("closure", "--depth", "-1", "--age", "40"), 1, "A depth of -1 mm", "above 0"),
    *(
        (("closure", "--depth", "1", "--age", age), 1, f"at {age} years", "16 to 110")
        for age in ("-3", "0", "3", "15", "111", "nan", "inf")
    ),
    *(
        ((*asked, "--hours", hours), 1, f"{hours} hours since a session", "0 to 8,760")
        for asked in (("closure", "--depth", "1", "--age", "40"), ("redness", "--depth", "1"))
        for hours in ("-1", "nan", "inf", "8761", "1e+308")
    ),
    (("redness", "--depth", "nan"), 1, "A depth of nan mm", "above 0"),
    (("redness", "--depth", "1", "--zone", "cheek"), 1, "go together", "or none of them"),
    (("pigment", "--group", "VII"), 2, "'VII' is not one of", ""),
    (("pigment", "--clients", "0"), 1, "Clients: 0", "1 to"),
    (("healing", *SETTING, "--sessions", "0"), 1, "0 sessions", "1 to"),
    (("healing", *SETTING, "--sessions", "999", "--interval", "7"), 1, "999 sessions", "1 to"),
    (("healing", *SETTING, "--sessions", "3"), 1, "3 sessions need an interval", "--interval"),
    (("healing", *SETTING, "--sessions", "3", "--interval", "0"), 1, "0 days", "above 0"),
    (("healing", *SETTING, "--sessions", "3", "--interval", "-7"), 1, "-7 days", "above 0"),
    (
        ("healing", *SETTING, "--sessions", "3", "--interval", "28", "--until", "40"),
        1,
        "until day 40",
        "after 56",
    ),
    (
        ("healing", *SETTING, "--sessions", "3", "--interval", "28", "--until", "9999"),
        1,
        "within ten years",
        "3,650",
    ),
    ((*RUB, "--depth", "0"), 1, "A depth of 0 mm", "above 0"),
    ((*RUB, "--depth", "1", "--hours", "1e9"), 1, "1e+09 hours are no time", "8,760"),
    ((*RUB, "--depth", "1", "--hours", "0"), 1, "0 hours are no time", "above 0"),
    ((*RUB, "--depth", "1", "--hours", "nan"), 1, "nan hours are no time", "above 0"),
    ((*RUB, "--depth", "1", "--ph", "15"), 2, "'15' is no pH", ""),
    ((*RUB, "--depth", "1", "--ph", "nan"), 2, "'nan' is no pH", ""),
    ((*RUB, "--depth", "1", "--ph", "sour"), 2, "not a pH like 5.5", ""),
    ((*RUB, "--depth", "1", "--ph", "urea=5"), 1, "pH is given for urea", "Name it"),
    ((*RUB, "retinol", "--depth", "1"), 1, "named twice", "once"),
    ((*RUB, "retinl", "--depth", "1"), 1, "No such ingredient: retinl.", "retinol"),
    (("absorption", "zzz", *SETTING), 1, "No such ingredient: zzz.", "--list"),
    (("absorption", "retinol", *PEN), 2, "Missing option '--depth'", ""),
    (("absorption", *SETTING), 2, "Name at least one INGREDIENT", ""),
    (("absorption", "retinol", "--list"), 2, "either ingredients or --list", ""),
]


@pytest.mark.parametrize(("asked", "code", "says", "next_"), WRONG, ids=lambda x: str(x)[:60])
def test_wrong_arguments(
    run: Runner, asked: tuple[str, ...], code: int, says: str, next_: str
) -> None:
    ended = run("response", *asked)
    assert ended.code == code, ended.err
    assert not ended.out
    assert "Traceback" not in ended.err
    assert "defect" not in ended.err
    assert "\x1b" not in ended.err
    assert says in ended.err
    if next_:
        assert next_ in ended.hint
