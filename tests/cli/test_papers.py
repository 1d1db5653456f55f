"""`plan --pdf --consent --ics --csv` and `aftercare --pdf`: files as asked, whole or not at all."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import icalendar
import pytest
from pypdf import PdfReader

from tests.cli.command import ROOT, Runner

EXAMPLE = str(ROOT / "examples/02-acne-scars-physician.toml")
LATER = "[calendar]\nnot_before = 2026-12-01"
REFUSED = str(ROOT / "examples/11-refused.toml")


def words(content: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_all_documents_are_written_beside_the_plan(run: Runner, tmp_path: Path) -> None:
    files = {name: tmp_path / f"x.{name}" for name in ("pdf", "consent", "ics", "csv")}
    asked = [word for name, path in files.items() for word in (f"--{name}", str(path))]
    done = run("plan", EXAMPLE, *asked)
    assert done.code == 0
    assert "Plan for" in done.text
    assert "1.5" in words(files["pdf"].read_bytes())
    assert files["consent"].read_bytes().startswith(b"%PDF-")
    assert files["csv"].read_bytes().startswith("\ufeff".encode())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        path.name for path in files.values()
    )


def test_a_plan_made_anew_has_the_same_bytes(run: Runner, tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        pdf, ics = tmp_path / f"{name}.pdf", tmp_path / f"{name}.ics"
        assert run("plan", EXAMPLE, "--pdf", str(pdf), "--ics", str(ics)).code == 0
        made.append((pdf.read_bytes(), ics.read_bytes()))
    assert made[0] == made[1]


def test_a_later_edition_moves_and_takes_back(run: Runner, tmp_path: Path) -> None:
    later = run.write(re.sub(r"(?m)^\[calendar\]$", LATER, Path(EXAMPLE).read_text()))

    def events(*more: str, of: str | Path = EXAMPLE) -> list[icalendar.Event]:
        path = tmp_path / "x.ics"
        assert run("plan", of, "--ics", path, *more).code == 0
        found = icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
        return [one for one in found if isinstance(one, icalendar.Event)]

    first, moved = events(), events("--sequence", "1", of=later)
    assert [one["UID"] for one in first] == [one["UID"] for one in moved]
    assert first[0].start < moved[0].start
    assert all(one["STATUS"] == "CANCELLED" for one in events("--cancel", "--sequence", "2"))


@pytest.mark.parametrize("option", ["--pdf", "--consent", "--ics", "--csv"])
def test_a_place_that_cannot_be_written_gets_a_sentence(
    run: Runner, tmp_path: Path, option: str
) -> None:
    done = run("plan", EXAMPLE, option, str(tmp_path / "no-such-folder/x"))
    assert done.code == 1
    assert "cannot be written" in done.err
    assert done.hint


def test_a_document_that_cannot_be_made_leaves_none(run: Runner, tmp_path: Path) -> None:
    done = run("plan", REFUSED, "--pdf", str(tmp_path / "a.pdf"), "--ics", str(tmp_path / "b.ics"))
    assert done.code == 1
    assert "no dates" in done.err
    assert not list(tmp_path.iterdir())


def test_documents_do_not_go_with_a_batch(run: Runner, tmp_path: Path) -> None:
    done = run("plan", "--batch", "in", "out", "--pdf", str(tmp_path / "x.pdf"))
    assert done.code == 2


def test_the_clients_sheet_speaks_their_language(run: Runner, tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    asked = ("--ended", "2026-11-20T16:00", "--zone", "cheek", "--lang", "es", "--pdf", str(path))
    done = run("aftercare", *asked, "--portal", "https://clinic.example/l/x/")
    assert done.code == 0
    reader = PdfReader(path)
    assert str(reader.root_object["/Lang"]) == "es"
    shown = "".join(c for c in words(path.read_bytes()) if c.isprintable() and not c.isspace())
    assert "https://clinic.example/l/x/" in shown


def test_an_address_needs_its_sheet(run: Runner) -> None:
    done = run("aftercare", "--ended", "2026-11-20", "--zone", "cheek", "--portal", "https://x.y")
    assert done.code == 1
    assert "--pdf" in done.err


def test_an_address_that_no_code_can_hold(run: Runner, tmp_path: Path) -> None:
    asked = ("aftercare", "--ended", "2026-11-20", "--zone", "cheek", "--pdf", tmp_path / "x")
    done = run(*asked, "--portal", "https://x.y/" + "z" * 4000)
    assert done.code == 1
    assert "too long" in done.error
    assert done.hint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", [("--sequence", "1"), ("--cancel",)])
def test_an_edition_needs_its_calendar(run: Runner, option: tuple[str, ...]) -> None:
    done = run("plan", EXAMPLE, *option)
    assert done.code == 2
    assert "--ics" in done.err


def test_one_place_that_cannot_be_written_leaves_none(run: Runner, tmp_path: Path) -> None:
    done = run("plan", EXAMPLE, "--pdf", tmp_path / "a.pdf", "--csv", tmp_path / "none/b.csv")
    assert done.code == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["plan", "forecast", "aftercare", "response"])
def test_what_is_no_file_is_not_replaced(run: Runner, tmp_path: Path, command: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    asked = {
        "plan": ("plan", EXAMPLE, "--pdf"),
        "forecast": ("forecast", EXAMPLE, "--concern", "acne-scar-rolling", "--svg"),
        "aftercare": ("aftercare", "--ended", "2026-11-20", "--zone", "cheek", "--pdf"),
        "response": (
            *("response", "puncture", "--device", "exceed", "--passes", "2"),
            *("--area", "5x5", "--maps", "2", "--svg"),
        ),
    }[command]
    done = run(*asked, pipe)
    assert done.code == 1
    assert done.error == f"{pipe} is not a file."
    assert pipe.is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_a_document_does_not_overwrite_another_nor_what_it_is_made_from(
    run: Runner, tmp_path: Path
) -> None:
    said = run.write(Path(EXAMPLE).read_bytes())
    link = tmp_path / "link.toml"
    link.symlink_to(said)
    both = run("plan", said, "--pdf", tmp_path / "a", "--csv", tmp_path / "a")
    assert (both.code, both.error) == (1, f"{tmp_path / 'a'} is named twice.")
    for command in (("plan", link, "--ics", said), ("forecast", said, "--svg", link)):
        done = run(*command)
        assert done.code == 1
        assert done.error.endswith("is named twice.")
    assert said.read_bytes() == Path(EXAMPLE).read_bytes()
    assert not (tmp_path / "a").exists()


def test_a_link_stays_a_link(run: Runner, tmp_path: Path) -> None:
    link, file = tmp_path / "latest.csv", tmp_path / "plan.csv"
    link.symlink_to(file)
    assert run("plan", EXAMPLE, "--csv", link).code == 0
    assert link.is_symlink()
    assert file.read_bytes()


def test_standard_output_is_for_the_page(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(run.folder)
    done = run("plan", EXAMPLE, "--csv", "-")
    assert done.code == 1
    assert not list(run.folder.iterdir())
