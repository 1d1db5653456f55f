"""A year of an invented clinic: forty clients, drawn from the library's own words by a seed.

Everything is done by the services that the pages use, each on its own day, so that a demo shows
nothing that a clinic could not have come to.
"""

from __future__ import annotations

import random
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db import transaction
from msgspec import Struct

from needlework.aftercare import Observation
from needlework.evidence import Verdict
from needlework.planning import Plan
from needlework.web.clearances.selectors import clearable
from needlework.web.clearances.services import ask_clearance, override_finding
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.clinics.services import add_client
from needlework.web.consents.forming import points_to_read
from needlework.web.consents.models import TREATMENT, USES
from needlework.web.consents.services import Given, offer_consent, sign_consent, withdraw_consent
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.selectors import judged
from needlework.web.consultations.services import record_consultation
from needlework.web.days.next_step import next_step
from needlework.web.days.selectors import situations
from needlework.web.days.services import add_visit
from needlework.web.demo.scores import score_course
from needlework.web.governance.models import Decision
from needlework.web.governance.selectors import mark
from needlework.web.governance.services import BATCH_AT_MOST, Item, decide
from needlework.web.knowledge import known_for, shipped, shipped_digests
from needlework.web.plans.desk import SigningDesk
from needlework.web.plans.models import SignedPlan
from needlework.web.portal.selectors import open_reports
from needlework.web.portal.services import acknowledge_report, report_symptoms
from needlework.web.request import Request
from needlework.web.treatments.held import Held, ZoneHeld
from needlework.web.treatments.models import TreatmentSession
from needlework.web.treatments.services import record_treatment

CLIENTS: Final = 40
SEED: Final = 20261122
_DAYS: Final = 360
_PHOTOTYPES: Final = ("I", "II", "III", "IV", "V", "VI")
_SLUG: Final = "harbour-skin"
_DAY_FIELDS: Final = frozenset({"on", "last_used", "exposed_on", "gone_on", "measured_on"})


class Person(Struct, frozen=True, kw_only=True):
    """One invented client: who, when they came, and what they brought."""

    name: str
    birth_date: date
    sex: str
    language: str
    came_on: date
    phototype: str
    story: Mapping[str, Any]
    wish: Mapping[str, Any]


def people(today: date, count: int = CLIENTS, seed: int = SEED) -> Iterator[Person]:
    """The same for the same seed and day; every phototype comes round."""
    told = tomllib.loads((files(__package__) / "stories.toml").read_text("utf-8"))
    chance = random.Random(seed)  # noqa: S311  no secret is made here
    stories = [story for story in told["story"] for _ in range(story["weight"])]
    named = [f"{first} {last}" for first in told["names"] for last in told["families"]]
    names = chance.sample(named, count)
    for place, story in zip(range(count), _in_turn(stories, chance, count), strict=True):
        came_on = today - timedelta(days=round(_DAYS * (count - place) / count) - 1)
        age_years = story.get("age") or chance.randrange(23, 64)
        yield Person(
            name=names[place],
            birth_date=came_on - timedelta(days=round(365.25 * age_years) + chance.randrange(300)),
            sex=story.get("sex") or chance.choice(("female", "male")),
            language=chance.choice(("en", "en", "es")),
            came_on=came_on,
            phototype=_PHOTOTYPES[place % len(_PHOTOTYPES)],
            story=story,
            wish=chance.choice(told["wish"]),
        )


def _in_turn(
    stories: Sequence[Mapping[str, Any]], chance: random.Random, count: int
) -> list[Mapping[str, Any]]:
    """Each story at least once where there is room, in a shuffled order."""
    once = list({story["name"]: story for story in stories}.values())
    more = [chance.choice(stories) for _ in range(max(0, count - len(once)))]
    mixed = [*once, *more][:count]
    chance.shuffle(mixed)
    return mixed


# --- what they said ----------------------------------------------------------------------------


def consultation_of(
    person: Person, operator: Mapping[str, Any], jurisdiction: str
) -> dict[str, Any]:
    """What a person said on the day they came, in the published format."""
    data = tomllib.loads((files(__package__) / "acne-scars.toml").read_text("utf-8"))
    data |= {
        "date": person.came_on,
        "jurisdiction": jurisdiction,
        "client": {"birth_date": person.birth_date, "sex": person.sex},
        "operator": dict(operator),
        "phototype": {"clinician": person.phototype, "on": person.came_on},
        "concerns": [dict(person.wish)],
        "products": "no",
        "clearances": [],
        "calendar": {"not_before": person.came_on},
    }
    for path, answer in person.story.get("answers", {}).items():
        part, _, name = path.partition(".")
        if name:
            data[part][name] = _dated(answer, person.came_on)
        else:
            data[part] = _dated(answer, person.came_on)
    return data


def _dated(answer: Any, came_on: date) -> Any:
    """Days that count back become dates."""
    if isinstance(answer, list):
        return [_dated(one, came_on) for one in answer]
    if not isinstance(answer, dict):
        return answer
    return {
        name: came_on - timedelta(days=value)
        if name in _DAY_FIELDS and isinstance(value, int)
        else _dated(value, came_on)
        for name, value in answer.items()
    }


# --- what became of it -------------------------------------------------------------------------


class Staff(Struct, frozen=True):
    """Who works in the demo's clinic."""

    director: Membership
    nurse: Membership


def build_year(now: datetime) -> int:
    """The clients who are not there yet, each whole or not at all; how many were made."""
    clinic = Clinic.objects.get(slug=_SLUG, is_demo=True)
    staff = Staff(_member(clinic, "director@"), _member(clinic, "nurse@"))
    today = today_in(clinic, now)
    approve_proposed(staff.director, _noon(clinic, today - timedelta(days=_DAYS + 5)))
    there = set(Client.objects.filter(clinic=clinic).values_list("name", flat=True))
    missing = [person for person in people(today) if person.name not in there]
    for person in missing:
        with transaction.atomic():
            _tell(clinic, staff, person, today)
    if missing:
        _expect(clinic, staff, now)
    return len(missing)


def _expect(clinic: Clinic, staff: Staff, now: datetime) -> None:
    """A few clients on today's list and tomorrow's, so that a first look shows both full."""
    today = today_in(clinic, now)
    for place, client in enumerate(_at_different_steps(clinic, now)[: 2 * len(_TIMES)]):
        treated = TreatmentSession.objects.current().filter(client=client).exists()
        add_visit(
            client=client,
            on=today + timedelta(days=place // len(_TIMES)),
            at=_TIMES[place % len(_TIMES)],
            purpose="session" if treated else "consultation",
            author=staff.nurse.user,
            now=now,
        )


def _at_different_steps(clinic: Clinic, now: datetime) -> list[Client]:
    """All clients, in turn one for each step that comes next for somebody."""
    named = list(
        Client.objects.filter(clinic=clinic).select_related("clinic").order_by("search_name")
    )
    reported = {report.client_id for report in open_reports(clinic)}
    found = situations(clinic, named, known_for(clinic), now, reported=reported)
    turns: Counter[str] = Counter()
    order: dict[UUID, int] = {}
    for client in named:
        kind = next_step(found[client.pk].situation, today_in(clinic, now)).kind
        order[client.pk] = turns[kind]
        turns[kind] += 1
    return sorted(named, key=lambda client: order[client.pk])


_TIMES: Final = tuple(time(hour, minute) for hour in (9, 11, 14, 16) for minute in (0, 45))


def approve_proposed(director: Membership, now: datetime) -> None:
    """What is proposed and was not decided yet, in batches, as a director does who has read it."""
    decided = set(Decision.objects.filter(clinic=director.clinic).values_list("subject", flat=True))
    left = sorted(shipped().knowledge.proposed - decided)
    for first in range(0, len(left), BATCH_AT_MOST):
        items = [
            Item(claim=claim, choice="approve", seen=mark(shipped_digests()[claim], None))
            for claim in left[first : first + BATCH_AT_MOST]
        ]
        decide(clinic=director.clinic, author=director, items=items, now=now)


def _member(clinic: Clinic, start: str) -> Membership:
    return Membership.objects.select_related("user").get(
        clinic=clinic, user__email__startswith=start
    )


def _noon(clinic: Clinic, day: date) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo(clinic.time_zone))


def _tell(clinic: Clinic, staff: Staff, person: Person, today: date) -> None:
    then = _noon(clinic, person.came_on)
    client = add_client(
        clinic=clinic,
        given={
            "name": person.name,
            "birth_date": person.birth_date,
            "sex": person.sex,
            "language": person.language,
        },
        author=staff.nurse.user,
        now=then,
    )
    treater = staff.director if person.wish["concern"].startswith("acne-scar") else staff.nurse
    operator: dict[str, Any] = {
        "profession": treater.profession,
        "licence": "current",
        "licence_until": treater.licence_until,
        "device_training": "yes",
    }
    if treater.scope_max_depth_mm is not None:
        operator["scope_max_depth_mm"] = treater.scope_max_depth_mm
    version = record_consultation(
        client=client,
        author=treater.user,
        data=consultation_of(person, operator, clinic.jurisdiction),
        known=known_for(clinic),
        now=then,
    )
    if person.story.get("asks"):
        _ask(version, staff, then)
    if not person.story.get("treated"):
        return
    _clear(version, staff.director, then)
    desk = SigningDesk(_as_if_at_the_desk(treater), version.consultation, then)
    if desk.in_the_way:
        return
    plan = desk.sign(seen_sha256=desk.digest, seen_number=0)
    if _consent(plan, treater, person, then, today):
        _treat(plan, treater, person, today)
        score_course(client, treater, today, f"{SEED}/{person.name}")


def _as_if_at_the_desk(member: Membership) -> Request:
    """The request that a signer's page would be, as far as drawing it needs one."""
    request = Request()
    request.user, request.membership, request.clinic = member.user, member, member.clinic
    request.roles, request.language = member.roles, "en"
    return request


def _ask(version: ConsultationVersion, staff: Staff, then: datetime) -> None:
    day = today_in(version.clinic, then)
    known = known_for(version.clinic)
    for finding in judged(version, known, on=day).plan.assessment.findings:
        if finding.verdict is Verdict.CLEAR and finding.override:
            ask_clearance(
                version=version,
                finding=finding,
                question="Can treatment go ahead, and under which conditions?",
                due_on=day + timedelta(days=10),
                author=staff.nurse.user,
                now=then,
                asked=staff.director,
            )


def _clear(version: ConsultationVersion, director: Membership, then: datetime) -> None:
    day = today_in(version.clinic, then)
    known = known_for(version.clinic)
    findings = judged(version, known, on=day).plan.assessment.findings
    for finding in clearable(findings, director, known.knowledge, day):
        if finding.verdict is Verdict.CLEAR:
            override_finding(
                version=version,
                finding=finding,
                member=director,
                knowledge=known.knowledge,
                reason="examined",
                words="Examined; risks and other ways were talked through.",
                conditions="As the plan says.",
                reach="course",
                valid_until=day + timedelta(days=240),
                now=then,
            )


def _consent(
    plan: SignedPlan, treater: Membership, person: Person, then: datetime, today: date
) -> bool:
    """Offered with the plan, and signed before the first session, where that day has come."""
    known = known_for(plan.clinic)
    offer = offer_consent(
        plan=plan, language=person.language, known=known, author=treater.user, now=then
    )
    course = msgspec.convert(plan.plan, Plan).course
    if course is None or course.sessions[0].day.on > today:
        return False
    came_again = _noon(plan.clinic, course.sessions[0].day.on) + timedelta(hours=1)
    agreed = {TREATMENT, *_PHOTOGRAPHS.get(person.phototype, ())}
    signature = sign_consent(
        offer=offer,
        given=Given(
            name=person.name,
            read=tuple(points_to_read(offer.points)),
            answers={use: "yes" if use in agreed else "no" for use in USES},
            haste=_HASTE[person.language],
        ),
        member=treater,
        known=known,
        now=came_again,
    )
    later = came_again + timedelta(days=60)
    for consent in signature.consents.filter(use=_TAKEN_BACK):
        if later.date() < today:
            withdraw_consent(consent=consent, author=treater.user, now=later)
    return True


_PHOTOGRAPHS: Final = {
    "II": ("photo-clinical",),
    "III": ("photo-clinical", "photo-teaching"),
    "IV": ("photo-clinical",),
    "V": ("photo-clinical", "photo-teaching"),
    "VI": ("photo-clinical", "photo-teaching", "photo-marketing"),
}
"""What people agree to have their photographs used for."""
_TAKEN_BACK: Final = "photo-teaching"
_HASTE: Final = {
    "en": "I live far away and would rather not come twice.",
    "es": "Vivo lejos y prefiero no venir dos veces.",
}


def _treat(plan: SignedPlan, treater: Membership, person: Person, today: date) -> None:
    """Sessions on the days of the plan that have passed; after one in three a report."""
    if plan.client is None:
        return
    made = msgspec.convert(plan.plan, Plan)
    sessions = made.course.sessions if made.course else ()
    for session in sessions:
        if session.day.on >= today:
            return
        ended = _noon(plan.clinic, session.day.on) + timedelta(hours=2)
        held = _held(made, session.zones, person.phototype)
        if held is None:
            return
        treatment = record_treatment(
            client=plan.client,
            author=treater.user,
            performed_by=treater,
            ended_at=ended,
            held=held,
            now=ended,
            consultation=plan.consultation,
            plan=plan,
        )
        if session.number == 2:
            _report(treatment, treater, ended)


def _held(plan: Plan, zones: Sequence[str], phototype: str) -> Held | None:
    """What was planned, begun at the start depth."""
    starts = {
        zone.zone: (protocol.depth.start.value, protocol.device)
        for zone in plan.zones
        if zone.zone in zones
        for protocol in zone.protocols
        if protocol.depth is not None
    }
    if not starts:
        return None
    return Held(
        zones=tuple(ZoneHeld(zone=zone, depth_mm=depth) for zone, (depth, _) in starts.items()),
        phototype=phototype,  # type: ignore[arg-type]
        device=next(iter(starts.values()))[1],
    )


def _report(treatment: TreatmentSession, treater: Membership, ended: datetime) -> None:
    told = ended + timedelta(days=2)
    report = report_symptoms(
        treatment=treatment,
        day=2,
        observations=[Observation(sign="itch", strength="mild", trend="better")],
        language="en",
        now=told,
    )
    acknowledge_report(report=report, author=treater.user, words="", now=told + timedelta(hours=1))
