"""`needlework forecast`: what a user reads, draws and gets as JSON."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from needlework import workflow
from needlework.measured import read_measured
from tests.cli.command import EXAMPLES, ROOT, Runner

GUIDE = ROOT / "docs/guide/forecast.md"
SCARS = str(ROOT / "examples/02-acne-scars-physician.toml")
MEASURES = """
format = "needlework-measures-1"
sessions = [2026-11-20, 2026-12-18]

[[measures]]
concern = "acne-scar-boxcar"
scale = "goodman-baron-quantitative"
on = 2026-11-20
score = 9
rater = "ab"

[[measures]]
concern = "acne-scar-boxcar"
scale = "goodman-baron-quantitative"
on = 2027-01-15
score = 4
rater = "ab"
"""


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def measures(tmp_path: Path) -> Path:
    path = tmp_path / "measures.toml"
    path.write_text(MEASURES, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_every_example_in_text_and_json(run: Runner, path: Path) -> None:
    said, data = run("forecast", str(path)), run("forecast", str(path), "--json")
    assert (said.code, data.code) == (0, 0)
    case = workflow.consult(workflow.read_consultation(path), workflow.known())
    assert data.out.rstrip(b"\n") == workflow.encode(
        workflow.forecast(case, workflow.plan_for(case))
    )


def test_it_says_about_whom_when_and_how_sure(run: Runner) -> None:
    shown = flat(run("forecast", SCARS).text)
    assert "Acne scars, boxcar: 3 sessions, 0.5 mm deep" in shown
    assert "about people like those of the trials, not about this person" in shown
    assert "80 in 100 lie between" in shown
    assert "A session is much stronger than the trials' were" in shown
    assert "no best interval to read from it" in shown
    assert "the tip most likely rests in the reticular dermis" in shown
    assert "channels closed" in shown
    assert "proposed, not yet approved by a clinician" in shown


def test_own_measures_make_it_about_this_person(run: Runner, measures: Path) -> None:
    shown = flat(run("forecast", SCARS, "--measures", str(measures)).text)
    assert "This is about this person: it follows their own measures." in shown
    assert "are not likely to be worth it" in shown
    data = run("forecast", SCARS, "--measures", str(measures), "--json").json
    course = next(c for c in data["concerns"] if c["concern"] == "acne-scar-boxcar")
    assert course["forecast"]["measures"] == [[0, 9.0], [56, 4.0]]
    case = workflow.consult(workflow.read_consultation(Path(SCARS)), workflow.known())
    known = workflow.forecast(case, workflow.plan_for(case), measured=read_measured(measures))
    assert course["forecast"]["band"]["median"] == list(known.concerns[0].forecast.band.median)


def test_what_the_plan_does_not_allow_is_not_shown_and_it_is_said(run: Runner) -> None:
    ended = run("forecast", SCARS, "--concern", "acne-scar-rolling", "--depth", "3", "--json")
    assert "acne-scar-rolling: the plan allows no depth of 3 mm; 1.5 mm is shown." in ended.err
    assert ended.json["concerns"][0]["at"]["depth_mm"] == 1.5
    ended = run("forecast", SCARS, "--interval", "7", "--json")
    assert "the plan allows no interval of 7 days; 28 days are shown." in ended.err
    assert {course["interval_days"] for course in ended.json["concerns"]} == {28}
    ended = run("forecast", SCARS, "--sessions", "4", "--json")
    assert "allows" not in ended.err
    assert all(len(course["forecast"]["session_days"]) == 4 for course in ended.json["concerns"])


def test_a_depth_between_two_settings_is_told_as_such(run: Runner) -> None:
    ended = run("forecast", SCARS, "--concern", "acne-scar-rolling", "--depth", "1.3", "--json")
    assert "the needle cannot be set to 1.3 mm; 1.25 mm is shown." in ended.err
    assert ended.json["concerns"][0]["at"]["depth_mm"] == 1.25


def test_sessions_without_zones_are_said_to_count_everywhere(run: Runner, measures: Path) -> None:
    says = "A session without zones counts for every zone of the plan"
    assert says in run("forecast", SCARS, "--measures", str(measures)).err
    named = "sessions = [{ on = 2026-11-20, zones = ['face'] }]"
    text = MEASURES.replace("sessions = [2026-11-20, 2026-12-18]", named)
    measures.write_text(text, encoding="utf-8")
    ended = run("forecast", SCARS, "--measures", str(measures))
    assert ended.code == 0
    assert says not in ended.err


def test_pictures_are_svg_one_a_concern(run: Runner, tmp_path: Path) -> None:
    ended = run("forecast", SCARS, "--svg", str(tmp_path / "course.svg"))
    assert ended.code == 0
    drawn = sorted(tmp_path.glob("*.svg"))
    assert [path.name for path in drawn] == [
        "course-acne-scar-boxcar.svg",
        "course-acne-scar-rolling.svg",
    ]
    for path in drawn:
        root = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314  our own
        assert root.get("role") == "img"
        said = " ".join(root.itertext())
        assert "Outside its calibration" in said
        assert "no trial rated this late" in said
    one = tmp_path / "one.svg"
    run("forecast", SCARS, "--svg", str(one), "--concern", "acne-scar-rolling")
    assert one.exists()


def test_the_same_input_gives_the_same_bytes_and_a_seed_moves_them(run: Runner) -> None:
    once, again = (run("forecast", SCARS, "--json").out for _ in range(2))
    assert once == again
    assert run("forecast", SCARS, "--json", "--seed", "2").out != once


def test_in_spanish(run: Runner) -> None:
    shown = flat(run("forecast", SCARS, "--lang", "es").text)
    assert "Habla de personas como las de los ensayos" in shown
    assert "Fuera" not in shown  # that is for the picture
    assert "canales cerrados" in shown
    assert "people" not in shown


def test_why_leads_to_the_sources(run: Runner) -> None:
    ended = run("forecast", SCARS, "--json", "--why")
    assert "response.outcome.gain-centre" in ended.json["why"]
    assert ended.json["why"]["response.outcome.gain-centre"]["supports"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--concern", "warts"), 1, "warts"),
        (("--measures", "nowhere.toml"), 1, "nowhere.toml"),
        (("--depth", "deep"), 2, "deep"),
        *((("--depth", depth), 1, "mm cannot be needled") for depth in ("-1", "0", "nan", "inf")),
        (("--sessions", "0"), 1, "--sessions of 0 is none"),
        (("--interval", "-28"), 1, "--interval of -28 is none"),
        (("--sessions", "1.5"), 2, "1.5"),
        (("--seed", "-1"), 2, "-1"),
        (("--svg", "nowhere/at/all.svg"), 1, "nowhere"),
    ],
)
def test_wrong_arguments(run: Runner, arguments: tuple[str, ...], code: int, says: str) -> None:
    ended = run("forecast", SCARS, *arguments)
    assert ended.code == code
    assert says in ended.err


def test_where_nothing_can_be_told_the_plan_is_named(run: Runner) -> None:
    refused = run("forecast", str(ROOT / "examples/11-refused.toml")).text
    assert "The plan says why." in refused
    assert "The plan says why." not in run("forecast", SCARS).text


def test_every_page_names_its_knowledge(run: Runner) -> None:
    assert re.search(r"\nKnowledge \S+ \(\w{8}\)\n", run("forecast", SCARS).text)


def test_nothing_to_draw_is_said(run: Runner, tmp_path: Path) -> None:
    refused = str(ROOT / "examples/11-refused.toml")
    ended = run("forecast", refused, "--svg", str(tmp_path / "x.svg"))
    assert ended.code == 1
    assert "nothing to draw" in ended.err
    assert run("forecast", refused).code == 0


def test_a_measure_that_cannot_be_is_refused_with_its_place(run: Runner, measures: Path) -> None:
    measures.write_text(MEASURES.replace("score = 4", "score = 400"), encoding="utf-8")
    ended = run("forecast", SCARS, "--measures", str(measures))
    assert ended.code == 1
    assert "Measure 2 of 400 lies outside" in ended.err
    assert "Next: " in ended.err


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE.read_text(), re.DOTALL)


def test_the_commands_and_the_file_of_the_guide_work(
    run: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("examples").symlink_to(ROOT / "examples")
    (held,) = blocks("toml")
    run.write(held, "measures.toml")
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(lines) > 3
    for line in lines:
        _, *args = line.split()
        ended = run(*args)
        assert ended.code == 0, f"{line}\n{ended.err}"
    assert "This is about this person" in ended.text
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == [
        "course-acne-scar-boxcar.svg",
        "course-acne-scar-rolling.svg",
    ]


def test_python_of_the_guide_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks("python")
    exec(code.replace("examples/", f"{ROOT}/examples/"), {})  # noqa: S102  our own page
    assert "acne-scar-boxcar" in capsys.readouterr().out


def test_the_file_in_the_help_works(run: Runner) -> None:
    shown = run("forecast", "--help").text.split("names every field:\n")[1]
    file = run.write(shown.split("\n\n", maxsplit=1)[0], "measures.toml")
    ended = run("forecast", SCARS, "--measures", file)
    assert ended.code == 0, ended.err
