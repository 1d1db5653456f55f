"""A client in the middle of a course: a plan from weeks ago, sessions that were held, scores."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.services import record_consultation
from needlework.web.knowledge import known_for
from needlework.web.measures.models import Measure
from needlework.web.measures.selectors import basis_of, scores_of, sessions_until
from needlework.web.measures.services import record_measure
from needlework.web.plans.desk import SigningDesk
from needlework.web.plans.models import SignedPlan
from needlework.web.request import Request
from needlework.web.treatments.held import Held, ZoneHeld
from needlework.web.treatments.models import TreatmentSession
from needlework.web.treatments.services import record_treatment

EXAMPLES: Final = Path(__file__).parents[3] / "examples"
CONCERN: Final = "acne-scar-boxcar"
SCALE: Final = "goodman-baron-quantitative"
BEGAN_D: Final = 120
"""Days ago: long enough for two sessions and a score after each."""


def ago(clinic: Clinic, days: int) -> date:
    return today_in(clinic, timezone.now()) - timedelta(days=days)


def noon(clinic: Clinic, day: date) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo(clinic.time_zone))


def consulted(client: Client, author: Membership, days: int = BEGAN_D) -> ConsultationVersion:
    """Acne scars of temples, cheeks and chin, as said so many days ago."""
    day = ago(client.clinic, days)
    data = tomllib.loads((EXAMPLES / "02-acne-scars-physician.toml").read_text())
    data = moved(data, day - data["date"])
    return record_consultation(
        client=client,
        author=author.user,
        data=data,
        known=known_for(client.clinic),
        now=noon(client.clinic, day),
    )


def moved(value: Any, by: timedelta) -> Any:
    """The same with every day so much sooner or later, but the birth date."""
    if isinstance(value, dict):
        return {
            name: one if name == "birth_date" else moved(one, by) for name, one in value.items()
        }
    if isinstance(value, list):
        return [moved(one, by) for one in value]
    return value + by if isinstance(value, date) else value


def held(
    client: Client, author: Membership, days: int, zones: Sequence[str] = ("temple-left", "chin")
) -> TreatmentSession:
    ended = noon(client.clinic, ago(client.clinic, days))
    return record_treatment(
        client=client,
        author=author.user,
        performed_by=author,
        ended_at=ended,
        held=Held(zones=tuple(ZoneHeld(zone=zone, depth_mm=0.5) for zone in zones)),
        now=ended,
    )


def scored(
    client: Client,
    author: Membership,
    days: int,
    score: float,
    *,
    confirmed: bool = True,
    **changes: Any,
) -> Measure:
    on = ago(client.clinic, days)
    known = known_for(client.clinic)
    basis = basis_of(client, known)
    assert basis is not None
    sessions = next(
        one.sessions for one in scores_of(client, basis, known) if one.concern == CONCERN
    )
    facts = {
        "concern": CONCERN,
        "scale": SCALE,
        "score": score,
        "on": on,
        "rater": author,
        "error": None,
        "sessions": sessions_until(sessions, on) if confirmed else None,
    }
    return record_measure(
        client=client, facts={**facts, **changes}, author=author.user, now=timezone.now()
    )


def signed_then(version: ConsultationVersion, member: Membership) -> SignedPlan:
    """Signed on its own day, as the demo does it."""
    at = Request()
    at.user, at.membership, at.clinic = member.user, member, version.clinic
    at.roles, at.language = member.roles, "en"
    desk = SigningDesk(at, version.consultation, version.recorded_at)
    assert not desk.in_the_way
    return desk.sign(seen_sha256=desk.digest, seen_number=0)


def address(client: Client, name: str = "list", **more: Any) -> str:
    here = {"clinic": client.clinic.slug, "client": client.pk, **more}
    return reverse(f"measures:{name}", kwargs=here)


def seen(client: Client, concern: str = CONCERN) -> str:
    """The sessions that the page would show, as its form names them."""
    known = known_for(client.clinic)
    basis = basis_of(client, known)
    assert basis is not None
    scores = next(one for one in scores_of(client, basis, known) if one.concern == concern)
    return ",".join(sorted(one.code for one in scores.sessions))


def form(client: Client, rater: Membership, **changes: Any) -> dict[str, Any]:
    """What the page's form would send."""
    given = {
        "concern": CONCERN,
        "scale": SCALE,
        "score": "9",
        "on": ago(client.clinic, 0).isoformat(),
        "rater": str(rater.pk),
        "error": "",
        "seen": seen(client),
        "key": "6f1c1f4e-6f0a-4a53-9a05-6d0a3f8d3c01",
    }
    return {**given, **changes}


def sent(client: Client, browser: Browser, given: dict[str, Any]) -> HttpResponse:
    answer = browser.post(address(client, "add"), given)
    assert isinstance(answer, HttpResponse)
    return answer
