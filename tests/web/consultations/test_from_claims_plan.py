"""The pages of a plan come from claims: change one, and what cites it moves, and nothing else.

Each worked example is taken whole. Every claim that its page cites, and that no example before
it does, is given another value, one that changes the plan where there is one; then the page is
drawn again and compared piece by piece, as the client's pages are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
import pytest
from django.test import Client as Browser

from needlework import screening, workflow
from needlework.evidence import Knowledge
from needlework.evidence.model import Value
from needlework.planning import cited_claims
from needlework.web import knowledge
from needlework.web.clinics.models import Client
from needlework.web.consultations.models import Consultation
from needlework.workflow import Known
from tests.aftercare.changed import with_value
from tests.test_claims_bind import differences, other_values
from tests.web.consultations.said import EXAMPLES, KNOWN, address, example
from tests.web.consultations.test_plan import chosen, kept, still_ahead
from tests.web.portal.pieces import NUMBER, Follows, Piece, nested, unexplained, without_days
from tests.web.site.reading import Element, one, read

pytestmark = pytest.mark.django_db

NAMES: Final = [path.stem for path in EXAMPLES]


def work_with(monkeypatch: pytest.MonkeyPatch, held: Knowledge) -> None:
    monkeypatch.setattr(knowledge, "shipped", lambda: Known(held, KNOWN.lexicon))


def shown(browser: Browser, client: Client, row: Consultation, name: str = "plan") -> Element:
    answer = browser.get(address(name, client, row))
    assert answer.status_code == 200
    return one(read(answer.content), "main")


def said(main: Element) -> list[Piece]:
    return list(nested(main, "sources-section"))


@cache
def own_claims(path: Path) -> tuple[str, ...]:
    """What the page of this example cites, and that of none before it."""
    earlier = {claim for one in EXAMPLES[: EXAMPLES.index(path)] for claim in on_page(one)}
    return tuple(sorted(on_page(path) - earlier))


@cache
def on_page(path: Path) -> frozenset[str]:
    """What the page of the example cites: as in `test_plan`, where it is shown to be so."""
    case = workflow.consult(consultation(path), KNOWN)
    plan = workflow.plan_for(case)
    return frozenset(cited_claims(still_ahead(plan)) | cited_claims(chosen(plan)))


@cache
def consultation(path: Path) -> screening.Consultation:
    return workflow.read_consultation(path)


def planned(path: Path, held: Knowledge) -> object:
    case = workflow.consult(consultation(path), Known(held, KNOWN.lexicon))
    return msgspec.to_builtins(workflow.plan_for(case))


@cache
def original(path: Path) -> object:
    return planned(path, KNOWN.knowledge)


MOST_TRIED: Final = 8


def values_that_move(path: Path, claim_id: str) -> list[Value]:
    """Those that change the plan, the least first, where there are any."""
    moved: list[tuple[int, Value]] = []
    for value in islice(other_values(KNOWN.knowledge.claims[claim_id]), MOST_TRIED):
        after = planned(path, with_value(claim_id, value))
        if changed := differences(original(path), after, claim_id):
            moved.append((len(changed), value))
    return [value for _, value in sorted(moved, key=lambda pair: pair[0])]


_AREAS: Final = r"^Plan / What to do"
_WHY: Final = r"^Plan / Why it is so"

FOLLOWS: Final = (
    Follows(
        rf"{_AREAS}.*\| (Maximum set by: |.* mm)",
        r"^{under} \|",
        "which bound decides is seen among all the bounds of a depth",
    ),
    Follows(
        r"^Plan / Sessions and checks",
        rf"{_AREAS}|^Plan / Sessions and checks|{_WHY}",
        "visits and checks are counted and dated from what the areas need, and share a day",
    ),
    Follows(
        rf"^Plan / Where it stands|{_AREAS}|^Plan \| What to do|^Plan / (Preparation|Devices)"
        rf"|^Plan \| (Preparation|Devices)|^Plan / Other ways",
        _WHY,
        "what stands against treatment decides which areas are open, and what is made for them",
    ),
    Follows(
        rf"{_WHY}|^Plan \| Why it is so",
        rf"{_WHY}",
        "areas of which a rule says the same share one finding",
    ),
    Follows(
        rf"{_AREAS}.*\|",
        r"^({under}|{over}) \|",
        "the device that is best for a concern changes place with the one that was",
    ),
    Follows(
        r"^Plan / (Other ways|Devices)",
        rf"{_AREAS}|^Plan / Other ways",
        "a device is another way, or in the plan, while it has a protocol of its own",
    ),
    Follows(
        r"^Plan (/|\|) Clearances that this plan rests on",
        rf"{_WHY}|{_AREAS}|^Plan / Clearances",
        "what a clinician cleared stands here while there is a finding to clear",
    ),
    Follows(
        r"^Plan / Preparation / .*\|",
        r"^{under} \|",
        "a product is offered, cleared or refused for the reasons given",
    ),
    Follows(
        r"^Plan / Other ways / at home \|",
        r"^Plan / Other ways / at home \|",
        "where every condition is met, a depth and an interval take the place of reasons",
    ),
)


_LINKED: Final = "the page links to it, and says who is better than whom without the number"
_READ: Final = "for the clinician who decides, to be read under the finding; never an order"

TOLD: Final[Mapping[str, str]] = {
    "antiseptic.chlorhexidine.growth": _LINKED,
    "rule.c13.keep-taking": _READ,
    "rule.c9.course-needling": _READ,
    "rule.c9.course-panel": _READ,
    "rule.c9.course-resurfacing": _READ,
    "rule.c9.lead-panel": _READ,
}
"""Claims that a page cites and that move nothing on it but their note."""


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_a_claim_moves_what_cites_it_and_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, client, row, _ = kept(example(path))
    before = said(shown(browser, client, row))
    faults = []
    for claim_id in own_claims(path):
        has_moved = False
        for value in values_that_move(path, claim_id):
            work_with(monkeypatch, with_value(claim_id, value))
            after = said(shown(browser, client, row))
            loose = unexplained(before, after, claim_id, FOLLOWS)
            faults += [f"{claim_id} = {value!r}: {one.place}" for one in loose]
            if has_moved := after != before:
                break
        if has_moved == (claim_id in TOLD):
            faults.append(f"{claim_id} moves nothing, or moves and is said not to")
    assert not faults, "\n".join(faults)


# --- every number reaches a claim ---------------------------------------------------------------


OWN: Final[Mapping[str, str]] = {
    "a version, and the release": r"(Version|knowledge) .*",
    "the number of a session": r"Session \d+ .*|.* after session \d+\b.*",
    "areas in a state": r"(\d+ · [A-Z][a-z ]+)+",
    "the licence that the operator gave": r"operator's licence [\d.]+ mm( decides)?",
    "the area that the client's plan has": r"Area [\d.]+ cm²",
    "how many questions and findings there are": r"\d+ (question|finding)s? .*",
}
"""Kinds of numbers that no claim holds, once days, names and rules are out of the text."""

_RULE: Final = re.compile(r"\b[A-Z]\d+\b")


def without_names(text: str) -> str:
    """The text without names that hold a digit: of devices, of products, of rules."""
    release = KNOWN.knowledge.release
    for held in (release.devices, release.anaesthetics):
        for named in held.values():
            text = text.replace(named.name.en, " ")
    return _RULE.sub(" ", text)


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_every_number_reaches_a_claim_or_is_of_a_kind_that_has_none(path: Path) -> None:
    browser, client, row, _ = kept(example(path))
    loose = []
    for each in said(shown(browser, client, row)):
        text = without_names(without_days(each.text)).strip()
        is_own = any(re.fullmatch(kind, text) for kind in OWN.values())
        if NUMBER.search(text) and not each.claims and not is_own:
            loose.append(each.place)
    assert not loose, "\n".join(loose)
