"""What the pages say is so: every recipe works, every link leads somewhere, nothing is stale."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

import needlework
from needlework.evidence import Knowledge, Verdict, load_knowledge
from needlework.evidence.load import _KINDS
from needlework.evidence.scales import score
from needlework.lexicon import Lexicon
from needlework.lexicon.load import DATA as NAMES
from needlework.screening import Case, assess_case
from needlework.screening.consultation import decode
from needlework.screening.registry import RULES
from scripts import docs
from tests.consultations import ON, base, merged, planned

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(needlework.__file__).parent
PAGES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
HAND_WRITTEN = (
    *(ROOT / name for name in PAGES),
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
)
RECIPES = (ROOT / "CONTRIBUTING.md").read_text()


def blocks(title: str) -> dict[str, str]:
    """Fenced blocks of the recipe, by the file that their first line names."""
    section = RECIPES.partition(f"### {title}\n")[2].partition("\n### ")[0]
    fenced = re.findall(r"```(?:toml|python)\n# ([^\n]+)\n(.*?)```", section, re.DOTALL)
    return dict(fenced)


class Copy:
    """A copy of the data in which recipes are followed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        copytree(PACKAGE / "evidence" / "data", folder / "evidence" / "data")
        copytree(NAMES, folder / "lexicon" / "data")
        source = "evidence/data/sources/trials.toml (add)"
        self.write(source, blocks("Add a claim")[source])

    def write(self, place: str, text: str) -> None:
        """A block into its file, at the end of it if the recipe adds to one."""
        file = self.folder / place.removesuffix(" (add)")
        file.parent.mkdir(parents=True, exist_ok=True)
        assert file.exists() is place.endswith(" (add)"), place
        before = file.read_text() + "\n" if file.exists() else ""
        file.write_text(before + text)

    def follow(self, title: str) -> None:
        """Every block of a recipe."""
        found = blocks(title)
        assert found, title
        for place, text in found.items():
            if "trials.toml" not in place:
                self.write(place, text)

    @property
    def knowledge(self) -> Knowledge:
        return load_knowledge(self.folder / "evidence" / "data")


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    monkeypatch.setenv("NEEDLEWORK_CACHE", str(tmp_path / "cache"))
    return Copy(tmp_path / "needlework")


class TestRecipes:
    def test_add_a_claim(self, copy: Copy) -> None:
        copy.follow("Add a claim")
        cited = copy.knowledge.depth_mm("zone.cheek.doe-depth")
        assert (cited.value, cited.claims) == (1.25, ("zone.cheek.doe-depth",))
        assert copy.knowledge.release.sources["Doe2026"].year == 2026

    def test_add_a_rule(self, copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
        copy.follow("Add a rule")
        monkeypatch.setitem(RULES, "C90", self.rule_of(copy))
        cases = tomllib.loads((copy.folder / "tests/cases/c90.toml").read_text())["case"]
        kinds = {case["kind"] for case in cases}
        assert {"fires", "not", "boundary", "unknown", "expired"} <= kinds
        knowledge = copy.knowledge
        for case in cases:
            given = decode(merged(base(), case["given"]))
            judged = assess_case(Case(given, knowledge, Lexicon.load(), ON))
            found = [finding for finding in judged.findings if finding.rule == "C90"]
            assert len(found) == len(case["finds"]), case["name"]
            for finding, expected in zip(found, case["finds"], strict=True):
                assert finding.verdict == expected["verdict"], case["name"]
                assert finding.until == expected.get("until"), case["name"]
                assert finding.asks == expected.get("asks", ""), case["name"]

    def rule_of(self, copy: Copy) -> Callable[..., Any]:
        names = runpy.run_path(str(copy.folder / "screening/rules/antibiotic.py"))
        RULES.pop("C90")
        made: Callable[..., Any] = names["antibiotic"]
        return made

    def test_add_a_zone(self, copy: Copy) -> None:
        copy.follow("Add a zone")
        file = copy.folder / "evidence/data/zone/ear-lobe.toml"
        shown = file.read_text()
        pair = shown[shown.index("[claims.rejuvenation-start]") : shown.index("[claims.hard-cap]")]
        for family in ("pigment", "scar"):
            shown += "\n" + pair.replace("rejuvenation", family)
        file.write_text(shown)
        for concern in ("texture", "pih", "atrophic-scar"):
            wish = {"concerns": [{"concern": concern, "zones": ["ear-lobe"]}]}
            plan = planned(wish, cleared("D1"), knowledge=copy.knowledge)
            assert [zone.zone for zone in plan.zones] == ["ear-lobe-left", "ear-lobe-right"]
            depth = plan.zones[0].protocols[0].depth
            assert depth is not None
            assert depth.maximum.value <= 0.5

    def test_add_a_device(self, copy: Copy) -> None:
        copy.follow("Add a device")
        wish = {"concerns": [{"concern": "fine-lines", "zones": ["forehead"]}]}
        plan = planned(wish, {"devices": [{"id": "doe-pen"}]}, knowledge=copy.knowledge)
        made = plan.zones[0].protocols[0]
        assert made.fit.labelled
        assert made.depth is not None
        assert made.depth.maximum.value == 0.4
        assert "device.doe-pen.label-max" in made.depth.maximum.claims

    def test_add_a_medicine(self, copy: Copy) -> None:
        copy.follow("Add a medicine")
        lexicon = Lexicon.load(copy.folder / "lexicon" / "data")
        for name in ("doexaban", "Doexabán", "DOEXA"):
            match = lexicon.medicine(name)
            assert match.kind == "exact", name
            assert match.classes == {"anticoagulant"}

    def test_add_a_concern(self, copy: Copy) -> None:
        copy.follow("Add a concern")
        wish = {"concerns": [{"concern": "rough-knees", "zones": ["forehead"]}]}
        for phototype in ("II", "V"):
            who = {"phototype": {"clinician": phototype}}
            plan = planned(wish, who, cleared("D1"), knowledge=copy.knowledge)
            assert plan.zones[0].protocols[0].interval is not None
            assert plan.course is not None
            assert plan.course.interval.value == 35
            assert len(plan.course.sessions) == 3

    def test_add_a_scale(self, copy: Copy) -> None:
        copy.follow("Add a scale")
        scale = copy.knowledge.release.scales["doe-grade"]
        assert score(scale, {"grade": 1}).value == 1

    def test_add_a_jurisdiction(self, copy: Copy) -> None:
        copy.follow("Add a jurisdiction")
        patch = {
            "jurisdiction": "zz",
            "operator": {"profession": "aesthetician"},
            "concerns": [{"concern": "fine-lines", "zones": ["forehead"]}],
        }
        plan = planned(patch, cleared("D1"), knowledge=copy.knowledge)
        assert not [f for f in plan.assessment.findings if f.verdict is Verdict.ASK]
        depth = plan.zones[0].protocols[0].depth
        assert depth is not None
        assert depth.maximum.value == 0.25
        assert "jurisdiction.zz.aesthetician-max-depth" in depth.maximum.claims

    def test_every_recipe_is_followed(self) -> None:
        titles = re.findall(r"^### (.+)$", RECIPES, re.MULTILINE)
        tests = {name.removeprefix("test_").replace("_", " ") for name in dir(TestRecipes)}
        assert {title.lower() for title in titles} <= tests


def cleared(rule: str) -> dict[str, Any]:
    """A clinician's clearance that holds today."""
    until = date(2027, 6, 30)
    given = {"rule": rule, "outcome": "cleared", "role": "C", "on": ON, "until": until}
    return {"clearances": [given]}


class TestPages:
    @pytest.mark.parametrize(
        ("name", "most"), [("README.md", 150), ("ARCHITECTURE.md", 150), ("SECURITY.md", 80)]
    )
    def test_a_page_stays_short(self, name: str, most: int) -> None:
        assert len((ROOT / name).read_text().splitlines()) <= most

    @pytest.mark.parametrize("page", HAND_WRITTEN, ids=lambda page: page.name)
    def test_links_lead_somewhere(self, page: Path) -> None:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name} → {target}"

    @pytest.mark.parametrize("page", HAND_WRITTEN, ids=lambda page: page.name)
    def test_paths_and_commands_that_are_named_exist(self, page: Path) -> None:
        text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
        for name in re.findall(r"`((?:src|tests|scripts|docs|examples)/[\w./-]+)`", text):
            assert (ROOT / name).exists(), f"{page.name} names {name}"
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        for target in re.findall(r"`make ([a-z]+)`", text):
            assert target in targets, f"{page.name} names make {target}"

    def test_the_intended_use_stands_in_the_readme(self) -> None:
        readme = " ".join((ROOT / "README.md").read_text().split())
        for words in ("not a diagnosis", "not an emergency service", "make run", "make test"):
            assert words in readme

    def test_every_kind_of_knowledge_has_a_page(self) -> None:
        assert set(docs.KINDS) == set(_KINDS)

    def test_pages_are_the_same_each_time(self) -> None:
        assert dict(docs.pages()) == dict(docs.pages())

    def test_a_stale_page_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(docs, "ROOT", tmp_path)
        monkeypatch.setattr(docs, "DOCS", tmp_path / "docs")
        (tmp_path / "docs" / "evidence").mkdir(parents=True)
        (tmp_path / "docs" / "evidence" / "gone.md").write_text("old")
        (tmp_path / "docs" / "fresh.md").write_text("new")
        made = [(tmp_path / "docs" / "fresh.md", "new"), (tmp_path / "docs" / "cli.md", "new")]
        assert list(docs.stale(made)) == ["docs/cli.md", "docs/evidence/gone.md (to be removed)"]

    def test_the_check_says_what_to_run(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(docs, "pages", lambda: iter([(docs.DOCS / "never.md", "text")]))
        assert docs.main(["--check"]) == 1
        assert "docs/never.md" in (said := capsys.readouterr().err)
        assert "make docs" in said

    def test_help_keeps_its_examples_line_by_line(self) -> None:
        assert "\\b" not in docs.cli_page()

    def test_the_picture_asks_nobody_for_a_font(self) -> None:
        picture = docs.plan_picture()
        assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")
        assert "<svg" in picture


def shell_lines(page: str) -> Iterator[str]:
    """Commands of this project that a page tells a reader to type."""
    for block in re.findall(r"```(?:sh|console|text)\n(.*?)```", page, re.DOTALL):
        for line in block.splitlines():
            if line.startswith(("needlework ", ".venv/bin/needlework ")):
                yield line.partition("#")[0].strip()


@pytest.mark.parametrize("line", sorted(set(shell_lines((ROOT / "README.md").read_text()))))
def test_commands_of_the_readme_run(line: str, tmp_path: Path) -> None:
    """In a folder of their own, since some of them write."""
    program, *rest = line.split()
    command = Path(sys.executable).with_name(Path(program).name)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    done = subprocess.run(
        [command, *rest], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
