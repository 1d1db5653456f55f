"""The schedule in a client's calendar: a session that a later version drops is cancelled there."""

from __future__ import annotations

from typing import Any

import pytest
from icalendar import Calendar, Event

from needlework.documents.calendar import appointment_uid
from needlework.web.consultations import selectors
from tests.consultations import base
from tests.web.consultations.said import EXAMPLES, KNOWN, example
from tests.web.consultations.test_versions import Desk

pytestmark = pytest.mark.django_db

FEWER = example(EXAMPLES[1])
MORE = {**FEWER, "concerns": base()["concerns"]}
"""The same person with another wish, which takes more sessions."""


def entries(made: bytes) -> dict[str, Event]:
    held = Calendar.from_ical(made).walk("VEVENT")
    found = {str(event["UID"]): event for event in held if isinstance(event, Event)}
    assert len(found) == len(held)
    return found


class Calendars(Desk):
    """A consultation whose versions plan more or fewer sessions."""

    def file(self) -> bytes:
        answer = self.browser.get(self.at("schedule_ics"))
        assert answer.status_code == 200, answer.content.decode()
        return bytes(answer.content)

    def sessions(self, number: int) -> int:
        course = selectors.judged(self.row.versions.get(number=number), KNOWN).plan.course
        return len(course.sessions) if course else 0

    def say(self, data: dict[str, Any]) -> None:
        self._record(data, consultation=self.row, base=self.row.versions.count())


@pytest.fixture
def desk() -> Calendars:
    return Calendars(MORE)


def sequence(event: Event) -> int:
    return int(str(event["SEQUENCE"]))


def status(events: dict[str, Event]) -> list[str]:
    return [str(event["STATUS"]) for event in events.values()]


def test_a_dropped_session_is_cancelled_under_its_uid(desk: Calendars) -> None:
    before = entries(desk.file())
    desk.say(FEWER)
    many, few = desk.sessions(1), desk.sessions(2)
    assert 0 < few < many
    after = entries(desk.file())
    assert set(after) == set(before)
    assert status(after) == ["TENTATIVE"] * few + ["CANCELLED"] * (many - few)
    gone = appointment_uid(str(desk.row.pk), many)
    assert str(after[gone]["STATUS"]) == "CANCELLED"
    assert after[gone].start == before[gone].start
    assert all(sequence(after[uid]) > sequence(before[uid]) for uid in before)
    assert str(Calendar.from_ical(desk.file())["METHOD"]) == "PUBLISH"


def test_a_session_that_comes_back_is_no_longer_cancelled(desk: Calendars) -> None:
    desk.say(FEWER)
    dropped = entries(desk.file())
    desk.say(MORE)
    back = entries(desk.file())
    assert set(status(back)) == {"TENTATIVE"}
    assert all(sequence(back[uid]) > sequence(dropped[uid]) for uid in dropped)


def test_a_plan_without_dates_cancels_what_earlier_ones_had(desk: Calendars) -> None:
    before = entries(desk.file())
    desk.say({**MORE, "history": {**MORE["history"], "pregnancy": "yes"}})
    assert desk.sessions(2) == 0
    assert "Take the sessions out of the calendar" in desk.page("plan")
    after = entries(desk.file())
    assert set(after) == set(before)
    assert set(status(after)) == {"CANCELLED"}
    assert str(Calendar.from_ical(desk.file())["METHOD"]) == "CANCEL"


def test_an_error_in_the_newest_version_cancels_all_and_the_next_one_overrules_it(
    desk: Calendars,
) -> None:
    before = entries(desk.file())
    desk.wrong(desk.row.versions.get())
    assert "schedule.ics" in desk.page("detail")
    gone = entries(desk.file())
    assert set(gone) == set(before)
    assert set(status(gone)) == {"CANCELLED"}
    assert all(sequence(gone[uid]) > sequence(before[uid]) for uid in before)
    desk.say(MORE)
    back = entries(desk.file())
    assert set(status(back)) == {"TENTATIVE"}
    assert all(sequence(back[uid]) > sequence(gone[uid]) for uid in gone)


def test_dates_of_a_version_in_error_are_cancelled_too(desk: Calendars) -> None:
    desk.say(FEWER)
    desk.wrong(desk.row.versions.get(number=1))
    assert "CANCELLED" in status(entries(desk.file()))


def test_without_dates_in_any_version_there_is_no_file() -> None:
    data = base()
    stopped = {**data, "history": {**data["history"], "pregnancy": "yes"}}
    desk = Calendars(stopped)
    for _ in range(2):
        assert "schedule.ics" not in desk.page("plan")
        answer = desk.browser.get(desk.at("schedule_ics"))
        assert answer.status_code == 422
        assert "dates for a calendar" in answer.content.decode()
        desk.say(stopped)
