"""What a plan holds; every number in it carries the claims that it rests on."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

from needlework.evidence import Cited, CitedDate, CitedText, Verdict
from needlework.screening import Assessment

Status = Literal[
    "planned",
    "test-spot",
    "needs-clearance",
    "deferred",
    "not-enough-known",
    "refused",
    "blocked",
    "no-device",
]


class Bound(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of the limits whose least is the depth allowed."""

    name: str
    depth: Cited
    binds: bool = False


class Density(Struct, frozen=True, kw_only=True):
    """Punctures per cm² for the passes named, with the spread of what is not published."""

    value: float
    low: float
    high: float
    unit: str
    claims: tuple[str, ...]


class Depth(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Set depth: begin at start, raise by step until the end point, never past maximum."""

    start: Cited
    maximum: Cited
    step: Cited | None = None
    bounds: tuple[Bound, ...]


class Passes(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the device is led over the zone."""

    count: Cited
    pattern: CitedText
    density: Density | None = None
    target: tuple[Cited, Cited] | None = None
    note: CitedText | None = None


class Fit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether this use stands on the device's label, and if not, why."""

    labelled: bool
    why: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()


class Protocol(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Device × depth × passes × end point for a concern in a zone."""

    concern: str
    zone: str
    device: str
    fit: Fit
    depth: Depth | None = None
    needle_length: Cited | None = None
    passes: Passes | None = None
    end_point: CitedText | None = None
    sessions: tuple[Cited, Cited] | None = None
    interval: Cited | None = None
    refused: str = ""
    refusal: Literal["", "not-enough-known", "no-fit", "not-planned-here", "barred"] = ""
    notes: tuple[CitedText, ...] = ()


class ZonePlan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be done in a zone, or why nothing is."""

    zone: str
    verdict: Verdict
    status: Status
    why: str = ""
    free_from: date | None = None
    protocols: tuple[Protocol, ...] = ()
    other_devices: tuple[Protocol, ...] = ()
    limits: tuple[str, ...] = ()


class Session(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One visit: its day, its zones, which of them must be cleared first, what will have ended."""

    number: int
    day: CitedDate
    zones: tuple[str, ...]
    if_cleared: tuple[str, ...] = ()
    notes: tuple[CitedText, ...] = ()


class Check(Struct, frozen=True, kw_only=True):
    """A day for photographs, scores or a judgement."""

    what: str
    day: CitedDate
    concerns: tuple[str, ...] = ()


class Course(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One schedule of real days for all zones."""

    interval: Cited
    sessions: tuple[Session, ...]
    checks: tuple[Check, ...]
    rules: tuple[CitedText, ...]


class Stop(Struct, frozen=True, kw_only=True):
    """Something to stop or avoid before the first session."""

    what: str
    wait: Cited
    last_day: CitedDate


class AntisepticChoice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An antiseptic and the planned zones that it may touch."""

    antiseptic: str
    zones: tuple[str, ...]
    growth: Cited | None = None
    notes: tuple[CitedText, ...] = ()


class AnaestheticPlan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A topical anaesthetic within its label, or why it is not offered."""

    product: str
    status: Literal["offered", "needs-clearance", "not-enough-known", "refused"]
    reasons: tuple[CitedText, ...] = ()
    area: Cited | None = None
    area_max: Cited | None = None
    grams: tuple[Cited, Cited] | None = None
    grams_max: Cited | None = None
    minutes: tuple[Cited, Cited] | None = None
    share_of_maximum: Cited | None = None


class Preparation(Struct, frozen=True, kw_only=True):
    """From two weeks before to the first pass."""

    stops: tuple[Stop, ...]
    steps: tuple[CitedText, ...]
    antiseptics: tuple[AntisepticChoice, ...]
    anaesthetics: tuple[AnaestheticPlan, ...]


class Alternative(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Another way, what it gives and costs, and whether it is open to this person."""

    what: str
    status: Literal["open", "refused", "limited"]
    trade_off: str
    reasons: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    depth: Cited | None = None
    interval: Cited | None = None


class DeviceFact(Struct, frozen=True, kw_only=True):
    """One number of a device."""

    name: str
    value: Cited


class DeviceSheet(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A device that the plan uses."""

    id: str
    name: str
    kind: str
    single_use: str
    sleeve_required: str
    clearances: tuple[str, ...] = ()
    facts: tuple[DeviceFact, ...] = ()


class Plan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything proposed for one consultation on one day; nothing is done before a signature."""

    intended_use: str
    release: str
    release_digest: str
    overlay_digest: str
    judged_on: date
    assessment: Assessment
    zones: tuple[ZonePlan, ...]
    devices: tuple[DeviceSheet, ...]
    course: Course | None
    preparation: Preparation | None
    alternatives: tuple[Alternative, ...]
    proposed_claims: tuple[str, ...]
    no_course: str = ""
