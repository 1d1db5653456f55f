"""Appointments for a calendar (RFC 5545): stable, movable, and silent about what they are for.

No property names a person, a treatment or the clinic: calendars are shared with employers and
families. For the same reason there is no ORGANIZER, though RFC 5546 asks for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_OID, uuid5

from msgspec import Struct

from needlework.documents.model import ClinicCard
from needlework.errors import UsageError
from needlework.i18n import translator
from needlework.planning import Plan

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT: Final = "-//NW//Appointments 1//EN"
"""Which program made the file; its name in full would say what kind of clinic uses it."""


class Appointment(Struct, frozen=True, kw_only=True):
    """One visit: a whole day, or a time with its zone and a length in minutes."""

    number: int
    start: date | datetime
    minutes: int = 0


def schedule_ics(
    plan: Plan,
    *,
    clinic: ClinicCard | None = None,
    uid_base: str,
    stamp: datetime,
    sequence: int = 0,
    cancelled: bool = False,
    dropped: Sequence[Appointment] = (),
    language: str = "en",
) -> bytes:
    """The sessions of a plan as whole days; tentative, since a plan is a proposal."""
    if plan.course is None and not dropped:
        raise UsageError("The plan has no dates for a calendar.", hint=plan.no_course)
    return appointments_ics(
        plan_appointments(plan),
        dropped=dropped,
        clinic=clinic,
        uid_base=uid_base,
        stamp=stamp,
        sequence=sequence,
        cancelled=cancelled,
        tentative=True,
        language=language,
    )


def plan_appointments(plan: Plan) -> list[Appointment]:
    """The sessions of a plan; none where it has no dates."""
    made = plan.course.sessions if plan.course is not None else ()
    return [Appointment(number=session.number, start=session.day.on) for session in made]


def appointments_ics(
    appointments: Sequence[Appointment],
    *,
    dropped: Sequence[Appointment] = (),
    clinic: ClinicCard | None = None,
    uid_base: str,
    stamp: datetime,
    sequence: int = 0,
    cancelled: bool = False,
    tentative: bool = False,
    language: str = "en",
) -> bytes:
    """Appointments to publish; with the same `uid_base` and a higher sequence, to move or cancel.

    `uid_base` belongs to one plan for good; `stamp` is when this file was made. `dropped` are
    visits that an earlier file named and that are no more: they come as cancelled.
    """
    from icalendar import Calendar

    if not appointments and not dropped:
        raise UsageError("No appointment is named.", hint="Name at least one.")
    held = Calendar()
    held.add("prodid", PRODUCT)
    held.add("version", "2.0")
    held.add("calscale", "GREGORIAN")
    # PUBLISH may carry cancelled events beside others (RFC 5546, 3.2.1); CANCEL carries no others.
    held.add("method", "CANCEL" if cancelled or not appointments else "PUBLISH")
    status = "CANCELLED" if cancelled else ("TENTATIVE" if tentative else "CONFIRMED")
    stands = {appointment.number for appointment in appointments}
    gone = [appointment for appointment in dropped if appointment.number not in stands]
    marked = [(visit, status) for visit in appointments] + [(visit, "CANCELLED") for visit in gone]
    for appointment, its_status in marked:
        event = _event(appointment, uid_base, stamp, sequence, language)
        event.add("status", its_status)
        if clinic is not None and clinic.address:
            event.add("location", ", ".join(_lines(clinic)))
        held.add_component(event)
    held.add_missing_timezones()
    made: bytes = held.to_ical()
    return made


def appointment_uid(uid_base: str, number: int) -> str:
    """The same for the same visit, wherever and whenever it is made; it tells nothing."""
    return str(uuid5(uuid5(NAMESPACE_OID, uid_base), str(number)))


def _event(
    appointment: Appointment, uid_base: str, stamp: datetime, sequence: int, language: str
) -> Event:
    from icalendar import Event

    _ = translator(language)
    event = Event()
    event.add("uid", appointment_uid(uid_base, appointment.number))
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("sequence", sequence)
    event.add("summary", _("Appointment"), parameters={"language": language})
    event.add("class", "PRIVATE")
    start = appointment.start
    event.add("dtstart", start)
    if not isinstance(start, datetime):
        event.add("dtend", start + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        return event
    if start.tzinfo is None or appointment.minutes <= 0:
        raise UsageError(
            "An appointment with an hour needs a time zone and a length.",
            hint="Give the start with its zone, and the minutes.",
        )
    end = (start.astimezone(UTC) + timedelta(minutes=appointment.minutes)).astimezone(start.tzinfo)
    event.add("dtend", end)
    event.add("transp", "OPAQUE")
    return event


def _lines(clinic: ClinicCard) -> Iterable[str]:
    """The address without the clinic's name, which may say what it is for."""
    name = clinic.name.casefold().strip()
    return (line for line in clinic.address if not name or name not in line.casefold())
