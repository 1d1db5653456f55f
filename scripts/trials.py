"""Plans beside the protocols of three trials: every difference with the claim that makes it.

Each trial is rebuilt as a consultation in examples/. What the trial did comes from claims; what
Needlework plans comes from the planner; what binds is read off the plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

import msgspec

from needlework import workflow
from needlework.evidence import Cited, CitedDate, CitedText
from needlework.evidence.model import Claim
from needlework.planning import Plan
from needlework.planning.model import Protocol
from needlework.screening.consultation import Consultation
from needlework.units import UNITS, whole_years

EXAMPLES: Final = Path(__file__).resolve().parent.parent / "examples"

Outcome = Literal["same", "differs", "not told"]

_NONE: Final = Cited(0, "1", ())


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing that a trial did, what is planned instead, and the claims that make it so."""

    what: str
    did: str
    told_by: tuple[str, ...]
    planned: str
    bound_by: tuple[str, ...]
    outcome: Outcome
    did_number: float | None = None
    planned_number: float | None = None


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A trial as its claims tell it; a key of `told` names a claim below `concern`."""

    example: str
    title: str
    source: str
    concern: str
    device: str
    device_did: str
    told: dict[str, str]
    device_told: str
    phototypes: tuple[str, ...]
    phototypes_did: str
    phototypes_by: tuple[str, ...]
    ages: str
    ages_by: tuple[str, ...]
    remark: str


TRIALS: Final = (
    Trial(
        example="trial-skinpen-acne",
        title="SkinPen on facial acne scars (DEN160029)",
        source="SkinPenSummary",
        concern="acne-scar-rolling",
        device="skinpen-precision",
        device_did="SkinPen Precision",
        told={
            "depth": "trial-skinpen-acne-depth-max",
            "sessions": "trial-skinpen-acne-sessions",
            "interval": "trial-skinpen-acne-interval",
            "end-point": "trial-skinpen-acne-end-point",
            "scored": "trial-skinpen-acne-result",
        },
        device_told="concern.acne-scar-rolling.trial-skinpen-acne-result",
        phototypes=("I", "II", "III", "IV", "V", "VI"),
        phototypes_did="I to VI (label)",
        phototypes_by=(),
        ages="22 and over (label)",
        ages_by=("device.skinpen-precision.age-min",),
        remark="An aesthetician held the pen; the plan is judged where the law lets one hold it.",
    ),
    Trial(
        example="trial-ablon-2018",
        title="A pen on the ageing face (Ablon 2018)",
        source="Ablon2018",
        concern="wrinkles",
        device="exceed",
        device_did="Exceed",
        told={
            "depth": "trial-ablon2018-needle-max",
            "sessions": "trial-ablon2018-sessions",
            "interval": "trial-ablon2018-interval",
            "scored": "trial-ablon2018-wrinkle",
        },
        device_told="concern.wrinkles.trial-ablon2018-needle-max",
        phototypes=(),
        phototypes_did="",
        phototypes_by=(),
        ages="35 to 75",
        ages_by=("concern.wrinkles.trial-ablon2018-wrinkle",),
        remark="Only the longest setting of the pen was told, not the settings used.",
    ),
    Trial(
        example="trial-lima-2017",
        title="Needling for melasma beside a triple cream (Lima 2017)",
        source="Lima2017",
        concern="melasma",
        device="roller-mf8",
        device_did="a roller with needles of 1.5 mm",
        told={
            "depth": "trial-lima2017-depth",
            "sessions": "trial-lima2017-sessions",
            "interval": "trial-lima2017-interval",
            "scored": "trial-lima2017-masi-fall",
        },
        device_told="concern.melasma.trial-lima2017-masi-fall",
        phototypes=("III", "IV"),
        phototypes_did="III and IV",
        phototypes_by=("concern.melasma.trial-lima2017-masi-fall",),
        ages="",
        ages_by=(),
        remark="Six people; the cream alone did as much elsewhere, as the authors say themselves.",
    ),
)

SCORES: Final = {
    "trial-skinpen-acne": (
        ("first score", "one month after the last session", 30, "last"),
        ("last score", "six months after the last session", 180, "last"),
    ),
    "trial-ablon-2018": (
        ("score and judge the result", "five months after the start", 150, "first"),
    ),
    "trial-lima-2017": (("first score", "45 days after the start", 45, "first"),),
}
"""When a trial scored, as the statement of its claim words it, in days from which session."""


# --- plans ------------------------------------------------------------------------------------


@cache
def known() -> workflow.Known:
    """The knowledge that is shipped."""
    return workflow.known()


def consultation(trial: Trial) -> Consultation:
    """The consultation into which a trial was rebuilt."""
    return workflow.read_consultation(EXAMPLES / f"{trial.example}.toml")


@cache
def plan(trial_example: str, phototype: str = "") -> Plan:
    """The plan for a rebuilt trial, or for a person of another phototype in it."""
    given = workflow.read_consultation(EXAMPLES / f"{trial_example}.toml")
    if phototype:
        grade = msgspec.structs.replace(given.phototype, clinician=phototype)
        given = msgspec.structs.replace(given, phototype=grade)
    return workflow.plan_for(workflow.consult(given, known()))


def claim(claim_id: str) -> Claim:
    """A claim of the release."""
    return known().knowledge.claims[claim_id]


# --- rows -------------------------------------------------------------------------------------


def rows(trial: Trial) -> Iterator[Row]:
    """Everything that can be compared."""
    yield from compare(trial, plan(trial.example))
    yield from _other_phototypes(trial)


def compare(trial: Trial, made: Plan) -> Iterator[Row]:
    """A trial beside a plan for its rebuilt consultation."""
    yield _device(trial, made)
    yield from _label(made)
    yield _phototype(trial)
    yield _age(trial)
    yield from _depths(trial, made)
    yield from _starts(trial, made)
    yield _sessions(trial, made)
    yield _interval(trial, made)
    yield _end_point(trial, made)
    yield from _scores(trial, made)


def _told(trial: Trial, key: str) -> tuple[str, Claim]:
    claim_id = f"concern.{trial.concern}.{trial.told[key]}"
    return claim_id, claim(claim_id)


def _uses(made: Plan) -> Iterator[tuple[str, Protocol]]:
    """One protocol for each zone and concern; left and right are planned alike."""
    seen = set()
    for zone in made.zones:
        for protocol in zone.protocols:
            if (use := (protocol.zone, protocol.concern)) not in seen:
                seen.add(use)
                yield f"{protocol.zone}, {protocol.concern}", protocol


def _device(trial: Trial, made: Plan) -> Row:
    names = known().knowledge.release.devices
    used = dict.fromkeys(protocol.device for _, protocol in _uses(made))
    is_same = set(used) == {trial.device}
    binding = [_binding(protocol) for _, protocol in _uses(made)]
    return Row(
        what="device",
        did=trial.device_did,
        told_by=(trial.device_told,),
        planned=", ".join(names[device].name.en for device in used),
        bound_by=tuple(c for c in binding[0] if all(c in others for others in binding)),
        outcome="same" if is_same else "differs",
    )


def _label(made: Plan) -> Iterator[Row]:
    cleared = [finding for finding in made.assessment.findings if finding.rule == "D1"]
    if cleared:
        yield Row(
            what="leave to treat",
            did="that of a study",
            told_by=(),
            planned="off label: a clinician clears",
            bound_by=("rule.d1.class",),
            outcome="differs",
        )


def _phototype(trial: Trial) -> Row:
    planned = consultation(trial).phototype.clinician
    return Row(
        what="phototype",
        did=trial.phototypes_did or "not in the text seen",
        told_by=trial.phototypes_by,
        planned=planned,
        bound_by=(),
        outcome="same" if planned in trial.phototypes else "not told",
    )


def _age(trial: Trial) -> Row:
    born = consultation(trial).client.birth_date
    years = "" if born is None else str(whole_years(born, consultation(trial).date))
    return Row(
        what="age in years",
        did=trial.ages or "not in the text seen",
        told_by=trial.ages_by,
        planned=years,
        bound_by=(),
        outcome="same" if trial.ages else "not told",
    )


def _binding(protocol: Protocol) -> tuple[str, ...]:
    """Claims of the limits that bind."""
    bounds = protocol.depth.bounds if protocol.depth else ()
    return tuple(dict.fromkeys(c for b in bounds if b.binds for c in b.depth.claims))


def _depths(trial: Trial, made: Plan) -> Iterator[Row]:
    told_by, told = _told(trial, "depth")
    for use, protocol in _uses(made):
        if protocol.depth is None:
            continue
        most = protocol.depth.maximum.value
        yield Row(
            what=f"deepest setting: {use}",
            did=f"{told.number:g} mm",
            told_by=(told_by,),
            planned=f"{most:g} mm",
            bound_by=_binding(protocol),
            outcome="same" if most == told.number else "differs",
            did_number=told.number,
            planned_number=most,
        )


def _starts(trial: Trial, made: Plan) -> Iterator[Row]:
    """Where the setting begins; only one of the trials tells it."""
    if trial.example != "trial-skinpen-acne":
        return
    told_by, _ = _told(trial, "depth")
    for use, protocol in _uses(made):
        if protocol.depth is not None:
            start = protocol.depth.start
            yield Row(
                what=f"first setting: {use}",
                did="the lowest of the dial",
                told_by=(told_by,),
                planned=f"{start.value:g} mm",
                bound_by=start.claims,
                outcome="differs",
                planned_number=start.value,
            )


def _of_concern(trial: Trial, made: Plan) -> Protocol:
    return next(p for _, p in _uses(made) if p.concern == trial.concern)


def _sessions(trial: Trial, made: Plan) -> Row:
    told_by, told = _told(trial, "sessions")
    low, high = _of_concern(trial, made).sessions or (_NONE, _NONE)
    is_same = low.value == told.number
    return Row(
        what="sessions",
        did=f"{told.number:g}",
        told_by=(told_by,),
        planned=f"{low.value:g}" + ("" if low.value == high.value else f" to {high.value:g}"),
        bound_by=(*low.claims, *high.claims),
        outcome="same" if is_same else "differs",
        did_number=told.number,
        planned_number=low.value,
    )


def _interval(trial: Trial, made: Plan) -> Row:
    told_by, told = _told(trial, "interval")
    planned = made.course.interval if made.course else _NONE
    return Row(
        what="days between sessions",
        did=f"{told.number:g}",
        told_by=(told_by,),
        planned=f"{planned.value:g}",
        bound_by=planned.claims,
        outcome="same" if planned.value == told.number else "differs",
        did_number=told.number,
        planned_number=planned.value,
    )


def _end_point(trial: Trial, made: Plan) -> Row:
    planned = _of_concern(trial, made).end_point or CitedText("", ())
    shown = planned.text.replace("-", " ")
    if "end-point" not in trial.told:
        return Row(
            what="end point",
            did="not in the text seen",
            told_by=(),
            planned=shown,
            bound_by=planned.claims,
            outcome="not told",
        )
    told_by, told = _told(trial, "end-point")
    return Row(
        what="end point",
        did=told.word.rstrip("."),
        told_by=(told_by,),
        planned=shown,
        bound_by=planned.claims,
        outcome="same" if shown in told.word.lower() else "differs",
    )


def _scores(trial: Trial, made: Plan) -> Iterator[Row]:
    told_by, _ = _told(trial, "scored")
    if (course := made.course) is None:
        return
    for what, did, days, counted in SCORES[trial.example]:
        check = next(c for c in course.checks if c.what == what and trial.concern in c.concerns)
        last = max(s.day.on for s in course.sessions if _treats(made, s.zones, trial.concern))
        since = course.sessions[0].day.on if counted == "first" else last
        planned = (check.day.on - since).days
        yield Row(
            what=f"{what}, in days after the {counted} session",
            did=f"{days} ({did})",
            told_by=(told_by,),
            planned=str(planned),
            bound_by=(
                *_score_claims(check.day, trial.concern),
                *(course.interval.claims if counted == "first" else ()),
            ),
            outcome="same" if planned == days else "differs",
            did_number=days,
            planned_number=planned,
        )


def _treats(made: Plan, zones: tuple[str, ...], concern: str) -> bool:
    return any(
        protocol.concern == concern
        for zone in made.zones
        if zone.zone in zones
        for protocol in zone.protocols
    )


def _score_claims(day: CitedDate, concern: str) -> tuple[str, ...]:
    """The wait after the last session, which is what a score's day rests on beside the visits."""
    return tuple(
        c for c in day.claims if c.startswith(f"concern.{concern}.") and not c.endswith(".interval")
    )


def _other_phototypes(trial: Trial) -> Iterator[Row]:
    """People of the trial whose phototype is not that of the rebuilt consultation."""
    planned_as = consultation(trial).phototype.clinician
    told_by, told = _told(trial, "depth")
    for phototype in trial.phototypes:
        if phototype == planned_as or phototype in ("I", "II", "III"):
            continue
        made = plan(trial.example, phototype)
        depths = {p.depth.maximum.value for _, p in _uses(made) if p.depth is not None}
        shown = ", ".join(f"{depth:g}" for depth in sorted(depths))
        yield Row(
            what=f"deepest settings in phototype {phototype}",
            did=f"{told.number:g} mm",
            told_by=(told_by,),
            planned=f"{shown} mm" if shown else "no needle in stock is short enough",
            bound_by=("rule.c39.depth-reduction",),
            outcome="differs",
            did_number=told.number,
        )


# --- page -------------------------------------------------------------------------------------


_INTRODUCTION: Final = (
    "Three protocols from trials, rebuilt as consultations and planned. Where the plan differs,"
    " the claim that makes it differ is named; `needlework plan FILE --why` shows its sources."
)


def page() -> str:
    """docs/trials.md."""
    parts = [
        "# Trials, planned again",
        "<!-- Written by scripts/docs.py: `make docs`. Change what it is made from. -->",
        _INTRODUCTION,
    ]
    parts += [_section(trial) for trial in TRIALS]
    return "\n\n".join(parts) + "\n"


def _section(trial: Trial) -> str:
    source = known().knowledge.release.sources[trial.source]
    about = (
        f"{source.title} ({trial.source}; {source.ref}). Rebuilt in"
        f" `examples/{trial.example}.toml`. {trial.remark}"
    )
    lines = ["| what | the trial | the plan | | bound by |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {row.what} | {row.did} | {row.planned} | {row.outcome} |"
        f" {'<br>'.join(_named(c) for c in row.bound_by) if row.outcome != 'same' else ''} |"
        for row in rows(trial)
    ]
    return "\n\n".join((f"## {trial.title}", about, "\n".join(lines)))


def _named(claim_id: str) -> str:
    held = claim(claim_id)
    value = ", ".join(held.words) if isinstance(held.value, list) else held.value
    unit = "" if held.quantity not in UNITS or held.unit == "1" else f" {held.unit}"
    return f"`{claim_id}` = {value}{unit}"
