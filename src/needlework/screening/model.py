"""Findings and what they come to: the assessment of a consultation on a date."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

from needlework.evidence import Cited, Role, Verdict


class Override(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who may clear a finding, from which day, and what the finding then becomes.

    `since` is the day of what happened: a clearance from before it was for something else.
    """

    role: Role
    not_before: date | None = None
    becomes: Verdict = Verdict.INFO
    since: date | None = None


TestSpot = Literal["", "offer", "only"]


def as_test_spot(word: str) -> TestSpot:
    """What a claim says of a test spot; another word is none of ours."""
    return "offer" if word == "offer" else "only" if word == "only" else ""


class Limit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How treatment changes; the planner obeys every limit that is present."""

    depth_reduction: Cited | None = None
    lower_half: bool = False
    end_point: str = ""
    avoid_with_margin: bool = False
    anaesthetic_area_factor: Cited | None = None
    sun_plan: bool = False
    test_spot: TestSpot = ""
    only_devices: tuple[str, ...] | None = None


class ClearedBy(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The clearance that settled a finding."""

    role: Role
    on: date
    until: date
    was: Verdict
    by: str = ""
    conditions: str = ""


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule's result, in one sentence, with its claims and its reach.

    `zones` is empty for the whole client; `products` names what a product finding is about: an
    anaesthetic agent or class (`lidocaine`, `amide`), an antiseptic, or a product's own name.
    """

    rule: str
    verdict: Verdict
    summary: str
    scope: Literal["client", "zone", "lesion", "product"]
    claims: tuple[str, ...]
    zones: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    until: date | None = None
    override: Override | None = None
    limit: Limit | None = None
    asks: str = ""
    cleared: ClearedBy | None = None
    refused: bool = False


class Question(Struct, frozen=True, kw_only=True):
    """An answer still to get: where it belongs in the consultation, and which rules wait for it."""

    path: str
    text: str
    rules: tuple[str, ...]


class ZoneVerdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands for one zone; `free_from` is None while something without a date stands."""

    zone: str
    verdict: Verdict
    free_from: date | None = None


class Clearable(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finding that a clinician could clear."""

    rule: str
    role: Role
    zones: tuple[str, ...] = ()
    not_before: date | None = None


class Assessment(Struct, frozen=True, kw_only=True):
    """All findings for a consultation on a date, against one knowledge release and overlay."""

    on: date
    verdict: Verdict
    zones: tuple[ZoneVerdict, ...]
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    clearable: tuple[Clearable, ...]
