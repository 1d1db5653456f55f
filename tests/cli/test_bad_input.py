"""Whatever is wrong with the input: one sentence, the next step, and never what was answered."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tracemalloc
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from needlework.errors import AnswerError
from needlework.screening.reading import parse
from needlework.screening.registry import OFF_LABEL, PLANNER_RULES
from tests.cli.command import Runner, encoded, process
from tests.consultations import base

TYPED = "Zebulon-4711"

HEAD = 'format = "needlework-consultation-1"\ndate = 2026-11-20\njurisdiction = "us"\n'
WISH = 'concerns = [{ concern = "texture", zones = ["chin"] }]\n'

GRADED = (
    'concerns = [{ concern = "wrinkles", zones = ["chin"], scale = "lemperle", grade = GRADE }]\n'
)
PARTS = ".".join(["a"] * 50_000)
MANY_PARTS: dict[str, bytes] = {
    "bare": f"{PARTS}=1".encode(),
    "after quotes that open nothing": f'# """\na = \'"""\'\n{PARTS}=1'.encode(),
    "in quotes, with spaces": b" . ".join([b"'a'", b'"."'] * 25_000) + b" = 1",
    "in a header": f"[{PARTS}]".encode(),
    "in an inline table": f"a = {{{PARTS} = 1}}".encode(),
    "tables in lists": b"a = " + b"{a=[" * 100,
}

FILES: list[tuple[str, bytes, str, str]] = [
    (
        "malformed TOML",
        HEAD.encode() + b"history = [\n",
        "is not TOML:",
        "see examples/",
    ),
    (
        "malformed JSON",
        b'{"format": }',
        "is not JSON: Expecting value in line 1, column 12.",
        "Mend",
    ),
    ("empty", b"", "is empty.", "see examples/"),
    ("white space only", b" \r\n\t\n", "is empty.", "see examples/"),
    ("binary", bytes(range(256)) * 20, "is not text:", "UTF-8"),
    ("an image", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "is not text: byte 0", "UTF-8"),
    ("NUL bytes", HEAD.encode() + b"\0\0\0", "is not TOML:", "see examples/"),
    ("NUL bytes in JSON", b'{"format": "\0"}', "is not JSON:", "Mend"),
    ("10 MB of nonsense", b"x" * 10_000_000, "larger than a consultation can be", "--batch"),
    ("deep JSON", b'{"a":' * 200_000, "nested too deeply", "examples/"),
    ("deep TOML", b"a = " + b"[" * 100_000, "nested too deeply", "examples/"),
    *(
        (f"a key of many parts: {name}", content, "client is nested too deeply.", "examples/")
        for name, content in MANY_PARTS.items()
    ),
    *(
        (f"JSON without fields: {text}", text.encode(), "client is not a table.", "JSON object")
        for text in ("null", "true", "[1]", "[1, 2]", "[[1], {}]", '"x"', "3", " -1.5e3 ")
    ),
    *(
        (
            f"{word} in JSON",
            encoded().replace(b'"grade": 3', f'"grade": {word}'.encode()),
            "client: concerns[0].grade: not a finite number.",
            "leave it out",
        )
        for word in ("NaN", "Infinity", "-Infinity", "1e999")
    ),
    *(
        (
            f"{word} as a grade in TOML",
            (HEAD + GRADED.replace("GRADE", word)).encode(),
            "client: concerns[0].grade: not a finite number.",
            "leave it out",
        )
        for word in ("nan", "inf", "-inf", "1e999")
    ),
    (
        "nan as the rating of an item",
        (HEAD + GRADED.replace("grade = GRADE", "items = { Zebulon = nan }")).encode(),
        "client: concerns[0].items: not a finite number.",
        "leave it out",
    ),
    (
        "a rating of 40 digits",
        encoded(
            {"phototype": {"questionnaire": {"scheme": "phototype-a", "items": {"x": 10**40}}}}
        ),
        "client: phototype.questionnaire.items: a number of too many digits.",
        "leave it out",
    ),
    (
        "nan in TOML",
        (HEAD + WISH + "[history]\ndiabetes = { answer = 'yes', hba1c_percent = nan }").encode(),
        "history.diabetes.hba1c_percent: Expected float >= 3.0.",
        "",
    ),
    (
        "a number of 5,000 digits",
        encoded().replace(b'"grade": 3', b'"grade": ' + b"9" * 5_000),
        "too many digits",
        "",
    ),
    (
        "5,000 digits in TOML",
        (HEAD + "x = " + "9" * 5_000).encode(),
        "too many digits",
        "",
    ),
    (
        "two answers",
        b'{"date": "2026-11-20", "date": "2026-11-21"}',
        "date is given twice.",
        "Keep",
    ),
    ("two answers of no field", b'{"Zebulon": 1, "Zebulon": 2}', "A key is given twice.", "Keep"),
    ("a table twice", (HEAD + "[Zebulon]\n" * 2).encode(), "a table is given twice (at", "Mend"),
    ("a key twice", (HEAD + "x = {Zebulon=1, Zebulon=2}").encode(), "a key is given twice", "Mend"),
    ("a key and a table", (HEAD + "Zebulon={}\n[Zebulon.a]").encode(), "is given twice", "Mend"),
    ("two answers in TOML", (HEAD + "date = 2026-11-21\n").encode(), "is not TOML:", "Mend"),
]


@pytest.mark.parametrize(
    ("content", "error", "hint"), [f[1:] for f in FILES], ids=[f[0] for f in FILES]
)
def test_a_file_that_is_no_consultation(run: Runner, content: bytes, error: str, hint: str) -> None:
    ended = run("plan", run.write(content, "client"))
    assert ended.code == 1
    assert error in ended.error
    assert hint in ended.hint
    assert ended.out == b""
    assert len(ended.err) < 600
    assert "Traceback" not in ended.err
    assert "Zebulon" not in ended.err


@pytest.mark.parametrize("content", MANY_PARTS.values(), ids=list(MANY_PARTS))
def test_a_key_of_many_parts_takes_no_memory(content: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(AnswerError, match="nested too deeply"):
            parse(content, "client")
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_dots_and_brackets_in_text_and_numbers_are_no_depth() -> None:
    lines = [
        HEAD + WISH.strip(),
        f'operator = {{ profession = "nurse" }} # {DOTS} """',
        f'client.reference = """{DOTS}\\"""{DOTS}"""""',
        f"planned_products = ['{DOTS}\\', \"{DOTS}\\\"\", '{DOTS}']",
        f"devices = [{{ id = 'roller-192', needle_lengths_mm = [{', '.join(['0.25'] * 99)}] }}]",
        f"conditions = {{ answer = 'yes', list = [{{ name = {LITERAL}{DOTS}{LITERAL}'' }}] }}",
    ]
    made = parse("\n".join(lines).encode(), "client")
    assert made.client.reference == f'{DOTS}"""{DOTS}""'
    assert made.planned_products == (f"{DOTS}\\", f'{DOTS}"', DOTS)
    assert len(made.devices[0].needle_lengths_mm) == 99


DOTS = "." * 40 + "[{" * 20
LITERAL = "'" * 3

HALF = "\ud800"
HALVES: list[tuple[str, dict[str, Any], str]] = [
    ("a text", {"client": {"reference": HALF}}, "client.reference: half of a character."),
    (
        "a name",
        {"medicines": {"answer": "yes", "list": [{"name": "aspirin"}, {"name": f"a{HALF}"}]}},
        "medicines.list[1].name: half of a character.",
    ),
    (
        "a zone",
        {"concerns": [{"concern": "texture", "zones": ["chin", HALF]}]},
        "concerns[0].zones[1]: half of a character.",
    ),
    ("a word", {"setting": HALF}, "setting: half of a character."),
    ("an answer", {"history": {"keloid": HALF}}, "history.keloid: half of a character."),
    ("a day", {"date": f"2026-11-20{HALF}"}, "date: half of a character."),
    ("a field", {"history": {HALF: "yes"}}, "history: half of a character."),
    (
        "an item",
        {"phototype": {"questionnaire": {"scheme": "phototype-a", "items": {HALF: 1}}}},
        "phototype.questionnaire.items: half of a character.",
    ),
    ("what is no field", {TYPED: {"a": [HALF]}}, "unknown field."),
]


@pytest.mark.parametrize(("patch", "error"), [h[1:] for h in HALVES], ids=[h[0] for h in HALVES])
def test_half_of_a_character(
    run: Runner, tmp_path: Path, patch: dict[str, Any], error: str
) -> None:
    ended = run("plan", run.consultation(patch))
    assert (ended.code, ended.error) == (1, f"client.json: {error}")
    assert TYPED not in ended.err
    out = tmp_path / "out.ndjson"
    batch = run.batch([encoded(patch), encoded()])
    assert run("plan", "--batch", batch, out, "--workers", "1").code == 1
    first, second = (json.loads(line) for line in out.read_bytes().splitlines())
    assert first["error"] == f"Line 1: {error}"
    assert "intended_use" in second


def test_whole_characters_in_any_spelling(run: Runner) -> None:
    assert run("plan", run.consultation({"client": {"reference": "\U0001f600 ñ"}})).code == 0


SCORED = {"concern": "wrinkles", "zones": ["chin"], "scale": "vss"}
CLEARED = {
    "rule": "C13",
    "outcome": "cleared",
    "role": "C",
    "on": "2026-11-20",
    "until": "2026-12-20",
}

ANSWERS: list[tuple[str, dict[str, Any], str, str]] = [
    ("a future date", {"date": "2027-01-01"}, "date lies in the future.", "held"),
    ("an impossible date", {"date": "2026-02-30"}, "date", "schema"),
    ("a date as a number", {"date": 20261120}, "date", "schema"),
    (
        "an unknown zone",
        {"concerns": [{"concern": "texture", "zones": [TYPED]}]},
        "concerns[0].zones: no such zone.",
        "needlework schema --zones",
    ),
    (
        "an unknown concern",
        {"concerns": [{"concern": TYPED, "zones": ["chin"]}]},
        "concerns[0].concern: no such concern.",
        "acne-scar-boxcar",
    ),
    (
        "an unknown device",
        {"devices": [{"id": TYPED}]},
        "devices[0].id: no such device.",
        "exceed",
    ),
    (
        "two phototypes",
        {"phototype": {"clinician": ["II", "IV"]}},
        "phototype.clinician",
        "the one grade",
    ),
    (
        "a phototype between two",
        {"phototype": {"clinician": f"II-{TYPED}"}},
        "phototype.clinician: not one of the words allowed.",
        "the one grade",
    ),
    (
        "µm for mm",
        {"devices": [{"id": "roller-192", "needle_lengths_mm": [1500]}]},
        "devices[0].needle_lengths_mm[0]",
        "schema",
    ),
    (
        "a unit in the answer",
        {"operator": {"profession": "nurse", "scope_max_depth_mm": f"1.5 {TYPED}"}},
        "operator.scope_max_depth_mm",
        "schema",
    ),
    (
        "a field with another unit",
        {"operator": {"profession": "nurse", "scope_max_depth_um": 1500}},
        "operator: unknown field.",
        "Known are profession, licence, ",
    ),
    ("a field that none knows", {TYPED: 1}, "client.json: unknown field.", "Known are format, "),
    ("a field like a place", {f"a - at `$.{TYPED}`": 1}, "client.json: unknown field.", "Known"),
    (
        "a field that none knows in an answer",
        {"skin": {"acne": {"answer": "yes", TYPED: 1}}},
        "client.json: skin.acne: unknown field.",
        "severity",
    ),
    (
        "a word with a line's end and a place",
        {"setting": f"{TYPED}\n - at `$.{TYPED}`"},
        "client.json: setting: not one of the words allowed.",
        "schema",
    ),
    (
        "an unknown item",
        {"concerns": [{**SCORED, "items": {TYPED: 1}}]},
        "concerns[0].items: Vancouver Scar Scale: no such item.",
        "height",
    ),
    (
        "a rating that cannot be chosen",
        {"concerns": [{**SCORED, "items": {"height": 47}}]},
        "item height: the rating cannot be chosen.",
        "Choose one of",
    ),
    (
        "a rating that is no number",
        {"concerns": [{**SCORED, "items": {TYPED: "x"}}]},
        "client.json: concerns[0].items: Expected float, got text.",
        "schema",
    ),
    (
        "an unknown questionnaire",
        {"phototype": {"questionnaire": {"scheme": TYPED, "items": {}}}},
        "phototype.questionnaire.scheme: no such phototype questionnaire.",
        "Known are phototype-a, phototype-b.",
    ),
    (
        "a scale that is no questionnaire",
        {"phototype": {"questionnaire": {"scheme": "vss", "items": {}}}},
        "phototype.questionnaire.scheme: no such phototype questionnaire.",
        "Known are phototype-a, phototype-b.",
    ),
    (
        "an unknown item of a questionnaire",
        {"phototype": {"questionnaire": {"scheme": "phototype-a", "items": {TYPED: 1}}}},
        "phototype.questionnaire.items: ",
        "Its items are ",
    ),
    (
        "a maximum for a product with a label",
        {
            "anaesthetic": {
                "answer": "yes",
                "products": [{"product": "emla", "compounded_max_grams": 47}],
            }
        },
        "anaesthetic.products[0].compounded_max_grams goes only with a compounded formula.",
        "Leave it out",
    ),
    (
        "a clearance of no rule",
        {"clearances": [CLEARED, {**CLEARED, "rule": TYPED}]},
        "clearances[1].rule: no such rule.",
        "Known are A1, A2, C1, C2, ",
    ),
    (
        "a clearance in no zone",
        {"clearances": [{**CLEARED, "zones": [TYPED]}]},
        "clearances[0].zones: no such zone.",
        "--zones",
    ),
    (
        "an answer in other words",
        {"history": {"keloid": TYPED}},
        "history.keloid",
        'Answer "yes", "no" or "unknown"',
    ),
    (
        "a day after the consultation",
        {"history": {"keloid": {"answer": "no", "on": "2026-11-21"}}},
        "history.keloid.on lies after the day judged (2026-11-20).",
        "Check the year",
    ),
    ("born 200 years ago", {"client": {"birth_date": "1826-01-01"}}, "client.birth_date", "year"),
    ("born tomorrow", {"client": {"birth_date": "2026-11-21"}}, "client.birth_date", "year"),
    (
        "a grade off its scale",
        {
            "concerns": [
                {"concern": "wrinkles", "zones": ["chin"], "scale": "lemperle", "grade": 47}
            ]
        },
        "concerns[0].grade is off its scale.",
        "runs from",
    ),
    ("no zone", {"concerns": [{"concern": "texture", "zones": []}]}, "zones is empty.", "at least"),
    ("no concern", {"concerns": []}, "concerns", "schema"),
    ("another format", {"format": "needlework-consultation-9"}, "format", "schema"),
    (
        "a period that ends before it begins",
        {"calendar": {"keep_clear": [{"first": "2026-12-24", "last": "2026-12-20"}]}},
        "calendar.keep_clear[0] ends before it begins.",
        "Swap",
    ),
]


@pytest.mark.parametrize(
    ("patch", "error", "hint"), [a[1:] for a in ANSWERS], ids=[a[0] for a in ANSWERS]
)
def test_an_answer_that_cannot_be(
    run: Runner, patch: dict[str, Any], error: str, hint: str
) -> None:
    for command in ("screen", "plan"):
        ended = run(command, run.consultation(patch))
        assert ended.code == 1
        assert error in ended.error
        assert hint in ended.hint
        assert ended.out == b""
        assert TYPED not in ended.err
        assert "47" not in ended.err


def test_a_required_answer_is_missing(run: Runner) -> None:
    ended = run("plan", run.write('format = "needlework-consultation-1"\ndate = 2026-11-20\n'))
    assert (ended.code, ended.error) == (1, "client.toml: jurisdiction is missing.")


def test_what_may_be_cleared_and_what_may_be_entered(run: Runner) -> None:
    rules = ("C13", OFF_LABEL, *PLANNER_RULES)
    given = [{**CLEARED, "rule": rule, "zones": ["chin", "cheek-left"]} for rule in rules]
    wished = {"product": "blt", "compounded_max_grams": 10}
    patch = {"clearances": given, "anaesthetic": {"answer": "yes", "products": [wished]}}
    assert run("plan", run.consultation(patch)).code == 0


def test_the_rules_are_known_before_anything_was_judged() -> None:
    code = (
        "import sys; from needlework.evidence import load_knowledge;"
        " from needlework.screening import reading;"
        " given = reading.parse(sys.stdin.buffer.read(), 'it');"
        " reading.validate(given, load_knowledge(), given.date)"
    )
    content = encoded({"clearances": [CLEARED]})
    subprocess.run([sys.executable, "-c", code], input=content, check=True)


def test_days_at_the_end_of_time_are_no_defect(run: Runner) -> None:
    far = run.consultation(
        {"calendar": {"not_before": "9999-12-31", "closed_weekdays": ["friday"]}}
    )
    assert "defect" not in run("plan", far).err
    assert "defect" not in run("plan", run.consultation(), "--on", "9999-12-30").err


def test_carriage_returns_and_a_byte_order_mark_change_nothing(run: Runner) -> None:
    plain = (HEAD + WISH).encode()
    first = run("plan", run.write(plain, "a.toml"), "--json")
    assert first.code == 0
    for content in (plain.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + plain):
        assert run("plan", run.write(content, "b.toml"), "--json").out == first.out
    line = encoded()
    same = [run("plan", run.write(c, "c"), "--json").out for c in (line, b"\xef\xbb\xbf" + line)]
    assert same[0] == same[1]


def test_a_folder(run: Runner, tmp_path: Path) -> None:
    ended = run("plan", tmp_path)
    assert (ended.code, ended.error) == (1, f"{tmp_path.name} is a folder.")
    assert ended.hint == "Name one consultation file in it."


def test_no_such_file(run: Runner, tmp_path: Path) -> None:
    ended = run("screen", tmp_path / "none.toml")
    assert (ended.code, ended.error) == (1, "none.toml cannot be read: No such file or directory.")
    assert "examples/" in ended.hint


def test_a_file_that_may_not_be_read(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    path = run.consultation()
    path.chmod(0)
    opened = Path.open

    def refused(self: Path, *args: Any, **more: Any) -> Any:  # noqa: ANN401  as Path.open has them
        """Root may read every file, so the refusal is played."""
        if self.name == path.name:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(self, *args, **more)

    monkeypatch.setattr(Path, "open", refused)
    assert run("plan", path).error.endswith("cannot be read: Permission denied.")


def test_a_device_without_end(run: Runner) -> None:
    ended = run("plan", "/dev/zero")
    assert ended.code == 1
    assert "larger than a consultation can be" in ended.error


def test_standard_input(run: Runner) -> None:
    assert run("plan", "-", "--json", stdin=encoded()).code == 0
    assert run("plan", "-", stdin=b"").error == "Standard input is empty."
    assert "larger than" in run("plan", "-", stdin=b"x" * 10_000_000).error


OVERLAYS = [
    ("binary", b"\xff\xfe\x00", "The overlay clinic.toml is not sound:"),
    ("no TOML", b"clinic = ", "The overlay clinic.toml is not sound:"),
    ("incomplete", b'clinic = "A"', "The overlay clinic.toml is not sound:"),
    (
        "a key of many parts",
        MANY_PARTS["bare"],
        "The overlay clinic.toml is not sound: it is nested too deeply.",
    ),
    (
        "5,000 digits",
        b"clinic = " + b"9" * 5_000,
        "The overlay clinic.toml is not sound: it holds a number of too many digits.",
    ),
    ("10 MB", b"#" * 10_000_000, "The overlay clinic.toml is larger than an overlay can be"),
    ("another release", b'clinic = "A"\nrelease = "1999.1"', "made over release 1999.1"),
]


@pytest.mark.parametrize(
    ("content", "error"), [o[1:] for o in OVERLAYS], ids=[o[0] for o in OVERLAYS]
)
def test_an_overlay_that_is_not_sound(run: Runner, content: bytes, error: str) -> None:
    ended = run("plan", run.consultation(), "--overlay", run.write(content, "clinic.toml"))
    assert ended.code == 1
    assert error in ended.error
    assert ended.hint


def test_an_overlay_that_cannot_be_read(run: Runner, tmp_path: Path) -> None:
    ended = run("screen", run.consultation(), "--overlay", tmp_path / "none.toml")
    assert ended.error == "The overlay none.toml cannot be read: No such file or directory."
    ended = run("screen", run.consultation(), "--overlay", tmp_path)
    assert ended.error == f"The overlay {tmp_path.name} is a folder."
    ended = run("screen", run.consultation(), "--overlay", "/dev/zero")
    assert ended.error == "The overlay zero is larger than an overlay can be (1,000,000 bytes)."


def test_a_release_that_is_none(run: Runner, tmp_path: Path) -> None:
    ended = run("plan", run.consultation(), "--release", tmp_path / "nowhere")
    assert (ended.code, "holds no TOML file" in ended.error) == (1, True)


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["plan"],
        ["plan", "a", "--batch", "b", "c"],
        ["plan", "a", "--workers", "2"],
        ["plan", "--batch", "b", "c", "--why"],
        ["plan", "--batch", "b", "c", "--workers", "0"],
        ["plan", "a", "--on", "2026-02-30"],
        ["plan", "a", "--on", "tomorrow"],
        ["plan", "a", "--no-such-option"],
        ["screen"],
        ["nonsense"],
        ["schema", "nonsense"],
        ["schema", "plan", "--zones"],
        ["evidence", "list", "--basis", "S9"],
        ["serve", "--year"],
    ],
)
def test_a_command_that_cannot_be_meant_ends_with_2(run: Runner, args: list[str]) -> None:
    ended = run(*args)
    assert ended.code == 2
    assert "Usage:" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("typed", "meant"), [(["scren"], "screen"), (["response", "puncure"], "puncture")]
)
def test_a_misspelt_command_gets_the_nearest(run: Runner, typed: list[str], meant: str) -> None:
    ended = run(*typed)
    assert ended.code == 2
    assert f"Did you mean {meant!r}?" in ended.err


@pytest.mark.parametrize("option", ["", "--key", "--identity"])
def test_a_restore_of_nothing_makes_no_installation(
    run: Runner, tmp_path: Path, option: str
) -> None:
    there, data = run.write(b"", "there.age"), tmp_path / "data"
    asked = [there, option, tmp_path / "none"] if option else [tmp_path / "none"]
    ended = run("clinic", "restore", *asked, "--data", data)
    assert ended.code == 1
    assert ended.error == f"{tmp_path / 'none'} cannot be read: No such file or directory."
    assert ended.hint
    assert not data.exists()


def test_an_unforeseen_error_is_one_sentence(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError(TYPED)

    monkeypatch.setattr("needlework.workflow.plan_for", fail)
    ended = run("plan", run.consultation())
    assert ended.code == 1
    assert "defect" in ended.error
    assert "ZeroDivisionError at test_bad_input.py" in ended.error
    assert "--debug" in ended.hint
    assert TYPED not in ended.err
    assert "Traceback" in run("--debug", "plan", run.consultation()).err


def test_ctrl_c_ends_with_130(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("needlework.workflow.plan_for", interrupt)
    ended = run("plan", run.consultation())
    assert (ended.code, ended.out) == (130, b"")
    assert "Traceback" not in ended.err


def test_a_closed_pipe_ends_quietly(run: Runner) -> None:
    path = run.consultation({"date": "2026-11-20"})
    for option in ("--json", "--why"):
        command = [
            sys.executable,
            "-m",
            "needlework",
            "plan",
            str(path),
            option,
            "--on",
            "2026-11-20",
        ]
        read, write = os.pipe()
        os.close(read)
        try:
            ended = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
        finally:
            os.close(write)
        assert ended.stderr == b""
        assert ended.returncode in (1, 141)


def test_streams_that_were_closed_before(run: Runner) -> None:
    path = run.consultation()
    command = f"{sys.executable} -m needlework plan {path} --json"
    for closed in (">&-", "2>&-", "<&-", ">&- 2>&- <&-"):
        ended = subprocess.run(
            ["sh", "-c", f"{command} {closed}"], capture_output=True, check=False
        )
        assert b"Traceback" not in ended.stderr
        assert ended.returncode == 0


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("asked", [("plan", "--json"), ("plan",), ("plan", "--help"), ("--help",)])
def test_a_full_disk(run: Runner, asked: tuple[str, ...], unbuffered: str) -> None:
    path = () if "--help" in asked else (run.consultation(),)
    env = {"PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("wb") as full:
        ended = process(*asked, *path, env=env, capture_output=False, stdout=full, stderr=-1)
    assert ended.returncode == 1
    assert b"The result cannot be written: No space left on device." in ended.stderr
    assert b"Traceback" not in ended.stderr
    assert b"Exception ignored" not in ended.stderr


def test_the_day_judged_may_lie_later_but_not_before(run: Runner) -> None:
    path = run.consultation()
    assert run("screen", path, "--on", "2027-03-01").code == 0
    ended = run("screen", path, "--on", "2026-11-19")
    assert ended.code == 1
    assert "lies before the consultation" in ended.error


def test_the_base_of_these_tests_is_sound(run: Runner) -> None:
    assert base()["date"] == date(2026, 11, 20)
    assert run("plan", run.consultation()).code == 0
