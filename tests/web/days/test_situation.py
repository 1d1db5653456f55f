"""From records to the next step, along a client's whole way; and who is due."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consents.models import ConsentOffer
from needlework.web.days.models import Visit
from needlework.web.days.selectors import due, expected
from needlework.web.days.services import add_visit
from needlework.web.knowledge import known_for
from needlework.web.plans.models import PlanDay, SignedPlan
from needlework.web.records.services import retract
from needlework.web.treatments.held import Held, ZoneHeld
from needlework.web.treatments.services import record_treatment
from tests.web import people
from tests.web.consents.given import consented, offered
from tests.web.plans.signed import approve_all, consulted, settle, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def director(harbour: Clinic) -> Membership:
    made = people.member(harbour, "medical-director", email="dora@harbour.example")
    approve_all(made)
    return made


def put(client: Client, by: Membership, ahead_d: int = 0) -> Visit:
    now = timezone.now()
    return add_visit(
        client=client,
        on=today_in(client.clinic, now) + timedelta(days=ahead_d),
        at=None,
        purpose="session",
        author=by.user,
        now=now,
    )


def step(clinic: Clinic, ahead_d: int = 0) -> str:
    """What comes next for the only client, as it would be judged that many days from now."""
    now = timezone.now() + timedelta(days=ahead_d)
    (row,) = expected(clinic, today_in(clinic, timezone.now()), known_for(clinic), now)
    assert row.step is not None
    return row.step.kind


def treat(plan: SignedPlan, by: Membership, days_ago: int = 0) -> Any:
    return record_treatment(
        client=plan.client,  # type: ignore[arg-type]
        author=by.user,
        performed_by=by,
        ended_at=timezone.now() - timedelta(days=days_ago),
        held=Held(zones=(ZoneHeld(zone="cheek-left", depth_mm=0.5),)),
        now=timezone.now(),
        consultation=plan.consultation,
        plan=plan,
    )


def test_a_clients_whole_way(
    harbour: Clinic, pat: Client, alice: Membership, director: Membership
) -> None:
    put(pat, alice)
    assert step(harbour) == "consult"
    version = consulted(pat, alice)
    assert step(harbour) in {"ask-clearance", "sign-plan"}
    settle(version, director)
    assert step(harbour) == "sign-plan"
    plan = signed(version, people.browser(alice))
    # A consent takes time to think, so it is offered before the first session's day has come.
    assert step(harbour) == "offer-consent"
    offer = offered(plan, alice)
    assert isinstance(offer, ConsentOffer)
    assert step(harbour) == "think"
    consented(offer, alice)
    first = plan.days.get(kind="session", number=1).on
    is_ahead = first > today_in(harbour, timezone.now())
    assert step(harbour) == ("wait-for-day" if is_ahead else "ready")


def test_answers_expire_also_after_signing(
    harbour: Clinic, pat: Client, alice: Membership, director: Membership
) -> None:
    put(pat, alice)
    version = consulted(pat, alice)
    settle(version, director)
    signed(version, people.browser(alice))
    assert step(harbour, ahead_d=400) in {"answer", "ask-clearance"}


def test_who_is_refused(harbour: Clinic, pat: Client, alice: Membership) -> None:
    put(pat, alice)
    consulted(pat, alice, "11-refused")
    assert step(harbour) == "refused"


def test_who_waits_in_every_area_waits(harbour: Clinic, pat: Client, alice: Membership) -> None:
    """A laser everywhere yesterday: no area is free yet, and the first free day is told."""
    put(pat, alice)
    yesterday = today_in(harbour, timezone.now()) - timedelta(days=1)
    zones = [zone for one in consulted(pat, alice).data["concerns"] for zone in one["zones"]]
    laser = {"kind": "laser-ablative", "on": yesterday, "zones": sorted(set(zones))}
    consulted(pat, alice, procedures={"answer": "yes", "list": [laser]})
    now = timezone.now()
    (row,) = expected(harbour, today_in(harbour, now), known_for(harbour), now)
    assert row.step is not None
    assert row.step.kind == "deferred"
    assert row.step.on is not None
    assert row.step.on > today_in(harbour, now)


def test_an_error_is_no_consultation(harbour: Clinic, pat: Client, alice: Membership) -> None:
    put(pat, alice)
    version = consulted(pat, alice)
    retract(record=version, author=alice.user, reason="wrong-facts", now=timezone.now())
    assert step(harbour) == "correct"


# --- due ---------------------------------------------------------------------------------------


@pytest.fixture
def plan(pat: Client, alice: Membership, director: Membership) -> SignedPlan:
    version = consulted(pat, alice)
    settle(version, director)
    return signed(version, people.browser(alice))


def told(clinic: Clinic, on: date) -> list[tuple[str, int]]:
    return [(one.kind, one.number) for one in due(clinic, on)[0]]


def test_a_signed_plan_has_its_days(plan: SignedPlan) -> None:
    sessions = [one["day"]["on"] for one in plan.plan["course"]["sessions"]]
    held = plan.days.filter(kind="session").order_by("number")
    assert [day.on.isoformat() for day in held] == sessions
    reviews = list(plan.days.filter(kind="review").values_list("on", flat=True))
    assert reviews
    assert min(reviews).isoformat() > max(sessions)


def test_the_next_session_that_was_not_held_is_due(plan: SignedPlan, alice: Membership) -> None:
    clinic = plan.clinic
    days = {day.number: day.on for day in plan.days.filter(kind="session")}
    assert told(clinic, days[1] - timedelta(days=15)) == []
    assert told(clinic, days[1] - timedelta(days=14)) == [("session", 1)]
    assert told(clinic, days[2]) == [("session", 1)], "the first still waits"
    held = treat(plan, alice)
    assert told(clinic, days[2]) == [("session", 2)]
    retract(record=held, author=alice.user, reason="duplicate", now=timezone.now())
    assert told(clinic, days[2]) == [("session", 1)]


def test_reviews_are_due_after_the_last_session(plan: SignedPlan, alice: Membership) -> None:
    review = plan.days.filter(kind="review").order_by("on")[0].on
    assert told(plan.clinic, review) == [("session", 1)]
    for _ in range(plan.days.filter(kind="session").count()):
        treat(plan, alice)
    assert told(plan.clinic, review)[0][0] == "review"
    assert told(plan.clinic, review + timedelta(days=3000)) == []


def test_who_is_on_a_day_is_not_called(plan: SignedPlan, alice: Membership, pat: Client) -> None:
    first = plan.days.get(kind="session", number=1).on
    assert told(plan.clinic, first)
    ahead_d = (first - today_in(plan.clinic, timezone.now())).days
    put(pat, alice, ahead_d + 1)
    assert told(plan.clinic, first) == []


def test_a_plan_that_counts_no_more_is_not_due(plan: SignedPlan, alice: Membership) -> None:
    first = plan.days.get(kind="session", number=1).on
    retract(record=plan, author=alice.user, reason="wrong-client", now=timezone.now())
    assert told(plan.clinic, first) == []
    assert PlanDay.objects.filter(plan=plan).exists()


def test_nobody_of_another_clinic_is_due(plan: SignedPlan, elsewhere: Clinic) -> None:
    first = plan.days.get(kind="session", number=1).on
    assert told(elsewhere, first) == []


def test_the_desk_is_not_told_who_is_due(plan: SignedPlan, bea: Membership) -> None:
    page = people.browser(bea).get("/clinic/harbour/").content.decode()
    assert "planned for" not in page


def test_putting_on_a_day_takes_over_what_is_due(plan: SignedPlan, alice: Membership) -> None:
    browser: Browser = people.browser(alice)
    page = browser.get("/clinic/harbour/").content.decode()
    assert "session 1, planned for" in page
    assert f"/clinic/harbour/clients/{plan.client_id}/visits/new/?for=session" in page
    form = browser.get(
        f"/clinic/harbour/clients/{plan.client_id}/visits/new/?for=session"
    ).content.decode()
    assert 'value="session" selected' in form
