from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from needlework import workflow
from needlework.documents import ClinicCard, PersonCard, plan_pdf
from needlework.evidence import Cited, Knowledge, Verdict
from needlework.i18n import say_date, say_number
from needlework.outlook import Outlook
from needlework.planning import Plan
from needlework.planning.model import Protocol
from tests.consultations import planned as plan_of
from tests.documents.reading import (
    CLINIC,
    EXAMPLES,
    KNOWN,
    PERSON,
    consultation,
    example,
    pages,
    plan,
    planned,
    squeezed,
    text,
)

each = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


def made(path: Path, language: str = "en") -> bytes:
    return plan_pdf(
        plan(path), consultation(path), KNOWN, clinic=CLINIC, person=PERSON, language=language
    )


@each
def test_a_worked_example_fits_on_two_pages_and_three_for_what_to_expect(path: Path) -> None:
    nothing = Outlook(concerns=(), zones=(), without=())
    bare = plan_pdf(
        plan(path), consultation(path), KNOWN, clinic=CLINIC, person=PERSON, outlook=nothing
    )
    assert pages(bare) <= 2
    assert pages(made(path)) <= 5


def test_the_same_plan_gives_the_same_bytes() -> None:
    path = example("05")
    assert made(path) == made(path)


@each
def test_every_number_of_a_protocol_is_on_paper(path: Path) -> None:
    said = text(made(path))
    for zone in plan(path).zones:
        for protocol in zone.protocols:
            for number in numbers(protocol):
                assert say_number(number, "en") in said, (zone.zone, number)


def numbers(protocol: Protocol) -> list[float]:
    """Depths with all their limits, passes, punctures, sessions, interval."""
    found: list[Cited | None] = []
    if protocol.depth is not None:
        found += [protocol.depth.start, protocol.depth.step, protocol.depth.maximum]
        found += [bound.depth for bound in protocol.depth.bounds]
    plain: list[float] = []
    if protocol.passes is not None:
        found.append(protocol.passes.count)
        found += protocol.passes.target or ()
        if (density := protocol.passes.density) is not None:
            plain += [density.value, density.low, density.high]
    if protocol.sessions is not None and not protocol.refused:
        found += [*protocol.sessions, protocol.interval]
    return plain + [cited.value for cited in found if cited is not None]


@each
def test_every_limit_stands_beside_its_name_and_what_binds_is_said(path: Path) -> None:
    said = text(made(path))
    for zone in plan(path).zones:
        for protocol in zone.protocols:
            for bound in protocol.depth.bounds if protocol.depth else ():
                shown = f"{bound.name} {say_number(bound.depth.value, 'en')}"
                assert f"{shown} binds" in said if bound.binds else shown in said


@each
def test_every_date_is_on_paper(path: Path) -> None:
    said = text(made(path))
    entry = plan(path)
    days = [entry.judged_on]
    days += [zone.free_from for zone in entry.zones if zone.free_from]
    if entry.course is not None:
        days += [session.day.on for session in entry.course.sessions]
        days += [check.day.on for check in entry.course.checks]
    if entry.preparation is not None:
        last = [stop.last_day.on for stop in entry.preparation.stops]
        days += [day for day in last if day >= entry.judged_on]
    for day in days:
        assert say_date(day, "en", width="medium") in said, day


@each
def test_every_finding_is_on_paper_with_its_verdict(path: Path) -> None:
    said = text(made(path))
    for finding in plan(path).assessment.findings:
        assert f"{finding.verdict} {finding.rule} {finding.summary}" in said


def test_the_anaesthetic_stands_with_its_limits() -> None:
    said = text(made(example("10")))
    assert "192 cm², at most 450 cm²" in said
    assert "28.8–38.4 g, never above 38.4 g, 78.1 % of the maximum" in said
    assert "Pliaglis" in said
    assert "Not labelled in gb-sct." in said


def test_a_clinician_signs_and_nothing_holds_before() -> None:
    said = text(made(example("02")))
    assert "Nothing in this plan holds before a named professional has signed it." in said
    assert "Proposal, not signed" in said
    assert "Name Profession Licence number Date Signature" in said
    assert "proposed, not yet approved by a clinician" in said


@each
def test_release_digests_and_every_source_are_named(path: Path) -> None:
    entry, said = plan(path), text(made(path))
    assert entry.release in said
    assert entry.release_digest in said
    assert entry.intended_use in said
    for finding in entry.assessment.findings:
        for claim_id in finding.claims:
            for reference in KNOWN.knowledge.claims[claim_id].supports:
                title = KNOWN.knowledge.release.sources[reference.source].title
                assert squeezed(title) in squeezed(said), title


# --- what is withheld -------------------------------------------------------------------------

STOPPED = {"history": {"pregnancy": {"answer": "yes"}}}
OPEN = {"history": {"pregnancy": "unknown"}}


@pytest.mark.parametrize("patch", [STOPPED, OPEN], ids=["stop", "ask"])
def test_of_a_zone_that_is_withheld_no_depth_is_printed(patch: dict[str, object]) -> None:
    entry = plan_of(patch)
    assert entry.assessment.verdict in (Verdict.STOP, Verdict.ASK)
    said = text(paper_of(entry))
    assert "Limits of depth" not in said
    assert not re.search(r"\d mm", said)
    assert "Passes" not in said


def test_the_same_person_without_it_gets_a_depth() -> None:
    said = text(paper_of(plan_of()))
    assert "Limits of depth" in said


def test_an_open_question_is_printed_to_be_asked() -> None:
    entry = plan_of(OPEN)
    said = text(paper_of(entry))
    assert "Still to ask" in said
    assert entry.assessment.questions[0].text in said


def paper_of(entry: Plan, known: workflow.Known = KNOWN) -> bytes:
    return plan_pdf(entry, consultation(example("01")), known)


# --- numbers come from claims -----------------------------------------------------------------


def with_value(claim_id: str, value: float) -> workflow.Known:
    release = KNOWN.knowledge.release
    claim = msgspec.structs.replace(release.claims[claim_id], value=value, range=None)
    changed = msgspec.structs.replace(release, claims={**release.claims, claim_id: claim})
    return workflow.Known(Knowledge(changed), KNOWN.lexicon)


@pytest.mark.parametrize(
    ("claim_id", "value", "before", "after"),
    [
        ("zone.cheek.scar-max", 1.25, "concern and zone 1.5 binds", "concern and zone 1.25 binds"),
        ("course.technique.passes-pen", 4, "3, three directions", "4, three directions"),
        ("rule.c44.wait", 35, "At least 28 days", "At least 35 days"),
        ("concern.acne-scar-rolling.sessions-max", 6, "3–5 sessions", "3–6 sessions"),
    ],
)
def test_another_value_of_a_claim_is_another_number_on_paper(
    claim_id: str, value: float, before: str, after: str
) -> None:
    path, known = example("02"), with_value(claim_id, value)
    changed = plan_pdf(planned(path, known), consultation(path), known)
    was, now = text(plan_pdf(plan(path), consultation(path), KNOWN)), text(changed)
    assert (before in was, after in was, after in now) == (True, False, True)


# --- people -----------------------------------------------------------------------------------


def test_without_a_name_the_reference_stands_alone() -> None:
    path = example("11")
    said = text(plan_pdf(plan(path), consultation(path), KNOWN))
    assert f"Reference {consultation(path).client.reference}" in said
    assert "Name" not in said.partition("Treatment plan")[0]


def test_the_clinic_and_the_person_stand_at_the_head() -> None:
    head = text(made(example("11"))).partition("Treatment plan")[0]
    for shown in (CLINIC.name, *CLINIC.address, CLINIC.phone_e164, PERSON.name, "9 Mar 1988"):
        assert shown in head


HOSTILE = (
    '#eval("1 + 1") #let x = 1',
    "$x^2$ @label <label> [content] {code}",
    "\\ \\u{41} \"double\" 'single' `raw` ``` ~ // /* */",
    "= Heading - list + enum / term: *b* _i_",
    '#image("/etc/passwd") #read("sheet.typ")',
)


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_people_type_is_never_markup(typed: str) -> None:
    path = example("11")
    clinic = ClinicCard(name=typed, address=(typed,))
    said = text(
        plan_pdf(
            plan(path), consultation(path), KNOWN, clinic=clinic, person=PersonCard(name=typed)
        )
    )
    assert said.count(re.sub(r"\s+", " ", typed)) >= 3


@pytest.mark.parametrize(
    ("name", "shown", "squares"),
    [
        ("王小明 Wang", "□□□ Wang", True),
        ("😀 Ann", "□ Ann", True),
        ("Ελένη Дмитрий Åsa", "Ελένη Дмитрий Åsa", False),
        ("a\u202eb\tc\x00d\ne", "ab cd e", False),
    ],
)
def test_letters_without_a_font_are_squares_and_a_line_says_so(
    name: str, shown: str, squares: bool
) -> None:
    path = example("11")
    said = text(plan_pdf(plan(path), consultation(path), KNOWN, person=PersonCard(name=name)))
    assert f"Name {shown}" in said
    assert ("stand as a square" in said) is squares


def test_a_very_long_name_is_broken_and_ends() -> None:
    path = example("11")
    card = PersonCard(name="X" * 5000)
    paper = plan_pdf(plan(path), consultation(path), KNOWN, person=card)
    assert pages(paper) == 1
    assert 100 < text(paper).count("X") <= 200


# --- Spanish ----------------------------------------------------------------------------------


def test_in_spanish_dates_numbers_and_names_are_spanish() -> None:
    said = text(made(example("02"), "es"))
    assert "20 de noviembre de 2026" in said
    assert "0,25" in said
    assert "Cicatrices de acné onduladas" in said
