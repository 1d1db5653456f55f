"""What a client's scores are held against: the plan, its concerns, and the sessions held."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Final, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from needlework.errors import AnswerError, NeedleworkError
from needlework.measured import MOST_MEASURES, Held, Measured, Reading
from needlework.planning import Plan
from needlework.screening import Consultation as Said
from needlework.screening.case import expand
from needlework.screening.consultation import decode
from needlework.web.clinics.clock import clock_of
from needlework.web.clinics.models import Client
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.selectors import consultations_of, judged, version_of
from needlework.web.measures.models import Measure
from needlework.web.plans.models import SignedPlan
from needlework.web.records.models import Retraction
from needlework.web.records.selectors import retractions_of
from needlework.web.treatments.held import read
from needlework.web.treatments.models import TreatmentSession
from needlework.web.treatments.selectors import treatments_of
from needlework.workflow import Known

JUDGED_BY: Final = ("first score", "score and judge the result", "last score")
"""Days of a plan on which a score is taken once sessions were held."""
Standing = Literal["counts", "waits", "other-scale", "replaced", "error"]


class Basis(Struct, frozen=True, kw_only=True):
    """The plan that scores belong to: as it was signed, or as it is planned."""

    plan: Plan
    said: Said
    version: ConsultationVersion
    signed: SignedPlan | None = None

    @property
    def concerns(self) -> tuple[str, ...]:
        """What the plan needles for, in its order."""
        found = (
            made.concern for zone in self.plan.zones for made in zone.protocols if _is_planned(made)
        )
        return tuple(dict.fromkeys(found))

    def zones_of(self, concern: str) -> tuple[str, ...]:
        return tuple(
            zone.zone
            for zone in self.plan.zones
            if any(made.concern == concern and _is_planned(made) for made in zone.protocols)
        )


class Session(Struct, frozen=True, kw_only=True):
    """A session that was held in zones of a concern."""

    treatment: TreatmentSession
    on: date
    zones: tuple[str, ...]

    @property
    def code(self) -> str:
        return str(self.treatment.pk)


class Row(Struct, frozen=True):
    """A score as the page lists it."""

    measure: Measure
    standing: Standing
    error: Retraction | None = None


class Scores(Struct, frozen=True, kw_only=True):
    """One concern's scores, and the sessions that a forecast would learn from."""

    concern: str
    zones: tuple[str, ...]
    rows: tuple[Row, ...]
    readings: tuple[Measure, ...]
    """Those that hold, in order of their days, all on one scale."""
    used: int
    """How many of them the forecast follows: up to the last whose sessions are confirmed."""
    sessions: tuple[Session, ...]
    before: tuple[Session, ...]
    """Held before the plan and the first score: part of the start, and not learned from."""

    @property
    def scale(self) -> str:
        """The one that the first score was taken on."""
        return self.readings[0].scale if self.readings else ""

    @property
    def is_late(self) -> bool:
        """Whether the first score came after a session, so that there is no start."""
        return starts_late(self.readings, self.sessions)

    @property
    def is_full(self) -> bool:
        return len(self.readings) >= MOST_MEASURES


def basis_of(client: Client, known: Known) -> Basis | None:
    """The newest signed plan that stands in the records, else the newest consultation's plan.

    Raises
    ------
    NeedleworkError
        Today's knowledge cannot judge the consultation.
    """
    signed = newest_signed(client)
    if signed is not None:
        return Basis(
            plan=msgspec.convert(signed.plan, Plan),
            said=decode(signed.said),
            version=signed.version,
            signed=signed,
        )
    for consultation in consultations_of(client):
        version = version_of(consultation)
        if version is not None:
            made = judged(version, known)
            return Basis(plan=made.plan, said=made.said, version=version)
    return None


def newest_signed(client: Client) -> SignedPlan | None:
    """The last that was signed of what is no error: neither it, nor what it was made from."""
    plans = list(
        SignedPlan.objects.current()
        .filter(client=client)
        .select_related("consultation", "version", "signer__user")
        .order_by("-recorded_at")
    )
    errors = retractions_of([one for plan in plans for one in (plan.consultation, plan.version)])
    return next(
        (one for one in plans if not {one.consultation_id, one.version_id} & set(errors)), None
    )


def measures_of(client: Client) -> list[Measure]:
    """All that were ever taken, in order of their days; those replaced or struck among them."""
    found = Measure.objects.filter(client=client).select_related("rater__user", "author")
    return list(found.order_by("on", "recorded_at", "pk"))


def scores_of(client: Client, basis: Basis, known: Known) -> tuple[Scores, ...]:
    """The scores of each concern of the plan."""
    listed = _listed(client)
    treated = list(treatments_of(client))
    return tuple(
        _scores(concern, basis, listed, treated, known, client) for concern in basis.concerns
    )


def others_of(client: Client, concerns: Collection[str]) -> tuple[Row, ...]:
    """Scores of what the plan does not needle for."""
    return tuple(row for row in _listed(client) if row.measure.concern not in concerns)


def starts_late(readings: Sequence[Measure], sessions: Sequence[Session]) -> bool:
    return bool(readings and sessions) and readings[0].on > min(one.on for one in sessions)


def measured(readings: Sequence[Measure], sessions: Sequence[Session]) -> Measured:
    """Scores and sessions as the library takes them; who rated, by a mark that is no name."""
    by_day: dict[date, dict[str, None]] = {}
    for one in sorted(sessions, key=lambda each: each.on):
        by_day.setdefault(one.on, {}).update(dict.fromkeys(one.zones))
    return Measured(
        sessions=tuple(Held(on=on, zones=tuple(zones)) for on, zones in by_day.items()),
        measures=tuple(
            Reading(
                concern=one.concern,
                scale=one.scale,
                on=one.on,
                score=one.score,
                rater=str(one.rater.user_id),
                error=one.error,
            )
            for one in readings
        ),
    )


def earlier(sessions: Sequence[Session], basis: Basis) -> int:
    """How many days of sessions belong to an earlier plan, so that this one's are still ahead."""
    signed = basis.signed.pk if basis.signed else None
    days = {one.on for one in sessions}
    return len(days - {one.on for one in sessions if _is_of(one, basis.plan.judged_on, signed)})


def _is_of(session: Session, judged_on: date, signed: UUID | None) -> bool:
    """Held under the plan; a session that names none counts from the plan's day on."""
    if session.treatment.plan_id is not None:
        return session.treatment.plan_id == signed
    return session.on >= judged_on


def sessions_until(sessions: Sequence[Session], day: date) -> list[str]:
    """Ids of the sessions up to a day, as a score keeps them."""
    return sorted(one.code for one in sessions if one.on <= day)


def due(scores: Scores, basis: Basis, today: date) -> tuple[str, date] | None:
    """The plan's last day for a score that has come, where none was taken since."""
    course = basis.plan.course
    checks = [
        check
        for check in (course.checks if course else ())
        if scores.concern in check.concerns and check.what in JUDGED_BY and check.day.on <= today
    ]
    if not checks or earlier(scores.sessions, basis) == len({one.on for one in scores.sessions}):
        return None
    last = max(checks, key=lambda check: check.day.on)
    taken = any(one.on >= last.day.on for one in scores.readings)
    return None if taken else (last.what, last.day.on)


def try_plan(client: Client, known: Known) -> tuple[Basis | None, NeedleworkError | None]:
    """The plan, or why today's knowledge has none."""
    try:
        return basis_of(client, known), None
    except NeedleworkError as wrong:
        return None, wrong


# --- one concern ------------------------------------------------------------------------------


def _scores(
    concern: str,
    basis: Basis,
    listed: Sequence[Row],
    treated: Sequence[TreatmentSession],
    known: Known,
    client: Client,
) -> Scores:
    zones = basis.zones_of(concern)
    mine = [row for row in listed if row.measure.concern == concern]
    standing = [row.measure for row in mine if row.standing == "counts"]
    readings = [one for one in standing if one.scale == standing[0].scale]
    held = sorted(_sessions(treated, zones, known, client), key=lambda one: one.on)
    since = min([basis.plan.judged_on, *(one.on for one in readings[:1])])
    counted = tuple(one for one in held if one.on >= since)
    used = _used(readings, counted)
    following = {one.pk for one in readings[:used]}
    kept = {one.pk for one in readings}
    return Scores(
        concern=concern,
        zones=zones,
        rows=tuple(_placed(row, following, kept) for row in mine),
        readings=tuple(readings),
        used=used,
        sessions=counted,
        before=tuple(one for one in held if one.on < since),
    )


def _placed(row: Row, following: Collection[object], kept: Collection[object]) -> Row:
    if row.standing != "counts" or row.measure.pk in following:
        return row
    return Row(row.measure, "waits" if row.measure.pk in kept else "other-scale")


def _used(readings: Sequence[Measure], sessions: Sequence[Session]) -> int:
    """A first score needs no session; a later one counts once its sessions are confirmed.

    Whoever confirms a later score confirms the sessions of those before it too.
    """
    confirmed = [
        number
        for number, one in enumerate(readings, start=1)
        if number == 1 or one.sessions == sessions_until(sessions, one.on)
    ]
    return max(confirmed, default=0)


def _listed(client: Client) -> list[Row]:
    found = measures_of(client)
    errors = retractions_of(found)
    replaced = {one.supersedes_id for one in found}
    return [
        Row(
            one,
            "error" if one.pk in errors else "replaced" if one.pk in replaced else "counts",
            errors.get(one.pk),
        )
        for one in found
    ]


def _sessions(
    treated: Sequence[TreatmentSession], zones: Collection[str], known: Known, client: Client
) -> Iterator[Session]:
    clock = clock_of(client.clinic)
    for one in treated:
        names = read(one.data).zone_names
        shared = tuple(sorted(_zones(names, known) & set(zones)))
        if shared:
            yield Session(treatment=one, on=clock(one.ended_at).date(), zones=shared)


def _zones(names: tuple[str, ...], known: Known) -> frozenset[str]:
    try:
        return expand(known.knowledge, names)
    except AnswerError:
        # A session of another release's zones is still a session; its own names stand.
        return frozenset(names)


def _is_planned(made: object) -> bool:
    return not getattr(made, "refused", "") and getattr(made, "depth", None) is not None
