"""Urgent reports are told of at once, and more widely when nobody looks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from needlework.aftercare import Observation
from needlework.web.alerts.management.commands import attend
from needlework.web.alerts.models import AlertNotice
from needlework.web.alerts.selectors import may_wait
from needlework.web.alerts.services import RETRY_AFTER, attend_reports
from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.knowledge import known_for
from needlework.web.portal.models import SymptomReport
from needlework.web.portal.services import acknowledge_report, report_symptoms
from needlework.web.treatments.held import Held, ZoneHeld
from needlework.web.treatments.services import record_treatment
from tests.web import people

pytestmark = pytest.mark.django_db

URGENT = Observation(sign="blisters", place="around-eye")
CALM = Observation(sign="flaking", strength="mild", trend="better")


@pytest.fixture
def olga(harbour: Clinic) -> Membership:
    return people.member(harbour, "owner", email="olga@harbour.example")


def reported(pat: Client, alice: Membership, sign: Observation = URGENT) -> SymptomReport:
    now = timezone.now()
    held = Held(zones=(ZoneHeld(zone="cheek-left", depth_mm=1.0),), phototype="III")
    treatment = record_treatment(
        client=pat,
        author=alice.user,
        performed_by=alice,
        ended_at=now - timedelta(days=3),
        held=held,
        now=now,
    )
    return report_symptoms(treatment=treatment, day=3, observations=[sign], language="en", now=now)


def steps() -> list[tuple[str, str, int]]:
    return sorted(AlertNotice.objects.values_list("step", "way", "told"))


def late(report: SymptomReport) -> datetime:
    return report.recorded_at + may_wait(known_for(report.clinic).knowledge)


@pytest.fixture
def _mail(settings: Any) -> None:
    settings.MAIL_IS_SET_UP = True


@pytest.mark.usefixtures("_mail")
def test_those_who_treat_are_told_at_once_and_the_owner_after_a_while(
    pat: Client, alice: Membership, olga: Membership
) -> None:
    report = reported(pat, alice)
    assert attend_reports(report.recorded_at) == 1
    assert [message.to for message in mail.outbox] == [[alice.user.email]]
    assert attend_reports(late(report) - timedelta(seconds=1)) == 0
    assert attend_reports(late(report)) == 1
    assert {message.to[0] for message in mail.outbox[1:]} == {alice.user.email, olga.user.email}
    assert attend_reports(late(report) + timedelta(days=1)) == 0
    assert steps() == [("escalated", "mail", 2), ("first", "mail", 1)]


@pytest.mark.usefixtures("_mail")
def test_a_mail_says_nothing_about_anybody(pat: Client, alice: Membership) -> None:
    attend_reports(late(reported(pat, alice)))
    for message in mail.outbox:
        said = f"{message.subject} {message.body}".lower()
        for word in ("pat", "núñez", "blister", "eye", "emergency", "needl", str(pat.pk)):
            assert word not in said
        assert reverse("clinics:home", args=("harbour",)) in said


def test_without_mail_it_stands_on_the_pages_and_the_record_says_so(
    pat: Client, alice: Membership
) -> None:
    attend_reports(late(reported(pat, alice)))
    assert steps() == [("escalated", "pages", 0), ("first", "pages", 0)]
    assert mail.outbox == []


@pytest.mark.usefixtures("_mail")
def test_mail_that_does_not_leave_is_tried_again(
    pat: Client, alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: Any, **_named: Any) -> int:
        raise OSError("no route")

    report = reported(pat, alice)
    with monkeypatch.context() as patch:
        patch.setattr("needlework.web.alerts.services.send_mail", broken)
        attend_reports(report.recorded_at)
        attend_reports(report.recorded_at + timedelta(minutes=1))
    assert steps() == [("first", "failed", 0)]
    attend_reports(report.recorded_at + RETRY_AFTER)
    assert ("first", "mail", 1) in steps()


@pytest.mark.usefixtures("_mail")
def test_what_was_seen_or_is_not_urgent_tells_nobody(
    pat: Client, alice: Membership, olga: Membership
) -> None:
    report = reported(pat, alice)
    acknowledge_report(report=report, author=alice.user, words="", now=timezone.now())
    reported(pat, alice, CALM)
    assert attend_reports(late(report)) == 0
    assert mail.outbox == []


@pytest.mark.usefixtures("_mail")
def test_nobody_of_another_clinic_is_told(
    pat: Client, alice: Membership, charlie: Membership
) -> None:
    attend_reports(late(reported(pat, alice)))
    assert charlie.user.email not in {address for m in mail.outbox for address in m.to}


# --- on every page -----------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["practitioner", "owner", "reception"])
def test_every_page_of_the_clinic_says_that_a_report_waits(
    role: str, pat: Client, alice: Membership, harbour: Clinic
) -> None:
    reported(pat, alice)
    browser = people.browser(people.member(harbour, role, email=f"{role}-2@harbour.example"))
    for name in ("clinics:home", "clinics:clients"):
        page = browser.get(reverse(name, args=("harbour",))).content.decode()
        assert "data-reports-waiting" in page
        assert "blister" not in page.lower()


def test_no_page_says_so_where_nothing_waits_or_it_waits_elsewhere(
    pat: Client, alice: Membership, charlie: Membership
) -> None:
    browser = people.browser(alice)
    assert b"data-reports-waiting" not in browser.get("/clinic/harbour/").content
    reported(pat, alice)
    assert b"data-reports-waiting" not in people.browser(charlie).get("/clinic/elsewhere/").content


# --- the command -------------------------------------------------------------------------------


def told(command: str, **options: Any) -> str:
    out = StringIO()
    call_command(command, stdout=out, stderr=out, **options)
    return out.getvalue()


def test_one_round_seals_and_tells(pat: Client, alice: Membership) -> None:
    AuditEvent.objects.create(at=timezone.now(), action="x", status=200, outcome="ok")
    reported(pat, alice)
    assert told("attend") == (
        "1 rows sealed; 1 notices; 0 clearances reminded of; 0 plans judged again; 0 old drafts\n"
    )
    assert told("attend") == ""


def test_an_interval_must_be_one() -> None:
    with pytest.raises(CommandError, match="above 0"):
        told("attend", every=0)


def test_attending_at_an_interval_survives_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rounds: list[str] = []
    ended = threading.Event()

    def seal(now: object) -> int:
        rounds.append("try")
        if len(rounds) == 1:
            raise OperationalError("gone")
        if len(rounds) == 3:
            ended.set()
        return 0

    signals: list[Callable[..., object]] = []
    command = attend.__name__
    monkeypatch.setattr(f"{command}.seal_rows", seal)
    monkeypatch.setattr(f"{command}.attend_reports", lambda _now: 0)
    monkeypatch.setattr(f"{command}.judge_waiting", lambda _now: 0)
    monkeypatch.setattr(f"{command}.signal.signal", lambda _, act: signals.append(act))
    monkeypatch.setattr(f"{command}.threading.Event", lambda: ended)
    monkeypatch.setattr(f"{command}.close_old_connections", lambda: None)
    monkeypatch.setattr(connection, "close", lambda: None)
    said = told("attend", every=0.001)
    assert rounds == ["try"] * 3
    assert "OperationalError; trying again" in said
    assert len(signals) == 2
