from __future__ import annotations

import csv
import io

import msgspec
import pytest

from needlework.documents import schedule_csv
from needlework.documents.spreadsheet import cell
from needlework.planning import Plan
from tests.documents.reading import KNOWN, example, plan


def rows(entry: Plan, language: str = "en") -> list[list[str]]:
    made = schedule_csv(entry, KNOWN.knowledge, language=language)
    return list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))


def test_sessions_checks_and_last_days_stand_by_day() -> None:
    entry = plan(example("05"))
    assert entry.course is not None
    assert entry.preparation is not None
    heads, *held = rows(entry)
    assert heads == ["Day", "Kind", "Session", "What", "Zones", "Only if cleared"]
    days = [row[0] for row in held]
    assert days == sorted(days)
    visits = [row for row in held if row[1] == "session"]
    assert [(row[0], row[2]) for row in visits] == [
        (made.day.on.isoformat(), str(made.number)) for made in entry.course.sessions
    ]
    assert {row[5] for row in visits} == {"Cheekbone, both sides · Chin"}
    assert len([row for row in held if row[1] == "check"]) == len(entry.course.checks)
    assert len([row for row in held if row[1] == "last day before a stop"]) == 6


def test_excel_sees_utf_8_and_lines_end_as_rfc_4180_wants() -> None:
    made = schedule_csv(plan(example("05")), KNOWN.knowledge, language="es")
    assert made.startswith(b"\xef\xbb\xbf")
    assert "Pómulo" in made.decode()
    assert b"\n" not in made.replace(b"\r\n", b"")


def test_the_same_plan_gives_the_same_bytes() -> None:
    entry = plan(example("05"))
    assert schedule_csv(entry, KNOWN.knowledge) == schedule_csv(entry, KNOWN.knowledge)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\n+", "\u00a0@"])
def test_no_cell_is_a_formula(start: str) -> None:
    assert cell(f"{start}cmd|' /C calc'!A0").startswith("'")


def test_what_a_plan_says_goes_through_it() -> None:
    entry = plan(example("02"))
    assert entry.course is not None
    first = msgspec.structs.replace(entry.course.checks[0], what='=HYPERLINK("x")', concerns=())
    course = msgspec.structs.replace(entry.course, checks=(first,))
    held = rows(msgspec.structs.replace(entry, course=course))
    assert '\'=HYPERLINK("x")' in {row[3] for row in held}


def test_a_plan_without_dates_has_only_its_heads() -> None:
    assert len(rows(plan(example("11")))) == 1
