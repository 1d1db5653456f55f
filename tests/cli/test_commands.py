"""What the commands print, in which form, and that it is always the same."""

from __future__ import annotations

import json
import os
import re
import threading
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from needlework.cli.start import root
from needlework.evidence import load_knowledge
from tests.cli.command import EXAMPLES, Runner, process

LISTS = ("zones", "concerns", "devices", "scales", "anaesthetics", "jurisdictions")


def every_command() -> list[tuple[str, ...]]:
    context = click.Context(root)
    found: list[tuple[str, ...]] = [()]
    for name in root.list_commands(context):
        found.append((name,))
        command = root.get_command(context, name)
        if isinstance(command, click.Group):
            found += [(name, sub) for sub in command.list_commands(context)]
    return found


def named(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_help_shows_an_example_of_that_very_command(run: Runner, words: tuple[str, ...]) -> None:
    ended = run(*words, "--help")
    assert ended.code == 0
    assert re.search(rf"^    needlework {' '.join(words)}".rstrip(), ended.text, re.MULTILINE)
    for option in re.findall(r"^  (?:-\w, )?(--[\w-]+)", ended.text, re.MULTILINE):
        assert option in ended.text.split("Options:")[1]


def test_the_examples_in_help_exist(run: Runner) -> None:
    for words in every_command():
        for path in re.findall(r"examples/\S+", run(*words, "--help").text):
            assert (EXAMPLES[0].parent.parent / path).exists()


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_help_fits_a_narrow_terminal(
    run: Runner, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    shown = run(*words, "--help").text
    # What is to be copied, with the line above it, and an option with its choices are not broken.
    whole = re.compile(r"^  .*:\n(?:    .*\n)+|^  --.*$", re.MULTILINE)
    assert max(map(len, whole.sub("", shown).splitlines())) <= 40


def test_the_version(run: Runner) -> None:
    assert re.fullmatch(r"needlework \d+\.\d+\.\d+\n", run("--version").text)


# --- results ----------------------------------------------------------------------------------


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
@pytest.mark.parametrize(("command", "name"), [("screen", "assessment"), ("plan", "plan")])
def test_json_is_as_its_schema_says(run: Runner, command: str, name: str, example: Path) -> None:
    schema = run("schema", name).json
    Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(schema, format_checker=FormatChecker())
    check.validate(run(command, example, "--json").json)
    with_why = run(command, example, "--json", "--why").json
    check.validate(with_why)
    assert set(with_why["why"]) == cited(with_why)


def cited(part: Any) -> set[str]:  # noqa: ANN401  parsed JSON
    if isinstance(part, dict):
        own = set(part["claims"]) if isinstance(part.get("claims"), list) else set()
        return own.union(*(cited(value) for key, value in part.items() if key != "why"))
    if isinstance(part, list):
        return set().union(*map(cited, part))
    return set()


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
@pytest.mark.parametrize("columns", [40, 80, 120, 400])
def test_text_fits_its_width(
    run: Runner, monkeypatch: pytest.MonkeyPatch, example: Path, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for command in ("screen", "plan"):
        for option in ((), ("--why",)):
            ended = run(command, example, *option)
            assert ended.code == 0
            lines = ended.text.splitlines()
            assert max(map(len, lines)) <= columns
            assert all(line == line.rstrip() for line in lines)
            assert "\x1b" not in ended.text
            assert "not a diagnosis" in " ".join(ended.text.split())


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_text_shows_all_that_the_plan_decides(
    run: Runner, monkeypatch: pytest.MonkeyPatch, example: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    made = run("plan", example, "--json").json
    shown = " ".join(run("plan", example).text.split())
    for finding in made["assessment"]["findings"]:
        assert f"{finding['rule']} " in shown
        assert " ".join(finding["summary"].split())[:60] in shown
    for question in made["assessment"]["questions"]:
        assert question["path"] in shown
    for other in made["alternatives"]:
        assert f"({other['status']})" in shown
    for session in (made["course"] or {"sessions": ()})["sessions"]:
        year, _, day = session["day"]["on"].split("-")
        assert re.search(rf"\b{int(day)} \w\w\w {year}", shown)
    for zone in made["zones"]:
        for protocol in zone.get("protocols", ()):
            if "depth" in protocol:
                assert f"{protocol['depth']['maximum']['value']:g}" in shown


def test_ids_of_claims_show_only_with_why(run: Runner) -> None:
    plain = run("plan", EXAMPLES[0]).text
    chain = run("plan", EXAMPLES[0], "--why").text
    ids = cited(run("plan", EXAMPLES[0], "--json").json)
    assert ids
    assert not [claim_id for claim_id in ids if claim_id in plain]
    assert not [claim_id for claim_id in ids if claim_id not in chain]
    for word in ("value", "mark", "certainty", "for ", "proposed, not yet approved"):
        assert word in chain


def test_markup_in_an_answer_is_only_text(run: Runner) -> None:
    path = run.consultation(
        {"medicines": {"answer": "yes", "list": [{"name": "[red]x[/nonsense] :smile:"}]}}
    )
    ended = run("plan", path)
    assert ended.code == 0
    assert "[red]x[/nonsense] :smile:" in ended.text


def test_a_remark_says_which_day_was_judged(run: Runner) -> None:
    ended = run("screen", run.consultation(), "--json")
    assert ended.err == (
        "Judged for 2026-11-20, the consultation's day; today is 2026-11-22: "
        "give --on to judge another day.\n"
    )
    assert run("screen", run.consultation(), "--on", "2026-11-22").err == ""
    assert run("screen", run.consultation({"date": "2026-11-22"})).err == ""


def test_an_overlay_is_obeyed(run: Runner) -> None:
    knowledge = load_knowledge()
    overlay = run.write(
        f'clinic = "A"\nrelease = "{knowledge.release.id}"\n'
        '[[tighten]]\nclaim = "zone.cheek.scar-max"\nvalue = 1.25\nbecause = "Thin."\n'
        'by = "Dr A"\non = 2026-11-01\n'
        '[[reject]]\nclaim = "zone.chin.scar-max"\nbecause = "No."\nby = "Dr A"\non = 2026-11-01\n',
        "clinic.toml",
    )
    plain = run("plan", run.consultation(), "--json").json
    tight = run("plan", run.consultation(), "--json", "--overlay", overlay).json
    depths = [
        next(z for z in made["zones"] if z["zone"] == "cheek-left")["protocols"][0]["depth"]
        for made in (plain, tight)
    ]
    assert [depth["maximum"]["value"] for depth in depths] == [1.5, 1.25]
    assert tight["overlay_digest"]

    told = run("evidence", "overlay", overlay, "--json").json
    assert told["tightened"][0]["from"] == "1.5 mm"
    assert told["tightened"][0]["to"] == "1.25 mm"
    assert told["rejected"][0]["withheld"] == "depths in the zone chin"
    text = run("evidence", "overlay", overlay).text
    assert "zone.cheek.scar-max: 1.5 mm → 1.25 mm" in " ".join(text.split())


@pytest.mark.parametrize("args", [["--json"], ["--json", "--why"], ["--why"], []], ids=str)
def test_the_same_bytes_whatever_the_process(args: list[str]) -> None:
    made = {
        process("plan", EXAMPLES[-1], *args, env={"PYTHONHASHSEED": seed, "COLUMNS": "100"}).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(made) == 1
    assert b"" not in made


def test_colour_only_on_a_terminal_and_never_against_the_users_wish() -> None:
    assert b"\x1b[1" in on_a_terminal({})
    plain = on_a_terminal({"NO_COLOR": "1"})
    assert not re.search(rb"\x1b\[[0-9;]*3[0-9]", plain)


def on_a_terminal(settings: dict[str, str]) -> bytes:
    """What the command shows on a terminal of its own."""
    parent, child = os.openpty()
    env = {"TERM": "xterm-256color", "NO_COLOR": "", "COLUMNS": "100", **settings}
    reader = threading.Thread(target=lambda: held.extend(read_all(parent)))
    held = bytearray()
    reader.start()
    done = process("screen", EXAMPLES[0], capture_output=False, stdout=child, stderr=child, env=env)
    os.close(child)
    reader.join()
    os.close(parent)
    assert done.returncode == 0
    return bytes(held)


def read_all(terminal: int) -> bytes:
    found = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            return found
        if not part:
            return found
        found += part


# --- schema -----------------------------------------------------------------------------------


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_the_schema_accepts_every_example(run: Runner, example: Path) -> None:
    schema = run("schema").json
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    given = json.loads(json.dumps(tomllib.loads(example.read_text()), default=str))
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(given)


def test_the_schema_refuses_what_the_reader_refuses(run: Runner) -> None:
    schema = run("schema", "consultation").json
    check = Draft202012Validator(schema)
    good = {
        "format": "needlework-consultation-1",
        "date": "2026-11-20",
        "jurisdiction": "us",
        "concerns": [{"concern": "texture", "zones": ["chin"]}],
    }
    assert check.is_valid(good)
    unfit: tuple[dict[str, Any], ...] = (
        {"history": {"keloid": "perhaps"}},
        {"phototype": {"clinician": ["I", "II"]}},
        {"nonsense": 1},
        {"concerns": []},
        {"devices": [{"id": "roller-192", "needle_lengths_mm": [1500]}]},
    )
    for bad in unfit:
        assert not check.is_valid({**good, **bad})
    assert schema["$defs"]["Consultation"]["description"]


@pytest.mark.parametrize("what", LISTS)
def test_ids_are_listed_with_names(run: Runner, what: str) -> None:
    entries = run("schema", f"--{what}", "--json").json
    known = getattr(load_knowledge().release, what)
    assert {entry["id"]: entry["name"] for entry in entries} == {
        key: entry.name.en for key, entry in known.items()
    }
    shown = run("schema", f"--{what}").text
    assert all(key in shown for key in known)


# --- evidence ---------------------------------------------------------------------------------


def test_a_claim_is_shown_with_its_chain(run: Runner) -> None:
    ended = run("evidence", "show", "zone.cheek.scar-max")
    assert ended.code == 0
    for word in ("1.5 mm", "chosen", "certainty", "for ", "against"):
        assert word in ended.text
    assert run("evidence", "show", "zone.cheek.scar-max", "--json").json["value"] == "1.5 mm"


def test_a_claim_that_is_true_or_false_says_so_in_words(run: Runner) -> None:
    claims = load_knowledge().claims
    said = {True: "yes", False: "no"}
    switches = {one: claim.value for one, claim in claims.items() if isinstance(claim.value, bool)}
    assert switches
    for claim, value in switches.items():
        assert run("evidence", "show", claim, "--json").json["value"] == said[value]


def test_a_name_that_is_not_known_gets_the_nearest(run: Runner) -> None:
    ended = run("evidence", "show", "zone.cheek.scar-mx")
    assert (ended.code, ended.error) == (1, "No such claim: zone.cheek.scar-mx.")
    assert "zone.cheek.scar-max" in ended.hint
    assert run("evidence", "source", "Nobody1999x").error == "No such source: Nobody1999x."
    assert run("evidence", "source", "xyzzy").hint == (
        "List them: `needlework evidence list --json`."
    )
    assert run("evidence", "list", "CHEEK").hint.startswith("Did you mean cheek")
    assert run("evidence", "list", "--kind", "zones").hint == "Did you mean zone?"


def test_claims_are_listed_by_topic_kind_and_mark(run: Runner) -> None:
    claims = load_knowledge().claims
    found = run("evidence", "list", "--json").json
    assert [entry["claim"] for entry in found] == sorted(claims)
    cheek = run("evidence", "list", "--kind", "zone", "--topic", "cheek", "--json").json
    assert {entry["claim"] for entry in cheek} == {i for i in claims if i.startswith("zone.cheek.")}
    primary = run("evidence", "list", "--basis", "S1", "--json").json
    assert {entry["basis"] for entry in primary} == {"S1"}
    assert run("evidence", "list", "cheek").text.endswith(f"{len(cheek)} claims.\n")


def test_a_source_names_the_claims_that_rest_on_it(run: Runner) -> None:
    told = run("evidence", "source", "ClinicalDecisions", "--json").json
    assert "zone.cheek.scar-max" in told["supports"]
    assert "zone.cheek.scar-max" in run("evidence", "source", "ClinicalDecisions").text


def test_a_release_is_checked_and_counted(run: Runner) -> None:
    release = load_knowledge().release
    told = run("evidence", "check", "--json").json
    assert (told["id"], told["digest"]) == (release.id, release.digest)
    assert told["claims"] == sum(told["by_kind"].values()) == len(release.claims)
    assert release.digest in run("evidence", "check").text
    assert run("evidence", "check", run.folder).code == 1
