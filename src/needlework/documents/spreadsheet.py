"""The schedule of a plan as CSV, for a spreadsheet or another program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Final

from needlework.documents.plan_course import check_name
from needlework.documents.words import Words
from needlework.evidence import Knowledge
from needlework.planning import Plan

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def schedule_csv(plan: Plan, knowledge: Knowledge, *, language: str = "en") -> bytes:
    """Sessions, checks and last days before stops, by day.

    UTF-8 with a byte order mark: without one Excel takes the file for the system's old encoding
    and spoils accents, and every other reader of UTF-8 knows to skip it. Days are ISO 8601.
    """
    words = Words(knowledge, language)
    _ = words.say
    heads = (_("Day"), _("Kind"), _("Session"), _("What"), _("Zones"), _("Only if cleared"))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(heads)
    for row in sorted(_rows(plan, words), key=lambda row: row[0]):
        writer.writerow([row[0].isoformat(), *map(cell, row[1:])])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    >>> cell("=1+1"), cell("Cheek, left"), cell(" @cmd")
    ("'=1+1", 'Cheek, left', "' @cmd")
    """
    risky = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if risky else text


_Row = tuple[date, str, str, str, str, str]


def _rows(plan: Plan, words: Words) -> Iterator[_Row]:
    _ = words.say
    if plan.preparation is not None:
        for stop in plan.preparation.stops:
            if stop.last_day.on >= plan.judged_on:
                what = words.say(stop.what)
                yield stop.last_day.on, _("last day before a stop"), "", what, "", ""
    if plan.course is None:
        return
    for made in plan.course.sessions:
        notes = " ".join(words.say(note.text) for note in made.notes)
        zones, if_cleared = words.zones(made.zones), words.zones(made.if_cleared)
        yield made.day.on, _("session"), str(made.number), notes, zones, if_cleared
    for check in plan.course.checks:
        what = str(check_name(check.what, words)["text"])
        concerns = " · ".join(map(words.concern, check.concerns))
        yield check.day.on, _("check"), "", f"{what}: {concerns}" if concerns else what, "", ""
