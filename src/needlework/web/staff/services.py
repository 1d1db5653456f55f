"""Changing who works in a clinic. One owner at a time does, and a clinic never loses its last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import transaction

from needlework.errors import NeedleworkError
from needlework.web.accounts.models import User
from needlework.web.clinics import services as clinics
from needlework.web.clinics.clock import clock_of, today_in
from needlework.web.clinics.models import Clinic, DeviceTraining, Membership, MembershipVersion
from needlework.web.records.models import Retraction
from needlework.web.records.services import overtaken, retract
from needlework.web.records.spoken import spoken

OWNER: Final = "owner"
DIRECTOR: Final = "medical-director"
SURE: Final = "sure"
"""Where the forms ask whether the last medical director is really to go."""


class StaffError(NeedleworkError):
    """A change of the staff that cannot be; `field` is where in the form it was asked for."""

    def __init__(self, message: str, *, hint: str, field: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field


@transaction.atomic
def add_person(
    *,
    author: Membership,
    email: str,
    name: str,
    roles: Iterable[str],
    now: datetime,
    **facts: Any,
) -> Membership:
    """A place for whoever has this address; an account that there is stays as it is."""
    _ = spoken()
    clinic = _held(author)
    _check_supervisor(clinic, None, facts.get("supervisor"))
    user, _is_new = User.objects.get_or_create(
        email=email.lower(), defaults={"name": name, "password": make_password(None)}
    )
    if Membership.objects.filter(clinic=clinic, user=user, left_at=None).exists():
        raise StaffError(
            _("Somebody with this address works here already."),
            hint=_("Open their page to change what is known."),
            field="email",
        )
    return clinics.add_member(
        clinic=clinic, user=user, roles=roles, author=author.user, now=now, **facts
    )


@transaction.atomic
def change_place(
    *,
    author: Membership,
    place: Membership,
    seen: UUID | None,
    roles: Iterable[str],
    now: datetime,
    is_sure: bool = False,
    **facts: Any,
) -> Membership:
    """New facts in the place of those that the author saw.

    `is_sure` is asked where the clinic's last medical director would be none any more.
    """
    clinic = _held(author)
    wanted = set(roles)
    now_held = _here(place)
    if OWNER not in wanted:
        _check_owner_stays(place, "roles")
    if DIRECTOR not in wanted and not is_sure:
        _check_director_stays(place)
    _check_supervisor(clinic, place, facts.get("supervisor"))
    if seen != newest_version(place):
        raise overtaken()
    return clinics.change_member(
        membership=now_held, author=author.user, now=now, roles=wanted, **facts
    )


@transaction.atomic
def end_place(
    *,
    author: Membership,
    place: Membership,
    last_day: date,
    now: datetime,
    is_sure: bool = False,
) -> None:
    """Somebody has left: whatever the day, their access ends now.

    `is_sure` is asked where it is the clinic's last medical director.
    """
    _ = spoken()
    clinic = _held(author)
    now_held = _here(place)
    _check_owner_stays(place, "last_day")
    if not is_sure:
        _check_director_stays(place)
    today, joined = today_in(clinic, now), clock_of(clinic)(place.joined_at).date()
    if not joined <= last_day <= today:
        raise StaffError(
            _("The last day lies between the day they came and today."),
            hint=_("Leave the place as it is until they go."),
            field="last_day",
        )
    left_at = now if last_day == today else _end_of(last_day, clinic)
    clinics.change_member(membership=now_held, author=author.user, now=now, left_at=left_at)


@transaction.atomic
def add_training(
    *,
    author: Membership,
    place: Membership,
    device: str,
    trained_on: date,
    valid_until: date | None,
    now: datetime,
) -> DeviceTraining:
    _held(author)
    return clinics.add_training(
        membership=_here(place),
        device=device,
        trained_on=trained_on,
        valid_until=valid_until,
        author=author.user,
        now=now,
    )


@transaction.atomic
def strike_training(
    *, author: Membership, training: DeviceTraining, reason: str, words: str, now: datetime
) -> Retraction:
    """A training was entered in error."""
    _held(author)
    return retract(record=training, author=author.user, reason=reason, words=words, now=now)


def newest_version(place: Membership) -> UUID | None:
    """Which version a page shows, so that a change can say what it was made from."""
    rows = MembershipVersion.objects.filter(membership=place).current()
    return rows.values_list("pk", flat=True).first()


# --- what is refused ----------------------------------------------------------------------------


def _held(author: Membership) -> Clinic:
    """The clinic, its row held so that owners write after each other, where the author owns it."""
    _ = spoken()
    clinic = Clinic.objects.select_for_update(no_key=True).get(pk=author.clinic_id)
    still = Membership.objects.active().filter(pk=author.pk, role_rows__role=OWNER)
    if not still.exists():
        raise StaffError(
            _("You no longer own this clinic: another owner has changed your place meanwhile."),
            hint=_("Nothing was saved. Talk to the other owner."),
        )
    return clinic


def _here(place: Membership) -> Membership:
    """The place as it is now: the row at hand is from before the clinic was held."""
    _ = spoken()
    if found := Membership.objects.filter(pk=place.pk, left_at=None).first():
        return found
    raise StaffError(
        _("This person has left the clinic, so the place stays as it is."),
        hint=_("Whoever comes back is added anew."),
    )


def is_last(place: Membership, role: str) -> bool:
    """Whether nobody else of the clinic has a role that this person has."""
    held = set(
        Membership.objects.active()
        .filter(clinic=place.clinic_id, role_rows__role=role)
        .values_list("pk", flat=True)
    )
    return held == {place.pk}


def _check_director_stays(place: Membership) -> None:
    """A clinic may be without one, and nobody makes it so without knowing what that means."""
    if not is_last(place, DIRECTOR):
        return
    _ = spoken()
    raise StaffError(
        _("This is the clinic’s last medical director: without one, nothing can be approved."),
        hint=_("Make somebody else medical director first, or confirm it below."),
        field=SURE,
    )


def _check_owner_stays(place: Membership, field: str) -> None:
    _ = spoken()
    if not is_last(place, OWNER):
        return
    raise StaffError(
        _("This is the clinic’s last owner, who can neither leave nor stop owning it."),
        hint=_("Make somebody else an owner first."),
        field=field,
    )


def _check_supervisor(clinic: Clinic, place: Membership | None, chosen: Membership | None) -> None:
    """One of the clinic's, not oneself, and nobody whom one supervises, however far up."""
    _ = spoken()
    if chosen is None:
        return
    if not Membership.objects.active().filter(pk=chosen.pk, clinic=clinic).exists():
        raise StaffError(
            _("This supervisor does not work here any more."),
            hint=_("Choose another."),
            field="supervisor",
        )
    above = dict(Membership.objects.filter(clinic=clinic).values_list("pk", "supervisor_id"))
    at: UUID | None = chosen.pk
    passed: set[UUID] = set()
    while place is not None and at is not None and at not in passed:
        if at == place.pk:
            raise StaffError(
                _("Nobody supervises themselves, also not by way of others."),
                hint=_("Choose somebody whom this person does not supervise."),
                field="supervisor",
            )
        passed.add(at)
        at = above.get(at)


def _end_of(day: date, clinic: Clinic) -> datetime:
    return datetime.combine(day, time.max, tzinfo=ZoneInfo(clinic.time_zone))
