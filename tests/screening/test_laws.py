"""What holds of every consultation, whatever was answered."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needlework.evidence import Verdict
from needlework.lexicon import Lexicon
from needlework.screening import Assessment, Case, Finding, assess_case
from needlework.screening.case import expand
from needlework.screening.consultation import GivenClearance, decode
from tests.consultations import base, merged
from tests.strategies import (
    KNOWLEDGE,
    PATHS,
    TODAY,
    Data,
    clearances,
    consultations,
    contraindications,
    put,
)

LAW = settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
NOTHING = Verdict.INFO.rank + 1
"""Rank of no finding at all."""
SILENT = frozenset({"history.atopy"})
"""Answers for which no rule asks: they only shorten the time of an anaesthetic."""


def assessed(data: Data, on: date = TODAY) -> Assessment:
    return assess_case(Case(decode(data), KNOWLEDGE, Lexicon.load(), on))


def ranks(assessment: Assessment) -> dict[tuple[str, str], int]:
    """Rank of each verdict, and of the worst that each rule finds anywhere, so that none hides."""
    zones = {zone.zone: zone.verdict.rank for zone in assessment.zones}
    worst = {("", place): rank for place, rank in zones.items()}
    worst["", "client"] = assessment.verdict.rank
    for finding in assessment.findings:
        for place in finding.products or finding.zones or ("client", *zones):
            at = finding.rule, place
            worst[at] = min(worst.get(at, NOTHING), finding.verdict.rank)
    return worst


def never_better(before: Assessment, after: Assessment) -> None:
    now = ranks(after)
    for place, rank in ranks(before).items():
        assert now.get(place, NOTHING) <= rank, (place, [f.summary for f in after.findings])


def never_worse(before: Assessment, after: Assessment) -> None:
    was = ranks(before)
    for place, rank in ranks(after).items():
        assert rank >= was.get(place, NOTHING), (place, [f.summary for f in after.findings])


@LAW
@given(st.data(), consultations())
def test_a_contraindication_more_never_improves_a_verdict(draws: st.DataObject, data: Data) -> None:
    never_better(assessed(data), assessed(draws.draw(contraindications(data))))


@LAW
@given(consultations(), st.integers(1, 400))
def test_waiting_never_worsens_what_is_deferred(data: Data, days: int) -> None:
    later = TODAY + timedelta(days=days)
    before, after = assessed(data), assessed(said_again(data, later), later)
    never_worse(before, after)
    for earlier, now in zip(before.zones, after.zones, strict=True):
        if earlier.free_from is not None and now.verdict is Verdict.DEFER:
            assert now.free_from is not None
            assert now.free_from <= earlier.free_from


def said_again(data: Data, on: date) -> Data:
    """The same answers given on another day, with all that is measured or licensed still valid."""
    again = merged(base(), data)
    again["date"] = on
    again["operator"]["licence_until"] = on + timedelta(days=1)
    diabetes = again["history"]["diabetes"]
    if isinstance(diabetes, dict) and "measured_on" in diabetes:
        measured_on = diabetes["measured_on"] + (on - TODAY)
        again["history"]["diabetes"] = {**diabetes, "measured_on": measured_on}
    return again


@LAW
@given(consultations(), st.sampled_from(PATHS))
def test_unknown_is_never_better_than_no(data: Data, path: str) -> None:
    put(data, path, "no")
    known = assessed(data)
    put(data, path, "unknown")
    never_better(known, assessed(data))


@pytest.mark.parametrize("path", sorted(set(PATHS) - SILENT))
def test_unknown_is_asked_about(path: str) -> None:
    """With everything else answered and an anaesthetic wished, so that every rule applies."""
    data = base()
    data["anaesthetic"] = {"answer": "yes", "products": [{"product": "emla", "grams": 5.0}]}
    put(data, path, "unknown")
    assessment = assessed(data)
    assert path in {question.path for question in assessment.questions}
    assert any(f.asks == path and f.verdict.rank <= Verdict.ASK.rank for f in assessment.findings)


@LAW
@given(consultations(), st.lists(clearances(), min_size=1, max_size=6))
def test_a_stop_that_nobody_may_clear_has_no_way_round(data: Data, given: list[Data]) -> None:
    barred = {f for f in assessed(data).findings if is_final(f)}
    data["clearances"] = given
    assert barred == {f for f in assessed(data).findings if is_final(f)}


@LAW
@given(st.data(), consultations())
def test_a_clearance_settles_only_what_it_covers(draws: st.DataObject, data: Data) -> None:
    before = assessed(data)
    found = tuple(sorted({f.rule for f in before.findings if f.override is not None}))
    one = draws.draw(clearances(found) if found else clearances())
    data["clearances"] = [one]
    after = assessed(data)
    clearance = decode(data).clearances[0]
    never_worse(before, after)
    for finding in before.findings:
        for zone in finding.zones or (None,):
            parts = [f for f in after.findings if key(f) == key(finding) and at(f, zone)]
            assert parts
            covered = covers(clearance, finding, zone)
            assert {part.cleared is not None for part in parts} == {covered}


def is_final(finding: Finding) -> bool:
    """A STOP, unless its rule says what a clearance would turn it into."""
    override = finding.override
    return finding.verdict is Verdict.STOP and (
        override is None or override.becomes is Verdict.INFO
    )


def key(finding: Finding) -> tuple[object, ...]:
    """What a clearance leaves as it was."""
    return finding.rule, finding.summary, finding.scope, finding.products


def at(finding: Finding, zone: str | None) -> bool:
    return zone in finding.zones if zone else not finding.zones


def covers(clearance: GivenClearance, finding: Finding, zone: str | None) -> bool:
    """Rule, role, days and zone all fit; written again here, apart from the engine."""
    override = finding.override
    if override is None or clearance.outcome != "cleared" or clearance.rule != finding.rule:
        return False
    role_fits = clearance.role in ("C", override.role)
    days_fit = clearance.on <= TODAY <= clearance.until
    begun = override.not_before is None or override.not_before <= TODAY
    named = clearance.zones
    reached = not named or (zone is not None and zone in expand(KNOWLEDGE, named))
    return role_fits and days_fit and begun and reached
