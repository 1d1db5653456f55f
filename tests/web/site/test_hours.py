"""When the clinic is open, by its own clock."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from needlework.web.clinics.models import OpeningHours
from needlework.web.site import hours
from tests.web import people
from tests.web.site.places import open_clinic

pytestmark = pytest.mark.django_db
NEW_YORK = ZoneInfo("America/New_York")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 on Harbour's clock; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "is_open", "until"),
    [
        (at(23, 9), True, "13:00"),
        (at(23, 12, 59), True, "13:00"),
        (at(23, 18, 29), True, "18:30"),
        (at(28, 13, 59), True, "14:00"),
    ],
)
def test_open_until_the_stretch_ends(now: datetime, is_open: bool, until: str) -> None:
    found = hours.opening(open_clinic(), now)
    assert found is not None
    assert found.is_open == is_open
    assert found.closes is not None
    assert f"{found.closes:%H:%M}" == until


@pytest.mark.parametrize(
    ("now", "opens", "day", "ahead"),
    [
        (at(23, 7), "09:00", "Monday", 0),
        (at(23, 13), "14:00", "Monday", 0),
        (at(23, 18, 30), "09:00", "Tuesday", 1),
        (at(28, 14), "09:00", "Monday", 2),
        (at(29, 12), "09:00", "Monday", 1),
    ],
)
def test_closed_says_when_it_opens_next(now: datetime, opens: str, day: str, ahead: int) -> None:
    found = hours.opening(open_clinic(), now)
    assert found is not None
    assert not found.is_open
    assert found.opens is not None
    assert (f"{found.opens:%H:%M}", found.day_name, found.opens_in_days) == (opens, day, ahead)


def test_a_clinic_open_on_one_day_opens_again_in_a_week() -> None:
    clinic = people.clinic()
    OpeningHours.objects.create(clinic=clinic, weekday=0, opens="09:00", closes="10:00")
    clinic.refresh_from_db()
    found = hours.opening(clinic, at(23, 10))
    assert found is not None
    assert (found.day_name, found.opens_in_days) == ("Monday", 7)


def test_today_is_todays_day_where_the_clinic_is() -> None:
    late = datetime(2026, 11, 24, 3, tzinfo=UTC)  # still Monday evening in New York
    days = hours.week(open_clinic(), late)
    assert [day.name for day in days if day.is_today] == ["Monday"]
    assert [day.name for day in days] == list(hours.WEEKDAYS)
    assert [f"{stretch.opens:%H:%M}" for stretch in days[0].stretches] == ["09:00", "14:00"]
    assert days[6].stretches == ()


def test_clocks_that_change_leave_the_hours_as_they_are() -> None:
    for now in (
        datetime(2026, 7, 6, 13, 30, tzinfo=UTC),
        datetime(2026, 12, 7, 14, 30, tzinfo=UTC),
    ):
        clinic = people.clinic(f"c{now.month}")
        OpeningHours.objects.create(clinic=clinic, weekday=0, opens="09:00", closes="10:00")
        clinic.refresh_from_db()
        found = hours.opening(clinic, now)
        assert found is not None
        assert found.is_open


def test_without_hours_nothing_is_claimed() -> None:
    clinic = people.clinic()
    assert hours.week(clinic, people.NOW) == ()
    assert hours.opening(clinic, people.NOW) is None
    page = people.browser().get("/en/harbour/").content.decode()
    assert "By appointment" in page
    assert "Open now" not in page
    assert "Closed now" not in page


def test_the_page_says_it_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    open_clinic()
    for now, english, spanish in (
        (at(23, 10), "Open now, until 13:00", "Abierto ahora, hasta las 13:00"),
        (at(23, 13), "Closed now. Opens today at 14:00", "Cerrado ahora. Abre hoy a las 14:00"),
        (
            at(29, 12),
            "Closed now. Opens on Monday at 09:00",
            "Cerrado ahora. Abre el lunes a las 09:00",
        ),
    ):
        monkeypatch.setattr("django.utils.timezone.now", lambda now=now: now)
        assert english in people.browser().get("/en/harbour/").content.decode()
        assert spanish in people.browser().get("/es/harbour/").content.decode()
