"""Composition root: what a command or a page does with a consultation, in one call each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from needlework.evidence import Cited, Knowledge, NotAccepted, Watched, load_knowledge
from needlework.evidence.model import Reference, Value
from needlework.lexicon import Lexicon
from needlework.planning import Plan, cited_claims
from needlework.planning import plan as make_plan
from needlework.screening import Assessment, Case, Consultation, assess_case
from needlework.screening.case import base
from needlework.screening.reading import read_consultation, validate

if TYPE_CHECKING:  # a plan needs none of it, and starts sooner without
    from needlework.aftercare import (
        Answer,
        Observation,
        Place,
        Product,
        Season,
        Timeline,
        UvDay,
    )
    from needlework.measured import Measured
    from needlework.outlook import Outlook, Wanted

__all__ = [
    "Known",
    "SourceLine",
    "Why",
    "care",
    "consult",
    "encode",
    "forecast",
    "known",
    "plan_for",
    "product",
    "read_consultation",
    "rests_on",
    "screen",
    "symptoms",
    "uv",
    "why",
]


class Known(Struct, frozen=True):
    """Everything that a judgement needs beside the consultation."""

    knowledge: Knowledge
    lexicon: Lexicon


class SourceLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A source as a chain of reasons shows it."""

    id: str
    title: str
    year: int | None = None
    ref: str = ""
    where: str = ""
    says: str = ""


class Why(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """From a number to its sources: what a claim says, how sure it is, who says otherwise."""

    claim: str
    statement: str
    value: str
    basis: str
    certainty: str
    because: str
    standing: str
    range: str = ""
    chosen: str = ""
    supports: tuple[SourceLine, ...] = ()
    contradicts: tuple[SourceLine, ...] = ()


def known(release: Path | None = None, overlay: Path | None = None) -> Known:
    """The knowledge and the lexicon that are shipped, or those named."""
    return Known(load_knowledge(release, overlay), Lexicon.load())


def consult(
    consultation: Consultation, known: Known, on: date | None = None, *, today: date | None = None
) -> Case:
    """A checked case, judged on `on` or on the consultation's own day."""
    day = on or consultation.date
    validate(consultation, known.knowledge, day, today=today)
    return Case(consultation, known.knowledge, known.lexicon, day)


def screen(case: Case) -> Assessment:
    """What stands against treatment."""
    return assess_case(case)


def plan_for(case: Case) -> Plan:
    """What to do, with its assessment."""
    return make_plan(case, assess_case(case))


def rests_on(consultation: Consultation, known: Known, on: date | None = None) -> frozenset[str]:
    """Every claim behind a plan: those that it cites, and those that let somebody pass in silence.

    A release that moves any of them may move the plan; a clinic that signs stands behind all.
    """
    watched = Watched(known.knowledge)
    plan = plan_for(consult(consultation, Known(watched, known.lexicon), on))
    return frozenset(watched.read) | cited_claims(plan)


def care(
    known: Known,
    *,
    ended: date | datetime,
    depth_mm: float | None,
    zones: Sequence[str],
    phototype: str = "",
    season: Season | None = None,
    agents: Collection[str] | None = None,
    age_years: float | None = None,
    language: str = "en",
) -> Timeline:
    """The weeks after a session; the model's time of closure may lengthen waits."""
    from needlework.aftercare import timeline

    closure = _closure(known.knowledge, depth_mm, zones, age_years)
    return timeline(
        known.knowledge,
        ended=ended,
        depth_mm=depth_mm,
        zones=zones,
        phototype=phototype,
        season=season,
        closure=closure,
        agents=agents,
        language=language,
    )


_CAPS: Final = ("hard-cap", "hard-cap-clinician")


def _closure(
    knowledge: Knowledge, depth_mm: float | None, zones: Sequence[str], age_years: float | None
) -> Cited | None:
    """Hours until the channels are closed; None where the clinic rejected what they rest on.

    What is not known counts as the longest: the deepest that anybody may go here, the oldest.
    """
    from needlework.response.closure import OLDEST, aftercare_hours

    caps = (f"zone.{base(zone)}.{cap}" for zone in zones for cap in _CAPS)
    try:
        deepest = max(
            (claim.number for cap in caps if (claim := knowledge.find(cap)) is not None),
            default=None,
        )
        depth = deepest if depth_mm is None else depth_mm
        if depth is None or not 0 < depth < inf:
            return None  # the timeline refuses a depth that cannot be
        age = OLDEST if age_years is None else age_years
        return aftercare_hours(knowledge, needle_mm=depth, age_years=age)
    except NotAccepted:
        return None


def forecast(
    case: Case,
    plan: Plan,
    wanted: Wanted | None = None,
    *,
    measured: Measured | None = None,
    language: str = "en",
    seed: int = 1,
) -> Outlook:
    """What a plan is likely to lead to, and what the person's own measures make of that."""
    from needlework.outlook import Wanted, outlook

    return outlook(case, plan, wanted or Wanted(), measured=measured, language=language, seed=seed)


def product(
    known: Known,
    text: str,
    *,
    ended: date | datetime,
    name: str = "",
    sunscreen: bool = False,
    course: Timeline | None = None,
    language: str = "en",
) -> Product:
    """From when a product may be used again, by its list of ingredients.

    `course` is what holds after the session, as `care` gives it.
    """
    from needlework.aftercare import check_product

    return check_product(
        text,
        ended=ended,
        knowledge=known.knowledge,
        lexicon=known.lexicon,
        name=name,
        sunscreen=sunscreen,
        course=course,
        language=language,
    )


def symptoms(
    known: Known,
    *,
    day: int | None,
    observations: Sequence[Observation],
    jurisdiction: str = "",
    language: str = "en",
) -> Answer:
    """How urgent what a client saw or felt is, and what to do."""
    from needlework.aftercare import check_symptoms

    return check_symptoms(
        known.knowledge,
        day=day,
        observations=observations,
        jurisdiction=jurisdiction,
        language=language,
    )


def uv(known: Known, place: Place, day: date, *, language: str = "en") -> UvDay:
    """The sun of a day at a place, and the hours to avoid."""
    from needlework.aftercare import uv_day

    return uv_day(known.knowledge, place, day, language=language)


def encode(result: object) -> bytes:
    """JSON, the same bytes for the same result."""
    return msgspec.json.encode(result)


def why(knowledge: Knowledge, claim_id: str) -> Why:
    """The chain of reasons of one claim."""
    claim = knowledge.claims[claim_id]
    unit = "" if claim.unit in ("", "1") else f" {claim.unit}"
    return Why(
        claim=claim_id,
        statement=claim.statement,
        value=f"{_plain(claim.value)}{unit}",
        range="" if claim.range is None else f"{claim.range[0]:g} to {claim.range[1]:g}{unit}",
        basis=claim.basis,
        certainty=claim.certainty,
        because=claim.because,
        chosen=claim.chosen,
        standing=_standing(knowledge, claim_id),
        supports=tuple(_line(knowledge, reference) for reference in claim.supports),
        contradicts=tuple(_line(knowledge, reference) for reference in claim.contradicts),
    )


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else f"{value}"


def _standing(knowledge: Knowledge, claim_id: str) -> str:
    if claim_id in knowledge.rejected:
        return "rejected by this clinic"
    if claim_id in knowledge.approved:
        return "approved by this clinic"
    if claim_id in knowledge.proposed:
        return "proposed, not yet approved by a clinician"
    return "sourced"


def _line(knowledge: Knowledge, reference: Reference) -> SourceLine:
    source = knowledge.release.sources[reference.source]
    return SourceLine(
        id=reference.source,
        title=source.title,
        year=source.year,
        ref=source.ref,
        where=reference.where,
        says=reference.says,
    )
