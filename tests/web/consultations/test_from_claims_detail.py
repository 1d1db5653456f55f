"""A consultation's page comes from claims: its findings move with what they give as their reason.

The page links to no notes: each finding holds its chain of reasons, a statement for each claim.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from needlework import workflow
from needlework.planning import cited_claims
from tests.aftercare.changed import rejecting, with_value
from tests.web.consultations.said import EXAMPLES, KNOWN, example
from tests.web.consultations.test_from_claims_plan import (
    NAMES,
    consultation,
    shown,
    values_that_move,
    without_names,
    work_with,
)
from tests.web.consultations.test_plan import kept
from tests.web.portal.pieces import NUMBER, Follows, Piece, nested, unexplained, without_days
from tests.web.site.reading import Element

pytestmark = pytest.mark.django_db

STATED: Final[dict[str, set[str]]] = defaultdict(set)
for _claim_id, _claim in KNOWN.knowledge.claims.items():
    STATED[_claim.statement].add(_claim_id)


@cache
def in_findings(path: Path) -> frozenset[str]:
    case = workflow.consult(consultation(path), KNOWN)
    return frozenset(cited_claims(workflow.screen(case).findings))


@cache
def own_claims(path: Path) -> tuple[str, ...]:
    """What findings of this example rest on, and those of none before it."""
    before = {claim for one in EXAMPLES[: EXAMPLES.index(path)] for claim in in_findings(one)}
    return tuple(sorted(in_findings(path) - before))


def reasons(block: Element) -> Iterator[str]:
    """Claims whose statements stand in the reasons of a finding."""
    for each in block.all("div"):
        if "why" in each.classes:
            yield from STATED[next(each.all("p")).text]


def said(main: Element) -> list[Piece]:
    """Findings after the questions stand beside those before them."""
    found = nested(main, "why__open", cites=reasons)
    return [each._replace(under=_QUESTIONS.sub("", each.under)) for each in found]


_QUESTIONS: Final = re.compile(r" / \d+ questions? to ask$")
_FINDINGS: Final = r"/ Assessment \|"

FOLLOWS: Final = (
    Follows(
        r"/ (Areas|Plan in brief|Clearances) \|",
        _FINDINGS,
        "the areas, what may be cleared and the plan in brief are summed up from the findings",
    ),
    Follows(
        r"/ Assessment \| (.* for (the person as a whole|every area of the plan)$|.*\bC\d+$"
        r"|\d+ questions? to ask$)",
        _FINDINGS,
        "the verdict and the questions are summed up from the findings",
    ),
    Follows(
        r"/ Assessment \|.* Rule ",
        _FINDINGS,
        "areas of which a rule says the same share one finding",
    ),
    Follows(
        r" \| Clearances$",
        _FINDINGS,
        "the card is there while a finding may be cleared",
    ),
)


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_a_claim_moves_what_gives_it_as_a_reason_and_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, client, row, _ = kept(example(path))
    before = said(shown(browser, client, row, "detail"))
    faults = []
    for claim_id in own_claims(path):
        for value in values_that_move(path, claim_id)[:1]:
            work_with(monkeypatch, with_value(claim_id, value))
            after = said(shown(browser, client, row, "detail"))
            loose = unexplained(before, after, claim_id, FOLLOWS)
            faults += [f"{claim_id} = {value!r}: {one.place}" for one in loose]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_each_finding_gives_every_claim_as_its_reason_with_its_value(path: Path) -> None:
    browser, client, row, _ = kept(example(path))
    main = shown(browser, client, row, "detail")
    case = workflow.consult(consultation(path), KNOWN)
    told = [each.text for each in main.all("div") if "why" in each.classes]
    for claim_id in in_findings(path):
        chain = workflow.why(KNOWN.knowledge, claim_id)
        assert any(chain.statement in text and chain.value in text for text in told), claim_id
    cards = [each for each in main.all("article") if "finding" in each.classes]
    assert bool(cards) == bool(workflow.screen(case).findings)
    assert all(set(reasons(card)) for card in cards)


OWN: Final[Mapping[str, str]] = {
    "a version, and the release": r"(Version|knowledge|Mark version) .*",
    "how many there are": r"\d+ (findings?|questions?|sessions?)\b.*|(\d+ · [A-Z][a-z ]+)+",
}
"""Kinds of numbers that no claim holds, once days, names and rules are out of the text."""


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_every_number_reaches_a_claim_or_is_of_a_kind_that_has_none(path: Path) -> None:
    browser, client, row, _ = kept(example(path))
    loose = []
    for each in said(shown(browser, client, row, "detail")):
        text = without_names(without_days(each.text)).strip()
        is_own = any(re.fullmatch(kind, text) for kind in OWN.values())
        if NUMBER.search(text) and not each.claims and not is_own:
            loose.append(each.place)
    assert not loose, "\n".join(loose)


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_a_claim_that_the_clinic_rejects_is_given_as_rejected_or_not_at_all(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, client, row, _ = kept(example(path))
    faults = []
    for claim_id in own_claims(path):
        work_with(monkeypatch, rejecting(claim_id))
        main = shown(browser, client, row, "detail")
        statement = KNOWN.knowledge.claims[claim_id].statement
        chains = [
            each.text
            for each in main.all("div")
            if "why" in each.classes and next(each.all("p")).text == statement
        ]
        same = len(STATED[statement]) > 1
        if chains and not same and not all("rejected by this clinic" in text for text in chains):
            faults.append(claim_id)
    assert not faults, "\n".join(faults)
