"""Three trials planned again: what differs from a trial names the claim that makes it differ."""

from __future__ import annotations

import msgspec
import pytest

from needlework import workflow
from needlework.evidence import Knowledge
from needlework.planning import Plan, cited_claims
from needlework.planning.model import ZonePlan
from needlework.units import round_down, to_mm
from scripts import trials
from scripts.trials import TRIALS, Row, Trial

ROWS = [
    pytest.param(trial, row, id=f"{trial.example}: {row.what}")
    for trial in TRIALS
    for row in trials.rows(trial)
]
NUMBERS = [
    param
    for param in ROWS
    if isinstance(row := param.values[1], Row) and row.planned_number is not None
]


def again(trial: Trial, values: dict[str, float]) -> Plan:
    """The plan under a release in which some claims have other values."""
    known = trials.known()
    release = known.knowledge.release
    changed = {
        claim_id: msgspec.structs.replace(release.claims[claim_id], value=value, range=None)
        for claim_id, value in values.items()
    }
    other = msgspec.structs.replace(release, claims={**release.claims, **changed})
    return workflow.plan_for(
        workflow.consult(
            trials.consultation(trial), workflow.Known(Knowledge(other), known.lexicon)
        )
    )


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.example)
def test_nothing_of_a_trial_is_left_out(trial: Trial) -> None:
    compared = [row.what for row in trials.rows(trial)]
    for what in ("device", "phototype", "age in years", "sessions", "end point"):
        assert what in compared
    assert "days between sessions" in compared
    zones = {zone.zone.removesuffix("-left").removesuffix("-right") for zone in planned(trial)}
    for zone in zones:
        assert any(what.startswith(f"deepest setting: {zone}, ") for what in compared)


def planned(trial: Trial) -> tuple[ZonePlan, ...]:
    return trials.plan(trial.example).zones


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.example)
def test_every_zone_of_a_trial_can_be_planned(trial: Trial) -> None:
    assert {zone.status for zone in planned(trial)} == {"planned"}


@pytest.mark.parametrize(("trial", "row"), ROWS)
def test_what_the_trial_did_is_told_by_a_claim(trial: Trial, row: Row) -> None:
    del trial
    for claim_id in row.told_by:
        held = trials.claim(claim_id)
        words = f"{held.statement} {held.value}"
        if row.did_number is None or "score" in row.what:
            continue
        assert held.number == row.did_number, words


@pytest.mark.parametrize(
    ("claim_id", "words"),
    [
        ("concern.wrinkles.trial-ablon2018-wrinkle", "five months after the start"),
        ("concern.wrinkles.trial-ablon2018-wrinkle", "35 to 75 years"),
        ("concern.melasma.trial-lima2017-masi-fall", "45 days after the start"),
        ("concern.melasma.trial-lima2017-masi-fall", "phototypes III and IV"),
        ("concern.acne-scar-rolling.trial-skinpen-acne-result", "scored at one and six months"),
        ("concern.acne-scar-rolling.trial-skinpen-acne-result", "by an aesthetician"),
        ("concern.acne-scar-rolling.trial-skinpen-acne-depth-max", "begun at the lowest setting"),
    ],
)
def test_words_of_a_trial_stand_in_its_claim(claim_id: str, words: str) -> None:
    held = trials.claim(claim_id)
    assert words in f"{held.statement} {held.value}"


@pytest.mark.parametrize(("trial", "row"), ROWS)
def test_a_difference_names_a_claim_that_the_plan_cites(trial: Trial, row: Row) -> None:
    if row.outcome != "differs":
        return
    assert row.bound_by, row.what
    phototype = row.what.rpartition(" in phototype ")[2] if " in phototype " in row.what else ""
    cited = cited_claims(trials.plan(trial.example, phototype))
    assert set(row.bound_by) <= cited


@pytest.mark.parametrize(("trial", "row"), NUMBERS)
def test_the_value_of_the_claim_is_the_number_of_the_plan(trial: Trial, row: Row) -> None:
    assert row.planned_number is not None
    if row.outcome == "differs":
        assert row.planned_number in {round(n, 6) for n in explained(trial, row)}


def explained(trial: Trial, row: Row) -> list[float]:
    """Numbers that the claims named make, by the arithmetic of that row."""
    held = [trials.claim(claim_id) for claim_id in row.bound_by]
    if "setting" in row.what:
        depths = [to_mm(c.number, c.unit) for c in held]
        step = f"device.{trial.device}.dial-step"
        if step not in trials.known().knowledge.claims:
            return depths
        return [round_down(depth, trials.claim(step).number) for depth in depths]
    if "after the first session" in row.what:
        keys = dict(zip((c.rpartition(".")[2] for c in row.bound_by), held, strict=True))
        sessions = keys.pop("sessions-min").number
        between = max(keys.pop(key).number for key in ("interval", "wait") if key in keys)
        (wait,) = keys.values()
        return [(sessions - 1) * between + wait.number]
    return [c.number for c in held]


@pytest.mark.parametrize(("trial", "row"), NUMBERS)
def test_with_the_trials_number_in_the_claim_the_plan_comes_nearer(trial: Trial, row: Row) -> None:
    if row.outcome != "differs" or row.did_number is None or "score" in row.what:
        return
    values = dict.fromkeys(row.bound_by, row.did_number)
    other = next(r for r in trials.compare(trial, again(trial, values)) if r.what == row.what)
    assert row.planned_number is not None
    assert other.planned_number is not None
    assert abs(other.planned_number - row.did_number) < abs(row.planned_number - row.did_number)


def test_the_page_names_every_claim_that_binds() -> None:
    page = trials.page()
    for trial in TRIALS:
        assert f"examples/{trial.example}.toml" in page
        for row in trials.rows(trial):
            if row.outcome == "differs":
                assert all(f"`{claim_id}`" in page for claim_id in row.bound_by)
