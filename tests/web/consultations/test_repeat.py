"""A new consultation from the last one: what still holds comes along, as old as it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from needlework.screening.consultation import decode
from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations.days import dated, given_days, moved
from needlework.web.consultations.expiring import expired
from needlework.web.consultations.kinds import Fields, Rows, asked
from needlework.web.consultations.models import Consultation
from needlework.web.consultations.repeating import KEPT_OF_A_CONCERN, OF_ITS_DAY
from needlework.web.consultations.services import record_consultation
from needlework.web.records.services import retract
from needlework.workflow import consult, screen
from tests.consultations import base
from tests.web import people
from tests.web.consultations.drafting import Window, desk
from tests.web.consultations.said import KNOWN, address, everyday, filled

pytestmark = pytest.mark.django_db
DAYS = 12


def held_before(days: int, **changes: Any) -> tuple[Membership, Client, Consultation, date]:
    """A consultation of some days ago, and today."""
    member, client = desk()
    now = timezone.now()
    today = today_in(client.clinic, now)
    data = msgspec.to_builtins(base()) | {"date": (today - timedelta(days=days)).isoformat()}
    for name, value in changes.items():
        table, _, key = name.partition("__")
        data[table] = {**data[table], key: value} if key else value
    row = record_consultation(
        client=client,
        author=member.user,
        data=data,
        known=KNOWN,
        now=now - timedelta(days=days),
    ).consultation
    return member, client, row, today


def begun(member: Membership, client: Client) -> Window:
    return Window(people.browser(member), client, None, "?begin=last")


def complete(window: Window) -> dict[str, list[str]]:
    """What is left open answered as on every day."""
    return {**{k: v for k, v in everyday().items() if k not in window.held}, **window.held}


def test_one_button_offers_it() -> None:
    member, client, _, _ = held_before(DAYS)
    page = Window(people.browser(member), client).page
    assert "Start from the last consultation" in page
    assert f'href="{address("new", client)}?begin=last"' in page


def test_nobody_without_a_consultation_is_offered_one() -> None:
    member, client = desk()
    assert "Start from the last" not in Window(people.browser(member), client).page
    assert "Begun from" not in begun(member, client).page


def test_what_holds_is_filled_in_with_its_age_and_its_own_day() -> None:
    member, client, _, today = held_before(DAYS, history__keloid="yes")
    window = begun(member, client)
    assert "Answered 12 days ago" in window.page
    assert window.held["history.keloid"] == ["yes"]
    assert window.held["history.keloid.on"] == [(today - timedelta(days=DAYS)).isoformat()]
    assert window.held["date"] == [today.isoformat()]
    assert window.held["concerns.0.concern"] == everyday()["concerns.0.concern"]


def test_what_only_today_can_tell_is_asked_again() -> None:
    """Which those are is the engine's word, on the very data."""
    member, client, row, today = held_before(DAYS)
    window = begun(member, client)
    data = row.versions.get().data
    again = expired(data, KNOWN, today, today)
    assert {"history.pregnancy", "skin.acne", "skin.sunburn", "skin.fever"} <= set(again)
    for owner in dated():
        if owner in again:
            assert owner not in window.held, owner
            assert f"{owner}.on" not in window.held
    assert "Said before: No, answered 12 days ago." in window.page


def test_an_old_answer_never_looks_new() -> None:
    """Saved today, it still expires by the day on which it was given."""
    member, client, _, today = held_before(DAYS)
    window = begun(member, client)
    window.held = complete(window)
    assert window.act("save").status_code == 302
    version = Consultation.objects.filter(client=client).latest("recorded_at").versions.get()
    said = version.data
    given = given_days(said)
    assert said["date"] == today.isoformat()
    assert given["history.keloid"] == today - timedelta(days=DAYS)
    assert given["skin.acne"] == today
    # The last day on which the engine takes the keloid's no is counted from its own day.
    assert last_day(said, "history.keloid", today) == last_day(
        msgspec.to_builtins(base()) | {"date": given["history.keloid"].isoformat()},
        "history.keloid",
        today,
    )


def last_day(data: dict[str, Any], path: str, start: date) -> date:
    day = start
    while path not in {one.asks for one in screen(consult(decode(data), KNOWN, day)).findings}:
        day += timedelta(days=1)
    return day


def test_repeated_twice_an_answer_keeps_its_first_day() -> None:
    _, _, row, today = held_before(40)
    data = row.versions.get().data
    once = moved(data, today)
    twice = moved(once, today + timedelta(days=5))
    assert given_days(twice)["history.keloid"] == today - timedelta(days=40)


def test_a_changed_answer_is_todays() -> None:
    member, client, _, today = held_before(DAYS)
    window = begun(member, client)
    window.held = complete(window)
    assert window.act("save", history__keloid=["yes"]).status_code == 302
    said = Consultation.objects.filter(client=client).latest("recorded_at").versions.get().data
    assert given_days(said)["history.keloid"] == today
    assert given_days(said)["history.cardiac"] == today - timedelta(days=DAYS)


def test_a_list_that_expired_is_gone_through_and_not_taken_as_said() -> None:
    medicines = {"answer": "yes", "list": [{"name": "ibuprofen", "route": "oral", "daily": "no"}]}
    member, client, _, _ = held_before(40, medicines=medicines)
    window = begun(member, client)
    assert "medicines" not in window.held
    assert window.held["medicines.list.0.name"] == ["ibuprofen"]
    answer = window.act("save")
    assert answer.status_code == 422
    assert Consultation.objects.count() == 1


def test_an_unknown_answer_is_asked_and_a_grade_is_graded_anew() -> None:
    member, client, _, _ = held_before(DAYS, history__keloid="unknown")
    window = begun(member, client)
    assert "history.keloid" not in window.held
    assert "concerns.0.grade" not in window.held
    assert not any(name.startswith("anaesthetic") for name in window.held)


def test_every_part_without_a_day_is_carried_or_left_on_purpose() -> None:
    """A new part of the format has to be thought about here."""
    undated = {part.name for part in asked().parts} - {one.split(".")[0] for one in dated()}
    assert undated == {"date", "setting", "concerns", "devices", "calendar", *OF_ITS_DAY}
    wishes = next(part.kind for part in asked().parts if part.name == "concerns")
    assert isinstance(wishes, Rows)
    assert isinstance(wishes.of, Fields)
    names = {part.name for part in wishes.of.parts}
    assert names - KEPT_OF_A_CONCERN == {"grade", "items", "topical_treatment"}


def test_clearances_are_not_carried_along() -> None:
    days = {"on": "2026-10-20", "until": "2027-10-20"}
    given = {"rule": "D1", "outcome": "cleared", "role": "C", **days}
    member, client, _, _ = held_before(DAYS, clearances=[given])
    window = begun(member, client)
    assert "Clearances on record" not in window.page


def test_what_was_entered_in_error_is_not_repeated() -> None:
    member, client, row, _ = held_before(DAYS)
    retract(record=row, author=member.user, reason="wrong-client", words="x", now=timezone.now())
    window = begun(member, client)
    assert "Begun from" not in window.page
    assert "history.keloid" not in window.held


def test_a_draft_of_it_goes_on_as_it_was() -> None:
    member, client, _, _ = held_before(DAYS)
    window = begun(member, client)
    window.autosave(history__smoking=["yes"])
    on = Window(window.browser, client, None, "?draft=go-on")
    assert on.held["begun"] == ["last"]
    assert on.held["history.smoking"] == ["yes"]
    assert "Said before: No, answered 12 days ago." in on.page
    assert "history.smoking.on" not in on.held


def test_another_clinics_consultations_are_not_repeated(charlie: Membership) -> None:
    _, client, _, _ = held_before(DAYS)
    browser = people.browser(charlie)
    assert browser.get(address("new", client) + "?begin=last").status_code == 404
    theirs = people.person(charlie.clinic)
    page = browser.get(address("new", theirs) + "?begin=last").content.decode()
    assert "history.keloid" not in filled(page)


@pytest.mark.parametrize("begin", ["", "x", "last&begin=last", "\x00", "1" * 3000])
def test_an_odd_beginning_is_an_empty_form_or_the_last(begin: str) -> None:
    member, client, _, _ = held_before(DAYS)
    answer = people.browser(member).get(address("new", client), {"begin": begin})
    assert answer.status_code == 200


def test_reading_the_last_is_audited() -> None:
    member, client, row, _ = held_before(DAYS)
    begun(member, client)
    event = AuditEvent.objects.latest("pk")
    assert str(row.versions.get().pk) in str(event.objects_seen)
