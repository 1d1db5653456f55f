"""What became stricter, as people say it: each kind of change, in both languages, without codes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from msgspec.structs import replace

from needlework import workflow
from needlework.evidence import Knowledge
from needlework.evidence.model import Claim, Stricter
from needlework.planning import Plan, cited_claims
from needlework.planning.standing import Change, What, changes
from needlework.screening.consultation import decode
from needlework.web.consultations.saying import sayer
from needlework.web.plans.saying import ChangeLine, change_lines
from tests.web.clearances.asked import told

EXAMPLES: Final = sorted((Path(__file__).parents[3] / "examples").glob("*.toml"))
KNOWN: Final = workflow.known()
LANGUAGES: Final = ("en", "es")
A_CODE: Final = re.compile(r"\b[a-z0-9]+(?:[-.][a-z0-9]+)*\.[a-z][a-z0-9-]+|[a-z]+-[a-z]+-[a-z]+")
"""A claim's name, or a name of the release with its hyphens."""
_NUMBERS: Final = (Stricter.LOWER, Stricter.HIGHER)


@cache
def signed(name: str) -> Plan:
    return judged(name, {})


def judged(name: str, claims: Mapping[str, Claim], rejected: str = "") -> Plan:
    knowledge = Knowledge(KNOWN.knowledge.release)
    knowledge.claims = {**knowledge.claims, **claims}
    if rejected:
        knowledge.rejected = frozenset({rejected})
    known = workflow.Known(knowledge, KNOWN.lexicon)
    return workflow.plan_for(workflow.consult(decode(told(name)), known))


def said(found: tuple[Change, ...], language: str = "en") -> list[ChangeLine]:
    return change_lines(found, sayer(KNOWN.knowledge, language))


def whole(line: ChangeLine) -> str:
    """Ours, without what is quoted."""
    return f"{line.where}: {line.text}" if line.where else line.text


# --- one of each ---------------------------------------------------------------------------------


HERE: Final[dict[str, Any]] = {
    "zone": "cheek-left",
    "concern": "acne-scar-rolling",
    "device": "skinpen-precision",
}
ONE: Final[Mapping[What, Change]] = {
    one.what: one
    for one in (
        Change(
            what="finding",
            direction="stricter",
            zone="cheek-left",
            about="C9",
            before="INFO",
            after="STOP",
        ),
        Change(
            what="zone",
            direction="stricter",
            zone="cheek-left",
            before="planned",
            after="needs-clearance",
        ),
        Change(what="limit", direction="stricter", zone="cheek-left", after="Plan the sun."),
        Change(what="protocol", direction="stricter", **HERE),
        *(
            Change(what=what, direction="stricter", before="1.5 mm", after="1 mm", **HERE)
            for what in ("start-depth", "maximum-depth", "step-depth", "needle-length")
        ),
        *(
            Change(what=what, direction="stricter", before="4", after="3", **HERE)
            for what in ("passes", "fewest-sessions", "most-sessions")
        ),
        Change(
            what="pattern",
            direction="changed",
            before="three-directions",
            after="horizontal-vertical-oblique",
            **HERE,
        ),
        Change(
            what="end-point",
            direction="changed",
            before="pinpoint-bleeding",
            after="erythema",
            **HERE,
        ),
        Change(what="interval", direction="stricter", before="4 wk", after="6 wk", **HERE),
        Change(what="label", direction="stricter", **HERE),
        Change(
            what="course", direction="stricter", after="No zone can be planned as things stand."
        ),
        Change(
            what="session",
            direction="stricter",
            about="2",
            before="2026-12-21",
            after="2027-01-04",
        ),
        Change(what="sessions", direction="stricter", before="4", after="3"),
        Change(
            what="wait", direction="stricter", about="superficial peel", before="2 wk", after="4 wk"
        ),
        Change(what="step", direction="looser", before="Anaesthetic on intact skin only."),
        Change(what="antiseptic", direction="stricter", zone="cheek-left", about="povidone-iodine"),
        Change(
            what="anaesthetic",
            direction="stricter",
            about="emla",
            before="offered",
            after="needs-clearance",
        ),
        Change(what="area", direction="stricter", about="emla", before="400 cm2", after="200 cm2"),
        Change(what="grams", direction="stricter", about="emla", before="60 g", after="20 g"),
        Change(what="minutes", direction="stricter", about="emla", before="60 min", after="45 min"),
        Change(
            what="approval", direction="stricter", after="zone.cheek.scar-max, course.depth.step"
        ),
        Change(what="anything-else", direction="changed"),
        Change(
            what="judgement",
            direction="stricter",
            after="This clinic rejected zone.cheek.scar-max.",
        ),
    )
}


def test_each_kind_is_here() -> None:
    assert set(ONE) == set(get_args(What))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", get_args(What))
def test_each_kind_is_a_sentence_without_codes(what: What, language: str) -> None:
    (line,) = said((ONE[what],), language)
    assert not whole(line)[0].islower()
    assert line.text.endswith((".", ":"))
    assert (line.text[-1] == ":") == bool(line.quotes) or what == "course"
    assert not A_CODE.search(whole(line))
    assert line.word
    for word in ("STOP", "CLEAR", "needs-clearance", "{", "}"):
        assert word not in whole(line)


@pytest.mark.parametrize("what", get_args(What))
def test_each_kind_is_said_otherwise_in_spanish(what: What) -> None:
    (english,), (spanish,) = said((ONE[what],)), said((ONE[what],), "es")
    assert english.text != spanish.text
    assert english.word != spanish.word


AS_SAID: Final[Mapping[What, str]] = {
    "maximum-depth": "Greatest depth: 1 mm instead of 1.5 mm.",
    "sessions": "Sessions of the course: 3 instead of 4.",
    "session": "4 Jan 2027 instead of 21 Dec 2026.",
    "finding": "Now do not treat; when it was signed, nothing against it.",
    "zone": "Now waits for a clinician; when it was signed, planned.",
    "approval": "2 statements that it rests on are not approved in this clinic.",
}
WHERE: Final[Mapping[What, str]] = {
    "maximum-depth": "Cheek, left – Acne scars, rolling, SkinPen Precision",
    "sessions": "",
    "session": "Session 2",
    "finding": "Cheek, left – Herpes simplex in the past, face planned (C9)",
    "antiseptic": "Cheek, left – Povidone-iodine",
    "anaesthetic": "EMLA (lidocaine 2.5 %, prilocaine 2.5 %)",
    "wait": "Superficial peel",
}


@pytest.mark.parametrize("what", AS_SAID)
def test_as_people_say_it(what: What) -> None:
    (line,) = said((ONE[what],))
    assert line.text.replace("\N{NO-BREAK SPACE}", " ") == AS_SAID[what]


@pytest.mark.parametrize("what", WHERE)
def test_where_it_is(what: What) -> None:
    (line,) = said((ONE[what],))
    assert line.where == WHERE[what]


def test_both_sides_are_said_once() -> None:
    left = ONE["maximum-depth"]
    (line,) = said((left, replace(left, zone="cheek-right")))
    assert line.where.startswith("Cheek, both sides")


def test_a_number_that_came_or_went() -> None:
    change = ONE["maximum-depth"]
    assert said((replace(change, before=""),))[0].text.endswith("1 mm, which was not there before.")
    assert said((replace(change, after=""),))[0].text.endswith("1.5 mm is gone.")


# --- what the library itself judges otherwise ----------------------------------------------------


def moved(claim: Claim, *, stricter: bool) -> Claim:
    up = (claim.stricter is Stricter.HIGHER) is stricter
    value = claim.number * (1.25 if up else 0.75)
    if isinstance(claim.value, int):
        value = round(value) if round(value) != claim.value else claim.value + (1 if up else -1)
    return replace(claim, value=value)


def judged_otherwise(name: str) -> Iterator[tuple[Change, ...]]:
    """Each number that the plan rests on, stricter and looser, and each claim rejected."""
    before = signed(name)
    for claim_id in sorted(cited_claims(before)):
        claim = KNOWN.knowledge.claims[claim_id]
        is_number = isinstance(claim.value, int | float) and not isinstance(claim.value, bool)
        if is_number and claim.stricter in _NUMBERS:
            for stricter in (True, False):
                after = judged(name, {claim_id: moved(claim, stricter=stricter)})
                yield changes(before, after)
        yield changes(before, judged(name, {}, claim_id))


@pytest.mark.parametrize("path", EXAMPLES[:8], ids=lambda path: path.stem)
def test_whatever_the_library_judges_otherwise_is_said(path: Path) -> None:
    kinds = set()
    for found in judged_otherwise(path.stem):
        kinds |= {change.what for change in found}
        for language in LANGUAGES:
            for line in said(found, language):
                assert not A_CODE.search(whole(line)), line
    assert {"maximum-depth", "zone"} & kinds or not signed(path.stem).course
