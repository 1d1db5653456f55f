from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from needlework import i18n
from needlework.documents import Appointment, appointments_ics, schedule_ics
from needlework.documents.calendar import appointment_uid
from needlework.errors import UsageError
from tests.documents.reading import CLINIC, KNOWN, example, plan

STAMP = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")


def scheduled(**more: object) -> bytes:
    said = {"clinic": CLINIC, "uid_base": "plan-1", "stamp": STAMP} | more
    return schedule_ics(plan(example("02")), **said)  # type: ignore[arg-type]


def booked(start: datetime, **more: object) -> bytes:
    said = {"uid_base": "plan-1", "stamp": STAMP} | more
    visit = Appointment(number=1, start=start, minutes=45)
    return appointments_ics([visit], **said)  # type: ignore[arg-type]


def events(made: bytes) -> list[Event]:
    held = Calendar.from_ical(made).walk("VEVENT")
    return [event for event in held if isinstance(event, Event)]


def test_each_session_is_a_whole_day() -> None:
    course = plan(example("02")).course
    assert course is not None
    held = events(scheduled())
    assert [event.start for event in held] == [session.day.on for session in course.sessions]
    assert all(event.end - event.start == timedelta(days=1) for event in held)
    assert b"DTSTART;VALUE=DATE:20261120\r\n" in scheduled()
    assert {str(event["STATUS"]) for event in held} == {"TENTATIVE"}


def test_moving_keeps_the_uid_and_raises_the_sequence() -> None:
    first = booked(datetime(2026, 12, 1, 10, 0, tzinfo=MADRID))
    moved = booked(datetime(2026, 12, 3, 17, 30, tzinfo=MADRID), sequence=1)
    (was,), (now,) = events(first), events(moved)
    assert was["UID"] == now["UID"]
    assert (was["SEQUENCE"], now["SEQUENCE"]) == (0, 1)
    assert was.start != now.start


def test_cancelling_names_the_same_appointment() -> None:
    gone = scheduled(cancelled=True, sequence=2)
    assert str(Calendar.from_ical(gone)["METHOD"]) == "CANCEL"
    assert [event["UID"] for event in events(gone)] == [e["UID"] for e in events(scheduled())]
    assert {(str(event["STATUS"]), event["SEQUENCE"]) for event in events(gone)} == {
        ("CANCELLED", 2)
    }


def test_what_is_dropped_is_cancelled_beside_what_stands() -> None:
    day = date(2027, 6, 1)
    dropped = [Appointment(number=number, start=day) for number in (2, 4)]
    made = scheduled(dropped=dropped, sequence=3)
    held = events(made)
    assert [(str(event["STATUS"]), event["SEQUENCE"]) for event in held] == [
        ("TENTATIVE", 3),
        ("TENTATIVE", 3),
        ("TENTATIVE", 3),
        ("CANCELLED", 3),
    ]
    assert str(Calendar.from_ical(made)["METHOD"]) == "PUBLISH"
    (alone,) = events(scheduled(dropped=dropped, sequence=3))[3:]
    assert alone["UID"] == appointment_uid("plan-1", 4)
    assert alone.start == day
    required = {"UID", "DTSTAMP", "DTSTART", "SEQUENCE", "SUMMARY", "STATUS"}
    assert required <= set(alone)


def test_when_all_are_dropped_the_file_cancels() -> None:
    made = appointments_ics(
        [], dropped=[Appointment(number=1, start=date(2027, 6, 1))], uid_base="p", stamp=STAMP
    )
    assert str(Calendar.from_ical(made)["METHOD"]) == "CANCEL"
    assert [str(event["STATUS"]) for event in events(made)] == ["CANCELLED"]


def test_uids_are_unique_and_another_plan_has_others() -> None:
    mine = {str(event["UID"]) for event in events(scheduled())}
    others = {str(event["UID"]) for event in events(scheduled(uid_base="plan-2"))}
    assert len(mine) == 3
    assert not mine & others
    assert not any("plan" in uid for uid in mine)


@pytest.mark.parametrize(("language", "title"), [("en", "Appointment"), ("es", "Cita")])
def test_no_property_tells_what_it_is_for(
    language: str, title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i18n, "_messages", {"en": {}, "es": {"Appointment": "Cita"}}.get)
    for event in events(scheduled(language=language)):
        assert set(event) == {
            *("UID", "DTSTAMP", "SEQUENCE", "SUMMARY", "CLASS", "DTSTART", "DTEND"),
            *("TRANSP", "STATUS", "LOCATION"),
        }
        assert str(event["SUMMARY"]) == title
        assert str(event["LOCATION"]) == "14 Harbour Lane, Leith"
    said = scheduled(language=language).decode().casefold()
    named = [concern.name.en for concern in KNOWN.knowledge.release.concerns.values()]
    named += [zone.name.en for zone in KNOWN.knowledge.release.zones.values()]
    for word in (*named, CLINIC.name, "needl", "scar", "skin", "clinic", "treat"):
        assert word.casefold() not in said.replace(title.casefold(), "")


def test_the_file_is_as_the_standard_wants_it() -> None:
    long = "Building of the very long name " * 5
    made = scheduled(clinic=CLINIC.__class__(address=(long,)))
    lines = made.split(b"\r\n")
    assert b"\n" not in made.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert b"METHOD:PUBLISH" in lines
    assert b"DTSTAMP:20261120T090000Z" in lines


def test_the_same_appointments_give_the_same_bytes() -> None:
    start = datetime(2026, 12, 1, 10, 0, tzinfo=MADRID)
    assert scheduled() == scheduled()
    assert booked(start) == booked(start)


def test_an_hour_carries_its_zone() -> None:
    made = booked(datetime(2027, 3, 28, 1, 30, tzinfo=MADRID))
    assert b"BEGIN:VTIMEZONE" in made
    assert b"DTSTART;TZID=Europe/Madrid:20270328T013000" in made
    # The clock goes forward at two: 45 minutes end at a quarter past three.
    assert b"DTEND;TZID=Europe/Madrid:20270328T031500" in made
    (event,) = events(made)
    start, end = event.start, event.end
    assert isinstance(start, datetime)
    assert isinstance(end, datetime)
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(minutes=45)


@pytest.mark.parametrize(
    "visit",
    [
        Appointment(number=1, start=datetime(2026, 12, 1, 10, 0), minutes=45),  # noqa: DTZ001
        Appointment(number=1, start=datetime(2026, 12, 1, 10, 0, tzinfo=UTC)),
    ],
    ids=["no zone", "no length"],
)
def test_an_hour_without_a_zone_or_a_length_is_refused(visit: Appointment) -> None:
    with pytest.raises(UsageError, match="time zone and a length"):
        appointments_ics([visit], uid_base="plan-1", stamp=STAMP)


def test_a_plan_without_dates_and_an_empty_list_are_refused() -> None:
    with pytest.raises(UsageError, match="no dates"):
        schedule_ics(plan(example("11")), uid_base="plan-1", stamp=STAMP)
    with pytest.raises(UsageError, match="No appointment"):
        appointments_ics([], uid_base="plan-1", stamp=STAMP)


def test_whole_days_need_no_zone() -> None:
    made = appointments_ics(
        [Appointment(number=1, start=date(2026, 12, 1))], uid_base="plan-1", stamp=STAMP
    )
    assert b"VTIMEZONE" not in made
    assert {str(event["STATUS"]) for event in events(made)} == {"CONFIRMED"}
